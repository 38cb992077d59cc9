"""The rest of a month: what the days to come will take, with its band.

A day is expected to be as the days before, the weight of a day halved every 4 days; where the
weather is known the excess of heating degrees adds its share (ridge). The band is made of the
noise of the days themselves and a drift of the level with the season, common to all series, and is
as wide as past errors were in these units (after Vovk 2005).
"""

from dataclasses import dataclass

import numpy as np

from analytics.forecasting.history import FloatArray
from domain.quantities import Mask

HALF_LIFE_DAYS = 4.0
"""Of the weight of a day in the level. Longer ones lose against the run-rate where the season
moves, shorter ones where days scatter (docs/analytics.md)."""

NOISE_HALF_LIFE_DAYS = 10.0
"""The same in what days scatter, and in what a degree costs."""

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


_USUAL = (0.9, 1.0)
"""Widths of the band below and above the middle, in units of the spread times that of a normal one:
the errors of six Australian and 300 Swiss homes and a house's water at all days of their years."""

_AHEAD = (1.0, 3.0, 7.0, 14.0, 21.0)
_HEATED_BELOW, _HEATED_ABOVE = (0.4, 0.6, 0.85, 0.95, 1.05), (0.45, 0.7, 1.05, 1.45, 1.6)
"""The same by the days to come where one heats, of a house's heat over two years: its days resemble
each other, and the season carries the level further upwards than downwards."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Sum of the days to come, each of shape ``(n,)``; NaN where too little is known."""

    p10: FloatArray
    p50: FloatArray
    p90: FloatArray


def rest(
    daily: FloatArray,
    days: float,
    temperature: FloatArray | None = None,
    *,
    heated: Mask | bool = False,
) -> Rest:
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
    heated
        Which series are taken for heating, as heat and gas are, shape ``(n,)``, or all or none.
    """
    past = daily.shape[1]
    known = ~np.isnan(daily)
    came = np.where(known, daily, 0.0)
    ages = np.arange(past)[::-1]
    near, weight = (known * 0.5 ** (ages / n) for n in (HALF_LIFE_DAYS, NOISE_HALF_LIFE_DAYS))
    level, usual = _mean(came, near), _mean(came, weight)
    apart = np.where(known, daily - usual[:, None], 0.0)
    middle = level * days
    if temperature is not None:
        middle += _heating(apart, weight, near, temperature)
    enough = known.sum(axis=1) >= LEAST_DAYS
    noise = _spread(apart, weight, level) * _grown(apart, known, days)
    drift = DRIFT * np.sqrt(max(days, 0.0) / DRIFT_DAYS)
    spread = np.hypot(noise, drift * level * days)
    middle = np.where(enough, np.maximum(middle, 0), np.nan)
    heats = np.asarray(heated)
    below, above = (
        np.where(heats, np.interp(days, _AHEAD, own), usual)
        for own, usual in zip((_HEATED_BELOW, _HEATED_ABOVE), _USUAL, strict=True)
    )
    return Rest(
        np.maximum(middle - below * _Z90 * spread, 0), middle, middle + above * _Z90 * spread
    )


def _mean(values: FloatArray, weight: FloatArray) -> FloatArray:
    """Weighted mean of each row; NaN where nothing weighs."""
    total = weight.sum(axis=1)
    found = np.full(len(values), np.nan)
    np.divide((values * weight).sum(axis=1), total, out=found, where=total > 0)
    return found


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
    told = np.minimum(known.sum(axis=1), NOISE_HALF_LIFE_DAYS / np.log(2))
    return np.asarray(np.sqrt(longer * (days + days**2 / np.maximum(told, 1))))


def _heating(
    apart: FloatArray, weight: FloatArray, near: FloatArray, temperature: FloatArray
) -> FloatArray:
    """What colder or milder days to come add to the level, shape ``(n,)``.

    What a degree costs is learnt with ``weight``; the level is that of the days ``near``.
    """
    past = weight.shape[1]
    degrees = np.maximum(0, HEATING_BASE_C - temperature)
    before, coming = degrees[:past], degrees[past:]
    felt, told = ~np.isnan(before), ~np.isnan(coming)
    if felt.sum() < _RIDGE_DAYS or not told.any():
        return np.zeros(len(apart))
    used = weight[:, felt]
    mean, lately = (
        (w[:, felt] @ before[felt]) / np.maximum(w[:, felt].sum(axis=1), 1e-9)
        for w in (weight, near)
    )
    around = before[felt] - mean[:, None]
    slope = (used * around * apart[:, felt]).sum(axis=1)
    slope = np.maximum(slope / ((used * around**2).sum(axis=1) + _RIDGE), 0)
    return np.asarray(slope * (coming[told][None, :] - lately[:, None]).sum(axis=1))
