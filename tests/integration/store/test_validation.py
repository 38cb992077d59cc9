"""Validation in the store: flags for people, the same row each night, no value changed."""

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest_asyncio
from numpy.typing import NDArray
from sqlalchemy import text

from analytics.validation import DAY, HISTORY_DAYS
from backend.clients.events import Events
from backend.graphql.context import Context
from backend.graphql.schema import schema
from backend.services import upkeep
from backend.services.reading import profiles, validation
from backend.services.reading.profiles import Range
from backend.services.reading.validation import DAYS, Place
from backend.store.model import metered
from backend.store.validation import VALIDATE, FlagRow, list_flags
from domain.hours import Step, day_of, instant_of, midnight
from domain.identity import Scope, SiteId
from tenants.permissions import Permission
from tenants.session import Database
from tests.factories import MASTER_KEY, make_tenant, place
from tests.integration.store.pushing import Store

ZONE = ZoneInfo("Europe/Chisinau")
NOW = datetime.now(UTC)
END = midnight(NOW.astimezone(ZONE).date(), ZONE)
LOW = END - (HISTORY_DAYS + DAYS) * DAY
SIZE = END - LOW
EDGE = SIZE - DAYS * DAY
SOUND, SPIKE, ZERO, BACK, GONE = range(5)
QUERY = """query($id: ID!) { node(id: $id) { ... on MeteringPoint { validation(first: 5) {
  edges { node { rule from to evidence { name value } } } } } } }"""

DOUBTFUL = """query($under: ID, $rules: [ValidationRule!], $first: Int! = 50, $after: String) {
  viewer { doubtfulReadings(under: $under, rules: $rules, first: $first, after: $after) {
    edges { node { flag { id rule from reviewedAt reviewedBy note }
      point { id meter { serial } } } }
    pageInfo { hasNextPage endCursor } } } }"""
CONFIRM = """mutation($input: ConfirmReadingInput!) { confirmReading(input: $input) {
  flag { id reviewedAt reviewedBy note } errors { code field } } }"""
SITES = "{ viewer { sites { id } } }"
CORRECT = """mutation($input: CorrectReadingsInput!) { correctReadings(input: $input) {
  errors { code message } } }"""


def counters() -> NDArray[np.int64]:
    """Five homes, four of them with something wrong in the last week."""
    random = np.random.default_rng(11)
    shape = 300 + 200 * np.sin(np.arange(SIZE) * 2 * np.pi / DAY)
    steps = (shape + random.integers(0, 150, (5, SIZE))).astype(np.int64)
    steps[SPIKE, EDGE + 30] = 9000
    steps[ZERO, EDGE + 50 : EDGE + 110] = 0
    steps[BACK, EDGE + 70] = -400
    found: NDArray[np.int64] = steps.cumsum(axis=1)
    return found


@pytest_asyncio.fixture(scope="module")
async def store(database: Database) -> AsyncIterator[Store]:
    scope = await make_tenant(database, "validation")
    scope = Scope(scope.tenant_id, "test", frozenset(map(str, Permission)))
    removed = instant_of(END - 3).isoformat()
    values = counters()
    dial = (int(values[GONE, SIZE - 4]) * 1.2) / 1000
    rows = [
        {
            "meter_serial": f"M{channel}",
            "channel": str(channel),
            "concentrator": "JVAL",
            "premise": str(channel),
            "installed_at": instant_of(LOW - DAY).isoformat(),
            "initial_counter": "0",
            **({"removed_at": removed, "final_index": f"{dial:.3f}"} if channel == GONE else {}),
        }
        for channel in range(5)
    ]
    await place(database, scope, *rows)
    await upkeep.make_months(
        database, {day_of(LOW + 24 * at).replace(day=1) for at in range(-2, 40)}
    )
    store = Store(database, scope, "JVAL", NOW)
    for day in range(0, SIZE, DAY):
        frame = {
            "sequence": 1 + day,
            "hours": [
                store.frame(0, LOW + at, {c: int(values[c, at]) for c in range(5)})["hours"][0]
                for at in range(day, min(day + DAY, SIZE))
            ],
        }
        await store.push(frame)
    await store.fold()
    yield store


