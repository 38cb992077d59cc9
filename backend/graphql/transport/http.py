"""GraphQL over HTTP: one thin endpoint that speaks ASGI itself.

Both media types of the specification; queries also by GET, since the token travels in a header
that no other site can add. Whatever is refused is refused before the database is asked for.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

import structlog
from graphql import OperationType
from prometheus_client import Counter, Histogram
from starlette.types import Receive, Scope, Send

from backend.graphql.transport import errors, requests
from backend.graphql.transport.operations import Answer, Asked, Prepared, encode, request_id
from backend.graphql.transport.requests import (
    EVENTS,
    GRAPHQL,
    JSON,
    GoneError,
    Headers,
    RefusedError,
)
from backend.graphql.transport.server_sent_events import send_events
from backend.graphql.transport.streams import RECHECK_S, Streams
from backend.outage import RETRY_AFTER_S, is_outage
from domain.errors import LimitError, UnauthenticatedError
from domain.identity import Scope as Principal
from tenants.authentication import Authenticator
from tenants.permissions import Permission

CHALLENGE = 'Bearer realm="balance"'
ALLOWED = "GET, POST"

OPERATIONS = Counter("balance_graphql_operations", "GraphQL operations by outcome.", ["outcome"])
SECONDS = Histogram(
    "balance_graphql_seconds",
    "Seconds from a request to its answer.",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)

IMPORTING = frozenset({str(Permission.METERING_WRITE), str(Permission.READINGS_CORRECT)})
"""Who sends whole files in variables."""

log = structlog.get_logger(__name__)


class GraphQLEndpoint:
    """The endpoint, as an ASGI application of its own: nothing is wrapped around its requests.

    Whoever imports files may send variables of ``file_bytes``; the text of an operation has at
    most ``body_bytes``, whoever sends it.
    """

    def __init__(
        self,
        streams: Streams,
        authenticator: Authenticator,
        *,
        body_bytes: int,
        file_bytes: int | None = None,
        recheck_s: float = RECHECK_S,
    ) -> None:
        self._streams, self._operations = streams, streams.operations
        self._authenticator = authenticator
        self._body_bytes = body_bytes
        self._file_bytes = max(body_bytes, file_bytes or 0)
        self._recheck_s = recheck_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever it holds."""
        request, headers = request_id(), requests.headers_of(scope)
        media = requests.media_type(headers.accept)
        with structlog.contextvars.bound_contextvars(request=request):
            try:
                asking = await self._asking(scope, headers, receive, media)
                if media == EVENTS:
                    reply: Reply = await self._stream(asking, request, headers, receive)
                else:
                    with SECONDS.time():
                        reply = await self._answer(asking, request, scope["method"], media or JSON)
            except GoneError:
                return
            except Exception as error:  # noqa: BLE001 - every failure has its answer
                reply = _failed(error, request, media)
            await reply(send)

    async def _asking(
        self, scope: Scope, headers: Headers, receive: Receive, media: str | None
    ) -> "_Asking":
        """Who asks for what; whatever is wrong with it is said before the database is needed."""
        if media is None:
            raise RefusedError(
                406,
                f"accept = {headers.accept[:100]!r}: answers are {JSON}, {GRAPHQL} or {EVENTS}",
                "NOT_ACCEPTABLE",
            )
        if scope["method"] not in {"POST", "GET"}:
            raise RefusedError(
                405, "send the operation by POST", "METHOD_NOT_ALLOWED", Allow=ALLOWED
            )
        token = requests.bearer_token(headers.authorization)
        principal = await self._authenticator.scope_of(token)
        if scope["method"] == "GET":
            return _Asking(principal, requests.asked_in_query(scope["query_string"]))
        requests.check_content_type(headers.content_type)
        imports = bool(principal.permissions & IMPORTING)
        most = self._file_bytes if imports else self._body_bytes
        asked = requests.asked_in_body(await requests.read_body(receive, headers, most))
        requests.check_length(len(asked.query), self._body_bytes)
        return _Asking(principal, asked)

    async def _answer(self, asking: "_Asking", request: str, method: str, media: str) -> "Reply":
        prepared = self._operations.prepare(asking.asked, asking.principal)
        if isinstance(prepared, Answer):
            return _answered(prepared, media)
        check_kind(prepared, method)
        return _answered(await self._operations.run(prepared, asking.principal, request), media)

    async def _stream(
        self, asking: "_Asking", request: str, headers: Headers, receive: Receive
    ) -> "Reply":
        prepared = self._operations.prepare(asking.asked, asking.principal)
        token = requests.bearer_token(headers.authorization)
        streams, principal = self._streams, asking.principal
        streams.check(principal.tenant_id)

        async def reply(send: Send) -> None:
            with streams.place(principal.tenant_id):
                answers = streams.answers(prepared, principal, request)
                await send_events(
                    answers,
                    receive,
                    send,
                    lambda: self._authenticator.scope_of(token),
                    every_s=self._recheck_s,
                )

        return reply


