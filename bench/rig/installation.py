"""An installation for the time of a bench: both embedded servers, migrated, and empty."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil

from backend.migrations import upgrade
from backend.settings import Settings, read_settings
from runtime.postgres import PostgresServer
from runtime.servers import Servers
from runtime.state import free_port
from tenants.session import Database

SHOWN = (
    "server_version",
    "shared_buffers",
    "max_wal_size",
    "wal_compression",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
)

MASTER_KEY = bytes(range(32))


@dataclass(frozen=True, slots=True)
class Installation:
    """Running servers, and the settings under which the product's parts find them."""

    settings: Settings
    database: Database
    postgres: PostgresServer
    migration_url: str

    def environment(self, **more: str) -> dict[str, str]:
        """Environment of a part of the product."""
        return {
            **os.environ,
            "BALANCE_HOME": str(self.settings.home),
            "BALANCE_DATABASE_URL": self.settings.database_url,
            "BALANCE_REDIS_URL": self.settings.redis_url,
            "BALANCE_MASTER_KEY": MASTER_KEY.hex(),
            "BALANCE_PORT": str(self.settings.port),
            "BALANCE_GATEWAY_PORT": str(self.settings.gateway_port),
            "BALANCE_LOG_LEVEL": "warning",
            **more,
        }

    async def superuser(self) -> "asyncpg.Connection[asyncpg.Record]":
        """Connection that row security does not bind; for what the product never does."""
        return await asyncpg.connect(
            host="127.0.0.1",
            port=self.postgres.state.postgres_port,
            user="postgres",
            password=self.postgres.state.superuser_password,
            database="balance",
        )


@asynccontextmanager
async def temporary_installation() -> AsyncIterator[Installation]:
    """Start servers with the product's own settings; print them; forget all of it at the end."""
    home = _home()
    servers = Servers(home)
    try:
        addresses = await asyncio.to_thread(servers.start)  # makes roles in a loop of its own
        await upgrade(addresses.migration_url)
        settings = read_settings(
            home=home,
            database_url=addresses.database_url,
            redis_url=addresses.redis_url,
            master_key=MASTER_KEY.hex(),
            port=free_port(),
            gateway_port=free_port(),
        )
        database = Database.connect(settings.database_url, pool_size=4, application="bench")
        assert servers.postgres is not None
        installation = Installation(settings, database, servers.postgres, addresses.migration_url)
        await _show(installation)
        yield installation
        await database.close()
    finally:
        await asyncio.to_thread(servers.stop)
        shutil.rmtree(home, ignore_errors=True)


def _home() -> Path:
    home = Path(tempfile.mkdtemp(prefix="balance-bench-"))
    home.chmod(0o711)  # the servers may run as another user
    return home


async def _show(installation: Installation) -> None:
    connection = await installation.superuser()
    rows = await connection.fetch(
        "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY($1)", list(SHOWN)
    )
    await connection.close()
    print("PostgreSQL:", ", ".join(f"{name} = {value}" for name, value in sorted(map(tuple, rows))))
    memory = psutil.virtual_memory().total / 2**30
    print(f"machine: {os.cpu_count()} cores, {memory:.0f} GiB, Python {sys.version.split()[0]}")


@contextmanager
def part(installation: Installation, name: str, port: int) -> Iterator[psutil.Process]:
    """Run a part of the product (`balance api`, `balance gateway`) until the block ends."""
    with module(installation, ["runtime.cli", name], port) as process:
        yield process


@contextmanager
def background(installation: Installation, name: str) -> Iterator[psutil.Process]:
    """Run a part of the product that listens on no port (`balance worker`) until the block ends."""
    command = [sys.executable, "-m", "runtime.cli", name]
    process = subprocess.Popen(command, env=installation.environment())  # noqa: S603 - our own
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(40)


@contextmanager
def module(installation: Installation, words: list[str], port: int) -> Iterator[psutil.Process]:
    """Run a module as a server, in the environment of a part, until the block ends."""
    command = [sys.executable, "-m", *words]
    process = subprocess.Popen(command, env=installation.environment())  # noqa: S603 - our own
    try:
        _wait_for(port, process)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on port {port}")
