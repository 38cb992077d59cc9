"""One flat, two households: who went sees nothing from that hour, who came nothing from before."""

import csv
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from backend.graphql.ids import Kind, encode
from backend.services.households import members
from backend.services.model import premises
from domain.hours import instant_of
from mobile_bff.changes import differences, unpacked
from tenants.permissions import Role
from tests.integration.mobile_bff.conftest import LOW, NOW, House, Phone, Somebody

MOVE = NOW - 50
FLAT, OTHER = 5, 6
PROFILE = """query P($id: ID!, $from: DateTime!, $to: DateTime!) { node(id: $id) {
  ... on MeteringPoint { profile(from: $from, to: $to, step: "PT1H") { values } } } }"""
COMMANDS = (
    """query C($point: ID) { viewer { commands(point: $point) { edges { node { id } } } } }"""
)
COMMAND = "query C($id: ID!) { node(id: $id) { __typename } }"
SUPPLY = """query S($id: ID!) { node(id: $id) { ... on MeteringPoint {
  supply { switchedAt command } } } }"""


@dataclass
class Moved:
    """Who went, and who came."""

    went: Somebody
    came: Somebody
    command: str
    """What the one who went had ordered."""


@pytest_asyncio.fixture(scope="module")
async def moved(house: House) -> Moved:
    """The household of a flat went to another one in the house, and others came."""
    went = await house.lives(FLAT, instant_of(LOW) - timedelta(days=400))
    await house.desk.ask(
        "mutation P { setCommandPolicy(input: {enabled: true}) { errors { code } } }"
    )
    point = house.points[f"E{FLAT}"]
    ordered = await house.desk.ask(
        """mutation S($id: ID!) { switchSupply(input: {point: $id, state: OFF, reason: "own",
        idempotencyKey: "moves"}) { command { id } errors { code } } }""",
        house.scope_of(went),
        id=encode(Kind.METERING_POINT, point.id),
    )
    async with house.work.database.session(house.scope) as session:
        driver = await session.driver()
        await driver.execute(
            "UPDATE actuator SET state = 'off', switched_at = $3, switched_for = 'own_request'"
            " WHERE tenant_id = $1 AND point_id = $2",
            house.scope.tenant_id,
            point.id,
            instant_of(MOVE - 5),
        )
    await house.moves_out(FLAT, instant_of(MOVE))
    async with house.work.database.session(house.scope) as session:
        move = premises.MoveIn(house.premise(OTHER), "M-1", "Household", 2, instant_of(MOVE))
        resident = await premises.move_in(session, move)
        resident.user_id = went.user
        await members.seat(session, resident, went.user, Role.RESIDENT, instant_of(MOVE))
    came = await house.lives(FLAT, instant_of(MOVE))
    return Moved(went, came, ordered["switchSupply"]["command"]["id"])


async def told(phone: Phone, path: str, **asked: str) -> httpx.Response:
    return await phone.get(path, params=asked, headers=phone.headers_of_it)


def point_id(house: House, flat: int) -> str:
    return encode(Kind.METERING_POINT, house.points[f"E{flat}"].id)


async def test_who_went_sees_nothing_of_it_by_any_way(house: House, moved: Moved) -> None:
    premise, point = encode(Kind.PREMISE, house.premise(FLAT)), point_id(house, FLAT)
    async with house.phone() as phone:
        await phone.sign_in(moved.went.login, moved.went.password)
        home = await told(phone, "/bff/home")
        assert [one["name"] for one in home.json()["objects"]] == [f"Flat {OTHER}"]
        assert (await told(phone, "/bff/home", object=premise)).status_code == 404
        gone = await told(phone, "/bff/export.csv", home=premise)
        assert gone.status_code == 404 or gone.text.count("\n") <= 1
        changes = (await told(phone, "/bff/changes")).json()
        remembered = differences({}, unpacked(changes.pop("cursor")))
        answers = [home.text, str(changes), str(remembered)]
        answers.append((await told(phone, "/bff/export.csv")).text)
        for answer in answers:
            for word in (point, premise, f"E{FLAT}", moved.command):
                assert word not in answer, word
        hours = {"from": instant_of(LOW + 30).isoformat(), "to": instant_of(NOW).isoformat()}
        assert (await phone.ask(PROFILE, id=point, **hours))["data"]["node"] is None
        assert (await phone.ask(COMMAND, id=moved.command))["data"]["node"] is None
        commands = (await phone.ask(COMMANDS))["data"]["viewer"]["commands"]["edges"]
        assert commands == []


async def test_who_came_sees_nothing_of_before(house: House, moved: Moved) -> None:
    point = point_id(house, FLAT)
    async with house.phone() as phone:
        await phone.sign_in(moved.came.login, moved.came.password)
        home: dict[str, Any] = (await told(phone, "/bff/home")).json()
        assert [one["name"] for one in home["objects"]] == [f"Flat {FLAT}"]
        (meter,) = home["meters"]
        since_move = 0.1 * FLAT * (NOW - MOVE)
        assert meter["month"]["soFar"] <= since_move + 1e-6
        assert meter["month"]["average"] is None, "nobody is compared with others' month"
        asked = {"from": instant_of(MOVE - 24).isoformat(), "to": instant_of(NOW).isoformat()}
        node = (await phone.ask(PROFILE, id=point, **asked))["data"]["node"]
        values = node["profile"]["values"]
        assert values[:24] == [None] * 24
        assert values[24] == pytest.approx(0.1 * FLAT)
        exported = (await told(phone, "/bff/export.csv", **asked)).text.splitlines()
        sums = sum(float(row["value"] or 0) for row in csv.DictReader(exported))
        assert sums == pytest.approx(since_move)
        assert (await phone.ask(COMMAND, id=moved.command))["data"]["node"] is None
        commands = (await phone.ask(COMMANDS, point=point))["data"]["viewer"]["commands"]
        assert commands["edges"] == []
        supply = (await phone.ask(SUPPLY, id=point))["data"]["node"]["supply"]
        assert supply == {"switchedAt": None, "command": None}
