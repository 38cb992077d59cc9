"""Verification over GraphQL: the slow meter of a house is found by its balance, and priced."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import numpy as np
import pytest_asyncio

from backend.clients.events import Events
from backend.graphql.context import Context
from backend.graphql.schema import schema
from backend.services.gateway.devices import Devices
from backend.tasks import metering
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.hours import hour_of, instant_of
from domain.identity import Scope
from ingestion.app import application
from ingestion.gateway import Gateway
from tenants.permissions import Permission
from tenants.session import Database
from tests.factories import MASTER_KEY, PushingConcentrator, block, make_tenant, place

NOW = hour_of(datetime.now(UTC))
HOURS = 20 * 24
LOW = NOW - HOURS
METERS, SLOW, INLET = 10, 3, 99
ALL = frozenset(str(permission) for permission in Permission)
PRICES = {"unit": "2.5", "verification": "60", "replacement": "400"}

ASK = """query ($from: DateTime!, $to: DateTime!, $prices: VerificationPrices!) { viewer {
  site(path: "Slow") { balanceGroups { verifications(from: $from, to: $to, prices: $prices) {
    hours meters { point { name } meterSerial uncountedPercent uncountedError advice lossAYear
    verifyOn earliest latest breakevenOn } } } } } }"""


class Desk:
    """Who asks."""

    def __init__(self, database: Database, events: Events, scope: Scope) -> None:
        self.database, self.events, self.scope = database, events, scope

    async def ask(self, low: int = LOW, **prices: str) -> Any:
        values = {
            "from": instant_of(low).isoformat(),
            "to": instant_of(NOW).isoformat(),
            "prices": PRICES | prices,
        }
        async with Context(self.database, self.scope, self.events, MASTER_KEY) as context:
            return await schema.execute(ASK, values, context_value=context)


@pytest_asyncio.fixture(scope="module")
async def desk(database: Database, redis_url: str) -> AsyncIterator[Desk]:
    events = Events(redis_url)
    made = await make_tenant(database, "slow meters")
    base = {
        "site_path": "Slow",
        "site_kinds": "house",
        "concentrator": "JQ",
        "installed_at": instant_of(LOW).isoformat(),
    }
    rows = [
        {**base, "premise": f"Flat {at}", "meter_serial": f"Q{at}", "channel": str(at)}
        for at in range(METERS)
    ]
    inlet = {**base, "role": "inlet", "meter_serial": "QI", "channel": str(INLET)}
    imported = await place(database, made, *rows, inlet)
    chance = np.random.default_rng(11)
    true = chance.gamma(1.2, 500, (METERS, HOURS))
    seen = true.copy()
    seen[SLOW] *= 0.9
    whole = (true.sum(axis=0) * 1.03).cumsum().astype(int)
    counters = seen.cumsum(axis=1).astype(int)
    gateway = Gateway(database, Devices(database, MASTER_KEY), SilentQueue())
    transport = httpx.ASGITransport(application(gateway))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        device = PushingConcentrator(client, "JQ", imported.devices[0].secret)
        frames = [
            device.frame(
                block(
                    LOW + at,
                    1,
                    {meter: int(counters[meter, at]) for meter in range(METERS)}
                    | {INLET: int(whole[at])},
                )
            )
            for at in range(HOURS)
        ]
        assert (await device.push(*frames)).json()["rejected"] == []
    work = Work(database, SilentQueue(), events)
    await metering.fold(work, made.tenant_id)
    await metering.roll_up(work, made.tenant_id)
    yield Desk(database, events, Scope(made.tenant_id, "engineer", ALL))
    await events.close()


async def test_the_slow_meter_is_found_and_the_others_are_kept(desk: Desk) -> None:
    result = await desk.ask()
    assert result.errors is None
    found = result.data["viewer"]["site"]["balanceGroups"][0]["verifications"]
    assert found["hours"] == HOURS
    slow, *others = found["meters"]
    assert slow["meterSerial"] == f"Q{SLOW}"
    assert abs(slow["uncountedPercent"] - 100 / 9) < 3 * slow["uncountedError"]
    assert slow["advice"] in {"VERIFY", "REPLACE"}
    assert date.fromisoformat(slow["earliest"]) <= date.fromisoformat(slow["verifyOn"])
    assert date.fromisoformat(slow["verifyOn"]) <= date.fromisoformat(slow["latest"])
    assert float(slow["lossAYear"]) > 400
    assert [one["advice"] for one in others].count("KEEP") >= len(others) - 1
    assert all(one["verifyOn"] is None for one in others if one["advice"] == "KEEP")
    assert len(others) == METERS - 1


async def test_dear_replacement_and_cheap_energy_leave_it_to_verification(desk: Desk) -> None:
    result = await desk.ask(replacement="90000")
    found = result.data["viewer"]["site"]["balanceGroups"][0]["verifications"]
    assert found["meters"][0]["advice"] == "VERIFY"


async def test_what_cannot_be_told_is_refused_with_the_reason(desk: Desk) -> None:
    result = await desk.ask(low=NOW - 100)
    assert [error.original_error.code for error in result.errors] == ["TOO_FEW_HOURS"]
    result = await desk.ask(unit="0")
    assert result.errors[0].original_error.field == "prices.unit"
