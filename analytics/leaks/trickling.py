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
from analytics.leaks.habits import Habits, quiet_by_hour, small_by_hour
from analytics.leaks.signs import HOURS, FloatArray, Flow, Kind, Sign
from analytics.leaks.thresholds import Thresholds
from domain.quantities import Mask

RATES = (0.1, 0.15, 0.22, 0.33, 0.5, 0.75, 1.1, 1.6)
"""Pulses an hour that are tried; above, an hour without a pulse is another rule's matter."""

LONGEST_HOURS = 168
SHORTEST_HOURS = 48
PAST_HOURS = 240
"""Fewer known hours of the past tell of no habit of single hours of the day."""

STILL_HOURS = 4
"""Longest still stretch of a day that the hourly run looks closer at; the nightly one at any."""

_ONE, _TWO = 1.5, 2.5
_LONGEST_STILL = 40
_MOST_EACH = 3.5
"""Most that a single hour speaks for a leak: habits are known from weeks, not for ever."""

_LEAST_EACH = -3.0
"""Most that it speaks against one: a pipe's pressure changes."""

_SURE = 4.0
"""Log likelihood at which it is as likely something else."""


class _Chances(NamedTuple):
    """Of an hour without flow, and of one of a single pulse or of two, shape ``(n, t)`` each."""

    zero: FloatArray
    small: FloatArray


class _Found(NamedTuple):
    """Of the likeliest rate, shape ``(n,)`` each."""

    score: FloatArray
    likelihood: FloatArray
    """The same where a day may add more."""

    since: NDArray[np.int64]
    """Column from which on it adds up."""


def hourly(recent: Flow, habits: Habits, thresholds: Thresholds) -> Iterator[Sign]:
    """Trickles at the end of some days, at meters that were hardly still in the last one."""
    if not thresholds.trickle or recent.values.shape[1] < SHORTEST_HOURS:
        return
    last = recent.values[:, -HOURS:]
    still = stretches.length(np.asarray(last != 0)).max(axis=1)  # unknown ends it, too
    near = (still <= STILL_HOURS) & (habits.known_hours >= PAST_HOURS)
    rows = np.flatnonzero(near & ~_endless(recent, habits, thresholds))
    if not len(rows):
        return
    part = _of_rows(recent, rows)
    chances = _Chances(habits.quiet[rows], habits.small[rows])
    hours = min(recent.values.shape[1] - HOURS, LONGEST_HOURS)
    yield from _signs(part, rows, chances, hours, thresholds)


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
    rows = np.flatnonzero(judged & ~_endless(window.last(LONGEST_HOURS), habits, thresholds))
    if not len(rows):
        return
    own, slots = past[rows], window.slots[: past.shape[1]]
    use = known[rows, None]
    chances = _Chances(
        np.where(use, quiet_by_hour(own, slots), habits.quiet[rows]),
        np.where(use, small_by_hour(own, window.step[rows], slots), habits.small[rows]),
    )
    yield from _signs(_of_rows(window, rows), rows, chances, hours, thresholds)


def _of_rows(flow: Flow, rows: NDArray[np.int64]) -> Flow:
    return Flow(flow.values[rows], flow.slots, flow.step[rows], flow.most[rows])


def _endless(recent: Flow, habits: Habits, thresholds: Thresholds) -> Mask:
    """Meters whose flow never stops: that is another rule's, shape ``(n,)``."""
    values = recent.values
    runs = stretches.without(values <= 0, np.isnan(values), thresholds.longest_gap_hours)
    usual = np.maximum(thresholds.continuous_hours, thresholds.habit_margin * habits.longest)
    return np.asarray(runs[:, -1] >= np.minimum(usual, values.shape[1]))


