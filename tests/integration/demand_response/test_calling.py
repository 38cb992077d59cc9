"""Calling events: programs, whom an event reaches, what is refused, other times, calling off."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from backend.graphql.ids import Kind, encode
from domain.identity import SiteId
from tenants.session import Database
from tests.integration.alerts.house import NOW, make_house
from tests.integration.demand_response.calls import (
    CALL,
    CANCEL,
    CHANGE,
    PROGRAM,
    TONIGHT,
    Street,
)


@pytest_asyncio.fixture(scope="module")
async def street(database: Database, redis_url: str) -> AsyncIterator[Street]:
    house = await make_house(database, redis_url)
    yield Street(house)
    await house.events.close()


def codes(done: Any) -> list[tuple[str, str | None]]:
    return [(one["code"], one["field"]) for one in done["errors"]]


async def test_a_program_is_made_once(street: Street) -> None:
    asked = {"name": "Peak hours", "idempotencyKey": "p", "description": "Evenings in winter"}
    made = await street.ask(PROGRAM, input=asked)
    assert await street.ask(PROGRAM, input=asked) == made
    other = await street.ask(PROGRAM, input=asked | {"idempotencyKey": "q"})
    assert codes(other) == [("DR_PROGRAM_EXISTS", "name")]
    bad = await street.ask(PROGRAM, input={"name": " ", "idempotencyKey": "r"})
    assert codes(bad) == [("INVALID", "name")]
    assert made["program"]["description"] == "Evenings in winter"


async def test_an_event_is_called_once_and_reaches_the_homes_below(street: Street) -> None:
    program = await street.program("once")
    asked = {
        "program": program,
        "name": "Evening peak",
        "targets": [await street.site("Region")],
        "startsAt": TONIGHT.isoformat(),
        "durationMinutes": 90,
        "level": 2,
        "messages": [{"locale": "en", "text": "Thank you."}],
        "idempotencyKey": "the same",
    }
    first = (await street.ask(CALL, input=asked))["event"]
    again = (await street.ask(CALL, input=asked))["event"]
    assert first["id"] == again["id"]
    assert (first["state"], first["revision"], first["level"]) == ("SCHEDULED", 1, 2)
    assert first["endsAt"] == (TONIGHT + timedelta(minutes=90)).isoformat()
    assert first["counts"] == {"asked": 2, "takingPart": 0, "declined": 0, "silent": 2}
    assert [one["path"] for one in first["sites"]] == ["Region"]
    assert [(one["before"], one["after"]) for one in first["steps"]] == [(None, "SCHEDULED")]
    assert first["steps"][0]["person"].startswith("operator")
    other = await street.ask(CALL, input=asked | {"level": 3})
    assert codes(other) == [("IDEMPOTENCY_CONFLICT", "idempotencyKey")]


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({"startsAt": (NOW - timedelta(hours=1)).isoformat()}, "DR_EVENT_PAST", "startsAt"),
        ({"startsAt": (NOW + timedelta(days=91)).isoformat()}, "DR_EVENT_FAR", "startsAt"),
        ({"durationMinutes": 0}, "DR_EVENT_LENGTH", "durationMinutes"),
        ({"durationMinutes": -60}, "DR_EVENT_LENGTH", "durationMinutes"),
        ({"durationMinutes": 1441}, "DR_EVENT_LENGTH", "durationMinutes"),
        ({"durationMinutes": 2**31 - 1}, "DR_EVENT_LENGTH", "durationMinutes"),
        ({"level": 0}, "DR_EVENT_LEVEL", "level"),
        ({"name": ""}, "INVALID", "name"),
        ({"priority": 11}, "INVALID", "priority"),
        ({"messages": [{"locale": "de", "text": "Bitte"}]}, "INVALID", "messages"),
        ({"targets": []}, "INVALID", "targets"),
        ({"targets": [encode(Kind.SITE, 10**9)]}, "NOT_FOUND", "targets"),
        ({"targets": ["nonsense"]}, "NOT_FOUND", "targets"),
        ({"program": encode(Kind.DR_PROGRAM, 10**9)}, "NOT_FOUND", "program"),
        ({"commodity": "HEAT"}, "DR_NOBODY", "targets"),
    ],
)
async def test_what_cannot_be_is_refused_by_its_field(
    street: Street, asked: dict[str, Any], code: str, field: str
) -> None:
    program = (await street.ask(PROGRAM, input={"name": "bad", "idempotencyKey": "bad"}))["program"]
    before = len(await street.events())
    done = await street.call(program["id"], **asked)
    assert done["event"] is None
    assert codes(done) == [(code, field)]
    assert len(await street.events()) == before


async def test_no_home_is_asked_twice_at_once_by_one_program(street: Street) -> None:
    program, begin = await street.program("overlap"), TONIGHT + timedelta(days=1)
    await street.called(program, startsAt=begin.isoformat(), targets=[await street.site("Region")])
    within = (begin + timedelta(minutes=119)).isoformat()
    done = await street.call(program, startsAt=within)
    assert codes(done) == [("DR_OVERLAP", "startsAt")]
    after = await street.called(program, startsAt=(begin + timedelta(minutes=120)).isoformat())
    other = await street.program("beside")
    assert await street.called(other, startsAt=begin.isoformat())
    # neither can it be moved there, and what was called off is in nobody's way
    moved = {"event": after["id"], "startsAt": within, "durationMinutes": 60}
    assert codes(await street.ask(CHANGE, input=moved)) == [("DR_OVERLAP", "startsAt")]
    await street.ask(CANCEL, input={"event": after["id"]})
    assert await street.called(program, startsAt=(begin + timedelta(minutes=130)).isoformat())


async def test_another_time_is_another_revision_until_it_begins(street: Street) -> None:
    program, begin = await street.program("moved"), TONIGHT + timedelta(days=2)
    event = await street.called(program, startsAt=begin.isoformat())
    same = {"event": event["id"], "startsAt": begin.isoformat(), "durationMinutes": 120}
    assert (await street.ask(CHANGE, input=same))["event"]["revision"] == 1
    moved = (await street.ask(CHANGE, input=same | {"durationMinutes": 60}))["event"]
    assert (moved["revision"], moved["durationMinutes"]) == (2, 60)
    assert [one["revision"] for one in moved["steps"]] == [1, 2]
    past = same | {"startsAt": (NOW - timedelta(hours=1)).isoformat()}
    assert codes(await street.ask(CHANGE, input=past)) == [("DR_EVENT_PAST", "startsAt")]
    await street.tick(begin)
    assert codes(await street.ask(CHANGE, input=same)) == [("DR_EVENT_STATE", "id")]


async def test_an_event_begins_and_ends_once_however_often_it_is_looked(street: Street) -> None:
    program, begin = await street.program("clock"), TONIGHT + timedelta(days=3)
    event = await street.called(program, startsAt=begin.isoformat())

    async def state() -> str:
        found = await street.events()
        return next(str(one["state"]) for one in found if one["id"] == event["id"])

    await street.tick(begin - timedelta(microseconds=1))
    assert await state() == "SCHEDULED"
    await street.tick(begin)
    await street.tick(begin)
    assert await state() == "ACTIVE"
    await street.tick(begin + timedelta(hours=2))
    await street.tick(begin + timedelta(hours=3))
    (found,) = [one for one in await street.events() if one["id"] == event["id"]]
    assert [one["after"] for one in found["steps"]] == ["SCHEDULED", "ACTIVE", "COMPLETED"]
    done = await street.ask(CANCEL, input={"event": event["id"]})
    assert codes(done) == [("DR_EVENT_STATE", "id")]


async def test_an_event_that_nobody_looked_at_goes_through_all_its_states(street: Street) -> None:
    program, begin = await street.program("late"), TONIGHT + timedelta(days=4)
    event = await street.called(program, startsAt=begin.isoformat())
    await street.tick(begin + timedelta(days=1))
    (found,) = [one for one in await street.events() if one["id"] == event["id"]]
    assert [one["after"] for one in found["steps"]] == ["SCHEDULED", "ACTIVE", "COMPLETED"]


async def test_who_may_not_call_or_sees_another_place_changes_nothing(street: Street) -> None:
    program, begin = await street.program("rights"), TONIGHT + timedelta(days=5)
    event = await street.called(
        program, startsAt=begin.isoformat(), targets=[await street.site("Region")]
    )
    resident = street.household(1)
    asked = {"event": event["id"]}
    refused = await street.result(CANCEL, resident, input=asked)
    assert refused.errors
    assert refused.errors[0].original_error.code == "FORBIDDEN"
    # whoever runs the house sees what reaches it, and cannot call off what the region was asked
    house = await street.site()
    number = await street.house.rows("SELECT id FROM site WHERE tenant_id = :t AND kind = 'house'")
    local = replace(street.house.operator, sites=frozenset({SiteId(number[0][0])}))
    assert event["id"] in {one["id"] for one in await street.events(local)}
    done = await street.ask(CANCEL, local, input=asked)
    assert codes(done) == [("NOT_FOUND", "targets")]
    elsewhere = replace(street.house.operator, sites=frozenset({SiteId(10**9)}))
    assert await street.events(elsewhere) == []
    done = await street.ask(CANCEL, elsewhere, input=asked)
    assert codes(done) == [("NOT_FOUND", "id")]
    assert await street.events(under=house)
    mine = [one for one in await street.events() if one["id"] == event["id"]]
    assert mine[0]["state"] == "SCHEDULED"
