"""Verification over GraphQL: the slow meter of a house is found by its balance, and priced."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest_asyncio

from backend.clients.events import Events
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.hours import hour_of, instant_of
from domain.identity import Scope
from tenants.permissions import Permission
from tenants.session import Database
from tests.desk import Desk, count
from tests.factories import make_tenant, place

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
    work = Work(database, SilentQueue(), events)
    flows = {meter: counters[meter] for meter in range(METERS)}
    await count(work, made, imported, LOW, flows | {INLET: whole})
    yield Desk(work, Scope(made.tenant_id, "engineer", ALL))
    await events.close()


def asked(low: int = LOW, **prices: str) -> dict[str, Any]:
    return {
        "from": instant_of(low).isoformat(),
        "to": instant_of(NOW).isoformat(),
        "prices": PRICES | prices,
    }


async def test_the_slow_meter_is_found_and_the_others_are_kept(desk: Desk) -> None:
    found = (await desk.ask(ASK, **asked()))["viewer"]["site"]["balanceGroups"][0]["verifications"]
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
    found = (await desk.ask(ASK, **asked(replacement="90000")))["viewer"]["site"]["balanceGroups"][
        0
    ]["verifications"]
    assert found["meters"][0]["advice"] == "VERIFY"


async def test_what_cannot_be_told_is_refused_with_the_reason(desk: Desk) -> None:
    ((code, _),) = await desk.refused(ASK, **asked(low=NOW - 100))
    assert code == "TOO_FEW_HOURS"
    ((_, field),) = await desk.refused(ASK, **asked(unit="0"))
    assert field == "prices.unit"


async def test_a_meter_that_was_placed_today_hides_nothing(desk: Desk, database: Database) -> None:
    late = instant_of(NOW - 2).isoformat()
    row = {"site_path": "Slow", "site_kinds": "house", "concentrator": "JQ", "premise": "Flat new"}
    new = {"meter_serial": "QNEW", "channel": str(METERS + 1), "installed_at": late}
    await place(database, desk.scope, {**row, **new})
    found = (await desk.ask(ASK, **asked()))["viewer"]["site"]["balanceGroups"][0]["verifications"]
    assert found["hours"] >= HOURS - 2
    assert found["meters"][0]["meterSerial"] == f"Q{SLOW}"
    assert "QNEW" not in {one["meterSerial"] for one in found["meters"]}
