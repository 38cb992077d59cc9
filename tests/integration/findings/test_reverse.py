"""A water meter that counts backwards, and a module that begins anew: from push to finding."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest_asyncio

from backend.clients.events import Events
from backend.services.findings import judging
from backend.store import bells
from backend.store.groups.structure import Structures
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.hours import hour_of, instant_of
from tenants.permissions import Permission
from tenants.session import Database
from tests.desk import Desk, count
from tests.factories import make_tenant, place

NOW = hour_of(datetime.now(UTC))
HOURS = 60
LOW = NOW - HOURS
BACK = np.array([20, 15, 30])
"""Litres an hour, in the last three hours."""

SPAN = {"from": instant_of(LOW).isoformat(), "to": instant_of(NOW).isoformat()}
ASK = """query ($from: DateTime!, $to: DateTime!, $at: DateTime!) { viewer {
  meteringPoints(first: 10) { edges { node { meter { serial }
    profile(from: $from, to: $to, step: "PT1H") { values quality }
    missing(from: $from, to: $to) { from to reason }
    deliveries(from: $from, to: $to) { expected missing }
    readingAt(at: $at) { value counter }
    findings { edges { node { kind since energy { value unit } explanation } } } } } } } }"""
GROUP = """query ($from: DateTime!, $to: DateTime!) { viewer { site(path: "Region/City/House 1") {
  balanceGroups { profile(from: $from, to: $to, step: "PT1H") { values quality coverage } } } } }"""


@dataclass
class Street:
    """Who asks, and what flowed onward."""

    desk: Desk
    used: np.ndarray

    async def meters(self) -> dict[str, Any]:
        found = await self.desk.ask(ASK, **SPAN, at=instant_of(NOW).isoformat())
        edges = found["viewer"]["meteringPoints"]["edges"]
        return {one["node"]["meter"]["serial"]: one["node"] for one in edges}


@pytest_asyncio.fixture(scope="module")
async def street(database: Database, redis_url: str) -> AsyncIterator[Street]:
    events = Events(redis_url)
    made = await make_tenant(database, "reverse")
    common = {
        "commodity": "water_cold",
        "installed_at": instant_of(LOW).isoformat(),
        "initial_counter": "1000000",
    }
    names = ("STEADY", "TURNED", "ANEW")
    rows = [
        common | {"meter_serial": name, "channel": str(at), "premise": f"Flat {at}"}
        for at, name in enumerate(names, 1)
    ]
    imported = await place(database, made, *rows)
    work = Work(database, SilentQueue(), events)
    used = np.random.default_rng(4).integers(1, 40, HOURS)
    used[np.arange(HOURS) % 24 < 7] = 0
    steady = 1_000_000 + used.cumsum()
    turned = steady.copy()
    turned[-3:] = turned[-4] - BACK.cumsum()
    anew = steady.copy()
    anew[30:] -= steady[29]  # the module was replaced: it counts from nothing
    await count(work, made, imported, LOW, {1: steady, 2: turned, 3: anew})
    async with database.session(made) as session:
        await bells.ring(session, judging.FINDINGS, f"{judging.NIGHT} test")
    more = True
    while more:
        async with database.session(made) as session:
            more = (await judging.judge_next(session, instant_of(NOW), Structures())).more
    scope = replace(made, permissions=frozenset(str(one) for one in Permission))
    yield Street(Desk(work, scope), used)
    await events.close()


async def test_what_flows_back_is_no_consumption_and_no_wrap(street: Street) -> None:
    own = (await street.meters())["TURNED"]
    values = np.asarray(own["profile"]["values"], dtype=float)
    assert np.isnan(values[-3:]).all()
    np.testing.assert_allclose(values[:-3], street.used[:-3] / 1000)
    assert list(own["profile"]["quality"][-3:]) == [6, 6, 6]
    assert {one["reason"] for one in own["missing"]} == {"COUNTER_FELL"}
    assert own["deliveries"]["missing"] == 0  # every counter came
    register = (street.used[:-3].sum() - BACK.sum()) / 1000
    assert own["readingAt"]["value"] == register


async def test_reverse_flow_is_found_with_its_amount(street: Street) -> None:
    own = await street.meters()
    (found,) = [one["node"] for one in own["TURNED"]["findings"]["edges"]]
    assert found["kind"] == "REVERSE_FLOW"
    assert found["energy"] == {"value": BACK.sum() / 1000, "unit": "m3"}
    assert [one["findings"]["edges"] for name, one in own.items() if name != "TURNED"] == [[], []]


async def test_a_module_that_begins_anew_loses_one_hour(street: Street) -> None:
    own = (await street.meters())["ANEW"]
    values = np.asarray(own["profile"]["values"], dtype=float)
    unknown = np.flatnonzero(np.isnan(values))
    assert unknown.tolist() == [30]
    assert own["profile"]["quality"][30] == 6
    kept = np.delete(np.arange(HOURS), 30)
    np.testing.assert_allclose(values[kept], street.used[kept] / 1000)


async def test_the_house_knows_that_hours_are_missing(street: Street) -> None:
    (group,) = (await street.desk.ask(GROUP, **SPAN))["viewer"]["site"]["balanceGroups"]
    values = np.asarray(group["profile"]["values"], dtype=float)
    others = 2 * street.used / 1000
    np.testing.assert_allclose(values[-3:], others[-3:])
    np.testing.assert_allclose(values[:30], 3 * street.used[:30] / 1000)
    assert (np.asarray(group["profile"]["coverage"])[-3:] < 1).all()
