"""Leaks that grow from nothing: pulses that come ever closer, whatever else flows beside them.

A crack opens: in its first days such a leak adds a pulse now and then, later one every other hour,
and hours without flow become fewer long before there are none. A leak of a known course lets a
register tick at known hours but for the part of a pulse with which it began. So the courses of many
starts and slopes, each with eight such parts, are laid over the last three days: each of their
pulses is weighed by how much likelier the hour's count is with it than without. The likelihood
ratios are averaged over all courses that grow (as Shiryaev 1963 and Roberts 1966 do for the time of
a change). Courses of steady leaks are laid beside them: what is likelier one of these is a
trickle, or left to the rule of flow without an end.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics.leaks import trickling
from analytics.leaks.habits import SIZES, Habits
from analytics.leaks.signs import HOURS, FloatArray, Flow, Kind, Sign
from analytics.leaks.thresholds import Thresholds
from domain.quantities import Mask

SPAN_HOURS = 72
"""How far back a leak may have begun; an older one is another rule's."""

LEAST_HOURS = 24
"""One restless day is no leak."""

PAST_HOURS = 240
"""Fewer known hours tell of no habit of single hours of the day."""

FEWER_STILL_HOURS = 1.5
"""Least that the last day has fewer hours without flow than usual, for a closer look."""

SLOPES = np.geomspace(0.002, 0.3, 24)
"""Pulses an hour that a leak grows by in an hour."""

RATES = np.geomspace(0.1, 4.0, 96)
"""Pulses an hour of steady leaks."""

_GROWING_AGES = np.arange(LEAST_HOURS, SPAN_HOURS + 1, 2)
_STEADY_AGES = np.concatenate([np.arange(3, LEAST_HOURS, 3), np.arange(24, SPAN_HOURS + 1, 8)])
"""Hours since a leak began. A steady one of some hours, too, is no leak that grows."""

_COARSE_MARGIN = 4.0
"""Of courses, one in twelve is tried first; the others where these come so near to the score."""

_PARTS = (np.arange(8) + 0.5) / 8
"""Parts of a pulse that the register stood at when the leak began."""

_MOST_PULSES = 6
"""Of a leak in an hour; more count as so many."""

_MOST_EACH = 3.5
_LEAST_EACH = -4.0
_MOST_BESIDE = 0.25
"""What a single hour may say for or against: with what it counts all from the leak, with less than
the leak alone, and with more, since busy hours come together."""

_BUSY = 10
"""Pulses from which on an hour says nothing."""

_HOME = 2.5
"""Pulses in an hour of the last day that somebody at home used."""

_MOST_AWAY = 0.9
_LEAST_QUIET = 0.01

_SURE = 4.0
"""Score above the threshold at which it is as likely something else."""


class _Courses(NamedTuple):
    """Leaks that are tried: when each began and how it goes."""

    pulses: NDArray[np.float32]
    """1 where a leak adds so many pulses, shape ``(courses x parts, hours x pulses)``."""

    age: NDArray[np.int64]
    """Hours since it began, shape ``(courses,)``."""

    size: FloatArray
    """Pulses an hour, or by how many more in an hour, shape ``(courses,)``."""


@lru_cache(maxsize=2)
def _courses(*, grow: bool) -> _Courses:
    ages, sizes = (_GROWING_AGES, SLOPES) if grow else (_STEADY_AGES, RATES)
    age, size = np.repeat(ages, len(sizes)), np.tile(sizes, len(ages))
    hours = np.clip(np.arange(SPAN_HOURS + 1) - SPAN_HOURS + age[:, None], 0, None)
    lost = size[:, None] * (hours**2 / 2 if grow else hours)
    register = np.floor(lost[:, None, :] + _PARTS[:, None]).astype(np.int64)
    ticks = np.minimum(np.diff(register, axis=2), _MOST_PULSES).reshape(-1, SPAN_HOURS)
    told = ticks[:, :, None] == np.arange(1, _MOST_PULSES + 1)
    return _Courses(told.reshape(len(ticks), -1).astype(np.float32), age, size)


@lru_cache(maxsize=1)
def _coarse() -> NDArray[np.float32]:
    every = _courses(grow=True).pulses
    by_course = every.reshape(-1, len(SLOPES), len(_PARTS), every.shape[1])
    return np.ascontiguousarray(by_course[::2, 1::3, ::2].reshape(-1, every.shape[1]))


