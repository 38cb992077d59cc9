"""The terms of a tenant's alerts over GraphQL, and what follows of them for rules and alerts."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from domain.hours import instant_of
from tenants.session import Database
from tests.integration.alerts.house import END, House, make_house

TERMS = """{ viewer { alertTerms { escalatesAfterH
  kinds { kind hysteresis coolDownH limit isUsual } } } }"""
POINTS = "{ viewer { meteringPoints { edges { node { id commodity } } } } }"
OPEN = "{ viewer { alerts(onlyOpen: true, kinds: [HOUR_LIMIT]) { edges { node { id } } } } }"
LIMIT = """mutation R($id: ID!) { saveAlertRule(input: {kind: HOUR_LIMIT, owner: $id, limit: 1}) {
  errors { code } } }"""
SAVE = """mutation S($input: SaveAlertTermsInput!) { saveAlertTerms(input: $input) {
  terms { escalatesAfterH kinds { kind hysteresis coolDownH limit isUsual } }
  errors { code field } } }"""
TRAIL = """{ viewer { auditLog(first: 1, action: "alerts.terms") {
  edges { node { detail } } } } }"""
RULES = "{ viewer { alertRules { kind limit isDefault } } }"


@pytest_asyncio.fixture
async def house(database: Database, redis_url: str) -> AsyncIterator[House]:
    made = await make_house(database, redis_url)
    yield made
    await made.events.close()


async def save(house: House, **asked: Any) -> Any:
    return (await house.ask(SAVE, house.admin, input=asked))["saveAlertTerms"]


async def test_a_tenant_sets_its_own_terms_and_gives_them_back(house: House) -> None:
    plain = (await house.ask(TERMS))["viewer"]["alertTerms"]
    assert plain["escalatesAfterH"] == 4
    assert all(one["isUsual"] for one in plain["kinds"])
    done = await save(
        house,
        escalatesAfterH=2,
        kinds=[{"kind": "HOUR_LIMIT", "hysteresis": 0.25, "coolDownH": 1}],
    )
    assert done["errors"] == []
    (kept,) = (await house.ask(TRAIL, house.admin))["viewer"]["auditLog"]["edges"]
    assert json.loads(kept["node"]["detail"]) == {
        "escalates_after_h": "4 -> 2",
        "hour_limit cool_down_h": "6 -> 1",
        "hour_limit hysteresis": "0.1 -> 0.25",
    }
    found = {one["kind"]: one for one in done["terms"]["kinds"]}
    assert found["HOUR_LIMIT"] == {
        "kind": "HOUR_LIMIT",
        "hysteresis": 0.25,
        "coolDownH": 1,
        "limit": None,
        "isUsual": False,
    }
    assert found["IMBALANCE"]["isUsual"]
    assert (await house.ask(TERMS))["viewer"]["alertTerms"] == done["terms"]
    bad = await save(house, kinds=[{"kind": "LEAK", "hysteresis": 0.1}])
    assert bad["errors"] == [{"code": "ALERT_TERMS", "field": "hysteresis"}]
    for other in (house.operator, house.households[1]):
        with pytest.raises(AssertionError):
            await house.ask(SAVE, other, input={"escalatesAfterH": 1})
    back = await save(house)
    assert back["terms"] == plain


async def test_rules_from_the_start_follow_the_usual_limit(house: House) -> None:
    await house.go_round()

    async def limits() -> dict[str, float]:
        rules = (await house.ask(RULES))["viewer"]["alertRules"]
        return {one["kind"]: one["limit"] for one in rules if one["isDefault"]}

    assert (await limits())["IMBALANCE"] == pytest.approx(10)
    await save(house, kinds=[{"kind": "IMBALANCE", "limit": 25}, {"kind": "NO_DATA", "limit": 12}])
    found = await limits()
    assert (found["IMBALANCE"], found["NO_DATA"], found["DELIVERY"]) == (25, 12, 98)
    await save(house)
    assert (await limits())["NO_DATA"] == pytest.approx(26)


async def test_the_way_back_of_an_alert_is_the_tenants(house: House) -> None:
    """950 Wh after an hour beyond the limit of 1000 are over it by a way back of 1 %, not of 10."""
    scope = house.households[1]
    found = await house.ask(POINTS, scope)
    nodes = [one["node"] for one in found["viewer"]["meteringPoints"]["edges"]]
    mine = next(one["id"] for one in nodes if one["commodity"] == "ELECTRICITY")
    await house.ask(LIMIT, scope, id=mine)

    async def open_after(hour: int, used: int) -> int:
        await house.push(hour, {1: used})
        await house.judge(instant_of(hour + 1) + timedelta(minutes=1))
        answer = await house.ask(OPEN, scope)
        return len(answer["viewer"]["alerts"]["edges"])

    assert await open_after(END - 1, 1500) == 1
    assert await open_after(END, 950) == 1
    await save(house, kinds=[{"kind": "HOUR_LIMIT", "hysteresis": 0.01}])
    assert await open_after(END + 1, 951) == 0
