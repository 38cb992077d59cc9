"""Processes of a server whose parent died: found by what they say of themselves, and ended."""

import contextlib
import signal
import time
from collections.abc import Iterable, Sequence

import psutil


def processes_naming(mark: str, *, program: str) -> list[psutil.Process]:
    """Live processes of ``program`` with ``mark`` in their command line or title."""
    found = []
    for process in psutil.process_iter(["name", "cmdline"]):
        title = " ".join(process.info["cmdline"] or ())
        if mark in title and program in (process.info["name"] or title):
            found.append(process)
    return still_alive(found)


def still_alive(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; a zombie that its parent has not reaped does not."""
    alive = []
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                alive.append(process)
    return alive


def end(
    processes: Sequence[psutil.Process], *signals: signal.Signals, patience_s: float = 4
) -> None:
    """Send ``signals`` one after the other, each time waiting; then kill what is left."""
    alive = still_alive(processes)
    for number in (*signals, signal.SIGKILL):
        for process in alive:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)
        deadline = time.monotonic() + patience_s
        while alive and time.monotonic() < deadline:
            time.sleep(0.02)
            alive = still_alive(alive)
        if not alive:
            return
