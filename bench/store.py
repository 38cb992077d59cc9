"""How small readings lie in each tier of the store, and how fast they are read back.

Every figure also as a ratio to one row per reading, ``(tenant, series, hour, counter, quality)``
with its primary key, filled with the same readings and asked the same in the same run. The
counters are those of the 300 homes that come with the product, or of a parquet file given
(a column of hours and one of Wh for each home).
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backend.services.hours import closing
from backend.store.hours import counters, facts, months, tiers
from backend.store.hours.facts import Readings
from backend.store.network.channels import ChannelDirectory
from bench import intake
from bench.rig import town
from bench.rig.installation import Installation, temporary_installation
from bench.rig.town import CHANNELS, NETWORKS, Town
from domain.hours import day_of, first_hour, hour_of, instant_of
from domain.identity import Scope
from simulator.sources import homes_wh
from tenants.session import TenantSession

CONCENTRATORS = 4
COLD = 5_000
"""Series with a closed month; their ids lie above those of the town."""

FIRST_COLD = 10_000_000
GROUP = 480

NOW = datetime.now(UTC)
MONTH = (day_of(first_hour(tiers.standing(NOW).days.start) - 24)).replace(day=1)
"""The newest month that is closed."""

_PLAIN = """
CREATE TABLE plain (tenant_id int, series_id bigint, hour timestamptz, counter int,
                    quality smallint, PRIMARY KEY (tenant_id, series_id, hour))
"""


def homes_of(file: Path | None) -> NDArray[np.int64]:
    """Hourly Wh of homes, shape ``(hours, homes)``."""
    if file is None:
        return np.asarray(homes_wh(), dtype=np.int64)
    from pyarrow import parquet  # noqa: PLC0415 - heavy, and only for a file of one's own

    table = parquet.read_table(file).to_pandas().select_dtypes("number")
    return np.asarray(np.nan_to_num(table.to_numpy()).round(), dtype=np.int64)


def month_of_counters(homes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Hours of the month, and the counter of each cold series at the end of each of them."""
    start, size = first_hour(MONTH), first_hour(tiers.standing(NOW).days.start) - first_hour(MONTH)
    pulses = np.resize(homes, (size, homes.shape[1]))[:, np.arange(COLD) % homes.shape[1]]
    shift = np.random.default_rng(3).integers(0, 2**31, COLD)
    return np.arange(start, start + size), (pulses.cumsum(axis=0) + shift).T % 2**31


async def fill_month(
    session: TenantSession, hours: NDArray[np.int64], values: NDArray[np.int64]
) -> None:
    """Write the closed month as facts that came late."""
    bounds = await tiers.load(session, NOW)
    for start in range(0, COLD, 500):
        part = values[start : start + 500]
        size = part.size
        series = FIRST_COLD + np.repeat(np.arange(start, start + len(part)), len(hours))
        code, push = np.zeros(size, np.uint8), np.zeros(size, np.int64)
        readings = Readings(series, np.tile(hours, len(part)), part.reshape(-1), code, push)
        await facts.write(session, readings, bounds)


async def fill_plain(
    installation: Installation, scope: Scope, hours: NDArray[np.int64], values: NDArray[np.int64]
) -> None:
    """Write the same month as one row for each reading."""
    connection = await installation.superuser()
    await connection.execute(_PLAIN)
    instants = [instant_of(hour) for hour in hours.tolist()]
    for at, row in enumerate(values.tolist()):
        rows = [
            (scope.tenant_id, FIRST_COLD + at, hour, counter, 0)
            for hour, counter in zip(instants, row, strict=True)
        ]
        await connection.copy_records_to_table("plain", records=rows)
    await connection.execute("GRANT SELECT ON plain TO balance_app")
    await connection.execute("VACUUM ANALYZE plain")
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


async def size_of(installation: Installation, *tables: str) -> int:
    """Bytes of tables with their partitions, indexes and long values."""
    connection = await installation.superuser()
    size = await connection.fetchval(
        "SELECT sum(pg_total_relation_size(t::regclass) + coalesce(("
        "SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits"
        " WHERE inhparent = t::regclass), 0))"
        " FROM unnest($1::text[]) AS t",
        list(tables),
    )
    await connection.close()
    return int(size)


