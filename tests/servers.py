"""The servers that integration tests share: one PostgreSQL and one Valkey for a whole run.

Whoever asks first starts them, under a file lock, since pytest-xdist runs several processes; the
process that began the run ends them. Every module works on a clone of a migrated template.
"""

import asyncio
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import psutil

from backend.migrations import upgrade
from runtime import roles
from runtime.postgres import PostgresServer
from runtime.servers import Servers

RUN_VARIABLE = "BALANCE_TEST_RUN"
TEMPLATE = "balance"
PREFIX = "balance-test-"

# Nothing of a test survives it, so nothing has to survive a power cut.
QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "200",
}


_started: list[Servers] = []
"""Kept alive: they run on until the run ends, whichever fixture asked for them."""


def begin_run() -> None:
    """Name the directory of this run, and clear those of runs that were killed."""
    for left in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        pid = left.name.removeprefix(PREFIX).partition("-")[0]
        if not (pid.isdigit() and psutil.pid_exists(int(pid))):
            forget(left)
    directory = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    directory.chmod(0o711)
    os.environ[RUN_VARIABLE] = str(directory)


def end_run() -> None:
    """Stop what this run started."""
    for servers in _started:
        servers.stop()
    directory = os.environ.pop(RUN_VARIABLE, None)
    if directory is not None:
        forget(Path(directory))


def leave_running() -> None:
    """Part from what this worker started without a warning: the run's first process ends it."""
    for servers in _started:
        for server in (servers.postgres, servers.valkey):
            if server is not None and server.process is not None:
                server.process.returncode = 0


def forget(directory: Path) -> None:
    if (directory / "runtime.json").exists():
        Servers(directory).stop()
    shutil.rmtree(directory, ignore_errors=True)


def run_directory() -> Path:
    """Directory of this run."""
    return Path(os.environ[RUN_VARIABLE])


@contextmanager
def _only_one(directory: Path) -> Iterator[None]:
    with (directory / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def shared_servers() -> Servers:
    """The servers of this run, started and migrated by whoever asks first."""
    directory = run_directory()
    ready = directory / "ready"
    with _only_one(directory):
        servers = Servers(directory, postgres_settings=QUICK)
        if not ready.exists():
            addresses = servers.start()
            _started.append(servers)
            asyncio.run(upgrade(addresses.migration_url))
            ready.touch()
    return servers


def postgres_of(servers: Servers) -> PostgresServer:
    assert servers.postgres is not None
    return servers.postgres


async def clone(postgres: PostgresServer, name: str, template: str = TEMPLATE) -> None:
    """Make database ``name`` as a copy of a migrated one, with the same rights to connect."""
    connection = await superuser(postgres)
    try:
        await connection.execute(
            f"CREATE DATABASE {name} TEMPLATE {template} OWNER {roles.OWNER} STRATEGY file_copy"
        )
        for statement in roles.database_statements(name):
            await connection.execute(statement)
    finally:
        await connection.close()


async def blank(postgres: PostgresServer, name: str) -> None:
    """Make database ``name`` with the roles' rights and no migration run."""
    await clone(postgres, name, "template0")
    connection = await superuser(postgres, name)
    try:
        for statement in roles.schema_statements():
            await connection.execute(statement)
    finally:
        await connection.close()


async def drop(postgres: PostgresServer, name: str) -> None:
    """Drop database ``name``, whoever is still connected."""
    connection = await superuser(postgres)
    try:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await connection.close()


async def superuser(
    postgres: PostgresServer, database: str = "postgres"
) -> "asyncpg.Connection[asyncpg.Record]":
    """Connection that may make databases; tests of the product never use it."""
    return await asyncpg.connect(
        host="127.0.0.1",
        port=postgres.state.postgres_port,
        user="postgres",
        password=postgres.state.superuser_password,
        database=database,
    )
