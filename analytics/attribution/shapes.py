"""What an hour's missing energy looks like, for each kind of theft or fault of each member."""

from dataclasses import dataclass

import numpy as np

from analytics.attribution.judgement import Kind
from analytics.attribution.preparation import Prepared
from analytics.attribution.window import FloatArray, IntArray
from domain.quantities import Mask

_LEAST_TIES = 12
"""Hours at exactly the largest reading that make it a cap."""

_FEW_PULSES = 5.0
"""An hour on average; when each of them came is known to the hour alone."""

_TIE_PULSES = 1.01
"""A cap between two numbers of pulses counts now the one and now the other."""

_TIE_SHARE = 1e-5
_LEAST_SKEW = 0.05
"""Part of an hour below which a clock alone is not looked at."""

LEAST_EXCUSE = 0.005
"""Part of an hour from which on a clock may explain what else would look like a theft."""


@dataclass(frozen=True, slots=True)
class Shapes:
    """Shapes of ``m`` hypotheses of one kind, shape ``(m, t)``, and whose they are."""

    kind: Kind
    member: IntArray
    values: FloatArray
    least: float
    most: float
    """Range in which the coefficient means something."""


def all_shapes(prepared: Prepared) -> list[Shapes]:
    """All kinds that a member's own readings give a shape."""
    readings = prepared.readings
    everybody = np.arange(len(readings))
    later = np.concatenate((readings[:, 1:], readings[:, -1:]), axis=1) - readings
    earlier = np.concatenate((readings[:, :1], readings[:, :-1]), axis=1) - readings
    fine = np.flatnonzero(~few_pulses(prepared))
    silent = prepared.measured & (readings <= 0)
    some = np.flatnonzero(silent.sum(axis=1) >= 2)
    found = [
        Shapes(Kind.SLOWED, everybody, readings, 0.02, 100.0),
        Shapes(Kind.CLOCK_SKEW, fine, later[fine], _LEAST_SKEW, 1.5),
        Shapes(Kind.CLOCK_SKEW, fine, earlier[fine], _LEAST_SKEW, 1.5),
        Shapes(Kind.STUCK, some, np.where(silent, prepared.habit, 0.0)[some], 0.1, 6.0),
    ]
    capped, values = _caps(prepared)
    if len(capped):
        found.append(Shapes(Kind.CAPPED, capped, values, 0.02, 50.0))
    return found


def few_pulses(prepared: Prepared) -> Mask:
    """Members whose pulses are too few to tell a clock or a cap by, shape ``(n,)``."""
    return np.asarray(prepared.readings.mean(axis=1) < _FEW_PULSES * prepared.quantum)


def _caps(prepared: Prepared) -> tuple[IntArray, FloatArray]:
    """Members that touch exactly the same largest reading many times, and what is above it.

    The cap of the readings from day s on is their largest; the day with most ties tells it. What
    was filled in may lie above it and says nothing.
    """
    readings, starts = np.where(prepared.measured, prepared.readings, 0.0), prepared.starts
    daily = np.maximum.reduceat(readings, starts, axis=1)
    slack = _TIE_PULSES * prepared.quantum + _TIE_SHARE * daily
    touched = prepared.measured & (readings >= (daily - slack)[:, prepared.day])
    ties = np.add.reduceat(touched, starts, axis=1, dtype=np.int64)
    largest = np.maximum.accumulate(daily[:, ::-1], axis=1)[:, ::-1]
    same = np.abs(daily[:, None, :] - largest[:, :, None]) <= slack[:, :, None]
    same &= np.arange(len(starts))[None, :] >= np.arange(len(starts))[:, None]
    count = np.einsum("mde,me->md", same, ties)
    first = np.argmax(count, axis=1)
    rows = np.arange(len(readings))
    told = (count[rows, first] >= _LEAST_TIES) & (largest[rows, first] > 0)
    found = np.flatnonzero(told & ~few_pulses(prepared))
    values = np.zeros((len(found), readings.shape[1]))
    for place, row in enumerate(found):
        cap = largest[row, first[row]]
        at_cap = np.abs(readings[row] - cap) <= slack[row, first[row]]
        at_cap &= prepared.measured[row] & (prepared.day >= first[row])
        values[place, at_cap] = _above(prepared, int(row), float(cap), int(first[row]))[at_cap]
    return found, values


def _above(prepared: Prepared, row: int, cap: float, first: int) -> FloatArray:
    """What a member took on average above the cap, by local hour, before it was capped.

    Of one that was always capped nothing is known: the mean of the members.
    """
    before = (prepared.day < first) & prepared.measured[row]
    common = np.full(len(prepared.hour), 1 / len(prepared.readings))
    if np.count_nonzero(before) < 3 * 24:
        return common
    over = np.maximum(prepared.readings[row, before] - cap, 0)
    total = np.bincount(prepared.hour[before], over, minlength=24)
    count = np.bincount(prepared.hour[before], minlength=24)
    mean = float(over.mean())
    if mean <= 0:
        return common
    return np.asarray(((total + 2 * mean) / (count + 2))[prepared.hour])


def everyday(prepared: Prepared) -> FloatArray:
    """Load of an average member by local hour, shape ``(t,)``."""
    total = np.bincount(prepared.hour, prepared.delivered, minlength=24)
    count = np.bincount(prepared.hour, minlength=24)
    return np.asarray((total / np.maximum(count, 1))[prepared.hour])
