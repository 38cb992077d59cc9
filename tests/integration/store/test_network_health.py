"""Network health of a mesh that reports for weeks: hops, batteries, and the collector's route."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest_asyncio

from backend.clients.events import Events
from backend.graphql.context import Context
from backend.graphql.schema import schema
from backend.services.gateway import silence
from backend.services.gateway.devices import Devices
from backend.store.network import network_alarms
from backend.tasks import metering
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.identity import Scope
from ingestion.app import application
from ingestion.gateway import Gateway
from tenants.permissions import Permission
from tenants.session import Database
from tests.factories import MASTER_KEY, PushingConcentrator, make_tenant, place

NOW = datetime.now(UTC)
DAYS = 40
HEALTH = """query($on: Date) { viewer { concentrators(first: 1) { edges { node { health(on: $on) {
  modules heard rssi relayed levels { level modules }
  weakHops { module parent level rssi relayed behind }
  batteries { module millivolts perYear endsOn earliest latest } } } } } } }"""
ROUTE = """query($under: ID, $lat: Float, $lon: Float) { viewer {
  collectorRoute(under: $under, latitude: $lat, longitude: $lon) {
    metres unlocated stops { path fromLastM silent weak site { path } } } } }"""
PARENTS = {"A": None, "B": "A", "C": "B", "D": None}
RSSI = {"A": -70, "B": -110, "C": -90, "D": -80}
HOUSES = {"A": "47.00", "B": "47.03", "C": "47.01", "D": "47.02"}


class Mesh:
    def __init__(self, database: Database, scope: Scope, events: Events) -> None:
        self.database, self.scope, self.events = database, scope, events

    async def result(self, document: str, scope: Scope | None = None, **values: Any) -> Any:
        async with Context(self.database, scope or self.scope, self.events, MASTER_KEY) as context:
            return await schema.execute(document, values, context_value=context)

    async def ask(self, document: str, **values: Any) -> Any:
        result = await self.result(document, **values)
        assert result.errors is None, result.errors
        return result.data["viewer"]


def topology(day: int) -> list[dict[str, Any]]:
    """What is reported on a day, counted from the first one; D fell silent meanwhile."""
    levels = {"A": 1, "B": 2, "C": 3, "D": 1}
    return [
        {
            "network": 1,
            "module": module,
            "level": levels[module],
            "rssi": RSSI[module],
            "relayed": 900 if module == "A" else 10,
            "battery_mv": 3600 - 5 * day if module == "C" else 3600,
            **({"parent": parent} if parent else {}),
        }
        for module, parent in PARENTS.items()
        if not (module == "D" and day > DAYS - 10)
    ]


@pytest_asyncio.fixture(scope="module")
async def mesh(database: Database, redis_url: str) -> AsyncIterator[Mesh]:
    scope = await make_tenant(database, "mesh")
    scope = Scope(scope.tenant_id, "operator", frozenset(map(str, Permission)))
    rows = [
        {
            "site_path": f"Region/House {module}",
            "site_kinds": "region/house",
            "meter_serial": f"M{module}",
            "channel": str(at),
            "concentrator": "JMESH",
            "module": module,
            "input": "1",
            "latitude": latitude,
            "longitude": "28.8",
            "installed_at": (NOW - timedelta(days=60)).isoformat(),
        }
        for at, (module, latitude) in enumerate(HOUSES.items())
    ]
    made = await place(database, scope, *rows)
    events = Events(redis_url)
    transport = httpx.ASGITransport(
        application(Gateway(database, Devices(database, MASTER_KEY), SilentQueue()))
    )
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        device = PushingConcentrator(client, "JMESH", made.devices[0].secret)
        frames = [
            device.frame(
                topology=topology(day),
                made_at=(NOW - timedelta(days=DAYS - 1 - day)).isoformat(),
            )
            for day in range(DAYS)
        ]
        answer = await device.push(*frames)
    assert answer.json()["rejected"] == [], answer.text
    await metering.fold(Work(database, SilentQueue(), events), scope.tenant_id)
    yield Mesh(database, scope, events)
    await events.close()


async def test_levels_weak_hops_and_batteries_are_told(mesh: Mesh) -> None:
    edges = (await mesh.ask(HEALTH))["concentrators"]["edges"]
    found = edges[0]["node"]["health"]
    assert (found["modules"], found["heard"]) == (4, 3)
    assert found["levels"] == [
        {"level": 1, "modules": 1},
        {"level": 2, "modules": 1},
        {"level": 3, "modules": 1},
    ]
    assert found["rssi"] == -90
    assert found["relayed"] == 920
    assert [(hop["module"], hop["behind"]) for hop in found["weakHops"]] == [("A", 2), ("B", 1)]
    (battery,) = found["batteries"]
    assert battery["module"] == "C"
    # 3,600 mV less 5 mV a day: 3,000 mV on the 120th day
    expected = (NOW - timedelta(days=DAYS - 1)).date() + timedelta(days=120)
    assert battery["endsOn"] == expected.isoformat()
    assert battery["earliest"] <= battery["endsOn"] <= battery["latest"]
    assert round(battery["perYear"]) == round(-5 * 365.25)


async def test_health_is_told_as_of_a_day(mesh: Mesh) -> None:
    day = (NOW - timedelta(days=20)).date()
    edges = (await mesh.ask(HEALTH, on=day.isoformat()))["concentrators"]["edges"]
    assert edges[0]["node"]["health"]["heard"] == 4
    for on in ("0001-01-01", "9999-12-31"):
        edges = (await mesh.ask(HEALTH, on=on))["concentrators"]["edges"]
        assert edges[0]["node"]["health"]["heard"] == 0


async def test_the_collector_goes_past_silent_and_weak_modules(mesh: Mesh) -> None:
    weak = (await mesh.ask(ROUTE, lat=46.99, lon=28.8))["collectorRoute"]
    assert [(stop["weak"], stop["silent"]) for stop in weak["stops"]] == [(["A"], []), (["B"], [])]
    async with mesh.database.session(mesh.scope) as session:
        found = await network_alarms.next_concentrators(session, 0, 10)
        heard = [one._replace(at=NOW) for one in found]
        await silence.look(session, heard, NOW)
    route = (await mesh.ask(ROUTE, lat=46.99, lon=28.8))["collectorRoute"]
    assert [stop["path"] for stop in route["stops"]] == [
        f"Region/House {module}" for module in "ACDB"
    ]
    assert {module for stop in route["stops"] for module in stop["silent"]} == set("ABCD")
    assert route["unlocated"] == []
    assert abs(route["metres"] - 4 * 1112) < 10
    assert abs(sum(stop["fromLastM"] for stop in route["stops"]) - route["metres"]) < 1


async def test_a_start_that_is_no_place_and_strangers_are_refused(mesh: Mesh) -> None:
    result = await mesh.result(ROUTE, lat=91.0, lon=0.0)
    assert result.errors[0].original_error.code == "BAD_LOCATION"
    reader = Scope(mesh.scope.tenant_id, "x", frozenset({Permission.METERING_READ}))
    for document in (ROUTE, HEALTH):
        result = await mesh.result(document, reader)
        assert result.errors[0].original_error.code == "FORBIDDEN"
