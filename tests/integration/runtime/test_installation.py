"""Commands on an installation: with its servers running or not, alone or several at once."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text

from backend.settings import Settings, read_settings
from domain.errors import BalanceError, InvalidError
from runtime.installation import InstallationLock, installation
from runtime.servers import Addresses, ExternalServers, Servers
from runtime.state import free_port
from runtime.up import down, migrate
from tests.servers import forget


@pytest.fixture
def home() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix=f"balance-test-{os.getpid()}-"))
    directory.chmod(0o711)
    yield directory
    forget(directory)


def start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "runtime.cli", *arguments],
        env={**os.environ, "BALANCE_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_commands_at_once_take_turns_and_leave_nothing_running(home: Path) -> None:
    settings = read_settings(home=home)
    before = start(home, "tenant", "create", "--name", "Early", "--json")
    assert "error MIGRATION_NEEDED" in before.communicate(timeout=60)[1]
    migrated = start(home, "migrate")
    assert "revision" in migrated.communicate(timeout=60)[0]

    both = [start(home, "tenant", "create", "--name", name, "--json") for name in ("A", "B")]

    made = []
    for process in both:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        made.append(json.loads(out))
    assert len({tenant["tenant"] for tenant in made}) == 2
    assert InstallationLock(home).tender() is None
    assert not Servers(home).has_survivors()
    assert not down(settings)


def test_doctor_finds_a_table_without_row_security_and_old_schema(home: Path) -> None:
    migrated = start(home, "migrate")
    assert "revision" in migrated.communicate(timeout=60)[0]
    sick = start(home, "doctor", "--json")
    assert json.loads(sick.communicate(timeout=60)[0])["healthy"] is True

    servers = Servers(home)
    addresses = servers.start()

    async def harm() -> None:
        owner = await asyncpg.connect(addresses.migration_url.replace("+asyncpg", ""))
        await owner.execute("SET ROLE balance_owner")
        await owner.execute("CREATE TABLE leaky (tenant_id int)")
        await owner.execute("UPDATE alembic_version SET version_num = '0001'")
        await owner.close()

    asyncio.run(harm())
    servers.stop()

    sick = start(home, "doctor", "--json")
    report = json.loads(sick.communicate(timeout=60)[0])
    assert sick.returncode == 1
    broken = {check["name"]: check for check in report["checks"] if check["verdict"] == "broken"}
    assert set(broken) == {"migrations", "row security"}
    assert "leaky" in broken["row security"]["found"]
    assert "balance migrate" in broken["migrations"]["remedy"]


@pytest.fixture
def external(database_url: str, migration_url: str, redis_url: str, tmp_path: Path) -> Settings:
    return read_settings(
        home=tmp_path / "home",
        database_url=database_url,
        migration_url=migration_url,
        redis_url=redis_url,
    )


async def test_servers_of_the_users_own_replace_the_embedded_ones(external: Settings) -> None:
    async with installation(external) as database, database.global_session() as session:
        assert await session.scalar(text("SELECT current_user")) == "balance_app"
    assert not (external.home / "postgres").exists()
    assert not (external.home / "valkey").exists()


async def test_an_external_database_that_we_may_not_migrate_must_be_up_to_date(
    external: Settings, blank_migration_url: str
) -> None:
    current = external.model_copy(update={"migration_url": ""})
    await migrate(current, Addresses(current.database_url, "", current.redis_url))
    blank = read_settings(database_url=blank_migration_url, redis_url=external.redis_url)
    with pytest.raises(InvalidError, match="BALANCE_MIGRATION_URL is not set") as refusal:
        await migrate(blank, Addresses(blank.database_url, "", blank.redis_url))
    assert refusal.value.code == "MIGRATION_NEEDED"
    await migrate(
        blank.model_copy(update={"migration_url": blank_migration_url}),
        Addresses(blank_migration_url, blank_migration_url, external.redis_url),
    )


async def test_a_server_that_does_not_answer_is_named(external: Settings) -> None:
    gone = external.model_copy(
        update={"database_url": "postgresql+asyncpg://balance_app@127.0.0.1:9/balance"}
    )
    with pytest.raises(BalanceError, match="BALANCE_DATABASE_URL: no connection"):
        await migrate(gone, Addresses(gone.database_url, "", gone.redis_url))


def test_a_migration_url_alone_is_refused() -> None:
    with pytest.raises(InvalidError, match="without BALANCE_DATABASE_URL"):
        ExternalServers(migration_url="postgresql+asyncpg://x@h/d")


@pytest.mark.parametrize("after_s", [0.1, 0.25, 0.5, 1.0, 1.5])
def test_ctrl_c_while_it_starts_ends_it_without_a_trace(home: Path, after_s: float) -> None:
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "runtime.cli", "up", "--no-demo", "--port", str(free_port())],
        env={**os.environ, "BALANCE_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    time.sleep(after_s)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=30)
    assert "Traceback" not in said
    assert process.returncode == 130, said
    assert not down(read_settings(home=home))
