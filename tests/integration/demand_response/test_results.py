"""What came of an event by real hours, beside what was expected of its day."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from sqlalchemy import text

from backend.graphql.ids import decode
from domain.hours import hour_of, instant_of
from tenants.session import Database
from tests.integration.alerts.house import END, POWER, make_house
from tests.integration.demand_response.calls import Street

RESULT = """query R($id: ID!) { viewer { drEvent(id: $id) { state estimates {
  group { commodity } start unit used expected hours knownHours
  totalUsed totalExpected less } } } }"""
SAVED = {**POWER, 1: 100, 2: 100}
"""Of 700 Wh that both flats use in an hour, 500 are not used while they take part."""


@pytest_asyncio.fixture(scope="module")
async def street(database: Database, redis_url: str) -> AsyncIterator[Street]:
    house = await make_house(database, redis_url)
    await house.push(END - 1, {**SAVED, 201: 10, 202: 0})
    await house.judge()
    yield Street(house)
    await house.events.close()


async def over(street: Street, begin: datetime, hours: float, **asked: Any) -> str:
    """An event that is over, as if it had been called in time."""
    program = await street.program(f"over {begin} {hours} {asked}")
    event = await street.called(program, **asked)
    decoded = decode(event["id"])
    assert decoded is not None
    past = "UPDATE dr_event SET starts_at = :s, ends_at = :e, state = 'completed' WHERE id = :id"
    given = {"s": begin, "e": begin + timedelta(hours=hours), "id": decoded[1]}
    async with street.house.database.session(street.house.scope) as session:
        await session.execute(text(past), given)
    return str(event["id"])


async def estimates(street: Street, event: str) -> list[Any]:
    found = await street.ask(RESULT, id=event)
    rows: list[Any] = found["drEvent"]["estimates"]
    return rows


async def test_what_was_not_used_is_told_beside_what_was_expected(street: Street) -> None:
    event = await over(street, instant_of(END - 1), 1)
    (found,) = await estimates(street, event)
    assert (found["group"]["commodity"], found["unit"]) == ("ELECTRICITY", "kWh")
    assert (found["hours"], found["knownHours"]) == (1, 1)
    assert found["totalUsed"] == pytest.approx(0.2)
    # about midnight the first day of the past knows half an hour only
    assert found["totalExpected"] == pytest.approx(0.7, abs=0.1)
    assert found["less"] == pytest.approx(0.5, abs=0.1)
    assert len(found["used"]) == len(found["expected"])


async def test_an_event_that_touches_an_hour_counts_it_whole(street: Street) -> None:
    event = await over(street, instant_of(END - 3) + timedelta(minutes=30), 1)
    (found,) = await estimates(street, event)
    assert (found["hours"], found["knownHours"]) == (2, 2)
    assert found["totalUsed"] == pytest.approx(1.4)
    assert found["less"] == pytest.approx(0.0, abs=0.15)


async def test_what_is_unknown_is_no_zero(street: Street) -> None:
    event = await over(street, instant_of(END), 2)
    (found,) = await estimates(street, event)
    assert (found["hours"], found["knownHours"]) == (2, 0)
    assert [found[name] for name in ("totalUsed", "totalExpected", "less")] == [None] * 3
    first = END - hour_of(datetime.fromisoformat(found["start"]))
    assert np.isnan(found["used"][first : first + 2]).all()


async def test_an_event_of_everything_is_told_for_each_resource(street: Street) -> None:
    event = await over(street, instant_of(END - 1), 1, commodity=None)
    found = {one["group"]["commodity"]: one for one in await estimates(street, event)}
    assert set(found) == {"ELECTRICITY", "WATER_COLD"}
    assert found["WATER_COLD"]["totalUsed"] == pytest.approx(0.01)


async def test_a_household_and_what_has_not_begun_have_no_estimates(street: Street) -> None:
    event = await street.called(await street.program("coming"))
    assert await estimates(street, event["id"]) == []
    refused = await street.result(RESULT, street.household(1), id=event["id"])
    assert refused.errors[0].original_error.code == "FORBIDDEN"
