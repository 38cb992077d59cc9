"""Sessions that can see one tenant's rows and no others."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, cast

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from domain.identity import Scope, UserId
from tenants.homes import homes_of
from tenants.orm import TenantOwned


class TenantSession(AsyncSession):
    """A session bound to a scope. Services take this type, so none can run without a tenant."""

    scope: Scope
    _driver: "asyncpg.Connection[asyncpg.Record] | None" = None

    async def driver(self) -> "asyncpg.Connection[asyncpg.Record]":
        """The asyncpg connection of this transaction, for bulk SQL in arrays.

        Row security holds on it as on the session; only the explicit ``tenant_id =`` that routes
        a statement to its shard is then the writer's own business.
        """
        if self._driver is None:
            connection = await self.connection()
            raw = await connection.get_raw_connection()
            self._driver = cast("asyncpg.Connection[asyncpg.Record]", raw.driver_connection)
        return self._driver


class GlobalSession(AsyncSession):
    """A session without a tenant: it sees partners, tenants and other global tables alone."""


class Database:
    """Opens sessions on one engine."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._tenant = async_sessionmaker(engine, class_=TenantSession, expire_on_commit=False)
        self._global = async_sessionmaker(engine, class_=GlobalSession, expire_on_commit=False)

    @classmethod
    def connect(cls, url: str, *, pool_size: int = 10, application: str = "balance") -> "Database":
        """Open a pool of connections as the app role."""
        engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=2,
            pool_pre_ping=False,
            connect_args={"server_settings": {"application_name": application, "jit": "off"}},
        )
        return cls(engine)

    @asynccontextmanager
    async def session(self, scope: Scope) -> AsyncGenerator[TenantSession]:
        """Open one transaction as ``scope``: commit on success, roll back on any error.

        ``app.tenant_id`` is what the row-security policies compare with; it is local to the
        transaction, so a pooled connection never carries it to the next caller. It is a literal
        because a cluster propagates ``SET LOCAL`` but no function call, and harmless as one
        because ``int`` formats it.

        Raises
        ------
        UnauthenticatedError
            ACCESS_ENDED: a resident or delegate who lives nowhere here at this moment.
        """
        async with self._tenant() as session, session.begin():
            # known before the first statement, since the session looks at those of the ORM
            session.scope = session.sync_session.info["scope"] = scope
            connection = await session.connection()
            await connection.execute(text(f"SET LOCAL app.tenant_id = '{int(scope.tenant_id)}'"))
            if scope.household is not None:
                at_home = replace(scope, homes=await homes_of(connection, scope))
                session.scope = session.sync_session.info["scope"] = at_home
            yield session

    @asynccontextmanager
    async def global_session(self) -> AsyncGenerator[GlobalSession]:
        """Open one transaction that belongs to no tenant: tenant tables look empty to it."""
        async with self._global() as session, session.begin():
            yield session

    @asynccontextmanager
    async def person_session(self, user_id: UserId) -> AsyncGenerator[GlobalSession]:
        """Open one transaction of a person without a tenant: of tenant tables it sees their rows.

        Only tables with the policy for it show any (memberships, so that login can offer the
        tenants to choose from), and nothing can be written.
        """
        async with self._global() as session, session.begin():
            await session.execute(text(f"SET LOCAL app.user_id = '{int(user_id)}'"))
            yield session

    async def close(self) -> None:
        """Close every pooled connection."""
        await self.engine.dispose()


@event.listens_for(Session, "do_orm_execute")
def name_the_tenant(state: ORMExecuteState) -> None:
    """Add ``tenant_id =`` to every ORM statement: row security protects, this one routes."""
    scope: Scope | None = state.session.info.get("scope")
    if scope is not None and not state.is_column_load and not state.is_relationship_load:
        tenant = scope.tenant_id

        def of_tenant(table: Any) -> Any:  # noqa: ANN401 - the type of a mapped class or its alias
            return table.tenant_id == tenant

        state.statement = state.statement.options(
            with_loader_criteria(TenantOwned, of_tenant, include_aliases=True)
        )
