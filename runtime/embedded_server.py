"""What the embedded servers have in common: how one is started, watched and stopped."""

import signal
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar

import psutil

from domain.errors import UnavailableError
from runtime.account import ServerAccount, data_place
from runtime.logfiles import last_lines
from runtime.state import RuntimeState

LOOK_EVERY_S = 0.02


class EmbeddedServer(ABC):
    """One server of an installation: its data, and the process that serves it.

    It starts in two steps, so that the caller can do other things while the process comes up.
    """

    name: ClassVar[str]
    """Of its log and its directory."""

    label: ClassVar[str]
    """What people call it."""

    not_started: ClassVar[str]
    """Code of the error when it does not start."""

    start_patience_s: ClassVar[float]
    stop_patience_s: ClassVar[float]
    """How long each of the signals may take."""

    stop_signals: ClassVar[tuple[signal.Signals, ...]]
    """From the politest to the last."""

    def __init__(self, home: Path, state: RuntimeState) -> None:
        self.home, self.state = home, state
        self.account = ServerAccount.of_this_process()
        self.data = data_place(self.account, home, state.place) / self.name
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start serving."""
        self.launch()
        self.finish_start()

    def launch(self) -> None:
        """Start the process and return at once."""
        self.end_survivors()
        self._make_data()
        self.process = self._spawn()

    def finish_start(self) -> None:
        """Wait until the process that was launched serves; mend and launch again what fails.

        Raises
        ------
        UnavailableError
            POSTGRES_NOT_STARTED or VALKEY_NOT_STARTED, with its last words.
        """
        deadline = time.monotonic() + self.start_patience_s
        while not self._comes_up(deadline):
            self.end_survivors()
            if time.monotonic() > deadline or not self._mend():
                raise UnavailableError(
                    f"{self.label} on {self.data} did not start in {self.start_patience_s:.0f} s;"
                    f" its last words: {last_lines(self.home, self.name)}",
                    code=self.not_started,
                )
            self.process = self._spawn()

    def stop(self) -> None:
        """Stop cleanly; insist when that takes too long."""
        if self.process is not None:
            for number in self.stop_signals:
                if self.process.poll() is None:
                    self.process.send_signal(number)
                    try:
                        self.process.wait(self.stop_patience_s)
                    except subprocess.TimeoutExpired:
                        continue
            self.process = None
        self.end_survivors()

    def is_alive(self) -> bool:
        """Whether the server process that we started still runs."""
        return self.process is not None and self.process.poll() is None

    @abstractmethod
    def survivors(self) -> list[psutil.Process]:
        """Every process that serves this data, whoever started it."""

    @abstractmethod
    def end_survivors(self) -> None:
        """End them."""

    @abstractmethod
    def _make_data(self) -> None:
        """Make what the server needs on its first start."""

    @abstractmethod
    def _spawn(self) -> "subprocess.Popen[bytes]":
        """Start the process on the remembered port, or on another one when that is taken."""

    @abstractmethod
    def _serves(self, pid: int) -> bool:
        """Whether the process serves by now."""

    @abstractmethod
    def _mend(self) -> bool:
        """Do what may help after a start that failed; False when nothing is left to try."""

    def _comes_up(self, deadline: float) -> bool:
        process = self.process
        while process is not None and process.poll() is None and time.monotonic() < deadline:
            if self._serves(process.pid):
                return True
            time.sleep(LOOK_EVERY_S)
        return False
