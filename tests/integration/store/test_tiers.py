"""Hours of open days, of days and of months: whatever moves when, the same counters are read."""

from datetime import datetime, timedelta

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from backend.services import upkeep
from backend.services.hours import closing
from backend.store import bells
from backend.store.hours import nearest, tiers
from domain.hours import day_of, first_hour, instant_of
from tenants.session import Database
from tests.integration.store.pushing import Store
from tests.integration.store.test_orders import store_of

TURNS = 40
TABLES = ("series_hour", "series_day", "series_month")


async def close(store: Store, now: datetime, steps: int = 10_000) -> int:
    """Take some steps, each a transaction; gives the rows written."""
    async with store.database.session(store.scope) as session:
        await bells.ring(session, closing.CLOSE, now.isoformat())
    written = 0
    for _ in range(steps):
        async with store.database.session(store.scope) as session:
            rows = await closing.close(session, now)
        written += rows
        if not rows:
            async with store.database.session(store.scope) as session:
                assert await bells.heard(session, closing.CLOSE) == []
            break
    return written


async def rows_of(store: Store, table: str) -> int:
    async with store.database.session(store.scope) as session:
        driver = await session.driver()
        statement = f"SELECT count(*) FROM {table} WHERE tenant_id = $1"  # noqa: S608 - two constants
        return int(await driver.fetchval(statement, store.scope.tenant_id))


@pytest.mark.parametrize(
    ("seed", "days", "channels"), [(1, 4, 3), (2, 4, 130), (3, 130, 3), (4, 130, 3), (5, 200, 2)]
)
async def test_any_interleaving_of_pushes_and_closings_reads_the_same(
    database: Database, monkeypatch: pytest.MonkeyPatch, seed: int, days: int, channels: int
) -> None:
    """Pushes of known and of other values, against a plain array as the oracle."""
    monkeypatch.setattr(tiers, "_BLOCKS_A_STEP", 1)
    monkeypatch.setattr(tiers, "_SERIES_A_STEP", 1)
    random = np.random.default_rng(seed)
    store = await store_of(database, channels)
    low = first_hour(store.now.date()) - (days - 1) * 24
    await upkeep.make_months(database, {day_of(low + 24 * at).replace(day=1) for at in range(days)})
    expected = np.full((channels, days * 24), -1, dtype=np.int64)
    clock = instant_of(low + 24)
    for sequence in range(1, TURNS + 1):
        clock += timedelta(hours=float(random.integers(1, days)))
        store.now = min(clock, instant_of(low + days * 24))
        over = int(store.now.timestamp()) // 3600 - low
        hours = random.integers(0, over, int(random.choice([1, 2, 30])))
        frames = []
        for part, hour in enumerate(np.unique(hours).tolist()):
            some = random.choice(channels, int(random.integers(1, channels + 1)), replace=False)
            rise = 2 ** int(random.integers(4, 32))
            counters = {int(c): int(random.integers(0, rise)) for c in some}
            frames.append(store.frame(100 * sequence + part, low + hour, counters))
            for channel, counter in counters.items():
                if expected[channel, hour] < 0:  # of equal rank the earlier one stands
                    expected[channel, hour] = counter
        await store.push(*frames)
        if random.random() < 0.7:
            await store.fold()
        if random.random() < 0.5:
            await close(store, store.now, int(random.integers(1, 4)))
    await store.fold()
    assert (expected >= 0).sum() > 200
    assert_array_equal((await store.arrays(low, low + days * 24))[0], expected)
    await close(store, store.now + timedelta(days=70))
    assert [await rows_of(store, table) > 0 for table in TABLES] == [False, False, True]
    assert_array_equal((await store.arrays(low, low + days * 24))[0], expected)
    for start in range(0, days * 24 - 7, 7 * days - 3):  # also parts of days
        found = await store.arrays(low + start, low + start + 7)
        assert_array_equal(found[0], expected[:, start : start + 7])
    await nearest_is_right(store, random, low, expected)


async def nearest_is_right(
    store: Store, random: np.random.Generator, low: int, expected: NDArray[np.int64]
) -> None:
    """The first and the last known counter of random ranges, read from the coldest tier."""
    channels, size = expected.shape
    async with store.database.session(store.scope) as session:
        driver = await session.driver()
        rows = await driver.fetch(
            "SELECT series_id FROM channel WHERE tenant_id = $1 ORDER BY network, address",
            store.scope.tenant_id,
        )
        series = np.array([row[0] for row in rows])
        starts = random.integers(0, size, channels)
        ends = np.minimum(starts + random.integers(0, 900, channels), size - 1)
        for last in (False, True):
            found = await nearest.nearest(session, series, low + starts, low + ends, last=last)
            for at in range(channels):
                known = np.flatnonzero(expected[at, starts[at] : ends[at] + 1] >= 0) + starts[at]
                assert found.known[at] == bool(len(known))
                if len(known):
                    hour = known[-1 if last else 0]
                    assert (found.hour[at] - low, found.counter[at]) == (hour, expected[at, hour])


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
    await close(store, store.now + timedelta(days=70))
    assert_array_equal(await store.arrays(hour, hour + 9), before)
