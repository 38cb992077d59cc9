"""What the system shows of a process: its command line and environment, as `ps` prints them.

A forked process shows those of its parent until it writes its own over them. The kernel reads them
from where the program found them at its start, arguments first, environment right behind. Source:
proc_pid_cmdline(5), proc_pid_environ(5), proc_pid_stat(5).
"""

import ctypes
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

_FIRST_AREA_FIELD = 48
"""Field of /proc/self/stat where the four borders of the two areas begin."""


def fits(words: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Whether a fork of this process could show these."""
    begin, end_of_words, behind, end = _areas()
    if not begin < end_of_words <= behind < end:
        return False
    return len(_laid_out(words, environment, end_of_words - begin, behind - begin)) <= end - begin


def show(words: Sequence[str], environment: Mapping[str, str]) -> None:
    """Show ``words`` and ``environment``, which have to fit."""
    if not fits(words, environment):
        return
    begin, end_of_words, behind, end = _areas()
    shown = _laid_out(words, environment, end_of_words - begin, behind - begin)
    # The C library reads variables from there: give it copies before they are written over.
    for name, value in os.environ.items():
        os.putenv(name, value)
    ctypes.memmove(begin, shown.ljust(end - begin, b"\0"), end - begin)


def _laid_out(
    words: Sequence[str], environment: Mapping[str, str], for_words: int, behind: int
) -> bytes:
    """Both areas; the first has ``for_words`` bytes, the second begins at byte ``behind``."""
    shown = b" ".join(os.fsencode(word) for word in words) + b"\0"
    if len(shown) < for_words:
        # A last byte that is not zero tells the kernel that the words end at the first zero.
        shown = shown.ljust(for_words - 1, b"\0") + b"."
        shown = shown.ljust(behind, b"\0")
    variables = (f"{name}={value}" for name, value in environment.items())
    return shown + b"".join(os.fsencode(variable) + b"\0" for variable in variables)


def _areas() -> list[int]:
    try:
        stat = Path("/proc/self/stat").read_bytes()
    except OSError:
        return [0] * 4
    # The second field is the program's name in brackets and may hold anything.
    fields = stat.rpartition(b")")[2].split()
    first = _FIRST_AREA_FIELD - 3
    return [int(field) for field in fields[first : first + 4]]
