"""Health of a radio mesh: weak hops, what hangs on them, and how long batteries last.

Source of the load limit and the cell: the decks' D100FC with an ER18505M lithium thionyl chloride
cell, which lasts as promised at up to 700 relayed packets a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.errors import ShapeError

WEAK_DBM = -105.0
"""Median strength below which a hop has no reserve left."""

MOST_RELAYED = 700
"""Packets a day up to which a battery lasts as promised."""

EMPTY_MV = 3_000.0
"""Under load the cell of 3,600 mV is used up below this."""

LEAST_REPORTS = 7
LEAST_DAYS = 14
LONGEST_DAYS = 15 * 365
"""A voltage that falls slower than this says nothing yet."""

_MOST_REPORTS = 400
_BAND = (0.1, 0.9)


@dataclass(frozen=True, slots=True)
class Battery:
    """What the voltage of a battery says: days counted as in the reports."""

    millivolts: float
    """By the fitted line on the last day."""

    per_day: float
    """Slope in mV a day, negative."""

    empty_on: float
    earliest: float
    latest: float
    """80 % of the slopes between two reports lie between these two."""


def battery(days: NDArray[np.float64], millivolts: NDArray[np.float64]) -> Battery | None:
    """Forecast of the day on which a battery is empty; None where nothing falls yet.

    Theil-Sen: the median of the slopes between all pairs of reports, which up to 29 % of wild
    reports do not move far (Sen 1968). ``O(k^2)``, and at most the newest 400 reports are used.

    Parameters
    ----------
    days, millivolts
        Reports, shape ``(k,)``.

    Raises
    ------
    ShapeError
        The two do not line up.

    Examples
    --------
    >>> days = np.arange(30.0)
    >>> found = battery(days, 3600 - 2 * days)
    >>> found.per_day, found.empty_on
    (-2.0, 300.0)
    """
    if days.shape != millivolts.shape or days.ndim != 1:
        raise ShapeError(f"days {days.shape}, millivolts {millivolts.shape}")
    order = np.argsort(days)[-_MOST_REPORTS:]
    days, millivolts = days[order], millivolts[order]
    if len(days) < LEAST_REPORTS or days[-1] - days[0] < LEAST_DAYS:
        return None
    low, high = np.triu_indices(len(days), 1)
    apart = days[high] - days[low]
    far = apart > 0
    slopes = (millivolts[high] - millivolts[low])[far] / apart[far]
    slope = float(np.median(slopes))
    now = float(days[-1])
    level = float(np.median(millivolts - slope * (days - now)))
    if slope >= 0 or (EMPTY_MV - level) / slope > LONGEST_DAYS:
        return None

    def empty(one: float) -> float:
        left = LONGEST_DAYS if one >= 0 else min(LONGEST_DAYS, (EMPTY_MV - level) / one)
        return now + max(0.0, left)

    steep, flat = (float(np.quantile(slopes, share)) for share in _BAND)
    return Battery(level, slope, empty(slope), empty(min(steep, slope)), empty(max(flat, slope)))


def behind(parents: Sequence[int]) -> NDArray[np.int64]:
    """How many modules each one relays for, at any depth.

    Parameters
    ----------
    parents
        Place of each module's parent; negative for one that the concentrator hears itself.
        Reports of one day may contradict each other: a module in a circle counts once for each.

    Examples
    --------
    >>> behind([-1, 0, 1, 1]).tolist()
    [3, 2, 0, 0]
    """
    counts = np.zeros(len(parents), dtype=np.int64)
    for module in range(len(parents)):
        seen, at = {module}, parents[module]
        while at >= 0 and at not in seen:
            counts[at] += 1
            seen.add(at)
            at = parents[at]
    return counts


def is_weak(rssi: float | None, relayed: float | None) -> bool:
    """Whether a hop has no reserve, or its module relays more than its battery stands."""
    return (rssi is not None and rssi < WEAK_DBM) or (
        relayed is not None and relayed > MOST_RELAYED
    )
