"""What no rule could better: the likelihood ratio test that knows a leak's course beforehand.

By Neyman and Pearson no test of the same rate of false alarms finds more. It knows when the leak
began and how much flows in each hour, and of the meter what its past says of each hour of the day.
Hours are drawn independently: real ones are not, so even this test would find fewer. Its weights
take the pulses of a leak for independent, too; a register ticks evenly, and a rule that follows its
ticks could find more of them.
"""

import numpy as np
from numpy.typing import NDArray

from analytics.leaks.signs import HOURS, FloatArray

SPAN_HOURS = 48
FALSE_A_MONTH = 0.01
"""False alarms in a month of a meter."""

_CLASSES = 13
"""Hours of 0, 1, .. 11 pulses, and of more."""

_DRAWS = 4000
_PRIOR_HOURS = 1.0


def most_found(past: FloatArray, first_slot: int, leak: FloatArray, seed: int) -> float:
    """Probability with which the ideal test tells a leak within :data:`SPAN_HOURS`.

    Parameters
    ----------
    past
        Pulses of the hours before, shape ``(t,)``.
    first_slot
        Local hour of the first one.
    leak
        Pulses an hour from then on, shape ``(SPAN_HOURS,)``.
    seed
        Of the draws.
    """
    chance = np.random.default_rng(seed)
    sound = _sound(past, first_slot)
    with_leak = np.stack([_plus(own, rate) for own, rate in zip(sound, leak, strict=True)])
    weights = np.log(np.maximum(with_leak, 1e-12) / sound)
    hour = np.arange(SPAN_HOURS)
    used = _drawn(chance, sound)
    level = np.quantile(
        weights[hour, used].sum(axis=1), 1 - FALSE_A_MONTH * SPAN_HOURS / (30 * HOURS)
    )
    start = chance.random((_DRAWS, 1))
    register = np.floor(start + np.concatenate([[0.0], np.cumsum(leak)]))
    counted = _drawn(chance, sound) + np.diff(register, axis=1).astype(np.int64)
    told = weights[hour, np.minimum(counted, _CLASSES - 1)].sum(axis=1)
    return float((told > level).mean())


def _sound(past: FloatArray, first_slot: int) -> FloatArray:
    """Chance of each class of each hour to come without a leak, shape ``(SPAN_HOURS, classes)``."""
    known = ~np.isnan(past)
    slots = (first_slot + np.arange(len(past))) % HOURS
    classes = np.minimum(np.rint(np.nan_to_num(past)), _CLASSES - 1).astype(np.int64)
    every = np.bincount(classes[known], minlength=_CLASSES) + 1.0
    every /= every.sum()
    by_slot = np.stack(
        [np.bincount(classes[known & (slots == slot)], minlength=_CLASSES) for slot in range(HOURS)]
    )
    likely = by_slot + _PRIOR_HOURS * every
    likely = likely / likely.sum(axis=1, keepdims=True)
    return np.asarray(likely[(first_slot + len(past) + np.arange(SPAN_HOURS)) % HOURS])


def _plus(sound: FloatArray, rate: float) -> FloatArray:
    """Chance of each class with a leak of so many pulses in the hour, shape ``(classes,)``."""
    whole = int(min(rate, _CLASSES - 2))
    part = min(rate, _CLASSES - 2) - whole
    found = np.zeros(_CLASSES)
    for more, share in ((whole, 1 - part), (whole + 1, part)):
        found[more:] += share * sound[: _CLASSES - more]
        found[-1] += share * sound[_CLASSES - more :].sum()
    return found


def _drawn(chance: np.random.Generator, chances: FloatArray) -> NDArray[np.int64]:
    draws = chance.random((_DRAWS, SPAN_HOURS, 1))
    return np.asarray((draws > chances.cumsum(axis=1)[None]).sum(axis=2).clip(0, _CLASSES - 1))
