"""Hourly waves of two million meters: pushed over HTTP, folded, rolled up, read meanwhile.

Gateway, worker and API run as the product's own processes beside PostgreSQL on this machine; the
concentrators sign every push beforehand, in a process of their own. A wave is over when every group
of every tenant can be read for its hour; that each counts all of its meters is then looked up.
``--hours`` measures instead what a day of waves takes on the disk.
"""

import argparse
import asyncio
import json
import os
import signal
import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import orjson
import psutil

from backend.graphql.ids import Kind, encode
from backend.services.hours import closing
from backend.services.metering_import import import_metering
from bench.intake import acknowledged
from bench.rig import town
from bench.rig.clones import multiply
from bench.rig.concentrators import Plan
from bench.rig.installation import (
    MASTER_KEY,
    Installation,
    background,
    part,
    temporary_installation,
)
from bench.rig.town import Town
from bench.rig.visitors import Visit, Visitors, visitors
from bench.store import size_of
from domain.hours import day_of, hour_of, instant_of
from tenants.clients import add_client

FULL = 2_000_000
CONNECTIONS = 12
VISITS_PER_SECOND = 10.0
HOUSES_VISITED = 20
LONGEST_S = 900.0

NOW = hour_of(datetime.now(UTC))

_RINGING = """
SELECT EXISTS (SELECT FROM work_bell WHERE kind IN ('fold', 'roll_up'))
    OR EXISTS (SELECT FROM group_due)
"""
_COUNTED = """
SELECT coalesce(sum({column}), 0) FROM group_day AS d
JOIN balance_group AS g ON g.tenant_id = d.tenant_id AND g.id = d.group_id
WHERE g.parent_id IS NULL AND d.quantity = 2 AND d.day = $1
"""
_METERS = """
SELECT count(*) FROM group_member WHERE role <> 'inlet'
"""
_HOUSES = """
SELECT g.id FROM balance_group AS g JOIN site AS s ON s.tenant_id = g.tenant_id AND s.id = g.site_id
WHERE g.tenant_id = $1 AND s.kind = 'house' ORDER BY g.id LIMIT $2
"""
_PROFILE = """
query House($id: ID!, $from: DateTime!, $to: DateTime!) { node(id: $id) { ... on Metered {
  name commodity profile(from: $from, to: $to, step: "PT1H", quantity: CONSUMPTION) {
    start step timezone unit values quality coverage } } } }
"""


@dataclass(frozen=True, slots=True)
class Shape:
    """How two million channels are spread."""

    name: str
    tenants: int
    concentrators: int
    networks: int
    channels: int

    def scaled(self, channels: int) -> "Shape":
        """The same for fewer channels: fewer tenants and concentrators, each as large."""
        share = channels / FULL
        tenants = max(1, round(self.tenants * share))
        concentrators = max(tenants, round(self.concentrators * share))
        return Shape(self.name, tenants, concentrators, self.networks, self.channels)

    @property
    def readings(self) -> int:
        """Readings of a wave."""
        return self.concentrators * self.networks * self.channels


SHAPES = {
    "full": Shape("full", 40, 521, 8, 480),
    "small": Shape("small", 40, 4_167, 1, 480),
    "many": Shape("many", 5_000, 5_000, 1, 400),
}


@dataclass(slots=True)
class Waves:
    """What was seen of some waves of one shape."""

    ack_s: list[float] = field(default_factory=list)
    fold_s: list[float] = field(default_factory=list)
    api_p99_ms: list[float] = field(default_factory=list)
    api_p50_ms: list[float] = field(default_factory=list)
    rss_mb: list[int] = field(default_factory=list)
    signer_cpu_s: float = 0.0


async def found(installation: Installation, shape: Shape, first_hour: int) -> list[Town]:
    """The tenants of a shape: one imported, the others its copies, the odd concentrators added."""
    installed = instant_of(first_hour)
    each, odd = divmod(shape.concentrators, shape.tenants)

    def file(serials: Sequence[str]) -> str:
        rows = town.full_rows(serials, installed, networks=shape.networks, channels=shape.channels)
        return town.file_of(rows)

    start = time.perf_counter()
    first = await town.found(installation, shape.name, file([f"W{n}" for n in range(each)]))
    imported = time.perf_counter()
    connection = await installation.superuser()
    towns = [first, *await multiply(connection, first, shape.tenants - 1)]
    await connection.close()
    for at in range(odd):
        one = towns[at]
        async with installation.database.session(one.scope) as session:
            more = await import_metering(session, file([f"X{at}"]), MASTER_KEY)
        devices = tuple((device.serial, device.secret) for device in more.devices)
        towns[at] = Town(one.scope, (*one.devices, *devices))
    print(
        f"{shape.name}: {shape.tenants} tenants, {shape.concentrators} concentrators of"
        f" {shape.networks * shape.channels}, {shape.readings:,} readings a wave; one tenant"
        f" imported in {imported - start:.1f} s, the others copied in"
        f" {time.perf_counter() - imported:.1f} s",
        flush=True,
    )
    return towns


