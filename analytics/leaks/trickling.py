"""Leaks of less than a pulse an hour: single pulses, spread evenly over hours that were quiet.

A leak of half a litre an hour leaves zeros, so no run without a zero tells of it. It adds a pulse
every other hour, by day and night, and never pauses for longer than that. So each hour is weighed
by how much likelier it is with such a leak than without, and the weights are added up from where
the sum was last nothing (Page's CUSUM, Biometrika 41, 1954), for several rates side by side. Larger
flows say nothing for or against a leak: guests do not trickle.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics.leaks import stretches
from analytics.leaks.habits import Habits, absent, quiet_by_hour, small_by_hour
from analytics.leaks.signs import HOURS, FloatArray, Flow, Kind, Sign
from analytics.leaks.thresholds import Thresholds
from domain.quantities import Mask

RATES = (0.1, 0.15, 0.22, 0.33, 0.5, 0.75, 1.1, 1.6)
"""Pulses an hour that are tried; above, an hour without a pulse is another rule's matter."""

LONGEST_HOURS = 168
SHORTEST_HOURS = 48
PAST_HOURS = 240
"""Fewer known hours of the past tell of no habit of single hours of the day."""

STILL_HOURS = 3
"""Longest still stretch of a day that the hourly run looks closer at; the nightly one at any."""

_ONE, _TWO = 1.5, 2.5
_LONGEST_STILL = 40
_MOST_EACH = 3.5
"""Most that a single hour speaks for a leak: habits are known from weeks, not for ever."""

_LEAST_EACH = -3.0
"""Most that it speaks against one: a pipe's pressure changes."""

_SURE = 4.0
"""Log likelihood at which it is as likely something else."""


class Chances(NamedTuple):
    """Of an hour without flow, and of one of a single pulse or of two, by hour, ``(n, 24)``."""

    zero: FloatArray
    small: FloatArray


class _Found(NamedTuple):
    """Log likelihood, and the column from which on it adds up, shape ``(n,)`` each."""

    score: FloatArray
    since: NDArray[np.int64]


def hourly(recent: Flow, habits: Habits, thresholds: Thresholds) -> Iterator[Sign]:
    """Trickles at the end of some days, at meters that were hardly still in the last one."""
    if not thresholds.trickle or recent.values.shape[1] < SHORTEST_HOURS:
        return
    last = recent.values[:, -HOURS:]
    still = stretches.length(np.asarray(last != 0)).max(axis=1)  # unknown ends it, too
    rows = np.flatnonzero((still <= STILL_HOURS) & (habits.known_hours >= PAST_HOURS))
    rows = rows[~_endless(recent.values[rows], habits.longest[rows], thresholds)]
    if not len(rows):
        return
    chances = Chances(habits.quiet[rows], habits.small[rows])
    hours = min(recent.values.shape[1] - HOURS, LONGEST_HOURS)
    yield from _signs(_of_rows(recent, rows), rows, chances, hours, thresholds)


def nightly(
    window: Flow,
    habits: Habits,
    thresholds: Thresholds,
    wrong_since: NDArray[np.int64] | None = None,
) -> Iterator[Sign]:
    """Trickles at the end of some weeks, against what they were before the last one.

    Where too little of the past is known, or it is known to be wrong, habits say what is usual.
    """
    values = window.values
    hours = min(max(values.shape[1] - PAST_HOURS, SHORTEST_HOURS), LONGEST_HOURS)
    if not thresholds.trickle or values.shape[1] < PAST_HOURS + SHORTEST_HOURS:
        return
    past = values[:, :-hours]
    if wrong_since is not None:
        wrong = np.arange(past.shape[1]) >= wrong_since[:, None]
        past = np.where(wrong, np.nan, past) if wrong.any() else past
    known = np.count_nonzero(~np.isnan(past), axis=1) >= PAST_HOURS
    judged = known | (habits.known_hours >= PAST_HOURS)
    past = _while_at_home(past, values[:, -HOURS:], window.step)
    enough = np.count_nonzero(~np.isnan(past), axis=1) >= PAST_HOURS
    judged = np.asarray(judged & (enough | ~known))
    judged &= ~_endless(values[:, -LONGEST_HOURS:], habits.longest, thresholds)
    rows = np.flatnonzero(judged)
    if not len(rows):
        return
    own, slots = past[rows], window.slots[: past.shape[1]]
    use = known[rows, None]
    chances = Chances(
        np.where(use, quiet_by_hour(own, slots), habits.quiet[rows]),
        np.where(use, small_by_hour(own, window.step[rows], slots), habits.small[rows]),
    )
    yield from _signs(_of_rows(window, rows), rows, chances, hours, thresholds)


def _while_at_home(past: FloatArray, last: FloatArray, step: FloatArray) -> FloatArray:
    """Past without its journeys where somebody is at home now: who comes back is no leak."""
    home: Mask = np.asarray((last > _TWO * step[:, None]).any(axis=1))
    return np.where(home[:, None] & absent(past), np.nan, past) if home.any() else past


def _of_rows(flow: Flow, rows: NDArray[np.int64]) -> Flow:
    return Flow(flow.values[rows], flow.slots, flow.step[rows], flow.most[rows])


