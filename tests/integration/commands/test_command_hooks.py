"""Programs are told what became of commands: once, with its cause, and never of an order alone."""

from datetime import UTC, datetime, timedelta

from backend.graphql.ids import Kind, encode
from backend.services.commands import closing
from domain.hook_events import HookEvent
from tests.hooks import endpoint, told
from tests.integration.commands.conftest import OFF, House

BOTH = HookEvent.COMMAND_DONE, HookEvent.COMMAND_FAILED


async def test_done_is_told_once_and_an_order_is_not(house: House) -> None:
    hook = await endpoint(house.database, house.scope, *BOTH)
    command = await house.order(OFF)
    (sent,) = await house.device.poll()
    assert await told(house.database, house.scope, hook) == []
    for _ in range(2):
        await house.device.executed(sent)
    ((kind, body),) = await told(house.database, house.scope, hook)
    assert kind == body["event"] == "command.done"
    assert body["command"] == {
        "id": encode(Kind.COMMAND, command),
        "kind": "SWITCH_SUPPLY",
        "state": "EXECUTED",
        "code": None,
        "supply": "OFF",
        "limitKw": None,
    }


async def test_refused_by_the_device_is_told_with_its_code(house: House) -> None:
    hook = await endpoint(house.database, house.scope, *BOTH)
    only_done = await endpoint(house.database, house.scope, HookEvent.COMMAND_DONE)
    await house.order(OFF)
    (sent,) = await house.device.poll()
    await house.device.ack({"id": sent["id"], "state": "refused", "code": "NO_ACTUATOR"})
    ((kind, body),) = await told(house.database, house.scope, hook)
    assert kind == "command.failed"
    assert (body["command"]["state"], body["command"]["code"]) == ("REJECTED", "NO_ACTUATOR")
    assert await told(house.database, house.scope, only_done) == []


async def test_what_nobody_fetched_in_time_is_told_as_expired(house: House) -> None:
    hook = await endpoint(house.database, house.scope, *BOTH)
    command = await house.order(OFF)
    late = datetime.now(UTC) + timedelta(hours=2)
    for _ in range(2):
        async with house.database.session(house.scope) as session:
            await closing.tend(session, late)
    ((kind, body),) = await told(house.database, house.scope, hook)
    assert kind == "command.failed"
    assert body["command"] == {"id": encode(Kind.COMMAND, command), "state": "EXPIRED"}
