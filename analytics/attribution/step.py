"""One step of the search: the likeliest explanation joins those found before."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from analytics.attribution.contest import Fitted, contest, skew, spread_likelihood
from analytics.attribution.hypotheses import (
    Cause,
    Hypothesis,
    Survey,
    begun,
    shortlist,
    survey,
    turned,
)
from analytics.attribution.judgement import Kind
from analytics.attribution.preparation import Prepared
from analytics.attribution.screening import Frame, fit, nuisance, scatter
from analytics.attribution.thresholds import Thresholds
from analytics.attribution.window import FloatArray
from domain.quantities import Mask

_FIRST_NOISE = 0.003
_LOOSE = (Kind.STUCK, Kind.CAPPED, Kind.CLOCK_SKEW, Cause.BY_HOUR)
"""Explanations that know when energy vanished, but only roughly how much in each hour."""

_SECOND_LOOK = 16
_LEAST_QUIET = 72
_FEW_HOURS = 2
_FEW_SHARE = 0.6
"""An explanation must keep this share of the alarm without its best two hours: a register that
hiccups is no theft."""

_WITHIN_DAYS = 1.5
"""Times the alarm that a share which changes by the day must score inside of the days: the noise of
whole days could feign the rest."""

_SPIKE = 8.0
_MOST_SPIKES = 0.005
_LEAST_BLOCKS = 4
_LEAST_BLOCK_HOURS = 12
_LEAST_HOURS = 48
_MOST_LIKE = 0.95
_BY_CHANCE = 2.5
"""Standard errors of a correlation up to which it is taken for chance."""

_MEDIAN_OF_SQUARES = 0.455
"""Median of the square of a standard normal number."""

_MOST_EXCUSED = 6
"""Clocks off by less than is worth a finding that are let off in one group."""

LEAST_OF_LARGEST = 0.03
"""Share of the largest loss that a further one must come to: no model of the former is exact."""


@dataclass(frozen=True, slots=True)
class Found:
    """One explanation that holds, and those that came next."""

    fitted: Fitted
    rivals: list[Fitted]
    """Further explanations, the likeliest first."""

    score: float
    placebo: float


@dataclass(frozen=True, slots=True)
class State:
    """What is explained so far, and what is left."""

    prepared: Prepared
    columns: FloatArray
    """Technical losses and what was found, shape ``(k, t)``."""

    frame: Frame
    told: Survey
    found: tuple[Found, ...] = ()
    excused: tuple[FloatArray, ...] = ()
    """What clocks explain that are off by less than is worth a finding, shape ``(t,)`` each."""

    paid: float = 0.0
    """What their freedom costs, in log-likelihood."""

    @classmethod
    def of(cls, prepared: Prepared, thresholds: Thresholds) -> "State":
        """Nothing is explained yet but technical losses."""
        columns = nuisance(prepared)
        frame = fit(prepared, columns, _FIRST_NOISE, thresholds.noise_share)
        sound = _without_spikes(prepared, frame)
        if sound is not prepared:
            prepared = sound
            frame = fit(prepared, columns, _FIRST_NOISE, thresholds.noise_share)
        return cls(prepared, columns, frame, survey(prepared, frame))

    def strongest(self) -> float:
        """Score of the strongest explanation; of a first one by what it would leave, too."""
        best = self.told.best
        return best if self.found else max(best, self.told.by_own_noise(best))

    def likelihood(self, weight: FloatArray) -> float:
        """Log-likelihood of what is left, with what the freedom of all explanations costs.

        As in the contest what is left may scatter differently since each of them began, against
        one and the same weight of the hours: else an explanation that leaves much would be paid
        for with the noise that it makes of it, and one that leaves nothing would gain nothing.
        """
        apart, used = self.frame.residual * np.sqrt(weight), weight > 0
        begins = {int(self.prepared.starts[one.fitted.hypothesis.first]) for one in self.found}
        edges = sorted({0, *begins, len(used)})
        told = sum(
            spread_likelihood(apart[low:high], used[low:high]) for low, high in pairwise(edges)
        )
        freedom = sum(one.fitted.penalty - one.fitted.level for one in self.found)
        return told - freedom - self.paid


def advance(
    state: State, winner: Fitted, rivals: list[Fitted], thresholds: Thresholds
) -> State | None:
    """Let an explanation join those found before; None when it does not hold."""
    wider, noise = widened(state.prepared, state.frame, winner)
    columns = np.concatenate((state.columns, winner.missing[None, :]))
    frame = fit(wider, columns, noise, thresholds.noise_share)
    told = survey(wider, frame)
    scores = _scores(state, told, winner, thresholds)
    if scores is None or not _stands(state, winner, thresholds):
        return None
    what, excused = winner.hypothesis.what, state.excused
    if what is Kind.CLOCK_SKEW and skew(winner) < thresholds.least_skew_s / 3600:
        if len(excused) >= _MOST_EXCUSED:
            return None
        paid = state.paid + winner.penalty
        return State(wider, columns, frame, told, state.found, (*excused, winner.missing), paid)
    found = (*state.found, Found(winner, rivals, *scores))
    return State(wider, columns, frame, told, found, excused, state.paid)


def _scores(
    state: State, told: Survey, winner: Fitted, thresholds: Thresholds
) -> tuple[float, float] | None:
    """Scores of the strongest explanation and of the strongest impossible one; None for no alarm.

    In standard deviations of the noise that was fitted, or of what a first explanation leaves: the
    latter counts where neighbouring hours that resemble each other cannot feign it.
    """
    best, placebo = state.told.best, min(state.told.placebo, told.placebo)
    scores = best, placebo
    if not state.found and winner.score >= thresholds.alarm:
        own = state.told.by_own_noise
        scores = own(best), min(own(state.told.placebo), told.by_own_noise(told.placebo))
    for strongest, impossible in sorted((scores, (best, placebo)), reverse=True):
        if strongest >= max(thresholds.alarm, thresholds.placebo * impossible):
            return strongest, impossible
    return None


def _stands(state: State, winner: Fitted, thresholds: Thresholds) -> bool:
    """Whether an explanation is large enough, and rests on more than some hours or days."""
    what = winner.hypothesis.what
    if _small(state, winner, thresholds):
        return False
    if _rests_on_few(state.frame, winner) < _FEW_SHARE * thresholds.alarm:
        return False
    if what is Kind.SLOWED_BY_DAYS and within_days(state, winner) < _WITHIN_DAYS * thresholds.alarm:
        return False
    few = len(state.prepared.starts) < _LEAST_BLOCKS
    strict = what is Kind.CLOCK_SKEW or bool(state.found) or few
    return not strict or winner.score >= thresholds.alarm


def ranked(state: State) -> list[Fitted]:
    """Contest twice: with the noise that nothing explains, then with what the best one leaves."""
    prepared, frame = state.prepared, state.frame
    closed = _closed(state)
    hypotheses = shortlist(prepared, frame, state.told)
    first = contest(prepared, frame, [one for one in hypotheses if one.member not in closed])
    if not first:
        return []
    quiet = max(scatter(prepared, first[0].residual, frame.noise), frame.noise / 50)
    sharper = fit(prepared, frame.columns, min(quiet, frame.noise))
    some = [one.hypothesis for one in first[:_SECOND_LOOK]]
    some += [one.hypothesis for one in first[_SECOND_LOOK:] if one.hypothesis.member is None]
    return contest(prepared, sharper, some + _shifted(prepared, first[0].hypothesis)) or first


def _without_spikes(prepared: Prepared, frame: Frame) -> Prepared:
    """Leave out hours in which a register hiccups: one or two, far off, between quiet ones.

    Many of them are no hiccups, and stay.
    """
    far = np.abs(frame.residual) * np.sqrt(frame.weight)
    edges = np.diff(np.concatenate(([0], (far > _SPIKE).astype(int), [0])))
    begins, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    padded = np.concatenate(([0.0], far, [0.0]))
    lonely = (ends - begins <= 2) & (np.maximum(padded[begins], padded[ends + 1]) < _SPIKE / 2)
    left = prepared.usable.copy()
    for begin, end in zip(begins[lonely], ends[lonely], strict=True):
        left[begin:end] = False
    dropped = np.count_nonzero(prepared.usable & ~left)
    if not 0 < dropped <= max(3, _MOST_SPIKES * np.count_nonzero(prepared.usable)):
        return prepared
    return replace(prepared, usable=left)


def persistence(prepared: Prepared, frame: Frame, first: int) -> float:
    """How many times larger the noise of whole days is than independent hours would make it.

    By the median of the squared sums of days, and of three days, and by how much neighbouring hours
    resemble each other, before an explanation begins; of all days when those are few. Drawn towards
    one as long as they are few.
    """
    apart = frame.residual * np.sqrt(frame.weight)
    largest = _lasting_hours(apart, frame.weight > 0, int(prepared.starts[first]))
    for length in (1, 3):
        block = prepared.day // length
        sums = np.bincount(block, apart)
        counts = np.bincount(block, frame.weight > 0)
        used = counts >= _LEAST_BLOCK_HOURS
        before = used & (np.arange(len(sums)) < first // length)
        if np.count_nonzero(before) >= _LEAST_BLOCKS:
            used = before
        few = np.count_nonzero(used)
        if few < _LEAST_BLOCKS:
            continue
        size = float(np.median(sums[used] ** 2 / counts[used])) / _MEDIAN_OF_SQUARES
        largest = max(largest, (few * size + _LEAST_BLOCKS) / (few + _LEAST_BLOCKS))
    return largest


def _lasting_hours(apart: FloatArray, used: Mask, begins: int) -> float:
    """The same by the correlation of neighbours alone, of noise that forgets at an even rate.

    One that chance could feign is none.
    """
    told = apart[:begins] if np.count_nonzero(used[:begins]) >= _LEAST_HOURS else apart
    count = int(np.count_nonzero(told))
    whole = float((told**2).sum())
    like = float((told[1:] * told[:-1]).sum()) / whole if whole > 0 else 0.0
    like = min(like, _MOST_LIKE) if like > _BY_CHANCE / np.sqrt(max(count, 1)) else 0.0
    return (1 + like) / (1 - like)


def within_days(state: State, winner: Fitted) -> float:
    """Score of an explanation inside of the days alone, without what it says of their means."""
    root = np.sqrt(state.frame.weight)
    day = turned(state.prepared, winner.hypothesis.turn) + 1  # hours before the first turn: 0
    count = np.maximum(np.bincount(day, root > 0), 1)
    shape, seen = winner.missing * root, (winner.residual + winner.missing) * root
    shape -= (np.bincount(day, shape) / count)[day] * (root > 0)
    seen -= (np.bincount(day, seen) / count)[day] * (root > 0)
    power = float((shape**2).sum())
    return float(shape @ seen) / np.sqrt(power) if power > 0 else 0.0


def _closed(state: State) -> set[int]:
    """Members of whom no more can be told: what their loose explanation leaves is its own error."""
    told = (one.fitted.hypothesis for one in state.found)
    return {one.member for one in told if one.member is not None and one.what in _LOOSE}


def _shifted(prepared: Prepared, best: Hypothesis) -> list[Hypothesis]:
    """The same explanation beginning a day or two earlier or later."""
    days = len(prepared.starts)
    return [begun(prepared, best, best.first + by) for by in (1, 2) if best.first + by < days]


def _rests_on_few(frame: Frame, winner: Fitted) -> float:
    """Score that is left without the two hours that speak for an explanation most."""
    shape = winner.missing * np.sqrt(frame.weight)
    seen = (winner.residual + winner.missing) * np.sqrt(frame.weight)
    told = shape * seen
    kept = np.argsort(told)[:-_FEW_HOURS]
    power = float((shape[kept] ** 2).sum())
    return float(told[kept].sum()) / np.sqrt(power) if power > 0 else 0.0


def _small(state: State, winner: Fitted, thresholds: Thresholds) -> bool:
    """Whether the loss is too small a share of what was delivered since, or of the largest one."""
    if winner.hypothesis.what is Kind.CLOCK_SKEW:
        return False
    since = state.prepared.day >= winner.hypothesis.first
    whole = float(state.prepared.delivered[since].sum())
    lost = abs(float(winner.missing.sum()))
    largest = max((abs(float(one.fitted.missing.sum())) for one in state.found), default=0.0)
    return lost < max(thresholds.least_share * whole, LEAST_OF_LARGEST * largest)


def widened(prepared: Prepared, frame: Frame, winner: Fitted) -> tuple[Prepared, float]:
    """Trust hours less in which an explanation knows the energy only roughly; and the noise.

    The excess is taken by local hour, and grown by how much neighbours resemble each other.
    """
    if winner.hypothesis.what not in _LOOSE:
        return prepared, frame.noise
    active = (np.abs(winner.missing) > 0) & prepared.usable
    quiet = prepared.usable & ~active
    noise = frame.noise
    if np.count_nonzero(quiet) > _LEAST_QUIET:
        apart = np.abs(winner.residual) / np.sqrt(prepared.variance(noise))
        noise *= min(float(np.median(apart[quiet])) / 0.6745, 1.0)
    squares = np.where(active, winner.residual**2 - prepared.variance(noise), 0.0)
    total = np.bincount(prepared.hour, squares, minlength=24) + max(float(squares.sum()), 0) / 24
    count = np.bincount(prepared.hour, active, minlength=24) + np.count_nonzero(active) / 24
    excess = np.maximum(total / np.maximum(count, 1e-9), 0.0)[prepared.hour]
    excess *= (1 + winner.likeness) / (1 - winner.likeness)
    return prepared.widened(np.where(active, excess, 0.0)), noise
