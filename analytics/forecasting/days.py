"""Hours of a site's calendar as days of 24 slots, and back: a day of 23 or 25 hours fits in.

The hour that the clock skips is unknown; the two that bear one name are their mean.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from analytics.forecasting.history import HOURS, FloatArray
from domain.hours import instant_of, midnight

IntArray = NDArray[np.int64]

_PLAIN: IntArray = np.arange(HOURS)
"""A day on which no clock is set."""


@lru_cache(maxsize=4096)
def slots_of(day: date, zone: ZoneInfo) -> tuple[int, IntArray]:
    """First UTC hour of a local day, and the wall-clock hour of each of its 23 to 25 hours.

    Examples
    --------
    >>> start, slots = slots_of(date(2026, 10, 25), ZoneInfo("Europe/Chisinau"))
    >>> len(slots), slots[2:5].tolist()
    (25, [2, 2, 3])
    """
    start, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    hours = [instant_of(hour).astimezone(zone).hour for hour in range(start, end)]
    slots = np.array(hours, dtype=np.int64)
    slots.flags.writeable = False  # it is remembered
    return start, slots


def by_slot(values: FloatArray, slots: IntArray) -> FloatArray:
    """One day's hours in 24 slots; shape ``(..., h)`` to ``(..., 24)``."""
    if np.array_equal(slots, _PLAIN):
        return values
    found = np.full((*values.shape[:-1], HOURS), np.nan)
    for slot in range(HOURS):
        at = np.flatnonzero(slots == slot)
        if len(at):
            found[..., slot] = values[..., at].mean(axis=-1)
    return found


def days_of(values: FloatArray, start: int, days: Sequence[date], zone: ZoneInfo) -> FloatArray:
    """Hours from ``start`` on in days of slots, shape ``(n, t)`` to ``(n, d, 24)``.

    What lies outside the hours given is unknown.
    """
    found = np.full((len(values), len(days), HOURS), np.nan)
    for place, day in enumerate(days):
        first, slots = slots_of(day, zone)
        low = first - start
        if low >= 0 and low + len(slots) <= values.shape[1]:
            found[:, place] = by_slot(values[:, low : low + len(slots)], slots)
    return found
