"""How fast readings are taken: acknowledged durably through HTTP, and folded into hours.

Both against a limit of the same server in the same run: COPY of the same readings as plain rows
into an unlogged table without index, over one connection. The machine may have other work, so a
copy is made before and after everything that is measured, and each ratio is that of neighbours.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import orjson
import psutil

from backend.services.gateway import intake
from backend.services.gateway.devices import Devices
from backend.services.gateway.intake import Push
from backend.services.hours import folding, rolling_up
from backend.store import bells
from backend.store.groups import group_hours
from backend.store.network.channels import ChannelDirectory
from backend.store.wire import ContentType
from bench.rig import town
from bench.rig.concentrators import Plan, frame_of
from bench.rig.installation import MASTER_KEY, Installation, part, temporary_installation
from bench.rig.town import CHANNELS, NETWORKS, Town
from domain.frames import sequences_of
from domain.hours import first_hour, instant_of

COPIED = 500_000
FULL = 52
"""Concentrators of the folded town: 52 x 3,840 = 199,680 series."""

TODAY = datetime.now(UTC).date()
FIRST = first_hour(TODAY - timedelta(days=1)) + 6
"""Yesterday, 06:00 UTC."""


async def raw_copy(installation: Installation) -> float:
    """Rows per second of COPY into an unlogged table without index, one connection."""
    connection = await installation.superuser()
    await connection.execute(
        "CREATE UNLOGGED TABLE bench_raw"
        " (tenant_id int, series_id bigint, hour timestamptz, counter int, quality smallint)"
    )
    hour = instant_of(FIRST)
    rows = [(1, series, hour, series * 7 % 2**31, 0) for series in range(COPIED)]
    start = time.perf_counter()
    await connection.copy_records_to_table("bench_raw", records=rows)
    seconds = time.perf_counter() - start
    await connection.execute("DROP TABLE bench_raw")
    await connection.close()
    return COPIED / seconds


async def acknowledged(
    plan: Plan, begin: Callable[[], Awaitable[None]] | None = None
) -> dict[str, float]:
    """Let a process of concentrators sign, then send; gives what it saw.

    ``begin`` is awaited when all is signed and nothing is sent yet.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.rig.concentrators",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(orjson.dumps(asdict(plan)) + b"\n")
    await process.stdin.drain()
    assert (await process.stdout.readline()).strip() == b"ready"
    if begin is not None:
        await begin()
    process.stdin.write(b"go\n")
    await process.stdin.drain()
    seen: dict[str, float] = orjson.loads(await process.stdout.readline())
    await process.wait()
    seen["rate"] = seen["readings"] / seen["seconds"]
    return seen


async def acknowledge(installation: Installation) -> tuple[dict[str, float], dict[str, float], int]:
    """Frames of 3,840 and of 480 readings through the gateway process; and its largest RSS."""
    serials = [f"A{number}" for number in range(400)]
    installed = instant_of(FIRST - 24)
    senders = await town.found(
        installation, "Acknowledged", town.file_of(town.sparse_rows(serials, installed))
    )
    port = installation.settings.gateway_port
    devices = list(senders.devices)
    large = Plan(port, devices[:100], NETWORKS, CHANNELS, [FIRST + i for i in range(5)], 12, 10)
    small = Plan(port, devices, 4, 120, [FIRST + i for i in range(5)], 12, 1_000)
    with part(installation, "gateway", port) as process:
        warm = replace(large, hours=[FIRST - 1], first_sequence=0)
        await acknowledged(warm)
        copies = [await raw_copy(installation)]
        found = []
        for plan in (large, small):
            seen = await acknowledged(plan)
            copies.append(await raw_copy(installation))
            found.append(seen | {"copied": statistics.mean(copies[-2:])})
        return found[0], found[1], process.memory_info().rss


async def journalled(installation: Installation, folded: Town, hour: int) -> None:
    """Have every concentrator's push of an hour journalled, as if a minute after that hour."""
    devices = Devices(installation.database, MASTER_KEY)
    now = instant_of(hour + 1) + timedelta(minutes=1)
    for at, (serial, _) in enumerate(folded.devices):
        found = await devices.find(serial)
        assert found is not None
        number = hour - FIRST
        frame = frame_of(number, hour, at, networks=NETWORKS, channels=CHANNELS)
        body = orjson.dumps({"frames": [frame]})
        push = Push(number, ContentType.JSON, None, body, sequences_of(orjson.loads(body)))
        async with installation.database.session(folded.scope) as session:
            await intake.accept(session, found[0], push, intake.judge(push), now)


