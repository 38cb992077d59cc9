"""Who is behind a loss, asked again once the other losses of the group are known.

An explanation is weighed before those that come after it are found, and two culprits at once look
like a load of which nothing is known. So one that names nobody surely meets its rivals again beside
all others: each in turn, the others held (backfitting; Buja, Hastie and Tibshirani 1989).
"""

from dataclasses import replace

import numpy as np

from analytics.attribution.certainty import sure
from analytics.attribution.hypotheses import survey
from analytics.attribution.screening import fit, nuisance
from analytics.attribution.search import Case, joined, settled
from analytics.attribution.step import Found, State, ranked, widened
from analytics.attribution.thresholds import Thresholds
from analytics.attribution.window import FloatArray

_ROUNDS = 2
_AGAINST = -1.0
"""Log-likelihood of a member's own level below which it speaks against the member. Hours that are
wide because of other losses say less about the shape of this one."""


def reconsidered(case: Case, thresholds: Thresholds) -> Case:
    """The same, in which what named nobody surely was contested again beside all others."""
    for _ in range(_ROUNDS if len(case.found) > 1 else 0):
        before = case
        for place in range(len(case.found)):
            if not _named(place, case, thresholds):
                case = _again(case, place, thresholds)
        if case is before:
            break
    return case


def _named(place: int, case: Case, thresholds: Thresholds) -> bool:
    one = case.found[place]
    return one.fitted.hypothesis.member is not None and sure(one, case, thresholds)


def _again(case: Case, place: int, thresholds: Thresholds) -> Case:
    """The same with the likeliest explanation beside all others, where that names a member."""
    others = case.found[:place] + case.found[place + 1 :]
    beside = _beside(case, others, thresholds)
    ahead = joined(beside, ranked(beside), thresholds)
    if ahead is None or len(ahead.found) == len(others):
        return case
    if ahead.found[-1].fitted.level < _AGAINST:
        return case
    found = [*others[:place], ahead.found[-1], *others[place:]]
    fresh = settled(replace(case, found=found))
    return fresh if _named(place, fresh, thresholds) else case


def _beside(case: Case, others: list[Found], thresholds: Thresholds) -> State:
    """What other explanations leave, with the doubt of these alone."""
    prepared = case.sound
    for other in others:
        fitted = replace(other.fitted, residual=case.frame.residual)
        prepared = widened(prepared, case.frame, fitted)[0]
    curves: list[FloatArray] = [other.fitted.missing for other in others]
    columns = np.concatenate((nuisance(prepared), np.stack([*case.excused, *curves])))
    frame = fit(prepared, columns, case.frame.noise, thresholds.noise_share)
    told = survey(prepared, frame)
    return State(prepared, columns, frame, told, tuple(others), case.excused)
