"""What holds commands back: the second person, the breaker, kill switches, interlocks."""

import asyncio

import httpx

from backend.clients.events import Events
from ingestion.downlink import Downlink
from tenants.permissions import Role, permissions_of
from tenants.session import Database
from tests.integration.commands.conftest import READ, House, make_house
from tests.integration.commands.desk import (
    ACTUATOR,
    APPROVE,
    CAUSED,
    CLOSE,
    CONTROL,
    LIST,
    MANY,
    NODE,
    READING,
    STOP,
    SWITCH,
    codes,
    desk,
    point_of,
)


async def test_a_second_person_must_agree_and_cannot_be_the_first(house: House) -> None:
    await house.policy(four_eyes_from=1)
    both = permissions_of(Role.TENANT_ADMIN) | permissions_of(Role.DISPATCHER)
    asked = desk(house, "user:2", *both)
    done = await asked.ask(SWITCH, point=point_of(house), state="OFF", key="k")
    command = done["command"]
    assert command["state"] == "AWAITING_APPROVAL"
    assert await house.device.poll() == []
    said = {"id": command["id"], "granted": True, "whole": False}
    assert codes(await asked.ask(APPROVE, **said)) == ["SECOND_PERSON_NEEDED"]
    program = desk(house, "client:7", *both)
    assert codes(await program.ask(APPROVE, **said)) == ["SECOND_PERSON_NEEDED"]
    second = desk(house, "user:3", *permissions_of(Role.TENANT_ADMIN))
    polling = asyncio.create_task(house.device.poll(wait=30))
    assert (await second.ask(APPROVE, **said))["command"]["state"] == "QUEUED"
    async with asyncio.timeout(2):
        assert len(await polling) == 1
    assert codes(await second.ask(APPROVE, **said)) == ["COMMAND_STATE"]
    (entry,) = (await second.ask(LIST))["commands"]["edges"]
    assert [event["after"] for event in entry["node"]["events"]] == [
        "AWAITING_APPROVAL",
        "APPROVED",
        "QUEUED",
        "LEASED",
    ]


async def test_what_nobody_else_approved_is_not_released_whatever_its_state(house: House) -> None:
    await house.policy(four_eyes_from=1)
    await desk(house).ask(SWITCH, point=point_of(house), state="OFF", key="k")
    await house.run("UPDATE command SET state = 'queued', sequence = 1 WHERE tenant_id = $1")
    tenant = house.scope.tenant_id
    concentrator = (await house.row(await newest(house)))["concentrator_id"]
    await house.run("INSERT INTO downlink_bell VALUES ($1, $2)", concentrator)
    await house.events.call([(tenant, concentrator)])
    assert await house.device.poll() == []


async def newest(house: House) -> int:
    async with house.database.session(house.scope) as session:
        driver = await session.driver()
        found: int = await driver.fetchval(
            "SELECT max(id) FROM command WHERE tenant_id = $1", house.scope.tenant_id
        )
    return found


async def test_the_second_person_refuses_and_nothing_leaves(house: House) -> None:
    await house.policy(four_eyes_from=1)
    points = [point_of(house, place) for place in range(3)]
    done = await desk(house).ask(MANY, points=points, state="OFF", key="k")
    assert (done["commands"], done["first"]["needsApproval"]) == (3, True)
    second = desk(house, "user:3", *permissions_of(Role.TENANT_ADMIN))
    said = {"id": done["first"]["id"], "granted": False, "whole": True}
    assert (await second.ask(APPROVE, **said))["command"]["state"] == "REJECTED"
    assert await house.device.poll() == []
    states = {entry["node"]["state"] for entry in (await second.ask(LIST))["commands"]["edges"]}
    assert states == {"REJECTED"}


async def test_an_approval_that_comes_too_late_is_none(house: House) -> None:
    await house.policy(four_eyes_from=1)
    done = await desk(house).ask(SWITCH, point=point_of(house), state="OFF", key="k")
    await house.run("UPDATE command SET deadline = now() WHERE tenant_id = $1")
    second = desk(house, "user:3", *permissions_of(Role.TENANT_ADMIN))
    said = {"id": done["command"]["id"], "granted": True, "whole": False}
    assert codes(await second.ask(APPROVE, **said)) == ["COMMAND_STATE"]


