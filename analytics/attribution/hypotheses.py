"""Explanations that are worth a closer look, each with its columns and what it foretells."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from analytics.attribution.forms import of_displaced, of_unseen
from analytics.attribution.judgement import Kind
from analytics.attribution.preparation import Prepared
from analytics.attribution.screening import Frame, Screen, screen
from analytics.attribution.shapes import LEAST_EXCUSE, Shapes, all_shapes, everyday
from analytics.attribution.switching import likeliest
from analytics.attribution.window import FloatArray, IntArray

_OLD_SILENCE = 0.5
SILENT_BEFORE = 0.02
"""Most hours, as a share, in which a meter that fell silent for good counted nothing before."""

_PART = 0.5
"""Share of a constant led past a meter that is missing in hours in which nothing is left to
count: all that was taken, which is less."""

_DAILY = 1.0
"""Standard deviation of a share that changes from day to day, of a member or of a load."""

_TURNS = 24
_TURN_GAIN = 20.0
"""By how much the sum of squares that shares by the day explain, in variances, must be larger when
the days begin at another hour than midnight: there are 23 of them, and one fits best by chance."""

_MOST_EXPLAINED = 0.999
_CLOSE = 3
"""How many members of each kind get the forms of which little is known."""


class Cause(StrEnum):
    """Explanations that accuse no member."""

    CONSTANT = "constant"
    SWITCHED = "switched"
    EVERYDAY = "everyday"
    BY_DAYS = "by_days"
    BY_HOUR = "by_hour"
    GAIN = "gain"
    NEGATIVE_OFFSET = "negative_offset"


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One explanation that begins on one day."""

    what: Kind | Cause
    member: int | None
    first: int
    """Day with which it begins."""

    columns: FloatArray
    """Shape ``(k, t)``, zero before it begins. The first is the whole shape, further ones are
    deviations from it."""

    spread: float = 0.0
    """Standard deviation that the deviations are expected to have, as a coefficient."""

    turn: int = 0
    """Local hour at which a share that changes from day to day does so."""

    choice: float = 0.0
    """Logarithm of how many such explanations it was chosen from."""


@dataclass(frozen=True, slots=True)
class Survey:
    """All that one screen of a group found."""

    shapes: list[Shapes]
    screens: list[Screen]
    group: Screen
    """Of a constant, an everyday load and all that was delivered, in this order."""

    placebo: float
    """Largest score of an impossible sign."""

    best: float
    """Largest score of a possible one."""

    power: float
    """Sum of the squares of what was left to explain, in its variances."""

    freedom: int
    """Hours beyond those that the columns which were fitted took."""

    def by_own_noise(self, score: float) -> float:
        """A score in standard deviations of what its explanation would leave (Student's t).

        Where a loss is in nearly all hours it is a part of the noise that was fitted to them, and
        no explanation reaches more than the root of their number.
        """
        share = min(score**2 / max(self.power, 1e-12), _MOST_EXPLAINED)
        return float(np.sqrt(self.freedom * share / (1 - share)))


def survey(prepared: Prepared, frame: Frame) -> Survey:
    """Screen all shapes of all members and of the group."""
    shapes = all_shapes(prepared)
    screens = [screen(frame, item.values, prepared.starts) for item in shapes]
    columns = np.stack((np.ones(len(prepared.hour)), everyday(prepared), prepared.delivered))
    group = screen(frame, columns, prepared.starts)
    best, placebo = float(group.score[:2].max(initial=0.0)), 0.0
    best = max(best, float(np.abs(group.score[2]).max(initial=0.0)), -float(group.score[0].min()))
    for item, one in zip(shapes, screens, strict=True):
        best = max(best, float(_scores(item, one).max(initial=0.0)))
        if item.kind is not Kind.CLOCK_SKEW:  # a clock may be off to either side
            placebo = max(placebo, -float(one.score.min(initial=0.0)))
    power = float((frame.weight * frame.residual**2).sum())
    freedom = max(int(np.count_nonzero(frame.weight)) - len(frame.columns) - 1, 0)
    return Survey(shapes, screens, group, placebo, best, power, freedom)


def _scores(shapes: Shapes, told: Screen, clock_least: float | None = None) -> FloatArray:
    """Scores of coefficients that mean something, else 0; a clock may be off to either side."""
    clock = shapes.kind is Kind.CLOCK_SKEW
    size = np.abs(told.coefficient) if clock else told.coefficient
    score = np.abs(told.score) if clock else told.score
    least = shapes.least if clock_least is None or not clock else clock_least
    return np.where((size >= least) & (size <= shapes.most), score, 0.0)


def latest_best(score: FloatArray) -> int:
    """Day of the best score; of equal ones the latest, which begins where the shape does."""
    return int(len(score) - 1 - np.argmax(score[::-1]))


