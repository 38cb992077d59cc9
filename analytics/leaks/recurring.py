"""The rule of the nightly run on flows that recur."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from analytics.leaks import stretches
from analytics.leaks.habits import absent
from analytics.leaks.signs import HOURS, FloatArray, Flow, Kind, Sign
from analytics.leaks.thresholds import Thresholds
from domain.quantities import Mask

WEEK = 7
FOUR_WEEKS = 28

_BINS = 128
_FINE = 12
_RATIO = 1.08
"""Values up to 12 pulses have a bin each; above, a bin is 8 % wide."""

_NIGHT_HOURS = 6
_MOST_SIGMA = 4.0
_SIZED = 2.5
"""Pulses an hour that a flow must come to for a size of its own: one or two are any small use."""

_EVEN = 50.0
"""Score of a recurring flow at which it is as likely a habit."""


def intermittent(
    window: Flow, thresholds: Thresholds, wrong_since: NDArray[np.int64] | None = None
) -> Iterator[Sign]:
    """Fewer quiet hours in the last week than before, and one flow that recurs: a toilet that runs.

    The two are multiplied: guests make fewer quiet hours, but not of one size; a new washing
    machine has a size, but leaves the nights quiet. What is known to be wrong must not become the
    past: of hours from ``wrong_since`` on, shape ``(n,)``, only the last week counts. Journeys are
    no past, either: who comes back has fewer quiet hours.
    """
    values = window.values
    days = values.shape[1] // HOURS
    if not thresholds.intermittent or days < WEEK + thresholds.intermittent_least_days:
        return
    unknown = np.isnan(values)
    runs = stretches.without(values <= 0, unknown, thresholds.longest_gap_hours)
    # what flows without an end is another rule's; it makes no hour of this one
    endless = stretches.whole(runs) >= thresholds.continuous_hours
    whole = np.where(endless, np.nan, values)[:, -days * HOURS :]
    past, week = whole[:, : -WEEK * HOURS], whole[:, -WEEK * HOURS :]
    left_out, stands = absent(whole)[:, : past.shape[1]], np.zeros(len(values), np.bool_)
    if wrong_since is not None:
        column = np.arange(past.shape[1]) + values.shape[1] - days * HOURS
        left_out |= column >= wrong_since[:, None]
        stands = wrong_since < values.shape[1]
    past = np.where(left_out, np.nan, past)
    fewer, days_known = _fewer_quiet_hours(past, week)
    needed = np.where(stands, thresholds.intermittent_score, _needed(days_known, thresholds))
    night = _nights(past, window.slots[-days * HOURS :])
    for row in np.flatnonzero(fewer >= thresholds.intermittent_sigma).tolist():
        told, level = _plateau((past[row], week[row]), night[row], float(window.step[row]))
        score = min(float(fewer[row]), _MOST_SIGMA) * told
        if level >= _SIZED * window.step[row] and score >= needed[row]:
            spans = past[row], week[row], values.shape[1]
            yield _intermittent(row, spans, level, (float(fewer[row]), told, score))


def _needed(days: NDArray[np.int64], thresholds: Thresholds) -> FloatArray:
    """Score that tells, by the days of past: how days differ is itself known from them alone."""
    least, most = thresholds.intermittent_least_days, FOUR_WEEKS
    part = np.clip((days - least) / (most - least), 0, 1)
    young, old = thresholds.intermittent_young_score, thresholds.intermittent_score
    return np.asarray(young + part * (old - young))


def _nights(past: FloatArray, slots: NDArray[np.int64]) -> Mask:
    """Hours of all days that are the quietest of each one's past, shape ``(n, t)``."""
    shares = _quiet_shares(past, slots[: past.shape[1]])
    sixth = np.sort(shares, axis=1)[:, -_NIGHT_HOURS]
    night: Mask = shares >= np.minimum(sixth, 0.5)[:, None]
    return night[:, slots]


def _quiet_shares(values: FloatArray, slots: NDArray[np.int64]) -> FloatArray:
    """Share of zeros by hour of the day, shape ``(n, 24)``; 0 where nothing is known."""
    found = np.zeros((len(values), HOURS))
    for slot in range(HOURS):
        own = values[:, slots == slot]
        known = np.count_nonzero(~np.isnan(own), axis=1)
        found[:, slot] = np.count_nonzero(own <= 0, axis=1) / np.maximum(known, 1)
    return found


