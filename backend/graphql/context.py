"""What a resolver may reach: the scope, one transaction lent in turns, and the loaders."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar, cast

from backend.clients.events import Events
from backend.clients.weather import NoWeather, Weather
from backend.graphql.transport.budget import Allowance
from backend.graphql.turns import Loader, Turns
from backend.services.reading.ranking import Rankings
from backend.store.model import metered, sites
from backend.store.model.metered import GroupRow, PointRow
from backend.store.model.sites import SiteRow
from domain.errors import ForbiddenError, LimitError
from domain.identity import Scope
from tenants.passwords import Passwords
from tenants.permissions import Permission
from tenants.session import Database, TenantSession

V = TypeVar("V")
Owner = TypeVar("Owner", PointRow, GroupRow)
Asked = TypeVar("Asked", bound=Hashable)

MOST_POINTS = 2_000_000
"""Hours of series that one request may read."""


class Terms(NamedTuple):
    """What an installation is, as far as the schema must know."""

    demo: bool = False
    webhooks_private: bool = False
    """Whether webhooks may be posted over plain HTTP, to inner addresses."""

    graphiql: bool = False
    """Whether documents can be tried in a browser."""


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
        self.weather: Weather = NoWeather()
        self.terms = Terms()
        self.rankings = Rankings()
        self.passwords: Passwords | None = None
        self.public_url = ""
        """How people reach this installation; links begin with it."""
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
        try:
            await self._turns.close()
        finally:  # also when this is cancelled: the connection must go back
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

    async def read(
        self,
        read: Callable[[TenantSession, Sequence[Owner], Asked, datetime], Awaitable[list[V]]],
        owner: Owner,
        asked: Asked,
    ) -> V:
        """What ``read`` finds of a metered thing; those asked the same are read together."""

        async def batch(
            session: TenantSession, keys: Sequence[tuple[Owner, Asked]]
        ) -> dict[tuple[Owner, Asked], V]:
            together: dict[Asked, list[Owner]] = {}
            for one, question in keys:
                together.setdefault(question, []).append(one)
            found: dict[tuple[Owner, Asked], V] = {}
            for question, owners in together.items():
                results = await read(session, owners, question, self.now)
                found |= {(one, question): v for one, v in zip(owners, results, strict=True)}
            return found

        loader = self.loader(f"{read.__module__}.{read.__qualname__}", batch, last=True)
        # what is read may be None of itself: a day of which nothing can be told
        return cast("V", await loader.load((owner, asked)))
