"""A process forked from this one, with everything it imports loaded already.

Parts of the product load largely the same modules. Loaded once and forked they start at once, and
share the memory of what they do not change.
"""

import contextlib
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from subprocess import TimeoutExpired
from typing import NoReturn, Protocol

from runtime import title

SUPPORTED = sys.platform == "linux"
"""Elsewhere system libraries may not survive a fork."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_LOOK_EVERY_S = 0.01


def can_show(words: Sequence[str], shown: Mapping[str, str]) -> bool:
    """Whether a fork would be found by what it shows: else a program of its own must do."""
    return SUPPORTED and title.fits(words, shown)


class Process(Protocol):
    """A child process, whether forked or of a program of its own (subprocess.Popen)."""

    @property
    def pid(self) -> int:
        """Its number."""

    @property
    def returncode(self) -> int | None:
        """Its exit status once it has ended; minus the signal that ended it."""

    def poll(self) -> int | None:
        """Look whether it has ended; gives the return code then."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""

    def send_signal(self, sig: int) -> None:
        """Send it a signal, if it has not ended."""

    def kill(self) -> None:
        """End it."""


class Forked:
    """A child that was forked, with the face of a subprocess.Popen."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Look whether it has ended."""
        if self.returncode is None:
            with contextlib.suppress(ChildProcessError):
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                if pid == self.pid:
                    self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end.

        Raises
        ------
        subprocess.TimeoutExpired
            It goes on.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            if deadline is not None and time.monotonic() >= deadline:
                raise TimeoutExpired(str(self.pid), timeout or 0)
            time.sleep(_LOOK_EVERY_S)
        return status

    def send_signal(self, sig: int) -> None:
        """Send it a signal, if it has not ended."""
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def fork(  # noqa: PLR0913 - all that a program of its own would be given
    entry: Callable[[], None],
    *,
    words: Sequence[str],
    environment: Mapping[str, str],
    shown: Mapping[str, str],
    output: int | None,
    group: int,
) -> Forked:
    """Run ``entry`` in a process of its own, in process group ``group`` (0: one of its own).

    The process goes by the command line ``words`` and shows the variables ``shown``; ``output`` is
    where it writes, if not to where we do.
    """
    # What we have not written yet must not be written twice.
    sys.stdout.flush()
    sys.stderr.flush()
    # Signals wait until the child has put our handlers away.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        pid = os.fork()
        if pid == 0:
            _become(entry, words, environment, shown, output, group)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    with contextlib.suppress(OSError):
        os.setpgid(pid, group)
    return Forked(pid)


def _become(  # noqa: PLR0913, PLR0917 - as fork
    entry: Callable[[], None],
    words: Sequence[str],
    environment: Mapping[str, str],
    shown: Mapping[str, str],
    output: int | None,
    group: int,
) -> NoReturn:
    """Be the child to its end: nothing of the parent's work must go on in it."""
    status = 1
    try:
        os.setpgid(0, group)
        _leave_the_parents_files(output)
        os.environ.clear()
        os.environ.update(environment)
        title.show(words, shown)
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        entry()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - the end of a process; its log says why
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        # Neither the parent's clean-up nor its finalisers may run here.
        os._exit(status)


def _leave_the_parents_files(output: int | None) -> None:
    """Keep standard output and error alone; among the rest is the lock that the parent holds."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    if output is not None:
        os.dup2(output, 1)
        os.dup2(output, 2)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    sys.stdout = os.fdopen(1, "w", buffering=1, closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
