"""Counters of polls: in memory and in Valkey, never a commit a poll.

A replayed poll changes nothing but what is told again, so the window may be lost with both.
Pushes and acknowledgements keep theirs in the database.
"""

from collections import OrderedDict

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from backend.services.intake import Device
from domain.replay import ReplayWindow

MOST_KEPT = 50_000
KEEP_S = 86_400
_PATIENCE_S = 0.5

log = structlog.get_logger(__name__)


class ReplayWindows:
    """The windows of all concentrators that poll this process, shared with the others."""

    def __init__(self, redis_url: str) -> None:
        self._redis = Redis.from_url(
            redis_url, socket_timeout=_PATIENCE_S, socket_connect_timeout=_PATIENCE_S
        )
        self._known: OrderedDict[str, ReplayWindow] = OrderedDict()

    async def close(self) -> None:
        """Drop the connections."""
        await self._redis.aclose()

    async def use(self, device: Device, counter: int) -> None:
        """Use a counter.

        Raises
        ------
        CounterUsedError
            It was used before.
        """
        window = await self._window(device)
        # no wait between the look and the change: two polls of one counter cannot both pass
        known = self._known.get(device.serial, ReplayWindow())
        if known.highest > window.highest:
            window = known
        elif known.highest == window.highest:
            window = ReplayWindow(window.highest, window.seen | known.seen)
        used = self._known[device.serial] = window.use(counter)
        self._known.move_to_end(device.serial)
        while len(self._known) > MOST_KEPT:
            self._known.popitem(last=False)
        try:
            text = f"{used.highest} {used.seen}"
            await self._redis.set(_key(device), text, ex=KEEP_S)
        except (RedisError, OSError) as error:
            log.warning("counter kept in memory alone", reason=type(error).__name__)

    async def _window(self, device: Device) -> ReplayWindow:
        try:
            kept = await self._redis.get(_key(device))
        except (RedisError, OSError):
            return ReplayWindow()
        if kept is None:
            return ReplayWindow()
        highest, _, seen = kept.decode().partition(" ")
        return ReplayWindow(int(highest), int(seen))


def _key(device: Device) -> str:
    return f"balance:polls:{device.tenant_id}:{device.concentrator_id}"
