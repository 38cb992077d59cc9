"""Forms and queries of the protocol, read strictly: small, each field once, no odd characters."""

from collections.abc import Iterable
from urllib.parse import parse_qsl

from starlette.requests import Request

from domain.errors import InvalidError

_FORM = "application/x-www-form-urlencoded"
_MAX_BYTES = 32 * 1024
_MAX_FIELDS = 40
# RFC 6749, appendix A: visible ASCII. authlib quotes these fields in error descriptions, where
# neither a quotation mark nor a backslash may stand.
_PROTOCOL_WORDS = frozenset(
    {
        "client_id",
        "code_challenge",
        "code_challenge_method",
        "grant_type",
        "nonce",
        "prompt",
        "redirect_uri",
        "response_type",
        "scope",
        "state",
        "token_type_hint",
    }
)


async def read_form(request: Request) -> dict[str, str]:
    """Fields of a posted form.

    Raises
    ------
    InvalidError
        BAD_FORM: of another content type, too big, or with a field twice or badly spelled.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != _FORM:
        raise InvalidError(f"The content type must be {_FORM}", code="BAD_FORM")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_BYTES:
            raise InvalidError("The form is too big", code="BAD_FORM")
    return _fields(bytes(body))


def read_query(request: Request) -> dict[str, str]:
    """Fields of the query, as strictly."""
    query: bytes = request.scope["query_string"]
    if len(query) > _MAX_BYTES:
        raise InvalidError("The query is too big", code="BAD_FORM")
    return _fields(query)


def _fields(encoded: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            encoded.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=_MAX_FIELDS,
            errors="strict",
        )
    except ValueError:
        raise InvalidError("The fields cannot be read", code="BAD_FORM") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise InvalidError("A field is given more than once", code="BAD_FORM")
    _refuse_odd(fields.items())
    return {key: value for key, value in fields.items() if value}


def _refuse_odd(pairs: Iterable[tuple[str, str]]) -> None:
    for key, value in pairs:
        if "\0" in value:
            raise InvalidError("A field holds a NUL character", code="BAD_FORM")
        if key in _PROTOCOL_WORDS and not all(
            " " <= character <= "~" and character not in '"\\' for character in value
        ):
            raise InvalidError(f"Field '{key}' holds a character not allowed", code="BAD_FORM")
