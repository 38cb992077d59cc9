"""Rules of the nightly run on meters: what stands still, and what loses pulses."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.leaks import stretches
from analytics.leaks.habits import Habits
from analytics.leaks.signs import HOURS, FloatArray, Flow, Kind, Sign
from analytics.leaks.thresholds import Thresholds
from domain.quantities import Mask

_MANY = 8
WEEK_HOURS = 168
SCATTER_HOURS = 72

NEVER_QUIET = 0.06
"""Below this share of zeros in every hour of the day a meter never stands still by itself."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known around meters, shape ``(n,)`` each; NaN for nothing."""

    siblings: FloatArray
    """Use of the neighbours in the last days as a share of their own past."""

    alive: FloatArray
    """The same of the other meters of the premise."""

    @classmethod
    def unknown(cls, size: int) -> "Surroundings":
        """Nothing is known."""
        return cls(np.full(size, np.nan), np.full(size, np.nan))


def levels(flow: Flow, hours: int) -> FloatArray:
    """Use in the last hours as a share of that of the past, shape ``(n,)``; NaN if unknown."""
    now, past = flow.values[:, -hours:], flow.values[:, :-hours]
    return np.asarray(_mean(now) / np.where(_mean(past) > 0, _mean(past), np.nan))


def _mean(values: FloatArray) -> FloatArray:
    known = ~np.isnan(values)
    count = np.count_nonzero(known, axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def neighbours(level: FloatArray, group: NDArray[np.int64]) -> FloatArray:
    """Median level of the others of each one's group, shape ``(n,)``; NaN for one alone."""
    found = np.full(len(level), np.nan)
    known = ~np.isnan(level)
    for number in np.unique(group[group >= 0]).tolist():
        rows = np.flatnonzero(group == number)
        others = level[rows[known[rows]]]
        if len(others) > _MANY:  # one of many does not move their median
            found[rows] = np.median(others)
            continue
        for row in rows.tolist():
            rest = level[rows[known[rows] & (rows != row)]]
            found[row] = np.median(rest) if len(rest) else np.nan
    return found


def stuck(
    window: Flow, habits: Habits, around: Surroundings, thresholds: Thresholds
) -> Iterator[Sign]:
    """Zero while its own past and those around say otherwise."""
    values = window.values
    unknown = np.isnan(values)
    still = stretches.without((values > 0), unknown, thresholds.longest_gap_hours)
    run = np.where(unknown[:, -1], 0, still[:, -1])
    usual = habits.quiet[:, window.slots]
    surprise = _surprise(usual, run, values.shape[1])
    never: Mask = np.asarray((habits.quiet < NEVER_QUIET).all(axis=1))
    outage: Mask = around.siblings < thresholds.sibling_share
    home: Mask = np.asarray(around.alive >= thresholds.sibling_share)
    needed = np.where(home, thresholds.absent_hours, thresholds.away_hours)
    needed = np.where(never, thresholds.stuck_hours, needed)
    sure: Mask = never | home | (around.siblings >= thresholds.sibling_share)
    habit = (habits.known_hours >= thresholds.least_history_hours) & (habits.total > 0)
    long = (run >= needed) & (run > 2 * habits.zeros) & (surprise >= thresholds.stuck_surprise)
    rows = np.flatnonzero(habit & sure & ~outage & long)
    for row in rows.tolist():
        hours = int(run[row])
        flow = float(habits.total[row])
        confidence = 0.95 if never[row] else 0.8 if home[row] else 0.6
        figures = {
            "hours": float(hours),
            "habit_longest_zero": float(habits.zeros[row]),
            "surprise": float(surprise[row]),
            "habit_mean": flow,
        }
        if not np.isnan(around.siblings[row]):
            figures["siblings_pct"] = 100 * float(around.siblings[row])
        since = values.shape[1] - hours
        yield Sign(row, Kind.STUCK, since, flow, flow * hours, confidence, figures)


def _surprise(usual: FloatArray, run: NDArray[np.int32], hours: int) -> FloatArray:
    told = -np.log(np.clip(usual, 1e-3, 0.999))
    inside = np.arange(hours) >= hours - run[:, None]
    return np.asarray(np.where(inside, told, 0.0).sum(axis=1))


def lost_pulses(
    window: Flow, habits: Habits, around: Surroundings, thresholds: Thresholds
) -> Iterator[Sign]:
    """Scattered zeros of what never stands still, or the same hours of use with far less in it."""
    values = window.values
    if values.shape[1] < WEEK_HOURS + thresholds.least_history_hours:
        return
    scattered: Mask = _scattered(values, habits, thresholds)
    thinner, level, usual = _thinner(values, thresholds)
    likely = thinner & (around.siblings >= thresholds.sibling_share)
    for row in np.flatnonzero(scattered | likely).tolist():
        figures = {"level_pct": 100 * float(level[row] / max(usual[row], 1e-9))}
        hours = SCATTER_HOURS if scattered[row] else WEEK_HOURS
        last = values[row, -hours:]
        figures["zeros"] = float((last == 0).sum())
        flow = max(float(habits.total[row] - np.nanmean(last)), 0.0)
        since, sure = values.shape[1] - hours, 0.8 if scattered[row] else 0.55
        yield Sign(row, Kind.PULSE_LOSS, since, flow, flow * hours, sure, figures)


def _scattered(values: FloatArray, habits: Habits, thresholds: Thresholds) -> Mask:
    last = values[:, -SCATTER_HOURS:]
    zero = last == 0
    never = (habits.quiet < NEVER_QUIET).all(axis=1) & (habits.zeros <= 1)
    runs = np.count_nonzero(zero[:, 1:] & ~zero[:, :-1], axis=1)
    known = habits.known_hours >= thresholds.least_history_hours
    return np.asarray(never & known & (zero.sum(axis=1) >= thresholds.loss_hours) & (runs >= 3))


def _thinner(values: FloatArray, thresholds: Thresholds) -> tuple[Mask, FloatArray, FloatArray]:
    weeks = values.shape[1] // WEEK_HOURS
    by_week = values[:, -weeks * WEEK_HOURS :].reshape(len(values), weeks, WEEK_HOURS)
    known = ~np.isnan(by_week)
    count = known.sum(axis=2)
    mean = np.where(known, by_week, 0).sum(axis=2) / np.maximum(count, 1)
    used = (known & (by_week > 0)).sum(axis=2) / np.maximum(count, 1)
    enough = (count >= WEEK_HOURS - HOURS).all(axis=1)
    lowest = mean[:, :-1].min(axis=1)
    found = enough & (mean[:, -1] < thresholds.loss_level * lowest)
    found &= (used[:, -1] >= 0.7 * used[:, :-1].mean(axis=1)) & (mean[:, -1] > 0)
    return found, np.asarray(mean[:, -1]), np.asarray(mean[:, :-1].mean(axis=1))
