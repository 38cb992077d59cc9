"""What row security costs: a month of hours read with policies, and by a role that bypasses them.

The same statements, in turn, over the same rows; and how many statements a profile takes, which
must not grow with the number of points asked for.
"""

import argparse
import asyncio
import json
import statistics
import time
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sqlalchemy import text

from backend.clients.events import Events
from backend.store.hours import series
from bench.rig import statements, town
from bench.rig.installation import Installation, temporary_installation
from domain.hours import hour_of, instant_of
from domain.identity import MeteringPointId, Scope
from tenants.permissions import Permission
from tenants.session import Database, TenantSession

HOURS = 744
POINTS = 480
TENANTS = 4
MANY = 80
"""Nodes in one document; aliases are limited."""

NOW = hour_of(datetime.now(UTC))
LOW = NOW // 24 * 24 - HOURS

_FILL = """
INSERT INTO series_day (tenant_id, series_id, day, {columns})
SELECT c.tenant_id, c.series_id, d::date, {values} FROM channel AS c
CROSS JOIN generate_series($1::date, $2::date, interval '1 day') AS d
"""


async def fill(installation: Installation) -> None:
    """Give every channel a month of counters."""
    columns = ", ".join(f"h{hour:02}" for hour in range(24))
    values = ", ".join(f"((d::date - $1::date) * 24 + {hour}) * 300" for hour in range(24))
    connection = await installation.superuser()
    days = instant_of(LOW).date(), instant_of(NOW).date()
    await connection.execute(_FILL.format(columns=columns, values=values), *days)
    await connection.execute("VACUUM ANALYZE")
    await connection.execute("CREATE ROLE bench_free LOGIN BYPASSRLS PASSWORD 'bench'")
    await connection.execute("GRANT balance_app TO bench_free")
    await connection.close()


async def profile(session: TenantSession, points: list[MeteringPointId]) -> float:
    """Read a month of some points; gives the sum, so that both readers can be compared."""
    standing = await series.load_installations(session, points)
    hours = await series.load_hours(session, standing, LOW, LOW + HOURS, NOW)
    assert hours.hourly.known[:, 1:].all()
    return float(hours.hourly.values.sum())


async def seconds_of(database: Database, scope: Scope, points: list[MeteringPointId]) -> float:
    """Time of one profile in a tenant transaction of its own."""
    start = time.perf_counter()
    async with database.session(scope) as session:
        await profile(session, points)
    return time.perf_counter() - start


async def statements_of(database: Database, scope: Scope, points: list[MeteringPointId]) -> int:
    """Statements that a profile of so many points runs."""
    seen: list[object] = []
    async with database.session(scope) as session:
        driver = await session.driver()
        driver.add_query_logger(seen.append)
        await profile(session, points)
        driver.remove_query_logger(seen.append)
    return len(seen)


async def documents_of(
    installation: Installation, scope: Scope, points: list[MeteringPointId]
) -> dict[str, dict[str, int]]:
    """Statements of the contract's documents, about one thing and about many."""
    async with installation.database.session(scope) as session:
        driver = await session.driver()
        tenant = scope.tenant_id
        groups = await driver.fetch("SELECT id FROM balance_group WHERE tenant_id = $1", tenant)
        paths = await driver.fetch("SELECT name_path FROM site WHERE tenant_id = $1", tenant)
    by_length = sorted((row[0] for row in paths), key=len)
    things = statements.Things(
        points=points,
        groups=[row[0] for row in groups],
        leaf=by_length[-1],
        top=by_length[-1].rpartition("/")[0],
        start=instant_of(LOW).isoformat(),
        end=instant_of(LOW + HOURS).isoformat(),
    )
    reader = replace(scope, permissions=frozenset(str(one) for one in Permission))
    database = Database.connect(installation.settings.database_url, pool_size=1)
    events = Events(installation.settings.redis_url)
    try:
        return await statements.count(database, events, reader, things, (1, MANY))
    finally:
        await events.close()
        await database.close()


async def main(rounds: int) -> None:
    """Measure and print."""
    async with temporary_installation() as installation:
        installed = instant_of(LOW)
        towns = [
            await town.found(
                installation,
                f"Tenant {number}",
                town.file_of(list(town.full_rows([f"T{number}"], installed))[:POINTS]),
            )
            for number in range(TENANTS)
        ]
        await fill(installation)
        scope = towns[1].scope
        async with installation.database.session(scope) as session:
            found = await session.execute(
                text("SELECT id FROM metering_point WHERE tenant_id = :t ORDER BY id"),
                {"t": scope.tenant_id},
            )
            points = [MeteringPointId(row[0]) for row in found]
        parts = urlsplit(installation.settings.database_url)
        free = Database.connect(
            parts._replace(netloc=f"bench_free:bench@{parts.hostname}:{parts.port}").geturl()
        )
        answer: dict[str, object] = {}
        for width in (1, 4, POINTS):
            bound, unbound = [], []
            for _ in range(rounds if width < POINTS else max(5, rounds // 20)):
                bound.append(await seconds_of(installation.database, scope, points[:width]))
                unbound.append(await seconds_of(free, scope, points[:width]))
            with_ms, without_ms = (statistics.median(one) * 1000 for one in (bound, unbound))
            overhead = 100 * (with_ms / without_ms - 1)
            print(f"{width} points: {with_ms:.2f} ms, without row security {without_ms:.2f} ms")
            answer[f"overhead_pct_{width}"] = round(overhead, 1)
        answer["overhead_pct"] = answer["overhead_pct_1"]  # one point's month: a profile
        answer["statements"] = {
            str(width): await statements_of(installation.database, scope, points[:width])
            for width in (1, 4, POINTS)
        }
        answer["statements_of_documents"] = await documents_of(installation, scope, points)
        await free.close()
        print(json.dumps(answer))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200, help="profiles read by each role")
    asyncio.run(main(parser.parse_args().rounds))
