"""Readings that somebody brought: taken once, of quality manual, and below what is pushed."""

import base64
import gzip
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import numpy as np
import ormsgpack
import pytest_asyncio

from backend.clients.events import Events
from backend.graphql.context import Context
from backend.graphql.ids import Kind, encode
from backend.graphql.schema import schema
from backend.services.gateway.devices import Devices
from backend.services.hours import folding
from backend.services.reading import deliveries, hindsight
from backend.services.reading.profiles import Range
from backend.store.hours import counters
from backend.store.model import metered
from backend.store.network.channels import ChannelDirectory
from backend.tasks.queue import SilentQueue
from domain.authenticity import claim_code
from domain.hours import Step, hour_of, instant_of
from domain.identity import Scope
from ingestion.app import FRAMES, MANUAL, application
from ingestion.gateway import Gateway
from tenants.permissions import Permission
from tenants.session import Database
from tests.factories import MASTER_KEY, PushingConcentrator, block, make_tenant, place

NOW = datetime.now(UTC)
FIRST = hour_of(NOW) - 12
UPLOAD = """mutation Upload($file: String!, $concentrator: ID) {
  uploadManualReadings(input: {file: $file, concentrator: $concentrator}) {
    accepted duplicates rejected { sequence code } errors { code field } } }"""
CLAIM = """mutation Claim($serial: String!, $code: String!) {
  claimConcentrator(input: {serial: $serial, claimCode: $code, generation: "J100UC-M"}) {
    concentrator { id serial generation } device { serial secret } errors { code field } } }"""
ROTATE = """mutation Rotate($id: ID!) { rotateDeviceKey(concentrator: $id) {
  generation device { serial secret } errors { code field } } }"""
MANUAL_CODE, ON_TIME = 2, 0
_numbers = count(1)


@dataclass
class Route:
    """A house with a concentrator, somebody with a collector, and their tenant's console."""

    database: Database
    scope: Scope
    events: Events
    channels: ChannelDirectory
    house: PushingConcentrator
    collector: PushingConcentrator

    async def ask(self, document: str, **values: Any) -> Any:
        async with Context(self.database, self.scope, self.events, MASTER_KEY) as context:
            result = await schema.execute(document, values, context_value=context)
        assert result.errors is None, result.errors
        assert result.data is not None
        (answer,) = result.data.values()
        return answer

    async def bring(self, document: object, **more: str) -> httpx.Response:
        return await self.collector.send(json.dumps(document).encode(), target=MANUAL, **more)

    async def fold(self) -> None:
        async with self.database.session(self.scope) as session:
            await folding.fold(session, self.channels)

    async def hours(self) -> list[tuple[int, int]]:
        """Counter and code of each hour of the house's channel; -1 where unknown."""
        async with self.database.session(self.scope) as session:
            driver = await session.driver()
            series = await driver.fetchval(
                "SELECT c.series_id FROM channel AS c JOIN concentrator AS d ON d.id ="
                " c.concentrator_id WHERE c.tenant_id = $1 AND d.serial = $2 AND c.address = 1",
                self.scope.tenant_id,
                self.house.serial,
            )
            found = await counters.load(session, np.array([series]), FIRST, FIRST + 4)
        return list(zip(found.counter[0].tolist(), found.code[0].tolist(), strict=True))

    async def revisions(self) -> list[tuple[int, int, str]]:
        async with self.database.session(self.scope) as session:
            driver = await session.driver()
            rows = await driver.fetch(
                "SELECT counter, standing_counter, kind FROM revision WHERE tenant_id = $1",
                self.scope.tenant_id,
            )
        return [tuple(row) for row in rows]