def hourly(
    recent: Flow, habits: Habits, thresholds: Thresholds, endless: Mask | None = None
) -> Iterator[Sign]:
    """Leaks that grow, at the end of some days, at meters that are less still than usual.

    Meters whose flow is ``endless``, shape ``(n,)``, are another rule's.
    """
    if not thresholds.growing or recent.values.shape[1] < SPAN_HOURS:
        return
    restless = _restless(recent.last(HOURS), habits)
    rows = np.flatnonzero(restless if endless is None else restless & ~endless)
    if not len(rows):
        return
    pulses = recent.values[rows, -SPAN_HOURS:] / recent.step[rows, None]
    slots = recent.slots[-SPAN_HOURS:]
    weights = _weights(pulses, _quiet(pulses, habits, rows), habits.sizes[rows], slots)
    near = _of_courses(weights, _coarse(), len(_PARTS) // 2)
    likely = _mean_of(near) >= thresholds.growing_score - _COARSE_MARGIN
    rows, pulses, weights = rows[likely], pulses[likely], weights[likely]
    grown = _scores(weights, grow=True)
    score = _mean_of(grown)
    told = np.flatnonzero(score >= thresholds.growing_score)
    if not len(told):
        return
    steady = _scores(weights[told], grow=False)
    end = recent.values.shape[1]
    for row, beside in zip(told.tolist(), steady, strict=True):
        number, likelihood = int(rows[row]), float(score[row])
        step = float(recent.step[number])
        if likelihood >= _mean_of(beside):
            over = likelihood - thresholds.growing_score
            yield _sign(number, grown[row], likelihood, (step, end, over))
        elif (age := _age_of_trickle(beside)) is not None:
            hour = slots[-age:]
            own = trickling.Chances(habits.quiet[number, hour], habits.small[number, hour])
            last = pulses[row, -age:], own
            yield trickling.sign_of(number, end - age, last, (likelihood, step))


def _age_of_trickle(scores: NDArray[np.float32]) -> int | None:
    """Hours since the likeliest steady leak began; nothing where it is no trickle of a day."""
    courses, best = _courses(grow=False), int(scores.argmax())
    age = int(courses.age[best])
    trickles = courses.size[best] <= trickling.RATES[-1] and age >= LEAST_HOURS
    return age if trickles else None


def _restless(day: Flow, habits: Habits) -> Mask:
    """Meters of known habits that were less often still in the last day than usual, ``(n,)``."""
    heard = ~np.isnan(day.values)
    usual = np.where(heard, habits.quiet[:, day.slots], 0.0).sum(axis=1)
    fewer = usual - np.count_nonzero(day.values <= 0, axis=1)
    known = (habits.known_hours >= PAST_HOURS) & (habits.sizes.sum(axis=1) > 0)
    enough = np.count_nonzero(heard, axis=1) >= 2 * HOURS // 3
    return np.asarray(known & enough & (fewer >= FEWER_STILL_HOURS))


def _scores(weights: NDArray[np.float32], *, grow: bool) -> NDArray[np.float32]:
    """Log likelihood ratio of each course, shape ``(n, courses)``."""
    return _of_courses(weights, _courses(grow=grow).pulses, len(_PARTS))


def _of_courses(
    weights: NDArray[np.float32], pulses: NDArray[np.float32], parts: int
) -> NDArray[np.float32]:
    """The same of some courses, as the mean over the parts each may have begun with."""
    size, tried = len(weights), len(pulses)
    found = weights.reshape(size, pulses.shape[1]) @ pulses.T
    return _mean_of(found.reshape(size, tried // parts, parts))


def _mean_of(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logarithm of the mean likelihood ratio over the last axis."""
    most = scores.max(axis=-1)
    return np.asarray(most + np.log(np.exp(scores - most[..., None]).mean(axis=-1)))


def _quiet(pulses: FloatArray, habits: Habits, rows: NDArray[np.int64]) -> FloatArray:
    """Chance of an hour without flow by hour of the day, shape ``(n, 24)``.

    Without the past's journeys where somebody is at home now: who comes back is no leak.
    """
    home: Mask = np.asarray((pulses[:, -HOURS:] > _HOME).any(axis=1))
    away = np.where(home, habits.away[rows], 0.0)[:, None]
    quiet = (habits.quiet[rows] - away) / np.maximum(1 - away, 1 - _MOST_AWAY)
    return np.asarray(np.clip(quiet, _LEAST_QUIET, 1 - _LEAST_QUIET))


def _weights(
    pulses: FloatArray, quiet: FloatArray, sizes: FloatArray, slots: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Log likelihood of each hour with one pulse of a leak, two, .. against that without.

    Shape ``(n, t, pulses)``.
    """
    unknown = np.isnan(pulses)
    counted = np.clip(np.rint(np.nan_to_num(pulses)), 0, SIZES).astype(np.int64)
    some = np.log(np.maximum(sizes, 1e-9))
    idle = np.log(quiet / (1 - quiet))[:, slots]
    usual = np.take_along_axis(some, np.maximum(counted - 1, 0), axis=1)
    found = np.empty((*pulses.shape, _MOST_PULSES), np.float32)
    for more in range(1, _MOST_PULSES + 1):
        rest = counted - more
        beside = np.take_along_axis(some, np.maximum(rest - 1, 0), axis=1) - usual
        weight = np.where(
            rest == 0, np.minimum(idle - usual, _MOST_EACH), np.minimum(beside, _MOST_BESIDE)
        )
        weight = np.where(rest < 0, _LEAST_EACH, np.maximum(weight, _LEAST_EACH))
        found[:, :, more - 1] = np.where(unknown | (counted >= _BUSY), 0.0, weight)
    return found


def _sign(
    row: int, scores: NDArray[np.float32], likelihood: float, known: tuple[float, int, float]
) -> Sign:
    step, end, over = known
    courses = _courses(grow=True)
    chance = np.exp(scores - scores.max())
    chance /= chance.sum()
    age = int(courses.age[int(chance.argmax())])

    def mean(pulses: FloatArray) -> float:
        return float((chance * pulses).sum()) * step

    figures = {
        "flow_before": mean(courses.size * (courses.age - HOURS)),
        "likelihood": likelihood,
    }
    sure = round(float(np.clip((over + _SURE) / (over + 2 * _SURE), 0.5, 0.95)), 3)
    flow = mean(courses.size * courses.age)
    amount = mean(courses.size * courses.age**2 / 2)
    return Sign(row, Kind.GROWING, end - age, flow, amount, sure, figures)
