"""Whether what explains a loss best is sure enough to name a meter."""

import numpy as np

from analytics.attribution.hypotheses import Cause
from analytics.attribution.judgement import Kind
from analytics.attribution.search import Case
from analytics.attribution.step import Found
from analytics.attribution.thresholds import Thresholds
from domain.quantities import Mask

_USUAL_MEMBERS = 30
"""Members of the groups on which ``Thresholds.accuse`` was set."""

OF_BALANCE_METER = (Cause.GAIN, Cause.NEGATIVE_OFFSET)

_FREE = 5.0
"""Times by which a share that changes from day to day must be likelier than a load that does: in
each day but one number tells them from what is left, and hours of a day resemble one another."""

_LEFT = {Kind.SLOWED: 2.0, Kind.SLOWED_BY_DAYS: 2.0, Kind.CLOCK_SKEW: 5.0}
"""Times that the scatter may grow where an explanation knows each hour. A clock that is off by much
is known less well."""

_LEAST_EARLY = 0.1
"""Share of the energy that the first third of the hours of a silence must have."""

_LEAST_HOURS = 48
_LEAST_LOAD = 0.2


def sure(item: Found, case: Case, thresholds: Thresholds) -> bool:
    """Whether an explanation beats those that accuse nobody, and those that accuse another.

    The more members there are to choose from, the more likely one of them fits by chance.
    """
    hypothesis = item.fitted.hypothesis
    nobody = [one.likelihood for one in item.rivals if one.hypothesis.member is None]
    others = [
        one.likelihood
        for one in item.rivals
        if one.hypothesis.member not in (None, hypothesis.member)
    ]
    if hypothesis.member is None:
        nobody = [
            one.likelihood
            for one in item.rivals
            if one.hypothesis.member is None and one.hypothesis.what not in OF_BALANCE_METER
        ]
        nobody += others
    elif item.fitted.likelihood < max(others, default=-np.inf) or not (
        _leaves_noise(item, case) and _begins(item)
    ):
        return False
    ahead = item.fitted.likelihood - max(nobody, default=-np.inf)
    members = len(case.prepared.readings)
    needed = thresholds.accuse + max(float(np.log(members / _USUAL_MEMBERS)), 0.0)
    if hypothesis.what is Kind.SLOWED_BY_DAYS:
        needed *= _FREE
    if hypothesis.what is Kind.CLOCK_SKEW:
        # steps of one home resemble those of another, and no level speaks for either
        ahead = item.fitted.likelihood - max([*nobody, *others], default=-np.inf)
    if hypothesis.what is Kind.OFFSET:
        # people leave on any day: a level that fell is no proof where the shape is none
        return item.fitted.level > 0 and ahead - item.fitted.level >= needed
    return ahead >= needed


def _leaves_noise(item: Found, case: Case) -> bool:
    """Whether hours that an explanation knows well scatter since it began as they did before.

    A stranger's load resembles some home, in its hours and at times by chance; but what a meter
    does not count of its own load is its readings' double, and leaves nothing. Hours in which other
    meters stand still or at their largest reading are left out: of these little is known.
    """
    hypothesis, prepared = item.fitted.hypothesis, case.prepared
    most = _LEFT.get(hypothesis.what) if isinstance(hypothesis.what, Kind) else None
    if most is None:
        return True
    known = prepared.usable.copy()
    for one in case.found:
        if one is not item and one.fitted.hypothesis.what in (Kind.STUCK, Kind.CAPPED):
            known &= one.fitted.missing == 0
    since = prepared.day >= hypothesis.first
    before = _scatter(item, case, known & ~since)
    after = _scatter(item, case, known & since)
    return before is None or after is None or after <= most * before


def _begins(item: Found) -> bool:
    """Whether the loss is there from when a meter began to stand still, or at its largest reading.

    Else it is a load that began later, while nobody was at home.
    """
    if item.fitted.hypothesis.what not in (Kind.STUCK, Kind.CAPPED):
        return True
    missing = item.fitted.missing[item.fitted.hypothesis.columns[0] != 0]
    early = float(missing[: len(missing) // 3].sum())
    return early >= _LEAST_EARLY * float(missing.sum())


def _scatter(item: Found, case: Case, which: Mask) -> float | None:
    """Root of the mean square of what is left of some hours, as a share; None of few hours."""
    if np.count_nonzero(which) < _LEAST_HOURS:
        return None
    supplied = np.maximum(np.abs(case.prepared.supplied[which]), _LEAST_LOAD)
    return float(np.sqrt(np.mean((item.fitted.residual[which] / supplied) ** 2)))