@pytest_asyncio.fixture
async def route(database: Database, redis_url: str) -> AsyncIterator[Route]:
    number = next(_numbers)
    made = await make_tenant(database, f"manual {number}")
    scope = replace(made, permissions=frozenset(str(one) for one in Permission))
    serial, collector = f"JM{number}", f"J100M-{number}"
    imported = await place(
        database, scope, {"concentrator": serial, "installed_at": instant_of(FIRST).isoformat()}
    )
    gateway = Gateway(database, Devices(database, MASTER_KEY), SilentQueue())
    transport = httpx.ASGITransport(application(gateway))
    events = Events(redis_url)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        house = PushingConcentrator(client, serial, imported.devices[0].secret)
        walker = PushingConcentrator(client, collector, "")
        found = Route(database, scope, events, ChannelDirectory(), house, walker)
        claimed = await found.ask(CLAIM, serial=collector, code=claim_code(MASTER_KEY, collector))
        assert claimed["concentrator"]["generation"] == "J100UC-M"
        walker.secret = claimed["device"]["secret"]
        yield found
    await events.close()


def file_of(route: Route, *blocks: dict[str, Any]) -> dict[str, Any]:
    frames = [route.collector.frame(one) for one in blocks]
    return {"concentrator": route.house.serial, "frames": frames}


async def test_a_collectors_file_is_taken_once_and_counts_as_manual(route: Route) -> None:
    document = file_of(route, block(FIRST, 1, {1: 10}), block(FIRST + 1, 1, {1: 20}))
    assert (await route.bring(document)).json()["accepted"] == [1, 2]
    again = (await route.bring(document)).json()
    assert (again["accepted"], again["duplicates"]) == ([], [1, 2])
    await route.fold()
    assert await route.hours() == [(10, MANUAL_CODE), (20, MANUAL_CODE), (-1, 0), (-1, 0)]
    async with route.database.session(route.scope) as session:
        (point,) = await metered.list_points(session, 0, 10)
        asked = Range.of(instant_of(FIRST), instant_of(FIRST + 4), Step.HOUR)
        (ledger,) = await deliveries.of_points(session, [point], asked, NOW)
        assert (ledger.manual, ledger.missing) == (2, 2)
        later = datetime.now(UTC) + timedelta(seconds=1)
        known = await hindsight.of_point(session, point, asked, later, later)
    assert known.codes.tolist()[:2] == [MANUAL_CODE, MANUAL_CODE]


async def test_a_push_outranks_the_collector_whichever_came_first(route: Route) -> None:
    for first, second in ((True, False), (False, True)):
        hour = FIRST if first else FIRST + 1
        brought = file_of(route, block(hour, 1, {1: 11}))
        pushed = route.house.frame(block(hour, 1, {1: 12}))
        if first:
            await route.bring(brought)
        await route.house.push(pushed)
        if second:
            await route.bring(brought)
        await route.fold()  # both in one batch
    (one, code), (other, _), *_ = await route.hours()
    assert (one, other) == (12, 12)
    assert code != MANUAL_CODE
    assert await route.revisions() == [(11, 12, "displaced")]
    # and one by one
    await route.bring(file_of(route, block(FIRST + 2, 1, {1: 21})))
    await route.fold()
    await route.house.push(route.house.frame(block(FIRST + 2, 1, {1: 22})))
    await route.fold()
    await route.bring(file_of(route, block(FIRST + 2, 1, {1: 23})))
    await route.fold()
    assert (await route.hours())[2][0] == 22
    assert sorted(await route.revisions()) == [(11, 12, "displaced"), (21, 22, "displaced")]


async def test_a_number_says_one_thing_of_one_concentrator(route: Route) -> None:
    document = file_of(route, block(FIRST, 1, {1: 10}))
    await route.bring(document)
    own = {"frames": document["frames"]}  # now as if of the collector's own channels
    answer = (await route.bring(own)).json()
    assert [one["code"] for one in answer["rejected"]] == ["SEQUENCE_CONFLICT"]