async def fold_all(installation: Installation, folded: Town, channels: ChannelDirectory) -> float:
    """Fold what the journal holds, batch by batch as a worker does; gives readings per second."""
    readings, more = 0, True
    start = time.perf_counter()
    while more:
        async with installation.database.session(folded.scope) as session:
            done = await folding.fold(session, channels)
        readings += done.readings
        more = done.more
        assert done.changed == done.readings
    return readings / (time.perf_counter() - start)


async def roll_up_all(installation: Installation, folded: Town) -> float:
    """Roll up what is due, as a worker does between two waves; gives the seconds."""
    start, more = time.perf_counter(), True
    while more:
        async with installation.database.session(folded.scope) as session:
            heard = await bells.heard(session, group_hours.ROLL_UP)
            done = await rolling_up.roll_up_due(session, heard, datetime.now(UTC))
        more = done.more
    return time.perf_counter() - start


async def fold(installation: Installation, waves: int) -> dict[str, float]:
    """Fold waves of all series of a town; the first of the day, which inserts, is not counted."""
    installed = instant_of(FIRST - 24)
    serials = [f"F{number}" for number in range(FULL)]
    halves = serials[: FULL // 2], serials[FULL // 2 :]
    files = [town.file_of(town.full_rows(half, installed)) for half in halves]
    start = time.perf_counter()
    folded = await town.found(installation, "Folded", *files)
    import_s = time.perf_counter() - start
    channels = ChannelDirectory()
    rates, rolled, copies = [], [], []
    for hour in range(FIRST, FIRST + waves + 1):
        await journalled(installation, folded, hour)
        before = await raw_copy(installation)
        rates.append(await fold_all(installation, folded, channels))
        copies.append((before + await raw_copy(installation)) / 2)
        rolled.append(await roll_up_all(installation, folded))
        print(
            f"hour {hour % 24:02}: {rates[-1]:,.0f} readings/s, beside copies of {copies[-1]:,.0f};"
            f" roll-up {rolled[-1]:.2f} s"
        )
    return {
        "first": rates[0],
        "later": statistics.median(rates[1:]),
        "copied": statistics.median(copies[1:]),
        "ratio": statistics.median(
            rate / copy for rate, copy in zip(rates[1:], copies[1:], strict=True)
        ),
        "roll_up_s": statistics.median(rolled[1:]),
        "import_s": import_s,
        "rss": psutil.Process().memory_info().rss,
    }


async def bytes_per_reading(installation: Installation, hours: int) -> float:
    """Bytes of the facts with their indexes, by reading, at this hour of the day."""
    connection = await installation.superuser()
    size = await connection.fetchval(
        "SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits"
        " WHERE inhparent = 'series_day'::regclass"
    ) + await connection.fetchval("SELECT pg_total_relation_size('series_hour')")
    await connection.close()
    return float(size) / (FULL * NETWORKS * CHANNELS * hours)


async def main(waves: int) -> None:
    """Measure and print."""
    async with temporary_installation() as installation:
        large, small, gateway_rss = await acknowledge(installation)
        folded = await fold(installation, waves)
        limit = statistics.median([large["copied"], small["copied"], folded["copied"]])
        for name, seen in (("frames of 3,840", large), ("frames of 480", small)):
            print(name, {key: round(value, 2) for key, value in seen.items()})
        print("folded", {key: round(value, 2) for key, value in folded.items()})
        answer = {
            "ack_3840": round(large["rate"]),
            "ack_480": round(small["rate"]),
            "fold": round(folded["later"]),
            "raw_copy": round(limit),
            "ack_ratio": round(large["rate"] / large["copied"], 3),
            "small_ratio": round(small["rate"] / small["copied"], 3),
            "fold_ratio": round(folded["ratio"], 3),
            "signer_cpu_s": round(large["signing_cpu_s"] + small["signing_cpu_s"], 2),
            "rss_mb": {
                "gateway": round(gateway_rss / 2**20),
                "folder": round(folded["rss"] / 2**20),
            },
            "bytes_per_reading": round(await bytes_per_reading(installation, waves + 1), 1),
        }
        print(json.dumps(answer))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--waves", type=int, default=4, help="hours folded after the first one")
    asyncio.run(main(parser.parse_args().waves))
