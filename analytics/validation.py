"""Validation of hours (VEE): rules that flag for people what a meter can hardly have counted.

Nothing here changes a value or a quality. Sources: California DASMMD, "Validating, Editing and
Estimating" (spike, high and low usage, sum check); the validation rules of Oracle Utilities MDM
(consecutive zero and consecutive identical intervals, sibling comparison); EN 62053-21 (class 2:
the largest error of a sound meter). A rule compares a meter with itself in the weeks before, so
that a home that is often empty, or a steady load, is not flagged for being so.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from analytics.steps import FLOW_MARGIN
from domain.errors import ShapeError
from domain.quantities import EnergyArray, Mask

DAY = 24
WEEK = 7
LIKE_DAYS = 4
HISTORY_DAYS = LIKE_DAYS * WEEK

SPIKE_RATIO = 1.8
"""(highest - third highest) / third highest hour of a day; California DASMMD, spike check."""

SPIKE_OVER_HISTORY = 2
SPIKE_QUANTA = 10
"""An hour of few pulses is coarse, no spike."""

FROZEN_HOURS = 12
FROZEN_QUANTA = 5
ZERO_HOURS = 48
AGAINST_HISTORY = 2
"""A run is flagged when it is at least so many times the longest one before."""

LEAST_HISTORY_HOURS = 7 * DAY
HIGH, LOW = 3.0, 1 / 3
"""A day against the highest and lowest of its like days; DASMMD compares with 200 % and 50 %."""

LEAST_LIKE_DAYS = 3
LEAST_DAY_QUANTA = 24
SIBLING_RATIO = 4.0
LEAST_SIBLINGS = 4
LOSS_SHARE, LOSS_UNIT = 0.02, 1000
"""Of what the dial went on, and in Wh or litres; EN 62053-21, class 2."""


class Rule(StrEnum):
    """What was found."""

    SPIKE = "spike"
    FROZEN = "frozen"
    ZERO_RUN = "zero_run"
    HIGH = "high"
    LOW = "low"
    SIBLING = "sibling"
    BACKWARDS = "backwards"
    RESET = "reset"
    ABOVE_CAPACITY = "above_capacity"
    PULSE_LOSS = "pulse_loss"


@dataclass(frozen=True, slots=True)
class Flag:
    """A rule that does not hold over hours ``[start, end)`` of one row, and why."""

    row: int
    rule: Rule
    start: int
    end: int
    evidence: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Hours:
    """Whole days of ``n`` metering points: :data:`HISTORY_DAYS`, then those to validate."""

    start: int
    """First hour: a local midnight."""

    values: EnergyArray
    """Wh or litres, shape ``(n, t)``."""

    measured: Mask
    """Whether the hour was measured: no estimate is judged; shape ``(n, t)``."""

    quantum: NDArray[np.float64]
    """Wh or litres of one pulse, shape ``(n,)``."""

    siblings: NDArray[np.int64]
    """Points that live alike have one number, shape ``(n,)``; a negative one has none."""

    def __post_init__(self) -> None:
        """Check the shapes.

        Raises
        ------
        ShapeError
            The arrays do not line up, or are no whole days after the history.
        """
        shape = self.values.shape
        sound = self.values.ndim == 2 and shape == self.measured.shape
        sound = sound and self.quantum.shape == self.siblings.shape == shape[:1]
        if not sound or shape[1] % DAY or shape[1] <= HISTORY_DAYS * DAY:
            message = f"values {shape}, measured {self.measured.shape}, {self.quantum.shape}"
            raise ShapeError(message)


def flags(hours: Hours) -> list[Flag]:
    """All that the rules on hours find in the days after the history, by row and time."""
    rules = (_spikes, _frozen, _zero_runs, _high_and_low, _siblings)
    found = [flag for rule in rules for flag in rule(hours)]
    return sorted(found, key=lambda flag: (flag.row, flag.start, flag.rule))


def _days(hours: Hours) -> tuple[NDArray[np.int64], Mask]:
    """Values by day and hour, shape ``(n, d, 24)``, and the days measured whole, ``(n, d)``."""
    shape = len(hours.values), -1, DAY
    whole: Mask = np.logical_and.reduce(hours.measured.reshape(shape), axis=2)
    return hours.values.reshape(shape), whole


def _spikes(hours: Hours) -> Iterator[Flag]:
    values, whole = _days(hours)
    ordered = np.sort(values, axis=2)
    highest, third = ordered[..., -1], ordered[..., -3]
    history = np.where(hours.measured, hours.values, 0)[:, : HISTORY_DAYS * DAY]
    usual = history.max(axis=1, initial=0)[:, None]
    enough = np.count_nonzero(hours.measured[:, : HISTORY_DAYS * DAY], axis=1)[:, None]
    found = whole & (enough >= LEAST_HISTORY_HOURS)
    found &= highest - third > SPIKE_RATIO * third
    found &= highest > SPIKE_OVER_HISTORY * usual
    found &= highest >= SPIKE_QUANTA * hours.quantum[:, None]
    for row, day in _to_validate(found):
        at = hours.start + day * DAY + int(values[row, day].argmax())
        told = {
            "value": float(highest[row, day]),
            "third_highest": float(third[row, day]),
            "highest_before": float(usual[row, 0]),
        }
        yield Flag(row, Rule.SPIKE, at, at + 1, told)


def _to_validate(found: Mask) -> Iterator[tuple[int, int]]:
    """Row and day of what was found after the history."""
    rows, days = np.nonzero(found[:, HISTORY_DAYS:])
    yield from zip(rows.tolist(), (days + HISTORY_DAYS).tolist(), strict=True)


def _runs(member: Mask, same_as_before: Mask) -> Iterator[tuple[int, int, int]]:
    """Row, start and end of unbroken runs of members; one ends where hours differ."""
    if not member.size:
        return
    begins = member.copy()
    begins[:, 1:] &= ~(member[:, :-1] & same_as_before[:, 1:])
    ends = member.copy()
    ends[:, :-1] &= ~(member[:, 1:] & same_as_before[:, 1:])
    rows, starts = np.nonzero(begins)
    _, lasts = np.nonzero(ends)
    yield from zip(rows.tolist(), starts.tolist(), (lasts + 1).tolist(), strict=True)


def _longer_than_before(
    hours: Hours, runs: Iterable[tuple[int, int, int]], least: int
) -> Iterator[tuple[int, int, int, int]]:
    """Runs that reach into the days to validate, are long, and longer than the row's others."""
    by_row: dict[int, list[tuple[int, int]]] = {}
    for row, start, end in runs:
        by_row.setdefault(row, []).append((start, end))
    edge = HISTORY_DAYS * DAY
    for row, spans in by_row.items():
        for start, end in spans:
            if end <= edge or end - start < least:
                continue
            if np.count_nonzero(hours.measured[row, :start]) < LEAST_HISTORY_HOURS:
                continue
            before = max((high - low for low, high in spans if high <= start), default=0)
            if end - start >= AGAINST_HISTORY * before:
                yield row, start, end, before


