"""A heating plant and its houses, by flow and temperatures: pushed, folded, shared and balanced."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx
import numpy as np
import pytest
import pytest_asyncio

from analytics.heat.water import MeterPlace, energy_wh, enthalpy, specific_volume
from backend.clients.events import Events
from backend.services.alerts import judging as alerts
from backend.services.findings import judging
from backend.services.gateway.devices import Devices
from backend.store import bells
from backend.store.groups.structure import Structures
from backend.tasks import metering
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.hours import hour_of, instant_of
from domain.identity import Scope
from ingestion.app import application
from ingestion.gateway import Gateway
from tenants.permissions import Permission
from tenants.session import Database
from tests.desk import Desk
from tests.factories import MASTER_KEY, PushingConcentrator, block, make_tenant, place
from tests.integration.alerts.house import someone

NOW = hour_of(datetime.now(UTC))
HOURS = 40
LOW = NOW - HOURS
LEAKS_FROM = 28
"""Hours after LOW; the plant's mains lose 90 kg an hour from then on."""

ALL = frozenset(str(permission) for permission in Permission)
SPAN = {"from": instant_of(LOW).isoformat(), "to": instant_of(NOW).isoformat()}
TOWN = {"site_kinds": "district/house", "commodity": "heat", "concentrator": "JT"}
AREAS = (50, 70, 40)

ALLOCATION = """query ($path: String!, $from: DateTime!, $to: DateTime!, $scheme: HeatScheme!) {
  viewer { site(path: $path) { balanceGroups { commodity heatAllocation(from: $from, to: $to,
    scheme: $scheme) { totalKwh coverage
      parts { premise { name heating } kwh own known uncertainty estimated } } } } } }"""
LOSSES = """query ($path: String!, $from: DateTime!, $to: DateTime!) { viewer { site(path: $path) {
  balanceGroups { id coolant(from: $from, to: $to) { outKg backKg lostKg lostKwh allowedKg }
    mainsLoss(from: $from, to: $to) { houses sentKwh warmthKwh coolantKg }
    checks { check outcome explanation findings { kind } }
    findings { edges { node { kind since explanation energy { value unit }
      figures { name value } } } } } } } }"""


@dataclass
class Channel:
    """What one channel tells: pulses and two temperatures, each of shape ``(t,)``."""

    row: dict[str, str]
    litres: np.ndarray
    supply: np.ndarray | None = None
    back: np.ndarray | None = None


@dataclass
class Town:
    """Who asks, and what flowed."""

    desk: Desk
    told: dict[str, Channel]

    def heat(self, serial: str) -> float:
        """Wh of a volume meter over all hours."""
        one = self.told[serial]
        place = MeterPlace.FLOW if "supply" in one.row["quantity"] else MeterPlace.RETURN
        return float(energy_wh(one.litres, one.supply, one.back, place).sum())

    async def shares(self, house: str, scheme: str, town: str = "Town") -> dict[str, Any]:
        asked = {"path": f"{town}/{house}", "scheme": scheme, **SPAN}
        (group,) = (await self.desk.ask(ALLOCATION, **asked))["viewer"]["site"]["balanceGroups"]
        return group["heatAllocation"]


def _steady(value: float) -> np.ndarray:
    return np.full(HOURS, float(value))


def _flow(row: dict[str, str], litres: np.ndarray, supply: float, back: float) -> Channel:
    return Channel(row, litres, _steady(supply), _steady(back))


def _house(name: str, serial: str, **row: str) -> dict[str, str]:
    return {"site_path": f"Town/{name}", "meter_serial": serial, **row}


