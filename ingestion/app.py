"""The gateway as an ASGI application and process of its own."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Lifespan

from backend.master_key import load_master_key
from backend.services.devices import Devices
from backend.settings import Settings
from backend.tasks.queue import ArqQueue
from domain.errors import BalanceError
from ingestion import answers
from ingestion.gateway import Gateway
from tenants.outages import OUTAGES
from tenants.session import Database

FRAMES = "/gateway/v1/frames"
POOL = 12


def application(
    gateway: Gateway | None = None, lifespan: Lifespan[Starlette] | None = None
) -> Starlette:
    """Routes and error answers around a gateway."""

    async def frames(request: Request) -> Response:
        taker: Gateway = request.app.state.gateway
        return await taker.push(request)

    handlers = dict.fromkeys(OUTAGES, answers.postpone)
    app = Starlette(
        routes=[Route(FRAMES, frames, methods=["POST"])],
        lifespan=lifespan,
        exception_handlers={BalanceError: answers.refuse, **handlers},
    )
    app.state.gateway = gateway
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
        devices = Devices(database, load_master_key(settings))
        app.state.gateway = Gateway(database, devices, queue)
        try:
            yield
        finally:
            await queue.stop()
            await database.close()

    return application(lifespan=lifespan)
