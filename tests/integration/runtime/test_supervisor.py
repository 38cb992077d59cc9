"""The supervisor under kill -9: of a part, of a server, of itself."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import psutil
import pytest

from backend.settings import read_settings
from runtime.state import RuntimeState, free_port
from runtime.supervisor import orphans
from runtime.survivors import still_alive
from runtime.up import down
from tests.servers import forget

SCRIPT = Path(__file__).with_name("tiny_installation.py")


@dataclass
class Installation:
    home: Path
    port: int
    process: subprocess.Popen[str]
    output: Path

    def kill(self, name: str) -> None:
        """kill -9 the part or server whose command line holds ``name``."""
        (victim,) = [
            process
            for process in psutil.Process(self.process.pid).children()
            if any(name in word for word in process.cmdline())
        ]
        victim.kill()

    def serves(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/", trust_env=False).is_success
        except httpx.HTTPError:
            return False

    def sleeps(self) -> bool:
        """Whether the part that is forked lives, and is found by its mark."""
        return any("sleeper" in orphan.cmdline() for orphan in orphans(self.home))

    def database_answers(self) -> bool:
        state = RuntimeState.load(self.home)
        assert state is not None

        async def ask() -> bool:
            connection = await asyncpg.connect(
                host="127.0.0.1",
                port=state.postgres_port,
                user="balance_app",
                password=state.app_password,
                database="balance",
                timeout=2,
            )
            revision = await connection.fetchval("SELECT version_num FROM alembic_version")
            await connection.close()
            return revision is not None

        try:
            return asyncio.run(ask())
        except (OSError, TimeoutError, asyncpg.PostgresError):
            return False


def wait_for(condition: Callable[[], bool], within_s: float = 15) -> float:
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < within_s, "did not happen in time"
        time.sleep(0.05)
    return time.monotonic() - start


Start = Callable[[Path | None], Installation]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[Installation] = []

    def start(home: Path | None = None) -> Installation:
        if home is None:
            home = Path(tempfile.mkdtemp(prefix=f"balance-test-{os.getpid()}-"))
            home.chmod(0o711)
            port = free_port()
        else:
            port = started[-1].port
        output = home / f"output-{len(started)}"
        with output.open("w") as file:
            process = subprocess.Popen(  # noqa: S603 - our own script
                [sys.executable, str(SCRIPT), str(home), str(port)],
                stdout=file,
                stderr=subprocess.STDOUT,
                text=True,
                env={**os.environ, "PYTHONPATH": str(Path.cwd())},
                start_new_session=True,
            )
        installation = Installation(home, port, process, output)
        started.append(installation)
        wait_for(
            lambda: "ready" in output.read_text().split() or process.poll() is not None, within_s=40
        )
        return installation

    yield start
    for installation in started:
        installation.process.kill()
        installation.process.wait()
        down(read_settings(home=installation.home))
        forget(installation.home)


def test_ctrl_c_stops_everything_cleanly(start: Start) -> None:
    running = start(None)
    assert running.serves()
    children = psutil.Process(running.process.pid).children(recursive=True)
    assert len(children) > 5

    running.process.send_signal(signal.SIGINT)
    status = running.process.wait(15)

    assert status == 0
    assert still_alive(children) == []
    assert not (running.home / "postgres" / "postmaster.pid").exists()


def test_what_is_killed_comes_back_within_15_s(start: Start) -> None:
    running = start(None)
    for victim, notice, recovered in (
        ("http.server", "web ended (SIGKILL)", running.serves),
        ("sleeper", "sleeper ended (SIGKILL)", running.sleeps),
        ("bin/postgres", "postgres had died", running.database_answers),
        ("valkey-server", "valkey had died", running.serves),
    ):
        running.kill(victim)
        wait_for(lambda notice=notice: notice in running.output.read_text(), 15)
        wait_for(recovered, within_s=15)


def test_after_kill_9_of_the_supervisor_the_next_start_clears_up(start: Start) -> None:
    first = start(None)
    left = psutil.Process(first.process.pid).children()
    first.process.kill()
    first.process.wait()
    assert orphans(first.home)

    second = start(first.home)

    assert second.serves()
    assert second.database_answers()
    assert still_alive(left) == []


def test_down_stops_a_running_installation_and_what_a_killed_one_left(start: Start) -> None:
    running = start(None)
    settings = read_settings(home=running.home)

    assert down(settings)

    assert running.process.wait(5) == 0
    assert not running.serves()
    assert not down(settings)

    again = start(running.home)
    again.process.kill()
    again.process.wait()
    assert down(settings)
    assert not again.serves()
    assert orphans(again.home) == []


def test_a_taken_port_is_refused_by_name_with_status_2(start: Start) -> None:
    running = start(None)
    other = Path(tempfile.mkdtemp(prefix=f"balance-test-{os.getpid()}-"))
    refused = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, str(SCRIPT), str(other), str(running.port)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        timeout=20,
        check=False,
    )
    forget(other)
    assert refused.returncode == 2
    assert refused.stderr.startswith("error PORT_TAKEN: ")
    assert str(running.port) in refused.stderr
    assert "BALANCE_PORT" in refused.stderr
    assert "python" in refused.stderr


def test_a_second_start_of_the_same_installation_is_refused(start: Start) -> None:
    running = start(None)
    second = start(running.home)
    assert second.process.wait(10) == 1
    assert "error ALREADY_RUNNING" in second.output.read_text()
    assert running.serves()
