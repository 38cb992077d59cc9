"""Subscriptions over WebSocket and over server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
import pytest
import pytest_asyncio
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.integration.graphql_http.conftest import SECRET, Door, ShortLived, taps

PROTOCOL = Subprotocol("graphql-transport-ws")


class Talk:
    """A client of the protocol."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def say(self, type: str, **fields: Any) -> None:
        await self.socket.send(orjson.dumps({"type": type, **fields}).decode())

    async def hear(self) -> dict[str, Any]:
        async with asyncio.timeout(5):
            found: dict[str, Any] = orjson.loads(await self.socket.recv())
        return found

    async def ask(self, query: str, id: str = "1", **more: Any) -> None:
        await self.say("subscribe", id=id, payload={"query": query, **more})

    async def closed(self) -> int:
        async with asyncio.timeout(5):
            with pytest.raises(ConnectionClosed):
                while True:
                    await self.socket.recv()
        assert self.socket.close_code is not None
        return self.socket.close_code


@asynccontextmanager
async def talk(door: Door, *protocols: str, init: bool = True) -> AsyncIterator[Talk]:
    address = door.url.replace("http", "ws") + "/graphql"
    offered = [Subprotocol(name) for name in protocols] or [PROTOCOL]
    async with connect(address, subprotocols=offered, max_size=None) as socket:
        client = Talk(socket)
        if init:
            await client.say("connection_init", payload={"authorization": f"Bearer {door.token()}"})
            assert await client.hear() == {"type": "connection_ack"}
        yield client


@pytest_asyncio.fixture(autouse=True)
async def quiet() -> AsyncIterator[None]:
    taps.go.clear()
    yield
    taps.go.set()


async def drained() -> None:
    async with asyncio.timeout(5):
        await taps.closed.wait()


async def test_a_subscription_tells_every_event_and_then_the_end(small: Door) -> None:
    async with talk(small) as client:
        await client.ask("subscription($n: Int!) { count(to: $n) }", variables={"n": 2})
        for number in range(2):
            payload = {"data": {"count": number}}
            assert await client.hear() == {"type": "next", "id": "1", "payload": payload}
        assert await client.hear() == {"type": "complete", "id": "1"}
        # The id is free again.
        await client.ask("{ hello }")
        assert (await client.hear())["payload"] == {"data": {"hello": "hello you"}}
        assert (await client.hear())["type"] == "complete"


async def test_two_streams_on_one_connection(small: Door) -> None:
    async with talk(small) as client:
        await client.ask("subscription { drip }", id="a")
        await client.hear()
        await client.ask("{ tenant }", id="b")
        assert (await client.hear())["payload"]["data"]["tenant"] == small.scope.tenant_id
        assert await client.hear() == {"type": "complete", "id": "b"}
        await client.say("complete", id="a")
        await drained()
        await client.say("ping")
        assert await client.hear() == {"type": "pong"}


async def test_a_client_that_leaves_ends_its_streams(small: Door) -> None:
    async with talk(small) as client:
        await client.ask("subscription { drip }")
        await client.hear()
        assert taps.open == 1
    await drained()


@pytest.mark.parametrize("protocol", ["graphql-ws", "other"])
async def test_no_other_protocol_is_spoken(small: Door, protocol: str) -> None:
    async with talk(small, protocol, init=False) as client:
        assert await client.closed() == 4406


@pytest.mark.parametrize("payload", [None, {}, {"authorization": "Bearer x.y.z"}, [], "x"])
async def test_nobody_listens_without_a_token(small: Door, payload: object) -> None:
    async with talk(small, init=False) as client:
        await client.say("connection_init", payload=payload)
        assert await client.closed() == 4403


async def test_a_token_in_the_header_serves_too(small: Door) -> None:
    address = small.url.replace("http", "ws") + "/graphql"
    headers = {"Authorization": f"Bearer {small.token()}"}
    async with connect(address, subprotocols=[PROTOCOL], additional_headers=headers) as socket:
        client = Talk(socket)
        await client.say("connection_init")
        assert await client.hear() == {"type": "connection_ack"}


async def test_silence_before_the_beginning_ends_the_connection(small: Door) -> None:
    async with talk(small, init=False) as client:
        assert await client.closed() == 4408


async def test_asking_before_the_beginning(small: Door) -> None:
    async with talk(small, init=False) as client:
        await client.ask("{ hello }")
        assert await client.closed() == 4401


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("nonsense", 4400),
        ("[]", 4400),
        ("{}", 4400),
        ('{"type": "start", "id": "1"}', 4400),
        ('{"type": "subscribe"}', 4400),
        ('{"type": "subscribe", "id": 1}', 4400),
        ('{"type": "connection_init"}', 4429),
        ('{"type": "ping", "payload": "' + "x" * 70_000 + '"}', 1009),
        (b"\x00\x01", 4400),
    ],
)
async def test_a_broken_message_ends_the_connection(
    small: Door, message: str | bytes, code: int
) -> None:
    async with talk(small) as client:
        await client.socket.send(message)
        assert await client.closed() == code


