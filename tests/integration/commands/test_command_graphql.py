"""Commands over GraphQL: the contract's document, who may, lists, progress, verification."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from backend.clients.events import Events
from backend.graphql.ids import Kind, encode
from backend.graphql.schema import schema
from backend.graphql.transport.streams import StreamContext
from backend.tasks import commands as tasks
from backend.tasks import metering
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.commands_safety import CommandPolicy
from domain.hours import hour_of
from domain.identity import Scope
from ingestion.downlink import Downlink
from tenants.permissions import Permission, Role, permissions_of
from tenants.session import Database
from tests.factories import block
from tests.integration.commands.conftest import FREE, House, make_house
from tests.integration.commands.desk import (
    ACTUATOR,
    APPROVE,
    CANCEL,
    CONTROL,
    LIMIT,
    LIST,
    NODE,
    POLICY,
    READING,
    SWITCH,
    Desk,
    codes,
    desk,
    point_of,
)


async def test_the_contracts_switch_reaches_the_device(house: House) -> None:
    asked = desk(house)
    given = {"point": point_of(house), "state": "OFF", "key": "one"}
    polling = asyncio.create_task(house.device.poll(wait=30))
    done = await asked.ask(SWITCH, **given)
    assert (done["errors"], done["command"]["state"]) == ([], "QUEUED")
    async with asyncio.timeout(2):
        (told,) = await polling
    assert encode(Kind.COMMAND, told["id"]) == done["command"]["id"]
    again = await asked.ask(SWITCH, **given)
    assert again["command"]["id"] == done["command"]["id"]
    other = await asked.ask(SWITCH, **{**given, "state": "ON"})
    assert codes(other) == ["IDEMPOTENCY_CONFLICT"]
    await house.device.executed(told)
    shown = await asked.ask(NODE, id=done["command"]["id"])
    assert shown["state"] == "EXECUTED"


async def test_control_is_off_until_an_administrator_turns_it_on(house: House) -> None:
    await house.run("DELETE FROM control_policy WHERE tenant_id = $1")
    asked = desk(house)
    given = {"point": point_of(house), "state": "OFF", "key": "one"}
    assert codes(await asked.ask(SWITCH, **given)) == ["CONTROL_OFF"]
    dispatcher = desk(house, "user:2", *permissions_of(Role.DISPATCHER))
    refused = await dispatcher.result(POLICY, input={"enabled": True})
    assert refused.errors is not None
    administrator = desk(house, "user:3", *permissions_of(Role.TENANT_ADMIN))
    done = await administrator.ask(POLICY, input={"enabled": True})
    assert done["control"]["policy"] == {
        "enabled": True,
        "fourEyesFrom": CommandPolicy().four_eyes_from,
    }
    assert codes(await dispatcher.ask(SWITCH, **given)) == []
    await administrator.ask(POLICY, input={"enabled": False})
    (entry,) = (await asked.ask(LIST))["commands"]["edges"]
    assert entry["node"]["state"] == "CANCELLED"
    assert entry["node"]["events"][-1]["code"] == "CONTROL_OFF"


@pytest.mark.parametrize("field", ["dwellS", "nightTo", "heatingFrom"])
async def test_a_policy_out_of_range_changes_nothing(house: House, field: str) -> None:
    done = await desk(house).ask(POLICY, input={field: -1, "enabled": False})
    assert codes(done) == ["INVALID"]
    shown = await desk(house).ask(CONTROL)
    assert shown["control"]["policy"]["enabled"] is True


async def test_whoever_may_not_switches_nothing(house: House) -> None:
    for role in (Role.OPERATOR, Role.AUDITOR, Role.TENANT_ADMIN, Role.PARTNER_ADMIN):
        asked = desk(house, "user:9", *permissions_of(role))
        result = await asked.result(SWITCH, point=point_of(house), state="OFF", key="k")
        assert result.errors is not None, role
    assert (await desk(house).ask(LIST))["commands"]["edges"] == []


async def test_a_command_is_called_back_before_it_leaves_and_not_after(house: House) -> None:
    asked = desk(house)
    first = await asked.ask(SWITCH, point=point_of(house), state="OFF", key="k")
    assert (await asked.ask(CANCEL, id=first["command"]["id"]))["command"]["state"] == "CANCELLED"
    assert await house.device.poll() == []
    second = await asked.ask(SWITCH, point=point_of(house), state="OFF", key="l")
    assert len(await house.device.poll()) == 1
    assert codes(await asked.ask(CANCEL, id=second["command"]["id"])) == ["COMMAND_STATE"]


async def test_a_load_limit_travels_in_watts(house: House) -> None:
    asked = desk(house)
    for kw in (0, -1, 0.01, 1e300):
        assert codes(await asked.ask(LIMIT, point=point_of(house), kw=kw)) == ["INVALID"]
    done = await asked.ask(LIMIT, point=point_of(house), kw=2.5)
    assert done["command"]["limitKw"] == 2.5
    (told,) = await house.device.poll()
    assert (told["kind"], told["limit_w"]) == ("set_load_limit", 2500)


async def test_a_requested_reading_shows_the_register(house: House) -> None:
    done = await desk(house).ask(READING, point=point_of(house))
    (told,) = await house.device.poll()
    await house.device.ack({"id": told["id"], "state": "executed", "counter": 4321})
    shown = await desk(house).ask(NODE, id=done["command"]["id"])
    assert shown["reading"] == {"counter": 4321.0, "value": 4.321, "unit": "kWh"}


async def test_a_resident_switches_their_own_supply_alone(house: House) -> None:
    resident = desk(house, "user:77", *permissions_of(Role.RESIDENT))
    resident.scope = Scope(
        house.scope.tenant_id, "user:77", permissions_of(Role.RESIDENT), frozenset()
    )
    given = {"point": point_of(house), "state": "OFF", "key": "k"}
    assert codes(await resident.ask(SWITCH, **given)) == ["NOT_FOUND"]
    await move_in(house, 77, place=0, days_ago=10)
    mine = await resident.ask(SWITCH, **given)
    assert mine["errors"] == []
    neighbour = {**given, "point": point_of(house, 1), "key": "n"}
    assert codes(await resident.ask(SWITCH, **neighbour)) == ["NOT_FOUND"]
    assert (await resident.result(READING, point=point_of(house))).errors is not None
    (told,) = await house.device.poll()
    await house.device.executed(told)
    assert codes(await resident.ask(SWITCH, **{**given, "state": "ON", "key": "on"})) == []
    (told,) = await house.device.poll(told["number"])
    await house.device.executed(told)
    # who was cut off by the utility does not bring it back
    await desk(house).ask(SWITCH, **{**given, "key": "u"})
    (told,) = await house.device.poll(told["number"])
    await house.device.executed(told)
    back = await resident.ask(SWITCH, **{**given, "state": "ON", "key": "back"})
    assert codes(back) == ["NOT_YOUR_SWITCH"]
    seen = (await resident.ask("{ viewer { commands { edges { node { cause } } } } }"))["commands"]
    assert [entry["node"]["cause"] for entry in seen["edges"]] == ["OWN_REQUEST"] * 2
    await house.run("UPDATE home_member SET until = now() WHERE tenant_id = $1")
    assert codes(await resident.ask(SWITCH, **{**given, "key": "gone"})) == ["NOT_FOUND"]


async def move_in(house: House, user: int, *, place: int, days_ago: int) -> None:
    await house.run(
        "WITH who AS (INSERT INTO user_account (id, email, name, locale)"
        " VALUES ($2, 'u77@example.org', 'U', 'en') ON CONFLICT DO NOTHING),"
        " ac AS (INSERT INTO account (tenant_id, premise_id, number)"
        "  SELECT $1, premise_id, 'A' FROM metering_point WHERE tenant_id = $1 AND id = $3"
        "  RETURNING id),"
        " lives AS (INSERT INTO resident (tenant_id, account_id, name, moved_in_at)"
        "  SELECT $1, id, 'R', $4 FROM ac RETURNING id)"
        " INSERT INTO home_member (tenant_id, resident_id, premise_id, user_id, role, since)"
        " SELECT $1, lives.id, p.premise_id, $2, 'resident', $4 FROM lives, metering_point AS p"
        " WHERE p.tenant_id = $1 AND p.id = $3",
        user,
        house.points[place],
        datetime.now(UTC) - timedelta(days=days_ago),
    )


async def test_another_tenant_sees_and_moves_nothing(
    house: House,
    database: Database,
    client: httpx.AsyncClient,
    downlink: Downlink,
    events: Events,
) -> None:
    stranger = desk(await make_house(database, client, downlink, events))
    done = await desk(house).ask(SWITCH, point=point_of(house), state="OFF", key="k")
    number = done["command"]["id"]
    foreign = await stranger.ask(SWITCH, point=point_of(house), state="OFF", key="k")
    absent = encode(Kind.METERING_POINT, 10**12)
    nothing = await stranger.ask(SWITCH, point=absent, state="OFF", key="k")
    assert codes(foreign) == codes(nothing) == ["NOT_FOUND"]
    assert await stranger.ask(NODE, id=number) is None
    assert codes(await stranger.ask(CANCEL, id=number)) == ["NOT_FOUND"]
    said = {"id": number, "granted": True, "whole": True}
    assert codes(await stranger.ask(APPROVE, **said)) == ["NOT_FOUND"]
    assert (await stranger.ask(LIST, point=point_of(house)))["commands"]["edges"] == []
    assert len(await house.device.poll()) == 1


async def test_lists_run_from_the_newest_in_pages(house: House) -> None:
    for key in ("a", "b", "c"):
        await desk(house).ask(SWITCH, point=point_of(house), state="OFF", key=key)
    await desk(house).ask(SWITCH, point=point_of(house, 1), state="OFF", key="d")
    page = (await desk(house).ask(LIST, point=point_of(house)))["commands"]
    ids = [entry["node"]["id"] for entry in page["edges"]]
    rest = await desk(house).ask(LIST, point=point_of(house), after=page["pageInfo"]["endCursor"])
    ids += [entry["node"]["id"] for entry in rest["commands"]["edges"]]
    assert len(set(ids)) == 3
    assert rest["commands"]["pageInfo"]["hasNextPage"] is False


async def test_progress_is_told_to_who_listens(house: House) -> None:
    scope = house.acting("user:1")
    async with StreamContext(house.database, scope, house.events) as context:
        stream = await schema.subscribe(
            "subscription { commandChanged { id state } }", context_value=context
        )
        seen: list[str] = []

        async def listen() -> None:
            async for event in stream:  # type: ignore[union-attr]
                seen.append(event.data["commandChanged"]["state"])
                if seen[-1] == "EXECUTED":
                    return

        listening = asyncio.create_task(listen())
        await asyncio.sleep(0.2)
        await desk(house).ask(SWITCH, point=point_of(house), state="OFF", key="k")
        await asyncio.sleep(0.1)
        (told,) = await house.device.poll()
        await asyncio.sleep(0.1)
        await house.device.executed(told)
        async with asyncio.timeout(5):
            await listening
    assert seen == ["QUEUED", "LEASED", "EXECUTED"]


async def executed_ago(house: House, hours: int, point: int = 0) -> int:
    """A disconnection that was executed some hours ago, by the start of an hour."""
    command = await house.order(point=point)
    told = [one for one in await house.device.poll() if one["id"] == command]
    await house.device.executed(*told)
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    await house.run(
        "UPDATE command SET verify_hour = $2 WHERE tenant_id = $1 AND id = $3",
        now - timedelta(hours=hours),
        command,
    )
    return command


async def read(house: House, *counters: int, point: int = 0) -> None:
    """Push counters of the full hours before the last one, oldest first, and fold them."""
    first = hour_of(datetime.now(UTC)) - len(counters) - 1
    channel = point + 1
    blocks = [block(first + at, 1, {channel: value}) for at, value in enumerate(counters)]
    answer = await house.device.push(house.device.frame(*blocks))
    assert len(answer.json()["accepted"]) == 1
    await metering.fold(Work(house.database, SilentQueue(), house.events), house.scope.tenant_id)


async def tended(house: House) -> None:
    work = Work(house.database, SilentQueue(), house.events)
    await tasks.tend(work, house.scope.tenant_id)


async def test_consumption_verifies_a_disconnection(house: House) -> None:
    dark = await executed_ago(house, 2)
    await read(house, 5000, 5000)
    lit = await executed_ago(house, 2, point=1)
    await read(house, 5000, 5700, point=1)
    unread = await executed_ago(house, 2, point=2)
    await tended(house)
    assert await house.state(dark) == "verified"
    row = await house.row(lit)
    assert (row["state"], row["code"]) == ("failed", "STILL_CONSUMES")
    assert await house.state(unread) == "executed"
    await house.run(
        "UPDATE command SET verify_hour = now() - interval '73 h' WHERE tenant_id = $1 AND id = $2",
        unread,
    )
    await tended(house)
    row = await house.row(unread)
    assert (row["state"], row["code"]) == ("failed", "NO_READING")


async def test_the_bell_of_a_command_rings_when_it_expires(house: House) -> None:
    await house.policy(**FREE, switch_expiry_s=10)
    command = await house.order()
    await tended(house)
    assert await house.state(command) == "queued"
    async with house.database.session(house.scope) as session:
        driver = await session.driver()
        due = await driver.fetch(
            "SELECT due_at FROM work_bell WHERE tenant_id = $1 AND kind = 'commands'",
            house.scope.tenant_id,
        )
    deadline = (await house.row(command))["deadline"]
    assert deadline in {row[0] for row in due}


def test_every_role_that_may_switch_is_known() -> None:
    able = {role for role in Role if Permission.CONTROL_EXECUTE in permissions_of(role)}
    assert able == {Role.DISPATCHER, Role.INTEGRATOR}
    assert not {
        role
        for role in Role
        if {Permission.CONTROL_EXECUTE, Permission.CONTROL_APPROVE} <= permissions_of(role)
    }


SHOWN = """query ($id: ID!) { node(id: $id) { ... on MeteringPoint {
  actuator { critical declared missing noticeGivenAt valve } } } }"""
ACTUATORS = """query ($critical: Boolean, $after: String) { viewer {
  actuators(first: 1, critical: $critical, after: $after) {
    edges { node { critical point { id } } } pageInfo { hasNextPage endCursor } } } }"""


async def test_actuators_are_listed_and_shown_at_their_points(house: House) -> None:
    asked = desk(house)
    assert (await asked.ask(SHOWN, id=point_of(house)))["actuator"] is None
    told = {"point": point_of(house), "critical": True, "noticeGivenAt": "2026-10-01T00:00:00Z"}
    assert codes(await asked.ask(ACTUATOR, input=told)) == []
    assert codes(await asked.ask(ACTUATOR, input={"point": point_of(house, 1)})) == []
    shown = await asked.ask(SHOWN, id=point_of(house))
    assert shown["actuator"] == {
        "critical": True,
        "declared": True,
        "missing": False,
        "noticeGivenAt": "2026-10-01T00:00:00+00:00",
        "valve": False,
    }
    await asked.ask(ACTUATOR, input={"point": point_of(house), "noticeGivenAt": None})
    shown = (await asked.ask(SHOWN, id=point_of(house)))["actuator"]
    assert (shown["critical"], shown["noticeGivenAt"]) == (True, None)
    first = (await asked.ask(ACTUATORS))["actuators"]
    second = (await asked.ask(ACTUATORS, after=first["pageInfo"]["endCursor"]))["actuators"]
    points = [page["edges"][0]["node"]["point"]["id"] for page in (first, second)]
    assert points == [point_of(house, 1), point_of(house)]
    assert second["pageInfo"]["hasNextPage"] is False
    critical = (await asked.ask(ACTUATORS, critical=True))["actuators"]["edges"]
    assert [one["node"]["point"]["id"] for one in critical] == [point_of(house)]


async def test_actuators_out_of_sight_are_not_shown(house: House) -> None:
    await desk(house).ask(ACTUATOR, input={"point": point_of(house)})
    elsewhere = Desk(house, replace(desk(house).scope, sites=frozenset()))
    assert (await elsewhere.ask(ACTUATORS))["actuators"]["edges"] == []
    resident = desk(house, "user:4", *permissions_of(Role.RESIDENT))
    for document, values in ((ACTUATORS, {}), (SHOWN, {"id": point_of(house)})):
        result = await resident.result(document, **values)
        assert result.errors is not None
