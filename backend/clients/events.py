"""Events for those who listen now: published over Valkey, kept nowhere.

Whoever misses one reads the tables; an event only says that it is worth reading.
"""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.identity import BalanceGroupId, ConcentratorId, TenantId

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ReadingsFolded:
    """Hours of some groups changed."""

    groups: tuple[BalanceGroupId, ...]
    start: int
    end: int
    """Hours since the epoch, [start, end)."""


class Topic(StrEnum):
    """What the events of a tenant are of."""

    FOLDED = "folded"
    COMMANDS = "commands"
    FINDINGS = "findings"
    ALERTS = "alerts"
    DR_EVENTS = "dr"

    def of(self, tenant: TenantId | str) -> str:
        """Channel of a tenant."""
        return f"balance:{self}:{tenant}"


@dataclass(frozen=True, slots=True)
class Heard:
    """Something of a tenant changed: groups of which hours did, or things by their ids."""

    tenant: TenantId
    topic: Topic
    ids: tuple[int, ...]


DOWNLINK = "balance:downlink"
"""Topic of all tenants: every process that holds polls listens to it once."""

Called = tuple[TenantId, ConcentratorId]


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
        await self._publish(
            Topic.FOLDED.of(tenant_id), {"groups": list(groups), "start": start, "end": end}
        )

    async def call(self, concentrators: Iterable[Called]) -> None:
        """Say that commands wait for some concentrators."""
        await self._publish(DOWNLINK, list(concentrators))

    async def commands_changed(self, tenant_id: TenantId, ids: Sequence[int]) -> None:
        """Say that commands of a tenant went on."""
        if ids:
            await self._publish(Topic.COMMANDS.of(tenant_id), list(ids))

    async def findings_raised(self, tenant_id: TenantId, ids: Sequence[int]) -> None:
        """Say that findings of a tenant are new, or new again."""
        if ids:
            await self._publish(Topic.FINDINGS.of(tenant_id), list(ids))

    async def alerts_changed(self, tenant_id: TenantId, ids: Sequence[int]) -> None:
        """Say that alerts of a tenant were raised, or that something became of them."""
        if ids:
            await self._publish(Topic.ALERTS.of(tenant_id), list(ids))

    async def dr_events_changed(self, tenant_id: TenantId, ids: Sequence[int]) -> None:
        """Say that demand response events of a tenant went on, or were answered."""
        if ids:
            await self._publish(Topic.DR_EVENTS.of(tenant_id), list(ids))

    async def _publish(self, topic: str, content: object) -> None:
        try:
            await self._redis.publish(topic, orjson.dumps(content))
        except (RedisError, OSError) as error:
            log.warning("event not published", error=str(error))

    async def listen(self, tenant_id: TenantId) -> AsyncGenerator[ReadingsFolded]:
        """Events of a tenant from now on."""
        async with aclosing(self._heard(Topic.FOLDED.of(tenant_id))) as heard:
            async for body in heard:
                groups = tuple(BalanceGroupId(one) for one in body["groups"])
                yield ReadingsFolded(groups, body["start"], body["end"])

    async def listen_to_commands(self, tenant_id: TenantId) -> AsyncGenerator[list[int]]:
        """Commands of a tenant that go on from now on."""
        async with aclosing(self._heard(Topic.COMMANDS.of(tenant_id))) as heard:
            async for body in heard:
                yield body

    async def listen_to_findings(self, tenant_id: TenantId) -> AsyncGenerator[list[int]]:
        """Findings of a tenant that are raised from now on."""
        async with aclosing(self._heard(Topic.FINDINGS.of(tenant_id))) as heard:
            async for body in heard:
                yield body

    async def listen_to_alerts(self, tenant_id: TenantId) -> AsyncGenerator[list[int]]:
        """Alerts of a tenant that are raised or change from now on."""
        async with aclosing(self._heard(Topic.ALERTS.of(tenant_id))) as heard:
            async for body in heard:
                yield body

    async def listen_to_dr_events(self, tenant_id: TenantId) -> AsyncGenerator[list[int]]:
        """Demand response events of a tenant that go on or are answered from now on."""
        async with aclosing(self._heard(Topic.DR_EVENTS.of(tenant_id))) as heard:
            async for body in heard:
                yield body

    async def listen_to_calls(self) -> AsyncGenerator[list[Called]]:
        """Concentrators of all tenants for which commands come to wait from now on."""
        async with aclosing(self._heard(DOWNLINK)) as heard:
            async for body in heard:
                yield [(TenantId(tenant), ConcentratorId(one)) for tenant, one in body]

    async def listen_to_all(self, *topics: Topic) -> AsyncGenerator[Heard | None]:
        """Events of all tenants; the first is None and says that whatever follows is heard."""
        async with self._redis.pubsub() as channel:
            await channel.psubscribe(*(topic.of("*") for topic in topics))
            yet = len(topics)
            async for message in channel.listen():
                if message["type"] == "psubscribe":
                    yet -= 1
                    if yet == 0:
                        yield None
                    continue
                _, topic, tenant = message["channel"].decode().split(":")
                body = orjson.loads(message["data"])
                ids = body["groups"] if isinstance(body, dict) else body
                yield Heard(TenantId(int(tenant)), Topic(topic), tuple(ids))

    async def _heard(self, topic: str) -> AsyncGenerator[Any]:
        async with self._redis.pubsub(ignore_subscribe_messages=True) as channel:
            await channel.subscribe(topic)
            async for message in channel.listen():
                yield orjson.loads(message["data"])
