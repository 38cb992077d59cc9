"""How fast GraphQL answers: months of hours through HTTP, and the month totals of a house's tree.

The limit is a bare route in a process of its own, under the same server: it opens the same tenant
transaction, reads the same rows and sends the same bytes, but understands nothing. Both are asked
in turn, in short rounds, since the machine may have other work. ``--profile`` shows instead where
the API's time goes.
"""

import argparse
import asyncio
import cProfile
import json
import os
import pstats
import statistics
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import httpx
import numpy as np
import orjson
import psutil

from backend.app import create_app
from backend.graphql.ids import Kind, encode
from backend.services.hours import rolling_up
from backend.store import bells
from backend.store.groups import group_hours
from backend.store.groups.group_marks import GroupDirectory
from backend.store.hours import facts, months, tiers
from backend.store.hours.facts import Readings
from bench.rig import asking, town
from bench.rig.asking import Clients
from bench.rig.bare import serve_bare
from bench.rig.installation import Installation, module, part, temporary_installation
from domain.hours import day_of, hour_of, instant_of, midnight
from domain.identity import Scope
from runtime.state import free_port
from tenants.clients import add_client

HOURS = 744
SERIES = 4
CONNECTIONS = 8
HOUSES, ENTRANCES, FLATS = 3, 3, 10
"""A street of houses; flats of an entrance. A house has an inlet too."""

STREET = "Region/City/District/Street"
NOW = hour_of(datetime.now(UTC))
ZONE = ZoneInfo("Europe/Chisinau")

PROFILE = """
fragment Hours on Metered { name commodity profile(from: $from, to: $to, step: "PT1H") {
  start step timezone unit values quality coverage } }
"""
TOTALS = """
fragment Totals on BalanceGroup { id name commodity
  profile(from: $from, to: $to, step: "P1M") { unit values coverage } }
"""
TREE = f"""
query Tree($path: String!, $from: DateTime!, $to: DateTime!) {{ viewer {{ site(path: $path) {{
  id name children {{
    id name children {{ id name balanceGroups {{ ...Totals }} }} balanceGroups {{ ...Totals }}
  }} balanceGroups {{ ...Totals }}
}} }} }} {TOTALS}
"""
FLATS_TREE = f"""
query Flats($path: String!, $from: DateTime!, $to: DateTime!) {{ viewer {{ site(path: $path) {{
  id name balanceGroups {{ ...Totals children {{ ...Totals members {{
    id name profile(from: $from, to: $to, step: "P1M") {{ unit values coverage }} }} }} }}
}} }} }} {TOTALS}
"""


@dataclass(frozen=True, slots=True)
class Filled:
    """A tenant with hours."""

    scope: Scope
    points: list[int]
    token: str


def rows() -> Iterator[tuple[str, ...]]:
    """Meters of the street, as lines of a metering file."""
    installed = instant_of(_month_before(3) - 2).isoformat()
    kinds = "region/city/district/street/house"
    for house in range(1, HOUSES + 1):
        for flat in range(ENTRANCES * FLATS + 1):
            path = f"{STREET}/House {house}"
            place = (
                (path, kinds, "", "electricity", "inlet")
                if flat == 0
                else (
                    f"{path}/{(flat - 1) // FLATS + 1}",
                    f"{kinds}/entrance",
                    str(flat),
                    "electricity",
                    "consumer",
                )
            )
            meter = f"M-{house}-{flat}"
            yield (*place, meter, "1000", installed, "0", "G1", str(house), str(flat))


def _month_before(count: int) -> int:
    """First hour of a month before the running one, as the tenant's calendar has it."""
    day = instant_of(NOW).astimezone(ZONE).date().replace(day=1)
    for _ in range(count):
        day = (day - timedelta(days=1)).replace(day=1)
    return midnight(day, ZONE)


