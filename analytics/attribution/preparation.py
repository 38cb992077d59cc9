"""Hours of a window made ready for regression: gaps filled, their uncertainty known, scaled."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from analytics.attribution.window import FloatArray, IntArray, Window
from domain.quantities import Mask

DAY_HOURS = 24
LEAST_ENERGY_KNOWN = 0.9
"""Share of an hour's expected energy that must be measured for the hour to count at all; what
little is filled in above it widens the noise of the hour instead."""

_FEW = 3
_USUAL_NOISE = 0.003
_FAR_DOUBT = 2.0
"""Times by which a habit is trusted less in a long gap: who is away is away for days."""

_ABSURD, _MOST_ABSURD = 2.0, 3
"""Times that a single reading is above all that enters the group, and the member's own largest, to
be no reading; and how many such a member may have."""

_FLOOR_SHARE = 0.2

_FEW_PULSES = 10.0
"""Pulses an hour on average below which single hours without one are no silence."""

_LONG_PAUSE = 5.0
"""Usual times between two pulses after which a meter stands still."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """One group in units of its own mean hour; ``n`` members, ``t`` hours, ``d`` days."""

    unit: float
    """Mean hour of the group [Wh or l]: 1 of the arrays below."""

    readings: FloatArray
    """Metered, gaps filled, shape ``(n, t)``."""

    measured: Mask
    """Whether a reading was measured, shape ``(n, t)``."""

    delivered: FloatArray
    supplied: FloatArray
    usable: Mask
    """Hours whose balance says something, shape ``(t,)``."""

    doubt: FloatArray
    """Variance that filled readings and clocks add to the hour, shape ``(t,)``."""

    habit: FloatArray
    """What each member takes in such an hour while its meter counts, shape ``(n, t)``."""

    hour: IntArray
    day: IntArray
    """Number of the local day, from 0 without gaps, shape ``(t,)``."""

    starts: IntArray
    quantum: float

    @property
    def imbalance(self) -> FloatArray:
        """Supplied minus delivered, shape ``(t,)``; 0 in hours that are not usable."""
        return np.where(self.usable, self.supplied - self.delivered, 0.0)

    def variance(self, noise: float) -> FloatArray:
        """Variance of the imbalance when an hour scatters by ``noise`` of its energy."""
        scale = np.maximum(np.abs(self.supplied), _FLOOR_SHARE)
        pulses = self.quantum**2 / 6 * (len(self.readings) + 1)
        return np.asarray((noise * scale) ** 2 + self.doubt + pulses)

    def widened(self, extra: FloatArray) -> Self:
        """The same with more variance in some hours."""
        return replace(self, doubt=self.doubt + extra)


def prepare(window: Window, clock_s: float = 0.0) -> Prepared | None:
    """Make a window ready, whose clocks may be off by so much; None when no hour can be used."""
    readings = window.readings.astype(float)
    there = np.ones(readings.shape, dtype=bool) if window.present is None else window.present
    with np.errstate(invalid="ignore"):
        measured = np.isfinite(readings) & (readings >= 0)
    supplied = window.supplied.astype(float)
    known = np.isfinite(supplied)
    measured &= ~_absurd(readings, measured, supplied)
    readings = evened(np.where(measured, readings, 0.0), measured, window.quantum)
    measured_there = measured & there
    unit = float(readings.sum() / max(np.count_nonzero(measured.any(axis=0)), 1))
    if not known.any() or unit <= 0:
        return None
    readings /= unit
    supplied = np.where(known, supplied, 0.0) / unit
    day = np.cumsum(np.diff(window.day, prepend=window.day[0]) != 0)
    if window.estimated is not None:
        measured_there &= ~window.estimated
    level = day_levels(readings, measured_there, window.starts)[day]
    habit = habits(readings, measured_there, window.hour, level)
    gaps = there & ~measured
    guessed, spread = _gaps(readings, measured, gaps, habit)
    if window.estimated is not None:
        doubtful = window.estimated & there & measured
        if doubtful.any():
            spread = np.where(doubtful, _deviation(readings, habit, measured_there), spread)
    readings = np.where(there, np.where(gaps, guessed, readings), 0.0)
    delivered = readings.sum(axis=0)
    expected = np.where(there, np.maximum(habit, 0), 0.0)
    whole = np.maximum(expected.sum(axis=0), 1e-12)
    share = np.sum(expected, axis=0, where=measured_there) / whole
    usable = known & (share >= LEAST_ENERGY_KNOWN) & measured_there.any(axis=0)
    doubt = np.sum(spread**2, axis=0)
    usable &= _clear(doubt, supplied, usable)
    doubt += ((_slope(readings) * (clock_s / 3600 / np.sqrt(3))) ** 2).sum(axis=0)
    return Prepared(
        unit,
        readings,
        measured_there,
        delivered,
        np.where(known, supplied, delivered),
        usable,
        doubt,
        habit,
        window.hour,
        day,
        window.starts,
        window.quantum / unit,
    )


def evened(readings: FloatArray, measured: Mask, quantum: float) -> FloatArray:
    """Readings of which a pulse is spread over the hours that it took to come, shape ``(n, t)``.

    An hour between two pulses counts nothing, and something flowed. That matters to a meter of few
    pulses an hour; what stands still for longer than chance allows stood still.
    """
    known = np.maximum(measured.sum(axis=1), 1)
    usual = readings.sum(axis=1) / known
    coarse = np.flatnonzero((usual > 0) & (usual < _FEW_PULSES * quantum))
    if not len(coarse):
        return readings
    own, came = readings[coarse], (readings[coarse] > 0) | ~measured[coarse]
    hours = np.arange(own.shape[1])
    before = np.maximum.accumulate(np.where(came, hours, -1), axis=1)
    before = np.concatenate((np.full((len(own), 1), -1), before[:, :-1]), axis=1)
    after = np.where(came, hours, own.shape[1])
    after = np.minimum.accumulate(after[:, ::-1], axis=1)[:, ::-1]
    ends = np.minimum(after, own.shape[1] - 1)
    whole = np.take_along_axis(own, ends, axis=1)
    longest = 1 + _LONG_PAUSE * quantum / usual[coarse, None]
    pause = after - before
    pulsed = (after < own.shape[1]) & (whole > 0) & (pause <= longest) & measured[coarse]
    share = np.minimum(whole, quantum) / pause
    found = readings.copy()
    found[coarse] = np.where(
        pulsed, np.where(after == hours, own - np.minimum(whole, quantum), 0.0) + share, own
    )
    return found


def _absurd(readings: FloatArray, measured: Mask, supplied: FloatArray) -> Mask:
    """Single readings that cannot be: far above all that ever entered the group, and unlike any.

    A counter that was set anew, or a digit that was lost; shape ``(n, t)``. Members that are often
    above what enters say that the balance meter is wrong, and stay.
    """
    known = np.isfinite(supplied)
    if not known.any():
        return np.zeros(readings.shape, dtype=bool)
    most = _ABSURD * max(float(np.quantile(supplied[known], 0.999)), 0.0)
    if not np.any(readings > most, where=measured):
        return np.zeros(readings.shape, dtype=bool)
    own = np.quantile(np.where(measured, readings, 0.0), 0.99, axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        far = measured & (readings > np.maximum(most, _ABSURD * own))
    return np.asarray(far & (far.sum(axis=1, keepdims=True) <= _MOST_ABSURD))


def _clear(doubt: FloatArray, supplied: FloatArray, usable: Mask) -> Mask:
    """Hours whose filled readings say little, shape ``(t,)``.

    Less than half of the usual noise; or, in a large group in which something is always missing,
    no more than in most hours. Errors of filling have heavy tails, so their variance alone would
    not do.
    """
    if not usable.any():
        return usable
    most = np.maximum(_USUAL_NOISE / 2 * np.abs(supplied), 1.5 * np.sqrt(np.median(doubt[usable])))
    return np.asarray(np.sqrt(doubt) <= most)


def _slope(values: FloatArray) -> FloatArray:
    """Half of the change from the hour before to the hour after, along the last axis."""
    before, after = values[:, :-2], values[:, 2:]
    return np.pad((after - before) / 2, ((0, 0), (1, 1)), mode="edge")


def day_levels(readings: FloatArray, measured: Mask, starts: IntArray) -> FloatArray:
    """How much of their usual all members together take on each day, shape ``(d,)``.

    The median over members of a day's mean against the member's mean over all days: what weather
    and season do to everybody, and no single member can move.
    """
    sums = np.add.reduceat(readings * measured, starts, axis=1)
    counts = np.add.reduceat(measured, starts, axis=1, dtype=np.int64)
    mean = sums.sum(axis=1) / np.maximum(counts.sum(axis=1), 1)
    alive = mean > 0
    if not alive.any():
        return np.ones(len(starts))
    ratio = np.full((np.count_nonzero(alive), len(starts)), np.nan)
    np.divide(
        sums[alive], counts[alive] * mean[alive, None], out=ratio, where=counts[alive] >= _FEW
    )
    blank = np.isnan(ratio).all(axis=0)
    ratio[:, blank] = 1.0
    level = (np.nanmedian if np.isnan(ratio).any() else np.median)(ratio, axis=0)
    return np.asarray(np.clip(level / max(float(level.mean()), 1e-9), 0.2, 5.0))


def habits(readings: FloatArray, counting: Mask, hour: IntArray, level: FloatArray) -> FloatArray:
    """What each member takes in each hour while its meter counts, shape ``(n, t)``.

    The mean of the member's hours of the same local hour in which it counted anything, times the
    common level of the day. A member without such hours takes the group's shape at its own level,
    one that never counts the mean of all others.
    """
    slots = np.zeros((len(hour), DAY_HOURS))
    slots[np.arange(len(hour)), hour] = 1.0
    works = counting & (readings > 0)
    told = (readings * works) @ slots
    weight = (works * level) @ slots
    common = told.sum(axis=0) / np.maximum(weight.sum(axis=0), 1e-9)
    own = told.sum(axis=1) / np.maximum((works * (level * common[hour])).sum(axis=1), 1e-9)
    never = ~works.any(axis=1)
    own[never] = 1.0
    own[~np.isfinite(own)] = 0.0
    prior = own[:, None] * common
    profile = (told + prior * _FEW) / (weight + _FEW)
    return np.asarray(profile[:, hour] * level)


def _deviation(readings: FloatArray, habit: FloatArray, measured: Mask) -> FloatArray:
    """Standard deviation of each member around its habit, shape ``(n, 1)``."""
    apart = np.where(measured, readings - habit, 0.0)
    count = np.maximum(measured.sum(axis=1, keepdims=True), 1)
    return np.asarray(np.sqrt((apart**2).sum(axis=1, keepdims=True) / count))


def _gaps(
    readings: FloatArray, measured: Mask, gaps: Mask, habit: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Fill unknown readings; the value and its standard deviation, shape ``(n, t)`` each.

    A single hour takes the mean of its neighbours, a longer gap the habit.
    """
    if not gaps.any():
        return readings, np.zeros(readings.shape)
    before, after = np.roll(readings, 1, axis=1), np.roll(readings, -1, axis=1)
    both = np.roll(measured, 1, axis=1) & np.roll(measured, -1, axis=1)
    both[:, [0, -1]] = False
    middle = (before + after) / 2
    used = both & measured
    count = np.maximum(used.sum(axis=1, keepdims=True), 1)
    off = np.where(used, readings - middle, 0.0)
    near = np.sqrt((off**2).sum(axis=1, keepdims=True) / count)
    far = _deviation(readings, habit, measured)
    guess = np.where(both, middle, habit)
    return guess, np.where(gaps, np.where(both, near, _FAR_DOUBT * far), 0.0)
