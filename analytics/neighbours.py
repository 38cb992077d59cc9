"""Which homes stand behind the average of an hour, so that no two answers differ by one of them.

An average that is told of six homes now, and of seven when the last one's hour has come, tells what
the seventh took. Behind an hour there stand therefore those whose counters at both its ends came
on time: who they are is settled two hours after it, for good. Until then the hour is told only if
nobody is missing who came lately. Where fewer than five came on time (a house that was silent as
a whole, history that was brought later), all that are known stand behind it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.quality import CodeArray, Quality
from domain.quantities import Mask

FloatArray = NDArray[np.float64]

LEAST_HOMES = 5
LEAD_H = 25
"""Hours that are looked at before the first one that is asked for."""

LEAST_KNOWN = 0.95
"""Share of the hours of which both the home and its house must be known to be compared."""

_SETTLED_H = 4
"""From the start of an hour until no counter of it comes on time, with an hour for the folding."""


@dataclass(frozen=True, slots=True)
class Behind:
    """Who stands behind the average of each hour."""

    homes: Mask
    """Shape ``(n, t)``."""

    told: Mask
    """Hours behind which enough homes stand, shape ``(t,)``."""

    held: Mask
    """Hours that are not told yet, since somebody may still come, shape ``(t,)``."""


def behind(known: Mask, arrivals: CodeArray, hours_over: int) -> Behind:
    """Choose those who stand behind each hour.

    Parameters
    ----------
    known
        Hours of the homes with :data:`LEAD_H` ahead of those that are asked for, shape
        ``(n, LEAD_H + t)``.
    arrivals
        How the counter at the end of each hour came, whatever was put in its place since.
    hours_over
        How many of the columns are over.
    """
    counted = arrivals == Quality.ON_TIME
    prompt = known & counted
    prompt[:, 1:] &= counted[:, :-1]
    before = np.cumsum(prompt, axis=1, dtype=np.int64)
    lately = before[:, LEAD_H - 1 : -1] > before[:, :-LEAD_H]
    mine, known = prompt[:, LEAD_H:], known[:, LEAD_H:]
    fresh = np.arange(mine.shape[1]) >= hours_over - LEAD_H + 1 - _SETTLED_H
    held = (lately & ~mine).any(axis=0) & fresh
    homes = np.where(mine.sum(axis=0) >= LEAST_HOMES, mine, known)
    return Behind(homes, (homes.sum(axis=0) >= LEAST_HOMES) & ~held, held)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Of one home; None where too little is known, or too few homes stand behind an average."""

    homes: int
    """Fewest others behind an hour that is told; else how many are known at most."""

    average: float | None
    """Wh or litres of a home of the house, on average, itself among them."""

    by_area: bool
    consumption: float | None


def compare(
    own: FloatArray, others: FloatArray, who: Behind, areas_m2: tuple[float, FloatArray]
) -> Comparison:
    """Compare a home with its house over the hours in which both are known.

    ``sum(x) / sum(mean(x))``, of ``x / A`` where enough areas are known: of all homes, or of all
    but five or more, since what is left out can be reckoned from the average beside it. It is a
    sum of hours, whatever range is asked for, so that ranges chosen with care tell no more than
    the hours do.

    Parameters
    ----------
    own
        Wh or litres by hour, NaN where unknown, shape ``(t,)``.
    others
        The same of the others, shape ``(n, t)``; what does not stand behind an hour is not looked
        at.
    areas_m2
        Of the home, and of the others, NaN where unknown.
    """
    count = who.homes.sum(axis=0)
    both = who.told & ~np.isnan(own)
    homes = int(count[both].min()) if both.any() else int(count.max(initial=0))
    if not both.any() or both.sum() < LEAST_KNOWN * np.count_nonzero(~who.held):
        return Comparison(homes, None, by_area=False, consumption=None)
    average = _mean(own, others, who.homes)[both].sum()
    area, areas = areas_m2
    sized = who.homes & (areas > 0)[:, None]
    by_area = bool(area > 0) and _tell_no_home(who.homes, sized, both)
    if by_area:
        own, others = own / area, others / np.where(areas > 0, areas, np.nan)[:, None]
    mean = _mean(own, others, sized if by_area else who.homes)[both].sum()
    consumption = round(float(own[both].sum() / mean), 4) if mean > 0 else None
    return Comparison(homes, float(average), by_area, consumption)


def _tell_no_home(all_of_them: Mask, some: Mask, hours: Mask) -> bool:
    """Whether averages of all and of some stand on, and differ by, enough homes or by none."""
    count = some.sum(axis=0)[hours]
    left = all_of_them.sum(axis=0)[hours] - count
    return bool(((count >= LEAST_HOMES) & ((left == 0) | (left >= LEAST_HOMES))).all())


def _mean(own: FloatArray, others: FloatArray, who: Mask) -> FloatArray:
    total = np.where(who, others, 0).sum(axis=0)
    return np.asarray((own + total) / (who.sum(axis=0) + 1))
