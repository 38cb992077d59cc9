"""Weeks of a house that come at once, after its line was down: what had gone on is told."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.clients.events import Events
from backend.services import upkeep
from backend.services.findings import judging
from backend.store import bells
from backend.store.groups.structure import Structures
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.hours import day_of, hour_of, instant_of
from tenants.permissions import Permission
from tenants.session import Database
from tests.desk import Desk, count
from tests.factories import make_tenant, place

NOW = hour_of(datetime.now(UTC))
DAYS = 50
SILENT = 17
"""Hours since the last one that came."""

LOW = NOW - SILENT - DAYS * 24
ASK = """query { viewer { findings(first: 10) { edges { node {
  kind state since point { meter { serial } } } } } } }"""

DRIPS = """query { viewer { findings(first: 10) { edges { node {
  kind since point { meter { serial } }
  en: explanation(locale: "en") ru: explanation(locale: "ru") ro: explanation(locale: "ro")
} } } } }"""


def flat(seed: int) -> NDArray[np.int64]:
    """Litres of a flat that sleeps at night, shape ``(24 * DAYS,)``."""
    chance = np.random.default_rng(seed)
    hours = (LOW + np.arange(DAYS * 24) + 2) % 24
    used = chance.random(len(hours)) < np.where(hours < 6, 0.05, 0.7)
    return np.where(used, np.rint(chance.gamma(1.5, 18, len(hours))) + 1, 0).astype(np.int64)


async def judged(database: Database, redis_url: str, flows: dict[str, NDArray[np.int64]]) -> Desk:
    made = await make_tenant(database, f"late past {len(flows)}")
    installed = {"installed_at": instant_of(LOW).isoformat(), "commodity": "water_cold"}
    rows = [
        installed
        | {
            "concentrator": f"J{len(flows)}",
            "meter_serial": name,
            "channel": str(at),
            "premise": f"Flat {at}",
            "initial_counter": "0",
        }
        for at, name in enumerate(flows, 1)
    ]
    imported = await place(database, made, *rows)
    await upkeep.make_months(
        database, {day_of(LOW + 24 * at).replace(day=1) for at in range(-8, DAYS + 3)}
    )
    work = Work(database, SilentQueue(), Events(redis_url))
    counters = {at: flow.cumsum() for at, flow in enumerate(flows.values(), 1)}
    await count(work, made, imported, LOW, counters)
    async with database.session(made) as session:
        await bells.ring(session, judging.FINDINGS, f"{judging.NIGHT} test")
    more = True
    while more:
        async with database.session(made) as session:
            more = (await judging.judge_next(session, instant_of(NOW), Structures())).more
    return Desk(work, replace(made, permissions=frozenset(str(one) for one in Permission)))


async def found(desk: Desk) -> dict[str, dict[str, Any]]:
    told = await desk.ask(ASK)
    nodes = [edge["node"] for edge in told["viewer"]["findings"]["edges"]]
    return {one["point"]["meter"]["serial"]: one for one in nodes}


async def test_leaks_of_a_past_that_came_at_once_are_told_and_habits_are_not(
    database: Database, redis_url: str
) -> None:
    toilet, pipe = flat(2), flat(3)
    toilet[24 * 26 :: 3] += 15
    pipe[24 * 44 :] += 8
    flows = {"SOUND": flat(1), "TOILET": toilet, "PIPE": pipe, "EMPTY": 0 * pipe}
    desk = await judged(database, redis_url, flows)
    told = await found(desk)
    assert {name: one["kind"] for name, one in told.items()} == {
        "TOILET": "LEAK_INTERMITTENT",
        "PIPE": "LEAK_CONTINUOUS",
    }
    began = hour_of(datetime.fromisoformat(told["TOILET"]["since"])) - LOW
    assert abs(began - 24 * 26) < 24 * 6

    # the night after, judged again: the toilet's own weeks are no past against which it is judged
    async with desk.work.database.session(desk.scope) as session:
        await bells.ring(session, judging.FINDINGS, f"{judging.NIGHT} again")
    async with desk.work.database.session(desk.scope) as session:
        await judging.judge_next(session, instant_of(NOW + 3), Structures())
    again = await found(desk)
    assert {name: one["state"] for name, one in again.items()} == {"TOILET": "NEW", "PIPE": "NEW"}
    await desk.work.events.close()


async def test_a_tap_that_drips_is_told_with_its_litres_in_the_language_of_who_reads(
    database: Database, redis_url: str
) -> None:
    tap = flat(4)
    tap[24 * 42 :: 2] += 1
    desk = await judged(database, redis_url, {"SOUND": flat(1), "TAP": tap})
    told = await desk.ask(DRIPS)
    (one,) = [edge["node"] for edge in told["viewer"]["findings"]["edges"]]
    assert one["kind"] == "LEAK_TRICKLE"
    assert one["point"]["meter"]["serial"] == "TAP"
    assert "single pulses come by day and night" in one["en"]
    assert "отдельные импульсы приходят днём и ночью" in one["ru"]
    assert "impulsuri izolate vin ziua și noaptea" in one["ro"]
    assert hour_of(datetime.fromisoformat(one["since"])) >= LOW + 24 * 41
    await desk.work.events.close()


async def test_a_leak_that_grows_is_told_in_two_days_with_how_it_grew(
    database: Database, redis_url: str
) -> None:
    pipe = flat(5)
    drops = np.floor(0.022 / 2 * np.arange(50) ** 2)
    pipe[-49:] += np.diff(drops).astype(np.int64)
    desk = await judged(database, redis_url, {"SOUND": flat(1), "PIPE": pipe, "ALSO": flat(6)})
    told = await desk.ask(DRIPS)
    (one,) = [edge["node"] for edge in told["viewer"]["findings"]["edges"]]
    assert one["kind"] == "LEAK_GROWING"
    assert one["point"]["meter"]["serial"] == "PIPE"
    assert "ever closer" in one["en"]
    assert "всё чаще" in one["ru"]
    assert "tot mai des" in one["ro"]
    began = hour_of(datetime.fromisoformat(one["since"]))
    assert abs(began - (LOW + 24 * DAYS - 49)) <= 24
    await desk.work.events.close()
