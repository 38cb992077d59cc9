"""From a signed frame to the hours of meters and groups, on the real store."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import numpy as np
import pytest
import pytest_asyncio
from numpy.testing import assert_array_equal
from sqlalchemy import text

from backend.clients.events import Events
from backend.services.gateway.devices import Devices
from backend.store.groups import group_hours
from backend.store.groups.group_marks import GroupDirectory
from backend.store.hours import series
from backend.tasks import metering
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.hours import hour_of
from domain.identity import MeteringPointId, Scope
from ingestion.app import application
from ingestion.gateway import Gateway
from tenants.session import Database
from tests.factories import MASTER_KEY, PushingConcentrator, block, make_tenant, place

NOW = hour_of(datetime.now(UTC))
LOW = NOW - 30


@pytest_asyncio.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    gateway = Gateway(database, Devices(database, MASTER_KEY), SilentQueue())
    transport = httpx.ASGITransport(application(gateway))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client


@pytest_asyncio.fixture
async def work(database: Database, redis_url: str) -> AsyncIterator[Work]:
    events = Events(redis_url)
    yield Work(database, SilentQueue(), events)
    await events.close()


async def hours_of(database: Database, scope: Scope, low: int, high: int) -> series.PointHours:
    async with database.session(scope) as session:
        rows = await session.execute(
            text("SELECT id FROM metering_point WHERE tenant_id = :t ORDER BY id"),
            {"t": scope.tenant_id},
        )
        points = [MeteringPointId(row[0]) for row in rows]
        standing = await series.load_installations(session, points)
        return await series.load_hours(session, standing, low, high, NOW)


async def settle(work: Work, scope: Scope) -> None:
    await metering.fold(work, scope.tenant_id)
    await metering.roll_up(work, scope.tenant_id)


def stamp(hour: int) -> str:
    return datetime.fromtimestamp(hour * 3600, UTC).isoformat()


@pytest.fixture(scope="module")
def house() -> list[dict[str, str]]:
    flats = [
        {
            "premise": str(i),
            "meter_serial": f"M{i}",
            "channel": str(i),
            "installed_at": stamp(LOW),
            "site_path": f"Region/City/House 1/Entrance {1 + i % 2}",
            "site_kinds": "region/city/house/entrance",
        }
        for i in range(1, 5)
    ]
    inlet = {"role": "inlet", "meter_serial": "IN", "channel": "9", "installed_at": stamp(LOW)}
    return [*flats, inlet]


async def test_pushed_counters_become_hours_of_meters_and_of_every_group_above(
    database: Database, client: httpx.AsyncClient, work: Work, house: list[dict[str, str]]
) -> None:
    scope = await make_tenant(database, "spine")
    imported = await place(database, scope, *house)
    device = PushingConcentrator(client, "J1", imported.devices[0].secret)
    steps = np.random.default_rng(7).integers(0, 500, size=(4, 30))
    counters = steps.cumsum(axis=1)
    inlet = counters.sum(axis=0) + 10 * np.arange(1, 31)
    for at in range(30):
        shown = {i + 1: int(counters[i, at]) for i in range(4)} | {9: int(inlet[at])}
        answer = await device.push(device.frame(block(LOW + at, 1, shown)))
        assert answer.status_code == 200, answer.text
        assert answer.json()["accepted"] == [at + 1]
    await settle(work, scope)

    hours = await hours_of(database, scope, LOW, NOW)
    assert_array_equal(hours.hourly.values[:4], steps)
    assert hours.hourly.known.all()
    async with database.session(scope) as session:
        rows = (
            await session.execute(
                text(
                    "SELECT id, nlevel(path), name FROM balance_group WHERE tenant_id = :t"
                    " ORDER BY path"
                ),
                {"t": scope.tenant_id},
            )
        ).all()
        ids = np.array([row[0] for row in rows])
        stored = await group_hours.load_groups(session, ids, LOW, NOW)
    region, city, house_at = 0, 1, 2
    for at in (region, city, house_at):
        assert_array_equal(stored.consumption[at], steps.sum(axis=0))
        assert_array_equal(stored.known[at], 4)
        assert_array_equal(stored.expected[at], 4)
        assert_array_equal(stored.arrived[at], 5)
    assert_array_equal(stored.delivered[house_at], steps.sum(axis=0))
    assert_array_equal(stored.direct_expected[house_at], 2)
    supplied = np.diff(inlet, prepend=0)
    assert_array_equal(stored.supplied[house_at], supplied)
    assert_array_equal(stored.delivered[city], supplied)
    async with database.global_session() as session:
        ringing = text(
            "SELECT count(*) FROM work_bell WHERE kind NOT IN ('gaps', 'findings', 'alerts')"
        )
        assert (await session.execute(ringing)).scalar() == 0


async def test_one_late_hour_changes_that_hour_and_the_next_in_each_group_above(
    database: Database, client: httpx.AsyncClient, work: Work
) -> None:
    scope = await make_tenant(database, "late")
    imported = await place(
        database,
        scope,
        *(
            {
                "meter_serial": f"L{i}",
                "channel": str(i),
                "concentrator": "JL",
                "premise": str(i),
                "installed_at": stamp(LOW),
            }
            for i in range(3)
        ),
    )
    device = PushingConcentrator(client, "JL", imported.devices[0].secret)
    late = 12
    for at in range(30):
        shown = {i: 100 * (at + 1) + i for i in range(3) if not (at == late and i == 1)}
        await device.push(device.frame(block(LOW + at, 1, shown)))
    await settle(work, scope)
    before = await hours_of(database, scope, LOW, NOW)
    assert_array_equal(before.hourly.codes[1, late : late + 2], 4)
    await device.push(device.frame(block(LOW + late, 1, {1: 100 * late + 1})))
    await metering.fold_pushes(work, scope.tenant_id)
    async with database.session(scope) as session:
        due = await group_hours.due_hours(session, 100)
    marked = sorted(one.day * 24 + bit for one in due for bit in range(24) if one.hours >> bit & 1)
    assert marked == [LOW + late, LOW + late + 1]
    await metering.roll_up(work, scope.tenant_id)
    after = await hours_of(database, scope, LOW, NOW)
    changed = np.flatnonzero(after.hourly.values[1] != before.hourly.values[1])
    assert_array_equal(changed, [late, late + 1])
    assert_array_equal(after.hourly.codes[1, late : late + 2], 7)


async def test_an_hour_marked_again_while_it_is_rolled_up_stays_due(
    database: Database, client: httpx.AsyncClient, work: Work
) -> None:
    scope = await make_tenant(database, "race")
    row = {"concentrator": "JR", "meter_serial": "R1", "installed_at": stamp(LOW)}
    imported = await place(database, scope, row)
    device = PushingConcentrator(client, "JR", imported.devices[0].secret)
    await device.push(device.frame(block(LOW, 1, {1: 5})))
    await metering.fold_pushes(work, scope.tenant_id)
    async with database.session(scope) as session:
        seen = await group_hours.due_hours(session, 100)
        series_id = await session.scalar(
            text("SELECT series_id FROM installation WHERE tenant_id = :t"),
            {"t": scope.tenant_id},
        )
    async with database.session(scope) as session:  # another fold of the same hour
        await GroupDirectory().mark_due(session, np.array([series_id]), np.array([LOW]))
    async with database.session(scope) as session:
        await group_hours.settle_due(session, seen)
    async with database.session(scope) as session:
        left = await group_hours.due_hours(session, 100)
        assert {(one.group_id, one.day) for one in left} == {
            (one.group_id, one.day) for one in seen
        }
        await group_hours.settle_due(session, left)
        assert await group_hours.due_hours(session, 100) == []
