"""The delivery ledger against the simulator's log of truth, channel-hour by channel-hour."""

import base64
import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import orjson
import pytest_asyncio
from numpy.typing import NDArray

from backend.clients.events import Events
from backend.graphql.context import Context
from backend.graphql.schema import schema
from backend.services.gateway.devices import Devices
from backend.services.metering_import import import_metering
from backend.services.reading import deliveries, delivery_series, missing_hours, profiles
from backend.services.reading.profiles import Range
from backend.store.model import metered
from backend.store.model.metered import PointRow
from backend.tasks import metering
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.hours import Step, hour_of, instant_of, parse_instant
from domain.identity import Scope
from ingestion.app import application
from ingestion.gateway import Gateway
from simulator.metering import metering_csv
from simulator.meters import Device
from simulator.run import Options, simulate
from simulator.town import demo_town, founding_monday
from tenants.permissions import Permission
from tenants.session import Database
from tests.factories import MASTER_KEY, block, make_tenant, metering_file

HOURS = 60
NOW = hour_of(datetime.now(UTC))
LOW = NOW - HOURS
CATEGORIES = ("on_time", "late", "backfilled", "manual", "missing")
PLAN = {
    "radio_late": 0.2,
    "radio_late_hours": 20,
    "radio_lost": 0.15,
    "memory_lost": 0.6,
    "duplicate": 0.3,
    "reorder": 0.5,
}
UPLOAD = """mutation($file: String!) { uploadManualReadings(input: {file: $file}) {
  accepted rejected { code } errors { code } } }"""
SERIES = """query($id: ID!, $from: DateTime!, $to: DateTime!) { node(id: $id) { ... on Metered {
  name deliverySeries(from: $from, to: $to, step: "P1D") {
    start step expected onTime late backfilled manual missing percent }
  missing(from: $from, to: $to) { from to reason points } } } }"""


def stamp(hour: int, minute: int = 0) -> str:
    return (instant_of(hour) + timedelta(minutes=minute)).isoformat()


