"""One explanation after the other, until what is left is noise."""

from dataclasses import dataclass, replace

import numpy as np

from analytics.attribution.contest import Fitted, fit_one
from analytics.attribution.hypotheses import Cause
from analytics.attribution.judgement import Kind
from analytics.attribution.preparation import Prepared
from analytics.attribution.screening import Frame, fit, nuisance
from analytics.attribution.step import Found, State, advance, persistence, ranked
from analytics.attribution.thresholds import Thresholds
from analytics.attribution.window import FloatArray

_DETOURS = 1


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
    start = State.of(prepared, thresholds)
    end = _explain(start, thresholds, _DETOURS)
    held = [one for one in end.found if _holds(end, one, thresholds)]
    return _settled(Case(end.prepared, end.frame, held, start.told.best, start.told.placebo))


def _holds(end: State, one: Found, thresholds: Thresholds) -> bool:
    """Whether an explanation stands out of noise that lasts for days, too."""
    lasting = persistence(end.prepared, end.frame, one.fitted.hypothesis.first)
    return one.score >= thresholds.alarm * float(np.sqrt(lasting))


def _explain(state: State, thresholds: Thresholds, detours: int) -> State:
    """Go on until nothing is left to explain, or nothing explains it."""
    while len(state.found) <= thresholds.culprits and state.told.best >= thresholds.alarm:
        fits = ranked(state)
        ahead = advance(state, fits[0], fits[1:], thresholds) if fits else None
        if ahead is None:
            break
        if detours and fits[0].hypothesis.what is Cause.BY_HOUR:
            return _choice(state, ahead, fits, thresholds, detours)
        state = ahead
    return state


def _choice(
    state: State, ahead: State, fits: list[Fitted], thresholds: Thresholds, detours: int
) -> State:
    """Go on from a load of which next to nothing is known, or from the likeliest member.

    Two culprits at once look like such a load to an explanation by one. So both ways are gone to
    their end, and the one with the likelier end holds.
    """
    straight = _explain(ahead, thresholds, detours - 1)
    member = next((one for one in fits if _metered(one)), None)
    if member is None:
        return straight
    rivals = [one for one in fits if one is not member]
    aside = advance(state, member, rivals, thresholds)
    if aside is None:
        return straight
    aside = _explain(aside, thresholds, detours - 1)
    margin = aside.likelihood() - straight.likelihood()
    if margin <= 0:
        return straight
    place, most = len(state.found), member.likelihood - margin
    lowered = [
        replace(one, likelihood=min(one.likelihood, most)) if one.hypothesis.member is None else one
        for one in rivals
    ]
    found = list(aside.found)
    found[place] = replace(found[place], rivals=lowered)
    return replace(aside, found=tuple(found))


def _metered(fitted: Fitted) -> bool:
    what = fitted.hypothesis.what
    return isinstance(what, Kind) and what is not Kind.CLOCK_SKEW


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
