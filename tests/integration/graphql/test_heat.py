"""A house's heat over GraphQL: shared to the last watt-hour, or refused with the reason."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
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
HOURS = 12
LOW = NOW - HOURS
AREAS = (50, 70, 40)
INLET = 99
ALL = frozenset(str(permission) for permission in Permission)
SPAN = {"from": instant_of(LOW).isoformat(), "to": instant_of(NOW).isoformat()}

ASK = """query ($path: String!, $from: DateTime!, $to: DateTime!, $scheme: HeatScheme!,
  $share: Float!) { viewer { site(path: $path) { balanceGroups { commodity
  heatAllocation(from: $from, to: $to, scheme: $scheme, basicShare: $share) {
    totalKwh coverage parts { premise { name } kwh own estimated } } } } } }"""


@dataclass
class House:
    """Who asks, and what was counted."""

    desk: Desk
    wh: np.ndarray

    def asked(self, path: str, scheme: str = "HEAT_METERS", share: float = 0.3) -> dict[str, Any]:
        return {"path": path, "scheme": scheme, "share": share, **SPAN}


@pytest_asyncio.fixture(scope="module")
async def house(database: Database, redis_url: str) -> AsyncIterator[House]:
    events = Events(redis_url)
    made = await make_tenant(database, "heat")
    base = {
        "site_kinds": "house",
        "commodity": "heat",
        "concentrator": "JH",
        "installed_at": instant_of(LOW).isoformat(),
    }
    flats = [
        {
            **base,
            "site_path": "Warm",
            "premise": f"Flat {at}",
            "meter_serial": f"H{at}",
            "channel": str(at),
            "area_m2": str(area),
        }
        for at, area in enumerate(AREAS)
    ]
    bare = {
        **base,
        "site_path": "Bare",
        "premise": "Flat 9",
        "meter_serial": "H9",
        "channel": "50",
    }
    inlets = [
        {
            **base,
            "site_path": path,
            "premise": "",
            "role": "inlet",
            "meter_serial": f"I-{path}",
            "channel": channel,
        }
        for path, channel in (("Warm", str(INLET)), ("Bare", "98"))
    ]
    imported = await place(database, made, *flats, bare, *inlets)
    wh = np.random.default_rng(8).integers(100, 3_000, (len(AREAS), HOURS))
    wh[2] = 0
    counters = wh.cumsum(axis=1)
    whole = counters.sum(axis=0) + 311 * np.arange(1, HOURS + 1)
    work = Work(database, SilentQueue(), events)
    flows = {flat: counters[flat] for flat in range(len(AREAS))}
    await count(work, made, imported, LOW, flows | {INLET: whole, 98: whole})
    yield House(Desk(work, Scope(made.tenant_id, "manager", ALL)), wh)
    await events.close()


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
async def test_parts_sum_to_what_the_house_meter_counted(house: House, share: float) -> None:
    data = await house.desk.ask(ASK, **house.asked("Warm", share=share))
    found = data["viewer"]["site"]["balanceGroups"][0]["heatAllocation"]
    total = int(house.wh.sum()) + 311 * HOURS
    assert found["totalKwh"] == total / 1000
    assert found["coverage"] == 1
    parts = [round(part["kwh"] * 1000) for part in found["parts"]]
    assert sum(parts) == total
    drawn = house.wh.sum(axis=1) / house.wh.sum()
    wanted = total * (share * np.array(AREAS) / sum(AREAS) + (1 - share) * drawn)
    np.testing.assert_allclose(parts, wanted, atol=1)
    own = [part["own"] * 1000 for part in found["parts"]]
    assert own == house.wh.sum(axis=1).tolist()


async def test_what_is_missing_is_said(house: House) -> None:
    for path, scheme, code in (
        ("Bare", "HEAT_METERS", "AREA_UNKNOWN"),
        ("Warm", "HOT_WATER", "NO_FLATS"),
    ):
        ((told, _),) = await house.desk.refused(ASK, **house.asked(path, scheme))
        assert told == code
    ((_, field),) = await house.desk.refused(ASK, **house.asked("Warm", share=1.2))
    assert field == "basicShare"
