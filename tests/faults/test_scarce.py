"""When the disk is full or every connection is taken: 503, no acknowledgement, and on it goes."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np
import pytest
import pytest_asyncio
from sqlalchemy import text

from backend.services.gateway.devices import Devices
from backend.tasks.queue import SilentQueue
from domain.hours import hour_of
from domain.identity import Scope
from ingestion.app import application
from ingestion.gateway import Gateway
from runtime.servers import Servers
from tenants.session import Database
from tests import servers as shared
from tests.factories import MASTER_KEY, PushingConcentrator, block, make_tenant, place

NOW = hour_of(datetime.now(UTC))
SMALL_MB = 8
MOST_PUSHES = 2_000
NOT_TAKEN = {"code": "UNAVAILABLE", "message": "the store is away, please come back"}


async def concentrator(
    database: Database, client: httpx.AsyncClient, name: str
) -> tuple[Scope, PushingConcentrator]:
    scope = await make_tenant(database, name)
    imported = await place(database, scope, {"concentrator": f"J-{name}"})
    return scope, PushingConcentrator(client, f"J-{name}", imported.devices[0].secret)


def served(database: Database) -> httpx.AsyncClient:
    gateway = Gateway(database, Devices(database, MASTER_KEY), SilentQueue())
    transport = httpx.ASGITransport(application(gateway))
    return httpx.AsyncClient(transport=transport, base_url="http://gateway")


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of a few megabytes that the server's user may write to."""
    place_of = shared.run_directory() / f"small-{os.getpid()}"
    place_of.mkdir()
    size = f"size={SMALL_MB}m,mode=0777"
    mounted = subprocess.run(  # noqa: S603 - our own words
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(place_of)],  # noqa: S607 - of the system
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        place_of.rmdir()
        pytest.skip(f"no file system of a limited size can be made: {mounted.stderr.strip()}")
    directory = place_of / "tablespace"
    directory.mkdir()
    postgres = (place_of.parent / "postgres").stat()
    os.chown(directory, postgres.st_uid, postgres.st_gid)
    directory.chmod(0o700)
    yield place_of
    subprocess.run(["/bin/umount", str(place_of)], check=True)  # noqa: S603 - our own words
    place_of.rmdir()


@pytest_asyncio.fixture
async def frames_on_it(
    small_disk: Path, servers: Servers, database_name: str
) -> AsyncIterator[Path]:
    """The journal's frames of this month lie there."""
    connection = await shared.superuser(shared.postgres_of(servers), database_name)
    part = f"frame_{datetime.now(UTC):%Y_%m}"
    await connection.execute(f"CREATE TABLESPACE small LOCATION '{small_disk}/tablespace'")
    await connection.execute(f"ALTER TABLE {part} SET TABLESPACE small")
    yield small_disk
    await connection.execute(f"ALTER TABLE {part} SET TABLESPACE pg_default")
    await connection.execute("DROP TABLESPACE small")
    await connection.close()


async def test_a_full_disk_is_told_and_nothing_is_lost_once_there_is_room(
    database: Database, frames_on_it: Path, seed: int
) -> None:
    chance = np.random.default_rng(seed)
    ballast = frames_on_it / "ballast"
    ballast.write_bytes(bytes((SMALL_MB - 3) * 2**20))
    async with served(database) as client:
        scope, one = await concentrator(database, client, "full")
        acknowledged: list[int] = []

        async def push(sequence: int) -> httpx.Response:
            counters = dict(enumerate(chance.integers(0, 2**31, 480).tolist()))
            one.sequence = sequence - 1
            return await one.push(one.frame(block(NOW - 2, 1, counters)))

        refused = 0
        for sequence in range(1, MOST_PUSHES):
            answer = await push(sequence)
            if answer.status_code == httpx.codes.OK:
                acknowledged += answer.json()["accepted"]
                continue
            assert (answer.status_code, answer.json()) == (503, NOT_TAKEN)
            assert int(answer.headers["retry-after"]) > 0
            refused += 1
            if refused == 5:
                break
        assert refused == 5, "the disk did not get full"
        ballast.unlink()
        resumed = await push(MOST_PUSHES)
        assert resumed.json()["accepted"] == [MOST_PUSHES]
        acknowledged.append(MOST_PUSHES)
    async with database.session(scope) as session:
        kept = await session.execute(
            text("SELECT unnest(sequences) FROM frame WHERE tenant_id = :t ORDER BY 1"),
            {"t": scope.tenant_id},
        )
        assert [row[0] for row in kept] == acknowledged


async def test_when_no_connection_is_free_all_are_told_and_served_later(
    database: Database, database_url: str
) -> None:
    few = Database.connect(database_url, pool_size=2)
    async with served(few) as client:
        scope, one = await concentrator(database, client, "crowd")

        async def push(at: int) -> httpx.Response:
            return await one.push(one.frame(block(NOW - at, 1, {1: 100 - at})))

        async with asyncio.timeout(60), AsyncExitStack() as taken:
            for _ in range(2):
                await taken.enter_async_context(few.session(scope))
            answers = await asyncio.gather(*(push(at) for at in range(2, 42)))
            assert {(one.status_code, one.json()["code"]) for one in answers} == {
                (503, "UNAVAILABLE")
            }
        async with asyncio.timeout(60):
            one.sequence = 0
            answers = [await push(at) for at in range(2, 42)]
        assert [one.json()["accepted"] for one in answers] == [[n] for n in range(1, 41)]
    await few.close()