def shortlist(prepared: Prepared, frame: Frame, told: Survey, members: int = 8) -> list[Hypothesis]:
    """Hypotheses for the contest: those of the likeliest members, and those without any."""
    constant, usual, gain = told.group.score
    commons = {latest_best(constant), latest_best(usual)}
    found = _group_hypotheses(prepared, frame, commons | {latest_best(np.abs(gain))})
    found += [
        Hypothesis(
            Cause.NEGATIVE_OFFSET,
            None,
            latest_best(-constant),
            _from(prepared, np.ones((1, len(prepared.hour))), latest_best(-constant)),
        )
    ]
    for item, one in zip(told.shapes, told.screens, strict=True):
        score = _scores(item, one, LEAST_EXCUSE)
        most = score.max(axis=1)
        for rank, place in enumerate(np.argsort(-most)[:members]):
            if most[place] < 2:
                break
            first = latest_best(score[place])
            if item.kind is Kind.STUCK and not _silence_is_new(
                prepared, int(item.member[place]), first
            ):
                first = 0
            found += _member_hypotheses(prepared, item, int(place), first)[
                : None if rank < _CLOSE else 1
            ]
    found += _fallen_silent(prepared, told.shapes)
    found += _switched(prepared, frame)
    found += _offsets(prepared, latest_best(constant))
    return found + _by_days(prepared, frame, commons | {0}, members)


def _switched(prepared: Prepared, frame: Frame) -> list[Hypothesis]:
    return [
        Hypothesis(Cause.SWITCHED, None, one.first, one.shape[None, :], choice=one.choice)
        for one in likeliest(prepared, frame)
    ]


def _fallen_silent(prepared: Prepared, shapes: list[Shapes]) -> list[Hypothesis]:
    """Meters that counted until some day and nothing since, from that day on, in all their forms.

    Hardly any meter does that, so each is looked at however badly its habit fits: homes take more
    or less than they used to.
    """
    silent, last = prepared.measured & (prepared.readings <= 0), len(prepared.starts) - 1
    found = list[Hypothesis]()
    for item in shapes:
        if item.kind is not Kind.STUCK:
            continue
        for place, member in enumerate(item.member.tolist()):
            counted = np.flatnonzero(prepared.readings[member] > 0)
            first = int(prepared.day[counted[-1]]) + 1 if len(counted) else 0
            before = prepared.measured[member] & (prepared.day < first)
            if not 0 < first <= last or silent[member, before].mean() > SILENT_BEFORE:
                continue
            for day in (first - 1, first):
                found += _member_hypotheses(prepared, item, place, day)
    return found


def _silence_is_new(prepared: Prepared, member: int, first: int) -> bool:
    """Whether a meter is silent more often since a day than before, or nothing is known before.

    A silence that cost nothing before is no theft now: it is one from the first day, or none.
    """
    silent, measured = prepared.readings[member] <= 0, prepared.measured[member]
    before, since = measured & (prepared.day < first), measured & (prepared.day >= first)
    if not before.any() or not since.any():
        return True
    return bool(silent[before].mean() <= _OLD_SILENCE * silent[since].mean())


def _member_hypotheses(
    prepared: Prepared, item: Shapes, place: int, first: int
) -> list[Hypothesis]:
    values, member = item.values[place], int(item.member[place])
    if item.kind in (Kind.STUCK, Kind.CAPPED):
        anything = (values > 0) / len(prepared.readings)
        forms = [*of_unseen(prepared, values), *list(of_unseen(prepared, anything))[3:]]
    elif item.kind is Kind.CLOCK_SKEW:
        forms = list(of_displaced(prepared, values, member))
    else:
        forms = [(values[None, :], 0.0)]
    return [
        Hypothesis(item.kind, member, first, _from(prepared, columns, first), spread)
        for columns, spread in forms
    ]


def _group_hypotheses(prepared: Prepared, frame: Frame, firsts: set[int]) -> list[Hypothesis]:
    everywhere = np.full(len(prepared.hour), 1 / len(prepared.readings))
    _, constant, usual, by_hour, unknown = of_unseen(prepared, everywhere)
    daily = _Daily.of(prepared, frame, np.concatenate((constant[0][:1], usual[0][:1])))
    found = list[Hypothesis]()
    for first in sorted(firsts):
        found += [
            Hypothesis(what, None, first, _from(prepared, columns, first), spread)
            for what, (columns, spread) in (
                (Cause.CONSTANT, constant),
                (Cause.EVERYDAY, usual),
                (Cause.BY_HOUR, by_hour),
                (Cause.BY_HOUR, unknown),
                (Cause.GAIN, (prepared.delivered[None, :], 0.0)),
            )
        ]
        _, turns = daily.best(first)
        for (values, _), turn in zip((constant, usual), turns.tolist(), strict=True):
            columns = _daily(prepared, values[0], first, turn)
            found.append(Hypothesis(Cause.BY_DAYS, None, first, columns, _DAILY, turn))
    return found


