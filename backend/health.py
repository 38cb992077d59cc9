"""Whether this process lives, whether it is ready to answer, and its figures.

Without Valkey the product is degraded but ready: limits are counted in the process, and wake-ups
wait for the worker's next look at the bells.
"""

import asyncio
from dataclasses import dataclass

import orjson
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from backend import revision
from backend.outage import RETRY_AFTER_S, is_outage
from backend.settings import Settings

PATIENCE_S = 2.0
_FRESH = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Health:
    """The probes of one process."""

    settings: Settings
    valkey: Redis

    async def live(self, _: Request) -> Response:
        """Answer while the process runs at all: a supervisor restarts one that does not."""
        return _json({"alive": True})

    async def ready(self, _: Request) -> Response:
        """Answer whether requests can be served: the database is there, at our revision."""
        database, valkey = await asyncio.gather(self._database(), self._valkey())
        ready = database == "ok"
        answer = _json(
            {"ready": ready, "database": database, "valkey": valkey}, 200 if ready else 503
        )
        if not ready:
            answer.headers["Retry-After"] = str(RETRY_AFTER_S)
        return answer

    async def metrics(self, _: Request) -> Response:
        """Figures for Prometheus."""
        return Response(generate_latest(), headers={**_FRESH, "Content-Type": CONTENT_TYPE_LATEST})

    async def _database(self) -> str:
        try:
            async with asyncio.timeout(PATIENCE_S):
                found = await revision.current(self.settings.database_url)
        except Exception as error:
            if not is_outage(error):
                raise
            return "away"
        needed = revision.head()
        return "ok" if found == needed else f"at revision {found}, not {needed}"

    async def _valkey(self) -> str:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self.valkey.ping()
        except (RedisError, OSError):
            return "away: limits are counted here, work is found a little later"
        return "ok"


def health_routes(health: Health) -> list[BaseRoute]:
    """Routes of the probes."""
    return [
        Route("/livez", health.live),
        Route("/readyz", health.ready),
        Route("/metrics", health.metrics),
    ]


def _json(content: dict[str, object], status: int = 200) -> Response:
    body = orjson.dumps(content)
    return Response(body, status, media_type="application/json", headers=_FRESH)