class _Asking(NamedTuple):
    """A request that is understood: who asks, and what."""

    principal: Principal
    asked: Asked


Reply = Callable[[Send], Awaitable[None]]
"""Sends a response."""


def check_kind(prepared: Prepared, method: str) -> None:
    """Refuse what this way of asking cannot carry.

    Raises
    ------
    RefusedError
        405 for a mutation by GET, 400 for a subscription without a stream.
    """
    kind = prepared.operation.kind
    if kind is OperationType.SUBSCRIPTION:
        raise RefusedError(
            400,
            f"a subscription needs a stream: accept {EVENTS}, or connect by WebSocket",
            "STREAM_NEEDED",
        )
    if kind is OperationType.MUTATION and method == "GET":
        raise RefusedError(405, "send a mutation by POST", "METHOD_NOT_ALLOWED", Allow="POST")


def _answered(answer: Answer, media: str) -> Reply:
    headers: dict[str, str] = {}
    status, outcome = 200, "ok"
    if answer.unavailable:
        status, outcome = 503, "unavailable"
        headers["retry-after"] = str(RETRY_AFTER_S)
    elif not answer.executed:
        status, outcome = (400 if media == GRAPHQL else 200), "refused"
    elif "errors" in answer.content:
        outcome = "errors"
    OPERATIONS.labels(outcome).inc()
    return _json(status, media, answer.content, headers)


def _failed(error: Exception, request: str, media: str | None) -> Reply:
    """Answer a request that did not get as far as an operation."""
    status, told, headers = failure(error, request)
    OPERATIONS.labels("unavailable" if status == 503 else "refused").inc()
    return _json(status, GRAPHQL if media == GRAPHQL else JSON, {"errors": [told]}, headers)


def failure(error: Exception, request: str) -> tuple[int, dict[str, object], dict[str, str]]:
    """Status, error and headers for what went wrong around an operation."""
    if isinstance(error, RefusedError):
        return error.status, error.error, error.headers
    told = errors.of_cause(error, request)
    if isinstance(error, UnauthenticatedError):
        return 401, told, {"www-authenticate": f'{CHALLENGE}, error="invalid_token"'}
    if isinstance(error, LimitError):
        return 429, told, {"retry-after": str(int(error.retry_after_s or RETRY_AFTER_S))}
    if told["extensions"]["code"] == "UNAVAILABLE" or is_outage(error):
        return 503, told, {"retry-after": str(RETRY_AFTER_S)}
    return 500, told, {}


def _json(status: int, media: str, content: object, more: Mapping[str, str]) -> Reply:
    """One response whole."""
    body = encode(content)
    headers = [
        (b"content-type", _CONTENT_TYPES[media]),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    headers += [(name.encode(), value.encode("latin-1")) for name, value in more.items()]

    async def reply(send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return reply


_CONTENT_TYPES = {
    JSON: b"application/json; charset=utf-8",
    GRAPHQL: b"application/graphql-response+json; charset=utf-8",
}
