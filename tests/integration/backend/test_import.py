"""Importing metering files into the store: all or nothing, once, and one point after another."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from backend.clients.events import Events
from backend.services.gateway.devices import Devices
from backend.store.hours import series
from backend.tasks import metering
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.errors import RowsError
from domain.hours import hour_of, instant_of
from domain.identity import MeteringPointId, Scope
from ingestion.app import application
from ingestion.gateway import Gateway
from tenants.session import Database
from tests.factories import MASTER_KEY, PushingConcentrator, block, make_tenant, place

NOW = hour_of(datetime.now(UTC))


def stamp(hour: int) -> str:
    return instant_of(hour).isoformat()


async def counts(database: Database, scope: Scope) -> dict[str, int]:
    tables = ("site", "premise", "metering_point", "meter", "installation", "channel", "series")
    async with database.session(scope) as session:
        return {
            table: await session.scalar(
                text(f"SELECT count(*) FROM {table} WHERE tenant_id = :t"),  # noqa: S608 - constants
                {"t": scope.tenant_id},
            )
            or 0
            for table in tables
        }


@pytest_asyncio.fixture
async def scope(database: Database) -> Scope:
    return await make_tenant(database, f"import {datetime.now(UTC).timestamp()}")


def serial(scope: Scope) -> str:
    return f"JX{scope.tenant_id}"


async def test_the_same_file_twice_changes_nothing(database: Database, scope: Scope) -> None:
    rows = [
        {
            "meter_serial": f"M{i}",
            "channel": str(i),
            "premise": str(i),
            "concentrator": serial(scope),
        }
        for i in range(1, 6)
    ]
    first = await place(database, scope, *rows)
    before = await counts(database, scope)
    assert (first.created["metering_point"], len(first.devices)) == (5, 1)
    again = await place(database, scope, *rows)
    assert (set(again.created.values()), again.updated, again.devices) == ({0}, 0, ())
    assert await counts(database, scope) == before


async def test_one_bad_row_keeps_the_whole_file_out(database: Database, scope: Scope) -> None:
    good = {"concentrator": serial(scope)}
    taken = {**good, "meter_serial": "M2"}  # the same channel at the same time
    with pytest.raises(RowsError, match="CHANNEL_TAKEN"):
        await place(database, scope, good, taken)
    assert set((await counts(database, scope)).values()) == {0}


async def test_a_meter_that_starts_when_another_went_takes_over_its_point(
    database: Database, scope: Scope
) -> None:
    old = {"removed_at": stamp(NOW - 5), "final_index": "3", "concentrator": serial(scope)}
    new = {"meter_serial": "M2", "installed_at": stamp(NOW - 5), "concentrator": serial(scope)}
    await place(database, scope, old)
    done = await place(database, scope, old, new)
    assert (done.created["metering_point"], done.created["installation"]) == (0, 1)
    beside = {**new, "meter_serial": "M3", "channel": "3"}
    assert (await place(database, scope, beside)).created["metering_point"] == 1


async def test_an_end_that_is_told_later_updates_the_installation(
    database: Database, scope: Scope
) -> None:
    row = {"concentrator": serial(scope)}
    await place(database, scope, row)
    ended = {**row, "removed_at": stamp(NOW - 2), "final_index": "9"}
    assert (await place(database, scope, ended)).updated == 1
    assert (await place(database, scope, ended)).updated == 0


async def test_an_end_cannot_be_moved_past_the_next_meter_at_the_point(
    database: Database, scope: Scope
) -> None:
    old = {"removed_at": stamp(NOW - 5), "final_index": "3", "concentrator": serial(scope)}
    new = {
        "meter_serial": "M2",
        "channel": "2",
        "installed_at": stamp(NOW - 5),
        "concentrator": serial(scope),
    }
    await place(database, scope, old, new)
    with pytest.raises(RowsError, match="POINT_TAKEN") as caught:
        await place(database, scope, {**old, "removed_at": stamp(NOW - 2)})
    assert caught.value.errors[0].field == "removed_at"


async def test_a_meter_cannot_stand_in_two_places(database: Database, scope: Scope) -> None:
    row = {"concentrator": serial(scope)}
    await place(database, scope, row)
    elsewhere = {**row, "site_path": "Region/City/House 2", "channel": "2"}
    with pytest.raises(RowsError, match="METER_ELSEWHERE"):
        await place(database, scope, elsewhere)
    later = {**elsewhere, "installed_at": "2026-11-02T00:00:00Z"}
    with pytest.raises(RowsError, match="METER_TAKEN"):
        await place(database, scope, later)


async def test_a_serial_of_another_tenant_is_not_available(
    database: Database, scope: Scope
) -> None:
    other = await make_tenant(database, f"owner of {serial(scope)}")
    await place(database, other, {"concentrator": serial(scope), "module": f"D{serial(scope)}"})
    with pytest.raises(RowsError, match="SERIAL_NOT_AVAILABLE") as caught:
        await place(database, scope, {"concentrator": serial(scope)})
    assert caught.value.errors[0].field == "concentrator"
    with pytest.raises(RowsError) as caught:
        await place(database, scope, {"concentrator": "JOWN", "module": f"D{serial(scope)}"})
    assert caught.value.errors[0].field == "module"


async def test_more_meters_than_a_network_carries_are_refused(
    database: Database, scope: Scope
) -> None:
    rows = [
        {"meter_serial": f"N{i}", "channel": str(i), "concentrator": serial(scope)}
        for i in range(481)
    ]
    with pytest.raises(RowsError, match="DEVICE_LIMIT"):
        await place(database, scope, *rows)


@pytest_asyncio.fixture
async def work(database: Database, redis_url: str) -> AsyncIterator[Work]:
    events = Events(redis_url)
    yield Work(database, SilentQueue(), events)
    await events.close()


async def test_hours_in_quarantine_belong_to_the_meter_once_it_is_placed(
    database: Database, scope: Scope, work: Work
) -> None:
    known = await place(database, scope, {"concentrator": serial(scope)})
    gateway = Gateway(database, Devices(database, MASTER_KEY), SilentQueue())
    transport = httpx.ASGITransport(application(gateway))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        device = PushingConcentrator(client, serial(scope), known.devices[0].secret)
        frames = [device.frame(block(NOW - 6 + i, 2, {77: 10 * (i + 1)})) for i in range(6)]
        assert (await device.push(*frames)).json()["accepted"] == [1, 2, 3, 4, 5, 6]
    await metering.fold(work, scope.tenant_id)
    assert (await counts(database, scope))["metering_point"] == 1
    late = {
        "meter_serial": "LATE",
        "network": "2",
        "channel": "77",
        "installed_at": stamp(NOW - 6),
        "concentrator": serial(scope),
    }
    await place(database, scope, late)
    async with database.session(scope) as session:
        point = await session.scalar(
            text("SELECT max(id) FROM metering_point WHERE tenant_id = :t"),
            {"t": scope.tenant_id},
        )
        standing = await series.load_installations(session, [MeteringPointId(point or 0)])
        hours = await series.load_hours(session, standing, NOW - 6, NOW, NOW)
    assert hours.hourly.values[0].tolist() == [10] * 6
    await metering.roll_up(work, scope.tenant_id)
    async with database.session(scope) as session:
        rows = await session.scalar(
            text("SELECT count(*) FROM group_day WHERE tenant_id = :t"), {"t": scope.tenant_id}
        )
    assert rows


async def test_the_partial_hour_of_an_exchange_is_the_sum_of_both_meters(
    database: Database, scope: Scope, work: Work
) -> None:
    swap = instant_of(NOW - 3) + timedelta(minutes=20)
    rows = [
        {
            "concentrator": serial(scope),
            "installed_at": stamp(NOW - 6),
            "removed_at": swap.isoformat(),
            "final_index": "0.350",
        },
        {
            "concentrator": serial(scope),
            "meter_serial": "NEXT",
            "channel": "2",
            "installed_at": swap.isoformat(),
            "initial_index": "7",
            "initial_counter": "0",
        },
    ]
    known = await place(database, scope, *rows)
    gateway = Gateway(database, Devices(database, MASTER_KEY), SilentQueue())
    transport = httpx.ASGITransport(application(gateway))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        device = PushingConcentrator(client, serial(scope), known.devices[0].secret)
        shown = [{1: 100}, {1: 200}, {1: 300}, {2: 40}, {2: 90}, {2: 150}]
        frames = [device.frame(block(NOW - 6 + i, 1, one)) for i, one in enumerate(shown)]
        await device.push(*frames)
    await metering.fold(work, scope.tenant_id)
    async with database.session(scope) as session:
        rows_found = await session.scalars(
            text("SELECT id FROM metering_point WHERE tenant_id = :t"), {"t": scope.tenant_id}
        )
        (point,) = rows_found
        standing = await series.load_installations(session, [MeteringPointId(point)])
        hours = await series.load_hours(session, standing, NOW - 6, NOW, NOW)
    assert hours.hourly.values[0].tolist() == [100, 100, 100, 50 + 40, 50, 60]
