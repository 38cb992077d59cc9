"""What surrounds every request of the API: figures, security headers, and a last answer.

A plain ASGI layer that copies no body. Whatever fails below it ends in an answer with a code, and
never in a connection that breaks.
"""

import time
from collections.abc import Mapping

import orjson
import structlog
from prometheus_client import Counter, Histogram
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.graphql.transport.http import failure
from backend.graphql.transport.operations import request_id

REQUESTS = Counter(
    "balance_http_requests", "HTTP requests by route and status.", ["method", "route", "status"]
)
SECONDS = Histogram(
    "balance_http_seconds",
    "Seconds from a request to the start of its answer, by route.",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECURITY = {
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
}
_FOR_HTTPS = {b"strict-transport-security": b"max-age=31536000"}

log = structlog.get_logger(__name__)


class Edge:
    """The outermost layer."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._headers = {**_SECURITY, **(_FOR_HTTPS if secure else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, count it, and complete the headers of its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, started = time.perf_counter(), False

        async def send_complete(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = self._completed(message["headers"])
                _count(scope, message["status"], time.perf_counter() - begun)
            await send(message)

        try:
            await self._app(scope, receive, send_complete)
        except Exception as error:
            # Starlette answers first and raises then; the answer has logged it.
            if not started:
                log.exception("request failed", reason=type(error).__name__)
                await (await answer_failure(Request(scope), error))(scope, receive, send_complete)

    def _completed(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        present = {name.lower() for name, _ in headers}
        return [
            *headers,
            *((name, value) for name, value in self._headers.items() if name not in present),
        ]


def _count(scope: Scope, status: int, seconds: float) -> None:
    # A path of the client's choice would make a series of figures each.
    route = getattr(scope.get("route"), "path", None) or "none"
    method = scope["method"] if scope["method"] in _METHODS else "other"
    REQUESTS.labels(method, route, str(status)).inc()
    SECONDS.labels(route).observe(seconds)


async def answer_failure(_: Request, error: Exception) -> Response:
    """Answer for what went wrong: an outage asks to come back, a bug tells its number alone."""
    status, told, headers = failure(error, request_id())
    return _json(status, {"errors": [told]}, headers)


async def answer_http_error(_: Request, error: Exception) -> Response:
    """Answer for an address or a method that is not there."""
    assert isinstance(error, HTTPException)
    code = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}.get(error.status_code, "BAD_REQUEST")
    told = {"message": error.detail, "extensions": {"code": code}}
    return _json(error.status_code, {"errors": [told]}, error.headers or {})


def _json(status: int, content: object, headers: Mapping[str, str]) -> Response:
    return Response(
        orjson.dumps(content),
        status,
        media_type="application/json",
        headers={**headers, "Cache-Control": "no-store"},
    )
