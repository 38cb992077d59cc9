"""A house's conductors over GraphQL: told whole, refused whole, and losses of measured hours."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from analytics.phases import power_flow
from analytics.phases.network import Consumers, Network, one_hot
from backend.clients.events import Events
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.hours import hour_of, instant_of
from domain.identity import Scope
from tenants.permissions import Permission, Role, permissions_of
from tenants.session import Database
from tests.desk import Desk, count
from tests.factories import make_tenant, place

NOW = hour_of(datetime.now(UTC))
HOURS = 30
LOW = NOW - HOURS
PHASES = ("A", "A", "A", "B", "")
"""Of the flats; the last one's is not known."""

ALL = frozenset(str(permission) for permission in Permission)

SAVE = """mutation ($input: SaveHouseNetworkInput!) { saveHouseNetwork(input: $input) {
  network { volts powerFactor savedBy sections { name parent areaMm2 neutralMm2 }
    consumers { section movable point { name } } } errors { code field message } } }"""
LOSSES = """query ($id: ID!, $from: DateTime!, $to: DateTime!, $price: Decimal) { node(id: $id) {
  ... on BalanceGroup { houseNetwork { losses(from: $from, to: $to, price: $price) {
    hours coverage consumedKwh lossKwh lossPercent lossMoney currency phaseAKwh phaseBKwh phaseCKwh
    neutralKwh bestLossKwh sections { name lossKwh largestAmperes lowestVolts }
    shares { point { id } kwh money } splits { point { id } phases savesKwh }
    moves { point { id } fromPhase toPhase savesKwh savesMoney lossAfterKwh }
    withoutPhase { id } } } } } }"""
PRICE = """mutation ($input: SetCommodityPriceInput!) { setCommodityPrice(input: $input) {
  errors { code } } }"""
IDS = """query { viewer { site(path: "House") { balanceGroups { id } }
  meteringPoints(first: 50) { edges { node { id meter { serial } } } } } }"""


@dataclass
class House:
    """Five flats whose hours are known, and who asks."""

    desk: Desk
    watts: np.ndarray

    async def ask(self, document: str, scope: Scope | None = None, **values: Any) -> Any:
        return await self.desk.ask(document, scope, **values)

    async def ids(self) -> tuple[str, list[str]]:
        viewer = (await self.ask(IDS))["viewer"]
        nodes = sorted(
            (edge["node"] for edge in viewer["meteringPoints"]["edges"]),
            key=lambda node: node["meter"]["serial"],
        )
        return viewer["site"]["balanceGroups"][0]["id"], [node["id"] for node in nodes]


@pytest_asyncio.fixture(scope="module")
async def house(database: Database, redis_url: str) -> AsyncIterator[House]:
    events = Events(redis_url)
    made = await make_tenant(database, "networks")
    scope = Scope(made.tenant_id, "engineer", ALL)
    rows = [
        {
            "site_path": "House",
            "site_kinds": "house",
            "premise": str(flat),
            "meter_serial": f"N{flat}",
            "channel": str(flat),
            "concentrator": "JN",
            "installed_at": instant_of(LOW).isoformat(),
            "phase": phase,
        }
        for flat, phase in enumerate(PHASES)
    ]
    imported = await place(database, made, *rows)
    watts = np.random.default_rng(4).integers(0, 4_000, (len(PHASES), HOURS))
    counters = watts.cumsum(axis=1)
    work = Work(database, SilentQueue(), events)
    await count(work, made, imported, LOW, dict(enumerate(counters)))
    yield House(Desk(work, scope), watts)
    await events.close()


def told(group: str, points: list[str], **more: Any) -> dict[str, Any]:
    line = {"material": "COPPER", "areaMm2": 6, "lengthM": 40.0}
    return {
        "group": group,
        "sections": [
            {"name": "upper", "parent": "riser", **line},
            {"name": "riser", **line, "neutralMm2": 4},
        ],
        "consumers": [
            {"point": point, "section": "upper" if at % 2 else "riser"}
            for at, point in enumerate(points)
        ],
        **more,
    }


