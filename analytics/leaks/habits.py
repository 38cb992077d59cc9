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

PRIOR_SMALL_HOURS = 24.0
PRIOR_SMALL = 0.02
"""The same of hours with one pulse, or with two: a habit of a few weeks is no certainty."""

_SMALL = 2.5
"""Pulses below which an hour counts as one or two."""

SIZES = 12
"""Hours of 1, 2, .. 11 pulses, and of more, are told apart."""

_PRIOR_SIZES = 1.0
"""Hours of each such size that every habit begins with."""

_SINGLE = 7


@dataclass(frozen=True, slots=True)
class Habits:
    """Of ``n`` meters; 92 numbers a meter."""

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

    small: FloatArray
    """Chance of just one pulse, or of just two, by hour of the day, shape ``(n, 24)``."""

    sizes: FloatArray
    """Share of hours of one pulse, two, .. of the hours with flow, shape ``(n, 12)``; 0 unknown."""

    away: FloatArray
    """Share of hours in stretches without flow of more than a day, shape ``(n,)``."""

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
        away = absent(values)
        known_hours = np.count_nonzero(~unknown, axis=1).astype(float)
        return cls(
            known_hours=known_hours,
            longest=longest.astype(float),
            floor=_floor(values, runs, longest),
            peak=filled.max(axis=1),
            four=_together(pair, pair, 2).max(axis=1),
            zeros=still.max(axis=1).astype(float),
            total=_mean(values),
            quiet=quiet_by_hour(values, past.slots),
            two=_by_slot(pair, past.slots, thresholds.burst_slots),
            small=small_by_hour(np.where(away, np.nan, values), past.step, past.slots),
            sizes=_sizes(values, past.step),
            away=np.count_nonzero(away, axis=1) / np.maximum(known_hours, 1),
        )

    @classmethod
    def none(cls, size: int) -> Self:
        """Nothing is known of meters: then a single pulse tells nothing, either."""
        rows = np.zeros((size, _SINGLE + 3 * HOURS + SIZES + 1))
        rows[:, _SINGLE : _SINGLE + HOURS] = PRIOR_QUIET
        rows[:, _SINGLE + 2 * HOURS : _SINGLE + 3 * HOURS] = 1
        return cls.from_rows(rows)

    def to_rows(self) -> FloatArray:
        """All numbers of each meter in a row, to be kept."""
        return np.column_stack([getattr(self, field.name) for field in fields(self)])

    @classmethod
    def from_rows(cls, rows: FloatArray) -> Self:
        """Read back what :meth:`to_rows` gave."""
        single = rows[:, :_SINGLE].T
        known, longest, floor, peak, four, zeros, total = single
        quiet, two, small = np.split(rows[:, _SINGLE : -1 - SIZES], 3, axis=1)
        sizes, away = rows[:, -1 - SIZES : -1], rows[:, -1]
        return cls(known, longest, floor, peak, four, zeros, total, quiet, two, small, sizes, away)


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


def quiet_by_hour(values: FloatArray, slots: NDArray[np.int64]) -> FloatArray:
    """Chance of an hour without flow by hour of the day, shape ``(n, 24)``."""
    zeros, known = _counts(values <= 0, slots), _counts(~np.isnan(values), slots)
    return (zeros + PRIOR_HOURS * PRIOR_QUIET) / (known + PRIOR_HOURS)


def small_by_hour(values: FloatArray, step: FloatArray, slots: NDArray[np.int64]) -> FloatArray:
    """Chance of just one pulse, or of just two, by hour of the day, shape ``(n, 24)``.

    The hours before and after count by half.
    """
    small = (values > 0) & (values <= _SMALL * step[:, None])
    found = _around(_counts(small, slots)) / 2
    known = _around(_counts(~np.isnan(values), slots))
    return (found + PRIOR_SMALL_HOURS * PRIOR_SMALL) / (known + PRIOR_SMALL_HOURS)


def _sizes(values: FloatArray, step: FloatArray) -> FloatArray:
    """Share of hours of one pulse, two, .. of the hours with flow, shape ``(n, 12)``."""
    rows = len(values)
    counted = np.rint(np.nan_to_num(values) / step[:, None]).clip(0, SIZES).astype(np.int64)
    place = counted + (SIZES + 1) * np.arange(rows)[:, None]
    counts = np.bincount(place.ravel(), minlength=rows * (SIZES + 1)).reshape(rows, SIZES + 1)
    found = counts[:, 1:] + _PRIOR_SIZES
    return np.asarray(found / found.sum(axis=1, keepdims=True))


def absent(values: FloatArray) -> Mask:
    """Hours of stretches without flow of more than a day: nobody is at home, shape ``(n, t)``."""
    still = stretches.length(values > 0, np.isnan(values))
    found = np.zeros(values.shape, np.bool_)
    rows = np.flatnonzero(still.max(axis=1, initial=0) > HOURS)
    found[rows] = stretches.whole(still[rows]) > HOURS
    return found & (values <= 0)


def _counts(told: Mask, slots: NDArray[np.int64]) -> FloatArray:
    by_slot = [np.count_nonzero(told[:, slots == slot], axis=1) for slot in range(HOURS)]
    return np.stack(by_slot, axis=1).astype(float)


def _around(counts: FloatArray) -> FloatArray:
    return counts + (np.roll(counts, 1, axis=1) + np.roll(counts, -1, axis=1)) / 2


def _by_slot(table: FloatArray, slots: NDArray[np.int64], around: int) -> FloatArray:
    own = np.stack(
        [table[:, slots == slot].max(axis=1, initial=0.0) for slot in range(HOURS)], axis=1
    )
    shifted = [np.roll(own, shift, axis=1) for shift in range(-around, around + 1)]
    return np.asarray(np.maximum.reduce(shifted))
