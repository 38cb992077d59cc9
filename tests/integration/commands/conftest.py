"""A house whose supply can be switched, its gateway, and a concentrator that polls."""

import itertools
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest_asyncio
from sqlalchemy import text

from backend.clients.events import Events
from backend.services.commands import control, requesting
from backend.services.commands.requesting import Requested
from backend.services.gateway.devices import Devices
from backend.tasks.queue import SilentQueue
from domain.commands import CommandKind, Order, SupplyState
from domain.identity import ConcentratorId, Scope
from ingestion.app import ACKS, COMMANDS, application
from ingestion.commands import Polls
from ingestion.downlink import Downlink
from ingestion.gateway import Gateway
from ingestion.replay_windows import ReplayWindows
from tenants.permissions import Permission
from tenants.session import Database
from tests.factories import MASTER_KEY, PushingConcentrator, make_tenant, place

ALL = frozenset(str(permission) for permission in Permission)
OFF = Order(CommandKind.SWITCH_SUPPLY, "test", SupplyState.OFF)
ON = Order(CommandKind.SWITCH_SUPPLY, "test", SupplyState.ON)
READ = Order(CommandKind.REQUEST_READING, "test")
FREE = {
    "enabled": True,
    "four_eyes_from": 10**6,
    "disconnects_per_hour": 10**6,
    "tenant_share": 1.0,
    "network_share": 1.0,
    "reconnects_per_minute": 10**6,
    "dwell_s": 0,
}
"""A policy that holds nothing back."""

_numbers = itertools.count(1)


class PollingConcentrator(PushingConcentrator):
    """A concentrator that also asks for commands and says what became of them."""

    async def signed(
        self, method: str, target: str, body: bytes = b"", counter: int | None = None
    ) -> httpx.Response:
        return await self.send(body, method=method, target=target, counter=counter)

    async def poll(self, after: int = 0, wait: int = 0) -> list[dict[str, Any]]:
        answer = await self.signed("GET", f"{COMMANDS}?after={after}&wait={wait}")
        assert answer.status_code in {200, 204}, answer.text
        commands: list[dict[str, Any]] = answer.json()["commands"] if answer.content else []
        return commands

    async def ack(self, *acks: dict[str, Any]) -> dict[str, Any]:
        answer = await self.signed("POST", ACKS, json.dumps({"acks": acks}).encode())
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def executed(self, *commands: dict[str, Any]) -> dict[str, Any]:
        return await self.ack(*({"id": one["id"], "state": "executed"} for one in commands))


@dataclass
class House:
    """A tenant with control turned on, its points and their concentrator."""

    database: Database
    scope: Scope
    points: list[int]
    device: PollingConcentrator
    downlink: Downlink
    events: Events

    def acting(self, actor: str, permissions: frozenset[str] = ALL) -> Scope:
        return replace(self.scope, actor=actor, permissions=permissions)

    async def order(self, order: Order = OFF, point: int = 0, scope: Scope | None = None) -> int:
        """One command, and the call that follows its commit; its id."""
        return (await self.ask(order, self.points[point], scope=scope)).ids[0]

    async def ask(self, order: Order, *points: int, scope: Scope | None = None) -> Requested:
        """Command one point, or many."""
        async with self.database.session(scope or self.scope) as session:
            now = datetime.now(UTC)
            if len(points) == 1:
                done = await requesting.request(session, order, points[0], now)
            else:
                done = await requesting.request_many(session, order, points, now)
        tenant = self.scope.tenant_id
        await self.events.call((tenant, ConcentratorId(one)) for one in done.concentrators)
        return done

    async def policy(self, **told: Any) -> None:
        async with self.database.session(self.scope) as session:
            await control.set_policy(session, told, datetime.now(UTC))

    async def state(self, command: int) -> str:
        return (await self.row(command))["state"]  # type: ignore[no-any-return]

    async def row(self, command: int) -> Any:
        async with self.database.session(self.scope) as session:
            driver = await session.driver()
            return await driver.fetchrow(
                "SELECT * FROM command WHERE tenant_id = $1 AND id = $2",
                self.scope.tenant_id,
                command,
            )

    async def run(self, statement: str, *values: Any) -> None:
        """Change what no service would, to see what then is done."""
        async with self.database.session(self.scope) as session:
            driver = await session.driver()
            await driver.execute(statement, self.scope.tenant_id, *values)

    async def path(self, command: int) -> list[str]:
        """States that the command went through, as its rows tell."""
        async with self.database.session(self.scope) as session:
            rows = await session.execute(
                text(
                    "SELECT from_state, to_state FROM command_event"
                    " WHERE tenant_id = :t AND command_id = :c ORDER BY id"
                ),
                {"t": self.scope.tenant_id, "c": command},
            )
            steps = [tuple(row) for row in rows]
        for (_, here), (there, _) in itertools.pairwise(steps):
            assert here == there, steps
        return [steps[0][0], *(after for _, after in steps)]


@pytest_asyncio.fixture
async def events(redis_url: str) -> AsyncIterator[Events]:
    opened = Events(redis_url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def downlink(database: Database, events: Events) -> AsyncIterator[Downlink]:
    opened = Downlink(database, events, look_s=0.5)
    await opened.start()
    yield opened
    await opened.stop()


@pytest_asyncio.fixture
async def client(
    database: Database, events: Events, downlink: Downlink, redis_url: str
) -> AsyncIterator[httpx.AsyncClient]:
    gateway = Gateway(database, Devices(database, MASTER_KEY), SilentQueue(), downlink)
    windows = ReplayWindows(redis_url)
    app = application(gateway, Polls(gateway, downlink, windows, events))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client
    await windows.close()


async def make_house(
    database: Database,
    client: httpx.AsyncClient,
    downlink: Downlink,
    events: Events,
    meters: int = 3,
) -> House:
    number = next(_numbers)
    made = await make_tenant(database, f"house {number} {datetime.now(UTC).timestamp()}")
    serial = f"JC{number}-{made.tenant_id}"
    rows = [
        {
            "concentrator": serial,
            "channel": str(one),
            "meter_serial": f"M{one}",
            "premise": str(one),
        }
        for one in range(1, meters + 1)
    ]
    imported = await place(database, made, *rows)
    async with database.session(made) as session:
        found = await session.execute(
            text("SELECT id FROM metering_point WHERE tenant_id = :t ORDER BY id"),
            {"t": made.tenant_id},
        )
        points = [row[0] for row in found]
    device = PollingConcentrator(client, serial, imported.devices[0].secret)
    scope = replace(made, actor="user:1", permissions=ALL)
    house = House(database, scope, points, device, downlink, events)
    await house.policy(**FREE)
    return house


@pytest_asyncio.fixture
async def house(
    database: Database, client: httpx.AsyncClient, downlink: Downlink, events: Events
) -> House:
    return await make_house(database, client, downlink, events)
