"""What devices tell besides counters: the same rows in whatever order, however often it comes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import numpy as np

from domain.hours import hour_of, instant_of
from tenants.session import Database
from tests.factories import block, make_tenant, place
from tests.integration.store.pushing import Store, now_after

HOURS, CHANNELS = 40, 3
LOW = hour_of(datetime.now(UTC)) - HOURS - 1
ORDERS = 60
KINDS = ("magnet", "leak", "cover")
TABLES = {
    "topology_day": "concentrator_id, day, module, network, parent, level, rssi, relayed,"
    " battery_mv, firmware, made_at",
    "status_period": "series_id, bit, began_at, ended_at",
    "event": "series_id, at, kind, value",
    "spot_reading": "series_id, at, counter",
    "temperature_day": "*",
}

_numbers = count(1)


async def store_of(database: Database) -> Store:
    number = next(_numbers)
    scope = await make_tenant(database, f"reports {number}")
    await place(
        database,
        scope,
        *(
            {
                "meter_serial": f"M{channel}",
                "channel": str(channel),
                "concentrator": f"JR{number}",
                "premise": str(channel),
                "installed_at": instant_of(LOW).isoformat(),
            }
            for channel in range(CHANNELS)
        ),
    )
    return Store(database, scope, f"JR{number}", now_after(LOW + HOURS))


async def rows_of(store: Store, table: str) -> list[tuple[Any, ...]]:
    async with store.database.session(store.scope) as session:
        driver = await session.driver()
        text = f"SELECT {TABLES[table]} FROM {table} WHERE tenant_id = $1"  # noqa: S608 - constants
        return sorted(
            (tuple(row) for row in await driver.fetch(text, store.scope.tenant_id)), key=repr
        )


async def all_rows(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    return {table: await rows_of(store, table) for table in TABLES}


async def forget(store: Store) -> None:
    async with store.database.session(store.scope) as session:
        driver = await session.driver()
        for table in (*TABLES, "series_day", "series_hour", "group_due", "frame", "frame_key"):
            await driver.execute(
                f"DELETE FROM {table} WHERE tenant_id = $1",  # noqa: S608 - constants
                store.scope.tenant_id,
            )
        await driver.execute("DELETE FROM work_bell WHERE tenant_id = $1", store.scope.tenant_id)


def frame_of(random: np.random.Generator, at: int) -> dict[str, Any]:
    hour = LOW + at
    told = block(hour, 1, {channel: 100 * at + channel for channel in range(CHANNELS)})
    told["status"] = (random.random(CHANNELS) < 0.6) * random.integers(0, 32, CHANNELS)
    told["status"] = told["status"].tolist()
    warm = [None if random.random() < 0.3 else int(random.integers(-500, 9000)) for _ in range(6)]
    told["temperatures"] = {"supply": warm[:3], "return": warm[3:]}
    moment = instant_of(hour) + timedelta(minutes=int(random.integers(0, 3)) * 20)
    event = {
        "network": 1,
        "channel": int(random.integers(0, CHANNELS)),
        "kind": str(random.choice(KINDS)),
        "at": instant_of(LOW + int(random.integers(0, 4))).isoformat(),
        "value": None if random.random() < 0.3 else float(random.integers(0, 5)),
    }
    module = {
        "network": 1,
        "module": f"D{random.integers(0, 3)}",
        "parent": None if random.random() < 0.5 else "D9",
        "level": int(random.integers(1, 31)),
        "rssi": int(random.integers(-120, -40)),
        "battery_mv": int(random.integers(2900, 3600)),
    }
    spot = {"network": 1, "channel": 1, "at": moment.isoformat(), "counter": 100 * at}
    return {
        "sequence": at,
        "made_at": moment.isoformat(),
        "hours": [told],
        "events": [event],
        "topology": [module],
        "spot": [spot],
    }


async def played(
    store: Store, frames: Sequence[dict[str, Any]]
) -> dict[str, list[tuple[Any, ...]]]:
    cut = len(frames) // 2
    for part in (frames[:cut], frames[cut:]):
        await store.push(*part)
        await store.fold()
    return await all_rows(store)


async def test_any_order_with_duplicates_gives_the_same_rows(database: Database) -> None:
    random = np.random.default_rng(20261122)
    store = await store_of(database)
    frames = [frame_of(random, at) for at in range(HOURS)]
    first = await played(store, frames)
    assert all(first.values())
    for turn in range(ORDERS):
        await forget(store)
        order = random.permutation(HOURS).tolist() + random.choice(HOURS, HOURS // 3).tolist()
        found = await played(store, [frames[at] for at in order])
        assert found == first, f"order {turn}: {order}"
    await store.forget_facts()
    await store.fold()
    assert await all_rows(store) == first


async def test_a_bit_makes_one_row_a_change(database: Database) -> None:
    store = await store_of(database)
    bits = [0, 4, 4, 12, 8, 8, 0, 4]
    for at in (1, 0, 3, 7, 6, 4, 5, 2):
        told = {**block(LOW + at, 1, {0: at}), "status": [bits[at]]}
        await store.push({"sequence": at, "hours": [told]})
        await store.fold()
    found = [
        (bit, hour_of(began) - LOW, hour_of(ended) - LOW)
        for _, bit, began, ended in await rows_of(store, "status_period")
    ]
    assert sorted(found) == [(4, 1, 4), (4, 7, 8), (8, 3, 6)]


async def test_the_later_report_of_a_day_stands(database: Database) -> None:
    store = await store_of(database)
    day = instant_of(LOW // 24 * 24)

    async def tell(sequence: int, made_at: datetime, level: int) -> None:
        module = {"network": 1, "module": "D1", "level": level}
        await store.push(
            {"sequence": sequence, "made_at": made_at.isoformat(), "topology": [module]}
        )
        await store.fold()

    await tell(1, day + timedelta(hours=9), 2)
    await tell(2, day + timedelta(hours=8), 7)
    await tell(3, day + timedelta(hours=25), 3)
    found = [(row[1], row[5]) for row in await rows_of(store, "topology_day")]
    assert found == [(day.date(), 2), (day.date() + timedelta(days=1), 3)]


async def test_temperatures_are_instant_series_of_their_channel(database: Database) -> None:
    store = await store_of(database)
    told = {
        **block(LOW, 1, {0: 1, 1: 2}),
        "temperatures": {"supply": [6510, None], "return": [4020, None]},
    }
    await store.push({"sequence": 1, "hours": [told]})
    await store.fold()
    async with database.session(store.scope) as session:
        driver = await session.driver()
        made = await driver.fetch(
            "SELECT s.id, s.quantity, s.unit, s.scale, c.address FROM series AS s"
            " JOIN channel AS c ON c.tenant_id = $1 AND c.id = s.owner_id"
            " WHERE s.tenant_id = $1 AND s.kind = 'instant' ORDER BY s.quantity",
            store.scope.tenant_id,
        )
    assert [tuple(row)[1:] for row in made] == [
        ("temperature_return", "degC", -2, 0),
        ("temperature_supply", "degC", -2, 0),
    ]
    values = {row[1]: row[3 + LOW % 24] for row in await rows_of(store, "temperature_day")}
    assert values == {made[0][0]: 4020, made[1][0]: 6510}


async def test_a_channel_that_only_told_an_event_is_found(database: Database) -> None:
    store = await store_of(database)
    event = {"network": 2, "channel": 77, "kind": "leak", "at": instant_of(LOW).isoformat()}
    await store.push({"sequence": 1, "events": [event, event]})
    await store.fold()
    assert len(await rows_of(store, "event")) == 1
    async with database.session(store.scope) as session:
        driver = await session.driver()
        text = "SELECT count(*) FROM channel WHERE tenant_id = $1 AND network = 2 AND address = 77"
        assert await driver.fetchval(text, store.scope.tenant_id) == 1
