"""GraphQL over server-sent events, in the mode of distinct connections: one POST, one stream."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

from starlette.types import Receive, Send

from backend.graphql.transport import errors
from backend.graphql.transport.operations import Answer, encode
from backend.graphql.transport.streams import RECHECK_S
from domain.errors import UnauthenticatedError

Recheck = Callable[[], Awaitable[object]]

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
_SILENCE = b":\n\n"


async def send_events(
    answers: AsyncGenerator[Answer],
    receive: Receive,
    send: Send,
    recheck: Recheck,
    *,
    every_s: float = RECHECK_S,
) -> None:
    """Send answers as they come, until they end, the client leaves or its token expires."""
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    gone = asyncio.ensure_future(_disconnect(receive))
    try:
        async with aclosing(answers):
            await _pass_on(answers, gone, send, recheck, every_s)
        if not gone.done():
            await _send(send, b"event: complete\ndata:\n\n", last=True)
    finally:
        gone.cancel()


async def _pass_on(
    answers: AsyncGenerator[Answer],
    gone: "asyncio.Future[None]",
    send: Send,
    recheck: Recheck,
    every_s: float,
) -> None:
    coming: asyncio.Future[Answer | None] = asyncio.ensure_future(anext(answers, None))
    try:
        await _send(send, _SILENCE)
        while True:
            either: set[asyncio.Future[Any]] = {coming, gone}
            await asyncio.wait(either, timeout=every_s, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                return
            try:
                await recheck()
            except UnauthenticatedError as error:
                await _send(send, _event({"errors": [errors.of_balance(error)]}))
                return
            if not coming.done():
                await _send(send, _SILENCE)
                continue
            answer = coming.result()
            if answer is None:
                return
            await _send(send, _event(answer.content))
            coming = asyncio.ensure_future(anext(answers, None))
    finally:
        if not coming.done():
            coming.cancel()
            await asyncio.wait({coming})


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _event(content: object) -> bytes:
    return b"event: next\ndata: " + encode(content) + b"\n\n"


async def _send(send: Send, body: bytes, *, last: bool = False) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": not last})
