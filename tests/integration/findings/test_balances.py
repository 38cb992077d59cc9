"""Imbalances taken apart: what the conductors lose, what the meters take, and the rest."""

from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from domain.hours import instant_of
from tenants.session import Database
from tests.integration.findings.town import (
    HOMES,
    LOW,
    PATH,
    SIZE,
    STOLEN_FROM,
    THIEF,
    TODAY,
    Town,
    make_town,
    stairs_light,
)

GROUPS = """query Groups($path: String!) { viewer { site(path: $path) {
  balanceGroups { id commodity } } } }"""
IMBALANCE = """query I($id: ID!, $from: DateTime!, $to: DateTime!, $step: Duration!) {
  node(id: $id) { ... on BalanceGroup { imbalance(from: $from, to: $to, step: $step) {
    start step unit supplied delivered imbalance technicalLoss ownConsumption nonTechnicalLoss
    band coverage standing }
    profile(from: $from, to: $to, step: $step) { coverage values } } } }"""

SILENT = 2


@pytest_asyncio.fixture(scope="module")
async def town(database: Database, redis_url: str) -> AsyncIterator[Town]:
    made = await make_town(database, redis_url, SILENT)
    await made.judge()
    yield made
    await made.events.close()


async def asked(
    town: Town, low: int, high: int, step: str = "PT1H", commodity: str = "ELECTRICITY"
) -> dict[str, np.ndarray]:
    site = (await town.ask(GROUPS, path=PATH))["viewer"]["site"]
    (group,) = [one["id"] for one in site["balanceGroups"] if one["commodity"] == commodity]
    span = {"from": instant_of(low).isoformat(), "to": instant_of(high).isoformat()}
    node: dict[str, Any] = (await town.ask(IMBALANCE, id=group, step=step, **span))["node"]
    found = {**node["imbalance"], "share": node["profile"]["coverage"]}
    return {
        name: np.asarray(value, dtype=np.float64)
        for name, value in found.items()
        if name not in {"start", "step", "unit"}
    }


async def test_the_parts_add_up_and_the_rest_is_what_was_stolen(town: Town) -> None:
    found = await asked(town, LOW, LOW + SIZE - 1)
    known = ~np.isnan(found["imbalance"])
    assert known.all()
    rest = found["imbalance"] - found["technicalLoss"] - found["ownConsumption"]
    np.testing.assert_allclose(found["nonTechnicalLoss"], rest, atol=1e-9)
    assert set(np.round(found["ownConsumption"], 6)) == {(HOMES + 1) / 1000}
    before, after = slice(0, STOLEN_FROM), slice(STOLEN_FROM, SIZE - 1)
    stolen = town.used[THIEF, STOLEN_FROM : SIZE - 1].sum() * 0.7 / 1000
    assert found["nonTechnicalLoss"][after].sum() == pytest.approx(stolen, rel=0.1)
    assert abs(found["nonTechnicalLoss"][before].sum()) < 0.01 * found["supplied"][before].sum()
    share = found["technicalLoss"].sum() / found["supplied"].sum()
    assert 0.01 < share < 0.03
    # the first hour shares its energy with that in which the meters were installed
    assert found["standing"].tolist() == [1, *[0] * (SIZE - 2)]
    assert set(found["coverage"]) == {1.0}
    # an hour's meters may be wrong by about a percent each
    assert (found["band"] > 0).all()
    assert (found["band"] < 0.2 * found["supplied"] + 0.1).all()


async def test_days_are_the_sums_of_their_hours(town: Town) -> None:
    low = TODAY - 72
    hours = await asked(town, low, TODAY)
    days = await asked(town, low, TODAY, "P1D")
    for name in ("supplied", "delivered", "imbalance", "technicalLoss", "nonTechnicalLoss"):
        by_day = hours[name].reshape(3, 24).sum(axis=1)
        np.testing.assert_allclose(days[name], by_day, atol=1e-6)
    assert set(days["standing"]) == {0.0}


async def test_water_loses_nothing_by_physics_and_needs_an_inlet(town: Town) -> None:
    found = await asked(town, TODAY - 24, TODAY, commodity="WATER_COLD")
    assert np.isnan(found["imbalance"]).all()
    assert np.isnan(found["band"]).all()
    assert set(found["standing"]) == {2.0}


NEEDS = """query N($id: ID!, $from: DateTime!, $to: DateTime!) { node(id: $id) {
  ... on BalanceGroup { commonNeeds(from: $from, to: $to, step: "P1D") {
    total metered technicalLoss rest unit }
    simultaneity(from: $from, to: $to) { coefficient least most mixture coincidence } } } }"""
