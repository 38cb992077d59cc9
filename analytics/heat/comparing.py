"""Groups of flats on risers, compared: what a house sees of its own differences.

Source: deck item 39: groups of 10 to 20 flats, compared on site and in each entrance.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.heat.water import FloatArray

LEAST_HOMES = 5
"""An average of fewer would tell of a neighbour."""


@dataclass(frozen=True, slots=True)
class Group:
    """One group of flats."""

    homes: int
    per_m2: float | None
    """Heat a square metre [Wh]; None of fewer than :data:`LEAST_HOMES` homes."""

    against_house: float | None
    """As a share of the house's mean: 1.12 is 12 % above it."""


def groups(
    energy_wh: FloatArray, area_m2: FloatArray, group: NDArray[np.int64], count: int
) -> list[Group]:
    """Compare groups by heat a square metre; flats whose heat is unknown are left out of both sums.

    Parameters
    ----------
    energy_wh, area_m2, group
        Of each flat, shape ``(n,)``; group from 0 to ``count - 1``.
    """
    known = ~np.isnan(energy_wh)
    house = float(energy_wh[known].sum() / area_m2[known].sum()) if known.any() else 0.0
    found = []
    for number in range(count):
        inside = known & (group == number)
        homes = int(np.count_nonzero(inside))
        if homes < LEAST_HOMES:
            found.append(Group(homes, None, None))
            continue
        rate = float(energy_wh[inside].sum() / area_m2[inside].sum())
        found.append(Group(homes, rate, rate / house if house > 0 else None))
    return found
