"""How the C library keeps memory that was freed: little of it, so that an idle part is small.

By itself it raises its limits to the largest block it has seen freed, and gives each thread an
arena of its own: after a wave of readings a part would keep tens of megabytes it does not use.
Source: mallopt(3).
"""

import ctypes
import sys

_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8

KEPT_BYTES = 256 * 1024
"""Free memory at the end of the heap that is kept, and the size from which a block is a mapping."""

ARENAS = 2


def keep_little() -> None:
    """Set the limits for this process and its forks; other C libraries do as they do."""
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for option, value in (
            (_M_ARENA_MAX, ARENAS),
            (_M_MMAP_THRESHOLD, KEPT_BYTES),
            (_M_TRIM_THRESHOLD, KEPT_BYTES),
        ):
            mallopt(option, value)