def _fewer_quiet_hours(past: FloatArray, week: FloatArray) -> tuple[FloatArray, NDArray[np.int64]]:
    """How much fewer zeros a day has now, in standard deviations; 0 where too little is known.

    And the days of past that say so.
    """
    quiet, enough = _quiet_by_day(past)
    now, known = _quiet_by_day(week)
    n, k = enough.sum(axis=1), known.sum(axis=1)
    usual = np.where(enough, quiet, 0).sum(axis=1) / np.maximum(n, 1)
    apart = np.where(enough, quiet - usual[:, None], 0)
    spread = np.maximum((apart**2).sum(axis=1) / np.maximum(n - 1, 1), 1.0)
    fall = usual - np.where(known, now, 0).sum(axis=1) / np.maximum(k, 1)
    sigma = fall / np.sqrt(spread * (1 / np.maximum(k, 1) + 1 / np.maximum(n, 1)))
    return np.asarray(np.where((n >= WEEK) & (k >= WEEK - 2), sigma, 0.0)), np.asarray(n)


def _quiet_by_day(values: FloatArray) -> tuple[FloatArray, Mask]:
    by_day = values.reshape(len(values), -1, HOURS)
    known = ~np.isnan(by_day)
    count = known.sum(axis=2)
    zeros = (known & (by_day <= 0)).sum(axis=2)
    return zeros * (HOURS / np.maximum(count, 1)), count >= HOURS - 4


def _bin(values: FloatArray, step: float) -> NDArray[np.int64]:
    """Bin of each known flow."""
    quanta = np.maximum(values / step, 1.0)
    coarse = _FINE + np.log(np.maximum(quanta / _FINE, 1.0)) / np.log(_RATIO)
    return np.minimum(np.where(quanta <= _FINE, np.rint(quanta), coarse), _BINS - 2).astype(int)


def _plateau(spans: tuple[FloatArray, FloatArray], night: Mask, step: float) -> tuple[float, float]:
    """Likelihood ratio of the flow whose share rose most, by day and again by night; that flow."""
    past, week = spans
    at_night = night[: len(past)], night[len(past) :]
    told = _ratios(past, week, step) + _ratios(past[at_night[0]], week[at_night[1]], step)
    best = int(told.argmax())
    now = week[week > 0]
    inside = np.isin(_bin(now, step), (best, best + 1))
    return float(told[best]), float(np.median(now[inside])) if inside.any() else 0.0


def _ratios(past: FloatArray, week: FloatArray, step: float) -> FloatArray:
    """Log likelihood ratio of each flow's share now against that of the past; 0 if it fell."""
    n, k = int((~np.isnan(past)).sum()), int((~np.isnan(week)).sum())
    if not k:
        return np.zeros(_BINS - 1)
    share = _histogram(week, step) / k
    usual = (_histogram(past, step) + 1) / (n + 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        hit = np.nan_to_num(share * np.log(share / usual))
        miss = np.nan_to_num((1 - share) * np.log((1 - share) / (1 - usual)))
    return np.where(share > usual, k * (hit + miss), 0.0)


def _histogram(values: FloatArray, step: float) -> NDArray[np.int64]:
    counts = np.bincount(_bin(values[values > 0], step), minlength=_BINS)
    return counts[:-1] + counts[1:]  # a flow may lie on an edge


def _intermittent(
    row: int,
    spans: tuple[FloatArray, FloatArray, int],
    level: float,
    told: tuple[float, float, float],
) -> Sign:
    past, week, end = spans
    fewer, likelihood, score = told
    usual, now = _quiet_share(past), _quiet_share(week)
    lost = level * max(usual - now, 0.0) * week.size
    return Sign(
        row,
        Kind.INTERMITTENT,
        end - week.size,
        lost / week.size,
        lost,
        round(float(np.clip(score / (score + _EVEN), 0.5, 0.95)), 3),
        {
            "level": level,
            "quiet_before_pct": 100 * usual,
            "quiet_now_pct": 100 * now,
            "sigma": fewer,
            "likelihood": likelihood,
        },
    )


def _quiet_share(values: FloatArray) -> float:
    known = int((~np.isnan(values)).sum())
    return int((values <= 0).sum()) / known if known else 0.0
