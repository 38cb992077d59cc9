"""Commands on the wire: polls that are held, what they are told, what devices say."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from backend.clients.events import Events
from backend.services.commands import closing, requesting
from domain.hours import hour_of
from ingestion.app import ACKS, COMMANDS
from ingestion.downlink import Downlink
from tenants.session import Database
from tests.factories import block
from tests.integration.commands.conftest import OFF, ON, READ, House, make_house


async def held(downlink: Downlink, count: int = 1) -> None:
    async with asyncio.timeout(5):
        while downlink.held < count:  # noqa: ASYNC110 - the product needs no such event
            await asyncio.sleep(0.01)


async def test_a_held_poll_is_released_by_the_commit_and_not_by_its_end(house: House) -> None:
    polling = asyncio.create_task(house.device.poll(wait=30))
    await held(house.downlink)
    command = await house.order(OFF)
    async with asyncio.timeout(20):  # how soon it is: bench.commands
        (told,) = await polling
    assert told["id"] == command
    assert (told["kind"], told["state"]) == ("switch_supply", "off")
    assert (told["network"], told["channel"]) == (1, 1)
    good_for = datetime.fromisoformat(told["not_after"]) - datetime.now(UTC)
    assert timedelta(minutes=9) < good_for <= timedelta(minutes=10)
    assert await house.state(command) == "leased"


async def test_without_a_call_the_look_finds_what_waits(house: House) -> None:
    polling = asyncio.create_task(house.device.poll(wait=30))
    await held(house.downlink)
    # the process that took the order died before it could call
    async with house.database.session(house.scope) as session:
        await requesting.request(session, OFF, house.points[0], datetime.now(UTC))
    async with asyncio.timeout(5):
        assert len(await polling) == 1


async def test_a_command_goes_its_way_and_every_step_is_a_row(house: House) -> None:
    command = await house.order(OFF)
    (told,) = await house.device.poll()
    assert await house.device.poll(told["number"]) == []
    assert await house.state(command) == "delivered"
    assert (await house.device.executed(told))["accepted"] == [command]
    assert await house.path(command) == [
        "draft",
        "approved",
        "queued",
        "leased",
        "delivered",
        "executed",
    ]


async def test_a_lost_answer_comes_again_until_its_number_is_named(house: House) -> None:
    await house.order(OFF)
    first = await house.device.poll()
    assert await house.device.poll() == first
    assert await house.device.poll(first[0]["number"]) == []
    # what once arrived does not come again: a device that lost its memory does nothing twice
    assert await house.device.poll(0) == []


async def test_words_are_heard_once_whatever_their_number(house: House) -> None:
    command = await house.order(OFF)
    (told,) = await house.device.poll()
    words = [{"id": command, "state": state} for state in ("delivered", "executed", "executed")]
    assert (await house.device.ack(*words))["duplicates"] == [command]
    again = await house.device.executed(told)
    assert again["duplicates"] == [command]
    other = await house.device.ack({"id": command, "state": "refused", "code": "X"})
    assert other["rejected"][0]["code"] == "ACK_CONFLICT"
    assert (await house.path(command)).count("executed") == 1


async def test_a_replayed_request_changes_nothing(house: House) -> None:
    await house.order(OFF)
    (told,) = await house.device.poll()
    body = b'{"acks": [{"id": %d, "state": "executed"}]}' % told["id"]
    sent = [await house.device.signed("POST", ACKS, body, counter=900) for _ in range(2)]
    assert [one.status_code for one in sent] == [200, 409]
    target = f"{COMMANDS}?after=0&wait=0"
    polls = [await house.device.signed("GET", target, counter=901) for _ in range(2)]
    assert [one.status_code for one in polls] == [204, 409]
    assert polls[1].json()["code"] == "COUNTER_USED"
    assert polls[1].json()["highest"] == 901


async def test_what_is_over_is_neither_released_nor_lost_from_sight(house: House) -> None:
    command = await house.order(OFF)
    await house.run("UPDATE command SET deadline = now() - interval '1 s' WHERE tenant_id = $1")
    assert await house.device.poll() == []
    async with house.database.session(house.scope) as session:
        await closing.tend(session, datetime.now(UTC))
    assert await house.state(command) == "expired"
    said = await house.device.ack({"id": command, "state": "executed"})
    assert said["rejected"][0]["code"] == "UNKNOWN_COMMAND"


async def test_a_late_execution_is_told_as_what_it_is(house: House) -> None:
    command = await house.order(OFF)
    await house.device.poll()
    await house.run("UPDATE command SET deadline = now() - interval '1 s' WHERE tenant_id = $1")
    await house.device.ack({"id": command, "state": "executed"})
    row = await house.row(command)
    assert (row["state"], row["code"]) == ("failed", "EXECUTED_LATE")


async def test_one_actuator_gets_one_command_after_another(house: House) -> None:
    first, second = await house.order(OFF), await house.order(ON)
    other = await house.order(OFF, point=1)
    told = await house.device.poll()
    assert [one["id"] for one in told] == [first, other]
    assert await house.device.poll(told[-1]["number"]) == []
    polling = asyncio.create_task(house.device.poll(told[-1]["number"], wait=30))
    await held(house.downlink)
    await house.device.executed(told[0])
    (following,) = await polling
    assert following["id"] == second
    assert following["sequence"] > told[0]["sequence"]


async def test_a_push_brings_commands_back(house: House) -> None:
    command = await house.order(OFF)
    await asyncio.sleep(0.1)  # the call comes over Valkey
    hour = hour_of(datetime.now(UTC)) - 1
    answer = await house.device.push(house.device.frame(block(hour, 1, {1: 5})))
    assert [one["id"] for one in answer.json()["commands"]] == [command]
    (same,) = await house.device.poll()
    assert same["id"] == command


async def test_a_reading_comes_with_the_word(house: House) -> None:
    command = await house.order(READ)
    (told,) = await house.device.poll()
    assert "state" not in told
    await house.device.ack({"id": command, "state": "executed", "counter": 4321})
    assert (await house.row(command))["counter"] == 4321


async def test_a_device_without_an_actuator_is_asked_no_more(house: House) -> None:
    command = await house.order(OFF)
    await house.device.poll()
    await house.device.ack({"id": command, "state": "refused", "code": "NO_ACTUATOR"})
    row = await house.row(command)
    assert (row["state"], row["code"]) == ("rejected", "NO_ACTUATOR")
    with pytest.raises(Exception, match="no actuator"):
        await house.order(OFF)
    await house.order(READ)


async def test_another_concentrator_learns_and_says_nothing(
    house: House,
    database: Database,
    client: httpx.AsyncClient,
    downlink: Downlink,
    events: Events,
) -> None:
    stranger = await make_house(database, client, downlink, events)
    command = await house.order(OFF)
    assert await stranger.device.poll() == []
    (told,) = await house.device.poll()
    said = await stranger.device.executed(told)
    assert [one["code"] for one in said["rejected"]] == ["UNKNOWN_COMMAND"]
    assert await house.state(command) == "leased"
    forged = stranger.device
    forged.serial = house.device.serial
    answer = await forged.signed("GET", f"{COMMANDS}?after=0&wait=0")
    assert answer.status_code == 401


async def test_a_meter_that_moved_is_not_switched(house: House) -> None:
    await house.order(OFF)
    await house.run("UPDATE installation SET removed_at = now() WHERE tenant_id = $1")
    assert await house.device.poll() == []


async def test_a_second_poll_and_a_shutdown_end_the_first(house: House) -> None:
    first = asyncio.create_task(house.device.poll(wait=30))
    await held(house.downlink)
    second = asyncio.create_task(house.device.poll(wait=30))
    assert await first == []
    house.downlink.close()
    assert await second == []
    assert house.downlink.held == 0


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (f"{COMMANDS}?after=-1", "BAD_POLL"),
        (f"{COMMANDS}?after=x", "BAD_POLL"),
        (f"{COMMANDS}?wait=9999", "BAD_POLL"),
    ],
)
async def test_polls_that_make_no_sense_are_refused(house: House, target: str, code: str) -> None:
    answer = await house.device.signed("GET", target)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"acks": 1}', b"{"])
async def test_acks_that_cannot_be_read_are_refused_whole(house: House, body: bytes) -> None:
    answer = await house.device.signed("POST", ACKS, body)
    assert answer.status_code == 422


async def test_bad_words_are_refused_one_by_one(house: House) -> None:
    command = await house.order(OFF)
    await house.device.poll()
    told = await house.device.ack(
        {"id": "x", "state": "executed"},
        {"id": 2**62, "state": "executed"},
        {"id": command, "state": "executed", "at": "soon"},
        {"id": command, "state": "executed"},
    )
    assert [one["code"] for one in told["rejected"]] == ["BAD_ACK", "BAD_ACK", "UNKNOWN_COMMAND"]
    assert told["accepted"] == [command]


async def test_a_spot_reading_in_a_frame_answers_the_command_that_waits_for_it(
    house: House,
) -> None:
    command = await house.order(READ)
    other = await house.order(READ, 1)
    first, second = await house.device.poll()
    now = datetime.now(UTC).isoformat()
    spot = {"network": 1, "channel": 1, "at": now, "counter": 4321}
    stale = {**spot, "channel": 2, "at": (datetime.now(UTC) - timedelta(hours=1)).isoformat()}
    foreign = {**spot, "channel": 2, "command": command}
    frame = house.device.frame(spot=[spot, stale, foreign])
    assert (await house.device.push(frame)).json()["accepted"] == [frame["sequence"]]
    assert await house.state(command) == "executed"
    assert (await house.row(command))["counter"] == 4321
    assert await house.state(other) == "leased"  # what was read before it was asked, is no answer
    assert (await house.device.executed(first))["duplicates"] == [command]
    named = house.device.frame(spot=[{**stale, "command": other}])
    await house.device.push(named)
    assert (await house.state(other), second["id"]) == ("executed", other)