async def night(store: Store) -> None:
    async with store.database.session(store.scope) as session:
        following: Place | None = Place(0, 0)
        while following is not None:
            following = await validation.validate_next(session, following, NOW)


async def flagged(store: Store) -> dict[int, list[FlagRow]]:
    async with store.database.session(store.scope) as session:
        points = await metered.list_points(session, 0, 10)
        return {
            int(point.name.rpartition("M")[2]) if "M" in point.name else at: await list_flags(
                session, point.id, 0, 50
            )
            for at, point in enumerate(points)
        }


async def values_of(store: Store) -> list[list[int]]:
    async with store.database.session(store.scope) as session:
        points = await metered.list_points(session, 0, 10)
        found = await profiles.of_points(session, points, Range(LOW, END, Step.HOUR), NOW)
    return [[*one.values.tolist(), *one.codes.tolist()] for one in found]


async def test_each_wrong_is_flagged_where_it_is_and_changes_nothing(store: Store) -> None:
    before = await values_of(store)
    await night(store)
    found = await flagged(store)
    spans = {
        at: {(row.rule, row.began_at, row.ended_at) for row in rows} for at, rows in found.items()
    }
    assert spans[SOUND] == set()
    at = LOW + EDGE
    assert ("spike", instant_of(at + 30), instant_of(at + 31)) in spans[SPIKE]
    assert ("zero_run", instant_of(at + 50), instant_of(at + 110)) in spans[ZERO]
    assert ("backwards", instant_of(at + 70), instant_of(at + 71)) in spans[BACK]
    assert {rule for rule, *_ in spans[GONE]} >= {"pulse_loss"}
    assert await values_of(store) == before


async def test_another_night_keeps_what_still_holds_and_forgets_the_rest(store: Store) -> None:
    await night(store)
    first = await flagged(store)
    await night(store)
    assert await flagged(store) == first
    async with store.database.session(store.scope) as session:
        driver = await session.driver()
        stale = first[ZERO][0]
        await driver.execute(
            "UPDATE validation_finding SET rule = 'high' WHERE tenant_id = $1 AND id = $2",
            store.scope.tenant_id,
            stale.id,
        )
    await night(store)
    again = (await flagged(store))[ZERO]
    assert {(row.rule, row.began_at) for row in again} == {
        (row.rule, row.began_at) for row in first[ZERO]
    }


async def test_a_round_is_answered_and_the_flags_are_served(store: Store, redis_url: str) -> None:
    await validation.announce(store.database, NOW)
    more = True
    while more:
        async with store.database.session(store.scope) as session:
            more = await validation.go_on(session, NOW)
    async with store.database.session(store.scope) as session:
        driver = await session.driver()
        bells = "SELECT count(*) FROM work_bell WHERE tenant_id = $1 AND kind = $2"
        assert await driver.fetchval(bells, store.scope.tenant_id, VALIDATE) == 0
        point = (await metered.list_points(session, 0, 10))[SPIKE].id
    events = Events(redis_url)
    name = base64.b64encode(f"MeteringPoint:{point}".encode()).decode()
    async with Context(store.database, store.scope, events, MASTER_KEY) as context:
        result = await schema.execute(QUERY, {"id": name}, context_value=context)
    await events.close()
    assert result.errors is None
    assert result.data is not None
    nodes = [edge["node"] for edge in result.data["node"]["validation"]["edges"]]
    assert "SPIKE" in {node["rule"] for node in nodes}
    (spike,) = [node for node in nodes if node["rule"] == "SPIKE"]
    assert {"name": "value", "value": 9000.0} in spike["evidence"]


