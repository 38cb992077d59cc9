"""Alerts from pushes to the inbox: limits, silence, leaks, imbalance, and who is told of what."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest_asyncio
from sqlalchemy import select, text

from backend.models.accounts import Resident
from backend.services.households import members
from domain.hours import instant_of, midnight
from domain.identity import Scope, UserId
from tenants.session import Database
from tests.integration.alerts.house import (
    END,
    NOW,
    PATH,
    POWER,
    ZONE,
    House,
    make_house,
    move_in,
    someone,
)

POINTS = "query P { viewer { meteringPoints { edges { node { id name commodity } } } } }"
RULES = """query R { viewer { alertRules { id kind enabled isDefault limit unit channels
  owner { id name } site { path } awayFrom awayUntil } } }"""
SAVE = """mutation S($input: SaveAlertRuleInput!) { saveAlertRule(input: $input) {
  rule { id kind enabled limit unit owner { name } } errors { code field } } }"""
DELETE = """mutation D($id: ID!) { deleteAlertRule(input: {rule: $id}) {
  done errors { code field } } }"""
ALERTS = """query A($open: Boolean! = false, $under: ID, $kinds: [AlertKind!]) { viewer {
  alerts(onlyOpen: $open, under: $under, kinds: $kinds) { edges { node {
    id kind severity cause own openedAt closedAt acknowledgedAt acknowledgedBy assignee note
    value limit unit text title owner { name } site { path } transitions { step note } } } } } }"""


@pytest_asyncio.fixture(scope="module")
async def house(database: Database, redis_url: str) -> AsyncIterator[House]:
    made = await make_house(database, redis_url)
    await made.go_round()
    await made.judge()
    yield made
    await made.events.close()


async def point(house: House, name: str) -> str:
    found = await house.ask(POINTS)
    nodes = [edge["node"] for edge in found["viewer"]["meteringPoints"]["edges"]]
    return next(str(one["id"]) for one in nodes if one["name"].endswith(name))


async def alerts(house: House, scope: Scope | None = None, **asked: Any) -> list[dict[str, Any]]:
    found = await house.ask(ALERTS, scope, **asked)
    return [edge["node"] for edge in found["viewer"]["alerts"]["edges"]]


async def save(house: House, scope: Scope, **asked: Any) -> dict[str, Any]:
    done: dict[str, Any] = (await house.ask(SAVE, scope, input=asked))["saveAlertRule"]
    return done


async def test_people_have_rules_of_their_role_from_the_start(house: House) -> None:
    own = (await house.ask(RULES, house.households[1]))["viewer"]["alertRules"]
    assert {"LEAK", "BURST", "NO_DATA"} <= {one["kind"] for one in own}
    assert all(one["isDefault"] and one["enabled"] for one in own)
    staff = (await house.ask(RULES, house.operator))["viewer"]["alertRules"]
    limits = {one["kind"]: (one["limit"], one["unit"]) for one in staff}
    assert limits["IMBALANCE"] == (10.0, "%")
    assert limits["DELIVERY"] == (98.0, "%")
    assert limits["NO_DATA"] == (26.0, "h")
    assert (await house.ask(RULES, house.admin))["viewer"]["alertRules"] == []


async def test_a_day_limit_is_told_once_a_day_to_its_household_alone(house: House) -> None:
    meter = await point(house, "E1")
    made = await save(house, house.households[1], kind="DAY_LIMIT", owner=meter, limit=9.0)
    assert made["errors"] == []
    assert made["rule"]["unit"] == "kWh"
    await set_earlier(house, 24)  # the hour just over may be yesterday's last one
    await house.push(END - 1, {**POWER, 1: 9_500, 201: 10, 202: 0})
    await house.judge()
    (found,) = await alerts(house, house.households[1], kinds=["DAY_LIMIT"])
    assert found["value"] >= 9.5
    assert (found["limit"], found["unit"], found["own"]) == (9.0, "kWh", True)
    assert "Flat 1" in found["text"]
    assert "energie electrică" in found["text"]
    assert await alerts(house, house.households[2]) == []
    assert await alerts(house, house.operator, kinds=["DAY_LIMIT"]) == []
    await house.judge()
    (again,) = await alerts(house, house.households[1], kinds=["DAY_LIMIT"])
    assert [one["step"] for one in again["transitions"]] == ["OPENED"]
    letters = await house.rows(
        "SELECT channel, subject, address FROM notification WHERE tenant_id = :t"
        " AND kind = 'day_limit'"
    )
    assert [(one[0], one[1]) for one in letters] == [("email", "Limita zilnică depășită")]
    await house.go_round(NOW + timedelta(days=1))
    (over,) = await alerts(house, house.households[1], kinds=["DAY_LIMIT"])
    assert over["closedAt"] is not None


async def set_earlier(house: House, hours: int) -> None:
    """As if limits had been set so many hours before."""
    async with house.database.session(house.scope) as session:
        shift = "UPDATE alert_rule SET set_at = set_at - make_interval(hours => :h)"
        await session.execute(text(shift), {"h": hours})


async def test_a_limit_says_nothing_of_what_was_over_when_it_was_set(
    database: Database, redis_url: str
) -> None:
    house = await make_house(database, redis_url)
    person, kinds = house.households[1], ["DAY_LIMIT", "HOUR_LIMIT"]
    meter = await point(house, "E1")
    made = [
        await save(house, person, kind=kind, owner=meter, limit=limit)
        for kind, limit in (("DAY_LIMIT", 5.0), ("HOUR_LIMIT", 2.0))
    ]
    await set_earlier(house, -50)
    # the day after tomorrow hours of the day before come late: it was over, but there was no limit
    later = NOW + timedelta(days=2)
    late = midnight(later.astimezone(ZONE).date(), ZONE) - 4
    for hour, used in ((late, 300), (late + 1, 20_000)):
        await house.push(hour, {1: used})
        await house.judge(later)
    assert await alerts(house, person, kinds=kinds) == []
    # other channels make no other limit of it, and on a day that it has seen it speaks
    for one in made:
        told = {"id": one["rule"]["id"], "kind": one["rule"]["kind"], "owner": meter}
        again = await save(house, person, **told, limit=one["rule"]["limit"], channels=["EMAIL"])
        assert again["errors"] == []
    await house.push(late + 2, {1: 9_000})
    await house.judge(later)
    assert await alerts(house, person, kinds=kinds) == []
    await set_earlier(house, 50)
    await house.push(late + 3, {1: 9_000})
    await house.judge(later)
    found = await alerts(house, person, kinds=kinds)
    assert {one["kind"]: one["value"] > 8 for one in found} == dict.fromkeys(kinds, True)
    await house.events.close()


async def test_what_is_not_theirs_cannot_be_asked_for(house: House) -> None:
    neighbour = await point(house, "E2")
    mine = await point(house, "E1")
    person = house.households[1]
    for asked, code in (
        ({"kind": "DAY_LIMIT", "owner": neighbour, "limit": 1.0}, "NOT_FOUND"),
        ({"kind": "DAY_LIMIT", "owner": mine}, "ALERT_LIMIT"),
        ({"kind": "DAY_LIMIT", "limit": 1.0}, "ALERT_OWNER"),
        ({"kind": "IMBALANCE"}, "ALERT_KIND_NOT_YOURS"),
        ({"kind": "DR_EVENT", "owner": mine}, "ALERT_OWNER"),
        ({"kind": "LEAK", "limit": 3.0}, "ALERT_LIMIT"),
        ({"kind": "LEAK", "awayFrom": NOW.isoformat()}, "INVALID_PERIOD"),
    ):
        refused = await save(house, person, **asked)
        assert refused["rule"] is None
        assert [one["code"] for one in refused["errors"]] == [code], asked


async def test_a_default_is_switched_off_and_stays_off(house: House) -> None:
    person = house.households[2]
    own = (await house.ask(RULES, person))["viewer"]["alertRules"]
    leak = next(one for one in own if one["kind"] == "LEAK")
    assert (await house.ask(DELETE, person, id=leak["id"]))["deleteAlertRule"]["done"]
    await house.go_round()
    own = (await house.ask(RULES, person))["viewer"]["alertRules"]
    assert [one["enabled"] for one in own if one["kind"] == "LEAK"] == [False]
    foreign = await house.ask(DELETE, house.households[1], id=leak["id"])
    assert foreign["deleteAlertRule"]["errors"] == [{"code": "NOT_FOUND", "field": None}]


async def test_devices_raise_what_they_report(house: House) -> None:
    at = instant_of(END - 1).isoformat()
    events = [
        {"network": 1, "channel": 1, "kind": "arcing", "at": at, "value": 3},
        {"network": 1, "channel": 201, "kind": "leak", "at": at, "value": 1},
        {"network": 1, "channel": 202, "kind": "leak", "at": at, "value": 1},
        {"network": 1, "channel": 2, "kind": "power_lost", "at": at, "value": 1},
    ]
    await house.push(END - 1, {}, events)
    await house.judge()
    staff = await alerts(house, house.operator, open=True)
    told = {(one["kind"], one["cause"], one["severity"]) for one in staff}
    assert {("ARCING", "arcing", "CRITICAL"), ("LEAK", "leak_sensor", "CRITICAL")} <= told
    mine = await alerts(house, house.households[1], open=True, kinds=["ARCING", "LEAK"])
    assert {one["owner"]["name"][-2:] for one in mine} == {"E1", "W1"}
    # the second household switched leaks off
    assert await alerts(house, house.households[2], open=True) == []
    await house.push(END - 1, {}, [events[0] | {"at": instant_of(END).isoformat()}])
    assert len(await alerts(house, house.operator, kinds=["ARCING"])) == 1
    await house.go_round(NOW + timedelta(hours=30))
    assert await alerts(house, house.operator, open=True, kinds=["ARCING", "LEAK"]) == []


async def test_a_history_that_comes_late_raises_nothing(house: House) -> None:
    old = instant_of(END - 60).isoformat()
    await house.push(
        END - 1, {}, [{"network": 1, "channel": 2, "kind": "arcing", "at": old, "value": 3}]
    )
    await house.judge()
    assert len(await alerts(house, house.operator, kinds=["ARCING"])) == 1


async def test_silence_is_told_and_is_over_with_the_next_reading(house: House) -> None:
    later = NOW + timedelta(hours=27)
    await house.go_round(later)
    silent = await alerts(house, house.operator, open=True, kinds=["NO_DATA"])
    assert {one["owner"]["name"][-2:] for one in silent} >= {"E1", "E2", "W1", "W2"}
    assert all(one["value"] >= 26 and one["unit"] == "h" for one in silent)
    (mine,) = [
        one
        for one in await alerts(house, house.households[1], open=True, kinds=["NO_DATA"])
        if one["owner"]["name"].endswith("W1")
    ]
    assert mine["severity"] == "WARNING"
    low = await alerts(house, house.operator, open=True, kinds=["DELIVERY"])
    assert low
    assert all(one["value"] < 98 for one in low)
    await house.push(END + 25, {**POWER, 201: 10, 202: 0})
    await house.judge(later)
    assert await alerts(house, house.operator, open=True, kinds=["NO_DATA"]) == []
    assert await alerts(house, house.households[1], open=True, kinds=["NO_DATA"]) == []


async def test_who_moved_out_is_told_nothing_and_sees_nothing(house: House) -> None:
    person = house.households[2]
    meter = await point(house, "W2")
    later = NOW + timedelta(hours=28)
    made = await save(house, person, kind="AWAY", owner=meter)
    assert made["errors"] == []
    await house.push(END + 26, {**POWER, 201: 10, 202: 25})
    await house.judge(later)
    (away,) = await alerts(house, person, kinds=["AWAY"])
    assert (away["value"], away["unit"]) == (0.025, "m3")
    assert "холодная вода" in away["text"]
    async with house.database.session(house.scope) as session:
        mine = await members.of_person(session, UserId(int(person.actor.removeprefix("user:"))))
        await members.end(session, mine, NOW - timedelta(hours=1))
        resident = await session.scalar(select(Resident).where(Resident.name == "Household 2"))
        assert resident is not None
        resident.moved_out_at = NOW - timedelta(hours=1)
    assert await alerts(house, person) == []
    before = await house.rows("SELECT count(*) FROM notification WHERE tenant_id = :t")
    await house.push(END + 27, {**POWER, 201: 10, 202: 400})
    await house.judge(later + timedelta(hours=1))
    assert await house.rows("SELECT count(*) FROM notification WHERE tenant_id = :t") == before
    newcomer = await someone(house.database, house.scope.tenant_id, "resident", "en")
    await move_in(house, 2, newcomer, NOW)
    assert await alerts(house, newcomer) == []


async def test_an_imbalance_is_told_the_next_day(house: House) -> None:
    assert await alerts(house, house.operator, kinds=["IMBALANCE"]) == []
    for hour in range(END + 28, END + 81):  # the last of a day just over, too
        await house.push(hour, {1: 300, 2: 400, 100: 1_400, 201: 10, 202: 0})
    late = NOW + timedelta(hours=81)
    await house.judge(late)
    await house.go_round(late)
    (found,) = await alerts(house, house.operator, kinds=["IMBALANCE"], open=True)
    assert 45 < found["value"] < 55
    assert found["site"]["path"] == PATH
    assert await alerts(house, house.households[1], kinds=["IMBALANCE"]) == []