def _endless(values: FloatArray, longest: FloatArray, thresholds: Thresholds) -> Mask:
    """Meters whose flow never stops: that is another rule's, shape ``(n,)``."""
    runs = stretches.without(values <= 0, np.isnan(values), thresholds.longest_gap_hours)
    usual = np.maximum(thresholds.continuous_hours, thresholds.habit_margin * longest)
    return np.asarray(runs[:, -1] >= np.minimum(usual, values.shape[1]))


def _signs(
    window: Flow, rows: NDArray[np.int64], by_slot: Chances, hours: int, thresholds: Thresholds
) -> Iterator[Sign]:
    pulses = window.values / window.step[:, None]
    now, slots = pulses[:, -hours:], window.slots[-hours:]
    found = _added_up(_weights(now, by_slot, slots, _still(pulses)[:, -hours:]))
    heard = np.count_nonzero(~np.isnan(now[:, -HOURS:]), axis=1) >= 2 * HOURS // 3
    span = hours - found.since
    told = (found.score >= thresholds.trickle_score) & (span >= thresholds.trickle_hours)
    for row in np.flatnonzero(heard & told).tolist():
        since = int(found.since[row])
        hour = slots[since:]
        own = Chances(by_slot.zero[row, hour], by_slot.small[row, hour])
        step, start = float(window.step[row]), window.values.shape[1] - hours + since
        yield sign_of(
            int(rows[row]), start, (now[row, since:], own), (float(found.score[row]), step)
        )


def _still(pulses: FloatArray) -> NDArray[np.int32]:
    """Known hours without a pulse just before each hour, shape ``(n, t)``."""
    runs = stretches.length(pulses > 0, np.isnan(pulses))
    found = np.zeros(runs.shape, np.int32)
    found[:, 1:] = np.minimum(runs[:, :-1], _LONGEST_STILL)
    return found


def _weights(
    now: FloatArray, by_slot: Chances, slots: NDArray[np.int64], still: NDArray[np.int32]
) -> NDArray[np.float32]:
    """How much likelier each hour is with a leak of each rate, shape ``(rates, n, t)``.

    Pulses of a leak come as evenly as its rate: after ``k`` hours without one, the chance of the
    next is ``rate / (1 - rate k)``, and it is sure before ``1 / rate`` hours have gone by.
    """
    zero, one = now <= 0, (now > 0) & (now <= _ONE)
    two = (now > _ONE) & (now <= _TWO)
    found = np.zeros((len(RATES), *now.shape), np.float32)
    for place, rate in enumerate(RATES):
        none, single, double = _weight_tables(rate, by_slot)
        weight = found[place]
        np.copyto(weight, none[still], where=zero)
        np.copyto(weight, single[:, slots], where=one)
        np.copyto(weight, double[:, slots], where=two)
    return found


def _weight_tables(
    rate: float, by_slot: Chances
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Weight of no pulse by hours without one before, and of one and of two by hour of the day."""
    quiet, usual = by_slot
    whole = int(rate)
    part = rate - whole
    if whole:  # never an hour without
        none = np.full(_LONGEST_STILL + 1, _LEAST_EACH)
        one, two = (1 - part) * quiet, part * quiet + (1 - part) * usual
    else:
        left = 1 - rate * np.arange(_LONGEST_STILL + 1)
        due = np.where(left > rate, rate / np.maximum(left, rate), 1.0)
        none = np.maximum(np.log(np.maximum(1 - due, 1e-3)), _LEAST_EACH)
        one, two = part * quiet + (1 - part) * usual, usual
    single, double = (np.minimum(np.log(each / usual), _MOST_EACH) for each in (one, two))
    return none.astype(np.float32), single.astype(np.float32), double.astype(np.float32)


def _added_up(weights: NDArray[np.float32]) -> _Found:
    """Sum of the weights since it was last nothing, for the likeliest rate of each meter."""
    size, hours = weights.shape[1:]
    total, since = np.zeros(weights.shape[:2]), np.zeros(weights.shape[:2], np.int64)
    by_hour = np.ascontiguousarray(np.moveaxis(weights, 2, 0))
    for hour, weight in enumerate(by_hour):
        total = np.maximum(total + weight, 0.0)
        since[total <= 0] = hour + 1
    rate, rows = total.argmax(axis=0), np.arange(size)
    return _Found(total[rate, rows], np.minimum(since[rate, rows], hours - 1))


def sign_of(
    row: int, start: int, told: tuple[FloatArray, Chances], known: tuple[float, float]
) -> Sign:
    """A trickle: its pulses by hour and what is usual in them, its likelihood and its pulse."""
    now, chances = told
    likelihood, step = known
    idle = now <= _TWO
    small = idle & (now > 0)
    few = 2 * chances.small
    usual = float((few / np.maximum(few + chances.zero, 1e-9))[idle].sum())
    hours = int(np.count_nonzero(idle))
    counted = (float(np.rint(now[small]).sum()) - usual) / max(hours, 1)
    flow = float(np.clip(counted, RATES[0] / 2, _TWO)) * step
    figures = {
        "pulses": float(np.count_nonzero(small)),
        "idle_hours": float(hours),
        "pulses_usual": usual,
        "likelihood": likelihood,
    }
    sure = round(float(np.clip(likelihood / (likelihood + _SURE), 0.5, 0.95)), 3)
    return Sign(row, Kind.TRICKLE, start, flow, flow * len(now), sure, figures)
