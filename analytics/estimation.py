"""Estimation by forecast: hours of a gap share what flowed as the same hours of like days did.

The forecast of an hour is the mean of the same hour of the four like days before it (one to four
weeks), as far as they were measured. The forecasts only shape the gap: its sum stays what the
register says, to the unit, and no hour is negative. Where some hour of a gap has no like day, or
nothing flowed on any, the gap stays shared by time (:func:`analytics.gaps.spread`).
Source: California DASMMD, estimation by like days; the sum check of the same rules.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.gaps import SECONDS, Pairs
from analytics.registers import Hourly, Installations

LIKE_DAYS = (168, 336, 504, 672)
"""Hours back to the like days of an hour."""

LONGEST_H = 744
"""A longer gap is shared by time: too much of it would be its own like day."""

_SCALE = 12
"""Means of one to four hours are whole numbers of twelfths."""


@dataclass(frozen=True, slots=True)
class History:
    """Counters of ``n`` installations around their like days."""

    start: int
    counters: NDArray[np.int64]
    """At the end of each hour, negative where unknown; shape ``(n, t)``."""

    installations: Installations

    def steps(self) -> NDArray[np.int64]:
        """Pulses of each hour measured from end to end, -1 elsewhere; shape ``(n, t)``."""
        terms, known = self.installations, self.counters >= 0
        ends = (self.start + 1 + np.arange(known.shape[1])) * SECONDS
        known &= (ends >= terms.start_s[:, None]) & (ends <= terms.end_s[:, None])
        found = np.full(known.shape, -1, dtype=np.int64)
        wrap = terms.wrap[:, None]
        pulses = np.diff(self.counters, axis=1) % wrap
        # more than half a round is a counter that went backwards, not a habit
        sound = known[:, 1:] & known[:, :-1] & (pulses < wrap // 2)
        found[:, 1:] = np.where(sound, pulses, -1)
        return found


def span_of(pairs: Pairs) -> tuple[int, int]:
    """Hours ``[low, high)`` of counters that the like days of some gaps need."""
    low = int(pairs.first_hour.min()) - LIKE_DAYS[-1] - 1
    return low, int((pairs.first_hour + pairs.hours).max()) - LIKE_DAYS[0]


def shape(pairs: Pairs, history: History, start: int, into: Hourly) -> None:
    """Share gaps anew as their like days went.

    Parameters
    ----------
    pairs
        Gaps of at most :data:`LONGEST_H` hours that were shared by time; ``row`` counts within
        the history and within ``into``.
    history
        Counters over at least :func:`span_of` the gaps; what is outside of it counts as unknown.
    start
        First hour of ``into``.
    into
        Values that are overwritten; shape ``(n, t)``.
    """
    counts = pairs.hours
    if not len(counts):
        return
    first = np.cumsum(counts) - counts
    which = np.repeat(np.arange(len(counts)), counts)
    hour = pairs.first_hour[which] + np.arange(len(which)) - first[which]
    forecast, known = _forecasts(history, pairs.row[which], hour)
    within = np.minimum((hour + 1) * SECONDS, pairs.to_s[which])
    within -= np.maximum(hour * SECONDS, pairs.from_s[which])
    # exact integers: what a gap gets must not depend on the gaps beside it
    running = np.cumsum(forecast * within)
    before = np.where(first > 0, running[first - 1], 0)
    total = running[first + counts - 1] - before
    shaped = np.logical_and.reduceat(known, first) & (total > 0)
    part = (running - before[which]) / np.maximum(total, 1)[which]
    flowed = np.rint(pairs.amount[which] * part).astype(np.int64)
    share = np.diff(flowed, prepend=0)
    share[first] = flowed[first]
    inside = shaped[which] & (hour >= start) & (hour < start + into.values.shape[1])
    into.values[pairs.row[which][inside], hour[inside] - start] = share[inside]


def _forecasts(
    history: History, row: NDArray[np.int64], hour: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Twelfths of the mean of the like hours, and whether there is one."""
    steps = history.steps()
    total, count = np.zeros(len(hour), np.int64), np.zeros(len(hour), np.int64)
    for back in LIKE_DAYS:
        at = hour - back - history.start
        inside = (at >= 0) & (at < steps.shape[1])
        found = np.where(inside, steps[row, np.clip(at, 0, steps.shape[1] - 1)], -1)
        total += np.maximum(found, 0)
        count += found >= 0
    return total * (_SCALE // np.maximum(count, 1)), count > 0
