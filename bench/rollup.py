"""One day of two million channels through all levels of the tree, database included.

The day is pushed and folded by the product first. Then what was rolled up of it is forgotten, every
hour of every lowest group is marked, and the product's own worker rolls the whole day up again;
``day_s`` is the time from its start to the last group. That every meter counts is looked up.
"""

import argparse
import asyncio
import json
import os
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from functools import partial

import psutil

from backend.clients.events import Events
from backend.services.findings import judging
from backend.services.forecasting import learning
from backend.store import bells
from backend.store.findings.due import FINDINGS
from backend.tasks import findings, forecasting
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from bench.intake import acknowledged
from bench.rig import homes
from bench.rig.concentrators import Plan
from bench.rig.installation import Installation, background, part, temporary_installation
from bench.rig.town import Town
from bench.wave import CONNECTIONS, FULL, NOW, SHAPES, found
from domain.hours import day_of, hour_of, instant_of
from domain.identity import Scope, TenantId

HOURS = 24
ALL_HOURS = (1 << HOURS) - 1
LONGEST_S = 3_600.0
SETTLES_S = 8.0
TENANTS, COMMODITIES, CORES = 40, 4, 2

_WAITS = """
SELECT EXISTS (SELECT FROM work_bell WHERE kind IN ('fold', 'roll_up'))
    OR EXISTS (SELECT FROM group_due)
"""
_FORGET = "DELETE FROM group_day WHERE day = $1"
_MARK = """
INSERT INTO group_due (tenant_id, group_id, day, hours)
SELECT DISTINCT tenant_id, group_id, $1::date, $2::int FROM group_member
"""
_RING = """
INSERT INTO work_bell (tenant_id, kind, key, due_at)
SELECT id, 'roll_up', 'bench', now() FROM tenant
"""
_GROUPS = "SELECT count(*) FROM balance_group"
_ROWS = "SELECT count(*) FROM group_day WHERE day = $1"
_METERS = "SELECT count(*) FROM group_member WHERE role <> 'inlet'"
_COUNTED = """
SELECT coalesce(sum(d.h12), 0) FROM group_day AS d
JOIN balance_group AS g ON g.tenant_id = d.tenant_id AND g.id = d.group_id
WHERE g.parent_id IS NULL AND d.quantity = 2 AND d.day = $1
"""


async def settled(installation: Installation) -> float:
    """Wait until nothing is to be folded or rolled up; seconds it took."""
    start = time.perf_counter()
    connection = await installation.superuser()
    while await connection.fetchval(_WAITS):
        if time.perf_counter() - start > LONGEST_S:
            raise RuntimeError("the day is still not rolled up")
        await asyncio.sleep(0.2)
    await connection.close()
    return time.perf_counter() - start


async def fill(installation: Installation, channels: int, first: int) -> int:
    """Push and fold a day; the number of channels."""
    shape = SHAPES["full"].scaled(channels)
    towns: list[Town] = await found(installation, shape, first)
    settings = installation.settings
    devices = [device for one in towns for device in one.devices]
    with ExitStack() as stack:
        stack.enter_context(part(installation, "gateway", settings.gateway_port))
        stack.enter_context(background(installation, "worker"))
        start = time.perf_counter()
        for at in range(HOURS):
            plan = Plan(
                settings.gateway_port,
                devices,
                shape.networks,
                shape.channels,
                [first + at],
                CONNECTIONS,
                at,
            )
            await acknowledged(plan)
        await settled(installation)
    print(f"the day was pushed and folded in {time.perf_counter() - start:.0f} s", flush=True)
    return shape.readings


async def roll_up(installation: Installation, first: int) -> dict[str, object]:
    """Forget the sums of the day, and time the worker making them again."""
    day = day_of(first)
    connection = await installation.superuser()
    before = await connection.fetchval(_ROWS, day)
    await connection.execute(_FORGET, day)
    await connection.execute("VACUUM ANALYZE group_day")
    await connection.execute(_MARK, day, ALL_HOURS)
    await connection.execute(_RING)
    with background(installation, "worker"):
        took = await settled(installation)
    found_again = {
        "groups": await connection.fetchval(_GROUPS),
        "rows": await connection.fetchval(_ROWS, day),
        "rows_before": before,
        "counted_pct": round(
            100
            * float(await connection.fetchval(_COUNTED, day))
            / await connection.fetchval(_METERS),
            3,
        ),
    }
    await connection.close()
    return {"day_s": round(took, 1), **found_again}


