"""The gateway as an ASGI application and process of its own."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Lifespan

from backend.clients.events import Events
from backend.leaving import on_the_way_out
from backend.master_key import load_master_key
from backend.services.gateway.devices import Devices
from backend.services.limits import HOUR_S, Ledger, LimitDirectory, ReadingQuota
from backend.settings import Settings
from backend.tasks.queue import ArqQueue
from domain.errors import BalanceError
from ingestion import acks, answers, config, manual
from ingestion.commands import Polls
from ingestion.downlink import Downlink
from ingestion.gateway import Gateway
from ingestion.replay_windows import ReplayWindows
from tenants.outages import OUTAGES
from tenants.session import Database

FRAMES = "/gateway/v1/frames"
COMMANDS = "/gateway/v1/commands"
ACKS = "/gateway/v1/acks"
CONFIG = "/gateway/v1/config"
MANUAL = "/gateway/v1/manual"
POOL = 12
VALKEY_PATIENCE_S = 0.5


def application(
    gateway: Gateway | None = None,
    polls: Polls | None = None,
    lifespan: Lifespan[Starlette] | None = None,
) -> Starlette:
    """Routes and error answers around a gateway."""

    async def frames(request: Request) -> Response:
        taker: Gateway = request.app.state.gateway
        return await taker.push(request)

    async def commands(request: Request) -> Response:
        taker: Polls = request.app.state.polls
        return await taker.answer(request)

    async def acknowledgements(request: Request) -> Response:
        return await acks.take(request.app.state.polls, request)

    async def configuration(request: Request) -> Response:
        listening: Polls | None = request.app.state.polls
        windows = None if listening is None else listening.windows
        return await config.tell(request.app.state.gateway, windows, request)

    async def by_hand(request: Request) -> Response:
        return await manual.take(request.app.state.gateway, request)

    handlers = dict.fromkeys(OUTAGES, answers.postpone)
    app = Starlette(
        routes=[
            Route(FRAMES, frames, methods=["POST"]),
            Route(COMMANDS, commands, methods=["GET"]),
            Route(ACKS, acknowledgements, methods=["POST"]),
            Route(CONFIG, configuration, methods=["GET"]),
            Route(MANUAL, by_hand, methods=["POST"]),
        ],
        lifespan=lifespan,
        exception_handlers={BalanceError: answers.refuse, **handlers},
    )
    app.state.gateway, app.state.polls = gateway, polls
    return app


def create_app(settings: Settings) -> Starlette:
    """Build the gateway; it connects when it starts."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        database = Database.connect(
            settings.database_url, pool_size=POOL, application="balance-gateway"
        )
        queue = ArqQueue(settings.redis_url)
        await queue.start()
        events, windows = Events(settings.redis_url), ReplayWindows(settings.redis_url)
        downlink = Downlink(database, events)
        await downlink.start()
        devices = Devices(database, load_master_key(settings))
        valkey: Redis = Redis.from_url(settings.redis_url, socket_timeout=VALKEY_PATIENCE_S)
        readings = Ledger("readings", HOUR_S, valkey)
        quota = ReadingQuota(LimitDirectory(database=database), readings)
        app.state.gateway = Gateway(database, devices, queue, downlink, quota)
        app.state.polls = Polls(app.state.gateway, downlink, windows, events)
        try:
            with on_the_way_out(downlink.close):
                yield
        finally:
            await downlink.stop()
            await quota.close()
            await valkey.aclose()
            await windows.close()
            await events.close()
            await queue.stop()
            await database.close()

    return application(lifespan=lifespan)