def _offsets(prepared: Prepared, first: int) -> list[Hypothesis]:
    """A constant flow led past the meter, of the members that fell most since the loss began.

    The loss alone looks like that of an unmetered load: only the member's own level tells them
    apart.
    """
    since = prepared.day >= first
    if first == 0:
        return []
    before = np.mean(prepared.readings[:, ~since], axis=1)
    after = np.mean(prepared.readings[:, since], axis=1)
    fell = np.where(before > 0, 1 - after / np.maximum(before, 1e-12), 0.0)
    shapes = np.where(prepared.readings > 0, 1.0, _PART)
    return [
        Hypothesis(Kind.OFFSET, int(member), first, _from(prepared, shapes[member][None, :], first))
        for member in np.argsort(-fell)[:_CLOSE]
        if fell[member] > 0
    ]


@dataclass(frozen=True, slots=True)
class _Daily:
    """How much of a residual shapes explain that have a share of their own each day.

    A day may begin at any hour: who sets a shunt anew does so when it suits, and the clock by which
    days are told apart need not be that of the site.
    """

    day: IntArray
    """Day of each block, of each turn; shape ``(24, d + 1)``, the last ones may be empty."""

    gain: FloatArray
    """Sum of squares, in variances, shape ``(24, n, d + 1)``."""

    @classmethod
    def of(cls, prepared: Prepared, frame: Frame, values: FloatArray) -> "_Daily":
        """Of shapes ``(n, t)``."""
        weighted = values * frame.weight
        sums = [
            np.concatenate((np.zeros((len(values), 1)), part.cumsum(axis=1)), axis=1)
            for part in (weighted * frame.residual, weighted * values)
        ]
        blocks = len(prepared.starts) + 1
        day = np.full((_TURNS, blocks), -1)
        gain = np.zeros((_TURNS, len(values), blocks))
        for turn in range(_TURNS):
            own = turned(prepared, turn)
            edges = np.flatnonzero(np.diff(own, prepend=own[0] - 1))
            ends = np.append(edges[1:], len(own))
            with_y, with_self = (part[:, ends] - part[:, edges] for part in sums)
            explained = np.maximum(with_y, 0) ** 2 / np.maximum(with_self, 1e-12)
            day[turn, : len(edges)] = own[edges]
            gain[turn, :, : len(edges)] = explained
        return cls(day, gain)

    def best(self, first: int) -> tuple[FloatArray, IntArray]:
        """What each shape explains from a day on, and the hour of the turn, shape ``(n,)`` each."""
        total = np.einsum("tnd,td->tn", self.gain, (self.day >= first).astype(float))
        turn = total.argmax(axis=0)
        most = np.take_along_axis(total, turn[None, :], axis=0)[0]
        turn = np.where(most > total[0] + _TURN_GAIN, turn, 0)
        return np.take_along_axis(total, turn[None, :], axis=0)[0], turn


def _by_days(prepared: Prepared, frame: Frame, firsts: set[int], members: int) -> list[Hypothesis]:
    """Members whose readings follow the residual within each day, with a share of its own."""
    daily = _Daily.of(prepared, frame, prepared.readings)
    found = []
    # what began at a later hour of a day was no loss of that whole day
    for first in sorted(firsts | {max(one - 1, 0) for one in firsts}):
        gain, turn = daily.best(first)
        likely = np.argsort(-gain)[:members]
        found += [by_days(prepared, int(member), first, int(turn[member])) for member in likely]
    return found


def by_days(prepared: Prepared, member: int, first: int, turn: int) -> Hypothesis:
    """A member that counts a share of its own each day, which changes at a local hour."""
    columns = _daily(prepared, prepared.readings[member], first, turn)
    return Hypothesis(Kind.SLOWED_BY_DAYS, member, first, columns, _DAILY, turn)


def turned(prepared: Prepared, turn: int) -> IntArray:
    """Number of the day of each hour, shape ``(t,)``, where days begin at another local hour."""
    return np.asarray(prepared.day - (prepared.hour < turn))


def _daily(prepared: Prepared, values: FloatArray, first: int, turn: int) -> FloatArray:
    """Values of which each day from one on has a share of its own, shape ``(1 + d, t)``."""
    days: IntArray = np.arange(first, len(prepared.starts))
    each = values * (turned(prepared, turn) == days[:, None])
    return np.concatenate((each.sum(axis=0, keepdims=True), each))


def _from(prepared: Prepared, values: FloatArray, first: int) -> FloatArray:
    """The values from a day on, 0 before."""
    return np.where(prepared.day >= first, values, 0.0)


def begun(prepared: Prepared, hypothesis: Hypothesis, first: int) -> Hypothesis:
    """The same explanation, beginning on a later day."""
    if hypothesis.what is Kind.SLOWED_BY_DAYS and hypothesis.member is not None:
        return by_days(prepared, hypothesis.member, first, hypothesis.turn)
    return replace(hypothesis, first=first, columns=_from(prepared, hypothesis.columns, first))
