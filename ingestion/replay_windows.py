"""Counters of polls: in memory and in Valkey, never a commit a poll.

A replayed poll changes nothing but what is told again, so the window may be lost with both, and
it is kept in Valkey a second later, many at once. Pushes and acknowledgements keep theirs in the
database.
"""

import asyncio
import contextlib
from collections import OrderedDict

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from backend.services.gateway.intake import Device
from domain.replay import ReplayWindow

MOST_KEPT = 50_000
KEEP_S = 86_400
LINGER_S = 1.0
_PATIENCE_S = 0.5

log = structlog.get_logger(__name__)


class ReplayWindows:
    """The windows of all concentrators that poll this process, told to the others."""

    def __init__(self, redis_url: str) -> None:
        self._redis = Redis.from_url(
            redis_url, socket_timeout=_PATIENCE_S, socket_connect_timeout=_PATIENCE_S
        )
        self._known: OrderedDict[str, ReplayWindow] = OrderedDict()
        self._changed: dict[str, ReplayWindow] = {}
        self._keeping: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Keep what was not kept yet, and drop the connections."""
        if self._keeping is not None:
            self._keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeping
        await self._keep()
        await self._redis.aclose()

    async def use(self, device: Device, counter: int) -> None:
        """Use a counter.

        Raises
        ------
        CounterUsedError
            It was used before.
        """
        key = _key(device)
        if key not in self._known:
            found = await self._kept(key)
            self._known.setdefault(key, found)  # another poll may have been quicker
        used = self._known[key] = self._known[key].use(counter)
        self._known.move_to_end(key)
        while len(self._known) > MOST_KEPT:
            self._known.popitem(last=False)
        self._changed[key] = used
        if self._keeping is None or self._keeping.done():
            self._keeping = asyncio.create_task(self._keep_soon())

    async def highest(self, device: Device) -> int:
        """The highest counter that is known to be used; -1 before the first."""
        key = _key(device)
        return (self._known.get(key) or await self._kept(key)).highest

    async def _kept(self, key: str) -> ReplayWindow:
        try:
            kept = await self._redis.get(key)
        except (RedisError, OSError):
            return ReplayWindow()
        if kept is None:
            return ReplayWindow()
        highest, _, seen = kept.decode().partition(" ")
        return ReplayWindow(int(highest), int(seen))

    async def _keep_soon(self) -> None:
        while self._changed:
            await asyncio.sleep(LINGER_S)
            await self._keep()

    async def _keep(self) -> None:
        changed, self._changed = self._changed, {}
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                for key, window in changed.items():
                    pipe.set(key, f"{window.highest} {window.seen}", ex=KEEP_S)
                await pipe.execute()
        except (RedisError, OSError) as error:
            log.warning("counters kept in memory alone", reason=type(error).__name__)


def _key(device: Device) -> str:
    return f"balance:polls:{device.tenant_id}:{device.concentrator_id}"
