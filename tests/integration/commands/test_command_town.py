"""The simulated town against the real gateway: it obeys, refuses, repeats, and writes it down."""

import asyncio
import contextlib
import csv
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import pytest_asyncio
from sqlalchemy import text

from backend.clients.events import Events
from backend.services.metering_import import import_metering
from domain.commands import CommandKind, Order
from ingestion.downlink import Downlink
from simulator.faults import PLANS, Faults
from simulator.metering import metering_csv
from simulator.run import Options, simulate
from simulator.sources import homes_wh
from simulator.town import Town, demo_town, founding_monday
from tenants.session import Database
from tests.factories import MASTER_KEY, make_tenant
from tests.integration.commands.conftest import ALL, FREE, OFF, ON, READ, House, PollingConcentrator

HOME = "simulator-homes-wh.npy"


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("town") / HOME
    homes_wh(path)
    return path


@pytest.fixture(scope="module")
def town(homes: Path) -> Town:
    return demo_town(founding_monday(datetime.now(UTC)), cache=homes)


@pytest_asyncio.fixture
async def lived_in(
    database: Database, client: httpx.AsyncClient, downlink: Downlink, events: Events, town: Town
) -> House:
    """A house of the town whose concentrator the simulator plays."""
    tenant = min(town.tenants, key=lambda one: len(one.devices))
    serial = min(tenant.devices, key=lambda device: len(device.channels)).serial
    rows = list(csv.DictReader(io.StringIO(metering_csv(tenant))))
    kept = io.StringIO()
    writer = csv.DictWriter(kept, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(row for row in rows if row["concentrator"] == serial)
    made = await make_tenant(database, f"town {datetime.now(UTC).timestamp()}")
    async with database.session(made) as session:
        imported = await import_metering(session, kept.getvalue(), MASTER_KEY)
        found = await session.execute(
            text(
                "SELECT point_id FROM installation WHERE tenant_id = :t AND removed_at IS NULL"
                " ORDER BY point_id LIMIT 12"
            ),
            {"t": made.tenant_id},
        )
        points = [row[0] for row in found]
    device = PollingConcentrator(client, serial, imported.devices[0].secret)
    scope = replace(made, actor="user:1", permissions=ALL)
    house = House(database, scope, points, device, downlink, events)
    await house.policy(**FREE)
    return house


@pytest.fixture
def workshop(homes: Path, tmp_path: Path) -> Path:
    """What a simulator needs beside its devices: the homes, and a plan of what goes wrong."""
    plan = {
        "command_refused": 0.2,
        "command_lost": 0.1,
        "command_delay_s": 1,
        "command_repeated": 0.5,
        "answer_lost": 0.2,
        "duplicate": 0.3,
    }
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    (tmp_path / HOME).write_bytes(homes.read_bytes())
    return tmp_path


@pytest_asyncio.fixture
async def living(lived_in: House, client: httpx.AsyncClient, workshop: Path) -> AsyncIterator[Path]:
    """The simulator at work; the log of what truly happened."""
    devices = workshop / "devices.json"
    device = lived_in.device
    devices.write_bytes(
        orjson.dumps({"devices": [{"serial": device.serial, "secret": device.secret}]})
    )
    log = workshop / "truth.jsonl"
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    wanted = Options(
        "http://gateway",
        devices,
        start=now - timedelta(hours=2),
        faults=str(workshop / "plan.json"),
        log=log,
    )
    transport = client._transport
    running = asyncio.create_task(simulate(wanted, transport=transport))
    yield log
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


def told(log: Path) -> list[dict[str, Any]]:
    rows = [orjson.loads(line) for line in log.read_bytes().splitlines()]
    return [row for row in rows if row["kind"] == "command"]


async def test_the_town_does_what_the_commands_say_and_the_rows_tell_the_same(
    lived_in: House, living: Path
) -> None:
    limit = Order(CommandKind.SET_LOAD_LIMIT, "peak", limit_w=2000)
    orders = (OFF, ON, READ, limit)
    ids = [
        await lived_in.order(orders[(place + turn) % 4], point=place)
        for turn in range(4)
        for place in range(len(lived_in.points))
    ]
    final = {"executed", "rejected"}
    async with asyncio.timeout(30):
        while True:
            await asyncio.sleep(0.3)
            states = {command: await lived_in.state(command) for command in ids}
            lost = {row["id"] for row in told(living) if row["outcome"] is None}
            # what waits behind a lost command waits for its end
            if sum(state in final for state in states.values()) >= len(ids) // 2 and lost:
                break
    done: dict[int, set[str]] = {}
    for row in told(living):
        if row["outcome"] is not None:
            done.setdefault(row["id"], set()).add(row["outcome"])
    assert all(len(outcomes) == 1 for outcomes in done.values())
    for command, state in states.items():
        if state in final:
            assert done[command] == {"executed" if state == "executed" else "refused"}
    assert {one for outcomes in done.values() for one in outcomes} == {"executed", "refused"}
    read = [row for row in told(living) if row["command"] == "request_reading"]
    assert read


def test_a_supply_that_is_off_counts_no_more(town: Town) -> None:
    device = next(iter(town.devices.values()))
    faults, hour = Faults(PLANS["none"], device), town.origin + 200
    before = faults.counters(hour).tolist()
    position = int((device.counters(hour + 50) - device.counters(hour)).argmax())
    faults.dark[position] = [(hour, hour + 20)]
    assert int(faults.counters(hour + 20)[position]) == before[position]
    wrap = int(device.wraps[position])
    later = int(device.counters(hour + 50)[position]) - int(device.counters(hour + 20)[position])
    assert (int(faults.counters(hour + 50)[position]) - before[position]) % wrap == later % wrap
