"""Hours of open days and of closed days: whatever moves when, the same counters are read."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from backend.services import closing
from backend.store import bells
from domain.hours import first_hour, instant_of
from tenants.session import Database
from tests.integration.store.pushing import Store
from tests.integration.store.test_orders import CHANNELS, store_of

DAYS = 4
TURNS = 40


async def close(store: Store, now: datetime) -> int:
    async with store.database.session(store.scope) as session:
        await bells.ring(session, closing.CLOSE_DAYS, now.isoformat())
    async with store.database.session(store.scope) as session:
        rows = await closing.close_days(session, now)
    async with store.database.session(store.scope) as session:
        assert await bells.heard(session, closing.CLOSE_DAYS) == []
    return rows


async def rows_of(store: Store, table: str) -> int:
    async with store.database.session(store.scope) as session:
        driver = await session.driver()
        statement = f"SELECT count(*) FROM {table} WHERE tenant_id = $1"  # noqa: S608 - two constants
        return int(await driver.fetchval(statement, store.scope.tenant_id))


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_any_interleaving_of_pushes_and_closings_reads_the_same(
    database: Database, seed: int
) -> None:
    """Pushes of known and of other values against a plain dictionary as the oracle."""
    random = np.random.default_rng(seed)
    store = await store_of(database)
    low = first_hour(store.now.date()) - (DAYS - 1) * 24
    expected = np.full((CHANNELS, DAYS * 24), -1, dtype=np.int64)
    clock = instant_of(low + 24)
    for sequence in range(1, TURNS + 1):
        clock += timedelta(hours=float(random.integers(1, 4)))
        store.now = clock
        count = int(random.choice([1, 2, 30]))
        over = min((int(clock.timestamp()) // 3600) - low, DAYS * 24)
        hours = random.choice(over, min(count, over), replace=False).tolist()
        frames = []
        for part, hour in enumerate(hours):
            some = random.choice(CHANNELS, int(random.integers(1, CHANNELS + 1)), replace=False)
            counters = {int(c): int(random.integers(0, 2**32)) for c in some}
            frames.append(store.frame(100 * sequence + part, low + hour, counters))
            for channel, counter in counters.items():
                if expected[channel, hour] < 0:  # of equal rank the earlier one stands
                    expected[channel, hour] = counter
        await store.push(*frames)
        if random.random() < 0.7:
            await store.fold()
        if random.random() < 0.3:
            await close(store, clock)
    await store.fold()
    assert_array_equal((await store.arrays(low, low + DAYS * 24))[0], expected)
    await close(store, clock + timedelta(days=9))
    assert await rows_of(store, "series_hour") == 0
    assert_array_equal((await store.arrays(low, low + DAYS * 24))[0], expected)
    for start in range(0, DAYS * 24 - 7, 11):  # also parts of days
        found = await store.arrays(low + start, low + start + 7)
        assert_array_equal(found[0], expected[:, start : start + 7])


async def test_a_day_is_closed_once_and_late_hours_go_to_its_row(database: Database) -> None:
    store = await store_of(database, 1)
    hour = first_hour(store.now.date())
    store.now = instant_of(hour + 2)
    await store.push(store.frame(1, hour, {0: 5}), store.frame(2, hour + 1, {0: 6}))
    await store.fold()
    assert await close(store, store.now) == 0
    assert (await rows_of(store, "series_hour"), await rows_of(store, "series_day")) == (2, 0)
    store.now += timedelta(days=2)
    assert await close(store, store.now) == 1
    assert await close(store, store.now) == 0
    assert (await rows_of(store, "series_hour"), await rows_of(store, "series_day")) == (0, 1)
    await store.push(store.frame(3, hour + 2, {0: 7}), store.frame(4, hour, {0: 4}))
    assert (await store.fold()).refused == 1
    assert (await rows_of(store, "series_hour"), await rows_of(store, "series_day")) == (0, 1)
    assert (await store.arrays(hour, hour + 4))[0].tolist() == [[5, 6, 7, -1]]


async def test_the_quality_of_an_hour_moves_with_it(database: Database) -> None:
    store = await store_of(database, 2)
    hour = first_hour(store.now.date())
    store.now = instant_of(hour + 9)  # so the first hours came late
    await store.push(store.frame(1, hour, {0: 5, 1: 2**32 - 1}), store.frame(2, hour + 8, {1: 6}))
    await store.fold()
    before = await store.arrays(hour, hour + 9)
    assert before[1, 0, 0] != before[1, 1, 8]
    await close(store, store.now + timedelta(days=2))
    assert_array_equal(await store.arrays(hour, hour + 9), before)