async def fill_day(installation: Installation, folded: Town) -> dict[str, float]:
    """A whole day of waves through the journal; gives bytes of both after it, and when closed."""
    channels, readings = ChannelDirectory(), 24 * CONCENTRATORS * NETWORKS * CHANNELS
    keys = await size_of(installation, "frame_key")
    for hour in range(intake.FIRST, intake.FIRST + 24):
        if hour > hour_of(NOW) - 1:
            readings = (hour - intake.FIRST) * CONCENTRATORS * NETWORKS * CHANNELS
            break
        await intake.journalled(installation, folded, hour)
        await intake.fold_all(installation, folded, channels)
    hot = await size_of(installation, "series_hour", "series_day")
    frames = await size_of(installation, "frame", "frame_key") - keys
    later = instant_of(intake.FIRST + 72)
    moved = 1
    while moved:
        async with installation.database.session(folded.scope) as session:
            moved = await closing.close(session, later)
    return {
        "hot_bytes_per_reading": hot / readings,
        "day_bytes_per_reading": await size_of(installation, "series_day") / readings,
        "frame_bytes_per_reading": frames / readings,
    }


async def timed(repeat: int, call: Callable[[], Awaitable[object]]) -> float:
    """Median of some calls [ms], after one that warms up."""
    await call()
    taken = []
    for _ in range(repeat):
        start = time.perf_counter()
        await call()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


async def read_back(
    installation: Installation,
    scope: Scope,
    hours: NDArray[np.int64],
    values: NDArray[np.int64],
) -> dict[str, float]:
    """One channel's month, a group's month and all of it, from months and from plain rows."""
    low, high = int(hours[0]), int(hours[-1]) + 1
    random = np.random.default_rng(5)

    async def tiered(count: int) -> None:
        places = np.sort(random.choice(COLD, count, replace=False))
        async with installation.database.session(scope) as session:
            found = await counters.load(session, FIRST_COLD + places, low, high)
        assert (found.counter == values[places]).all()

    async def plain(count: int) -> None:
        places = np.sort(random.choice(COLD, count, replace=False))
        async with installation.database.session(scope) as session:
            driver = await session.driver()
            rows = await driver.fetch(
                "SELECT series_id, extract(epoch FROM hour)::bigint / 3600, counter, quality"
                " FROM plain WHERE tenant_id = $1 AND series_id = ANY($2::bigint[])"
                " AND hour >= $3 AND hour < $4",
                scope.tenant_id,
                (FIRST_COLD + places).tolist(),
                instant_of(low),
                instant_of(high),
            )
        table = np.array([tuple(row) for row in rows], dtype=np.int64)
        counter = np.full((count, high - low), -1, dtype=np.int64)
        counter[np.searchsorted(FIRST_COLD + places, table[:, 0]), table[:, 1] - low] = table[:, 2]
        assert (counter == values[places]).all()

    found: dict[str, float] = {}
    for name, count, repeat in (("channel_month_ms", 1, 40), (f"group{GROUP}_month_ms", GROUP, 9)):
        taken = await timed(repeat, lambda count=count: tiered(count))  # type: ignore[misc]
        beside = await timed(max(3, repeat // 3), lambda count=count: plain(count))  # type: ignore[misc]
        found[name], found[f"{name}_ratio"] = taken, beside / taken
    start = time.perf_counter()
    async with installation.database.session(scope) as session:
        for first in range(0, COLD, 1_000):
            series = FIRST_COLD + np.arange(first, first + 1_000)
            assert (await counters.load(session, series, low, high)).counter.all()
    found["scan_readings_per_s"] = values.size / (time.perf_counter() - start)
    start = time.perf_counter()
    await plain(GROUP)
    rate = GROUP * len(hours) / (time.perf_counter() - start)
    found["scan_readings_per_s_ratio"] = found["scan_readings_per_s"] / rate
    return found


async def main(file: Path | None) -> None:
    """Measure and print."""
    async with temporary_installation() as installation:
        serials = [f"S{number}" for number in range(CONCENTRATORS)]
        installed = instant_of(intake.FIRST - 24)
        rows = town.file_of(town.full_rows(serials, installed))
        folded = await town.found(installation, "Stored", rows)
        sizes = await fill_day(installation, folded)
        hours, values = month_of_counters(homes_of(file))
        async with installation.database.global_session() as session:
            await months.make(session, [MONTH])
        before = await size_of(installation, "series_month")
        async with installation.database.session(folded.scope) as session:
            await fill_month(session, hours, values)
        cold = (await size_of(installation, "series_month") - before) / values.size
        await fill_plain(installation, folded.scope, hours, values)
        plain = await size_of(installation, "plain") / values.size
        answer = sizes | {"cold_bytes_per_reading": cold, "plain_bytes_per_reading": plain}
        answer |= {f"{name}_ratio": plain / value for name, value in sizes.items()}
        answer |= {"cold_bytes_per_reading_ratio": plain / cold}
        answer |= await read_back(installation, folded.scope, hours, values)
        print(json.dumps({name: round(value, 3) for name, value in answer.items()}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--homes", type=Path, help="parquet file with hourly Wh of homes")
    asyncio.run(main(parser.parse_args().homes))
