"""Waiting for news: an open app hears of a change when it happens, and costs nothing before.

One listener a process hears over Valkey what changed in any tenant; which of the homes that wait it
concerns is one statement for all of them. Whoever waits holds no connection to the database and no
session. What is not heard, since Valkey was away, is seen when the wait is over.
"""

import asyncio
import contextlib
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Collection, Iterator
from dataclasses import dataclass, field

import structlog
from redis.exceptions import RedisError

from backend.clients.events import Events, Heard, Topic
from backend.store import home_news
from domain.identity import PremiseId, Scope, TenantId
from tenants.outages import OUTAGES
from tenants.session import Database, TenantSession

MOST = 20_000
"""Apps that wait in one process; who comes later is answered at once."""

MOST_OF_ONE = 8
"""Of one person: so many telephones."""

LINGER_S = 0.2
"""Changes that come together are told together."""

_PAUSE_S = 1.0
_MOST_STATES = 10_000
_TOPICS = {
    Topic.FOLDED: home_news.of_groups,
    Topic.COMMANDS: home_news.of_commands,
    Topic.ALERTS: home_news.of_alerts,
    Topic.DR_EVENTS: home_news.of_dr_events,
}

log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class Ear:
    """An app that waits."""

    homes: frozenset[PremiseId] | None = None
    """None until they are known: then everything concerns it."""

    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self, seconds: float) -> bool:
        """Whether something changed since the last look; False when the time is over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.changed.wait()
        heard = self.changed.is_set()
        self.changed.clear()
        return heard


class News:
    """The apps that wait in one process."""

    def __init__(self, database: Database, events: Events) -> None:
        self._database, self._events = database, events
        self._ears: dict[TenantId, set[Ear]] = {}
        self._of_one: Counter[tuple[TenantId, str]] = Counter()
        self._held = 0
        self._heard: defaultdict[TenantId, defaultdict[Topic, set[int]]] = _nothing()
        self._states: dict[tuple[TenantId, int], tuple[str, int]] = {}
        self._listening, self._due = asyncio.Event(), asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.closed = False

    @contextlib.asynccontextmanager
    async def ear(self, scope: Scope) -> AsyncGenerator[Ear | None]:
        """Listen for a person from here on; None where nobody may wait any more."""
        with self._place((scope.tenant_id, scope.actor)) as place:
            if not place:
                yield None
                return
            if not self._tasks:
                self._tasks = [asyncio.create_task(work()) for work in (self._listen, self._tell)]
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PAUSE_S):
                    await self._listening.wait()
            ear = Ear()
            ears = self._ears.setdefault(scope.tenant_id, set())
            ears.add(ear)
            try:
                yield ear
            finally:
                ears.discard(ear)
                if not ears:
                    del self._ears[scope.tenant_id]

    @contextlib.contextmanager
    def _place(self, person: tuple[TenantId, str]) -> Iterator[bool]:
        """Hold a place, if there is one."""
        if self.closed or self._held >= MOST or self._of_one[person] >= MOST_OF_ONE:
            yield False
            return
        self._held += 1
        self._of_one[person] += 1
        try:
            yield True
        finally:
            self._held -= 1
            self._of_one[person] -= 1
            if not self._of_one[person]:
                del self._of_one[person]

    def close(self) -> None:
        """End every wait; who comes later is answered at once."""
        self.closed = True
        self._wake_all()

    async def stop(self) -> None:
        """End the work."""
        self.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _wake_all(self) -> None:
        for ears in self._ears.values():
            for ear in ears:
                ear.changed.set()

    async def _listen(self) -> None:
        while True:
            with contextlib.suppress(RedisError, OSError):
                async with contextlib.aclosing(self._events.listen_to_all(*_TOPICS)) as heard:
                    async for one in heard:
                        self._hear(one)
            self._listening.clear()
            await asyncio.sleep(_PAUSE_S)

    def _hear(self, one: Heard | None) -> None:
        if one is None:  # it listens, maybe again: nobody knows what was missed
            self._listening.set()
            self._wake_all()
        elif one.tenant in self._ears:
            self._heard[one.tenant][one.topic].update(one.ids)
            self._due.set()

    async def _tell(self) -> None:
        while True:
            await self._due.wait()
            await asyncio.sleep(LINGER_S)
            self._due.clear()
            heard, self._heard = self._heard, _nothing()
            for tenant, changes in heard.items():
                try:
                    await self._tell_one(tenant, changes)
                except OUTAGES as error:
                    log.warning("news not told", reason=type(error).__name__)
                except Exception:
                    log.exception("news not told, going on")

    async def _tell_one(self, tenant: TenantId, changes: dict[Topic, set[int]]) -> None:
        ears = list(self._ears.get(tenant, ()))
        homes = frozenset[PremiseId]().union(*(ear.homes or () for ear in ears))
        async with self._database.session(Scope(tenant, actor="news")) as session:
            concerned = await self._concerned(session, changes, homes)
        for ear in ears:
            if ear.homes is None or not ear.homes.isdisjoint(concerned):
                ear.changed.set()

    async def _concerned(
        self, session: TenantSession, changes: dict[Topic, set[int]], homes: Collection[PremiseId]
    ) -> set[PremiseId]:
        found: set[PremiseId] = set()
        for topic, ids in changes.items():
            due: Collection[int] = ids
            if topic is Topic.DR_EVENTS:
                due = await self._moved(session, ids)
            if due and homes:
                found |= await _TOPICS[topic](session, due, homes)
        return found

    async def _moved(self, session: TenantSession, ids: Collection[int]) -> list[int]:
        """Events that went on or were changed; others were answered by somebody, here or there."""
        if len(self._states) > _MOST_STATES:
            self._states.clear()
        states = await home_news.dr_states(session, ids)
        tenant = session.scope.tenant_id
        moved = [one for one, state in states.items() if self._states.get((tenant, one)) != state]
        self._states.update({(tenant, one): states[one] for one in moved})
        return moved


def _nothing() -> defaultdict[TenantId, defaultdict[Topic, set[int]]]:
    return defaultdict(lambda: defaultdict(set))
