"""Keep the parts of an installation running: start, watch, restart, stop in order.

Parts are child processes in one process group of their own, out of reach of the terminal's Ctrl-C,
which reaches the supervisor alone: so it can stop those that take requests before those that
answer them, and the servers last. Parts carry a mark in their environment, by which the next start
finds what a killed supervisor left behind.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType
from typing import Final
from urllib.parse import urlsplit

import psutil

from domain.errors import UnavailableError
from runtime import forked, survivors
from runtime.logfiles import last_lines, log_file, set_long_ones_aside
from runtime.servers import Servers

MARK: Final = "BALANCE_SUPERVISED_IN"

CHECK_EVERY_S = 0.25
READY_PATIENCE_S = 60.0
STOP_PATIENCE_S = 4.0
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 10.0
STEADY_AFTER_S = 30.0
HOPELESS_AFTER = 5
_END: Final = object()

Steps = Generator[None, None, None]
"""Work done little by little, each time until the next ``yield``."""
LOGS_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the product.

    ``entry`` is what the command does, for a process that is forked from the supervisor instead of
    starting from nothing. ``stage`` orders the stop: low stages stop first, equal ones together.
    ``ready_url`` is answered, in whatever way, once the part serves.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    entry: Callable[[], None] | None = None
    stage: int = 0
    ready_url: str | None = None


@dataclass(slots=True)
class _Running:
    part: Part
    process: forked.Process | None = None
    started: float = 0.0
    deaths: int = 0
    next_start: float = 0.0
    was_ready: bool = False

    def lives(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Runs ``parts`` and tends ``servers`` until it is told to stop."""

    def __init__(
        self,
        home: Path,
        servers: Servers,
        parts: Sequence[Part],
        *,
        announce: Callable[[str], None],
        show_output: bool = False,
    ) -> None:
        self.home, self.servers, self.announce = home, servers, announce
        self.show_output = show_output
        self._running = [_Running(part) for part in parts]
        self._stop = threading.Event()
        self._logs_checked = time.monotonic()

    def run(self, when_ready: Callable[[], Steps | None], *, stay: bool = True) -> None:
        """Start every part, call ``when_ready`` once all serve, watch until a signal comes.

        Steps that ``when_ready`` gives are done one by one between looks at the parts; unless we
        ``stay``, all stops after the last.
        """
        previous = {
            number: signal.signal(number, self._on_signal)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        }
        steps: Steps | None = None
        try:
            if self._wait_until_ready():
                steps = when_ready()
            while not self._stop.wait(CHECK_EVERY_S):
                self._check()
                if (steps is None or next(steps, _END) is _END) and not stay:
                    break
        finally:
            if steps is not None:
                steps.close()
            self.stop_parts()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def stop_parts(self) -> None:
        """Stop the parts stage by stage; one that does not end in time is killed."""
        for stage in sorted({running.part.stage for running in self._running}):
            together = [
                running.process
                for running in self._running
                if running.part.stage == stage and running.process is not None
            ]
            for process in together:
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
            deadline = time.monotonic() + STOP_PATIENCE_S
            for process in together:
                try:
                    process.wait(max(0.0, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        survivors.end(orphans(self.home), signal.SIGTERM)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()

    def _wait_until_ready(self) -> bool:
        deadline = time.monotonic() + READY_PATIENCE_S
        while not self._stop.is_set():
            self._check()
            waiting = [running for running in self._running if not self._is_ready(running)]
            if not waiting:
                return True
            for running in waiting:
                if running.deaths >= HOPELESS_AFTER or time.monotonic() > deadline:
                    name = running.part.name
                    raise UnavailableError(
                        f"{name} did not start; its last words: {last_lines(self.home, name)}",
                        code="PART_NOT_STARTED",
                    )
            self._stop.wait(0.1)
        return False

    @staticmethod
    def _is_ready(running: _Running) -> bool:
        if not running.was_ready and running.lives():
            url = running.part.ready_url
            running.was_ready = url is None or _answers(url)
        return running.was_ready

    def _check(self) -> None:
        """One look at everything: restart what died."""
        addresses = self.servers.addresses()
        for name in self.servers.restart_dead():
            self.announce(f"{name} had died and runs again")
        if self.servers.addresses() != addresses:
            self.announce("a server had to move to another port: the parts start again")
            self.stop_parts()
        now = time.monotonic()
        for running in self._running:
            if not running.lives() and not self._stop.is_set():
                self._revive(running, now)
        if now - self._logs_checked > LOGS_EVERY_S:
            self._logs_checked = now
            set_long_ones_aside(self.home)

    def _revive(self, running: _Running, now: float) -> None:
        """Start a part, or start it again after a pause that grows while it keeps dying."""
        if running.process is not None:
            if now - running.started > STEADY_AFTER_S:
                running.deaths = 0
            pause = min(FIRST_PAUSE_S * 2**running.deaths, LONGEST_PAUSE_S)
            running.deaths += 1
            running.next_start = now + pause
            self.announce(
                f"{running.part.name} ended ({_end_of(running.process)}),"
                f" starts again in {pause:.1f} s"
            )
            running.process = None
        if now >= running.next_start:
            running.process = self._spawn(running.part)
            running.started = now

    def _spawn(self, part: Part) -> forked.Process:
        addresses = self.servers.addresses()
        environment = {
            **os.environ,
            "BALANCE_HOME": str(self.home),
            "BALANCE_DATABASE_URL": addresses.database_url,
            "BALANCE_REDIS_URL": addresses.redis_url,
            **part.environment,
            MARK: str(self.home),
        }
        # No part migrates, so none gets the role that may.
        environment.pop("BALANCE_MIGRATION_URL", None)
        with log_file(self.home, part.name) as output:
            mark = {MARK: str(self.home)}
            if part.entry is not None and forked.can_show(part.command, mark):
                return forked.fork(
                    part.entry,
                    words=part.command,
                    environment=environment,
                    shown=mark,
                    output=None if self.show_output else output.fileno(),
                    group=self._group(),
                )
            return subprocess.Popen(  # noqa: S603 - argv lists of our own parts
                list(part.command),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=None if self.show_output else output,
                stderr=None if self.show_output else subprocess.STDOUT,
                process_group=self._group(),
            )

    def _group(self) -> int:
        """Process group of the living parts; 0 lets the next one found it."""
        for running in self._running:
            if running.process is not None and running.lives():
                try:
                    return os.getpgid(running.process.pid)
                except ProcessLookupError:
                    continue
        return 0


def orphans(home: Path) -> list[psutil.Process]:
    """Parts of the installation in ``home``, whoever started them."""
    found = [
        process
        for process in psutil.process_iter(["environ"])
        if (process.info["environ"] or {}).get(MARK) == str(home) and process.pid != os.getpid()
    ]
    return survivors.still_alive(found)


def _answers(url: str) -> bool:
    address = urlsplit(url)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=2)
    try:
        connection.request("GET", address.path)
        return connection.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _end_of(process: forked.Process) -> str:
    status = process.returncode or 0
    return signal.Signals(-status).name if status < 0 else f"exit status {status}"
