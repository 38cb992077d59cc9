"""The applications that the ports serve.

The public port answers for the API and for the gateway, so that one address is enough; the
gateway's own port answers for the gateway alone, in a process of its own.
"""

import gc
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from backend.settings import Settings

GATEWAY_PATHS = "/gateway/"
_YOUNG_OBJECTS = 20_000
"""New objects after which the collector looks for cycles; a request makes some thousands."""

GRACE_S = 3
"""How long open requests may take to end when the process is told to stop."""


class OnePort:
    """API and gateway behind one port.

    The request passes unchanged, since a signature covers its path as sent; that is why the
    gateway is not mounted, which would cut the path.
    """

    def __init__(self, api: Starlette, gateway: Starlette) -> None:
        self.api, self.gateway = api, gateway
        self._life = Router(lifespan=self._both)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on by its path."""
        if scope["type"] == "lifespan":
            await self._life(scope, receive, send)
        elif scope["path"].startswith(GATEWAY_PATHS):
            await self.gateway(scope, receive, send)
        else:
            await self.api(scope, receive, send)

    @asynccontextmanager
    async def _both(self, _: object) -> AsyncGenerator[Mapping[str, Any]]:
        async with (
            self.api.router.lifespan_context(self.api) as of_api,
            self.gateway.router.lifespan_context(self.gateway) as of_gateway,
        ):
            yield {**(of_api or {}), **(of_gateway or {})}


def public_app(settings: Settings) -> OnePort:
    """Everything, for the public port."""
    from backend.app import create_app  # noqa: PLC0415 - the gateway's process needs none of it
    from mobile_bff.app import bff_routes  # noqa: PLC0415 - the same

    return OnePort(create_app(settings, bff_routes), gateway_app(settings))


def gateway_app(settings: Settings) -> Starlette:
    """What concentrators talk to, alone."""
    from ingestion.app import create_app  # noqa: PLC0415 - loaded with the process that serves it

    return create_app(settings)


def serve(app: OnePort | Starlette, *, host: str, port: int) -> None:
    """Serve until a signal comes; logging is configured already."""
    # what is loaded stays: the collector need not look at it again and again between requests
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 20, 20)
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
