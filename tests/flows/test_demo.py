"""The demo as a new user gets it: started by one command, read with a token, compared with the
files its readings were made of.
"""

import csv
import io
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import httpx
import numpy as np
import pytest
from pyarrow import parquet

from domain.hours import hour_of, parse_instant
from runtime.demo import DemoRecord, devices_file
from simulator.metering import metering_csv
from simulator.sources import DATA
from simulator.town import Town, demo_town
from tests.factories import PushingConcentrator, block, metering_file
from tests.flows.product import IMBALANCE, Client, Product, product, span, stamp

ZONE = ZoneInfo("Europe/Chisinau")
WRONGED = {"CH214", "CH204", "CH087"}
"""Homes whose meters are cheated or stuck in the town, as the labels say."""


class Demo(NamedTuple):
    """The running demo, and what it was made of."""

    product: Product
    record: DemoRecord
    town: Town
    riverside: Client
    northwater: Client
    end: int
    """Hour with which the six weeks end: the founding Monday."""


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    with product() as made:
        made.start()
        record = DemoRecord.load(made.home)
        assert record is not None
        assert record.complete
        clients = [Client(made.url, t.client_id, t.client_secret) for t in record.tenants]
        town = demo_town(record.founded_on)
        yield Demo(made, record, town, *clients, town.calendar.day(42))
        for client in clients:
            client.close()


def watt_hours(profile: dict[str, Any]) -> np.ndarray:
    """Whole Wh or litres of a profile without a gap."""
    assert None not in profile["values"]
    return np.rint(np.array(profile["values"], dtype=np.float64) * 1000).astype(np.int64)


def source_homes(record: DemoRecord) -> tuple[dict[str, np.ndarray], range]:
    """Hourly Wh of each home, and the UTC hours they are lived in, read from the file itself."""
    table = parquet.read_table(DATA / "ch_electricity" / "ch_electricity_hourly.parquet")
    start = datetime.combine(record.founded_on, datetime.min.time()) - timedelta(weeks=6)
    first = int(start.replace(tzinfo=ZONE).timestamp()) // 3600
    last = int((start + timedelta(weeks=6)).replace(tzinfo=ZONE).timestamp()) // 3600
    lived = [
        datetime.fromtimestamp(hour * 3600, UTC).astimezone(ZONE).replace(tzinfo=None) - start
        for hour in range(first, last)
    ]
    rows = np.array([int(since / timedelta(hours=1)) for since in lived])
    homes = {
        name: np.rint(np.nan_to_num(table.column(name).to_numpy()) * 1000).astype(np.int64)[rows]
        for name in table.column_names
        if name.startswith("CH")
    }
    return homes, range(first, last)


def seen_by(rows: list[dict[str, str]], amounts: np.ndarray, hours: range) -> np.ndarray:
    """Consumption of each hour by the contract's rule: whole pulses of each meter in turn."""
    found = np.zeros(len(hours), dtype=np.int64)
    for row in rows:
        top, _, bottom = row["pulse_constant"].partition("/")
        constant = Fraction(top) / Fraction(bottom or "1")
        index = Fraction(row["initial_index"])
        start = hour_of(parse_instant(row["installed_at"], "installed_at"))
        removed = row["removed_at"]
        end = hour_of(parse_instant(removed, "removed_at")) if removed else hours.stop
        part = slice(start - hours.start, end - hours.start)
        # Python's own integers, so that nothing is rounded but by the rule.
        total = np.concatenate(([0], np.cumsum(amounts[part]))).astype(object)
        pulses = total * constant.numerator // (1000 * constant.denominator)
        # floor(1000 * (index + pulses / constant) + 1/2) over one denominator
        whole = 2 * index.denominator * constant.numerator
        energy = 1000 * pulses * constant.denominator * 2 * index.denominator
        registers = (energy + int((1000 * index + Fraction(1, 2)) * whole)) // whole
        found[part] = np.diff(registers)
    return found


def meters_of(town: Town) -> dict[tuple[str, str], list[dict[str, str]]]:
    """Lines of Riverside's metering file for flats' electricity, by site path and premise."""
    found: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in csv.DictReader(io.StringIO(metering_csv(town.tenants[0]))):
        if row["commodity"] == "electricity" and row["role"] == "consumer":
            found.setdefault((row["site_path"], row["premise"]), []).append(row)
    return found


