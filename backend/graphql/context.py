"""What a resolver may reach: the scope, one transaction lent in turns, and the loaders."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self, TypeVar

from backend.clients.events import Events
from backend.graphql.budget import Allowance
from backend.graphql.turns import Loader, Turns
from backend.services import profiles
from backend.services.profiles import Profile, Quantity, Range
from backend.store import metered, sites
from backend.store.metered import GroupRow, PointRow
from backend.store.sites import SiteRow
from domain.errors import ForbiddenError, LimitError
from domain.identity import Scope
from tenants.permissions import Permission
from tenants.session import Database, TenantSession

V = TypeVar("V")

MOST_POINTS = 2_000_000
"""Hours of series that one request may read."""

ProfileKey = tuple[PointRow | GroupRow, Range, Quantity]


class Context:
    """One request. Sibling resolvers run concurrently but share one session, so they take turns.

    Used as an asynchronous context manager: the transaction opens when somebody first needs it,
    commits at the end, and rolls back on an error.
    """

    def __init__(
        self, database: Database, scope: Scope, events: Events, master_key: bytes = b""
    ) -> None:
        self.scope = scope
        self.events = events
        self.master_key = master_key
        self.now = datetime.now(UTC)
        self.database = database
        self.points_read = 0
        self.allowance: Allowance | None = None
        """What is left of the tenant's requests this minute, told by the transport."""
        self._turn = asyncio.Lock()
        self._stack = AsyncExitStack()
        self._session: TenantSession | None = None
        self._turns = Turns()
        self._loaders: dict[str, Loader[Any, Any]] = {}
        self._afterwards: list[Callable[[], Awaitable[None]]] = []

    async def __aenter__(self) -> Self:
        """Enter the request."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Commit what was done, or roll it back; what waits for the commit follows it."""
        await self._turns.close()
        await self._stack.__aexit__(kind, error, trace)
        if kind is None:
            for act in self._afterwards:
                await act()

    def afterwards(self, act: Callable[[], Awaitable[None]]) -> None:
        """Do something once the request is committed; it must not fail."""
        self._afterwards.append(act)

    @asynccontextmanager
    async def db(self) -> AsyncGenerator[TenantSession]:
        """Wait for the session to be free, then lend it out."""
        async with self._turn:
            if self._session is None:
                opened = self.database.session(self.scope)
                self._session = await self._stack.enter_async_context(opened)
            yield self._session

    def require(self, permission: Permission) -> None:
        """Check that the principal may do this.

        Raises
        ------
        ForbiddenError
            They may not.
        """
        if permission not in self.scope.permissions:
            raise ForbiddenError(f"this needs the permission {permission}")

    def spend(self, hours: int) -> None:
        """Count hours of series against the request's limit.

        Raises
        ------
        LimitError
            The request reads too much at once.
        """
        self.points_read += hours
        if self.points_read > MOST_POINTS:
            raise LimitError(
                f"one request reads at most {MOST_POINTS} hours of series", code="COST_LIMIT"
            )

    def loader(
        self,
        name: str,
        load: Callable[[TenantSession, Sequence[Any]], Awaitable[Mapping[Any, V]]],
        *,
        last: bool = False,
    ) -> Loader[Any, V]:
        """Loader of that name: one call of ``load`` for all that siblings ask.

        With ``last`` it waits until no other loader is asked.
        """
        found = self._loaders.get(name)
        if found is None:

            async def batch(keys: Sequence[Any]) -> Mapping[Any, V]:
                async with self.db() as session:
                    return await load(session, keys)

            found = self._loaders[name] = Loader(self._turns, batch, last=last)
        return found

    async def point(self, number: int) -> PointRow | None:
        """Metering point by id."""
        self.require(Permission.METERING_READ)
        return await self.loader("points", metered.load_points).load(number)

    async def group(self, number: int) -> GroupRow | None:
        """Balance group by id."""
        self.require(Permission.METERING_READ)
        return await self.loader("groups", metered.load_groups).load(number)

    async def site(self, number: int) -> SiteRow | None:
        """Site by id."""
        self.require(Permission.METERING_READ)
        return await self.loader("sites", sites.load).load(number)

    async def profile(
        self, owner: PointRow | GroupRow, asked: Range, quantity: Quantity
    ) -> Profile:
        """Profile of a point or group; those asked over the same range are read together."""
        self.require(Permission.READINGS_READ)
        self.spend(asked.end - asked.start)
        loader = self.loader("profiles", self._profiles, last=True)
        found = await loader.load((owner, asked, quantity))
        assert found is not None
        return found

    async def _profiles(
        self, session: TenantSession, keys: Sequence[ProfileKey]
    ) -> dict[ProfileKey, Profile]:
        found: dict[ProfileKey, Profile] = {}
        asked: dict[tuple[type, Range, Quantity], list[Any]] = {}
        for owner, span, quantity in keys:
            asked.setdefault((type(owner), span, quantity), []).append(owner)
        for (kind, span, quantity), owners in asked.items():
            read: Callable[..., Awaitable[list[Profile]]] = profiles.of_points
            if kind is GroupRow:
                supplied = quantity is Quantity.SUPPLIED
                read = profiles.supplied_of_groups if supplied else profiles.of_groups
            results = await read(session, owners, span, self.now)
            found |= {
                (owner, span, quantity): result
                for owner, result in zip(owners, results, strict=True)
            }
        return found
