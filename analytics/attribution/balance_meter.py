"""When the balance meter itself counts wrong."""

import numpy as np

from analytics.attribution import findings
from analytics.attribution.hypotheses import Cause
from analytics.attribution.judgement import BalanceMeter, BalanceMeterFault, Evidence
from analytics.attribution.search import Case
from analytics.attribution.step import Found
from analytics.attribution.window import Window

_SILENT_HOURS = 24
_LEAST_BELOW = 0.005
"""Share by which members must exceed the balance meter before that is more than its class."""


def silent(window: Window) -> BalanceMeter | None:
    """Whether the balance meter counts nothing at the window's end while its members do."""
    known = np.isfinite(window.supplied)
    counted = np.flatnonzero(known & (window.supplied != 0))
    first = int(counted[-1]) + 1 if len(counted) else 0
    with np.errstate(invalid="ignore"):
        sound = np.isfinite(window.readings) & (window.readings >= 0)
    delivered = np.sum(window.readings, axis=0, where=sound)
    since = np.arange(window.hours) >= first
    since &= known
    if np.count_nonzero(since & (delivered > 0)) < _SILENT_HOURS:
        return None
    energy = float(delivered[since].sum())
    blank = np.full(window.hours, np.nan)
    return BalanceMeter(
        BalanceMeterFault.STUCK,
        first,
        -1.0,
        -energy,
        float("inf"),
        "the balance meter counts nothing while its members do",
        Evidence(
            window.supplied.astype(float),
            delivered,
            np.where(since, -delivered, 0.0),
            np.where(known, window.supplied - delivered, blank),
        ),
    )


def step(window: Window, case: Case, item: Found) -> BalanceMeter:
    """A step of the balance meter's gain or offset."""
    fitted = item.fitted
    since = findings.began(case, fitted)
    missing = fitted.missing * case.prepared.unit
    size = float(fitted.coefficients[0])
    if fitted.hypothesis.what is Cause.GAIN:
        fault = BalanceMeterFault.GAIN_STEP
        told = f"the gain of the balance meter changed by {size:+.1%}: the loss follows the sum of"
        told += " all members, and no member alone"
    else:
        fault, size = BalanceMeterFault.OFFSET_STEP, size * case.prepared.unit
        told = f"the balance meter counts {abs(size):.0f} an hour too little; no load can do that"
    curves = findings.evidence(window, case, fitted)
    return BalanceMeter(fault, since, size, float(missing.sum()), item.score, told, curves)


def below_members(window: Window, case: Case) -> BalanceMeter | None:
    """Whether the balance meter counts less than its members from the first hour on."""
    prepared = case.prepared
    usable = prepared.usable
    whole = float(prepared.delivered[usable].sum())
    apart = float((prepared.supplied - prepared.delivered)[usable].sum())
    if whole <= 0 or apart >= -_LEAST_BELOW * whole:
        return None
    if any(
        item.fitted.hypothesis.what in (Cause.GAIN, Cause.NEGATIVE_OFFSET) for item in case.found
    ):
        return None
    difference = np.where(usable, prepared.supplied - prepared.delivered, 0.0) * prepared.unit
    return BalanceMeter(
        BalanceMeterFault.BELOW_MEMBERS,
        0,
        apart / whole,
        apart * prepared.unit,
        0.0,
        f"the balance meter counts {-apart / whole:.1%} less than its members together: it or one"
        " of them is set up wrong",
        Evidence(
            window.supplied.astype(float),
            prepared.delivered * prepared.unit,
            difference,
            np.where(usable, difference, np.nan),
        ),
    )