@dataclass
class Asking:
    """Somebody who asks the schema what is doubtful."""

    store: Store
    events: Events

    async def ask(self, document: str, scope: Scope | None = None, **variables: object) -> Any:
        asking = Context(self.store.database, scope or self.store.scope, self.events, MASTER_KEY)
        async with asking as context:
            result = await schema.execute(document, variables, context_value=context)
        assert result.errors is None, result.errors
        return result.data

    async def listed(self, **asked: object) -> list[dict[str, Any]]:
        told = (await self.ask(DOUBTFUL, **asked))["viewer"]["doubtfulReadings"]
        return [edge["node"] for edge in told["edges"]]

    async def confirm(self, flag: str, scope: Scope | None = None, note: str | None = None) -> Any:
        answer = await self.ask(CONFIRM, scope, input={"flag": flag, "note": note})
        return answer["confirmReading"]


@pytest_asyncio.fixture
async def asking(store: Store, redis_url: str) -> AsyncIterator[Asking]:
    await night(store)
    events = Events(redis_url)
    yield Asking(store, events)
    await events.close()


async def test_what_is_odd_and_right_is_settled_until_it_grows(asking: Asking) -> None:
    store = asking.store
    (zeros,) = await asking.listed(rules=["ZERO_RUN"])
    hidden = replace(store.scope, sites=frozenset({SiteId(10**9)}))
    refused = await asking.confirm(zeros["flag"]["id"], hidden)
    assert refused == {"flag": None, "errors": [{"code": "NOT_FOUND", "field": None}]}
    other = base64.b64encode(b"Alert:1").decode()
    assert (await asking.confirm(other))["errors"][0]["field"] == "flag"
    long = await asking.confirm(zeros["flag"]["id"], note="x" * 2001)
    assert long["errors"][0]["field"] == "note"
    assert await asking.listed(rules=["ZERO_RUN"]) == [zeros]

    told = await asking.confirm(zeros["flag"]["id"], note=" the flat stood empty ")
    assert told["errors"] == []
    assert told["flag"]["note"] == "the flat stood empty"
    assert told["flag"]["reviewedAt"] is not None
    assert await asking.listed(rules=["ZERO_RUN"]) == []
    await night(store)
    assert await asking.listed(rules=["ZERO_RUN"]) == [], "the same flag the next night"
    async with store.database.session(store.scope) as session:
        await session.execute(
            text(
                "UPDATE validation_finding SET ended_at = ended_at - interval '2 hours'"
                " WHERE tenant_id = :t AND rule = 'zero_run'"
            ),
            {"t": store.scope.tenant_id},
        )
        said = await session.scalar(
            text(
                "SELECT detail ->> 'note' FROM audit_log"
                " WHERE tenant_id = :t AND action = 'readings.confirm'"
            ),
            {"t": store.scope.tenant_id},
        )
    assert said == "the flat stood empty"
    await night(store)
    (grown,) = await asking.listed(rules=["ZERO_RUN"])
    assert grown["flag"]["id"] == zeros["flag"]["id"]
    assert grown["flag"]["reviewedAt"] is grown["flag"]["note"] is None


async def test_all_that_is_doubtful_is_listed_until_somebody_corrects_it(asking: Asking) -> None:
    ask, listed, store = asking.ask, asking.listed, asking.store
    everything = await listed()
    assert {"SPIKE", "ZERO_RUN", "BACKWARDS"} <= {one["flag"]["rule"] for one in everything}
    first = (await ask(DOUBTFUL, first=1))["viewer"]["doubtfulReadings"]
    assert first["pageInfo"]["hasNextPage"]
    assert await listed(after=first["pageInfo"]["endCursor"]) == everything[1:]
    site = (await ask(SITES))["viewer"]["sites"][0]["id"]
    assert await listed(under=site) == everything
    (spike,) = await listed(rules=["SPIKE"])
    change = {"hour": spike["flag"]["from"], "void": True}
    asked = {"point": spike["point"]["id"], "changes": [change], "reason": "a jump of the dial"}
    done = await ask(CORRECT, input=asked | {"idempotencyKey": "doubt"})
    assert done["correctReadings"]["errors"] == []
    assert await listed(rules=["SPIKE"]) == [], "what was corrected is settled"
    assert await listed() == [one for one in everything if one != spike]
    hidden = replace(store.scope, sites=frozenset({SiteId(10**9)}))
    assert (await ask(DOUBTFUL, hidden))["viewer"]["doubtfulReadings"]["edges"] == []
