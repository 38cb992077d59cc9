"""Commands: how soon they reach the concentrators that wait, and what a waiting poll costs.

A tenant with 10,000 points on 2,000 concentrators, each of which holds a poll over a connection of
its own, in a process of theirs. One GraphQL mutation after another orders a load limit of a part
of the points; a target's time runs from the sending of its mutation to the answer of its poll.
The memory is that of the gateway's process before all but one connected and while all are held,
their connections included. The last line is
one JSON object.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from subprocess import PIPE

import httpx
import numpy as np
import psutil
from numpy.typing import NDArray

from backend.graphql.ids import Kind, encode
from backend.services.commands import control
from bench.rig import town
from bench.rig.installation import Installation, part, temporary_installation
from bench.rig.town import CHANNELS, Town
from tenants.oauth.service import OAuthService
from tenants.oauth.tokens import Grant
from tenants.permissions import Role

ORDER = """mutation ($points: [ID!]!, $key: String!) { commandPoints(input: {points: $points,
  kind: SET_LOAD_LIMIT, limitKw: 2.5, reason: "peak", idempotencyKey: $key}) {
  commands skipped { code } errors { code message } } }"""
LIMIT_RELEASE_S = 2.0
LIMIT_KB = 20.0
PATIENCE_S = 30


def rows_of(polls: int, targets: int) -> list[tuple[str, ...]]:
    """Metering rows of concentrators with a few points each."""
    installed = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(days=2)
    rows: list[tuple[str, ...]] = []
    for number in range(polls):
        size = targets * (number + 1) // polls - targets * number // polls
        full = town.full_rows([f"C{number}"], installed)
        rows += [row for row, _ in zip(full, range(CHANNELS), strict=False)][1 : size + 1]
    return rows


class Pollers:
    """The concentrators, in a process of their own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def read(self) -> dict[str, list[float]]:
        """What they say next."""
        assert self._process.stdout is not None
        told: dict[str, list[float]] = json.loads(await self._process.stdout.readline())
        return told

    async def write(self, content: object) -> None:
        """Tell them something."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(content).encode() + b"\n")
        await self._process.stdin.drain()


@asynccontextmanager
async def pollers(port: int, devices: Sequence[tuple[str, str]]) -> AsyncIterator[Pollers]:
    """Run them until the block ends."""
    command = (sys.executable, "-m", "bench.rig.polling")
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=2**26)
    try:
        found = Pollers(process)
        await found.write({"port": port, "devices": list(devices)})
        yield found
    finally:
        process.terminate()
        await process.wait()


async def prepare(installation: Installation, polls: int, targets: int) -> tuple[Town, list[str]]:
    """The tenant with control turned on, and the ids of its points, shuffled over the devices."""
    founded = await town.found(installation, "Grid", town.file_of(rows_of(polls, targets)))
    async with installation.database.session(founded.scope) as session:
        await control.set_policy(session, {"enabled": True}, datetime.now(UTC))
        driver = await session.driver()
        found = await driver.fetch(
            "SELECT id FROM metering_point WHERE tenant_id = $1", founded.scope.tenant_id
        )
    connection = await installation.superuser()
    await connection.execute("VACUUM ANALYZE")
    await connection.close()
    ids = np.random.default_rng(7).permutation([row[0] for row in found])
    return founded, [encode(Kind.METERING_POINT, int(number)) for number in ids]


async def token_of(installation: Installation, founded: Town) -> str:
    """A token of a program that may control."""
    settings = installation.settings
    service = OAuthService.build(
        installation.database,
        issuer=settings.public_url,
        master_key=bytes.fromhex(settings.master_key.get_secret_value()),
    )
    await service.keys.refresh()
    grant = Grant(
        tenant_id=founded.scope.tenant_id,
        subject="bench",
        client_id="bench",
        roles=(Role.INTEGRATOR,),
        scopes=("read", "control"),
    )
    token = service.mint.access_token(grant)
    await service.close()
    return token


def memory_kb(process: psutil.Process) -> float:
    """Memory that is the process's own."""
    return float(process.memory_full_info().uss) / 1024


async def order(
    client: httpx.AsyncClient, points: list[str], size: int, pause_s: float
) -> dict[str, float]:
    """Order part after part; the moment at which each point's mutation was sent."""
    sent: dict[str, float] = {}
    for start in range(0, len(points), size):
        chunk = points[start : start + size]
        began = time.time()
        variables = {"points": chunk, "key": f"bench {start}"}
        answer = await client.post("/graphql", json={"query": ORDER, "variables": variables})
        print(f"mutation of {len(chunk)}: {time.time() - began:.2f} s")
        done = answer.json()["data"]["commandPoints"]
        if done["commands"] != len(chunk):
            raise RuntimeError(f"not ordered: {answer.text[:300]}")
        sent |= dict.fromkeys(chunk, began)
        await asyncio.sleep(pause_s)
    return sent


