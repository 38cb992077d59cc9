"""Members that take less than they used to, honestly: no imbalance rose with it."""

import numpy as np

from analytics.attribution.findings import expected
from analytics.attribution.judgement import Evidence, Saving
from analytics.attribution.search import Case
from analytics.attribution.thresholds import Thresholds
from analytics.attribution.window import FloatArray, Window

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
    common = daily.sum(axis=0)
    found = []
    for member in range(len(daily)):
        if member in suspects:
            continue
        rest = np.maximum(common - daily[member], 1e-9)
        relative = daily[member] / rest if len(daily) > 1 else daily[member]
        first, drop, score = _split(relative)
        if first is None or drop < thresholds.saving_share or score < _SIGNIFICANT:
            continue
        saving = _saving(window, case, member, first)
        if saving is not None:
            found.append(saving)
    return tuple(sorted(found, key=lambda one: -one.energy))


def _split(daily: FloatArray) -> tuple[int | None, float, float]:
    """Day that splits a series best, the share by which it dropped, and how sure that is."""
    days = len(daily)
    places = np.arange(_LEAST_DAYS, days - _LEAST_DAYS + 1)
    if not len(places) or daily.max() <= 0:
        return None, 0.0, 0.0
    total = np.cumsum(daily)
    before = total[places - 1] / places
    after = (total[-1] - total[places - 1]) / (days - places)
    gap = (before - after) * np.sqrt(places * (days - places) / days)
    best = int(np.argmax(gap))
    first = int(places[best])
    if before[best] <= 0 or gap[best] <= 0:
        return None, 0.0, 0.0
    left = np.concatenate((daily[:first] - before[best], daily[first:] - after[best]))
    scatter = float(np.sqrt((left**2).mean())) + 1e-12
    return first, float(1 - after[best] / before[best]), float(gap[best]) / scatter


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
