"""Held polls: thousands of concentrators wait here, and cost a future each.

One listener a process hears over Valkey for whom commands came to wait; one look every few
seconds at the bells, all tenants at once, finds what it did not hear. What waits is released in
batches, a transaction a tenant. A held poll has no connection to the database and no session.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from redis.exceptions import RedisError

from backend.clients.events import Called, Events
from backend.services.commands import releasing
from backend.services.gateway.intake import Device
from domain.commands_wire import WireCommand
from domain.identity import ConcentratorId, TenantId
from tenants.outages import OUTAGES
from tenants.session import Database

LOOK_S = 5.0
"""How often the bells are looked at."""

LINGER_S = 0.01
"""Calls that come together are answered together."""

AT_ONCE = 250
"""Concentrators released in one transaction."""

TRANSACTIONS = 3
_PAUSE_S = 1.0
_UNSAID = 0
"""A push does not say which commands its device has."""


log = structlog.get_logger(__name__)


async def _for_ever(work: Callable[[], Awaitable[None]]) -> None:
    """Do a work without end; what nobody foresaw is logged, and it goes on."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("downlink failed, going on")
            await asyncio.sleep(_PAUSE_S)


@dataclass(slots=True, eq=False)
class Held:
    """A poll that waits: what the concentrator has, and what it will be told."""

    after: int
    answer: "asyncio.Future[list[WireCommand]]"

    def tell(self, found: list[WireCommand]) -> None:
        """End the wait, once."""
        if not self.answer.done():
            self.answer.set_result(found)

    def end(self) -> None:
        """End the wait with nothing."""
        self.tell([])


