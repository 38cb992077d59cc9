"""A house's heat over GraphQL: shared to the last watt-hour, or refused with the reason."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import numpy as np
import pytest
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


class Desk:
    """Who asks, and what was counted."""

    def __init__(self, database: Database, events: Events, scope: Scope, wh: np.ndarray) -> None:
        self.database, self.events, self.scope, self.wh = database, events, scope, wh

    async def ask(self, path: str, scheme: str = "HEAT_METERS", share: float = 0.3) -> Any:
        async with Context(self.database, self.scope, self.events, MASTER_KEY) as context:
            values = {"path": path, "scheme": scheme, "share": share, **SPAN}
            return await schema.execute(ASK, values, context_value=context)


@pytest_asyncio.fixture(scope="module")
async def desk(database: Database, redis_url: str) -> AsyncIterator[Desk]:
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
    gateway = Gateway(database, Devices(database, MASTER_KEY), SilentQueue())
    transport = httpx.ASGITransport(application(gateway))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        device = PushingConcentrator(client, "JH", imported.devices[0].secret)
        frames = [
            device.frame(
                block(
                    LOW + at,
                    1,
                    {flat: int(counters[flat, at]) for flat in range(len(AREAS))}
                    | {INLET: int(whole[at]), 98: int(whole[at])},
                )
            )
            for at in range(HOURS)
        ]
        assert (await device.push(*frames)).json()["rejected"] == []
    work = Work(database, SilentQueue(), events)
    await metering.fold(work, made.tenant_id)
    await metering.roll_up(work, made.tenant_id)
    yield Desk(database, events, Scope(made.tenant_id, "manager", ALL), wh)
    await events.close()


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
async def test_parts_sum_to_what_the_house_meter_counted(desk: Desk, share: float) -> None:
    result = await desk.ask("Warm", share=share)
    assert result.errors is None
    found = result.data["viewer"]["site"]["balanceGroups"][0]["heatAllocation"]
    total = int(desk.wh.sum()) + 311 * HOURS
    assert found["totalKwh"] == total / 1000
    assert found["coverage"] == 1
    parts = [round(part["kwh"] * 1000) for part in found["parts"]]
    assert sum(parts) == total
    drawn = desk.wh.sum(axis=1) / desk.wh.sum()
    wanted = total * (share * np.array(AREAS) / sum(AREAS) + (1 - share) * drawn)
    np.testing.assert_allclose(parts, wanted, atol=1)
    assert [part["own"] * 1000 for part in found["parts"]] == desk.wh.sum(axis=1).tolist()


async def test_what_is_missing_is_said(desk: Desk) -> None:
    for path, scheme, code in (
        ("Bare", "HEAT_METERS", "AREA_UNKNOWN"),
        ("Warm", "HOT_WATER", "NO_FLATS"),
    ):
        result = await desk.ask(path, scheme)
        assert [error.original_error.code for error in result.errors] == [code]
    result = await desk.ask("Warm", share=1.2)
    assert result.errors[0].original_error.field == "basicShare"