async def test_only_concentrators_of_the_same_tenant_are_written_to(
    route: Route, database: Database
) -> None:
    stranger = await make_tenant(database, f"stranger of {route.house.serial}")
    await place(database, stranger, {"concentrator": f"{route.house.serial}-X"})
    document = file_of(route, block(FIRST, 1, {1: 10}))
    for serial in (f"{route.house.serial}-X", "nobody", 5):
        answer = await route.bring({**document, "concentrator": serial})
        assert (answer.status_code, answer.json()["code"]) == (422, "UNKNOWN_CONCENTRATOR")
    # and the signature is for this address
    body = json.dumps(document).encode()
    route.collector.secret, right = "x", route.collector.secret
    assert (await route.collector.send(body, target=MANUAL)).status_code == 401
    route.collector.secret = right
    assert (await route.collector.send(body, target=FRAMES)).json()["accepted"] == [1]


async def test_the_console_takes_the_same_file(route: Route) -> None:
    document = file_of(route, block(FIRST, 1, {1: 10}), block(FIRST + 1, 9, {1: 1}))
    plain = json.dumps(document, indent=1).encode()
    kinds = (plain, gzip.compress(plain, mtime=0), ormsgpack.packb(document))
    for number, body in enumerate(kinds):
        answer = await route.ask(UPLOAD, file=base64.b64encode(body).decode())
        assert answer["errors"] == []
        taken, known = ([], ["1"]) if number else (["1"], [])
        assert (answer["accepted"], answer["duplicates"]) == (taken, known)
        assert answer["rejected"] == [{"sequence": "2", "code": "BAD_FRAME"}]
    await route.fold()
    assert (await route.hours())[0] == (10, MANUAL_CODE)
    # the numbers of the concentrator's own frames are not used up
    assert (await route.house.push(route.house.frame(block(FIRST + 1, 1, {1: 20})))).json()[
        "accepted"
    ] == [1]


async def test_the_console_refuses_what_it_cannot_read_or_place(route: Route) -> None:
    async def refused(document: bytes, **more: str) -> str:
        file = base64.b64encode(document).decode()
        (error,) = (await route.ask(UPLOAD, file=file, **more))["errors"]
        code: str = error["code"]
        return code

    frames = json.dumps({"frames": []}).encode()
    assert await refused(b"\x00 nothing") == "BAD_BODY"
    assert await refused(frames) == "UNKNOWN_CONCENTRATOR"
    absent = encode(Kind.CONCENTRATOR, 10**9)
    assert await refused(frames, concentrator=absent) == "NOT_FOUND"
    named = json.dumps({"frames": [], "concentrator": route.collector.serial}).encode()
    async with route.database.session(route.scope) as session:
        driver = await session.driver()
        number = await driver.fetchval(
            "SELECT id FROM concentrator WHERE tenant_id = $1 AND serial = $2",
            route.scope.tenant_id,
            route.house.serial,
        )
    own = encode(Kind.CONCENTRATOR, number)
    assert await refused(named, concentrator=own) == "OTHER_CONCENTRATOR"
    for file in ("no base64 at all", "\x80", "QUJD="):
        (error,) = (await route.ask(UPLOAD, file=file))["errors"]
        assert error["code"] == "BAD_BODY"
    rotated = await route.ask(ROTATE, id=own)
    assert (rotated["generation"], rotated["errors"]) == (2, [])
    assert rotated["device"]["secret"] != route.house.secret


async def test_a_wrong_code_claims_nothing_and_is_counted(route: Route) -> None:
    answer = await route.ask(CLAIM, serial="J-FACTORY", code="AAAA-AAAA-AAAA")
    assert answer["errors"] == [{"code": "CLAIM_REFUSED", "field": "claimCode"}]
    for _ in range(25):
        answer = await route.ask(CLAIM, serial="J-FACTORY", code="AAAA-AAAA-AAAA")
    assert [error["code"] for error in answer["errors"]] == ["TOO_MANY_ATTEMPTS"]