async def test_losses_are_those_of_the_measured_hours(house: House) -> None:
    group, points = await house.ids()
    saved = (await house.ask(SAVE, input=told(group, points)))["saveHouseNetwork"]
    assert saved["errors"] == []
    assert saved["network"]["savedBy"] == "engineer"
    assert [one["name"] for one in saved["network"]["sections"]] == ["riser", "upper"]
    assert [one["neutralMm2"] for one in saved["network"]["sections"]] == [4.0, 6.0]

    span = {"from": instant_of(LOW).isoformat(), "to": instant_of(NOW).isoformat()}
    answer = await house.ask(LOSSES, id=group, price="2.5", **span)
    found = answer["node"]["houseNetwork"]["losses"]

    network = Network(
        np.array([-1, 0]), np.array([3.08, 3.08]) * 0.04 + 0j, np.array([4.61, 3.08]) * 0.04 + 0j
    )
    load = house.watts[:4] / 1000
    exact = power_flow.solve(
        network,
        Consumers(np.array([0, 1, 0, 1]), one_hot(np.array([0, 0, 0, 1])), load, np.full(4, 0.95)),
    )
    assert (found["hours"], found["coverage"]) == (HOURS, 1.0)
    assert found["consumedKwh"] == pytest.approx(load.sum())
    assert found["lossKwh"] == pytest.approx(exact.loss.sum())
    assert found["phaseAKwh"] == pytest.approx(exact.phase_loss[:, 0].sum())
    assert found["neutralKwh"] == pytest.approx(exact.neutral_loss.sum())
    assert found["phaseCKwh"] == 0
    parts = [one["kwh"] for one in found["shares"]]
    assert sum(parts) == pytest.approx(found["lossKwh"])
    assert sum(one["lossKwh"] for one in found["sections"]) == pytest.approx(found["lossKwh"])
    assert found["withoutPhase"] == [{"id": points[4]}]

    move = found["moves"][0]
    assert (move["fromPhase"], move["toPhase"]) == ("A", "C")
    assert move["lossAfterKwh"] == pytest.approx(found["lossKwh"] - move["savesKwh"])
    assert float(move["savesMoney"]) == pytest.approx(2.5 * move["savesKwh"], abs=0.01)
    assert found["bestLossKwh"] <= move["lossAfterKwh"]
    assert found["splits"][0]["savesKwh"] > 0


async def test_without_a_price_that_of_the_tenant_counts(house: House) -> None:
    group, points = await house.ids()
    await house.ask(SAVE, input=told(group, points))
    span = {"from": instant_of(LOW).isoformat(), "to": instant_of(NOW).isoformat()}

    async def money() -> tuple[str | None, str | None, float]:
        answer = await house.ask(LOSSES, id=group, **span)
        found = answer["node"]["houseNetwork"]["losses"]
        return found["lossMoney"], found["currency"], found["lossKwh"]

    assert (await money())[:2] == (None, None)
    await house.ask(PRICE, input={"commodity": "ELECTRICITY", "price": "3.00", "currency": "MDL"})
    lost, currency, kwh = await money()
    assert (float(lost or 0), currency) == (pytest.approx(3 * kwh, abs=0.01), "MDL")
    await house.ask(PRICE, input={"commodity": "ELECTRICITY", "price": None, "currency": "MDL"})


async def test_who_may_not_be_moved_is_not_advised_to_move(house: House) -> None:
    group, points = await house.ids()
    fixed = told(group, points)
    for consumer in fixed["consumers"]:
        consumer["movable"] = False
    await house.ask(SAVE, input=fixed)
    span = {"from": instant_of(LOW).isoformat(), "to": instant_of(NOW).isoformat()}
    found = (await house.ask(LOSSES, id=group, **span))["node"]["houseNetwork"]["losses"]
    assert (found["moves"], found["splits"]) == ([], [])
    assert found["bestLossKwh"] == pytest.approx(found["lossKwh"])
    assert found["lossMoney"] is None


