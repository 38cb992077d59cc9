"""What a client sends over HTTP, read into the parameters of a GraphQL request or refused."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive, Scope

from backend.graphql.transport import errors
from backend.graphql.transport.operations import Asked
from domain.errors import UnauthenticatedError

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
EVENTS = "text/event-stream"
MOST_PARAMETERS = 10


class RefusedError(Exception):
    """A request that is refused before anything runs, with its status."""

    def __init__(self, status: int, message: str, code: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = errors.plain(message, code)
        self.headers = {name.replace("_", "-").lower(): value for name, value in headers.items()}


class GoneError(Exception):
    """The client went away before its request was whole."""


@dataclass(frozen=True, slots=True)
class Headers:
    """The headers that matter here."""

    accept: str = ""
    authorization: str = ""
    content_type: str = ""
    content_length: str = ""
    content_encoding: str = ""


_NAMES = {name.replace("_", "-").encode(): name for name in Headers.__dataclass_fields__}


def headers_of(scope: Scope) -> Headers:
    """Pick the headers that matter."""
    found = {
        _NAMES[name]: value.decode("latin-1") for name, value in scope["headers"] if name in _NAMES
    }
    return Headers(**found)


@lru_cache(maxsize=256)
def media_type(accept: str) -> str | None:
    """Media type to answer in; None when nothing that we speak is acceptable.

    Examples
    --------
    >>> media_type("*/*")
    'application/json'
    >>> media_type("application/json;q=0.5, application/graphql-response+json")
    'application/graphql-response+json'
    >>> media_type("text/html") is None
    True
    """
    if not accept.strip():
        return JSON
    ours = {
        JSON: JSON,
        GRAPHQL: GRAPHQL,
        "*/*": JSON,
        "application/*": JSON,
        EVENTS: EVENTS,
    }
    best: tuple[float, str] | None = None
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = _weight(parameters)
        if name in ours and weight > 0 and (best is None or weight > best[0]):
            best = (weight, ours[name])
    return None if best is None else best[1]


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0


def bearer_token(authorization: str) -> str:
    """Token in the header of that name.

    Raises
    ------
    UnauthenticatedError
        There is none.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise UnauthenticatedError("a bearer token is needed: Authorization: Bearer <token>")
    return token.strip()


@lru_cache(maxsize=256)
def check_content_type(content_type: str) -> None:
    """Refuse a body that is not JSON: a form of another site can send everything else.

    Raises
    ------
    RefusedError
        415
    """
    name, *parameters = (piece.strip().lower() for piece in content_type.split(";"))
    if name != JSON:
        raise RefusedError(
            415,
            f"content-type = {content_type[:100]!r}: a request is {JSON}",
            "CONTENT_TYPE_UNSUPPORTED",
        )
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "charset" and value.strip().strip('"') not in {"utf-8", "utf8"}:
            raise RefusedError(
                415, f"charset = {value[:40]!r}: JSON is utf-8", "CONTENT_TYPE_UNSUPPORTED"
            )


async def read_body(receive: Receive, headers: Headers, most: int) -> bytes:
    """Body of a request.

    Raises
    ------
    RefusedError
        413 when it is longer than ``most`` bytes, 415 when it is compressed.
    GoneError
        The client went away.
    """
    if headers.content_encoding not in {"", "identity"}:
        raise RefusedError(
            415,
            f"content-encoding = {headers.content_encoding[:40]!r}: send the request as it is",
            "CONTENT_TYPE_UNSUPPORTED",
        )
    if headers.content_length.isascii() and headers.content_length.isdigit():
        check_length(int(headers.content_length), most)
    message = await receive()
    if message["type"] == "http.disconnect":
        raise GoneError
    body: bytes = message.get("body", b"")
    check_length(len(body), most)
    if not message.get("more_body", False):
        return body
    parts, length = [body], len(body)
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise GoneError
        part: bytes = message.get("body", b"")
        parts.append(part)
        length += len(part)
        check_length(length, most)
        if not message.get("more_body", False):
            return b"".join(parts)


def check_length(length: int, most: int) -> None:
    """Refuse what is too long.

    Raises
    ------
    RefusedError
        413
    """
    if length > most:
        raise RefusedError(
            413, f"the request is longer than {most} bytes", "REQUEST_TOO_LONG", Connection="close"
        )


def asked_in_body(body: bytes) -> Asked:
    """Parameters in a JSON body.

    Raises
    ------
    RefusedError
        400, with the parameter that is wrong and why.
    """
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise RefusedError(400, f"the body is not JSON: {error}", "BAD_REQUEST") from None
    if isinstance(content, list):
        raise RefusedError(
            400,
            "batches are not taken: send each operation by itself, or several fields in one",
            "BATCH_REFUSED",
        )
    # PostgreSQL has no such character, and no text that a person writes needs it.
    if b"\\u0000" in body:
        raise _bad("the request", "holds the character U+0000")
    return asked_in(content)


def asked_in_query(query: bytes) -> Asked:
    """Parameters in the address of a GET request.

    Raises
    ------
    RefusedError
        400, with the parameter that is wrong and why.
    """
    try:
        pairs = parse_qsl(
            query.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_PARAMETERS,
        )
    except ValueError as error:
        raise _bad("the address", f"cannot be read: {error}") from None
    content: dict[str, Any] = dict(pairs)
    if "\0" in content.get("query", "") or b"\\u0000" in query:
        raise _bad("the request", "holds the character U+0000")
    for name in ("variables", "extensions"):
        if content.get(name):
            try:
                content[name] = orjson.loads(content[name])
            except orjson.JSONDecodeError as error:
                raise _bad(name, f"is not JSON: {error}") from None
        else:
            content.pop(name, None)
    if not content.get("operationName"):
        content.pop("operationName", None)
    return asked_in(content)


def asked_in(content: object) -> Asked:
    """Parameters in a decoded request.

    Raises
    ------
    RefusedError
        400, with the parameter that is wrong and why.
    """
    if not isinstance(content, dict):
        raise _bad("the request", "must be a JSON object")
    query = content.get("query")
    if not isinstance(query, str):
        raise _bad("query", "must be the text of a document")
    variables = content.get("variables")
    if variables is not None and not isinstance(variables, dict):
        raise _bad("variables", f"must be an object, not {_shown(variables)}")
    name = content.get("operationName")
    if name is not None and not isinstance(name, str):
        raise _bad("operationName", f"must be a name, not {_shown(name)}")
    extensions = content.get("extensions")
    if extensions is not None and not isinstance(extensions, dict):
        raise _bad("extensions", f"must be an object, not {_shown(extensions)}")
    return Asked(query, variables or {}, name)


def _bad(parameter: str, why: str) -> RefusedError:
    return RefusedError(400, f"{parameter} {why}", "BAD_REQUEST")


def _shown(value: object) -> str:
    return json.dumps(value)[:60]
