"""Loads without a meter that a clock switches: lights, pumps, heating of a yard.

Such a load is of one size in the same hours of each day, or of some days of the week, and resembles
homes that charge or heat in these hours. How much of a residual each stretch of hours explains
follows from sums by day and hour, so that all stretches from every day on are looked at.
"""

from typing import NamedTuple

import numpy as np

from analytics.attribution.preparation import DAY_HOURS, Prepared
from analytics.attribution.screening import Frame
from analytics.attribution.window import FloatArray

WEEK = 7
_PAIRS = np.array([[(day - at) % WEEK < 2 for day in range(WEEK)] for at in range(WEEK)], float)
_DAYS = np.concatenate((np.ones((1, WEEK)), _PAIRS, 1 - _PAIRS))
"""Days of the week on which a load may run: all, two in a row, the others; shape ``(15, 7)``."""

_EACH_DAY = float(np.log(DAY_HOURS * (DAY_HOURS - 1)))
_SOME_DAYS = float(np.log((len(_DAYS) - 1) * DAY_HOURS**2))


class Switched(NamedTuple):
    """A load that runs in the same hours."""

    first: int
    """Day with which it begins."""

    shape: FloatArray
    """1 in its hours, else 0; shape ``(t,)``."""

    choice: float
    """Logarithm of how many such loads it was chosen from."""


def likeliest(prepared: Prepared, frame: Frame) -> list[Switched]:
    """The load that explains most of what is left: of each day, and of some days of the week."""
    told, power = (_by_days(prepared, one) for one in (frame.weight * frame.residual, frame.weight))
    gain = np.zeros((DAY_HOURS, *told.shape))
    for length in range(1, DAY_HOURS + 1):
        seen, most = (_stretches(one, length) for one in (told, power))
        gain[length - 1] = np.maximum(seen, 0) ** 2 / np.maximum(most, 1e-12)
    return [
        _load(prepared, gain[:-1, :, :1], 0, _EACH_DAY),
        _load(prepared, gain[:, :, 1:], 1, _SOME_DAYS),
    ]


def _by_days(prepared: Prepared, values: FloatArray) -> FloatArray:
    """Sums from each day on by kind of days and hour, shape ``(d, 15, 24)``."""
    days = len(prepared.starts)
    at = prepared.day * DAY_HOURS + prepared.hour
    daily = np.bincount(at, values, minlength=days * DAY_HOURS).reshape(days, DAY_HOURS)
    runs = _DAYS[:, np.arange(days) % WEEK].T
    each = runs[:, :, None] * daily[:, None, :].astype(float)
    return np.asarray(np.cumsum(each[::-1], axis=0)[::-1])


def _stretches(sums: FloatArray, length: int) -> FloatArray:
    """Sums over so many hours from each hour of the day on, across midnight too."""
    twice = np.concatenate((sums, sums), axis=2).cumsum(axis=2)
    before = np.concatenate((np.zeros((*sums.shape[:2], 1)), twice), axis=2)
    return np.asarray(before[:, :, length : length + DAY_HOURS] - before[:, :, :DAY_HOURS])


def _load(prepared: Prepared, gain: FloatArray, kind: int, choice: float) -> Switched:
    length, first, which, hour = (int(one) for one in np.unravel_index(gain.argmax(), gain.shape))
    runs = (prepared.hour - hour) % DAY_HOURS <= length
    runs &= _DAYS[kind + which, prepared.day % WEEK] > 0
    return Switched(first, (runs & (prepared.day >= first)).astype(float), choice)
