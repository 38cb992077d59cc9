"""The month that is heading above a limit: a household's first, partial month is nobody's month."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest_asyncio

from domain.hours import hour_of, midnight
from domain.identity import Scope
from tenants.session import Database
from tests.integration.alerts.house import NOW, ZONE, House, make_house

POINTS = "{ viewer { meteringPoints { edges { node { id commodity role } } } } }"
SAVE = """mutation R($id: ID!, $limit: Float!) { saveAlertRule(input: {kind: MONTH_FORECAST,
  owner: $id, limit: $limit}) { errors { code } } }"""
ALERTS = """{ viewer { alerts(onlyOpen: true, kinds: [MONTH_FORECAST]) {
  edges { node { value limit } } } } }"""
MOVED_IN = NOW - timedelta(days=8)


@pytest_asyncio.fixture(scope="module")
async def house(database: Database, redis_url: str) -> AsyncIterator[House]:
    made = await make_house(database, redis_url)
    yield made
    await made.events.close()


async def watched(house: House, scope: Scope, limit: float) -> None:
    found = (await house.ask(POINTS, scope))["viewer"]["meteringPoints"]["edges"]
    mine = [one["node"] for one in found if one["node"]["role"] == "CONSUMER"]
    first = next(one["id"] for one in mine if one["commodity"] == "ELECTRICITY")
    done = await house.ask(SAVE, scope, id=first, limit=limit)
    assert done["saveAlertRule"]["errors"] == []


async def test_a_partial_first_month_is_not_foretold(house: House) -> None:
    await watched(house, house.households[1], 1.0)
    await watched(house, house.operator, 1.5)
    await house.go_round()
    await house.judge()
    first = midnight(NOW.astimezone(ZONE).date().replace(day=1), ZONE)
    whole = hour_of(MOVED_IN) < first
    mine = (await house.ask(ALERTS, house.households[1]))["viewer"]["alerts"]["edges"]
    assert len(mine) == (1 if whole else 0)
    # the network's own watch knows the hours that the meter has, and those are a lower bound
    (theirs,) = (await house.ask(ALERTS, house.operator))["viewer"]["alerts"]["edges"]
    assert theirs["node"]["value"] > theirs["node"]["limit"]