def _frozen(hours: Hours) -> Iterator[Flag]:
    same = np.zeros(hours.values.shape, dtype=np.bool_)
    same[:, 1:] = hours.values[:, 1:] == hours.values[:, :-1]
    steady = hours.measured & (hours.values >= FROZEN_QUANTA * hours.quantum[:, None])
    steady &= hours.values > 0
    runs = _runs(steady, same)
    for row, start, end, before in _longer_than_before(hours, runs, FROZEN_HOURS):
        told = {
            "value": float(hours.values[row, start]),
            "hours": float(end - start),
            "longest_before": float(before),
        }
        yield Flag(row, Rule.FROZEN, hours.start + start, hours.start + end, told)


def _zero_runs(hours: Hours) -> Iterator[Flag]:
    zero = hours.measured & (hours.values == 0)
    runs = _runs(zero, np.ones_like(zero))
    for row, start, end, before in _longer_than_before(hours, runs, ZERO_HOURS):
        told = {"hours": float(end - start), "longest_before": float(before)}
        yield Flag(row, Rule.ZERO_RUN, hours.start + start, hours.start + end, told)


@dataclass(frozen=True, slots=True)
class _LikeDays:
    """Lowest and highest of the like days of each day, NaN where too few are known."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]


def _like_days(figures: NDArray[np.float64]) -> _LikeDays:
    """Of daily figures with NaN where unknown, shape ``(n, d)``: the same weekday before."""
    size, days = figures.shape
    like = np.full((LIKE_DAYS, size, days), np.nan)
    for back in range(1, LIKE_DAYS + 1):
        if days > back * WEEK:
            like[back - 1, :, back * WEEK :] = figures[:, : -back * WEEK]
    enough = np.count_nonzero(~np.isnan(like), axis=0) >= LEAST_LIKE_DAYS
    low = np.fmin.reduce(like, axis=0)
    high = np.fmax.reduce(like, axis=0)
    return _LikeDays(np.where(enough, low, np.nan), np.where(enough, high, np.nan))


def _daily(hours: Hours) -> NDArray[np.float64]:
    values, whole = _days(hours)
    return np.where(whole, values.sum(axis=2), np.nan)


def _high_and_low(hours: Hours) -> Iterator[Flag]:
    sums = _daily(hours)
    like = _like_days(sums)
    coarse = LEAST_DAY_QUANTA * hours.quantum[:, None]
    high = (sums > HIGH * like.high) & (sums - like.high >= coarse)
    low = (sums < LOW * like.low) & (like.low - sums >= coarse)
    for rule, found in ((Rule.HIGH, high), (Rule.LOW, low)):
        yield from _joined(
            hours, rule, found, {"value": sums, "lowest": like.low, "highest": like.high}
        )


def _siblings(hours: Hours) -> Iterator[Flag]:
    sums = _daily(hours)
    middle = np.full(sums.shape, np.nan)
    for number in np.unique(hours.siblings[hours.siblings >= 0]):
        own = np.flatnonzero(hours.siblings == number)
        known = np.count_nonzero(~np.isnan(sums[own]), axis=0)
        days = np.flatnonzero(known > LEAST_SIBLINGS)
        if len(days):
            middle[np.ix_(own, days)] = np.nanmedian(sums[np.ix_(own, days)], axis=0)
    coarse = LEAST_DAY_QUANTA * hours.quantum[:, None]
    share = np.where(middle >= np.maximum(coarse, 1), sums / np.maximum(middle, 1), np.nan)
    like, others = _like_days(share), _like_days(middle)
    usual = (middle <= 2 * others.high) & (2 * middle >= others.low)
    apart = np.minimum(np.abs(share - like.low), np.abs(share - like.high)) * middle
    found = usual & (apart >= coarse)
    found &= (share * SIBLING_RATIO < like.low) | (share > SIBLING_RATIO * like.high)
    told = {"share": share, "lowest": like.low, "highest": like.high, "siblings": middle}
    yield from _joined(hours, Rule.SIBLING, found, told)


def _joined(
    hours: Hours, rule: Rule, found: Mask, told: Mapping[str, NDArray[np.float64]]
) -> Iterator[Flag]:
    """Join neighbouring days; the first one is the evidence."""
    late = found.copy()
    late[:, :HISTORY_DAYS] = False
    for row, start, end in _runs(late, np.ones_like(late)):
        low, high = hours.start + start * DAY, hours.start + end * DAY
        yield Flag(row, rule, low, high, {n: float(a[row, start]) for n, a in told.items()})


@dataclass(frozen=True, slots=True)
class Steps:
    """From one counter that came to the next one of the same meter; arrays of shape ``(k,)``."""

    row: NDArray[np.int64]
    hour: NDArray[np.int64]
    """Hour at whose end the later one was counted."""

    hours: NDArray[np.int64]
    """Between the two."""

    before: NDArray[np.int64]
    after: NDArray[np.int64]
    wrap: NDArray[np.int64]
    most_an_hour: NDArray[np.float64]
    """Pulses at the capacity of the point."""


def counter_flags(steps: Steps) -> list[Flag]:
    """Counters that ran backwards, began again, or went on faster than the point can take.

    A step is judged where the counter cannot have gone round meanwhile.

    Examples
    --------
    >>> one = np.array([0, 0, 0]), np.array([7, 8, 9]), np.array([1, 1, 1])
    >>> before, after = np.array([500, 490, 70_000]), np.array([490, 3, 90_000])
    >>> steps = Steps(*one, before, after, np.full(3, 2**32), np.full(3, 40.0))
    >>> [str(flag.rule) for flag in counter_flags(steps)]
    ['backwards', 'reset', 'above_capacity']
    """
    most = FLOW_MARGIN * steps.most_an_hour * steps.hours
    ahead = (steps.after - steps.before) % steps.wrap
    back = steps.wrap - ahead
    wrong = (ahead > most) & (most < steps.wrap / 2)
    flags = []
    for at in np.flatnonzero(wrong).tolist():
        rule = Rule.ABOVE_CAPACITY
        if steps.after[at] < steps.before[at]:
            rule = Rule.BACKWARDS if back[at] <= most[at] else rule
            if rule is Rule.ABOVE_CAPACITY and steps.after[at] <= most[at]:
                rule = Rule.RESET
        told = {
            "before": float(steps.before[at]),
            "after": float(steps.after[at]),
            "hours": float(steps.hours[at]),
            "most": float(most[at]),
        }
        end = int(steps.hour[at]) + 1
        flags.append(Flag(int(steps.row[at]), rule, end - int(steps.hours[at]), end, told))
    return flags


@dataclass(frozen=True, slots=True)
class Removed:
    """Meters that were removed and read then; arrays of shape ``(k,)``, in Wh or litres."""

    row: NDArray[np.int64]
    hour: NDArray[np.int64]
    """Hour in which it was removed."""

    initial: EnergyArray
    counted: EnergyArray
    """Register by the last counter."""

    final: EnergyArray
    """Register that somebody read."""

    last_hours: NDArray[np.int64]
    """From the last counter to the removal."""

    most_an_hour: EnergyArray
    """At the capacity of the point."""


def loss_flags(removed: Removed) -> list[Flag]:
    """Meters whose dial went on further than their pulses say: pulses were lost on the way."""
    lost = removed.final - removed.counted - removed.last_hours * removed.most_an_hour
    went = removed.final - removed.initial
    found = (lost > LOSS_SHARE * went) & (lost > LOSS_UNIT)
    return [
        Flag(
            int(removed.row[at]),
            Rule.PULSE_LOSS,
            int(removed.hour[at]),
            int(removed.hour[at]) + 1,
            {
                "counted": float(removed.counted[at] - removed.initial[at]),
                "dial": float(went[at]),
            },
        )
        for at in np.flatnonzero(found).tolist()
    ]
