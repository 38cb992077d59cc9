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
from contextlib import ExitStack

from bench.intake import acknowledged
from bench.rig.concentrators import Plan
from bench.rig.installation import Installation, background, part, temporary_installation
from bench.rig.town import Town
from bench.wave import CONNECTIONS, FULL, NOW, SHAPES, found
from domain.hours import day_of, hour_of, instant_of

HOURS = 24
ALL_HOURS = (1 << HOURS) - 1
LONGEST_S = 3_600.0

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
    print(json.dumps(answer))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=int, default=FULL)
    asyncio.run(main(parser.parse_args()))