def _signs(
    window: Flow, rows: NDArray[np.int64], by_slot: _Chances, hours: int, thresholds: Thresholds
) -> Iterator[Sign]:
    pulses = window.values / window.step[:, None]
    now, slots = pulses[:, -hours:], window.slots[-hours:]
    chances = _Chances(by_slot.zero[:, slots], by_slot.small[:, slots])
    found = _added_up(_weights(now, chances, _still(pulses)[:, -hours:]), thresholds.trickle_day)
    heard = np.count_nonzero(~np.isnan(now[:, -HOURS:]), axis=1) >= 2 * HOURS // 3
    for row in np.flatnonzero(heard & (found.score >= thresholds.trickle_score)).tolist():
        since = int(found.since[row])
        told = now[row, since:], _Chances(chances.zero[row, since:], chances.small[row, since:])
        step, start = float(window.step[row]), window.values.shape[1] - hours + since
        yield _sign(int(rows[row]), start, told, (float(found.likelihood[row]), step))


def _still(pulses: FloatArray) -> NDArray[np.int32]:
    """Known hours without a pulse just before each hour, shape ``(n, t)``."""
    runs = stretches.length(pulses > 0, np.isnan(pulses))
    found = np.zeros(runs.shape, np.int32)
    found[:, 1:] = np.minimum(runs[:, :-1], _LONGEST_STILL)
    return found


def _weights(now: FloatArray, chances: _Chances, still: NDArray[np.int32]) -> FloatArray:
    """How much likelier each hour is with a leak of each rate, shape ``(rates, n, t)``.

    Pulses of a leak come as evenly as its rate: after ``k`` hours without one, the chance of the
    next is ``rate / (1 - rate k)``, and it is sure before ``1 / rate`` hours have gone by.
    """
    zero, one = now <= 0, (now > 0) & (now <= _ONE)
    two = (now > _ONE) & (now <= _TWO)
    usual, quiet = chances.small, chances.zero
    found = np.zeros((len(RATES), *now.shape))
    for place, rate in enumerate(RATES):
        whole = int(rate)
        part, weight = rate - whole, found[place]
        if whole:  # never an hour without
            likelier_one, likelier_two = (1 - part) * quiet, part * quiet + (1 - part) * usual
            none = np.full(_LONGEST_STILL + 1, _LEAST_EACH)
        else:
            likelier_one, likelier_two = part * quiet + (1 - part) * usual, usual
            left = 1 - rate * np.arange(_LONGEST_STILL + 1)
            due = np.where(left > rate, rate / np.maximum(left, rate), 1.0)
            none = np.maximum(np.log(np.maximum(1 - due, 1e-3)), _LEAST_EACH)
        np.copyto(weight, none[still], where=zero)
        np.copyto(weight, np.minimum(np.log(likelier_one / usual), _MOST_EACH), where=one)
        np.copyto(weight, np.minimum(np.log(likelier_two / usual), _MOST_EACH), where=two)
    return found


def _added_up(weights: FloatArray, most_a_day: float) -> _Found:
    """Sum of the weights since it was last nothing; a day adds no more than so much.

    One restless night is no leak. Days are those that end with the last hour. Which rate it is,
    the sum without that bound tells.
    """
    size, hours = weights.shape[1:]
    total, since = np.zeros(weights.shape[:2]), np.zeros(weights.shape[:2], np.int64)
    whole = before = total
    for hour in range(hours):
        if (hours - hour) % HOURS == 0:
            before = total
        weight = weights[:, :, hour]
        total = np.minimum(total + weight, before + most_a_day)
        nothing = total <= 0
        total, whole = np.where(nothing, 0.0, total), np.where(nothing, 0.0, whole + weight)
        before = np.minimum(before, total)
        since[nothing] = hour + 1
    rate, rows = whole.argmax(axis=0), np.arange(size)
    return _Found(total[rate, rows], whole[rate, rows], np.minimum(since[rate, rows], hours - 1))


def _sign(
    row: int, start: int, told: tuple[FloatArray, _Chances], known: tuple[float, float]
) -> Sign:
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
