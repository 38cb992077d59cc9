"""Groups and meters that are not as the textbook has them: nobody is accused, and nothing fails."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest_asyncio
from numpy.typing import NDArray

from backend.clients.events import Events
from backend.graphql.context import Context
from backend.graphql.schema import schema
from backend.services import upkeep
from domain.hours import day_of, instant_of
from domain.identity import Scope
from tenants.permissions import Permission
from tenants.session import Database
from tests.factories import MASTER_KEY, make_tenant, place
from tests.integration.findings.town import NOW, TODAY, Town
from tests.integration.store.pushing import Store

DAYS = 18
LOW = TODAY - DAYS * 24
SIZE = DAYS * 24
FINDINGS = """query F { viewer { findings(first: 100) { edges { node {
  kind since point { name } explanation } } } } }"""
_KINDS = "region/city/street/house"


@dataclass(frozen=True)
class Odd:
    """A channel: where it counts, as what, and what it counted."""

    house: str
    serial: str
    used: NDArray[np.int64]
    role: str = "consumer"
    commodity: str = "electricity"
    more: tuple[tuple[str, str], ...] = ()
    silent: slice | None = None


def load(seed: int, mean: int = 400) -> NDArray[np.int64]:
    chance = np.random.default_rng(seed)
    hour = np.arange(SIZE) % 24
    shape = np.where((hour > 6) & (hour < 23), 1.4, 0.4)
    return np.rint(shape * chance.gamma(3, mean / 3, SIZE)).astype(np.int64)


def channels() -> list[Odd]:
    alone, giant = load(1), load(2, 90_000)
    nobody = np.zeros(SIZE, dtype=np.int64)
    late, early = load(5), load(6)
    late[: 9 * 24] = 0
    early[9 * 24 :] = 0
    quiet = load(8)
    came = (("installed_at", instant_of(LOW + 9 * 24).isoformat()),)
    left = (
        ("removed_at", instant_of(LOW + 9 * 24).isoformat()),
        ("final_index", f"{early.sum() / 1000:.3f}"),
    )
    warm = np.full(SIZE, 3000, dtype=np.int64)
    return [
        Odd("One", "ALONE", alone),
        Odd("One", "ALONE-IN", alone * 102 // 100, "inlet"),
        Odd("None", "FREE", load(3)),
        Odd("Two", "T1", load(4)),
        Odd("Two", "T2", load(7)),
        Odd("Two", "IN-A", (load(4) + load(7)) // 2, "inlet"),
        Odd("Two", "IN-B", (load(4) + load(7) + 1) // 2, "inlet"),
        Odd("Moves", "LATE", late, more=came),
        Odd("Moves", "EARLY", early, more=left),
        Odd("Moves", "STAYS", load(9)),
        Odd("Moves", "IN-M", (late + early + load(9)) * 103 // 100, "inlet"),
        Odd("Giant", "GIANT", giant, more=(("capacity", "900"),)),
        Odd("Giant", "EMPTY", nobody),
        Odd("Giant", "G1", load(10)),
        Odd("Giant", "IN-G", (giant + load(10)) * 102 // 100, "inlet", more=(("capacity", "900"),)),
        Odd("Gaps", "Q1", quiet, silent=slice(200, 330)),
        Odd("Gaps", "Q2", load(11)),
        Odd("Gaps", "IN-Q", (quiet + load(11)) * 102 // 100, "inlet", silent=slice(100, 160)),
        Odd("Warm", "HEAT", warm, commodity="heat"),
    ]


@pytest_asyncio.fixture(scope="module")
async def town(database: Database, redis_url: str) -> AsyncIterator[Town]:
    made = await make_tenant(database, "odd groups")
    scope = replace(made, permissions=frozenset(str(one) for one in Permission))
    odd = channels()
    rows = [
        {
            "site_path": f"Region/City/Street/{one.house}",
            "site_kinds": _KINDS,
            "premise": one.serial if one.role == "consumer" else "",
            "concentrator": "JODD",
            "channel": str(at + 1),
            "role": one.role,
            "commodity": one.commodity,
            "meter_serial": one.serial,
            "installed_at": instant_of(LOW).isoformat(),
            "initial_counter": "0",
            **dict(one.more),
        }
        for at, one in enumerate(odd)
    ]
    await place(database, scope, *rows)
    await upkeep.make_months(database, {day_of(LOW + 24 * at).replace(day=1) for at in range(40)})
    store = Store(database, scope, "JODD", NOW)
    counters = np.stack([one.used for one in odd]).cumsum(axis=1)
    for day in range(0, SIZE, 24):
        blocks = [_block(store, odd, counters, at) for at in range(day, day + 24)]
        await store.push({"sequence": 1 + day, "hours": blocks})
    await store.fold()
    yield Town(database, scope, Events(redis_url), store, counters)


def _block(store: Store, odd: list[Odd], counters: NDArray[np.int64], at: int) -> dict[str, Any]:
    """One hour; the heat meter's pipes are equally warm in the last two days."""
    told = {
        number + 1: int(counters[number, at])
        for number, one in enumerate(odd)
        if one.silent is None or not one.silent.start <= at < one.silent.stop
    }
    block: dict[str, Any] = store.frame(0, LOW + at, told)["hours"][0]
    back = 6990 if at >= SIZE - 48 else 4500
    heat = [channel == len(odd) for channel in told]
    block["temperatures"] = {
        "supply": [7000 if own else None for own in heat],
        "return": [back if own else None for own in heat],
    }
    return block


async def ask(town: Town, scope: Scope) -> list[dict[str, Any]]:
    async with Context(town.database, scope, town.events, MASTER_KEY) as context:
        result = await schema.execute(FINDINGS, context_value=context)
    assert result.errors is None, result.errors
    assert result.data is not None
    return [edge["node"] for edge in result.data["viewer"]["findings"]["edges"]]


async def test_odd_groups_fail_nothing_and_accuse_nobody(town: Town) -> None:
    now = instant_of(TODAY)
    await town.judge(now)
    await town.night(now)
    found = await ask(town, town.scope)
    assert [one["kind"] for one in found] == ["HEAT_FLOW_WITHOUT_DELTA"], found
    assert found[0]["point"]["name"].endswith("HEAT")
    assert "differ by 0.1 K" in found[0]["explanation"]
    await town.events.close()
