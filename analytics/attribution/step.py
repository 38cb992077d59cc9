"""One step of the search: the likeliest explanation joins those found before."""

from dataclasses import dataclass

import numpy as np

from analytics.attribution.contest import Fitted, contest
from analytics.attribution.hypotheses import Cause, Hypothesis, Survey, begun, shortlist, survey
from analytics.attribution.judgement import Kind
from analytics.attribution.preparation import Prepared
from analytics.attribution.screening import Frame, fit, nuisance, scatter
from analytics.attribution.thresholds import Thresholds
from analytics.attribution.window import FloatArray

_FIRST_NOISE = 0.003
_LOOSE = (Kind.STUCK, Kind.CAPPED, Kind.CLOCK_SKEW, Cause.BY_HOUR)
"""Explanations that know when energy vanished, but only roughly how much in each hour."""

_SECOND_LOOK = 16
_LEAST_QUIET = 72
_FEW_HOURS = 2
_FEW_SHARE = 0.6
"""An explanation must keep this share of the alarm without its best two hours: a register that
hiccups is no theft."""

_LEAST_OF_LARGEST = 0.03
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

    @classmethod
    def of(cls, prepared: Prepared, thresholds: Thresholds) -> "State":
        """Nothing is explained yet but technical losses."""
        columns = nuisance(prepared)
        frame = fit(prepared, columns, _FIRST_NOISE, thresholds.noise_share)
        return cls(prepared, columns, frame, survey(prepared, frame))

    def likelihood(self) -> float:
        """Log-likelihood of what is left, with what the freedom of all explanations costs."""
        usable = self.prepared.usable
        variance = self.prepared.variance(self.frame.noise)[usable]
        left = self.frame.residual[usable] ** 2 / variance + np.log(variance)
        paid = sum(one.fitted.penalty - one.fitted.level for one in self.found)
        return -0.5 * float(left.sum()) - paid


def advance(
    state: State, winner: Fitted, rivals: list[Fitted], thresholds: Thresholds
) -> State | None:
    """Let an explanation join those found before; None when it does not hold."""
    wider, noise = _widened(state.prepared, state.frame, winner)
    columns = np.concatenate((state.columns, winner.missing[None, :]))
    frame = fit(wider, columns, noise, thresholds.noise_share)
    told = survey(wider, frame)
    best, placebo = state.told.best, min(state.told.placebo, told.placebo)
    if best < thresholds.placebo * placebo or _small(state, winner, thresholds):
        return None
    if _rests_on_few(state.frame, winner) < _FEW_SHARE * thresholds.alarm:
        return None
    strict = bool(state.found) or winner.hypothesis.what is Kind.CLOCK_SKEW
    if strict and winner.score < thresholds.alarm:
        return None
    found = (*state.found, Found(winner, rivals, best, placebo))
    return State(wider, columns, frame, told, found)


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
    return lost < max(thresholds.least_share * whole, _LEAST_OF_LARGEST * largest)


def _widened(prepared: Prepared, frame: Frame, winner: Fitted) -> tuple[Prepared, float]:
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
