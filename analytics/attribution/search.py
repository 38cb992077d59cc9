"""One explanation after the other, until what is left is noise."""

from dataclasses import dataclass, replace

import numpy as np

from analytics.attribution.contest import Fitted, contest, fit_one
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
class Case:
    """All explanations of one group, and what they leave."""

    prepared: Prepared
    frame: Frame
    found: list[Found]
    best: float
    """Score of the strongest explanation at first sight."""

    placebo: float


def search(prepared: Prepared, thresholds: Thresholds) -> Case:
    """Explain the imbalance of a group, the strongest explanation first."""
    columns = nuisance(prepared)
    frame = fit(prepared, columns, _FIRST_NOISE, thresholds.noise_share)
    told = survey(prepared, frame)
    first, found = told, list[Found]()
    for _ in range(thresholds.culprits + 1):
        if told.best < thresholds.alarm:
            break
        ranked = _ranked(prepared, frame, told, _closed(found))
        if not ranked:
            break
        winner = ranked[0]
        wider, noise = _widened(prepared, frame, winner)
        columns = np.concatenate((columns, winner.missing[None, :]))
        after = fit(wider, columns, noise, thresholds.noise_share)
        left = survey(wider, after)
        placebo = min(told.placebo, left.placebo)
        if told.best < thresholds.placebo * placebo or _small(prepared, winner, found, thresholds):
            break
        if _rests_on_few(frame, winner) < _FEW_SHARE * thresholds.alarm:
            break
        if winner.score < thresholds.alarm and (found or winner.hypothesis.what is Kind.CLOCK_SKEW):
            break
        found.append(Found(winner, ranked[1:], told.best, placebo))
        prepared, frame, told = wider, after, left
    return _settled(Case(prepared, frame, found, first.best, first.placebo))


def _closed(found: list[Found]) -> set[int]:
    """Members of whom no more can be told: what their loose explanation leaves is its own error."""
    told = (one.fitted.hypothesis for one in found)
    return {one.member for one in told if one.member is not None and one.what in _LOOSE}


def _ranked(prepared: Prepared, frame: Frame, told: Survey, closed: set[int]) -> list[Fitted]:
    """Contest twice: with the noise that nothing explains, then with what the best one leaves."""
    hypotheses = shortlist(prepared, frame, told)
    hypotheses = [one for one in hypotheses if one.member not in closed]
    ranked = contest(prepared, frame, hypotheses)
    if not ranked:
        return []
    quiet = max(scatter(prepared, ranked[0].residual, frame.noise), frame.noise / 50)
    sharper = fit(prepared, frame.columns, min(quiet, frame.noise))
    some = [one.hypothesis for one in ranked[:_SECOND_LOOK]]
    some += [one.hypothesis for one in ranked[_SECOND_LOOK:] if one.hypothesis.member is None]
    again = contest(prepared, sharper, some + _shifted(prepared, ranked[0].hypothesis))
    return again or ranked


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


def _small(prepared: Prepared, winner: Fitted, found: list[Found], thresholds: Thresholds) -> bool:
    """Whether the loss is too small a share of what was delivered since, or of the largest one."""
    if winner.hypothesis.what is Kind.CLOCK_SKEW:
        return False
    since = prepared.day >= winner.hypothesis.first
    whole = float(prepared.delivered[since].sum())
    lost = abs(float(winner.missing.sum()))
    largest = max((abs(float(one.fitted.missing.sum())) for one in found), default=0.0)
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


def _settled(case: Case) -> Case:
    """Fit each explanation again beside all others, with the noise that is left in the end."""
    if not case.found:
        return case
    curves: list[FloatArray] = [item.fitted.missing for item in case.found]
    basis = nuisance(case.prepared)
    settled = list[Found]()
    for place, item in enumerate(case.found):
        others = [curve for other, curve in enumerate(curves) if other != place]
        columns = np.concatenate((basis, np.reshape(others, (len(others), basis.shape[1]))))
        frame = fit(case.prepared, columns, case.frame.noise)
        again = fit_one(case.prepared, frame, item.fitted.hypothesis)
        if again is None:
            again = item.fitted
        curves[place] = again.missing
        again = replace(again, likelihood=item.fitted.likelihood, level=item.fitted.level)
        settled.append(replace(item, fitted=again))
    frame = fit(case.prepared, np.concatenate((basis, curves)), case.frame.noise)
    return replace(case, frame=frame, found=settled)