HOMES_OF = """query H($from: DateTime!, $to: DateTime!, $after: String) { viewer {
  meteringPoints(first: 100, commodity: ELECTRICITY, role: CONSUMER, after: $after) { edges { node {
    name indicators(from: $from, to: $to) { homes average { value unit } byArea consumption norm
      temperature efficiency } } } } } }"""


async def test_what_the_house_takes_beyond_its_homes(town: Town) -> None:
    site = (await town.ask(GROUPS, path=PATH))["viewer"]["site"]
    (group,) = [one["id"] for one in site["balanceGroups"] if one["commodity"] == "ELECTRICITY"]
    low = TODAY - 14 * 24
    span = {"from": instant_of(low).isoformat(), "to": instant_of(TODAY).isoformat()}
    node = (await town.ask(NEEDS, id=group, **span))["node"]
    needs = {k: np.asarray(v) for k, v in node["commonNeeds"].items() if k != "unit"}
    part = slice(low - LOW, TODAY - LOW)
    stairs = stairs_light()[part].reshape(14, 24).sum(axis=1) / 1000
    np.testing.assert_allclose(needs["metered"], stairs, atol=0.01)
    parts = needs["metered"] + needs["technicalLoss"] + needs["rest"]
    np.testing.assert_allclose(needs["total"], parts, atol=1e-6)
    stolen = town.used[THIEF, part].reshape(14, 24).sum(axis=1) * 0.7 / 1000
    assert needs["rest"].sum() == pytest.approx(stolen.sum(), rel=0.15)
    curves = node["simultaneity"]
    assert 0 < curves["coincidence"] <= 1
    assert 0 <= curves["mixture"] <= 1
    assert len(curves["least"]) == len(curves["most"]) == 14 * 24


async def test_hours_to_come_have_no_curves(town: Town) -> None:
    site = (await town.ask(GROUPS, path=PATH))["viewer"]["site"]
    (group,) = [one["id"] for one in site["balanceGroups"] if one["commodity"] == "ELECTRICITY"]
    span = {
        "from": instant_of(TODAY - 24).isoformat(),
        "to": instant_of(TODAY + 72).isoformat(),
    }
    curves = (await town.ask(NEEDS, id=group, **span))["node"]["simultaneity"]
    for name in ("coefficient", "least", "most"):
        unknown = np.isnan(np.asarray(curves[name]))  # sent as null
        assert not unknown[:24].any()
        assert unknown[-24:].all()


async def test_a_home_is_compared_with_its_house_and_nobody_with_fewer_than_five(
    town: Town,
) -> None:
    low = TODAY - 7 * 24
    span = {"from": instant_of(low).isoformat(), "to": instant_of(TODAY).isoformat()}
    found = await town.ask(HOMES_OF, **span)
    told = {
        e["node"]["name"]: e["node"]["indicators"]
        for e in found["viewer"]["meteringPoints"]["edges"]
    }
    assert len(told) == HOMES
    used = town.used[:, low - LOW : TODAY - LOW].sum(axis=1)
    used[THIEF] = used[THIEF] * 3 // 10
    for one in range(HOMES):
        (own,) = [v for name, v in told.items() if name.endswith(f" E{one}")]
        assert own["homes"] == HOMES - 1
        assert own["consumption"] == pytest.approx(used[one] / used.mean(), rel=0.01)
        assert own["average"]["value"] == pytest.approx(used.mean() / 1000, rel=0.01)
        assert own["byArea"] is False
        assert (own["norm"], own["temperature"], own["efficiency"]) == (None, None, None)
    water = HOMES_OF.replace("ELECTRICITY", "WATER_COLD")
    few = (await town.ask(water, **span))["viewer"]["meteringPoints"]["edges"]
    assert len(few) == 4
    assert {one["node"]["indicators"]["average"] for one in few} == {None}
    assert {one["node"]["indicators"]["consumption"] for one in few} == {None}


async def test_a_silent_meter_counts_by_what_it_usually_takes(town: Town) -> None:
    last = LOW + SIZE - 1
    found = await asked(town, last - 1, last + 1)
    usual = town.used[:, -169:-1].sum(axis=1)
    expected = 1 - usual[SILENT] / (usual.sum() + stairs_light()[-169:-1].sum())
    assert found["share"][0] == 1
    assert found["share"][1] == pytest.approx(found["coverage"][1])
    assert found["share"][1] == pytest.approx(expected, abs=0.03)
    assert found["share"][1] != pytest.approx(1 - 1 / HOMES, abs=1e-4)
    assert np.isnan(found["imbalance"][1]) == (found["coverage"][1] < 0.98)
    assert found["standing"][1] == (2 if found["coverage"][1] < 0.98 else 1)