def test_every_hour_of_the_swiss_homes_is_that_of_the_file_to_the_pulse(demo: Demo) -> None:
    homes, hours = source_homes(demo.record)
    assert hours.stop == demo.end
    meters = meters_of(demo.town)
    assert len(homes) == len(meters) == 300
    ids = {
        point["meter"]["serial"]: point["id"]
        for point in demo.riverside.points()
        if point["commodity"] == "ELECTRICITY"
    }
    compared = 0
    for name, rows in zip(sorted(homes), meters.values(), strict=True):
        profile = demo.riverside.profile(ids[rows[-1]["meter_serial"]], hours.start, hours.stop)
        assert profile["unit"] == "kWh"
        assert set(profile["quality"]) == {1}
        if name in WRONGED:
            continue
        np.testing.assert_array_equal(
            watt_hours(profile), seen_by(rows, homes[name], hours), err_msg=name
        )
        compared += len(hours)
    assert compared == 297 * len(hours)


def test_house_balances_are_inlet_minus_flats_and_common_needs(demo: Demo) -> None:
    start, end = demo.record.first_hour, demo.end
    points = [p for p in demo.riverside.points() if p["commodity"] == "ELECTRICITY"]
    houses = sorted({p["site"]["path"] for p in points if p["role"] == "INLET"})
    assert len(houses) == 10
    for house in houses[::3]:
        inside = [p for p in points if p["site"]["path"].startswith(house)]
        by_role: dict[str, np.ndarray] = {}
        for point in inside:
            values = watt_hours(demo.riverside.profile(point["id"], start, end))
            by_role[point["role"]] = by_role.get(point["role"], 0) + values
        group = demo.riverside.group(house, "ELECTRICITY")
        found = demo.riverside.ask(IMBALANCE, id=group, **span(start, end))["node"]["imbalance"]
        supplied, delivered, imbalance = (
            watt_hours({"values": found[name]}) for name in ("supplied", "delivered", "imbalance")
        )
        np.testing.assert_array_equal(supplied, by_role["INLET"])
        np.testing.assert_array_equal(delivered, by_role["CONSUMER"] + by_role["COMMON"])
        np.testing.assert_array_equal(imbalance, supplied - delivered)
        assert set(found["coverage"]) == {1.0}
        # Lines lose some of what they carry, and nobody feeds energy into a house from below.
        assert 0.02 < imbalance.sum() / supplied.sum() < 0.12


def test_northwater_sees_nothing_of_riverside(demo: Demo) -> None:
    own, others = demo.northwater.points(), demo.riverside.points()
    assert len(own) == 42
    assert len(others) == 740
    assert {p["commodity"] for p in own} == {"WATER_COLD"}
    assert not {p["id"] for p in own} & {p["id"] for p in others}
    paths = {p["site"]["path"] for p in others}
    foreign = {p["id"] for p in others} | {p["site"]["id"] for p in others}
    foreign |= {demo.riverside.group(path, "ELECTRICITY") for path in sorted(paths)[:5]}
    for node in foreign:
        assert demo.northwater.ask("query($id: ID!) { node(id: $id) { id } }", id=node) == {
            "node": None
        }
    path = min(paths)
    found = demo.northwater.ask("query($p: String!) { viewer { site(path: $p) { id } } }", p=path)
    assert found["viewer"]["site"] is None


def test_people_of_the_demo_have_passwords_and_private_files(demo: Demo) -> None:
    assert {person.role for person in demo.record.people} == {
        *("tenant-admin", "operator", "manager", "dispatcher", "auditor", "partner-admin"),
        *("resident", "resident-delegate"),
    }
    assert len({person.password for person in demo.record.people}) == 10
    for person in demo.record.people:
        assert person.login in demo.product.said
        assert person.password in demo.product.said
    for file in (devices_file(demo.product.home), demo.product.home / "demo-accounts.json"):
        assert file.stat().st_mode & 0o777 == 0o600