async def test_the_same_id_twice(small: Door) -> None:
    async with talk(small) as client:
        await client.ask("subscription { drip }")
        await client.hear()
        await client.ask("{ hello }")
        assert await client.closed() == 4409
    await drained()


async def test_a_document_that_cannot_run_leaves_the_connection(small: Door) -> None:
    async with talk(small) as client:
        for query, code in (
            ("subscription { nothing }", "DOCUMENT_INVALID"),
            ("subscription($n: Int!) { count(to: $n) }", "VARIABLES_INVALID"),
            ("subscription { refuses }", "INVALID"),
        ):
            await client.ask(query)
            answer = await client.hear()
            assert (answer["type"], answer["id"]) == ("error", "1"), answer
            assert answer["payload"][0]["extensions"]["code"] == code
        await client.say("subscribe", id="1", payload=None)
        assert (await client.hear())["payload"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_a_source_that_breaks_is_masked(small: Door) -> None:
    async with talk(small) as client:
        await client.ask("subscription { breaks }")
        assert (await client.hear())["payload"] == {"data": {"breaks": 1}}
        broken = await client.hear()
        assert broken["type"] == "error"
        assert broken["payload"][0]["extensions"]["code"] == "INTERNAL"
        assert SECRET not in str(broken)


async def test_a_token_that_expires_ends_the_connection(small: Door) -> None:
    assert isinstance(small.authenticator, ShortLived)
    async with talk(small) as client:
        await client.ask("subscription { drip }")
        await client.hear()
        small.authenticator.expired = True
        try:
            assert await client.closed() == 4403
        finally:
            small.authenticator.expired = False
    await drained()


async def test_streams_of_a_tenant_are_limited(small: Door) -> None:
    async with talk(small) as client:
        for number in range(5):
            await client.ask("subscription { drip }", id=str(number))
        answers = [await client.hear() for _ in range(5)]
        refused = [answer for answer in answers if answer["type"] == "error"]
        assert len(refused) == 1
        assert refused[0]["payload"][0]["extensions"]["code"] == "STREAM_LIMIT"
        async with small.client() as other:
            answer = await other.post("/graphql", json={"query": "{ hello }"}, headers=EVENTS)
            assert answer.status_code == 429
    await drained()


EVENTS = {"Accept": "text/event-stream"}


def events_in(body: str) -> list[tuple[str, Any]]:
    found = []
    for block in body.split("\n\n"):
        fields = dict(line.split(":", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            data = fields["data"].strip()
            found.append((fields["event"].strip(), orjson.loads(data) if data else None))
    return found


async def streamed(door: Door, query: str) -> list[tuple[str, Any]]:
    async with door.client() as client:
        answer = await client.post("/graphql", json={"query": query}, headers=EVENTS)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    return events_in(answer.text)


async def test_server_sent_events(small: Door) -> None:
    numbers = [("next", {"data": {"count": number}}) for number in range(3)]
    assert await streamed(small, "subscription { count }") == [*numbers, ("complete", None)]
    (first, end) = await streamed(small, "{ hello }")
    assert first == ("next", {"data": {"hello": "hello you"}})
    assert end == ("complete", None)
    (refused, end) = await streamed(small, "subscription { nothing }")
    assert refused[1]["errors"][0]["extensions"]["code"] == "DOCUMENT_INVALID"
    assert end[0] == "complete"


async def test_server_sent_events_need_a_token(small: Door) -> None:
    async with httpx.AsyncClient(base_url=small.url, headers=EVENTS) as client:
        answer = await client.post("/graphql", json={"query": "{ hello }"})
    assert answer.status_code == 401


async def test_a_reader_that_leaves_ends_its_stream(small: Door) -> None:
    async with (
        small.client() as client,
        client.stream(
            "POST", "/graphql", json={"query": "subscription { drip }"}, headers=EVENTS
        ) as answer,
    ):
        async for line in answer.aiter_lines():
            if line.startswith("data"):
                break
        assert taps.open == 1
    await drained()


async def test_a_token_that_expires_ends_the_events(small: Door) -> None:
    assert isinstance(small.authenticator, ShortLived)
    request = {"query": "subscription { drip }"}
    async with (
        small.client() as client,
        client.stream("POST", "/graphql", json=request, headers=EVENTS) as answer,
    ):
        small.authenticator.expired = True
        try:
            async with asyncio.timeout(5):
                text = "".join([piece async for piece in answer.aiter_text()])
        finally:
            small.authenticator.expired = False
    (*_, last, end) = events_in(text)
    assert last[1]["errors"][0]["extensions"]["code"] == "TOKEN_EXPIRED"
    assert end[0] == "complete"
    await drained()