async def everything_left(installation: Installation, founded: Town) -> None:
    """Wait until every command is with its concentrator."""
    states: list[tuple[str, int]] = []
    for _ in range(PATIENCE_S):
        await asyncio.sleep(1)
        async with installation.database.session(founded.scope) as session:
            driver = await session.driver()
            rows = await driver.fetch(
                "SELECT state, count(*) FROM command WHERE tenant_id = $1 GROUP BY state",
                founded.scope.tenant_id,
            )
        states = [(row[0], row[1]) for row in rows]
        if {row[0] for row in states} <= {"leased", "delivered"}:
            return
    raise RuntimeError(f"commands wait: {states}")


async def received(
    installation: Installation, founded: Town, told: dict[str, float]
) -> NDArray[np.float64]:
    """Seconds of every target from its mutation to its concentrator, worst last."""
    async with installation.database.session(founded.scope) as session:
        driver = await session.driver()
        rows = await driver.fetch(
            "SELECT id, point_id, extract(epoch FROM requested_at)::float8,"
            " extract(epoch FROM released_at)::float8 FROM command WHERE tenant_id = $1",
            founded.scope.tenant_id,
        )
    missing = [row[0] for row in rows if str(row[0]) not in told]
    if missing:
        raise RuntimeError(f"{len(missing)} commands never came")
    return np.array([(row[1], told[str(row[0])], row[2], row[3]) for row in rows])


def seconds_of(arrivals: NDArray[np.float64], sent: dict[str, float]) -> NDArray[np.float64]:
    """Seconds of every target from its mutation to its poll; prints where they went."""
    began = np.array([sent[encode(Kind.METERING_POINT, int(point))] for point in arrivals[:, 0]])
    parts = {
        "asking": arrivals[:, 2] - began,
        "waiting": arrivals[:, 3] - arrivals[:, 2],
        "leaving": arrivals[:, 1] - arrivals[:, 3],
    }
    for name, seconds in parts.items():
        print(name, *(round(float(np.percentile(seconds, at)), 3) for at in (50, 99, 100)))
    whole: NDArray[np.float64] = arrivals[:, 1] - began
    return whole


async def main(polls: int, targets: int, size: int, pause_s: float) -> None:
    """Measure and print."""
    async with temporary_installation() as installation:
        founded, points = await prepare(installation, polls, targets)
        settings = installation.settings
        with (
            part(installation, "api", settings.port),
            part(installation, "gateway", settings.gateway_port) as gateway,
        ):
            token = await token_of(installation, founded)
            async with (
                httpx.AsyncClient(
                    base_url=f"http://127.0.0.1:{settings.port}",
                    headers={"Authorization": f"Bearer {token}"},
                    timeout=60,
                ) as client,
                pollers(settings.gateway_port, founded.devices) as waiting,
            ):
                await waiting.read()  # one has polled: everything is loaded
                await asyncio.sleep(1)
                before = memory_kb(gateway)
                await waiting.write("hold")
                await waiting.read()
                await asyncio.sleep(3)
                held = memory_kb(gateway)
                cpu = sum(gateway.cpu_times()[:2])
                sent = await order(client, points, size, pause_s)
                await everything_left(installation, founded)
                await waiting.write("stop")
                told = await waiting.read()
                cpu = sum(gateway.cpu_times()[:2]) - cpu
        moments = {name: times[0] for name, times in told.items()}
        arrivals = await received(installation, founded, moments)
    seconds = seconds_of(arrivals, sent)
    per_poll = (held - before) / polls
    print(f"gateway: {before / 1024:.0f} MiB, with {polls} polls {held / 1024:.0f} MiB")
    p99 = round(float(np.percentile(seconds, 99)), 3)
    answer = {
        "release_p50_s": round(float(np.percentile(seconds, 50)), 3),
        "release_p99_s": p99,
        "release_max_s": round(float(seconds.max()), 3),
        "kb_per_held_poll": round(per_poll, 1),
        "targets": len(seconds),
        "held_polls": polls,
        "targets_a_mutation": size,
        "twice": sum(len(times) - 1 for times in told.values()),
        "gateway_cpu_ms_per_command": round(1000 * cpu / len(seconds), 2),
        "within": p99 <= LIMIT_RELEASE_S and per_poll <= LIMIT_KB,
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--polls", type=int, default=2000, help="concentrators that wait")
    parser.add_argument("--targets", type=int, default=10_000, help="points to be commanded")
    parser.add_argument("--size", type=int, default=2000, help="points of one mutation")
    parser.add_argument("--pause", type=float, default=0.5, help="seconds between mutations")
    given = parser.parse_args()
    asyncio.run(main(given.polls, given.targets, given.size, given.pause))
