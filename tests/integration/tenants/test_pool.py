"""Connections go from tenant to tenant, through errors and cancellations, and keep nothing."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import create_async_engine

from domain.identity import Scope, TenantId
from tenants import provisioning
from tenants.models import OAuthClient
from tenants.session import Database

TENANTS, VISITS, AT_ONCE = 20, 2500, 24


class BrokenError(Exception):
    """What goes wrong in a visit on purpose."""


@pytest_asyncio.fixture(scope="module")
async def pool(database_url: str) -> AsyncIterator[Database]:
    """Five connections and three more when those are busy."""
    engine = create_async_engine(database_url, pool_size=5, max_overflow=3, pool_timeout=30)
    pool = Database(engine)
    yield pool
    await pool.close()


@pytest_asyncio.fixture(scope="module")
async def tenants(pool: Database) -> list[TenantId]:
    made = [await provisioning.create_tenant(pool, name=f"T{n}") for n in range(TENANTS)]
    return [each.tenant for each in made]


async def _visit(pool: Database, tenant: TenantId, mishap: float) -> int:
    """One transaction as ``tenant``; gives the rows of others it saw."""
    async with pool.session(Scope(tenant)) as session:
        by_orm = (await session.scalars(select(OAuthClient))).all()
        if mishap < 0.1:
            raise BrokenError
        if mishap < 0.2:
            await session.execute(text("SELECT 1 / 0"))
        driver = await session.driver()
        by_hand = await driver.fetch("SELECT tenant_id FROM oauth_client")
        seen = [client.tenant_id for client in by_orm] + [row[0] for row in by_hand]
        assert len(seen) >= 2
        return sum(owner != tenant for owner in seen)


async def _nobody(pool: Database) -> int:
    """One transaction without a tenant; gives the rows it saw."""
    async with pool.global_session() as session:
        return len((await session.execute(text("SELECT tenant_id FROM oauth_client"))).all())


async def _storm(pool: Database, tenants: list[TenantId], seed: int) -> Counter[str]:
    dice, counts, turns = random.Random(seed), Counter[str](), asyncio.Semaphore(AT_ONCE)

    async def one(tenant: TenantId, kind: float, mishap: float, patience: float) -> None:
        async with turns:
            work = _nobody(pool) if kind < 0.2 else _visit(pool, tenant, mishap)
            task = asyncio.create_task(work)
            if kind > 0.8:
                await asyncio.sleep(patience)
                task.cancel()
            try:
                counts["leaks"] += await task
                counts["checked"] += 1
            except asyncio.CancelledError:
                counts["cancelled"] += 1
            except Exception:  # noqa: BLE001 - division by zero arrives in the driver's wrapping
                counts["failed"] += 1

    await asyncio.gather(
        *(
            one(dice.choice(tenants), dice.random(), dice.random(), dice.random() * 0.01)
            for _ in range(VISITS)
        )
    )
    return counts


@pytest.mark.parametrize("seed", [1])
async def test_nothing_is_carried_over(pool: Database, tenants: list[TenantId], seed: int) -> None:
    counts = await _storm(pool, tenants, seed)
    assert counts["leaks"] == 0
    assert counts["checked"] > VISITS / 2
    assert counts["failed"] > 100
    assert counts["cancelled"] > 100


async def test_the_test_sees_a_tenant_that_stays_on_the_connection(
    database_url: str, tenants: list[TenantId]
) -> None:
    """The bad way, SET for the session and not for the transaction, leaks under the same eyes."""
    pool = Database(create_async_engine(database_url, pool_size=5, max_overflow=3))
    leaks = 0
    for tenant in tenants:
        async with pool.engine.begin() as connection:
            await connection.execute(text(f"SET app.tenant_id = '{int(tenant)}'"))
        leaks += await _nobody(pool)
    await pool.close()
    assert leaks > 0
