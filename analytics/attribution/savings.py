"""Members that take less than they used to, honestly: no imbalance rose with it."""

import numpy as np

from analytics.attribution.findings import expected
from analytics.attribution.judgement import Evidence, Saving
from analytics.attribution.search import Case
from analytics.attribution.thresholds import Thresholds
from analytics.attribution.window import FloatArray, IntArray, Window

_LEAST_DAYS = 7
_SIGNIFICANT = 4.0


def savings(
    window: Window, case: Case, thresholds: Thresholds, suspects: set[int]
) -> tuple[Saving, ...]:
    """Honest drops, the largest first.

    The day of a drop is the one that splits a member's days, against the group's common change,
    into the two most different parts. Unexplained imbalance after it must stay below what noise
    could hide: half of the drop.
    """
    prepared = case.prepared
    if len(prepared.starts) < 2 * _LEAST_DAYS:
        return ()
    daily = np.add.reduceat(prepared.readings, prepared.starts, axis=1)
    rest = np.maximum(daily.sum(axis=0) - daily, 1e-9)
    first, drop, score = _split(daily / rest if len(daily) > 1 else daily)
    dropped = (drop >= thresholds.saving_share) & (score >= _SIGNIFICANT)
    found = [
        _saving(window, case, member, int(first[member]))
        for member in np.flatnonzero(dropped).tolist()
        if member not in suspects
    ]
    return tuple(sorted((one for one in found if one is not None), key=lambda one: -one.energy))


def _split(daily: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """Day that splits each series best, the share by which it dropped, and how sure that is.

    Of series ``(n, d)``, shape ``(n,)`` each; a series that nowhere dropped has a share of 0.
    """
    days, rows = daily.shape[1], np.arange(len(daily))
    places = np.arange(_LEAST_DAYS, days - _LEAST_DAYS + 1)
    total = np.cumsum(daily, axis=1)
    before = total[:, places - 1] / places
    after = (total[:, -1:] - total[:, places - 1]) / (days - places)
    gap = (before - after) * np.sqrt(places * (days - places) / days)
    best = np.argmax(gap, axis=1)
    first, high, low = places[best], before[rows, best], after[rows, best]
    means = np.where(np.arange(days) < first[:, None], high[:, None], low[:, None])
    scatter = np.sqrt(((daily - means) ** 2).mean(axis=1)) + 1e-12
    fell = (high > 0) & (gap[rows, best] > 0)
    drop = np.where(fell, 1 - low / np.where(high > 0, high, 1.0), 0.0)
    return first, drop, gap[rows, best] / scatter


def _saving(window: Window, case: Case, member: int, first: int) -> Saving | None:
    prepared = case.prepared
    since = (prepared.day >= first) & prepared.measured[member]
    usual = expected(case, member, first)
    read = prepared.readings[member] * prepared.unit
    less = np.where(since, usual - read, 0.0)
    energy = float(less.sum())
    lost = float(case.frame.residual[prepared.day >= first].sum()) * prepared.unit
    if energy <= 0 or lost > energy / 2:
        return None
    curves = Evidence(
        window.readings[member].astype(float),
        usual,
        np.zeros(window.hours),
        np.where(prepared.usable, case.frame.residual * prepared.unit, np.nan),
    )
    return Saving(
        member,
        int(prepared.starts[first]),
        energy,
        "it takes less than it used to, and the imbalance did not rise: an honest saving, or"
        " nobody is at home",
        curves,
    )
