"""What households are told of events, when, and what they answer; nobody sees a neighbour's."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from sqlalchemy import text

from backend.graphql.schema import schema
from backend.graphql.transport.streams import StreamContext
from tenants.permissions import Permission
from tenants.session import Database
from tests.integration.alerts.house import NOW, ZONE, make_house
from tests.integration.demand_response.calls import (
    ANSWER,
    CANCEL,
    CHANGE,
    EVENTS,
    PARTICIPANTS,
    TONIGHT,
    Street,
)

RULES = "{ viewer { alertRules { id kind enabled isDefault } } }"
SAVE = """mutation S($input: SaveAlertRuleInput!) { saveAlertRule(input: $input) {
  rule { id enabled } errors { code field } } }"""
PREFER = """mutation P($input: SaveNotificationPreferencesInput!) {
  saveNotificationPreferences(input: $input) { errors { code field } } }"""
PROGRESS = "subscription P($id: ID!) { drEventProgress(id: $id) { state answers { participate } } }"


@pytest_asyncio.fixture
async def street(database: Database, redis_url: str) -> AsyncIterator[Street]:
    house = await make_house(database, redis_url)
    await house.go_round()
    await house.judge()
    yield Street(house)
    await house.events.close()


def codes(done: Any) -> list[tuple[str, str | None]]:
    return [(one["code"], one["field"]) for one in done["errors"]]


async def test_an_event_is_told_moved_and_called_off_once_each(street: Street) -> None:
    program = await street.program("told")
    said = [{"locale": "ro", "text": "Mulțumim!"}, {"locale": "ru", "text": "Спасибо!"}]
    event = await street.called(program, messages=said, level=2)
    await street.house.judge()
    await street.house.judge()
    (mine,) = await street.inbox(street.house.households[1], event["id"])
    assert (mine["own"], mine["severity"], mine["closedAt"]) == (True, "INFO", None)
    begin, end = TONIGHT.astimezone(ZONE), (TONIGHT + timedelta(hours=2)).astimezone(ZONE)
    for word in ("Flat 1", f"{begin:%d.%m}", f"{begin:%H:%M}", f"{end:%H:%M}", "2 h", "Mulțumim!"):
        assert word in mine["text"], word
    assert "boilerul" in mine["advice"]
    (other,) = await street.inbox(street.house.households[2], event["id"])
    assert "Спасибо!" in other["text"]
    assert "2 ч" in other["text"]
    letters = await street.letters()
    assert [(one[0], one[1], one[2]) for one in letters] == [("opened", "now", "email")] * 2
    later = {"event": event["id"], "startsAt": TONIGHT.isoformat(), "durationMinutes": 45}
    await street.ask(CHANGE, input=later)
    await street.house.judge()
    await street.house.judge()
    letters = await street.letters()
    assert [one[0] for one in letters[2:]] == ["changed", "changed"]
    assert "45 min" in letters[2][4]
    await street.ask(CANCEL, input={"event": event["id"], "note": "No need"})
    await street.house.judge()
    await street.house.judge()
    letters = await street.letters()
    assert [one[0] for one in letters[4:]] == ["cancelled", "cancelled"]
    assert letters[4][3].startswith("Anulat")
    (mine,) = await street.inbox(street.house.households[1], event["id"])
    assert mine["closedAt"] is not None
    assert mine["title"].startswith("Anulat")
    assert await street.inbox(street.house.operator, event["id"]) == []


async def test_the_alert_closes_when_the_event_ends_and_nobody_is_told(street: Street) -> None:
    event = await street.called(await street.program("ends"))
    await street.house.judge()
    told = await street.letters()
    for moment in (TONIGHT, TONIGHT + timedelta(hours=2)):
        await street.tick(moment)
        await street.house.judge(moment)
    (mine,) = await street.inbox(street.house.households[1], event["id"])
    assert mine["closedAt"] is not None
    assert await street.letters() == told


async def test_called_and_called_off_before_anybody_looked_is_told_to_nobody(
    street: Street,
) -> None:
    event = await street.called(await street.program("brief"))
    await street.ask(CANCEL, input={"event": event["id"]})
    await street.house.judge()
    assert await street.letters() == []
    assert await street.inbox(street.house.households[1], event["id"]) == []


async def test_whoever_switched_the_rule_off_is_not_told_and_may_still_take_part(
    street: Street,
) -> None:
    person = street.household(1)
    rules = (await street.ask(RULES, person))["alertRules"]
    (rule,) = [one for one in rules if one["kind"] == "DR_EVENT"]
    assert rule["isDefault"]
    off = {"id": rule["id"], "kind": "DR_EVENT", "enabled": False}
    assert (await street.ask(SAVE, person, input=off))["errors"] == []
    event = await street.called(await street.program("off"))
    await street.house.judge()
    assert await street.inbox(person, event["id"]) == []
    assert len(await street.letters()) == 1
    done = await street.ask(ANSWER, person, id=event["id"], part=True)
    assert done["errors"] == []


async def test_staff_who_ask_for_it_are_told_of_each_target(street: Street) -> None:
    operator = street.house.operator
    rules = (await street.ask(RULES, operator))["alertRules"]
    assert "DR_EVENT" not in {one["kind"] for one in rules}
    made = await street.ask(SAVE, operator, input={"kind": "DR_EVENT", "site": await street.site()})
    assert made["errors"] == []
    event = await street.called(await street.program("staff"))
    await street.house.judge()
    (told,) = await street.inbox(operator, event["id"])
    assert (told["own"], told["site"]["path"]) == (False, "Region/City/House 1")
    assert "Evening peak" in told["text"]


async def quiet_until_later(street: Street) -> None:
    """The household of flat 1 is not to be woken for another five hours."""
    local = NOW.astimezone(ZoneInfo("UTC"))
    quiet = {
        "zone": "UTC",
        "locale": "ro",
        "quietFrom": f"{local - timedelta(hours=1):%H:%M}",
        "quietUntil": f"{local + timedelta(hours=5):%H:%M}",
        "kinds": [],
    }
    saved = await street.ask(PREFER, street.household(1), input=quiet)
    assert saved["errors"] == []


@pytest.mark.parametrize(("begins_in_h", "manner"), [(1, "now"), (9, "held")])
async def test_quiet_hours_hold_what_begins_after_them(
    street: Street, begins_in_h: int, manner: str
) -> None:
    await quiet_until_later(street)
    begin = NOW + timedelta(hours=begins_in_h)
    await street.called(await street.program("quiet"), startsAt=begin.isoformat())
    await street.house.judge()
    manners = {one[4].split(":")[0]: one[1] for one in await street.letters()}
    assert manners == {"Flat 1": manner, "Flat 2": "now"}


async def test_what_was_called_off_overnight_wakes_and_bothers_nobody(street: Street) -> None:
    await quiet_until_later(street)
    begin = (NOW + timedelta(hours=9)).isoformat()
    event = await street.called(await street.program("night"), startsAt=begin)
    await street.house.judge()
    later = {"event": event["id"], "startsAt": begin, "durationMinutes": 45}
    await street.ask(CHANGE, input=later)
    await street.house.judge()
    told = [(one[4].split(":")[0], one[0], one[1]) for one in await street.letters()]
    awake = [("Flat 2", "opened", "now"), ("Flat 2", "changed", "now")]
    assert sorted(told) == sorted([*awake, ("Flat 1", "changed", "held")])
    await street.ask(CANCEL, input={"event": event["id"]})
    await street.house.judge()
    told = [(one[4].split(":")[0], one[0], one[1]) for one in await street.letters()]
    assert sorted(told) == sorted([*awake, ("Flat 2", "cancelled", "now")])


async def test_a_digest_that_would_come_too_late_does_not_wait(street: Street) -> None:
    digest = {"kind": "DR_EVENT", "push": "DIGEST", "email": "DIGEST", "sms": "OFF"}
    wish = {"zone": "UTC", "locale": "ro", "kinds": [digest]}
    assert (await street.ask(PREFER, street.household(1), input=wish))["errors"] == []
    program = await street.program("digest")
    soon, later = NOW + timedelta(minutes=30), NOW + timedelta(days=3)
    for begin in (soon, later):
        await street.called(program, startsAt=begin.isoformat(), durationMinutes=20)
    await street.house.judge()
    mine = [one[1] for one in await street.letters() if one[4].startswith("Flat 1")]
    held = NOW.astimezone(ZoneInfo("UTC")) + timedelta(minutes=30)
    digest_between = held.hour >= 8 > NOW.hour or (held.date() > NOW.date() and held.hour >= 8)
    assert sorted(mine) == (["digest", "digest"] if digest_between else ["digest", "now"])


async def test_households_answer_for_their_own_home_alone(street: Street) -> None:
    event = await street.called(await street.program("answers"))
    one, two = street.household(1), street.household(2)
    done = await street.ask(ANSWER, one, id=event["id"], part=True)
    assert [answer["participate"] for answer in done["event"]["answers"]] == [True]
    assert done["event"]["counts"] is None
    await street.ask(ANSWER, two, id=event["id"], part=True)
    await street.ask(ANSWER, two, id=event["id"], part=False)
    (mine,) = await street.events(two)
    assert [answer["participate"] for answer in mine["answers"]] == [False]
    assert mine["steps"] == []
    home = done["event"]["answers"][0]["home"]
    stolen = await street.ask(ANSWER, two, id=event["id"], part=True, home=home)
    assert codes(stolen) == [("NOT_FOUND", "home")]
    (seen,) = await street.events()
    assert seen["counts"] == {"asked": 2, "takingPart": 1, "declined": 1, "silent": 0}
    assert seen["answers"] == []
    refused = await street.result(ANSWER, id=event["id"], part=True)
    assert refused.errors[0].original_error.code == "FORBIDDEN"


async def test_the_list_of_homes_is_for_those_who_may_see_residents(street: Street) -> None:
    event = await street.called(await street.program("list"))
    await street.ask(ANSWER, street.household(2), id=event["id"], part=True)
    found = await street.ask(PARTICIPANTS, id=event["id"])
    rows = [edge["node"] for edge in found["drEvent"]["participants"]["edges"]]
    assert [(one["name"], one["participate"]) for one in rows] == [
        ("Flat 1", None),
        ("Flat 2", True),
    ]
    part = await street.ask(PARTICIPANTS, id=event["id"], part=True)
    assert len(part["drEvent"]["participants"]["edges"]) == 1
    operator = street.house.operator
    blind = replace(operator, permissions=operator.permissions - {Permission.RESIDENTS_READ})
    for scope in (blind, street.household(1)):
        refused = await street.result(PARTICIPANTS, scope, id=event["id"])
        assert refused.errors[0].original_error.code == "FORBIDDEN"


async def test_another_time_is_answered_anew(street: Street) -> None:
    event = await street.called(await street.program("anew"))
    one = street.household(1)
    await street.ask(ANSWER, one, id=event["id"], part=True)
    moved = {"event": event["id"], "startsAt": TONIGHT.isoformat(), "durationMinutes": 60}
    await street.ask(CHANGE, input=moved)
    (mine,) = await street.events(one)
    assert [answer["participate"] for answer in mine["answers"]] == [None]
    (seen,) = await street.events()
    assert seen["counts"]["silent"] == 2


async def test_a_delegate_looks_on_and_what_is_over_is_not_answered(street: Street) -> None:
    event = await street.called(await street.program("over"))
    one = street.household(1)
    async with street.house.database.session(one) as session:
        homes = session.scope.homes
        person = {"t": one.tenant_id, "u": one.household}
        role = "UPDATE home_member SET role = :r WHERE tenant_id = :t AND user_id = :u"
        await session.execute(text(role), person | {"r": "resident-delegate"})
    assert homes
    done = await street.ask(ANSWER, one, id=event["id"], part=True)
    assert codes(done) == [("FORBIDDEN", None)]
    async with street.house.database.session(one) as session:
        await session.execute(text(role), person | {"r": "resident"})
    await street.ask(CANCEL, input={"event": event["id"]})
    done = await street.ask(ANSWER, one, id=event["id"], part=True)
    assert codes(done) == [("DR_EVENT_OVER", "id")]


async def test_whoever_moves_in_sees_no_answer_of_those_before_and_whoever_left_sees_nothing(
    street: Street,
) -> None:
    event = await street.called(await street.program("moves"))
    one = street.household(1)
    await street.ask(ANSWER, one, id=event["id"], part=True)
    move = "UPDATE home_member SET since = :s WHERE tenant_id = :t AND user_id = :u"
    person = {"t": one.tenant_id, "u": one.household}
    async with street.house.database.session(street.house.scope) as session:
        await session.execute(text(move), person | {"s": datetime.now(NOW.tzinfo)})
    await asyncio.sleep(0.01)
    (mine,) = await street.events(one)
    assert [answer["participate"] for answer in mine["answers"]] == [None]
    left = "UPDATE home_member SET until = :s WHERE tenant_id = :t AND user_id = :u"
    async with street.house.database.session(street.house.scope) as session:
        await session.execute(text(left), person | {"s": datetime.now(NOW.tzinfo)})
    gone = await street.result(EVENTS, one)
    assert gone.errors[0].original_error.code == "ACCESS_ENDED"


async def test_progress_is_heard_by_whoever_sees_the_event(street: Street) -> None:
    event = await street.called(await street.program("heard"))
    heard: dict[str, list[Any]] = {"operator": [], "flat 1": [], "flat 2": []}
    people = {
        "operator": street.house.operator,
        "flat 1": street.household(1),
        "flat 2": street.household(2),
    }

    async def listen(name: str) -> None:
        house = street.house
        async with StreamContext(house.database, people[name], house.events) as context:
            stream = await schema.subscribe(PROGRESS, {"id": event["id"]}, context_value=context)
            async for told in stream:  # type: ignore[union-attr]
                assert not told.errors, told.errors
                heard[name].append(told.data["drEventProgress"])

    tasks = [asyncio.create_task(listen(name)) for name in people]
    await asyncio.sleep(0.3)
    await street.ask(ANSWER, people["flat 1"], id=event["id"], part=True)
    for _ in range(500):
        if all(heard.values()):
            break
        await asyncio.sleep(0.02)
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert heard["flat 1"][0]["answers"] == [{"participate": True}]
    assert heard["flat 2"][0]["answers"] == [{"participate": None}]
    assert heard["operator"][0]["answers"] == []
