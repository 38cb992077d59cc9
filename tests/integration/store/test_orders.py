"""Whatever the order, the duplicates and the replays: the same arrays."""

from datetime import UTC, datetime
from itertools import count

import numpy as np
from numpy.testing import assert_array_equal

from domain.hours import hour_of, instant_of
from domain.identity import Scope
from tenants.session import Database
from tests.factories import make_tenant, place
from tests.integration.store.pushing import Store, now_after

ORDERS = 1_000
HOURS, CHANNELS = 30, 3
LOW = hour_of(datetime.now(UTC)) - HOURS - 1

_numbers = count(1)


async def store_of(database: Database, channels: int = CHANNELS) -> Store:
    number = next(_numbers)
    scope: Scope = await make_tenant(database, f"orders {number}")
    rows = [
        {
            "meter_serial": f"M{channel}",
            "channel": str(channel),
            "concentrator": f"JO{number}",
            "premise": str(channel),
            "installed_at": instant_of(LOW).isoformat(),
        }
        for channel in range(channels)
    ]
    await place(database, scope, *rows)
    return Store(database, scope, f"JO{number}", now_after(LOW + HOURS))


async def test_a_thousand_orders_read_the_same_arrays(database: Database) -> None:
    random = np.random.default_rng(20261122)
    counters = random.integers(0, 500, (CHANNELS, HOURS)).cumsum(axis=1) + 2**32 - 3_000
    counters %= 2**32  # the counters wrap on the way
    store = await store_of(database)
    frames = [
        store.frame(at, LOW + at, {c: int(counters[c, at]) for c in range(CHANNELS)})
        for at in range(HOURS)
    ]
    async with database.session(store.scope) as session:
        driver = await session.driver()
        assert await driver.fetchval("SELECT count(*) FROM series_day") == 0
    for turn in range(ORDERS):
        order = random.permutation(HOURS).tolist()
        again = random.choice(HOURS, HOURS * 3 // 10).tolist()
        cut = int(random.integers(1, HOURS))
        await store.push(*(frames[at] for at in order[:cut]), *(frames[at] for at in again))
        await store.fold()
        await store.push(*(frames[at] for at in order[cut:]))
        await store.fold()
        found = await store.arrays(LOW, LOW + HOURS)
        assert_array_equal(found[0], counters, err_msg=f"order {turn}: {order}, cut {cut}")
        if turn == 0:
            first = found
        assert_array_equal(found, first)
        await _start_over(store)
    assert await store.revisions() == []


async def _start_over(store: Store) -> None:
    async with store.database.session(store.scope) as session:
        driver = await session.driver()
        for table in (
            "series_month",
            "series_day",
            "series_hour",
            "group_due",
            "frame",
            "frame_key",
        ):
            await driver.execute(
                f"DELETE FROM {table} WHERE tenant_id = $1",  # noqa: S608 - four constants
                store.scope.tenant_id,
            )
        await driver.execute("DELETE FROM work_bell WHERE tenant_id = $1", store.scope.tenant_id)


async def test_conflicts_replayed_read_the_same_arrays_and_leave_revisions(
    database: Database,
) -> None:
    random = np.random.default_rng(7)
    store = await store_of(database)
    for sequence in range(60):
        hours = random.integers(0, 6, 1)
        counters = {c: int(random.integers(0, 3)) for c in range(CHANNELS)}
        await store.push(store.frame(sequence, LOW + int(hours[0]), counters))
        if sequence % 7 == 0:
            await store.fold()
    await store.fold()
    before, revisions = await store.arrays(LOW, LOW + 6), await store.revisions()
    assert len(revisions) > 30
    assert {kind for _, _, kind in revisions} == {"conflict"}
    for _ in range(3):
        await store.forget_facts()
        await store.fold()
        assert_array_equal(await store.arrays(LOW, LOW + 6), before)


async def test_the_earlier_in_the_journal_stands(database: Database) -> None:
    store = await store_of(database, 1)
    await store.push(store.frame(1, LOW, {0: 10}))
    await store.push(store.frame(2, LOW, {0: 11}), store.frame(3, LOW, {0: 10}))
    await store.fold()
    await store.push(store.frame(4, LOW, {0: 12}))
    done = await store.fold()
    assert (done.refused, done.changed) == (1, 0)
    assert (await store.arrays(LOW, LOW + 1))[0, 0, 0] == 10
    assert await store.revisions() == [(11, 10, "conflict"), (12, 10, "conflict")]


async def test_a_frame_is_counted_once_however_often_it_comes(database: Database) -> None:
    store = await store_of(database, 1)
    frame = store.frame(1, LOW, {0: 10})
    assert (await store.push(frame)).accepted == [1]
    assert (await store.push(frame, frame)).duplicates == [1, 1]
    refused = (await store.push(store.frame(1, LOW, {0: 11}))).rejected
    assert [one.code for one in refused] == ["SEQUENCE_CONFLICT"]
    assert (await store.fold()).readings == 1
    assert (await store.fold()).readings == 0


async def test_a_push_of_events_alone_is_folded_too(database: Database) -> None:
    store = await store_of(database, 1)
    event = {"network": 1, "channel": 0, "kind": "magnet", "at": instant_of(LOW).isoformat()}
    accepted = await store.push({"sequence": 1, "events": [event]}, store.frame(2, LOW, {0: 10}))
    assert accepted.accepted == [1, 2]
    await store.push({"sequence": 3, "events": [event]})
    assert (await store.fold()).changed == 1
    await store.push({"sequence": 4})
    done = await store.fold()
    assert (done.pushes, done.readings, done.more) == (1, 0, False)