class Downlink:
    """The polls that one process holds."""

    def __init__(self, database: Database, events: Events, *, look_s: float = LOOK_S) -> None:
        self._database, self._events, self._look_s = database, events, look_s
        self._held: dict[Called, Held] = {}
        self._rung: set[Called] = set()
        self._given: dict[Called, int] = {}
        """Highest number given to each, until the bells say that nothing waits."""
        self._heard: set[Called] = set()
        self._due: set[Called] = set()
        self._wake = asyncio.Event()
        self._places = asyncio.Semaphore(TRANSACTIONS)
        self._tasks: list[asyncio.Task[None]] = []
        self._closed = False

    async def start(self) -> None:
        """Begin to listen, to look and to release."""
        for work in (self._listen, self._look, self._serve):
            self._tasks.append(asyncio.create_task(_for_ever(work)))

    async def stop(self) -> None:
        """End every wait, and the work."""
        self.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def close(self) -> None:
        """Answer all held polls with nothing; who comes later is not held."""
        self._closed = True
        for held in list(self._held.values()):
            held.end()

    @property
    def held(self) -> int:
        """Number of polls that wait."""
        return len(self._held)

    async def poll(self, device: Device, after: int, hold_s: float) -> list[WireCommand]:
        """Commands beyond ``after``, as soon as there are any; none when the time is over.

        A concentrator holds one poll: a second one ends the first.
        """
        key = (device.tenant_id, device.concentrator_id)
        if self._closed:
            return []
        if hold_s <= 0:
            return await self._release_one(key, after)
        older = self._held.pop(key, None)
        if older is not None:
            older.end()
        loop = asyncio.get_running_loop()
        held = self._held[key] = Held(after, loop.create_future())
        # what was given and arrived needs no look now: that it did is noted with the next one
        if key in self._rung or after < self._given.get(key, 0):
            self._call([key])
        timer = loop.call_later(hold_s, held.end)
        try:
            return await held.answer
        finally:
            timer.cancel()
            if self._held.get(key) is held:
                del self._held[key]

    async def waiting_for(self, device: Device) -> list[WireCommand]:
        """Commands to go with the answer to a push; a held poll gets them by itself."""
        key = (device.tenant_id, device.concentrator_id)
        if key not in self._rung or key in self._held:
            return []
        try:
            return await self._release_one(key, _UNSAID)
        except OUTAGES as error:
            # the push is kept and must be acknowledged; commands come with the next answer
            log.warning("commands wait", reason=type(error).__name__)
            return []

    def rang(self, device: Device) -> None:
        """Look again for a device: what it said may let its next command go."""
        self._hear([(device.tenant_id, device.concentrator_id)])

    async def answered(self, device: Device, commands: list[int]) -> None:
        """Tell who listens that frames brought what commands asked for."""
        self.rang(device)
        await self._events.commands_changed(device.tenant_id, commands)

    async def _release_one(self, key: Called, after: int) -> list[WireCommand]:
        tenant, concentrator = key
        found = await self._release(tenant, {concentrator: after})
        return found.get(concentrator, [])

    async def _release(
        self, tenant: TenantId, asked: dict[ConcentratorId, int]
    ) -> dict[ConcentratorId, list[WireCommand]]:
        keys = {(tenant, one) for one in asked}
        async with self._places:
            self._rung -= keys  # who is called from here on is called anew
            now = datetime.now(UTC)
            try:
                found, changed = await releasing.release(self._database, tenant, asked, now)
            except OUTAGES:
                self._rung |= keys
                raise
        self._given |= {(tenant, one): told[-1].number for one, told in found.items()}
        await self._events.commands_changed(tenant, changed)
        return found

    def _hear(self, called: Iterable[Called]) -> None:
        keys = set(called)
        self._rung |= keys
        self._heard |= keys
        self._call(keys)

    def _call(self, keys: Iterable[Called]) -> None:
        due = {key for key in keys if key in self._held}
        if due:
            self._due |= due
            self._wake.set()

    async def _listen(self) -> None:
        """Hear the calls; without Valkey the look finds them later."""
        while True:
            with contextlib.suppress(RedisError, OSError):
                async with contextlib.aclosing(self._events.listen_to_calls()) as calls:
                    async for called in calls:
                        self._hear(called)
            await asyncio.sleep(_PAUSE_S)

    async def _look(self) -> None:
        """One look for all held polls."""
        while True:
            try:
                self._heard.clear()
                found = await releasing.rung(self._database)
                self._rung = found | self._heard
                self._given = {key: self._given[key] for key in self._given.keys() & self._rung}
                self._call(self._rung)
            except OUTAGES as error:
                log.warning("bells not seen, looking again", reason=type(error).__name__)
            await asyncio.sleep(self._look_s)

    async def _serve(self) -> None:
        """Release what is due, tenant by tenant, several at once."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(LINGER_S)
            self._wake.clear()
            due, self._due = self._due, set()
            await asyncio.gather(*(self._answer(*turn) for turn in self._turns(due)))

    def _turns(self, due: set[Called]) -> list[tuple[TenantId, dict[ConcentratorId, int]]]:
        of_tenant: dict[TenantId, dict[ConcentratorId, int]] = {}
        for key in sorted(due):
            held = self._held.get(key)
            if held is not None:
                of_tenant.setdefault(key[0], {})[key[1]] = held.after
        return [
            (tenant, dict(asked[start : start + AT_ONCE]))
            for tenant, asked in ((one, list(two.items())) for one, two in of_tenant.items())
            for start in range(0, len(asked), AT_ONCE)
        ]

    async def _answer(self, tenant: TenantId, asked: dict[ConcentratorId, int]) -> None:
        try:
            found = await self._release(tenant, asked)
        except OUTAGES as error:
            log.warning("release postponed", reason=type(error).__name__)
            return  # the bells still ring, and the next look finds them
        for concentrator, waiting in found.items():
            held = self._held.get((tenant, concentrator))
            # it may be a later poll than the one that was looked up
            fresh = [one for one in waiting if held is not None and one.number > held.after]
            if held is not None and fresh:
                held.tell(fresh)
