"""GraphQL over WebSocket: the protocol graphql-transport-ws, and no older one.

The older subprotocol, graphql-ws, let clients subscribe before they were known; it is refused.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any

import orjson
import structlog
from starlette.types import Receive, Send
from starlette.types import Scope as Connection
from starlette.websockets import WebSocket, WebSocketDisconnect

from backend.graphql.transport import errors, requests
from backend.graphql.transport.errors import Errors
from backend.graphql.transport.operations import Answer, encode, request_id
from backend.graphql.transport.requests import RefusedError
from backend.graphql.transport.streams import RECHECK_S, Streams
from domain.errors import BalanceError, UnauthenticatedError
from domain.identity import Scope
from tenants.authentication import Authenticator

PROTOCOL = "graphql-transport-ws"
INIT_PATIENCE_S = 10.0
MOST_PER_CONNECTION = 50
LONGEST_ID = 100

BAD_MESSAGE = 4400
NOT_INITIALISED = 4401
FORBIDDEN = 4403
WRONG_PROTOCOL = 4406
INIT_TIMEOUT = 4408
SAME_ID = 4409
INIT_TWICE = 4429
TOO_LONG = 1009

log = structlog.get_logger(__name__)


class _ClosedError(Exception):
    """The connection has to end, with a code of the protocol and a reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


