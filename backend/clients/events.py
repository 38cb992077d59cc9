"""Events for those who listen now: published over Valkey, kept nowhere.

Whoever misses one reads the tables; an event only says that it is worth reading.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.identity import BalanceGroupId, TenantId

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ReadingsFolded:
    """Hours of some groups changed."""

    groups: tuple[BalanceGroupId, ...]
    start: int
    end: int
    """Hours since the epoch, [start, end)."""


def _topic(tenant_id: TenantId) -> str:
    return f"balance:folded:{tenant_id}"


class Events:
    """Publishes and listens."""

    def __init__(self, redis_url: str) -> None:
        self._redis = Redis.from_url(redis_url)

    async def close(self) -> None:
        """Drop the connections."""
        await self._redis.aclose()

    async def readings_folded(
        self, tenant_id: TenantId, groups: Sequence[BalanceGroupId], start: int, end: int
    ) -> None:
        """Say that hours of groups changed."""
        content = orjson.dumps({"groups": list(groups), "start": start, "end": end})
        try:
            await self._redis.publish(_topic(tenant_id), content)
        except (RedisError, OSError) as error:
            log.warning("event not published", error=str(error))

    async def listen(self, tenant_id: TenantId) -> AsyncGenerator[ReadingsFolded]:
        """Events of a tenant from now on."""
        async with self._redis.pubsub(ignore_subscribe_messages=True) as channel:
            await channel.subscribe(_topic(tenant_id))
            async for message in channel.listen():
                body = orjson.loads(message["data"])
                groups = tuple(BalanceGroupId(one) for one in body["groups"])
                yield ReadingsFolded(groups, body["start"], body["end"])
