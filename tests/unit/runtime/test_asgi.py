"""One port for two applications: which one answers, with which path, and both lives."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from runtime.asgi import OnePort


def named(name: str, path: str, lives: list[str]) -> Starlette:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[dict[str, str]]:
        lives.append(f"{name} begins")
        yield {name: "alive"}
        lives.append(f"{name} ends")

    async def answer(request: Request) -> PlainTextResponse:
        state = getattr(request.state, name)
        return PlainTextResponse(f"{name} {state} {request.scope['path']}")

    return Starlette(routes=[Route(path, answer, methods=["GET", "POST"])], lifespan=lifespan)


@pytest.fixture
def lives() -> list[str]:
    return []


async def test_each_request_reaches_its_application_with_its_path_untouched(
    lives: list[str],
) -> None:
    port = OnePort(named("api", "/graphql", lives), named("gateway", "/gateway/v1/frames", lives))
    begun, stop = asyncio.Event(), asyncio.Event()
    state: dict[str, Any] = {}

    async def receive() -> Message:
        if not begun.is_set():
            return {"type": "lifespan.startup"}
        await stop.wait()
        return {"type": "lifespan.shutdown"}

    async def send(message: Message) -> None:
        assert not message["type"].endswith("failed"), message
        begun.set()

    async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
        # As servers do: what the lifespan left is the state of every request.
        await port({**scope, "state": dict(state)}, receive, send)

    life = asyncio.create_task(port({"type": "lifespan", "state": state}, receive, send))
    await begun.wait()
    transport = httpx.ASGITransport(app=with_state)
    async with httpx.AsyncClient(transport=transport, base_url="http://balance") as client:
        assert (await client.post("/graphql")).text == "api alive /graphql"
        answer = await client.post("/gateway/v1/frames")
        assert answer.text == "gateway alive /gateway/v1/frames"
        assert (await client.get("/gateways")).status_code == 404
    stop.set()
    await life
    assert lives == ["api begins", "gateway begins", "gateway ends", "api ends"]