async def test_a_live_push_shows_in_its_meter_and_its_house_within_a_minute(
    demo: Demo, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    # The hour that just ended is still on its way; the one before it may be, too, after a start.
    last = int(time.time() // 3600) - 2
    house = "Lower Valley/Portmere/Old Town/Mill Street/Mill Street 2"
    group = demo.riverside.group(house, "ELECTRICITY")
    demo.product.wait_for(
        lambda: demo.riverside.profile(group, last, last + 1)["coverage"] == [1.0], 120
    )
    before = watt_hours(demo.riverside.profile(group, last, last + 1))[0]
    file = tmp_path / "kiosk.csv"
    row = {
        "site_path": house,
        "site_kinds": "region/city/district/street/house",
        "premise": "Kiosk",
        "meter_serial": "KIOSK-1",
        "installed_at": stamp(last),
        "concentrator": "J100-KIOSK",
    }
    file.write_text(metering_file(row))
    tenant = str(demo.record.tenants[0].tenant)
    made = demo.product.command("import", "metering", "--tenant", tenant, str(file))

    async with httpx.AsyncClient(base_url=demo.product.url, trust_env=False) as line:
        device = PushingConcentrator(line, "J100-KIOSK", made["devices"][0]["secret"])
        answer = await device.push(device.frame(block(last, 1, {1: 4321})))
    assert answer.status_code == 200, answer.text
    assert answer.json()["accepted"] == [1]

    pushed = time.monotonic()
    (kiosk,) = [
        point["id"] for point in demo.riverside.points() if point["meter"]["serial"] == "KIOSK-1"
    ]

    def shown() -> bool:
        meter = demo.riverside.profile(kiosk, last, last + 1)
        house = demo.riverside.profile(group, last, last + 1)
        return meter["values"] == [4.321] and watt_hours(house)[0] == before + 4321

    demo.product.wait_for(shown, 60)
    record_property("shown_after_s", time.monotonic() - pushed)


FINDINGS = """query Findings($id: ID!) { node(id: $id) { ... on BalanceGroup {
  findings(first: 50) { edges { node { id kind since state confidence
    energy { value unit } point { id name } explanation } } } } } }"""
KINDS = {
    "T1_factor": {"METER_SLOWED"},
    "T2_bypass_hours": {"METER_SILENT_HOURS"},
    "T6_stuck": {"METER_STUCK"},
    "leak": {"LEAK_CONTINUOUS", "LEAK_GROWING"},
}


def test_what_is_wrong_in_the_town_is_found_and_nobody_else_is_accused(demo: Demo) -> None:
    happened = [one for tenant in demo.town.tenants for one in tenant.happenings]
    wrong = {one.meter_serial: one for one in happened if one.kind in KINDS}
    assert len(wrong) >= 4

    def found() -> dict[str, dict[str, Any]]:
        told = {}
        for client, path, commodity in (
            (demo.riverside, "Lower Valley", "ELECTRICITY"),
            (demo.northwater, "Upper Valley", "WATER_COLD"),
        ):
            page = client.ask(FINDINGS, id=client.group(path, commodity))["node"]["findings"]
            for edge in page["edges"]:
                # a loss without a name would be one that a meter's own finding tells already
                point = edge["node"]["point"] or {"name": f"nobody {edge['node']['kind']}"}
                told[point["name"].rpartition(" ")[2]] = edge["node"]
        return told

    demo.product.wait_for(lambda: set(found()) >= set(wrong), 240)
    told = found()
    assert set(told) == set(wrong)
    for serial, one in wrong.items():
        assert told[serial]["kind"] in KINDS[one.kind]
        assert told[serial]["state"] == "NEW"
        assert told[serial]["energy"]["value"] > 0
        assert one.premise in told[serial]["explanation"]


def test_a_second_start_keeps_the_data_and_clean_data_forgets_it(
    demo: Demo, record_property: Callable[[str, object], None]
) -> None:
    """Runs last: the others need the installation."""
    home = demo.product.home
    accounts = (home / "demo-accounts.json").read_text()
    some = demo.riverside.points()[5]["id"]
    before = demo.riverside.profile(some, demo.record.first_hour, demo.end)
    stopped = demo.product.stop()
    took = demo.product.start()
    record_property("stopped_in_s", stopped)
    record_property("started_again_in_s", took)
    assert stopped < 20
    assert "rounds pushed" not in demo.product.said
    assert (home / "demo-accounts.json").read_text() == accounts
    demo.riverside.renew()
    assert demo.riverside.profile(some, demo.record.first_hour, demo.end) == before
    assert {file.name for file in home.glob("*.json")} >= {"demo-devices.state.json"}

    assert json.loads(accounts)["complete"] is True
    demo.product.command_line("forget", "--yes")
    assert not home.exists()
