"""The habits of a meter: what its own past lets expect of an hour, kept for the hourly run."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from analytics.leaks import stretches
from analytics.leaks.signs import HOURS, FloatArray, Flow
from analytics.leaks.thresholds import Thresholds
from domain.quantities import Mask

PRIOR_HOURS = 4.0
PRIOR_QUIET = 0.3
"""A habit begins with so many hours of each slot of which this share is quiet."""

_SINGLE = 7


@dataclass(frozen=True, slots=True)
class Habits:
    """Of ``n`` meters; 55 numbers a meter."""

    known_hours: FloatArray
    """Shape ``(n,)``."""

    longest: FloatArray
    """Longest run of hours without a zero, shape ``(n,)``."""

    floor: FloatArray
    """Highest of the lowest hours of any 24, Wh or l an hour, shape ``(n,)``."""

    peak: FloatArray
    """Highest hour, shape ``(n,)``."""

    four: FloatArray
    """Highest of the lowest of four hours together, shape ``(n,)``."""

    zeros: FloatArray
    """Longest run of zeros, shape ``(n,)``."""

    total: FloatArray
    """Wh or litres of an hour on average, shape ``(n,)``."""

    quiet: FloatArray
    """Share of zeros by hour of the day, shape ``(n, 24)``."""

    two: FloatArray
    """Highest of the lowest of two hours together, by hour of the day, shape ``(n, 24)``."""

    @classmethod
    def of(cls, past: Flow, thresholds: Thresholds) -> Self:
        """Habits out of a past of weeks.

        What goes on at its end without a stop for long, flow or silence, is no habit yet.
        """
        values = past.values
        size, hours = values.shape
        if not hours:
            return cls.none(size)
        gap = thresholds.longest_gap_hours
        if thresholds.continuous:
            values = _before(values, values <= 0, gap, thresholds.continuous_hours)
        values = _before(values, values > 0, gap, thresholds.stuck_hours)
        unknown = np.isnan(values)
        zero = values <= 0
        runs = stretches.without(zero, unknown, gap)
        still = stretches.without(values > 0, unknown, gap)
        longest = runs.max(axis=1)
        filled = np.where(unknown, 0.0, values)
        pair = _together(filled, filled, 1)
        return cls(
            known_hours=np.count_nonzero(~unknown, axis=1).astype(float),
            longest=longest.astype(float),
            floor=_floor(values, runs, longest),
            peak=filled.max(axis=1),
            four=_together(pair, pair, 2).max(axis=1),
            zeros=still.max(axis=1).astype(float),
            total=_mean(values),
            quiet=_share(zero, unknown, past.slots),
            two=_by_slot(pair, past.slots, thresholds.burst_slots),
        )

    @classmethod
    def none(cls, size: int) -> Self:
        """Nothing is known of meters."""
        blank = np.zeros(size)
        by_slot = np.full((size, HOURS), PRIOR_QUIET), np.zeros((size, HOURS))
        return cls(blank, blank, blank, blank, blank, blank, blank, *by_slot)

    def to_rows(self) -> FloatArray:
        """All numbers of each meter in a row, to be kept."""
        return np.column_stack([getattr(self, field.name) for field in fields(self)])

    @classmethod
    def from_rows(cls, rows: FloatArray) -> Self:
        """Read back what :meth:`to_rows` gave."""
        single, by_slot = rows[:, :_SINGLE], rows[:, _SINGLE:]
        known, longest, floor, peak, four, zeros, total = single.T
        quiet, two = by_slot[:, :HOURS], by_slot[:, HOURS:]
        return cls(known, longest, floor, peak, four, zeros, total, quiet, two)


def _before(values: FloatArray, ended: Mask, gap: int, least: int) -> FloatArray:
    """Values with the run that goes on at the end unknown, where it is longer than ``least``."""
    size = values.shape[1]
    last = np.where(ended.any(axis=1), size - 1 - ended[:, ::-1].argmax(axis=1), -1)
    rows = np.flatnonzero(size - 1 - last >= least)  # of others it cannot be long enough
    if not len(rows):
        return values
    runs = stretches.without(ended[rows], np.isnan(values[rows]), gap)
    rows = rows[runs[:, -1] >= least]
    if not len(rows):
        return values
    found = values.copy()
    found[rows] = np.where(np.arange(size) > last[rows, None], np.nan, values[rows])
    return found


def _floor(values: FloatArray, runs: NDArray[np.int32], longest: NDArray[np.int32]) -> FloatArray:
    """Highest of the lowest hours of any 24 without a zero, shape ``(n,)``."""
    found = np.zeros(len(values))
    rows = np.flatnonzero(longest >= HOURS)
    if len(rows):
        least = stretches.rolling_least(values[rows], HOURS)
        told = (runs[rows] >= HOURS) & np.isfinite(least)
        found[rows] = np.where(told, least, 0.0).max(axis=1)
    return found


def _together(lowest: FloatArray, before: FloatArray, back: int) -> FloatArray:
    """Lower of each hour's value and that of some hours back; 0 where there is none, ``(n, t)``."""
    found = np.zeros(lowest.shape)
    np.minimum(lowest[:, back:], before[:, :-back], out=found[:, back:])
    return found


def _mean(values: FloatArray) -> FloatArray:
    known = ~np.isnan(values)
    count = np.maximum(known.sum(axis=1), 1)
    return np.asarray(np.where(known, values, 0.0).sum(axis=1) / count)


def _share(zero: Mask, unknown: Mask, slots: NDArray[np.int64]) -> FloatArray:
    found = np.empty((len(zero), HOURS))
    for slot in range(HOURS):
        own = slots == slot
        zeros = np.count_nonzero(zero[:, own], axis=1)
        known = np.count_nonzero(~unknown[:, own], axis=1)
        found[:, slot] = (zeros + PRIOR_HOURS * PRIOR_QUIET) / (known + PRIOR_HOURS)
    return found


def _by_slot(table: FloatArray, slots: NDArray[np.int64], around: int) -> FloatArray:
    own = np.stack(
        [table[:, slots == slot].max(axis=1, initial=0.0) for slot in range(HOURS)], axis=1
    )
    shifted = [np.roll(own, shift, axis=1) for shift in range(-around, around + 1)]
    return np.asarray(np.maximum.reduce(shifted))