class Running:
    """The parts of the product at work on one shape."""

    def __init__(self, installation: Installation, shape: Shape, towns: list[Town]) -> None:
        self.installation, self.shape, self.towns = installation, shape, towns
        self.parts: dict[str, psutil.Process] = {}
        self.meters = 0
        self._requests: list[str] = []

    def start(self, stack: ExitStack) -> None:
        """Start gateway, API, worker and analyst until the stack is closed."""
        settings = self.installation.settings
        for name, port in (("gateway", settings.gateway_port), ("api", settings.port)):
            self.parts[name] = stack.enter_context(part(self.installation, name, port))
        for name in ("worker", "analyst"):
            self.parts[name] = stack.enter_context(background(self.installation, name))

    async def look_around(self) -> None:
        """Count the meters, and make the requests of who looks at houses."""
        first = self.towns[0].scope
        connection = await self.installation.superuser()
        self.meters = await connection.fetchval(_METERS)
        houses = [
            row[0] for row in await connection.fetch(_HOUSES, first.tenant_id, HOUSES_VISITED)
        ]
        await connection.close()
        async with self.installation.database.session(first) as session:
            made = await add_client(session, name="visitors")
        url = f"http://127.0.0.1:{self.installation.settings.port}"
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            answer = await client.post(
                "/oauth/token",
                auth=(made.client_id, str(made.client_secret)),
                data={"grant_type": "client_credentials"},
            )
        token = answer.raise_for_status().json()["access_token"]
        span = {"from": instant_of(NOW - 48).isoformat(), "to": instant_of(NOW).isoformat()}
        self._requests = [
            _wire(
                token,
                {"query": _PROFILE, "variables": {"id": encode(Kind.BALANCE_GROUP, one)} | span},
            )
            for one in houses
        ]

    async def wave(self, hour: int, sequence: int, visiting: Visitors, seen: Waves) -> None:
        """Push one hour of every channel, and wait until every group can be read."""
        settings = self.installation.settings
        devices = [device for one in self.towns for device in one.devices]
        plan = Plan(
            settings.gateway_port,
            devices,
            self.shape.networks,
            self.shape.channels,
            [hour],
            CONNECTIONS,
            sequence,
        )
        start = 0.0

        async def begin() -> None:
            nonlocal start
            await visiting.come(Visit(settings.port, self._requests, VISITS_PER_SECOND))
            start = time.perf_counter()

        pushed = await acknowledged(plan, begin)
        await self._read(until=start + LONGEST_S)
        seen.fold_s.append(time.perf_counter() - start)
        asked = await visiting.leave()
        seen.ack_s.append(pushed["seconds"])
        seen.api_p99_ms.append(asked["p99"])
        seen.api_p50_ms.append(asked["p50"])
        rss = {name: one.memory_info().rss // 2**20 for name, one in self.parts.items()}
        seen.rss_mb.append(sum(rss.values()))
        seen.signer_cpu_s += pushed["signing_cpu_s"]
        cpu = {name: round(sum(one.cpu_times()[:2]), 1) for name, one in self.parts.items()}
        print(
            f"{self.shape.name} {hour % 24:02}: acknowledged in {seen.ack_s[-1]:.1f} s, readable"
            f" {seen.fold_s[-1]:.1f} s after the wave began; API p50 {asked['p50']:.0f},"
            f" p99 {asked['p99']:.0f}, max {asked['max']:.0f} ms of {asked['requests']};"
            f" RSS {rss}; CPU so far {cpu}; signer {pushed['signing_cpu_s']} s",
            flush=True,
        )
        await self._check(hour)

    async def _read(self, until: float) -> None:
        connection = await self.installation.superuser()
        while await connection.fetchval(_RINGING):
            if time.perf_counter() > until:
                raise RuntimeError("the wave is still not folded")
            await asyncio.sleep(0.2)
        await connection.close()

    async def _check(self, hour: int) -> None:
        """Every meter but inlets must count in the root of its tenant; not in the first hour."""
        connection = await self.installation.superuser()
        counted = await connection.fetchval(
            _COUNTED.format(column=f"h{hour % 24:02}"), day_of(hour)
        )
        await connection.close()
        if counted != self.meters:
            print(f"  {counted:,} of {self.meters:,} meters count in that hour", flush=True)


def _wire(token: str, asked: object) -> str:
    body = orjson.dumps(asked)
    return (
        "POST /graphql HTTP/1.1\r\nHost: api\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        f"Accept: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ) + body.decode()


async def measure(shape: Shape, hours: range, *, sizes: bool = False) -> dict[str, object]:
    """Waves of one shape in an installation of its own."""
    async with temporary_installation() as installation:
        running = Running(installation, shape, await found(installation, shape, hours[0]))
        before = await _sizes(installation)
        seen = Waves()
        with ExitStack() as stack:
            running.start(stack)
            await running.look_around()
            async with visitors() as visiting:
                for sequence, hour in enumerate(hours):
                    await running.wave(hour, sequence, visiting, seen)
        result = _summary(shape, seen)
        if sizes:
            result |= await _bytes(installation, running, len(hours), before)
        return result


def _summary(shape: Shape, seen: Waves) -> dict[str, object]:
    """The first wave makes plans, caches and rows of the day; it is told apart."""
    later = slice(1, None) if len(seen.ack_s) > 1 else slice(0, None)
    acknowledged_in = {"full": "ack_s", "small": "ack480_s", "many": "ack_many_s"}
    readable_in = {"full": "fold_s", "small": "fold480_s", "many": "fold_many_s"}
    result: dict[str, object] = {
        acknowledged_in[shape.name]: round(statistics.median(seen.ack_s[later]), 1),
        readable_in[shape.name]: round(statistics.median(seen.fold_s[later]), 1),
        f"{shape.name}_first_wave_s": round(seen.fold_s[0], 1),
        f"{shape.name}_rss_mb": seen.rss_mb,
        f"{shape.name}_signer_cpu_s": round(seen.signer_cpu_s, 1),
        f"{shape.name}_api_ms": {
            "p50": round(statistics.median(seen.api_p50_ms[later]), 1),
            "p99": round(max(seen.api_p99_ms[later]), 1),
        },
    }
    if shape.name == "full":
        result["api_p99_ms"] = round(max(seen.api_p99_ms[later]), 1)
    return result


async def _sizes(installation: Installation) -> dict[str, int]:
    names = ("series_hour", "series_day", "group_day")
    return {name: await size_of(installation, name) for name in names}


async def _bytes(
    installation: Installation, running: Running, hours: int, before: dict[str, int]
) -> dict[str, object]:
    """Bytes a reading after the waves, and once their day is closed."""
    readings = running.shape.readings * hours
    opened = await _sizes(installation)
    later = instant_of(NOW + 48)
    for one in running.towns:
        moved = 1
        while moved:
            async with installation.database.session(one.scope) as session:
                moved = await closing.close(session, later)
    closed = await _sizes(installation)
    hot = closed["series_day"] - before["series_day"]
    groups = closed["group_day"] - before["group_day"]
    return {
        "open_bytes_per_reading": round(opened["series_hour"] / readings, 1),
        "hot_bytes_per_reading": round(hot / readings, 1),
        "hot_bytes_with_groups": round((hot + groups) / readings, 1),
    }


async def main(options: argparse.Namespace) -> None:
    """Measure and print; who ends it from outside finds no server left behind."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    os.environ["BALANCE_REQUESTS_PER_MINUTE"] = "100000000"
    answer: dict[str, object] = {"channels": options.channels}
    if options.hours:
        yesterday = NOW // 24 * 24 - 24
        shape = SHAPES["full"].scaled(options.channels)
        hours = range(yesterday, min(yesterday + options.hours, NOW))
        answer |= await measure(shape, hours, sizes=True)
    else:
        for name in options.shapes.split(","):
            shape = SHAPES[name].scaled(options.channels)
            answer |= await measure(shape, range(NOW - options.waves, NOW))
    totals = [value for key, value in answer.items() if key.endswith("_rss_mb")]
    answer["rss_mb"] = max(max(one) for one in totals if isinstance(one, list))
    print(json.dumps(answer))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=int, default=FULL)
    parser.add_argument("--waves", type=int, default=3, help="hours; the first is told apart")
    parser.add_argument("--shapes", default=",".join(SHAPES), help="some of full,small,many")
    parser.add_argument("--hours", type=int, default=0, help="instead: the size of so many hours")
    asyncio.run(main(parser.parse_args()))