def channels() -> list[Channel]:
    """Two houses behind one plant; what leaves the plant is what both take in, and what leaks."""
    chance = np.random.default_rng(3)
    flows = [chance.integers(60, 160, HOURS).astype(float) for _ in AREAS]
    risers = [chance.integers(200, 300, HOURS).astype(float) for _ in range(2)]
    found = [
        _flow(
            _house("H2", f"F{at}", premise=f"Flat {at}", area_m2=str(area),
                   quantity="return_volume", heating="own" if at == 2 else ""),
            flows[at] if at < 2 else _steady(0), 70.0, 45.0 - 3 * at,
        )
        for at, area in enumerate(AREAS)
    ]  # fmt: skip
    for at, litres in enumerate(risers):
        row = _house("V1", f"R{at}", role="common", riser=f"R{at}", quantity="return_volume")
        found.append(_flow(row, litres, 70.0, 58.0))
        for flat in range(3):
            row = _house("V1", f"S{at}{flat}", premise=f"Flat {flat}", riser=f"R{at}",
                         quantity="temperature", area_m2=str(AREAS[flat]),
                         radiators="R0:2; R1:1")  # fmt: skip
            falls = 70.0 - 4 * flat
            found.append(_flow(row, _steady(0), falls, falls - 4 + 0.5 * flat))
    second, third = np.rint(_steady(900)), np.rint(_steady(700))
    found.append(_flow(_house("H2", "I2", role="inlet", quantity="supply_volume"), second, 74, 44))
    found.append(_flow(_house("V1", "I3", role="inlet", quantity="supply_volume"), third, 72, 46))
    out_kg = 900 / 1000 / specific_volume(np.array(74.0)) + 700 / 1000 / specific_volume(
        np.array(72.0)
    )
    leak = np.where(np.arange(HOURS) >= LEAKS_FROM, 90.0, 0.0)
    out = np.rint(1000 * (out_kg + leak) * specific_volume(_steady(80)))
    back = np.rint(1000 * out_kg * specific_volume(_steady(43)))
    plant = {"site_path": "Town", "site_kinds": "district", "role": "inlet"}
    sent = plant | {"meter_serial": "OUT", "quantity": "supply_volume"}
    found.append(_flow(sent, out, 80.0, 43.0))
    found.append(Channel(plant | {"meter_serial": "BACK", "quantity": "return_volume"}, back))
    return found + odd_channels()


