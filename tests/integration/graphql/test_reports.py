"""Events, temperatures and topology over GraphQL; channels that are found, then placed."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest_asyncio

from backend.clients.events import Events
from backend.graphql.context import Context
from backend.graphql.lists import cursor
from backend.graphql.schema import schema
from backend.services.gateway.devices import Devices
from backend.services.hours import folding
from backend.store.network.channels import ChannelDirectory
from backend.tasks.queue import SilentQueue
from domain.hours import hour_of, instant_of
from domain.identity import Scope, SiteId
from ingestion.app import application
from ingestion.gateway import Gateway
from tenants.permissions import Permission
from tenants.session import Database
from tests.factories import MASTER_KEY, PushingConcentrator, block, make_tenant, place

NOW = hour_of(datetime.now(UTC))
LOW = NOW - 8
REPORTS = """query Reports($from: DateTime!, $to: DateTime!, $first: Int!, $after: String) {
  viewer { meteringPoints(first: 1) { edges { node {
    temperatures(from: $from, to: $to) { start supply return }
    events(first: $first, after: $after) { edges { node { at kind value } }
      pageInfo { hasNextPage endCursor } } } } } } }"""
TOPOLOGY = """query Topology($on: Date!) { viewer { concentrators { edges { node { serial
  topology(on: $on) { network module parent level rssi relayed batteryMv firmware } } } } } }"""
STATUS = """query Status($first: Int!, $after: String) { viewer { meteringPoints(first: 1) {
  edges { node { statusPeriods(first: $first, after: $after) {
    edges { node { status beganAt endedAt } } pageInfo { hasNextPage endCursor } } } } } } }"""
FOUND = """query Found($first: Int!, $after: String) { viewer {
  foundChannels(first: $first, after: $after) { edges { node {
    concentrator { serial } network channel since lastSeen readings } }
    pageInfo { hasNextPage endCursor } } } }"""
SITE = """query Site { viewer { site(path: "Region/City/House 1") { id } } }"""
PLACE = """mutation Place($site: ID!, $concentrator: String!, $since: DateTime!) {
  placeMeter(input: {site: $site, commodity: WATER_COLD, role: CONSUMER, premise: "7",
      meterSerial: "W7", installedAt: $since, initialIndex: "0", pulseConstant: "1000",
      concentrator: $concentrator, network: 2, channel: 77, initialCounter: 100}) {
    point { id } errors { code field message } } }"""
PROFILE = """query Profile($id: ID!, $from: DateTime!, $to: DateTime!) { node(id: $id) {
  ... on Metered { profile(from: $from, to: $to, step: "PT1H") { values quality } } } }"""
_numbers = count(1)


def stamp(hour: int) -> str:
    return instant_of(hour).isoformat()


@dataclass
class House:
    database: Database
    scope: Scope
    events: Events
    device: PushingConcentrator
    channels: ChannelDirectory

    async def ask(self, document: str, scope: Scope | None = None, **values: Any) -> Any:
        asking = Context(self.database, scope or self.scope, self.events, MASTER_KEY)
        async with asking as context:
            result = await schema.execute(document, values, context_value=context)
        assert result.errors is None, result.errors
        return result.data

    async def tell(self, *blocks: dict[str, Any], **more: Any) -> None:
        answer = await self.device.push(self.device.frame(*blocks, **more))
        assert answer.json()["rejected"] == []
        async with self.database.session(self.scope) as session:
            await folding.fold(session, self.channels)


@pytest_asyncio.fixture
async def house(database: Database, redis_url: str) -> AsyncIterator[House]:
    number = next(_numbers)
    made = await make_tenant(database, f"reports {number}")
    scope = replace(made, permissions=frozenset(str(one) for one in Permission))
    serial = f"JQ{number}"
    imported = await place(
        database, scope, {"concentrator": serial, "installed_at": stamp(LOW + 2)}
    )
    gateway = Gateway(database, Devices(database, MASTER_KEY), SilentQueue())
    events = Events(redis_url)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(application(gateway)), base_url="http://gateway"
    ) as client:
        device = PushingConcentrator(client, serial, imported.devices[0].secret)
        yield House(database, scope, events, device, ChannelDirectory())
    await events.close()


async def test_events_and_temperatures_are_those_of_the_time_of_the_meter(house: House) -> None:
    for hour in range(LOW, LOW + 6):
        told = block(hour, 1, {1: hour - LOW})
        told["temperatures"] = {"supply": [6500 + hour - LOW], "return": [None]}
        await house.tell(told)
    moment = instant_of(LOW + 4)
    listed = [
        {"network": 1, "channel": 1, "kind": kind, "at": at.isoformat(), "value": value}
        for kind, at, value in (
            ("leak", instant_of(LOW + 1), None),  # before the meter stood there
            ("magnet", moment, 1),
            ("cover", moment, None),
            ("leak", moment + timedelta(minutes=9), 2.5),
        )
    ]
    await house.tell(events=listed)
    asked = {"from": stamp(LOW), "to": stamp(LOW + 8)}
    (edge,) = (await house.ask(REPORTS, first=2, **asked))["viewer"]["meteringPoints"]["edges"]
    found = edge["node"]
    supply = [None if value != value else value for value in found["temperatures"]["supply"]]  # noqa: PLR0124 - NaN
    # the first one is at the end of the hour before, when the meter was placed
    assert supply == [None, 65.01, 65.02, 65.03, 65.04, 65.05, None, None]
    assert all(value != value for value in found["temperatures"]["return"])  # noqa: PLR0124 - NaN
    seen = [edge["node"]["kind"] for edge in found["events"]["edges"]]
    assert found["events"]["pageInfo"]["hasNextPage"]
    after = found["events"]["pageInfo"]["endCursor"]
    (edge,) = (await house.ask(REPORTS, first=2, after=after, **asked))["viewer"]["meteringPoints"][
        "edges"
    ]
    rest = edge["node"]["events"]
    seen += [edge["node"]["kind"] for edge in rest["edges"]]
    assert not rest["pageInfo"]["hasNextPage"]
    assert (seen[0], sorted(seen[1:])) == ("LEAK", ["COVER", "MAGNET"])


async def test_status_bits_are_periods(house: House) -> None:
    for at, bits in enumerate((0, 0, 4, 12, 8, 0, 4)):
        await house.tell({**block(LOW + at, 1, {1: at}), "status": [bits]})
    found: list[tuple[str, int, int]] = []
    after: str | None = None
    for _ in range(3):
        data = await house.ask(STATUS, first=1, after=after)
        page = data["viewer"]["meteringPoints"]["edges"][0]["node"]["statusPeriods"]
        ((one,), after) = (edge["node"] for edge in page["edges"]), page["pageInfo"]["endCursor"]
        began, ended = (datetime.fromisoformat(one[name]) for name in ("beganAt", "endedAt"))
        found.append((one["status"], hour_of(began) - LOW, hour_of(ended) - LOW))
    assert found == [("MAGNET", 6, 7), ("LOW_BATTERY", 3, 5), ("MAGNET", 2, 4)]
    assert not page["pageInfo"]["hasNextPage"]
    far = await house.ask(STATUS, first=5, after=cursor(2**63 - 1))
    assert len(far["viewer"]["meteringPoints"]["edges"][0]["node"]["statusPeriods"]["edges"]) == 3


async def test_topology_is_told_by_day(house: House) -> None:
    near = {"network": 1, "module": "D1", "level": 1, "rssi": -60, "firmware": "1.4.2"}
    far = {
        "network": 1,
        "module": "D2",
        "parent": "D1",
        "level": 2,
        "relayed": 7,
        "battery_mv": 3500,
    }
    today = datetime.now(UTC)
    await house.tell(topology=[far, near], made_at=today.isoformat())
    data = await house.ask(TOPOLOGY, on=today.date().isoformat())
    (edge,) = data["viewer"]["concentrators"]["edges"]
    empty = {"parent": None, "rssi": None, "relayed": None, "batteryMv": None, "firmware": None}
    assert edge["node"]["topology"] == [
        {**empty, "network": 1, "module": "D1", "level": 1, "rssi": -60, "firmware": "1.4.2"},
        {**empty, "network": 1, "module": "D2", "parent": "D1", "level": 2, "relayed": 7,
         "batteryMv": 3500},
    ]  # fmt: skip
    before = (today - timedelta(days=1)).date().isoformat()
    (edge,) = (await house.ask(TOPOLOGY, on=before))["viewer"]["concentrators"]["edges"]
    assert edge["node"]["topology"] == []


async def test_a_found_channel_is_placed_and_its_readings_become_the_meters(house: House) -> None:
    for hour in range(LOW, LOW + 5):
        await house.tell(block(hour, 2, {77: 100 + 10 * (hour - LOW), 78: 1}))
    page = (await house.ask(FOUND, first=1))["viewer"]["foundChannels"]
    (edge,) = page["edges"]
    assert page["pageInfo"]["hasNextPage"]
    after = page["pageInfo"]["endCursor"]
    (other,) = (await house.ask(FOUND, first=5, after=after))["viewer"]["foundChannels"]["edges"]
    found = edge["node"]
    assert (found["concentrator"]["serial"], found["network"]) == (house.device.serial, 2)
    assert {found["channel"], other["node"]["channel"]} == {77, 78}
    assert (found["readings"], datetime.fromisoformat(found["lastSeen"])) == (
        5,
        instant_of(LOW + 5),
    )
    site = (await house.ask(SITE))["viewer"]["site"]["id"]
    placed = (
        await house.ask(PLACE, site=site, concentrator=house.device.serial, since=stamp(LOW))
    )["placeMeter"]
    assert placed["errors"] == []
    asked = {"from": stamp(LOW), "to": stamp(LOW + 5)}
    profile = (await house.ask(PROFILE, id=placed["point"]["id"], **asked))["node"]["profile"]
    assert list(profile["values"]) == [0.0, 0.01, 0.01, 0.01, 0.01]
    left = (await house.ask(FOUND, first=5))["viewer"]["foundChannels"]["edges"]
    assert [edge["node"]["channel"] for edge in left] == [78]


async def test_who_sees_no_site_sees_no_found_channel(house: House) -> None:
    await house.tell(block(LOW, 2, {77: 1}))
    nothing = replace(house.scope, sites=frozenset({SiteId(10**9)}))
    assert (await house.ask(FOUND, nothing, first=5))["viewer"]["foundChannels"]["edges"] == []
