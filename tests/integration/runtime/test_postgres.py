"""The embedded PostgreSQL: roles, privacy, recovery."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from backend.settings import read_settings
from domain.errors import ConflictError
from runtime.servers import Servers, check_version
from runtime.up import forget as remove
from tests.servers import QUICK, forget


def plain(url: str) -> str:
    return url.replace("+asyncpg", "")


@pytest.fixture
def home() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix=f"balance-test-{os.getpid()}-"))
    directory.chmod(0o711)
    yield directory
    forget(directory)


async def test_the_app_role_owns_nothing_and_row_security_binds_it(database_url: str) -> None:
    connection = await asyncpg.connect(plain(database_url))
    role = await connection.fetchrow(
        "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles"
        " WHERE rolname = current_user"
    )
    owned = await connection.fetchval(
        "SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole"
    )
    assert role is not None
    assert tuple(role.values()) == (False, False, False, False)
    assert owned == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("CREATE TABLE intruder (a int)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("SET ROLE balance_owner")
    await connection.close()


async def test_what_the_owner_makes_is_closed_to_the_app_until_granted(
    migration_url: str, database_url: str
) -> None:
    owner = await asyncpg.connect(plain(migration_url))
    await owner.execute("SET ROLE balance_owner; CREATE TABLE closed (a int)")
    app = await asyncpg.connect(plain(database_url))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.fetch("SELECT * FROM closed")
    await owner.execute("CREATE EXTENSION IF NOT EXISTS ltree")
    assert await app.fetchval("SELECT 'a.b.c'::ltree <@ 'a.b'::ltree")
    await owner.execute("DROP TABLE closed")
    await app.close()
    await owner.close()


async def test_a_wrong_password_is_refused(database_url: str) -> None:
    head, _, tail = plain(database_url).partition("balance_app:")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"{head}balance_app:wrong@{tail.partition('@')[2]}")


async def test_the_embedded_release_is_new_enough(database_url: str) -> None:
    assert (await check_version(database_url)).startswith("18.")


def test_committed_rows_survive_kill_9_of_both_servers(home: Path) -> None:
    servers = Servers(home, postgres_settings={**QUICK, "fsync": "on", "synchronous_commit": "on"})
    url = plain(servers.start().migration_url)

    async def run(statement: str) -> int:
        connection = await asyncpg.connect(url)
        await connection.execute("SET ROLE balance_owner")
        value: int = await connection.fetchval(statement) or 0
        await connection.close()
        return value

    asyncio.run(run("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS a"))
    assert servers.postgres is not None
    assert servers.valkey is not None
    assert servers.postgres.process is not None
    assert servers.valkey.process is not None
    servers.postgres.process.send_signal(signal.SIGKILL)
    servers.valkey.process.send_signal(signal.SIGKILL)
    servers.postgres.process.wait()
    servers.valkey.process.wait()

    assert servers.restart_dead() == ["postgres", "valkey"]

    assert asyncio.run(run("SELECT count(*) FROM kept")) == 1000
    assert servers.restart_dead() == []
    servers.stop()


def test_servers_left_by_a_killed_owner_are_replaced(home: Path) -> None:
    first = Servers(home, postgres_settings=QUICK)
    first.start()
    assert first.postgres is not None
    assert first.postgres.process is not None

    second = Servers(home, postgres_settings=QUICK)
    second.start()

    assert first.valkey is not None
    assert first.valkey.process is not None
    assert first.postgres.process.wait(5) is not None
    assert first.valkey.process.wait(5) is not None
    second.stop()


def test_a_lock_file_with_the_number_of_a_stranger_does_not_stop_the_start(home: Path) -> None:
    servers = Servers(home, postgres_settings=QUICK)
    servers.start()
    servers.stop()
    assert servers.postgres is not None
    lock = servers.postgres.data / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{servers.postgres.data}\n0\n0\n\n127.0.0.1\n0\n")

    servers.start()

    assert servers.postgres.is_alive()
    servers.stop()


def test_data_and_secrets_are_private(home: Path) -> None:
    servers = Servers(home, postgres_settings=QUICK)
    assert servers.postgres is not None
    assert servers.valkey is not None
    servers.start()
    servers.stop()
    assert (home / "runtime.json").stat().st_mode & 0o077 == 0
    assert servers.postgres.data.stat().st_mode & 0o077 == 0
    assert servers.valkey.data.stat().st_mode & 0o077 == 0
    assert not list(home.glob("*password*"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers as somebody else")
def test_below_a_directory_closed_to_the_servers_account_they_run_elsewhere() -> None:
    closed = Path(tempfile.mkdtemp(prefix=f"balance-test-{os.getpid()}-"))
    closed.chmod(0o700)
    home = closed / "home"
    servers = Servers(home, postgres_settings=QUICK)
    assert servers.postgres is not None
    try:
        assert asyncio.run(check_version(servers.start().database_url)).startswith("18.")
        assert not servers.postgres.data.is_relative_to(home)
        again = Servers(home, postgres_settings=QUICK)
        assert again.postgres is not None
        assert again.postgres.data == servers.postgres.data
    finally:
        servers.stop()
        remove(read_settings(home=home))
    assert not servers.postgres.data.parent.exists()
    shutil.rmtree(closed)


def test_a_database_whose_passwords_are_lost_is_not_replaced(home: Path) -> None:
    servers = Servers(home, postgres_settings=QUICK)
    servers.start()
    servers.stop()
    (home / "runtime.json").unlink()
    with pytest.raises(ConflictError, match="restore the file") as refusal:
        Servers(home)
    assert refusal.value.code == "STATE_MISSING"