def changed(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The meters of a house, some of them installed, replaced, moved and removed meanwhile."""
    late, old, away, gone, *rest = rows
    new = {**old, "meter_serial": "NEW", "installed_at": stamp(LOW + 25, 35)}
    moved = {**away, "premise": "Elsewhere", "installed_at": stamp(LOW + 33, 50)}
    return [
        {**late, "installed_at": stamp(LOW + 20, 20)},
        {**old, "removed_at": stamp(LOW + 25, 35)},
        {**new, "initial_index": "0", "initial_counter": "0"},
        {**away, "removed_at": stamp(LOW + 30, 10)},
        {**moved, "initial_counter": "0", "meter_serial": "MOVED"},
        {**gone, "removed_at": stamp(LOW + 44)},
        *rest,
    ]


@dataclass
class Ground:
    """A house that pushed for sixty hours, and the log of what truly happened."""

    database: Database
    scope: Scope
    rows: list[dict[str, str]]
    arrivals: dict[tuple[int, int, int], str]
    """Category by network, channel and hour, as the log tells it."""

    async def points(self) -> dict[str, PointRow]:
        async with self.database.session(self.scope) as session:
            found = await metered.list_points(session, 0, 1000)
            driver = await session.driver()
            serials = await driver.fetch(
                "SELECT i.point_id, m.serial FROM installation AS i"
                " JOIN meter AS m ON m.tenant_id = i.tenant_id AND m.id = i.meter_id"
                " WHERE i.tenant_id = $1",
                self.scope.tenant_id,
            )
        rows = {row.id: row for row in found}
        return {serial: rows[point] for point, serial in serials}

    def truth(self, row: dict[str, str]) -> dict[str, NDArray[np.int64]]:
        """Categories of one installation by hour."""
        start = parse_instant(row["installed_at"], "installed_at").timestamp()
        text = row["removed_at"]
        end = parse_instant(text, "removed_at").timestamp() if text else 1e18
        found = {name: np.zeros(HOURS, np.int64) for name in ("expected", *CATEGORIES)}
        for at in range(HOURS):
            hour = LOW + at
            if start <= hour * 3600 and (hour + 1) * 3600 <= end:
                key = int(row["network"]), int(row["channel"]), hour
                found["expected"][at] = 1
                found[self.arrivals.get(key, "missing")][at] = 1
        return found


def read_log(path: Path, addresses: dict[int, list[int]]) -> dict[tuple[int, int, int], str]:
    """How each channel-hour came first, by the moments at which pushes were acknowledged."""
    heard: dict[tuple[int, int, int], float] = {}
    for line in path.read_bytes().splitlines():
        row: dict[str, Any] = orjson.loads(line)
        if row["kind"] != "push" or row["acknowledged_at"] is None:
            continue
        at = datetime.fromisoformat(row["acknowledged_at"]).timestamp()
        for frame in row["frames"]:
            for hour, network, channels in frame["blocks"] if frame["acknowledged"] else ():
                number = hour_of(parse_instant(hour, "hour"))
                for channel in addresses[network] if channels is None else channels:
                    key = network, channel, number
                    heard[key] = min(at, heard.get(key, at))

    def category(hour: int, at: float) -> str:
        delay = at - (hour + 1) * 3600
        return "on_time" if delay <= 7200 else "late" if delay <= 86400 else "backfilled"

    return {key: category(key[2], at) for key, at in heard.items()}


def lost_readings(
    path: Path, device: Device, arrivals: dict[tuple[int, int, int], str]
) -> dict[tuple[int, int, int], int]:
    """Every third reading that never came, with its true counter."""
    found: dict[tuple[int, int, int], int] = {}
    for line in path.read_bytes().splitlines():
        row: dict[str, Any] = orjson.loads(line)
        if row["kind"] == "hour":
            hour = hour_of(parse_instant(row["hour"], "hour"))
            for channel, counter in zip(device.channels, row["counters"], strict=True):
                found[channel.network, channel.address, hour] = counter
    lost = sorted(found.keys() - arrivals.keys())[::3]
    return {key: found[key] for key in lost}


async def bring(
    database: Database,
    scope: Scope,
    events: Events,
    serial: str,
    brought: dict[tuple[int, int, int], int],
) -> None:
    """Upload the file of a collector that somebody carried past the modules."""
    hours = [
        block(hour, network, {address: counter})
        for (network, address, hour), counter in brought.items()
    ]
    frame = {"sequence": 1, "made_at": stamp(NOW), "hours": hours}
    body = orjson.dumps({"concentrator": serial, "frames": [frame]})
    values = {"file": base64.b64encode(body).decode()}
    async with Context(database, scope, events, MASTER_KEY) as context:
        result = await schema.execute(UPLOAD, values, context_value=context)
    assert result.errors is None
    assert result.data == {
        "uploadManualReadings": {"accepted": ["1"], "rejected": [], "errors": []}
    }


@pytest_asyncio.fixture(scope="module")
async def ground(
    database: Database, redis_url: str, tmp_path_factory: Any
) -> AsyncIterator[Ground]:
    home = tmp_path_factory.mktemp("ledger")
    town = demo_town(founding_monday(datetime.now(UTC)))
    device = town.tenants[0].devices[3]
    all_rows = list(csv.DictReader(io.StringIO(metering_csv(town.tenants[0]))))
    rows = changed(
        [r for r in all_rows if r["concentrator"] == device.serial and not r["removed_at"]]
    )
    scope = await make_tenant(database, "ledger")
    scope = Scope(scope.tenant_id, "test", frozenset(map(str, Permission)))
    async with database.session(scope) as session:
        made = await import_metering(session, metering_file(*rows), MASTER_KEY)
    secret = {"serial": device.serial, "secret": made.devices[0].secret}
    (home / "devices.json").write_bytes(orjson.dumps({"devices": [secret]}))
    (home / "plan.json").write_bytes(orjson.dumps(PLAN))
    transport = httpx.ASGITransport(
        application(Gateway(database, Devices(database, MASTER_KEY), SilentQueue()))
    )
    options = Options(
        "http://gateway",
        home / "devices.json",
        faults=str(home / "plan.json"),
        start=instant_of(LOW),
        end=instant_of(NOW),
        log=home / "truth.jsonl",
        commands=False,
    )
    assert await simulate(options, transport=transport) == 0
    events = Events(redis_url)
    addresses: dict[int, list[int]] = {}
    for channel in device.channels:
        addresses.setdefault(channel.network, []).append(channel.address)
    arrivals = read_log(home / "truth.jsonl", addresses)
    brought = lost_readings(home / "truth.jsonl", device, arrivals)
    await bring(database, scope, events, device.serial, brought)
    arrivals |= dict.fromkeys(brought, "manual")
    work = Work(database, SilentQueue(), events)
    await metering.fold(work, scope.tenant_id)
    await metering.roll_up(work, scope.tenant_id)
    await events.close()
    yield Ground(database, scope, rows, arrivals)


ASKED = Range(LOW, NOW, Step.HOUR)


async def test_every_category_of_every_meter_is_what_the_log_tells(ground: Ground) -> None:
    points = await ground.points()
    assert set(ground.arrivals.values()) == {"on_time", "late", "backfilled", "manual"}
    expected: dict[int, dict[str, NDArray[np.int64]]] = {}
    for row in ground.rows:
        own = expected.setdefault(points[row["meter_serial"]].id, {})
        for name, counts in ground.truth(row).items():
            own[name] = own.get(name, np.zeros(HOURS, np.int64)) + counts
    asked = list({point.id: point for point in points.values()}.values())
    async with ground.database.session(ground.scope) as session:
        found = await delivery_series.of_points(session, asked, ASKED, instant_of(NOW))
        totals = await deliveries.of_points(session, asked, ASKED, instant_of(NOW))
        hours = await profiles.of_points(session, asked, ASKED, instant_of(NOW))
    naive = 0
    for point, one, total, hourly in zip(asked, found, totals, hours, strict=True):
        for name, counts in expected[point.id].items():
            np.testing.assert_array_equal(getattr(one, name), counts, f"{name} of {point.name}")
            assert getattr(total, name) == counts.sum()
        arrived = expected[point.id]["expected"] - expected[point.id]["missing"]
        naive += int((hourly.known.astype(np.int64) != arrived).sum())
    assert naive > 0, "counting hours that have a value would pass, so this proves nothing"
    assert sum(int(one["missing"].sum()) for one in expected.values()) > 50


async def test_every_level_of_the_tree_is_the_sum_of_its_meters(ground: Ground) -> None:
    async with ground.database.session(ground.scope) as session:
        driver = await session.driver()
        rows = await driver.fetch(
            "SELECT g.id, g.commodity, s.name_path FROM balance_group AS g JOIN site AS s"
            " ON s.tenant_id = g.tenant_id AND s.id = g.site_id WHERE g.tenant_id = $1",
            ground.scope.tenant_id,
        )
        groups = await metered.load_groups(session, [row[0] for row in rows])
        order = [groups[row[0]] for row in rows]
        found = await delivery_series.of_groups(session, order, ASKED, instant_of(NOW))
    assert len({row[2].count("/") for row in rows}) >= 4
    for (_, commodity, path), one in zip(rows, found, strict=True):
        below = [
            ground.truth(row)
            for row in ground.rows
            if row["commodity"] == commodity and f"{row['site_path']}/".startswith(f"{path}/")
        ]
        for name in ("expected", *CATEGORIES):
            total = np.sum([counts[name] for counts in below], axis=0)
            np.testing.assert_array_equal(getattr(one, name), total, f"{name} of {path}")


async def test_every_missing_hour_has_its_reason(ground: Ground) -> None:
    points = await ground.points()
    ids = list({point.id for point in points.values()})
    async with ground.database.session(ground.scope) as session:
        found = await missing_hours.reasons_of(session, ids, ASKED, instant_of(NOW))
    of = {serial: found[ids.index(point.id)] for serial, point in points.items()}
    names = {serial: [missing_hours.Reason(one).name for one in row] for serial, row in of.items()}
    late = ground.rows[0]["meter_serial"]
    assert set(names[late][:20]) == {"NOT_INSTALLED"}
    assert names[late][21] != "NOT_INSTALLED"
    gone = ground.rows[5]["meter_serial"]
    assert set(names[gone][44:]) == {"NOT_INSTALLED"}
    for row in ground.rows:
        lacking = np.flatnonzero(ground.truth(row)["missing"])
        told = {names[row["meter_serial"]][at] for at in lacking}
        assert told <= {"NOT_ARRIVED", "AFTER_LAST_READING", "AMBIGUOUS_WRAP"}


async def test_the_series_is_served_for_meters_and_groups(ground: Ground, redis_url: str) -> None:
    events = Events(redis_url)
    point = (await ground.points())[ground.rows[5]["meter_serial"]]
    async with ground.database.session(ground.scope) as session:
        driver = await session.driver()
        top = await driver.fetchval(
            "SELECT min(id) FROM balance_group WHERE tenant_id = $1 AND parent_id IS NULL",
            ground.scope.tenant_id,
        )
    for kind, number in (("MeteringPoint", point.id), ("BalanceGroup", top)):
        name = base64.b64encode(f"{kind}:{number}".encode()).decode()
        values = {"id": name, "from": stamp(LOW), "to": stamp(NOW)}
        async with Context(ground.database, ground.scope, events, MASTER_KEY) as context:
            result = await schema.execute(SERIES, values, context_value=context)
        assert result.errors is None
        assert result.data is not None
        series = result.data["node"]["deliverySeries"]
        assert series["step"] == "P1D"
        assert len(series["percent"]) == len(series["expected"]) in {3, 4}
        came = [sum(series[one]) for one in ("onTime", "late", "backfilled", "manual", "missing")]
        assert sum(came) == sum(series["expected"])
        reasons = {period["reason"] for period in result.data["node"]["missing"]}
        assert ("NOT_INSTALLED" in reasons) == (kind == "MeteringPoint")
    await events.close()
