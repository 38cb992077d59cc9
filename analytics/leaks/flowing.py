"""Rules of the hourly run: what flows without an end, bursts, or flows backwards."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from analytics.leaks import stretches
from analytics.leaks.habits import Habits
from analytics.leaks.signs import HOURS, FloatArray, Flow, Kind, Sign
from analytics.leaks.thresholds import Thresholds

GROWN_HOURS = 72
"""Flow that never stops is compared with itself so many hours before."""

UNKNOWN_HABIT_SHARE = 0.1
"""Share of Qn that a burst of a meter without a habit must have."""

_EVENLY = 0.15
"""Least part of a rise in each half of the time, for a leak that grows and did not step."""

BURST_HOURS = 4
NEW_HOURS = 160
"""A meter with fewer known hours than about a week is new."""

_WITHOUT_HABIT = 0.7
"""Most confidence where no hour without flow was ever seen: it may be how the place is used."""

_PATIENCE = 3.0
"""Zeros that should have come until the confidence is 1 - 1/e."""


def continuous(recent: Flow, habits: Habits, thresholds: Thresholds) -> Iterator[Sign]:
    """Flow without a zero, against the meter's own past; growing when its floor rises."""
    values = recent.values
    unknown = np.isnan(values)
    runs = stretches.without(values <= 0, unknown, thresholds.longest_gap_hours)
    run, window = runs[:, -1], values.shape[1]
    floors = stretches.rolling_least(values, HOURS)
    floor = np.where(np.isfinite(floors[:, -1]), floors[:, -1], 0.0)
    young = habits.known_hours < thresholds.least_history_hours
    usual = np.maximum(thresholds.continuous_hours, thresholds.habit_margin * habits.longest)
    needed = np.where(young, thresholds.new_meter_hours, np.minimum(usual, window))
    higher = floor > thresholds.floor_margin * habits.floor + recent.step
    raised = (run >= needed) & ~(~young & (usual > window) & ~higher)
    raised |= ~young & (habits.longest >= HOURS) & (run >= HOURS) & higher
    raised &= ~unknown[:, -1] & (floor > 0)
    for row in np.flatnonzero(raised).tolist():
        grown = _grown(floors[row], int(run[row]), float(recent.step[row]), thresholds)
        yield _continuous(recent, habits, row, int(run[row]), (float(floor[row]), grown))


def _grown(floors: FloatArray, run: int, step: float, thresholds: Thresholds) -> float | None:
    """The floor of three days before, where it has risen since, and not by one step."""
    if run < GROWN_HOURS + HOURS:
        return None
    before, between, now = (float(floors[-1 - back]) for back in (GROWN_HOURS, GROWN_HOURS // 2, 0))
    if now < thresholds.growing_ratio * before + step:
        return None
    return before if _EVENLY <= (between - before) / (now - before) <= 1 - _EVENLY else None


def _continuous(
    recent: Flow, habits: Habits, row: int, run: int, floor: tuple[float, float | None]
) -> Sign:
    values, slots = recent.values[row], recent.slots
    since = _first_of(values, run)
    inside = np.arange(since, len(values))
    awaited = float(habits.quiet[row, slots[inside]].sum())
    flow, before = floor
    most = 0.99 if habits.known_hours[row] else _WITHOUT_HABIT
    lowest = np.minimum(np.nan_to_num(values[inside], nan=flow), flow)
    figures = {
        "hours": float(run),
        "floor": flow,
        "habit_hours": float(habits.known_hours[row]),
        "habit_longest": float(habits.longest[row]),
    }
    if before is not None:
        figures["floor_before"] = before
    return Sign(
        row,
        Kind.CONTINUOUS if before is None else Kind.GROWING,
        since,
        flow,
        float(lowest.sum()),
        round(float(np.clip(1 - np.exp(-awaited / _PATIENCE), 0.5, most)), 3),
        figures,
    )


def _first_of(values: FloatArray, run: int) -> int:
    """Where the last ``run`` known hours begin."""
    known = np.flatnonzero(~np.isnan(values))
    return int(known[-run]) if run else len(values)


def bursts(recent: Flow, habits: Habits, thresholds: Thresholds) -> Iterator[Sign]:
    """Far more than the meter's own past, for two hours or, where people use much, for four.

    At night two hours together must exceed all that this time of day has seen; by day they must be
    twice the highest hour of all, or four hours together exceed what four have ever been.
    """
    values = np.nan_to_num(recent.values, nan=0.0)
    if values.shape[1] < BURST_HOURS:
        return
    pair = np.minimum(values[:, -1], values[:, -2])
    four = np.minimum.reduce(values[:, -BURST_HOURS:], axis=1)
    young = habits.known_hours < thresholds.least_history_hours
    share = np.where(young, UNKNOWN_HABIT_SHARE, thresholds.burst_share) * recent.most
    slot, margin = int(recent.slots[-1]), thresholds.burst_margin
    night = habits.quiet[:, slot] >= thresholds.burst_quiet
    by_day = thresholds.burst_over_peak * habits.peak
    usual = np.where(night, margin * habits.two[:, slot], by_day) + recent.step
    raised = ~young & (pair > share) & (pair > usual)
    # without a habit only what is really new bursts: endless use is another rule's
    new = young & (np.count_nonzero(~np.isnan(recent.values), axis=1) < NEW_HOURS)
    above = ~young & (four > margin * habits.four + recent.step)
    long = (four > share) & (new | above)
    for row in np.flatnonzero(raised | long).tolist():
        highest = share[row] if young[row] else margin * habits.four[row]
        known = (pair[row], usual[row]) if raised[row] else (four[row], highest)
        yield _burst(values[row], row, float(known[0]), float(known[1]), habits)


def _burst(values: FloatArray, row: int, pair: float, usual: float, habits: Habits) -> Sign:
    high = values >= pair / 2
    since = len(values) - int(high[::-1].argmin()) if not high.all() else 0
    flows = values[since:] - habits.total[row]
    return Sign(
        row,
        Kind.BURST,
        since,
        float(max(pair - habits.total[row], 0.0)),
        float(np.maximum(flows, 0).sum()),
        round(float(np.clip(pair / (pair + max(usual, 1e-9)) + 0.2, 0.5, 0.99)), 3),
        {"flow": pair, "habit_highest": usual, "hours": float(len(values) - since)},
    )


def reversed_flow(recent: Flow, thresholds: Thresholds) -> Iterator[Sign]:
    """Water or energy counted backwards within a day."""
    day = recent.last(HOURS)
    back = np.where(day.values < 0, day.values, 0.0).sum(axis=1)
    raised = -back >= thresholds.reverse_quanta * day.step
    offset = recent.values.shape[1] - day.values.shape[1]
    for row in np.flatnonzero(raised).tolist():
        hours: NDArray[np.int64] = np.flatnonzero(day.values[row] < 0)
        amount = float(-back[row])
        figures = {"hours": float(len(hours)), "amount": amount}
        yield Sign(
            row,
            Kind.REVERSE,
            offset + int(hours[0]),
            amount / len(hours),
            amount,
            0.95,
            figures,
        )
