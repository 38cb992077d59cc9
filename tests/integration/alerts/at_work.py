"""Gateway, worker and analyst at work on one tenant, with providers and an endpoint of ours."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.clients.events import Events
from backend.graphql.schema import schema
from backend.graphql.transport.streams import StreamContext
from backend.services.gateway.devices import Devices
from backend.settings import Settings, read_settings
from backend.tasks import analyst, worker
from backend.tasks.queue import ArqQueue
from domain.identity import Scope
from ingestion.app import application
from ingestion.gateway import Gateway
from simulator.providers.firebase import Firebase, write_account
from simulator.providers.mail import MailServer
from tenants.session import Database
from tests.factories import MASTER_KEY
from tests.integration.notifications.serving import served

PATIENCE_S = 60
"""Whoever is to be told is told within a minute."""

Answer = TypeVar("Answer")
STREAM = "subscription S($under: ID) { alertRaised(under: $under) { id kind closedAt } }"


@dataclass
class Providers:
    """What telephones, mailboxes and endpoints were sent, each on a socket of its own."""

    firebase: Firebase = field(default_factory=Firebase)
    mail: MailServer = field(default_factory=MailServer)
    sms: list[dict[str, Any]] = field(default_factory=list)
    hooks: list[dict[str, Any]] = field(default_factory=list)
    hook_url: str = ""

    async def take_sms(self, request: Request) -> Response:
        self.sms.append(await request.json())
        return JSONResponse({"id": "1"}, 202)

    async def take_hook(self, request: Request) -> Response:
        self.hooks.append(await request.json())
        return JSONResponse({})

    def pushes(self, token: str) -> list[str]:
        """Titles of what a telephone shows."""
        told = (one for one in self.firebase.messages if one["token"] == token)
        return [one["notification"]["title"] for one in told]

    def letters(self, address: str) -> list[str]:
        """Subjects of what lies in a mailbox."""
        return [str(one["Subject"]) for one in self.mail.letters if one["To"] == address]


@asynccontextmanager
async def providers(home: Path) -> AsyncIterator[tuple[Providers, dict[str, Any]]]:
    """Providers of our own, and the settings that point the product to them."""
    ours = Providers()
    more = Starlette(
        routes=[
            Route("/sms", ours.take_sms, methods=["POST"]),
            Route("/hook", ours.take_hook, methods=["POST"]),
        ]
    )
    async with served(ours.firebase.application()) as firebase, served(more) as url:
        write_account(home / "push.json", firebase)
        ours.hook_url = f"{url}/hook"
        port = await ours.mail.start()
        yield (
            ours,
            {
                "fcm_credentials": home / "push.json",
                "fcm_url": firebase,
                "smtp_url": f"smtp://127.0.0.1:{port}",
                "sms_url": f"{url}/sms",
                "sms_token": "token",
                "webhooks_private": True,
            },
        )
    await ours.mail.stop()


@dataclass
class AtWork:
    """The running parts, and the door to the gateway."""

    client: httpx.AsyncClient
    events: Events
    providers: Providers
    database: Database
    heard: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """What each listener was told by the subscription, by a name of theirs."""

    _listening: list[asyncio.Task[None]] = field(default_factory=list)

    def listen(self, name: str, scope: Scope, under: str | None = None) -> None:
        """Keep a subscription open as somebody, until all of it ends."""
        told = self.heard.setdefault(name, [])

        async def keep_listening() -> None:
            async with StreamContext(self.database, scope, self.events) as context:
                asked = {"under": under}
                stream = await schema.subscribe(STREAM, asked, context_value=context)
                async for event in stream:  # type: ignore[union-attr]
                    assert not event.errors, event.errors
                    told.append(event.data["alertRaised"])

        self._listening.append(asyncio.create_task(keep_listening()))

    async def stop(self) -> None:
        """Hang up."""
        for task in self._listening:
            task.cancel()
        await asyncio.gather(*self._listening, return_exceptions=True)


async def until(ask: Callable[[], Awaitable[Answer]], met: Callable[[Answer], bool]) -> Answer:
    """Ask until the answer is as it should be; the last one is told where it never is."""
    answer = await ask()
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not met(answer):
                await asyncio.sleep(0.05)
                answer = await ask()
    except TimeoutError:
        raise AssertionError(answer) from None
    return answer


@asynccontextmanager
async def at_work(
    database: Database, database_url: str, redis_url: str, home: Path
) -> AsyncIterator[AtWork]:
    """Run the parts until the block ends."""
    async with AsyncExitStack() as stack:
        ours, pointed = await stack.enter_async_context(providers(home))
        settings = _settings(home, database_url, redis_url, pointed)
        queue, events = ArqQueue(redis_url), Events(redis_url)
        await queue.start()
        gateway = Gateway(database, Devices(database, MASTER_KEY), queue)
        transport = httpx.ASGITransport(application(gateway))
        client = httpx.AsyncClient(transport=transport, base_url="http://gateway")
        await stack.enter_async_context(client)
        parts = [asyncio.create_task(worker.serve(settings))]
        parts.append(asyncio.create_task(analyst.serve(settings)))
        running = AtWork(client, events, ours, database)
        try:
            yield running
        finally:
            await running.stop()
            for part in parts:
                part.cancel()
            for part in parts:
                with contextlib.suppress(asyncio.CancelledError):
                    await part
            await queue.stop()
            await events.close()


def _settings(
    home: Path, database_url: str, redis_url: str, pointed: Mapping[str, Any]
) -> Settings:
    return read_settings(
        home=home,
        database_url=database_url,
        redis_url=redis_url,
        master_key=MASTER_KEY.hex(),
        public_url="http://balance.test",
        **pointed,
    )


def frames_of(answer: httpx.Response) -> list[int]:
    """Frames that the gateway took."""
    assert answer.status_code == 200, answer.text
    told = json.loads(answer.content)
    assert told["rejected"] == []
    accepted: list[int] = told["accepted"]
    return accepted