async def test_hours_that_are_not_over_are_not_counted(house: House) -> None:
    group, points = await house.ids()
    await house.ask(SAVE, input=told(group, points))
    span = {"from": instant_of(NOW + 5).isoformat(), "to": instant_of(NOW + 15).isoformat()}
    found = (await house.ask(LOSSES, id=group, **span))["node"]["houseNetwork"]["losses"]
    assert (found["hours"], found["coverage"], found["lossKwh"]) == (0, 0.0, 0)
    assert found["lossPercent"] is None


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"volts": 0}, "INVALID", "volts"),
    ({"powerFactor": 1.5}, "INVALID", "powerFactor"),
    ({"sections": []}, "INVALID", "sections"),
    (
        {
            "sections": [
                {"name": "a", "parent": "b", "lengthM": 1, "material": "COPPER", "areaMm2": 6},
                {"name": "b", "parent": "a", "lengthM": 1, "material": "COPPER", "areaMm2": 6},
            ]
        },
        "BAD_NETWORK",
        "sections.parent",
    ),
    (
        {"sections": [{"name": "a", "lengthM": 1, "material": "ALUMINIUM", "areaMm2": 6}]},
        "UNKNOWN_CROSS_SECTION",
        "sections.0.areaMm2",
    ),
    (
        {"sections": [{"name": "a", "lengthM": -1, "material": "COPPER", "areaMm2": 6}]},
        "INVALID",
        "sections.0.lengthM",
    ),
]


@pytest.mark.parametrize(("change", "code", "field"), BAD)
async def test_a_network_that_is_none_is_refused_whole(
    house: House, change: dict[str, Any], code: str, field: str
) -> None:
    group, points = await house.ids()
    await house.ask(SAVE, input=told(group, points))
    answer = (await house.ask(SAVE, input=told(group, points, **change)))["saveHouseNetwork"]
    assert answer["network"] is None
    assert [(one["code"], one["field"]) for one in answer["errors"]] == [(code, field)]
    kept = "query ($id: ID!) { node(id: $id) { ... on BalanceGroup { houseNetwork { volts } } } }"
    assert (await house.ask(kept, id=group))["node"]["houseNetwork"]["volts"] == 230


async def test_consumers_must_hang_on_what_is_there(house: House) -> None:
    group, points = await house.ids()
    lost = told(group, points)
    lost["consumers"][1]["section"] = "cellar"
    answer = (await house.ask(SAVE, input=lost))["saveHouseNetwork"]
    assert answer["errors"][0]["field"] == "consumers.1.section"


async def test_another_tenant_sees_and_changes_nothing(house: House) -> None:
    group, points = await house.ids()
    await house.ask(SAVE, input=told(group, points))
    other = await make_tenant(house.desk.work.database, "networks of others")
    stranger = Scope(other.tenant_id, "stranger", ALL)
    answer = await house.ask(SAVE, stranger, input=told(group, points))
    assert [one["code"] for one in answer["saveHouseNetwork"]["errors"]] == ["NOT_FOUND"]
    span = {"from": instant_of(LOW).isoformat(), "to": instant_of(NOW).isoformat()}
    assert (await house.ask(LOSSES, stranger, id=group, **span))["node"] is None


async def test_residents_do_not_see_what_their_neighbours_contribute(house: House) -> None:
    group, points = await house.ids()
    await house.ask(SAVE, input=told(group, points))
    permissions = frozenset(str(one) for one in permissions_of(Role.RESIDENT))
    resident = Scope(house.desk.scope.tenant_id, "resident", permissions)
    span = {"from": instant_of(LOW).isoformat(), "to": instant_of(NOW).isoformat()}
    result = await house.desk.result(LOSSES, resident, id=group, **span)
    assert [error.original_error.code for error in result.errors] == ["FORBIDDEN"]
