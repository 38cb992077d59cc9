"""The rest of a month: what the days to come will take, with its band.

A day is expected to be as the days before, the weight of a day halved every 10 days; where the
weather is known the excess of heating degrees adds its share (ridge). The band is made of the
noise of the days themselves and a drift of the level with the season, common to all series.
"""

from dataclasses import dataclass

import numpy as np

from analytics.forecasting.history import FloatArray

HALF_LIFE_DAYS = 10.0
HEATING_BASE_C = 16.0
LEAST_DAYS = 7
_RIDGE_DAYS = 14
_RIDGE = 200.0
_Z90 = 1.2816
_PRIOR_DAYS = 5
_PRIOR_SHARE = 0.15
DRIFT, DRIFT_DAYS = 0.2, 20.0
"""Share of the level by which the season may move the mean of the next 20 days, unknown to the days
before; of others by the root of their number, as a level that walks at random. Every series moves
the same way, so no number of them averages it out. Held against 145 month-ends of nine meters over
one and two years (docs/analytics.md)."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Sum of the days to come, each of shape ``(n,)``; NaN where too little is known."""

    p10: FloatArray
    p50: FloatArray
    p90: FloatArray


def rest(daily: FloatArray, days: float, temperature: FloatArray | None = None) -> Rest:
    """Sum of the next days.

    Parameters
    ----------
    daily
        Sums of past local days, the oldest first, shape ``(n, d)``; NaN is unknown.
    days
        How many days are to come; a day that has begun counts by what is left of it.
    temperature
        Daily means in degC of the past days and of those to come as far as forecast,
        shape ``(d + days,)``; NaN is unknown.
    """
    size, past = daily.shape
    known = ~np.isnan(daily)
    came = np.where(known, daily, 0.0)
    weight = known * 0.5 ** (np.arange(past)[::-1] / HALF_LIFE_DAYS)
    total = weight.sum(axis=1)
    level = np.full(size, np.nan)
    np.divide((came * weight).sum(axis=1), total, out=level, where=total > 0)
    apart = np.where(known, daily - level[:, None], 0.0)
    middle = level * days
    if temperature is not None:
        middle += _heating(apart, weight, temperature, past)
    enough = known.sum(axis=1) >= LEAST_DAYS
    noise = _spread(apart, weight, level) * _grown(apart, known, days)
    drift = DRIFT * np.sqrt(max(days, 0.0) / DRIFT_DAYS)
    spread = np.hypot(noise, drift * level * days)
    middle = np.where(enough, np.maximum(middle, 0), np.nan)
    return Rest(np.maximum(middle - _Z90 * spread, 0), middle, middle + _Z90 * spread)


def _spread(apart: FloatArray, weight: FloatArray, level: FloatArray) -> FloatArray:
    """Deviation of a day from the level; a few days are backed by a usual share of it."""
    prior = (_PRIOR_SHARE * level) ** 2
    squares = (weight * apart**2).sum(axis=1) + _PRIOR_DAYS * prior
    return np.asarray(np.sqrt(squares / (weight.sum(axis=1) + _PRIOR_DAYS)))


def _grown(apart: FloatArray, known: FloatArray, days: float) -> FloatArray:
    """Deviation of a sum of days in units of a day's, with days that resemble the day before.

    Var(sum) = s2 (n (1 + r) / (1 - r) + n2 / m): the noise of the days and that of the level
    itself, which ``m`` effective days tell.
    """
    pairs = (apart[:, 1:] * apart[:, :-1]).sum(axis=1)
    squares = np.maximum((apart**2).sum(axis=1), 1e-12)
    like = np.clip(pairs / squares, 0, 0.8)
    longer = (1 + like) / (1 - like)
    told = np.minimum(known.sum(axis=1), HALF_LIFE_DAYS / np.log(2))
    return np.asarray(np.sqrt(longer * (days + days**2 / np.maximum(told, 1))))


def _heating(
    apart: FloatArray, weight: FloatArray, temperature: FloatArray, past: int
) -> FloatArray:
    """What colder or milder days to come add to the level, shape ``(n,)``."""
    degrees = np.maximum(0, HEATING_BASE_C - temperature)
    before, coming = degrees[:past], degrees[past:]
    felt, told = ~np.isnan(before), ~np.isnan(coming)
    if felt.sum() < _RIDGE_DAYS or not told.any():
        return np.zeros(len(apart))
    used = weight[:, felt]
    total = np.maximum(used.sum(axis=1), 1e-9)
    mean = (used @ before[felt]) / total
    around = before[felt] - mean[:, None]
    slope = (used * around * apart[:, felt]).sum(axis=1)
    slope = np.maximum(slope / ((used * around**2).sum(axis=1) + _RIDGE), 0)
    return np.asarray(slope * (coming[told][None, :] - mean[:, None]).sum(axis=1))
