"""Groups and meters that are not as the textbook has them: nobody is accused, and nothing fails."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
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
from tests.daytime import NAME
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
        *_a_minute_late(),
        Odd("Warm", "HEAT", warm, commodity="heat"),
    ]


def _a_minute_late() -> list[Odd]:
    """A house whose balance meter is read a minute late, and one home a minute early."""
    homes = [load(seed) for seed in range(20, 26)]
    whole = np.sum(homes, axis=0)

    def moved(flow: NDArray[np.int64], minutes: int) -> NDArray[np.int64]:
        register = np.concatenate([[0], flow.cumsum()]).astype(float)
        at = np.arange(SIZE + 1) + minutes / 60
        shown = np.rint(np.interp(at, np.arange(SIZE + 1), register)).astype(np.int64)
        shown[0] = 0
        return np.diff(shown)

    late = [Odd("Late", f"L{at}", flow) for at, flow in enumerate(homes[1:])]
    early = Odd("Late", "EARLY-CLOCK", moved(homes[0], -1))
    return [*late, early, Odd("Late", "IN-L", moved(whole * 102 // 100, 1), "inlet")]


@pytest_asyncio.fixture(scope="module")
async def town(database: Database, redis_url: str) -> AsyncIterator[Town]:
    made = await make_tenant(database, "odd groups", NAME)
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
    made_town = Town(database, scope, Events(redis_url), store, counters)
    yield made_town
    await made_town.events.close()


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


EVERYTHING = """query E($path: String!, $from: DateTime!, $to: DateTime!) { viewer {
  site(path: $path) { balanceGroups { commodity
    profile(from: $from, to: $to, step: "P1D") { values coverage }
    imbalance(from: $from, to: $to, step: "P1D") { supplied delivered imbalance technicalLoss
      nonTechnicalLoss coverage standing band }
    commonNeeds(from: $from, to: $to, step: "P1D") { total metered rest }
    simultaneity(from: $from, to: $to) { coefficient coincidence mixture }
    checks { check outcome explanation }
    monthToDate { soFar forecast { p10 p50 p90 } } forecast { p50 } forecastScore { wape }
    members { name monthToDate { soFar } forecast { p10 p50 p90 }
      indicators(from: $from, to: $to) { homes consumption } } } } } }"""
CHECKED = 7


async def everything(town: Town, house: str) -> dict[str, Any]:
    low = TODAY - 4 * 24
    span = {"from": instant_of(low).isoformat(), "to": instant_of(TODAY).isoformat()}
    path = f"Region/City/Street/{house}"
    site = (await town.ask(EVERYTHING, path=path, **span))["viewer"]["site"]
    return dict(site["balanceGroups"][0])


def amounts(group: dict[str, Any], name: str) -> NDArray[np.float64]:
    return np.asarray(group["imbalance"][name], dtype=float)


async def test_everything_has_an_answer_for_every_odd_group(town: Town) -> None:
    houses = dict.fromkeys(one.house for one in channels())
    for house in houses:
        group = await everything(town, house)
        assert len(group["checks"]) == CHECKED, house
        assert all(one["explanation"] for one in group["checks"]), house
        known = ~np.isnan(amounts(group, "imbalance"))
        total = np.asarray(group["commonNeeds"]["total"], dtype=float)
        assert not (known & np.isnan(total)).any(), house
        for name in ("technicalLoss", "nonTechnicalLoss"):  # nothing is told of what is unknown
            assert np.isnan(amounts(group, name)[~known]).all(), house


async def test_two_inlets_feed_together(town: Town) -> None:
    group = await everything(town, "Two")
    both = (load(4) + load(7))[-96:].reshape(4, 24).sum(axis=1) / 1000
    np.testing.assert_allclose(amounts(group, "delivered"), both)
    np.testing.assert_allclose(amounts(group, "supplied"), both, atol=0.03)
    assert np.abs(amounts(group, "imbalance")).max() < 0.03


async def test_without_an_inlet_there_is_no_balance_and_no_zero(town: Town) -> None:
    group = await everything(town, "None")
    for name in ("supplied", "imbalance", "nonTechnicalLoss", "band"):
        assert np.isnan(amounts(group, name)).all()
    delivered = load(3)[-96:].reshape(4, 24).sum(axis=1) / 1000
    np.testing.assert_allclose(amounts(group, "delivered"), delivered)
    outcomes = {one["check"]: one["outcome"] for one in group["checks"]}
    assert outcomes["BALANCE_METER"] == "UNKNOWN"
    assert outcomes["UNAUTHORISED_CONNECTIONS"] == "UNKNOWN"


async def test_members_count_while_they_stand(town: Town) -> None:
    group = await everything(town, "Moves")
    late = load(5)
    late[: 9 * 24] = 0
    stays = (late + load(9))[-96:].reshape(4, 24).sum(axis=1) / 1000
    np.testing.assert_allclose(amounts(group, "delivered"), stays)
    assert set(group["imbalance"]["coverage"]) == {1.0}


async def test_a_home_without_use_uses_nothing_and_is_no_unknown(town: Town) -> None:
    group = await everything(town, "Giant")
    (empty,) = [one for one in group["members"] if one["name"].endswith("EMPTY")]
    assert empty["monthToDate"]["soFar"] == 0
    share = amounts(group, "imbalance") / amounts(group, "supplied")
    np.testing.assert_allclose(share, 0.02 / 1.02, atol=0.001)


async def test_clocks_a_minute_off_move_energy_between_hours_and_lose_none(town: Town) -> None:
    group = await everything(town, "Late")
    share = amounts(group, "imbalance").sum() / amounts(group, "supplied").sum()
    assert share == pytest.approx(0.02 / 1.02, abs=0.002)
    outcomes = {one["check"]: one["outcome"] for one in group["checks"]}
    assert outcomes["MANIPULATION"] == outcomes["UNAUTHORISED_CONNECTIONS"] == "PASSED"
