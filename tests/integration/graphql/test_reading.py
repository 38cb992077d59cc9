"""Reading over GraphQL: the contract's documents, other tenants' ids, and parts of the tree."""

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import numpy as np
import pytest
import pytest_asyncio
from graphql import ExecutionResult

from backend.clients.events import Events
from backend.graphql.context import Context
from backend.graphql.schema import schema
from backend.services.gateway.devices import Devices
from backend.tasks import metering
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from bench.rig import statements
from domain.hours import hour_of, instant_of
from domain.identity import Scope, SiteId
from ingestion.app import application
from ingestion.gateway import Gateway
from tenants.permissions import Permission
from tenants.session import Database
from tests.factories import MASTER_KEY, PushingConcentrator, block, make_tenant, place

NOW = hour_of(datetime.now(UTC))
LOW = NOW - 26
ALL = frozenset(str(permission) for permission in Permission)

PROFILE = """query Profile($id: ID!, $from: DateTime!, $to: DateTime!, $step: Duration!) {
  node(id: $id) { ... on Metered { name commodity
    profile(from: $from, to: $to, step: $step, quantity: CONSUMPTION) {
      start step timezone unit values quality coverage } } } }"""
IMBALANCE = """query Imbalance($id: ID!, $from: DateTime!, $to: DateTime!) { node(id: $id) {
  ... on BalanceGroup { imbalance(from: $from, to: $to, step: "PT1H") {
    start unit supplied delivered imbalance coverage } } } }"""
POINTS = """query Points($after: String) { viewer { tenant { id name }
  meteringPoints(first: 100, after: $after) { edges { node { id name commodity role
    meter { serial } site { id name path } } } pageInfo { hasNextPage endCursor } } } }"""
SITE = """query Groups($path: String!) { viewer { site(path: $path) { id name kind
  children { id name } balanceGroups { id name commodity } } } }"""
REST = """query Rest($id: ID!, $from: DateTime!, $to: DateTime!) { node(id: $id) { __typename id
  ... on Metered { monthToDate { soFar forecast { p10 p50 p90 } average unit }
    deliveries(from: $from, to: $to) {
      expected onTime late backfilled manual missing percent } }
  ... on MeteringPoint { readingAt(at: $to) { value unit meterSerial } } } }"""


def stamp(hour: int) -> str:
    return instant_of(hour).isoformat()


RANGE = {"from": stamp(LOW), "to": stamp(NOW)}


class Town:
    """A small town, told to the store through the gateway."""

    def __init__(self, database: Database, events: Events, mine: Scope, other: Scope) -> None:
        self.database, self.events, self.mine, self.other = database, events, mine, other
        self.steps = np.random.default_rng(3).integers(0, 900, size=(4, 26))

    async def ask(self, document: str, scope: Scope | None = None, **values: Any) -> dict[str, Any]:
        result = await self.result(document, scope, **values)
        assert result.errors is None, result.errors
        assert result.data is not None
        return result.data

    async def result(
        self, document: str, scope: Scope | None = None, **values: Any
    ) -> ExecutionResult:
        scope = scope or self.mine
        async with Context(self.database, scope, self.events, MASTER_KEY) as context:
            return await schema.execute(document, values, context_value=context)  # type: ignore[return-value]


@pytest_asyncio.fixture(scope="module")
async def town(database: Database, redis_url: str) -> AsyncIterator[Town]:
    events = Events(redis_url)
    scopes = []
    for name in ("mine", "other"):
        made = await make_tenant(database, f"graphql {name}")
        scopes.append(Scope(made.tenant_id, actor="test", permissions=ALL))
    town = Town(database, events, *scopes)
    gateway = Gateway(database, Devices(database, MASTER_KEY), SilentQueue())
    transport = httpx.ASGITransport(application(gateway))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        for number, scope in enumerate(scopes):
            rows = [
                {
                    "site_path": f"Region/House {1 + i // 2}",
                    "site_kinds": "region/house",
                    "premise": str(i),
                    "meter_serial": f"M{number}-{i}",
                    "channel": str(i),
                    "concentrator": f"JG{number}",
                    "installed_at": stamp(LOW),
                }
                for i in range(4)
            ]
            inlet = {**rows[0], "role": "inlet", "premise": "", "channel": "9"}
            imported = await place(database, scope, *rows, {**inlet, "meter_serial": f"I{number}"})
            device = PushingConcentrator(client, f"JG{number}", imported.devices[0].secret)
            sums = town.steps.cumsum(axis=1)
            frames = [
                device.frame(
                    block(
                        LOW + at,
                        1,
                        {i: int(sums[i, at]) for i in range(4)}
                        | {9: int(sums[:2, at].sum()) + 7 * (at + 1)},
                    )
                )
                for at in range(26)
            ]
            assert (await device.push(*frames)).json()["rejected"] == []
            work = Work(database, SilentQueue(), events)
            await metering.fold(work, scope.tenant_id)
            await metering.roll_up(work, scope.tenant_id)
    yield town
    await events.close()