async def test_mass_disconnection_trips_the_breaker_and_freezes(
    database: Database, client: httpx.AsyncClient, downlink: Downlink, events: Events
) -> None:
    house = await make_house(database, client, downlink, events, meters=8)
    await house.policy(tenant_share=0.01, network_share=0.01)
    asked = desk(house)
    for place in range(5):
        done = await asked.ask(SWITCH, point=point_of(house, place), state="OFF", key=str(place))
        assert done["command"]["state"] == "QUEUED"
    done = await asked.ask(SWITCH, point=point_of(house, 5), state="OFF", key="5")
    assert done["command"]["state"] == "AWAITING_APPROVAL"
    assert await house.device.poll() == []  # those before it are frozen, too
    refused = await asked.ask(SWITCH, point=point_of(house, 6), state="OFF", key="6")
    assert codes(refused) == ["BREAKER_OPEN"]
    danger = await asked.ask(CAUSED, point=point_of(house, 6), cause="DANGER", key="d")
    assert danger["command"]["state"] == "AWAITING_APPROVAL"
    breakers = (await asked.ask(CONTROL))["control"]["breakers"]
    assert sorted(one["network"] or 0 for one in breakers) == [0, 1]
    assert codes(await asked.ask(CLOSE, id=breakers[0]["id"])) == ["SECOND_PERSON_NEEDED"]
    second = desk(house, "user:3", *permissions_of(Role.TENANT_ADMIN))
    for one in breakers:
        assert codes(await second.ask(CLOSE, id=one["id"])) == []
    await asyncio.sleep(0.6)  # the next look
    assert len(await house.device.poll()) == 5


async def test_the_kill_switch_calls_everything_back(house: House) -> None:
    asked = desk(house, "user:2", *permissions_of(Role.DISPATCHER))
    done = await asked.ask(SWITCH, point=point_of(house), state="OFF", key="k")
    stopped = await asked.ask(STOP, input={"reason": "fire"})
    assert stopped["control"]["stoppedBy"] == "user:2"
    assert await house.device.poll() == []
    shown = await asked.ask(NODE, id=done["command"]["id"])
    assert (shown["state"], shown["code"]) == ("CANCELLED", "KILL_SWITCH")
    refused = await asked.ask(SWITCH, point=point_of(house), state="ON", key="l")
    assert codes(refused) == ["CONTROL_STOPPED"]
    lift = {"reason": "over", "stopped": False}
    assert codes(await asked.ask(STOP, input=lift)) == ["FORBIDDEN"]
    administrator = desk(house, "user:3", *permissions_of(Role.TENANT_ADMIN))
    assert (await administrator.ask(STOP, input=lift))["control"]["stoppedAt"] is None
    assert codes(await asked.ask(SWITCH, point=point_of(house), state="ON", key="m")) == []


async def test_the_kill_switch_of_the_installation_stops_every_tenant(house: House) -> None:
    before = await house.order(READ)
    everywhere = {"reason": "attack", "everywhere": True}
    dispatcher = desk(house, "user:2", *permissions_of(Role.DISPATCHER))
    assert (await dispatcher.result(STOP, input=everywhere)).errors is not None
    platform = desk(house)
    assert (await platform.ask(STOP, input=everywhere))["control"]["stoppedEverywhere"] is True
    assert await house.device.poll() == []
    done = await platform.ask(READING, point=point_of(house))
    assert codes(done) == ["CONTROL_STOPPED"]
    await platform.ask(STOP, input={**everywhere, "stopped": False})
    assert await house.device.poll() == []  # what was ordered before is never sent
    assert await house.state(before) == "queued"
    after = await house.order(READ, point=1)
    assert [one["id"] for one in await house.device.poll()] == [after]


async def test_interlocks_are_told_by_their_code(house: House) -> None:
    asked = desk(house)
    critical = {"point": point_of(house), "critical": True}
    assert (await asked.ask(ACTUATOR, input=critical))["actuator"]["critical"] is True
    given = {"point": point_of(house), "state": "OFF", "key": "k"}
    assert codes(await asked.ask(SWITCH, **given)) == ["INTERLOCK_CRITICAL"]
    debt = {"point": point_of(house, 1), "cause": "NON_PAYMENT", "key": "l"}
    assert codes(await asked.ask(CAUSED, **debt)) == ["INTERLOCK_NOTICE"]
    many = await asked.ask(
        MANY, points=[point_of(house), point_of(house, 1), "x"], state="OFF", key="m"
    )
    assert many["commands"] == 1
    assert sorted(one["code"] for one in many["skipped"]) == ["INTERLOCK_CRITICAL", "NOT_FOUND"]


async def test_many_supplies_come_back_one_after_another(house: House) -> None:
    await house.policy(reconnects_per_minute=60)
    points = [point_of(house, place) for place in range(3)]
    await desk(house).ask(MANY, points=points, state="ON", key="k")
    assert len(await house.device.poll()) == 1