def odd_channels() -> list[Channel]:
    """Two inlets; a flat whose sensors are silent, one that uses nothing, one that left."""

    def of(name: str, serial: str, **row: str) -> dict[str, str]:
        return {"site_path": f"Elsewhere/{name}", "meter_serial": serial, **row}

    def flat(serial: str, **row: str) -> dict[str, str]:
        return of("Odd", serial, premise=serial, area_m2="50", quantity="return_volume", **row)

    silent = _flow(flat("SILENT"), _steady(80), 70, 40)
    assert silent.supply is not None
    silent.supply[5:20] = np.nan
    short = _flow(flat("SHORT"), _steady(80), 70, 40)
    assert short.supply is not None
    short.supply[5:8] = np.nan
    gone = instant_of(LOW + HOURS // 2).isoformat()
    inlet = {"role": "inlet", "quantity": "supply_volume"}
    riser = {"role": "common", "riser": "R1", "quantity": "return_volume"}
    return [
        _flow(flat("WHOLE"), _steady(100), 70, 40),
        short,
        silent,
        _flow(flat("NOBODY"), _steady(0), 70, 40),
        _flow(flat("GONE", removed_at=gone, final_index="1.5"), _steady(75), 70, 40),
        _flow(of("Odd", "IN-A", **inlet), _steady(300), 74, 44),
        _flow(of("Odd", "IN-B", **inlet), _steady(200), 72, 46),
        _flow(of("Twice", "R1-A", **riser), _steady(10), 70, 60),
        _flow(of("Twice", "R1-B", **riser), _steady(10), 70, 60),
        _flow(of("Twice", "IN-T", **inlet), _steady(10), 70, 60),
        _flow(of("Bare", "ALONE", premise="1", area_m2="9", quantity="return_volume"),
              _steady(10), 70, 60),
    ]  # fmt: skip


async def push(work: Work, scope: Scope, device: Any, told: list[Channel]) -> None:
    """Every hour with its counters and temperatures, folded and rolled up."""
    gateway = Gateway(work.database, Devices(work.database, MASTER_KEY), SilentQueue())
    transport = httpx.ASGITransport(application(gateway))
    counters = np.stack([one.litres for one in told]).cumsum(axis=1).astype(int)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        concentrator = PushingConcentrator(client, device.serial, device.secret)
        frames = []
        for at in range(HOURS):
            hour = block(LOW + at, 1, dict(enumerate(counters[:, at].tolist(), 1)))
            hour["temperatures"] = {
                name: [
                    None if one is None or np.isnan(one[at]) else round(100 * one[at])
                    for one in pipe
                ]
                for name, pipe in (
                    ("supply", [one.supply for one in told]),
                    ("return", [one.back for one in told]),
                )
            }
            frames.append(concentrator.frame(hour))
        assert (await concentrator.push(*frames)).json()["rejected"] == []
    await metering.fold(work, scope.tenant_id)
    await metering.roll_up(work, scope.tenant_id)


@pytest_asyncio.fixture(scope="module")
async def town(database: Database, redis_url: str) -> AsyncIterator[Town]:
    events = Events(redis_url)
    made = await make_tenant(database, "flows")
    told = channels()
    await someone(database, made.tenant_id, "operator", "ru")
    rows = [
        TOWN | one.row | {"channel": str(at), "installed_at": instant_of(LOW).isoformat()}
        for at, one in enumerate(told, 1)
    ]
    imported = await place(database, made, *rows)
    (device,) = imported.devices
    work = Work(database, SilentQueue(), events)
    await push(work, made, device, told)
    async with database.session(made) as session:
        await bells.ring(session, judging.FINDINGS, f"{judging.NIGHT} test")
    more = True
    while more:
        async with database.session(made) as session:
            more = (await judging.judge_next(session, instant_of(NOW), Structures())).more
    more = True
    while more:
        async with database.session(made) as session:
            more = (await alerts.judge_next(session, instant_of(NOW), Structures())).more
    desk = Desk(work, replace(made, actor="manager", permissions=ALL))
    yield Town(desk, {one.row["meter_serial"]: one for one in told})
    await events.close()


async def test_flow_and_two_temperatures_of_a_flat_close_on_the_inlet(town: Town) -> None:
    found = await town.shares("H2", "FLOW_METERS")
    parts = {one["premise"]["name"]: one for one in found["parts"]}
    total = round(town.heat("I2"))
    assert round(found["totalKwh"] * 1000) == total
    assert sum(round(one["kwh"] * 1000) for one in found["parts"]) == total
    own = [town.heat("F0"), town.heat("F1")]
    for flat, heat in enumerate(own):
        told = parts[f"Flat {flat}"]
        assert told["own"] * 1000 == pytest.approx(heat, rel=1e-6)
        wanted = total * (0.3 * AREAS[flat] / sum(AREAS) + 0.7 * heat / sum(own))
        assert told["kwh"] * 1000 == pytest.approx(wanted, abs=1)
        assert told["known"] == 1
        # 0.12 K of 25 to 28 K, and 2 % of the volume, both rectangular
        assert 0.011 < told["uncertainty"] < 0.013
    # heated by a boiler of its own: the basic share alone
    assert parts["Flat 2"]["premise"]["heating"] == "OWN"
    assert parts["Flat 2"]["kwh"] * 1000 == pytest.approx(total * 0.3 * 40 / 160, abs=1)


async def test_sensors_on_a_riser_close_on_the_riser_and_on_the_house(town: Town) -> None:
    found = await town.shares("V1", "RISER_SENSORS")
    total = round(town.heat("I3"))
    assert sum(round(one["kwh"] * 1000) for one in found["parts"]) == total
    own = np.array([one["own"] for one in found["parts"]]) * 1000
    assert own.sum() == pytest.approx(town.heat("R0") + town.heat("R1"), rel=1e-6)
    # they fall by 4, 3.5 and 3 K on both risers
    np.testing.assert_allclose(own / own.sum(), np.array([4, 3.5, 3]) / 10.5, rtol=0.01)
    # 0.12 K of 3 to 4 K: the decks' 4 to 6 percent are limits, these are standard deviations
    assert all(0.012 < one["uncertainty"] < 0.03 for one in found["parts"])


async def test_a_riser_is_shared_by_radiators(town: Town) -> None:
    found = await town.shares("V1", "RISER_METERS")
    assert sum(round(one["kwh"] * 1000) for one in found["parts"]) == round(town.heat("I3"))
    own = np.array([one["own"] for one in found["parts"]]) * 1000
    np.testing.assert_allclose(own, (town.heat("R0") + town.heat("R1")) / 3, rtol=1e-6)


async def test_the_plant_tells_what_its_mains_lose(town: Town) -> None:
    (group,) = (await town.desk.ask(LOSSES, path="Town", **SPAN))["viewer"]["site"]["balanceGroups"]
    lost = np.asarray(group["coolant"]["lostKg"])
    assert np.abs(lost[:LEAKS_FROM]).max() < 2
    np.testing.assert_allclose(lost[LEAKS_FROM:], 90, atol=2)
    mains = group["mainsLoss"]
    assert mains["houses"] == 2
    assert np.asarray(mains["coolantKg"]) == pytest.approx(lost)
    arrives, leaves = (900 * 74 + 700 * 72) / 1600, (900 * 44 + 700 * 46) / 1600
    out, back = (np.asarray(group["coolant"][name]) for name in ("outKg", "backKg"))
    warm, came, left, cold = enthalpy(np.array([80.0, arrives, leaves, 43.0]))
    wanted = (out * (warm - came) + back * (left - cold)) / 3600
    np.testing.assert_allclose(np.asarray(mains["warmthKwh"]), wanted, rtol=1e-6)


async def test_a_loss_of_coolant_is_a_finding_and_fails_its_check(town: Town) -> None:
    (group,) = (await town.desk.ask(LOSSES, path="Town", **SPAN))["viewer"]["site"]["balanceGroups"]
    found = [one["node"] for one in group["findings"]["edges"]]
    (leak,) = [one for one in found if one["kind"] == "COOLANT_LOSS"]
    assert datetime.fromisoformat(leak["since"]) == instant_of(LOW + LEAKS_FROM)
    figures = {one["name"]: one["value"] for one in leak["figures"]}
    assert figures["kg_per_hour"] == pytest.approx(90, abs=2)
    assert leak["energy"]["unit"] == "kWh"
    assert leak["energy"]["value"] == pytest.approx(12 * 90 * 33 * 4.18 / 3600, rel=0.05)
    (check,) = [one for one in group["checks"] if one["check"] == "COOLANT_LOSS"]
    assert check["outcome"] == "FAILED"
    assert [one["kind"] for one in check["findings"]] == ["COOLANT_LOSS"]


ALERTS = """query { viewer { alerts(onlyOpen: true, kinds: [LEAK]) { edges { node {
  kind cause text(locale: "en") owner { name } site { path } } } } } }"""


async def test_the_staff_is_alerted_of_a_loss_of_coolant(town: Town) -> None:
    edges = (await town.desk.ask(ALERTS))["viewer"]["alerts"]["edges"]
    (alert,) = [one["node"] for one in edges]
    assert alert["cause"] == "coolant_loss"
    assert alert["site"]["path"] == alert["owner"]["name"] == "Town"
    assert "does not all come back" in alert["text"]


async def test_a_house_whose_return_is_not_metered_says_so(town: Town) -> None:
    asked = await town.desk.ask(LOSSES, path="Town/H2", **SPAN)
    (group,) = asked["viewer"]["site"]["balanceGroups"]
    assert group["coolant"] is None
    assert group["mainsLoss"] is None
    (check,) = [one for one in group["checks"] if one["check"] == "COOLANT_LOSS"]
    assert check["outcome"] == "UNKNOWN"


POINTS = """query ($from: DateTime!, $to: DateTime!) { viewer { meteringPoints(first: 100) { edges {
  node { name quantity unit: profile(from: $from, to: $to, step: "P1D") { unit }
    heatFlow(from: $from, to: $to) { kwh uncertainty } } } } } }"""
SUMS = """query ($path: String!, $from: DateTime!, $to: DateTime!) { viewer { site(path: $path) {
  balanceGroups { profile(from: $from, to: $to, step: "PT1H") { values coverage }
    imbalance(from: $from, to: $to) { supplied delivered } } } } }"""


async def test_volumes_are_no_energy_in_any_sum(town: Town) -> None:
    asked = await town.desk.ask(POINTS, **SPAN)
    found = {one["node"]["name"]: one["node"] for one in asked["viewer"]["meteringPoints"]["edges"]}
    flat = next(node for name, node in found.items() if name.endswith(" F0"))
    assert flat["unit"]["unit"] == "m3"
    assert sum(flat["heatFlow"]["kwh"]) * 1000 == pytest.approx(town.heat("F0"), rel=1e-6)
    sensor = next(node for name, node in found.items() if name.endswith(" S00"))
    assert (sensor["quantity"], sensor["heatFlow"]) == ("TEMPERATURE", None)
    (group,) = (await town.desk.ask(SUMS, path="Town", **SPAN))["viewer"]["site"]["balanceGroups"]
    for name in ("supplied", "delivered"):
        values = np.asarray(group["imbalance"][name], dtype=float)
        assert np.isnan(values).all() or not np.nan_to_num(values).any()


async def test_odd_flats_are_shared_among_to_the_last_watt_hour(town: Town) -> None:
    found = await town.shares("Odd", "FLOW_METERS", town="Elsewhere")
    total = round(town.heat("IN-A") + town.heat("IN-B"))
    assert found["coverage"] == 1
    assert round(found["totalKwh"] * 1000) == total
    parts = {one["premise"]["name"]: one for one in found["parts"]}
    assert sum(round(one["kwh"] * 1000) for one in parts.values()) == total
    whole, short = parts["WHOLE"], parts["SHORT"]
    # three hours of forty are taken as the others
    assert short["known"] == pytest.approx(37 / 40)
    assert short["own"] == pytest.approx(0.8 * whole["own"], rel=1e-6)
    for name, known in (("SILENT", 25 / 40), ("GONE", 20 / 40)):
        assert parts[name]["known"] == pytest.approx(known)
        assert parts[name]["own"] is None
        assert parts[name]["estimated"]
        assert parts[name]["kwh"] > 0
    assert parts["NOBODY"]["own"] == 0
    assert not parts["NOBODY"]["estimated"]
    assert parts["NOBODY"]["kwh"] * 1000 == pytest.approx(0.3 * total / 5, abs=1)


@pytest.mark.parametrize(
    ("house", "scheme", "code"),
    [
        ("Bare", "FLOW_METERS", "NO_INLET"),
        ("Twice", "RISER_METERS", "RISER_TWICE"),
        ("Odd", "RISER_SENSORS", "NO_FLATS"),
        ("Odd", "RISER_METERS", "NO_FLATS"),
    ],
)
async def test_what_cannot_be_shared_is_refused_with_the_reason(
    town: Town, house: str, scheme: str, code: str
) -> None:
    asked = {"path": f"Elsewhere/{house}", "scheme": scheme, **SPAN}
    ((told, _),) = await town.desk.refused(ALLOCATION, **asked)
    assert told == code


async def test_an_empty_range_and_hours_to_come_tell_nothing(town: Town) -> None:
    later = {"from": instant_of(NOW).isoformat(), "to": instant_of(NOW + 5).isoformat()}
    asked = await town.desk.ask(LOSSES, path="Town", **later)
    (group,) = asked["viewer"]["site"]["balanceGroups"]
    for name in ("outKg", "backKg", "lostKg", "lostKwh", "allowedKg"):
        assert np.isnan(np.asarray(group["coolant"][name], dtype=float)).all()
    none = {"from": SPAN["to"], "to": SPAN["to"]}
    asked = await town.desk.ask(LOSSES, path="Town", **none)
    assert len(asked["viewer"]["site"]["balanceGroups"][0]["mainsLoss"]["warmthKwh"]) == 0