async def test_points_and_sites_are_listed_with_their_meters(town: Town) -> None:
    viewer = (await town.ask(POINTS))["viewer"]
    assert viewer["tenant"] == {"id": str(town.mine.tenant_id), "name": "graphql mine"}
    nodes = [edge["node"] for edge in viewer["meteringPoints"]["edges"]]
    assert {node["meter"]["serial"] for node in nodes} == {"M0-0", "M0-1", "M0-2", "M0-3", "I0"}
    assert {node["role"] for node in nodes} == {"CONSUMER", "INLET"}
    site = (await town.ask(SITE, path="Region"))["viewer"]["site"]
    assert site["kind"] == "REGION"
    assert [child["name"] for child in site["children"]] == ["House 1", "House 2"]
    assert [group["commodity"] for group in site["balanceGroups"]] == ["ELECTRICITY"]
    assert (await town.ask(SITE, path="Region/Nowhere"))["viewer"]["site"] is None


SEARCH = """query Search($search: String!) { viewer { meteringPoints(search: $search) {
  edges { node { meter { serial } } } } } }"""


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("m0-2", {"M0-2"}),
        ("I0", {"I0"}),
        ("house 1 m0", {"M0-0", "M0-1"}),
        ("house  1", {"M0-0", "M0-1", "I0"}),
        ("M_-2", set()),
        ("%", set()),
        ("nobody", set()),
        ("", {"M0-0", "M0-1", "M0-2", "M0-3", "I0"}),
    ],
)
async def test_points_are_found_by_every_word_of_address_name_or_serial(
    town: Town, search: str, found: set[str]
) -> None:
    edges = (await town.ask(SEARCH, search=search))["viewer"]["meteringPoints"]["edges"]
    assert {edge["node"]["meter"]["serial"] for edge in edges} == found


async def point_ids(town: Town, scope: Scope | None = None) -> dict[str, str]:
    viewer = (await town.ask(POINTS, scope))["viewer"]
    edges = viewer["meteringPoints"]["edges"]
    return {edge["node"]["meter"]["serial"]: edge["node"]["id"] for edge in edges}


async def group_id(town: Town, path: str) -> str:
    site = (await town.ask(SITE, path=path))["viewer"]["site"]
    return str(site["balanceGroups"][0]["id"])


def amounts(values: Any) -> list[int | None]:
    return [None if np.isnan(one) else round(one * 1000) for one in values]


async def test_profiles_equal_what_was_pushed(town: Town) -> None:
    ids = await point_ids(town)
    profile = (await town.ask(PROFILE, id=ids["M0-2"], step="PT1H", **RANGE))["node"]["profile"]
    assert amounts(profile["values"]) == town.steps[2].tolist()
    assert profile["unit"] == "kWh"
    assert profile["timezone"] == "Europe/Chisinau"
    group = await group_id(town, "Region")
    profile = (await town.ask(PROFILE, id=group, step="PT1H", **RANGE))["node"]["profile"]
    assert amounts(profile["values"]) == town.steps.sum(axis=0).tolist()
    assert set(profile["coverage"]) == {1.0}
    day = (await town.ask(PROFILE, id=group, step="P1D", **RANGE))["node"]["profile"]
    assert sum(filter(None, amounts(day["values"]))) == town.steps.sum()


async def test_the_balance_of_a_house_is_what_its_inlet_measured_beyond_its_flats(
    town: Town,
) -> None:
    group = await group_id(town, "Region/House 1")
    found = (await town.ask(IMBALANCE, id=group, **RANGE))["node"]["imbalance"]
    assert amounts(found["imbalance"]) == [7] * 26
    assert amounts(found["delivered"]) == town.steps[:2].sum(axis=0).tolist()
    without = await group_id(town, "Region/House 2")
    found = (await town.ask(IMBALANCE, id=without, **RANGE))["node"]["imbalance"]
    assert amounts(found["imbalance"]) == [None] * 26
    assert amounts(found["supplied"]) == [None] * 26


