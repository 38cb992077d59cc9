"""Hours that never came are asked for again, in the answers to pushes, and nothing else is."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest_asyncio

from backend.clients.events import Events
from backend.services.gateway import gaps
from backend.services.gateway.devices import Devices
from backend.services.hours import folding
from backend.services.reading import deliveries
from backend.services.reading.profiles import Range
from backend.store.model import metered
from backend.store.network.gaps import Reach
from backend.tasks import analyst
from backend.tasks import gaps as seeking
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.hours import Step, hour_of, instant_of
from domain.identity import Scope
from ingestion.app import application
from ingestion.gateway import Gateway
from tenants.session import Database
from tests.factories import MASTER_KEY, PushingConcentrator, block, make_tenant, place

NOW = datetime.now(UTC)
OVER = hour_of(NOW)
FIRST = OVER - 30
_numbers = count(1)


def stamp(hour: int) -> str:
    return instant_of(hour).isoformat().replace("+00:00", "Z")


class Town:
    """One concentrator of four channels, its tenant and its worker."""

    def __init__(
        self, database: Database, scope: Scope, device: PushingConcentrator, work: Work
    ) -> None:
        self.database, self.scope, self.device, self.work = database, scope, device, work

    async def push(self, *blocks: dict[str, Any]) -> dict[str, Any]:
        answer = await self.device.push(*(self.device.frame(one) for one in blocks))
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document

    async def fold(self) -> None:
        async with self.database.session(self.scope) as session:
            await folding.fold(session, self.work.channels)

    async def seek(self) -> None:
        """One round over both reaches, as the hour and the day ring for it, at :data:`NOW`."""
        for reach in Reach:
            await gaps.announce(self.database, reach, datetime.now(UTC))
        more = True
        while more:
            async with self.database.session(self.scope) as session:
                more = await gaps.seek_round(session, NOW)

    async def asked(self) -> list[tuple[list[int], int, int]]:
        answer = (await self.device.push()).json()
        return [
            (one["channels"], *(hour_of(datetime.fromisoformat(one[at])) for at in ("from", "to")))
            for one in answer["gaps"]
        ]

    async def ledger(self) -> deliveries.Ledger:
        async with self.database.session(self.scope) as session:
            points = await metered.list_points(session, 0, 10)
            asked = Range.of(instant_of(OVER - 800), instant_of(OVER), Step.HOUR)
            found = await deliveries.of_points(session, points, asked, NOW)
        return deliveries.Ledger(
            *(sum(getattr(one, name) for one in found) for name in deliveries.Ledger.__slots__)
        )


@pytest_asyncio.fixture
async def town(database: Database, redis_url: str) -> AsyncIterator[Town]:
    number = next(_numbers)
    scope = await make_tenant(database, f"gaps {number}")
    serial = f"JP{number}"
    terms = {"concentrator": serial, "installed_at": stamp(FIRST)}
    late = instant_of(FIRST + 4) + timedelta(minutes=20)
    imported = await place(
        database,
        scope,
        {**terms, "meter_serial": "A", "channel": "1"},
        {**terms, "meter_serial": "B", "channel": "2", "premise": "2"},
        {
            **terms,
            "meter_serial": "C",
            "channel": "3",
            "premise": "3",
            "installed_at": late.isoformat(),
            "removed_at": stamp(FIRST + 20),
            "final_index": "1",
        },
    )
    gateway = Gateway(database, Devices(database, MASTER_KEY), SilentQueue())
    events = Events(redis_url)
    transport = httpx.ASGITransport(application(gateway))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        device = PushingConcentrator(client, serial, imported.devices[0].secret)
        yield Town(database, scope, device, Work(database, SilentQueue(), events))
    await events.close()


async def test_what_a_concentrator_has_not_reached_yet_is_not_asked_for(town: Town) -> None:
    """One that catches up after a long outage brings its hours in their order."""
    await town.seek()
    assert await town.asked() == []
    await town.push(block(FIRST + 5, 1, {1: 1, 3: 1}))
    await town.fold()
    await town.seek()
    low = max(FIRST, gaps.span(Reach.RECENT, NOW)[0])
    asked = {
        (channel, hour)
        for some, low, high in await town.asked()
        for channel in some
        for hour in range(low, high)
    }
    assert asked == {(c, h) for c in (1, 2) for h in range(low, FIRST + 6)} - {(1, FIRST + 5)}


async def test_whole_hours_of_installed_meters_are_asked_for(town: Town) -> None:
    await town.push(block(OVER - 1, 1, {1: 1}))
    await town.fold()
    await town.seek()
    found = await town.asked()
    assert found == [
        ([1, 2], max(FIRST, gaps.span(Reach.RECENT, NOW)[0]), OVER - gaps.PATIENCE_H),
        ([3], FIRST + 5, FIRST + 20),
    ]


async def test_gaps_go_when_the_hours_come_and_the_ledger_counts_how_they_came(town: Town) -> None:
    for hour in range(FIRST, OVER):
        silent = {FIRST + 1, FIRST + 2, FIRST + 15}
        told = {1: hour, 2: hour, 3: hour} if hour not in silent else {1: hour, 3: hour}
        await town.push(block(hour, 1, told))
    await town.fold()
    before = await town.ledger()
    await town.seek()
    asked = await town.asked()
    assert asked == [([2], FIRST + 15, FIRST + 16), ([2], FIRST + 1, FIRST + 3)]
    assert await town.ledger() == before  # asking changes nothing

    # a push that brings a part of a gap is asked for the whole of it
    answer = await town.push(block(FIRST + 1, 1, {2: FIRST + 1}))
    assert len(answer["gaps"]) == 2
    blocks = (block(hour, 1, {2: hour}) for hour in sorted(silent))
    assert (await town.push(*blocks))["gaps"] == []
    await town.fold()
    after = await town.ledger()
    assert (before.missing, after.missing) == (3, 0)
    assert (after.on_time, after.expected) == (before.on_time, before.expected)
    # by the moment of their commit
    assert (after.late - before.late, after.backfilled - before.backfilled) == (1, 2)


async def test_late_hours_have_their_concentrator_looked_at_soon(town: Town) -> None:
    await town.push(block(FIRST + 5, 1, {1: 1, 2: 1, 3: 1}), block(OVER - 1, 1, {1: 2}))
    await town.fold()
    async with town.database.session(town.scope) as session:
        driver = await session.driver()
        await driver.execute("UPDATE work_bell SET due_at = now() WHERE kind = 'gaps'")
    await seeking.seek(town.work, town.scope.tenant_id)
    found = await town.asked()
    assert ([3], FIRST + 6, FIRST + 20) in found
    assert all(end <= FIRST + 5 or start > FIRST + 5 for _, start, end in found)
    async with town.database.session(town.scope) as session:
        driver = await session.driver()
        ringing = "SELECT count(*) FROM work_bell WHERE tenant_id = $1 AND kind = 'gaps'"
        assert await driver.fetchval(ringing, town.scope.tenant_id) == 0


async def test_an_unplaced_channel_is_not_asked_for(town: Town) -> None:
    await town.push(block(FIRST + 5, 2, {77: 1}))
    await town.fold()
    await town.seek()
    assert all(77 not in channels for channels, _, _ in await town.asked())


async def test_each_hour_rings_once_whoever_asks_and_after_the_wave(town: Town) -> None:
    keys = "SELECT key FROM work_bell WHERE tenant_id = $1 AND kind = 'gaps' ORDER BY key"

    async def rung() -> list[str]:
        async with town.database.session(town.scope) as session:
            driver = await session.driver()
            return [row[0] for row in await driver.fetch(keys, town.scope.tenant_id)]

    start = instant_of(OVER + 1_000)  # of no other test
    for minutes in (25, 40, 79):
        await analyst.hourly(town.work, start + timedelta(minutes=minutes))
    assert len(await rung()) == 1
    await analyst.hourly(town.work, start + timedelta(minutes=80))
    assert len(await rung()) == 2
