"""The judge of a balance group: from hours to a verdict with its evidence."""

import numpy as np

from analytics.attribution import balance_meter, findings
from analytics.attribution.certainty import OF_BALANCE_METER, sure
from analytics.attribution.judgement import (
    BalanceMeter,
    GroupJudgement,
    Suspect,
    Unattributed,
    Verdict,
)
from analytics.attribution.preparation import DAY_HOURS, Prepared, prepare
from analytics.attribution.reconsideration import reconsidered
from analytics.attribution.savings import savings
from analytics.attribution.search import Case, search
from analytics.attribution.step import Found
from analytics.attribution.thresholds import Thresholds
from analytics.attribution.window import Window

_LEAST_BESIDE = 1 / 3
"""Share of the largest loss that a step of the balance meter must come to beside it: what the
models of a theft or a load leave follows the sum of all, too."""

_KNOWN_SHARE = 0.75
"""Of the hours of the least days, how many must be known."""


def judge(window: Window, thresholds: Thresholds) -> GroupJudgement:
    """Say what explains the imbalance of a group beyond its technical losses.

    A pure function of the window: judged again with one more day it may change its mind.

    Parameters
    ----------
    window
        Hours of the group; at least ``thresholds.least_days`` of them must be known.
    thresholds
        How sure it must be.

    Notes
    -----
    Method, sources and limits: docs/analytics.md, *Who causes an imbalance*. About 5 ms of a
    processor for a group of 30 over six weeks that has nothing to hide, ``O(n t)``; 20 to 100 ms
    for one that has.
    """
    if not window.members:
        return _unknown("the group has no members")
    if not np.isfinite(window.supplied).any():
        return _unknown("the group has no balance meter, or nothing of it is known")
    fault = balance_meter.silent(window)
    if fault is not None:
        return GroupJudgement(Verdict.BALANCE_METER, fault.explanation, balance_meter=fault)
    prepared = prepare(window, thresholds.clock_s)
    if prepared is None:
        return _unknown("no member has metered anything")
    known = int(np.count_nonzero(prepared.usable))
    needed = round(_KNOWN_SHARE * thresholds.least_days * DAY_HOURS)
    if known < needed:
        return _unknown(
            f"{known} hours are known well enough, {needed} are needed",
            known,
        )
    case = reconsidered(search(prepared, thresholds), thresholds)
    return _judged(window, prepared, case, thresholds)


def _unknown(reason: str, known: int = 0) -> GroupJudgement:
    return GroupJudgement(Verdict.UNKNOWN, reason, known_hours=known)


def _judged(
    window: Window, prepared: Prepared, case: Case, thresholds: Thresholds
) -> GroupJudgement:
    suspects: list[Suspect] = []
    candidates: list[Suspect] = []
    loose: list[Unattributed] = []
    meter: BalanceMeter | None = balance_meter.below_members(window, case)
    for item in case.found:
        if item.fitted.hypothesis.member is not None and sure(item, case, thresholds):
            suspects.append(findings.suspect(window, case, item))
            continue
        if item.fitted.hypothesis.what in OF_BALANCE_METER:
            if _beside(item, case.found):
                continue
            if sure(item, case, thresholds):
                meter = meter or balance_meter.step(window, case, item)
                continue
        if float(item.fitted.missing.sum()) > 0:
            loose.append(findings.unattributed(window, case, item))
            candidates += findings.candidates(window, case, item)
    suspects = findings.merged(suspects)
    named = {one.member for one in suspects}
    a, b = case.frame.coefficients[:2]
    excess = findings.above_norm(case, thresholds)
    if excess is not None and not suspects and not loose and meter is None:
        loose.append(excess)
    verdict, reason = _verdict(suspects, loose, meter)
    return GroupJudgement(
        verdict,
        reason,
        tuple(sorted(suspects, key=lambda one: -one.confidence * max(one.energy, 1.0))),
        findings.closest(candidates, named),
        findings.summed(loose),
        savings(window, case, thresholds, named),
        meter,
        case.best,
        case.placebo,
        case.frame.noise,
        (float(a), float(b) / prepared.unit),
        int(np.count_nonzero(prepared.usable)),
    )


def _beside(item: Found, found: list[Found]) -> bool:
    """Whether a step of the balance meter is small beside what else was found."""
    sizes = [abs(float(one.fitted.missing.sum())) for one in found if one is not item]
    return abs(float(item.fitted.missing.sum())) < _LEAST_BESIDE * max(sizes, default=0.0)


def _verdict(
    suspects: list[Suspect], loose: list[Unattributed], meter: BalanceMeter | None
) -> tuple[Verdict, str]:
    if suspects:
        many = f"{len(suspects)} meters count" if len(suspects) > 1 else "one meter counts"
        return Verdict.METERED, f"{many} wrong; {suspects[0].explanation}"
    if meter is not None:
        return Verdict.BALANCE_METER, meter.explanation
    if loose:
        return Verdict.UNATTRIBUTED, loose[0].explanation
    return Verdict.CLEAN, "technical losses and the scatter of the meters explain the imbalance"