async def test_month_ledger_and_register_are_read(town: Town) -> None:
    ids = await point_ids(town)
    node = (await town.ask(REST, id=ids["M0-1"], **RANGE))["node"]
    assert node["deliveries"]["expected"] == 26
    assert node["deliveries"]["missing"] == 0
    assert node["deliveries"]["percent"] == 100
    assert node["readingAt"]["value"] == town.steps[1].sum() / 1000
    assert node["readingAt"]["meterSerial"] == "M0-1"
    assert node["monthToDate"]["unit"] == "kWh"
    group = (await town.ask(REST, id=await group_id(town, "Region"), **RANGE))["node"]
    assert group["deliveries"]["expected"] == 26 * 5
    assert group["deliveries"]["missing"] == 0


async def test_an_id_of_another_tenant_is_answered_as_an_absent_one(town: Town) -> None:
    theirs = await point_ids(town, town.other)
    absent = base64.b64encode(b"MeteringPoint:999999999").decode()
    for document in (PROFILE, REST, IMBALANCE):
        values = {**RANGE, **({"step": "PT1H"} if document is PROFILE else {})}
        for identity in (*theirs.values(), absent, "garbage", "", "Ü"):
            assert (await town.ask(document, id=identity, **values)) == {"node": None}


async def test_a_principal_of_one_house_sees_that_house_alone(town: Town) -> None:
    house = (await town.ask(SITE, path="Region/House 1"))["viewer"]["site"]
    number = int(base64.b64decode(house["id"]).decode().partition(":")[2])
    janitor = Scope(
        town.mine.tenant_id, "janitor", town.mine.permissions, frozenset({SiteId(number)})
    )
    assert set(await point_ids(town, janitor)) == {"M0-0", "M0-1", "I0"}
    assert (await town.ask(SITE, janitor, path="Region"))["viewer"]["site"] is None
    ids = await point_ids(town)
    assert (await town.ask(REST, janitor, id=ids["M0-3"], **RANGE)) == {"node": None}
    assert (await town.ask(REST, janitor, id=await group_id(town, "Region"), **RANGE)) == {
        "node": None
    }
    nobody = Scope(town.mine.tenant_id, "nobody", town.mine.permissions, frozenset())
    assert await point_ids(town, nobody) == {}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"from": "2026-11-01T00:30:00Z"}, "NOT_WHOLE_HOUR"),
        ({"step": "PT15M"}, "BAD_STEP"),
        ({"from": stamp(NOW + 5)}, "BAD_RANGE"),
        ({"from": "1999-01-01T00:00:00Z"}, "RANGE_TOO_LONG"),
    ],
)
async def test_bad_ranges_are_refused_by_name(
    town: Town, change: dict[str, str], code: str
) -> None:
    ids = await point_ids(town)
    result = await town.result(PROFILE, **{"id": ids["M0-0"], "step": "PT1H", **RANGE, **change})
    assert result.errors is not None
    assert getattr(result.errors[0].original_error, "code", None) == code


async def test_without_the_permission_nothing_is_read(town: Town) -> None:
    ids = await point_ids(town)
    stranger = Scope(town.mine.tenant_id, "x", frozenset({Permission.METERING_READ}))
    result = await town.result(PROFILE, stranger, id=ids["M0-0"], step="PT1H", **RANGE)
    assert getattr((result.errors or [None])[0].original_error, "code", None) == "FORBIDDEN"  # type: ignore[union-attr]


async def test_no_document_runs_more_statements_for_many_than_for_one(town: Town) -> None:
    async with town.database.session(town.mine) as session:
        driver = await session.driver()
        tenant = town.mine.tenant_id
        points = await driver.fetch("SELECT id FROM metering_point WHERE tenant_id = $1", tenant)
        groups = await driver.fetch("SELECT id FROM balance_group WHERE tenant_id = $1", tenant)
    things = statements.Things(
        points=[row[0] for row in points],
        groups=[row[0] for row in groups],
        leaf="Region/House 1",
        top="Region",
        start=RANGE["from"],
        end=RANGE["to"],
    )
    url = town.database.engine.url.render_as_string(hide_password=False)
    database = Database.connect(url, pool_size=1)
    try:
        found = await statements.count(database, town.events, town.mine, things, (1, 3))
    finally:
        await database.close()
    assert {name: counts["3"] for name, counts in found.items()} == {
        name: counts["1"] for name, counts in found.items()
    }
    assert found["Points"]["1"] == 4  # the tenant, the page, its meters and its sites
    assert found["Profile"]["1"] == 2  # points; installations with their counters