async def fill(installation: Installation) -> Filled:
    """Make a tenant whose meters have counted for three months, rolled up; and a client."""
    scope = (await town.found(installation, "Asked", town.file_of(rows()))).scope
    low = _month_before(3) - 1
    days = range(low // 24, NOW // 24 + 1)
    async with installation.database.global_session() as session:
        await months.make(session, sorted({day_of(day * 24).replace(day=1) for day in days}))
    async with installation.database.session(scope) as session:
        made = await add_client(session, name="bench")
        driver = await session.driver()
        found = await driver.fetch("SELECT point_id, series_id, initial_counter FROM installation")
        first = np.array(sorted(row["series_id"] for row in found), dtype=np.int64)
        series = np.repeat(first, NOW - low)
        hour = np.tile(np.arange(low, NOW), len(first))
        counter = np.random.default_rng(7).integers(50, 900, (len(first), NOW - low)).cumsum(axis=1)
        readings = Readings(
            series,
            hour,
            counter.reshape(-1),
            np.zeros(len(hour), np.uint8),
            np.zeros(len(hour), np.int64),
        )
        await facts.write(session, readings, await tiers.load(session, datetime.now(UTC)))
        await GroupDirectory().mark_due(session, series, hour)
    await _roll_up(installation, scope)
    points = sorted(row["point_id"] for row in found)
    token = await _token(installation, made.client_id, str(made.client_secret))
    return Filled(scope, points, token)


async def _roll_up(installation: Installation, scope: Scope) -> None:
    more = True
    while more:
        async with installation.database.session(scope) as session:
            heard = await bells.heard(session, group_hours.ROLL_UP)
            more = (await rolling_up.roll_up_due(session, heard, datetime.now(UTC))).more
    connection = await installation.superuser()
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


async def _token(installation: Installation, client_id: str, secret: str) -> str:
    async with in_process(installation) as client:
        answer = await client.post(
            "/oauth/token", auth=(client_id, secret), data={"grant_type": "client_credentials"}
        )
    return str(answer.raise_for_status().json()["access_token"])


@asynccontextmanager
async def in_process(installation: Installation) -> AsyncGenerator[httpx.AsyncClient]:
    """Client of an API in this process."""
    app = create_app(installation.settings)
    transport = httpx.ASGITransport(app)
    address = installation.settings.public_url
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=address) as client,
    ):
        yield client


def profiles_asked(filled: Filled) -> dict[str, object]:
    """A month of hours of some meters."""
    names = [f"p{at}" for at in range(SERIES)]
    given = ", ".join(f"${name}: ID!" for name in names)
    nodes = " ".join(f"{name}: node(id: ${name}) {{ ...Hours }}" for name in names)
    query = f"query Months({given}, $from: DateTime!, $to: DateTime!) {{ {nodes} }} {PROFILE}"
    ids = [encode(Kind.METERING_POINT, one) for one in filled.points[1 : SERIES + 1]]
    return {
        "query": query,
        "variables": dict(zip(names, ids, strict=True)) | _span(NOW - HOURS, NOW),
    }


def tree_asked(query: str, path: str) -> dict[str, object]:
    """Totals of the last two whole months."""
    span = _span(_month_before(2), _month_before(0))
    return {"query": query, "variables": {"path": path} | span}


def _span(start: int, end: int) -> dict[str, str]:
    return {"from": instant_of(start).isoformat(), "to": instant_of(end).isoformat()}


