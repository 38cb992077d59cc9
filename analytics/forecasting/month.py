"""The rest of a month: what the days to come will take, with its band.

A day is expected to be as the days before, newer ones weighing more: by how much is tried on the
series itself, each of its days foretold from those before by several half-lives (exponential
smoothing; their means weighted by likelihood, Hoeting et al. 1999), and drawn towards the mean of
the month so far. Where the weather is known the excess of heating and of cooling degrees adds its
share (ridge). The band is made of the
noise of the days themselves and a drift of the level with the season, common to all series, and is
as wide as past errors were in these units (after Vovk 2005).
"""

from dataclasses import dataclass

import numpy as np

from analytics.forecasting.history import FloatArray
from domain.quantities import Mask

HALF_LIVES_DAYS = (3.0, 6.0, 12.0, 24.0)
"""Of the weight of a day in the level, tried on each series: short ones win where the season moves,
long ones where days scatter."""

_TRIED_AFTER = 7
"""Days before the first one that is foretold to try a half-life."""

TO_RUN_RATE, _WHOLE_RATE_DAYS = 0.25, 7
"""Share of the month's own mean in the level, from a week of it on: of two forecasts that err in
different ways the mean errs less (Bates and Granger 1969)."""

NOISE_HALF_LIFE_DAYS = 10.0
"""The same in what days scatter, and in what a degree costs."""

HEATING_BASE_C, COOLING_BASE_C = 16.0, 22.0
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
    this_month: int = 0,
) -> Rest:
    """Sum of the next days.

    Parameters
    ----------
    daily
        Sums of past local days, the oldest first, shape ``(n, d)``; NaN is unknown.
    days
        How many days are to come; a day that has begun counts by what is left of it.
    temperature
        Daily means in degC of the past days and of those to come, one that has begun the first,
        shape ``(d + ceil(days),)``; NaN is unknown.
    heated
        Which series are taken for heating, as heat and gas are, shape ``(n,)``, or all or none.
    this_month
        How many of the past days are of the month that is asked for.
    """
    past = daily.shape[1]
    known = ~np.isnan(daily)
    came = np.where(known, daily, 0.0)
    ages = np.arange(past)[::-1]
    near = _near(came, known, this_month)
    weight = known * 0.5 ** (ages / NOISE_HALF_LIFE_DAYS)
    level, usual = _mean(came, near), _mean(came, weight)
    apart = np.where(known, daily - usual[:, None], 0.0)
    middle = level * days
    if temperature is not None:
        middle += _of_weather(apart, weight, near, temperature, days)
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


def _near(came: FloatArray, known: Mask, this_month: int) -> FloatArray:
    """Weights of the past days in the level, shape ``(n, d)``; each row sums to 1 or is 0."""
    past = came.shape[1]
    ages = np.arange(past + 1)[None, :] - 1 - np.arange(past)[:, None]
    parts, likely = [], []
    for half_life in HALF_LIVES_DAYS:
        # column t weighs the days before day t; the last one those before the days to come
        older = np.where(ages >= 0, 0.5 ** (np.maximum(ages, 0) / half_life), 0.0)
        told = (came @ older) / np.maximum(known @ older, 1e-12)
        tried = known & (np.arange(past) >= _TRIED_AFTER)
        squares = np.where(tried, (came - told[:, :-1]) ** 2, 0.0).sum(axis=1)
        count = tried.sum(axis=1)
        mean = squares / np.maximum(count, 1) + 1e-9 * (1 + (came**2).mean(axis=1))
        likely.append(-0.5 * count * np.log(mean))
        weight = known * older[:, -1]
        parts.append(weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-12))
    odds = np.stack(likely)
    odds = np.exp(odds - odds.max(axis=0))
    mixed = np.einsum("hn,hnd->nd", odds / odds.sum(axis=0), np.stack(parts))
    month = known & (np.arange(past) >= past - this_month)
    days = month.sum(axis=1, keepdims=True)
    drawn = TO_RUN_RATE * np.minimum(days / _WHOLE_RATE_DAYS, 1.0)
    return np.asarray((1 - drawn) * mixed + drawn * month / np.maximum(days, 1))


def _of_weather(
    apart: FloatArray,
    weight: FloatArray,
    near: FloatArray,
    temperature: FloatArray,
    days: float,
) -> FloatArray:
    """What colder, milder or hotter days to come add to the level, shape ``(n,)``."""
    cold = np.maximum(0, HEATING_BASE_C - temperature)
    hot = np.maximum(0, temperature - COOLING_BASE_C)
    return sum(
        (_of_degrees(apart, weight, near, one, days) for one in (cold, hot)),
        start=np.zeros(len(apart)),
    )


def _of_degrees(
    apart: FloatArray, weight: FloatArray, near: FloatArray, degrees: FloatArray, days: float
) -> FloatArray:
    """What the degrees of days to come add; shape ``(n,)``.

    What a degree costs is learnt with ``weight``; the level is that of the days ``near``.
    """
    past = weight.shape[1]
    before, coming = degrees[:past], degrees[past:]
    felt, told = ~np.isnan(before), ~np.isnan(coming)
    if felt.sum() < _RIDGE_DAYS or not told.any():
        return np.zeros(len(apart))
    share = np.ones(len(coming))
    share[0] = np.clip(days - (len(coming) - 1), 0.0, 1.0)  # what is left of a day that has begun
    used = weight[:, felt]
    mean, lately = (
        (w[:, felt] @ before[felt]) / np.maximum(w[:, felt].sum(axis=1), 1e-9)
        for w in (weight, near)
    )
    around = before[felt] - mean[:, None]
    slope = (used * around * apart[:, felt]).sum(axis=1)
    slope = np.maximum(slope / ((used * around**2).sum(axis=1) + _RIDGE), 0)
    more = (share[told] * (coming[told][None, :] - lately[:, None])).sum(axis=1)
    return np.asarray(slope * more)
