"""Who is offered to switch a supply, why others are not, and the limit that a household sets."""

from typing import Any

import pytest

from backend.graphql.ids import Kind, encode
from domain.identity import Scope
from tests.integration.mobile_bff.conftest import House

SUPPLY = """query S($id: ID!) { node(id: $id) { ... on MeteringPoint {
  supply { state offered bar limits limitKw mostKw command } } } }"""
DECLARE = """mutation D($id: ID!) { saveActuator(input: {point: $id}) { errors { code } } }"""
POLICY = """mutation P($input: CommandPolicyInput!) { setCommandPolicy(input: $input) {
  errors { code } } }"""
STOP = """mutation S($stopped: Boolean!) { stopControl(input: {reason: "t", stopped: $stopped}) {
  errors { code } } }"""
LIMIT = """mutation L($id: ID!, $kw: Float!, $key: String!) { setLoadLimit(input: {point: $id,
  limitKw: $kw, reason: "own", idempotencyKey: $key}) { command { id limitKw cause state }
  errors { code field } } }"""
READ = """mutation R($id: ID!) { requestReading(input: {point: $id, idempotencyKey: "r"}) {
  command { id } errors { code } } }"""


def point(house: House, name: str) -> str:
    return encode(Kind.METERING_POINT, house.points[name].id)


async def bar(house: House, scope: Scope, name: str = "E1") -> Any:
    told = (await house.desk.ask(SUPPLY, scope, id=point(house, name)))["node"]["supply"]
    assert told["offered"] == (told["bar"] is None)
    return told["bar"]


async def test_a_supply_is_offered_where_it_can_be_switched_and_else_it_is_said_why(
    house: House,
) -> None:
    mine = house.scope_of(house.people[1])
    assert await bar(house, mine) == "NO_ACTUATOR"
    await house.desk.ask(DECLARE, id=point(house, "E1"))
    assert await bar(house, mine) == "CONTROL_OFF"
    await house.desk.ask(POLICY, input={"enabled": True})
    assert await bar(house, mine) is None
    assert await bar(house, mine, "W1") == "NO_ACTUATOR"
    await house.desk.ask(STOP, stopped=True)
    assert await bar(house, mine) == "CONTROL_STOPPED"
    await house.desk.ask(STOP, stopped=False)
    await house.desk.ask(POLICY, input={"residentsSwitch": False})
    assert await bar(house, mine) == "RESIDENTS_BARRED"
    assert await bar(house, house.scope) is None, "the staff switch all the same"
    await house.desk.ask(POLICY, input={"residentsSwitch": True})
    nobody = Scope(house.scope.tenant_id, "user:2", frozenset({"metering:read"}))
    assert await bar(house, nobody) == "NOT_ENTITLED"
    await house.desk.ask(POLICY, input={"enabled": False})


async def test_what_others_switched_off_is_not_the_households_to_switch_on(house: House) -> None:
    mine = house.scope_of(house.people[1])
    await house.desk.ask(DECLARE, id=point(house, "E1"))
    await house.desk.ask(POLICY, input={"enabled": True})
    async with house.work.database.session(house.scope) as session:
        driver = await session.driver()
        await driver.execute(
            "UPDATE actuator SET state = 'off', switched_for = 'non_payment', switched_at = now()"
            " WHERE tenant_id = $1 AND point_id = $2",
            house.scope.tenant_id,
            house.points["E1"].id,
        )
    assert await bar(house, mine) == "NOT_YOUR_SWITCH"
    async with house.work.database.session(house.scope) as session:
        driver = await session.driver()
        await driver.execute(
            "UPDATE actuator SET state = NULL, switched_for = NULL, switched_at = NULL"
            " WHERE tenant_id = $1",
            house.scope.tenant_id,
        )
    assert await bar(house, mine) is None


@pytest.mark.parametrize("kw", [0.05, -1.0, 2.0e9])
async def test_a_limit_that_is_none_is_refused(house: House, kw: float) -> None:
    await house.desk.ask(POLICY, input={"enabled": True})
    mine = house.scope_of(house.people[1])
    done = await house.desk.ask(LIMIT, mine, id=point(house, "E1"), kw=kw, key=f"odd {kw}")
    assert [one["field"] for one in done["setLoadLimit"]["errors"]] == ["limitKw"]


async def test_a_household_limits_its_own_power_below_what_the_network_allows(
    house: House,
) -> None:
    await house.desk.ask(DECLARE, id=point(house, "E1"))
    await house.desk.ask(POLICY, input={"enabled": True})
    mine = house.scope_of(house.people[1])

    async def limit(kw: float, scope: Scope, name: str = "E1") -> Any:
        asked = {"id": point(house, name), "kw": kw, "key": f"{kw} {scope.actor} {name}"}
        return (await house.desk.ask(LIMIT, scope, **asked))["setLoadLimit"]

    done = await limit(3.5, mine)
    assert (done["errors"], done["command"]["cause"]) == ([], "OWN_REQUEST")
    told = (await house.desk.ask(SUPPLY, mine, id=point(house, "E1")))["node"]["supply"]
    assert (told["limits"], told["mostKw"], told["command"]) == (True, None, done["command"]["id"])
    theirs = await limit(3.5, mine, "E2")
    assert [one["code"] for one in theirs["errors"]] == ["NOT_FOUND"]
    assert (await limit(2.0, house.scope))["errors"] == []
    async with house.work.database.session(house.scope) as session:
        driver = await session.driver()
        await driver.execute(
            "UPDATE command SET state = 'executed' WHERE tenant_id = $1 AND limit_w = 2000",
            house.scope.tenant_id,
        )
    told = (await house.desk.ask(SUPPLY, mine, id=point(house, "E1")))["node"]["supply"]
    assert told["mostKw"] == 2.0
    above = await limit(2.5, mine)
    assert [one["code"] for one in above["errors"]] == ["ABOVE_NETWORK_LIMIT"]
    assert (await limit(1.5, mine))["errors"] == []
    refused = await house.desk.result(READ, mine, id=point(house, "E1"))
    assert refused.errors is not None