class GraphQLSockets:
    """Accepts connections; each is served by a `_Conversation` of its own."""

    def __init__(
        self,
        streams: Streams,
        authenticator: Authenticator,
        *,
        message_bytes: int,
        init_patience_s: float = INIT_PATIENCE_S,
        recheck_s: float = RECHECK_S,
    ) -> None:
        self.streams, self.authenticator = streams, authenticator
        self.message_bytes = message_bytes
        self.init_patience_s, self.recheck_s = init_patience_s, recheck_s

    async def __call__(self, scope: Connection, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        socket = WebSocket(scope, receive, send)
        if PROTOCOL not in scope.get("subprotocols", ()):
            await socket.accept()
            await socket.close(WRONG_PROTOCOL, "Subprotocol not acceptable")
            return
        await socket.accept(PROTOCOL)
        conversation = _Conversation(self, socket)
        try:
            await conversation.hold()
        except _ClosedError as closed:
            with contextlib.suppress(RuntimeError, WebSocketDisconnect, OSError):
                await socket.close(closed.code, closed.reason)
        except (WebSocketDisconnect, OSError):
            pass
        finally:
            await conversation.end()


class _Conversation:
    """One connection: reads what the client says, and runs its streams, each as one task."""

    def __init__(self, sockets: GraphQLSockets, socket: WebSocket) -> None:
        self._sockets, self._socket = sockets, socket
        self._streams: dict[str, asyncio.Task[None]] = {}
        self._sending = asyncio.Lock()
        self._scope: Scope | None = None
        self._token = ""

    async def hold(self) -> None:
        """Talk until one of both ends it."""
        await self._initialise()
        listening = asyncio.ensure_future(self._listen())
        watching = asyncio.ensure_future(self._watch())
        try:
            await asyncio.wait({listening, watching}, return_when=asyncio.FIRST_COMPLETED)
            for done in (listening, watching):
                if done.done():
                    done.result()
        finally:
            listening.cancel()
            watching.cancel()
            await asyncio.gather(listening, watching, return_exceptions=True)

    async def end(self) -> None:
        """End every stream."""
        tasks = list(self._streams.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _initialise(self) -> None:
        try:
            async with asyncio.timeout(self._sockets.init_patience_s):
                message = await self._receive()
                while message["type"] in {"ping", "pong"}:
                    await self._keep_alive(message)
                    message = await self._receive()
        except TimeoutError:
            raise _ClosedError(INIT_TIMEOUT, "Connection initialisation timeout") from None
        if message["type"] != "connection_init":
            raise _ClosedError(NOT_INITIALISED, "Unauthorized")
        self._token = self._token_in(message.get("payload"))
        try:
            self._scope = await self._sockets.authenticator.scope_of(self._token)
        except UnauthenticatedError as error:
            raise _ClosedError(FORBIDDEN, error.message) from None
        await self._send({"type": "connection_ack"})

    def _token_in(self, payload: object) -> str:
        header = self._socket.headers.get("authorization", "")
        if isinstance(payload, Mapping):
            given = payload.get("authorization", payload.get("Authorization"))
            header = given if isinstance(given, str) else header
        scheme, _, token = header.partition(" ")
        return token.strip() if scheme.lower() == "bearer" else header.strip()

    async def _watch(self) -> None:
        """Make sure now and then that the token still holds."""
        while True:
            await asyncio.sleep(self._sockets.recheck_s)
            await self._check_token()

    async def _check_token(self) -> None:
        try:
            await self._sockets.authenticator.scope_of(self._token)
        except UnauthenticatedError as error:
            raise _ClosedError(FORBIDDEN, error.message) from None

    async def _listen(self) -> None:
        while True:
            message = await self._receive()
            match message["type"]:
                case "subscribe":
                    await self._check_token()
                    await self._subscribe(message)
                case "complete":
                    task = self._streams.pop(_id_of(message), None)
                    if task is not None:
                        task.cancel()
                case "ping" | "pong":
                    await self._keep_alive(message)
                case "connection_init":
                    raise _ClosedError(INIT_TWICE, "Too many initialisation requests")
                case other:
                    raise _ClosedError(BAD_MESSAGE, f"Unknown message type {str(other)[:40]!r}")

    async def _subscribe(self, message: Mapping[str, Any]) -> None:
        name = _id_of(message)
        if name in self._streams:
            raise _ClosedError(SAME_ID, f"Subscriber for {name} already exists")
        if len(self._streams) >= MOST_PER_CONNECTION:
            told = errors.plain(
                f"a connection carries at most {MOST_PER_CONNECTION} operations", "STREAM_LIMIT"
            )
            await self._send({"type": "error", "id": name, "payload": [told]})
            return
        task = asyncio.create_task(self._stream(name, message.get("payload")))
        self._streams[name] = task

    async def _stream(self, name: str, payload: object) -> None:
        """Carry one operation to its end."""
        request = request_id()
        assert self._scope is not None
        with structlog.contextvars.bound_contextvars(request=request):
            try:
                await self._carry(name, payload, self._scope, request)
            except RefusedError as refused:
                await self._send({"type": "error", "id": name, "payload": [refused.error]})
            except BalanceError as error:
                await self._send(
                    {"type": "error", "id": name, "payload": [errors.of_balance(error)]}
                )
            except (WebSocketDisconnect, RuntimeError, OSError):
                # The client left while we spoke.
                log.debug("stream ended by its client")
            finally:
                if self._streams.get(name) is asyncio.current_task():
                    del self._streams[name]

    async def _carry(self, name: str, payload: object, scope: Scope, request: str) -> None:
        streams = self._sockets.streams
        prepared = streams.operations.prepare(requests.asked_in(payload), scope)
        if isinstance(prepared, Answer):
            await self._finish(name, "error", prepared.content["errors"])
            return
        with streams.place(scope.tenant_id):
            async with contextlib.aclosing(streams.answers(prepared, scope, request)) as answers:
                async for answer in answers:
                    if not answer.executed:
                        await self._finish(name, "error", answer.content["errors"])
                        return
                    await self._send({"type": "next", "id": name, "payload": answer.content})
        await self._finish(name, "complete")

    async def _finish(self, name: str, how: str, told: Errors | None = None) -> None:
        """Say that an operation ended; from then on its id may be used again."""
        self._streams.pop(name, None)
        message: dict[str, Any] = {"type": how, "id": name}
        await self._send(message if told is None else {**message, "payload": told})

    async def _keep_alive(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "ping":
            await self._send({"type": "pong"})

    async def _receive(self) -> dict[str, Any]:
        raw = await self._socket.receive()
        if raw["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(raw.get("code", 1005))
        text = raw.get("text")
        if text is None:
            raise _ClosedError(BAD_MESSAGE, "Messages are text")
        if len(text) > self._sockets.message_bytes:
            raise _ClosedError(TOO_LONG, "Message too long")
        try:
            message = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise _ClosedError(BAD_MESSAGE, "Message is not JSON") from None
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            raise _ClosedError(BAD_MESSAGE, "Message has no type")
        if "\\u0000" in text:
            raise _ClosedError(BAD_MESSAGE, "Message holds the character U+0000")
        return message

    async def _send(self, message: Mapping[str, Any]) -> None:
        async with self._sending:
            await self._socket.send_text(encode(message).decode())


def _id_of(message: Mapping[str, Any]) -> str:
    name = message.get("id")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_ID:
        raise _ClosedError(BAD_MESSAGE, f"id must be a text of 1 to {LONGEST_ID} characters")
    return name