def wire(filled: Filled, path: str, asked: object = None) -> str:
    """A request as it goes over the wire."""
    body = b"" if asked is None else orjson.dumps(asked)
    return (
        f"{'GET' if asked is None else 'POST'} {path} HTTP/1.1\r\nHost: api\r\n"
        f"Authorization: Bearer {filled.token}\r\nContent-Type: application/json\r\n"
        f"Accept: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ) + body.decode()


async def recorded(port: int, filled: Filled, asked: object) -> bytes:
    """One answer of the API, checked to be whole."""
    async with httpx.AsyncClient() as client:
        answer = await client.post(
            f"http://127.0.0.1:{port}/graphql",
            json=asked,
            headers={"Authorization": f"Bearer {filled.token}"},
        )
    assert "errors" not in answer.raise_for_status().json(), answer.text[:500]
    assert b"null" not in answer.content, answer.text[:500]  # every hour and total is known
    return answer.content


async def measure(installation: Installation, filled: Filled, rounds: int) -> dict[str, object]:
    """Ask API and bare route in turn, then the trees."""
    port, bare = installation.settings.port, free_port()
    asked = profiles_asked(filled)
    with part(installation, "api", port) as api:
        answer = installation.settings.home / "answer.json"
        answer.write_bytes(await recorded(port, filled, asked))
        print(f"{SERIES} series x {HOURS} hours: {answer.stat().st_size} bytes an answer")
        points = ",".join(map(str, filled.points[1 : SERIES + 1]))
        words = ["bench.graphql", "--raw", str(bare), str(filled.scope.tenant_id), points]
        async with asking.started() as clients:
            with module(installation, [*words, str(answer), str(NOW)], bare) as raw:
                sides = (
                    Side(api, port, wire(filled, "/graphql", asked)),
                    Side(raw, bare, wire(filled, "/raw")),
                )
                found = await _in_turn(clients, sides, rounds)
            for name, query, path in (
                ("tree", TREE, f"{STREET}/House 1"),
                ("street", TREE, STREET),
                ("flats", FLATS_TREE, f"{STREET}/House 1"),
            ):
                found |= await _tree(clients, sides[0], filled, name, tree_asked(query, path))
    return found


class Side(NamedTuple):
    """A server, and what it is asked."""

    process: psutil.Process
    port: int
    request: str


async def _round(
    clients: Clients, side: Side, seconds: float, connections: int = CONNECTIONS
) -> dict[str, float]:
    """One round; with the CPU that the server took for each request, in ms."""
    before = side.process.cpu_times()
    seen = await clients.ask(side.port, side.request, seconds, connections)
    after = side.process.cpu_times()
    spent = after.user + after.system - before.user - before.system
    return seen | {"cpu": 1000 * spent / seen["requests"]}


async def _in_turn(clients: Clients, sides: tuple[Side, Side], rounds: int) -> dict[str, object]:
    for side in sides:
        await _round(clients, side, 2)  # warm connections, caches and plans
    pairs = []
    for _ in range(rounds):
        one, other = [await _round(clients, side, 1.5) for side in sides]
        pairs.append((one, other))
        print(f"GraphQL {one['rps']:.0f} requests/s, bare route {other['rps']:.0f}")
    median = {
        f"{name}{key}": statistics.median(pair[at][key] for pair in pairs)
        for at, name in enumerate(("", "raw_"))
        for key in ("rps", "cpu")
    }
    ratio = statistics.median(one["rps"] / other["rps"] for one, other in pairs)
    return {
        "rps": round(median["rps"], 1),
        "raw_rps": round(median["raw_rps"], 1),
        "ratio": round(ratio, 3),
        "cpu_ms": round(median["cpu"], 2),
        "raw_cpu_ms": round(median["raw_cpu"], 2),
    }


async def _tree(
    clients: Clients, side: Side, filled: Filled, name: str, asked: dict[str, object]
) -> dict[str, object]:
    """One request at a time."""
    answer = await recorded(side.port, filled, asked)
    side = side._replace(request=wire(filled, "/graphql", asked))
    await _round(clients, side, 1, 1)
    seen = await _round(clients, side, 6, 1)
    totals = answer.count(b'"values"')
    print(f"{name}: {totals} profiles, {len(answer)} bytes, {seen['requests']} requests")
    return {
        f"{name}_p50_ms": round(seen["p50"], 2),
        f"{name}_p99_ms": round(seen["p99"], 2),
        f"{name}_cpu_ms": round(seen["cpu"], 2),
    }


async def profile(installation: Installation, filled: Filled, requests: int) -> None:
    """Show where the time of the API goes."""
    house = f"{STREET}/House 1"
    headers = {"Authorization": f"Bearer {filled.token}"}
    async with in_process(installation) as client:
        for name, asked in (
            ("months", profiles_asked(filled)),
            ("tree", tree_asked(TREE, house)),
            ("flats", tree_asked(FLATS_TREE, house)),
        ):
            for _ in range(5):
                await client.post("/graphql", json=asked, headers=headers)
            profiler, start = cProfile.Profile(), time.process_time()
            profiler.enable()
            for _ in range(requests):
                await client.post("/graphql", json=asked, headers=headers)
            profiler.disable()
            spent = (time.process_time() - start) * 1000 / requests
            print(f"{name}: {spent:.2f} ms of CPU a request, profiled")
            stats = pstats.Stats(profiler)
            stats.sort_stats("tottime").print_stats(10)
            stats.sort_stats("cumulative").print_stats("/(backend|analytics|domain|tenants)/", 10)


async def main(rounds: int, profiled: int) -> None:
    """Fill, measure and print."""
    os.environ["BALANCE_REQUESTS_PER_MINUTE"] = "100000000"
    async with temporary_installation() as installation:
        filled = await fill(installation)
        if profiled:
            await profile(installation, filled, profiled)
            return
        print(f"one worker, {CONNECTIONS} kept connections")
        print(json.dumps(await measure(installation, filled, rounds)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="of each, in turn")
    parser.add_argument("--profile", type=int, default=0, metavar="N", help="profile N requests")
    parser.add_argument("--raw", nargs=5, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.raw:
        raw_port, tenant_id, wanted, file, up_to = options.raw
        ids = [int(one) for one in wanted.split(",")]
        end = int(up_to)
        serve_bare(int(raw_port), int(tenant_id), ids, Path(file), (end - HOURS, end))
    else:
        asyncio.run(main(options.rounds, options.profile))
