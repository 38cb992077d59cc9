"""What the app sends, and how it is answered, the same at every address of the BFF.

Each request names its app in a header of its own. No page of another site can add one, and none can
send JSON as such without being asked first: with a cookie that is ``SameSite=Strict`` these are
three walls before anything is done in somebody's name.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import Response

from backend.graphql.transport import errors, requests
from backend.graphql.transport.http import failure
from backend.graphql.transport.operations import encode, request_id
from backend.graphql.transport.requests import RefusedError
from domain.errors import (
    BalanceError,
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    UnauthenticatedError,
)
from domain.identity import Scope
from mobile_bff.versions import HEADER, App, AppTooOldError, Versions
from tenants.authentication import Authenticator

MOST_BYTES = 64 * 1024
_STATUS: tuple[tuple[type[BalanceError], int], ...] = (
    (InvalidError, 400),
    (ForbiddenError, 403),
    (NotFoundError, 404),
    (ConflictError, 409),
)

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Desk:
    """Takes requests of the app, and answers whatever goes wrong with them."""

    authenticator: Authenticator
    versions: Versions

    def at(self, handler: Handler, *, any_version: bool = False) -> Handler:
        """Put a handler behind the desk: its version is checked, and its errors have an answer."""

        async def handle(request: Request) -> Response:
            number = request_id()
            with structlog.contextvars.bound_contextvars(request=number):
                try:
                    if not any_version:
                        self._check(request)
                    return await handler(request)
                except AppTooOldError as error:
                    return self._upgrade(request, error)
                except Exception as error:  # noqa: BLE001 - every failure has its answer
                    return _failed(error, number)

        return handle

    def _check(self, request: Request) -> None:
        named = request.headers.get(HEADER)
        if named is not None:
            self.versions.check(App.named(named))
        elif request.method != "GET":
            raise RefusedError(
                400, "X-Balance-App is missing: platform/version, as web/1.0.0", "APP_UNKNOWN"
            )

    def _upgrade(self, request: Request, error: AppTooOldError) -> Response:
        """Say which version to get, and where (RFC 9110, 15.5.22)."""
        told = self.versions.told(App.named(request.headers[HEADER]))
        content = {"errors": [errors.of_balance(error)], "compatibility": told}
        return json_answer(content, 426, {"Upgrade": "balance-app"})

    async def scope(self, request: Request) -> Scope:
        """Who asks.

        Raises
        ------
        UnauthenticatedError
            There is no good token.
        """
        token = requests.bearer_token(request.headers.get("authorization", ""))
        return await self.authenticator.scope_of(token)


async def body_of(request: Request) -> dict[str, Any]:
    """Read a JSON object.

    Raises
    ------
    RefusedError
        It is something else.
    """
    requests.check_content_type(request.headers.get("content-type", ""))
    headers = requests.headers_of(request.scope)
    body = await requests.read_body(request.receive, headers, MOST_BYTES)
    try:
        content = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as error:
        raise RefusedError(400, f"the body is not JSON: {error}", "BAD_REQUEST") from None
    if not isinstance(content, dict) or b"\\u0000" in body:
        raise RefusedError(400, "the body must be a JSON object without U+0000", "BAD_REQUEST")
    return content


def text_in(content: Mapping[str, Any], name: str, most: int = 4096) -> str:
    """Text under a name.

    Raises
    ------
    InvalidError
        It is missing, too long, or no text.
    """
    value = content.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > most:
        raise InvalidError(f"{name} must be a text of 1 to {most} characters", field=name)
    return value


def optional_text(content: Mapping[str, Any], name: str, most: int = 4096) -> str | None:
    """Text under a name, if there is one."""
    return None if content.get(name) is None else text_in(content, name, most)


def json_answer(
    content: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer that nobody keeps."""
    fresh = {"Cache-Control": "no-store", **(headers or {})}
    return Response(encode(content), status, fresh, "application/json")


def _failed(error: Exception, number: str) -> Response:
    status, told, headers = failure(error, number)
    if not isinstance(error, UnauthenticatedError):
        own = (code for kind, code in _STATUS if isinstance(error, kind))
        status = next(own, status)
    return json_answer({"errors": [told]}, status, headers)
