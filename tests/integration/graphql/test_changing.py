"""Changing the metering model over GraphQL: what is done, and what is refused whole."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from graphql import ExecutionResult
from sqlalchemy import text

from backend.clients.events import Events
from backend.graphql.context import Context
from backend.graphql.schema import schema
from backend.store.hours import facts, tiers
from backend.store.hours.facts import Readings
from backend.tasks import metering
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.hours import hour_of, instant_of
from domain.identity import Scope
from tenants.permissions import Permission
from tenants.session import Database
from tests.factories import MASTER_KEY, make_tenant, metering_file

NOW = hour_of(datetime.now(UTC))
LOW = NOW - 10
ALL = frozenset(str(permission) for permission in Permission)


def stamp(hour: int) -> str:
    return instant_of(hour).isoformat()


class Desk:
    """Somebody who asks the schema."""

    def __init__(self, database: Database, events: Events, scope: Scope) -> None:
        self.database, self.events, self.scope = database, events, scope

    async def result(self, document: str, **values: Any) -> ExecutionResult:
        async with Context(self.database, self.scope, self.events, MASTER_KEY) as context:
            return await schema.execute(document, values, context_value=context)  # type: ignore[return-value]

    async def ask(self, document: str, **values: Any) -> Any:
        result = await self.result(document, **values)
        assert result.errors is None, result.errors
        assert result.data is not None
        (answer,) = result.data.values()
        return answer


@pytest_asyncio.fixture(scope="module")
async def events(redis_url: str) -> AsyncIterator[Events]:
    opened = Events(redis_url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def desk(database: Database, events: Events) -> Desk:
    made = await make_tenant(database, f"desk {datetime.now(UTC).timestamp()}")
    return Desk(database, events, Scope(made.tenant_id, "desk", ALL))


IMPORT = """mutation ($input: ImportMeteringInput!) { importMetering(input: $input) {
  rows created updated devices { serial secret } errors { code field message } } }"""
SITE = """mutation ($input: CreateSiteInput!) { createSite(input: $input) {
  site { id path kind } errors { code field message } } }"""
CHANGE_SITE = """mutation ($input: ChangeSiteInput!) { changeSite(input: $input) {
  site { id name path latitude longitude } errors { code field message } } }"""
PLACE = """mutation ($input: PlaceMeterInput!) { placeMeter(input: $input) {
  point { id name site { path } premise { name } meter { serial } } devices { serial secret }
  errors { code field message } } }"""
REPLACE = """mutation ($input: ReplaceMeterInput!) { replaceMeter(input: $input) {
  point { id installations { meter { serial } removedAt finalIndex pulseConstant } }
  errors { code field message } } }"""
REMOVE = """mutation ($input: RemoveMeterInput!) { removeMeter(input: $input) {
  point { id } errors { code field message } } }"""
PREMISE = """mutation ($input: SavePremiseInput!) { savePremise(input: $input) {
  premise { id areaM2 persons normKwhMonth } errors { code field message } } }"""
HEATING = """mutation ($input: SavePremiseInput!) { savePremise(input: $input) {
  premise { areaM2 heating radiators { riser count } } errors { code field message } } }"""
MOVE_IN = """mutation ($input: MoveInInput!) { moveIn(input: $input) {
  resident { id name movedOutAt } errors { code field message } } }"""
MOVE_OUT = """mutation ($input: MoveOutInput!) { moveOut(input: $input) {
  resident { id movedOutAt } errors { code field message } } }"""
DRAW = """mutation ($input: DrawGroupInput!) { drawGroup(input: $input) {
  group { id name members { id } } errors { code field message } } }"""


async def house(desk: Desk) -> str:
    top = await desk.ask(SITE, input={"kind": "CITY", "name": "Town"})
    made = await desk.ask(
        SITE, input={"kind": "HOUSE", "name": "House", "parent": top["site"]["id"]}
    )
    assert made["site"]["path"] == "Town/House"
    return str(made["site"]["id"])


async def placed(desk: Desk, site: str, number: int = 1, **more: Any) -> dict[str, Any]:
    serial = f"P{desk.scope.tenant_id}-{number}"
    given = {
        "site": site,
        "premise": "12",
        "commodity": "ELECTRICITY",
        "role": "CONSUMER",
        "meterSerial": serial,
        "installedAt": stamp(LOW),
        "initialIndex": "5",
        "pulseConstant": "1000",
        "concentrator": f"JD{desk.scope.tenant_id}",
        "network": 1,
        "channel": number,
        **more,
    }
    answer: dict[str, Any] = await desk.ask(PLACE, input=given)
    return answer


async def test_a_site_is_named_anew_with_all_below_it(desk: Desk) -> None:
    site = await house(desk)
    entrance = await desk.ask(SITE, input={"kind": "ENTRANCE", "name": "1", "parent": site})
    await placed(desk, site)
    given = {"site": site, "name": "Mill 2", "latitude": 47.02, "longitude": 28.83}
    told = (await desk.ask(CHANGE_SITE, input=given))["site"]
    assert told == {**told, "path": "Town/Mill 2", "latitude": 47.02, "longitude": 28.83}
    found = await desk.ask(
        """query ($path: String!) { viewer { site(path: $path) {
          parent { balanceGroups { name } } } } }""",
        path="Town/Mill 2/1",
    )
    names = [one["name"] for one in found["site"]["parent"]["balanceGroups"]]
    assert names == ["Mill 2"], "its balance is called as it is"
    assert (await desk.ask(CHANGE_SITE, input={**given, "latitude": None, "longitude": None}))[
        "site"
    ]["latitude"] is None
    for wrong, code, field in (
        ({"name": "a/b"}, "INVALID", "name"),
        ({"latitude": None}, "INVALID", "latitude"),
        ({"latitude": 91}, "INVALID", "latitude"),
        ({"longitude": 200}, "INVALID", "longitude"),
        ({"site": "nonsense"}, "NOT_FOUND", "site"),
    ):
        (error,) = (await desk.ask(CHANGE_SITE, input={**given, **wrong}))["errors"]
        assert (error["code"], error["field"]) == (code, field)
    await desk.ask(SITE, input={"kind": "ENTRANCE", "name": "2", "parent": site})
    again = {"site": entrance["site"]["id"], "name": "2"}
    (error,) = (await desk.ask(CHANGE_SITE, input=again))["errors"]
    assert (error["code"], error["field"]) == ("SITE_EXISTS", "name")


async def test_an_import_is_done_once_for_one_key(desk: Desk) -> None:
    serial = f"JI{desk.scope.tenant_id}"
    given = {"file": metering_file({"concentrator": serial}), "idempotencyKey": "one"}
    first = await desk.ask(IMPORT, input=given)
    assert first["created"] == 1
    assert first["devices"][0]["serial"] == serial
    assert await desk.ask(IMPORT, input=given) == first
    other = {**given, "file": metering_file({"concentrator": serial, "channel": "7"})}
    refused = await desk.ask(IMPORT, input=other)
    assert refused["errors"][0]["code"] == "IDEMPOTENCY_CONFLICT"


async def test_bad_rows_come_back_as_typed_errors_and_leave_nothing(desk: Desk) -> None:
    rows = metering_file({"concentrator": "JB"}, {"channel": "x", "meter_serial": "M2"})
    answer = await desk.ask(IMPORT, input={"file": rows, "idempotencyKey": "bad"})
    assert [error["field"] for error in answer["errors"]] == ["line 3.channel"]
    assert answer["rows"] is None
    async with desk.database.session(desk.scope) as session:
        count = await session.scalar(
            text("SELECT count(*) FROM site WHERE tenant_id = :t"), {"t": desk.scope.tenant_id}
        )
    assert count == 0


async def test_sites_go_from_large_to_small_and_are_known_by_name(desk: Desk) -> None:
    site = await house(desk)
    twice = await desk.ask(SITE, input={"kind": "CITY", "name": "Town"})
    assert twice["errors"][0]["code"] == "SITE_EXISTS"
    upward = await desk.ask(SITE, input={"kind": "CITY", "name": "X", "parent": site})
    assert upward["errors"][0]["field"] == "kind"
    absent = await desk.ask(SITE, input={"kind": "HOUSE", "name": "X", "parent": "U2l0ZTo5OTk="})
    assert absent["errors"][0]["code"] == "NOT_FOUND"


async def test_a_meter_is_placed_replaced_and_removed_at_one_point(desk: Desk) -> None:
    site = await house(desk)
    answer = await placed(desk, site)
    assert answer["errors"] == []
    assert answer["devices"][0]["secret"]
    point = answer["point"]
    assert (point["site"]["path"], point["premise"]["name"]) == ("Town/House", "12")
    swapped = await desk.ask(
        REPLACE,
        input={
            "point": point["id"],
            "meterSerial": "NEW",
            "installedAt": stamp(LOW + 3),
            "initialIndex": "0",
            "finalIndex": "9.5",
        },
    )
    assert swapped["errors"] == []
    assert swapped["point"]["id"] == point["id"]
    old, new = swapped["point"]["installations"]
    assert (old["finalIndex"], new["meter"]["serial"]) == (9.5, "NEW")
    assert new["pulseConstant"] == "1000"
    early = {"point": point["id"], "removedAt": stamp(LOW)}
    assert (await desk.ask(REMOVE, input=early))["errors"][0]["field"] == "removedAt"
    gone = await desk.ask(REMOVE, input={"point": point["id"], "removedAt": stamp(NOW - 1)})
    assert gone["errors"] == []
    again = await desk.ask(REMOVE, input={"point": point["id"], "removedAt": stamp(NOW - 1)})
    assert again["errors"][0]["code"] == "NO_METER"


async def test_a_replacement_that_is_refused_leaves_the_old_meter_standing(desk: Desk) -> None:
    site = await house(desk)
    point = (await placed(desk, site))["point"]
    refused = await desk.ask(
        REPLACE,
        input={
            "point": point["id"],
            "meterSerial": "BAD",
            "installedAt": stamp(LOW + 3),
            "initialIndex": "0",
            "pulseConstant": "0",
        },
    )
    assert [error["field"] for error in refused["errors"]] == ["line 2.pulse_constant"]
    swapped = await desk.ask(
        "query ($id: ID!) { node(id: $id) {"
        " ... on MeteringPoint { installations { removedAt } } } }",
        id=point["id"],
    )
    assert swapped == {"installations": [{"removedAt": None}]}


async def test_households_move_in_and_out_one_after_another(desk: Desk) -> None:
    site = await house(desk)
    flat = (
        await desk.ask(PREMISE, input={"site": site, "name": "3", "areaM2": "54.5", "persons": 2})
    )["premise"]
    assert (flat["areaM2"], flat["persons"]) == (54.5, 2)
    more = await desk.ask(PREMISE, input={"site": site, "name": "3", "normKwhMonth": "90"})
    assert more["premise"] == {**flat, "normKwhMonth": 90.0}
    pipes = [{"riser": "R1", "count": 2}, {"riser": "R2", "count": 1}]
    warm = await desk.ask(HEATING, input={"site": site, "name": "3", "radiators": pipes})
    assert warm["premise"] == {"heating": "HOUSE", "radiators": pipes, "areaM2": 54.5}
    own = await desk.ask(HEATING, input={"site": site, "name": "3", "heating": "OWN"})
    assert own["premise"] == {"heating": "OWN", "radiators": pipes, "areaM2": 54.5}
    twice = [*pipes, {"riser": "R1", "count": 1}]
    wrong = await desk.ask(HEATING, input={"site": site, "name": "3", "radiators": twice})
    assert wrong["errors"][0]["field"] == "radiators.riser"
    given = {"premise": flat["id"], "accountNumber": "A-1", "name": "Ionescu", "at": stamp(LOW)}
    first = (await desk.ask(MOVE_IN, input=given))["resident"]
    crowded = await desk.ask(MOVE_IN, input={**given, "name": "Popa", "at": stamp(LOW + 2)})
    assert crowded["errors"][0]["code"] == "PREMISE_OCCUPIED"
    out = {"resident": first["id"], "at": stamp(LOW + 2)}
    assert (await desk.ask(MOVE_OUT, input=out))["errors"] == []
    assert (await desk.ask(MOVE_OUT, input=out))["errors"][0]["code"] == "MOVED_OUT"
    after = await desk.ask(MOVE_IN, input={**given, "name": "Popa", "at": stamp(LOW + 2)})
    assert after["errors"] == []
    lived = await desk.ask(
        "query ($id: ID!) { node(id: $id) { ... on Premise { residents { name movedOutAt } } } }",
        id=flat["id"],
    )
    assert [one["name"] for one in lived["residents"]] == ["Popa", "Ionescu"]


async def test_a_drawn_group_gets_the_history_of_its_members(desk: Desk, events: Events) -> None:
    site = await house(desk)
    points = [(await placed(desk, site, number))["point"]["id"] for number in (1, 2)]
    async with desk.database.session(desk.scope) as session:
        series = await session.scalars(
            text("SELECT series_id FROM installation WHERE tenant_id = :t ORDER BY id"),
            {"t": desk.scope.tenant_id},
        )
        for at, one in enumerate(series):
            count = 4
            hours = LOW + np.arange(count)
            readings = Readings(
                np.full(count, one),
                hours,
                5000 + 100 * (at + 1) * np.arange(1, count + 1),
                np.zeros(count, np.uint8),
                np.zeros(count, np.int64),
            )
            await facts.write(session, readings, await tiers.load(session, datetime.now(UTC)))
    members = [{"point": point, "role": "CONSUMER"} for point in points]
    given = {"name": "Boilers", "commodity": "ELECTRICITY", "members": members}
    drawn = await desk.ask(DRAW, input=given)
    assert drawn["errors"] == []
    await metering.roll_up(Work(desk.database, SilentQueue(), events), desk.scope.tenant_id)
    profile = await desk.ask(
        "query ($id: ID!, $from: DateTime!, $to: DateTime!) { node(id: $id) { ... on Metered {"
        ' profile(from: $from, to: $to, step: "PT1H") { values } } } }',
        id=drawn["group"]["id"],
        **{"from": stamp(LOW), "to": stamp(LOW + 4)},
    )
    assert list(profile["profile"]["values"]) == [0.3] * 4
    twice = await desk.ask(DRAW, input={**given, "members": members[:1] * 2})
    assert twice["errors"][0]["field"] == "members"


@pytest.mark.parametrize("document", [SITE, PLACE, PREMISE, DRAW])
async def test_whoever_may_only_read_changes_nothing(desk: Desk, document: str) -> None:
    site = await house(desk)
    reader = Desk(
        desk.database,
        desk.events,
        Scope(desk.scope.tenant_id, "r", frozenset({Permission.METERING_READ})),
    )
    values = {
        SITE: {"kind": "CITY", "name": "Other"},
        PREMISE: {"site": site, "name": "9"},
        DRAW: {"name": "g", "commodity": "GAS", "members": []},
        PLACE: {
            "site": site,
            "commodity": "GAS",
            "role": "CONSUMER",
            "meterSerial": "s",
            "installedAt": stamp(LOW),
            "initialIndex": "0",
        },
    }
    result = await reader.result(document, input=values[document])
    assert result.errors is not None
    assert getattr(result.errors[0].original_error, "code", None) == "FORBIDDEN"