async def night(installation: Installation, houses: int) -> dict[str, float]:
    """Judge and learn for some houses, and what that comes to for two million meters.

    In one house of twenty a meter counts half: there is something to explain.
    """
    events = Events(installation.settings.redis_url)
    work = Work(installation.database, SilentQueue(), events)
    made, meters = await homes.houses(installation, work, houses)
    tenant = made.scope.tenant_id
    connection = await installation.superuser()
    await connection.execute("VACUUM ANALYZE")  # as autovacuum has done long before a night
    await connection.close()
    judged = await _timed(installation, partial(_judge, work, tenant))
    with background(installation, "judge"):
        await asyncio.sleep(SETTLES_S)  # until it has loaded what it needs
        together = await _timed(installation, partial(_judge, work, tenant))
    await learning.announce_for(work.database, tenant, datetime.now(UTC))
    learnt = await _timed(installation, partial(forecasting.learn, work, tenant))
    await events.close()
    models = TENANTS * COMMODITIES
    cpu, clock = (judged[at] / meters * FULL + learnt[at] * models for at in range(2))
    return {
        "night_meters": meters,
        "judge_ms_per_meter": round(1000 * judged[0] / meters, 2),
        "learn_s_per_model": round(learnt[0], 1),
        "nightly_min": round(cpu / CORES / 60, 1),
        "nightly_min_one_process": round(clock / 60, 1),
        "judge_clock_ms_per_meter": round(1000 * judged[1] / meters, 2),
        "judge_clock_ms_per_meter_two_processes": round(1000 * together[1] / meters, 2),
        "nightly_min_two_processes": round(
            (together[1] / meters * FULL + learnt[1] * models) / 60, 1
        ),
    }


async def _judge(work: Work, tenant: TenantId) -> None:
    """Judge everything of a tenant, turn by turn."""
    await judging.announce(work.database, datetime.now(UTC))
    ringing = True
    while ringing:
        await findings.judge(work, tenant)
        async with work.database.session(Scope(tenant, actor="bench")) as session:
            ringing = bool(await bells.heard(session, FINDINGS))


async def _timed(
    installation: Installation, act: Callable[[], Awaitable[None]]
) -> tuple[float, float]:
    """Processor seconds of this process and of PostgreSQL, and seconds by the clock."""
    servers = _servers_s(installation)
    start, before = time.perf_counter(), _own_s()
    await act()
    # own seconds are read inside: looking through all processes takes some, too
    own, clock = _own_s() - before, time.perf_counter() - start
    return own + _servers_s(installation) - servers, clock


def _own_s() -> float:
    return float(sum(psutil.Process().cpu_times()[:2]))


def _servers_s(installation: Installation) -> float:
    port = str(installation.settings.database_url.rpartition(":")[2].partition("/")[0])
    total = 0.0
    for one in psutil.process_iter(["name"]):
        if one.info["name"] == "postgres":
            with suppress(psutil.Error):
                if any(c.laddr.port == int(port) for c in one.net_connections()):
                    total += sum(one.cpu_times()[:2])
    return total


async def main(options: argparse.Namespace) -> None:
    """Measure and print; who ends it from outside finds no server left behind."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    os.environ["BALANCE_REQUESTS_PER_MINUTE"] = "100000000"
    first = hour_of(instant_of(NOW)) // HOURS * HOURS - HOURS
    async with temporary_installation() as installation:
        channels = await fill(installation, options.channels, first)
        answer = {"channels": channels, **await roll_up(installation, first)}
    async with temporary_installation() as installation:
        answer |= await night(installation, options.houses)
    print(json.dumps(answer))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=int, default=FULL)
    parser.add_argument("--houses", type=int, default=20, help="judged at night, of 30 homes each")
    asyncio.run(main(parser.parse_args()))
