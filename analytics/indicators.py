"""Indicators of a home against its house: temperature and efficiency; and against its norm.

Consumption goes by hours (:mod:`analytics.neighbours`). No average is told that fewer than
:data:`LEAST_HOMES` other homes stand behind, so that nobody can reckon how a neighbour lives.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.neighbours import LEAST_HOMES
from domain.errors import ShapeError
from domain.quantities import Mask

FloatArray = NDArray[np.float64]

LEAST_DIFFERENCE_K = 3.0
"""Between inside and outside; below it heat says nothing of a home's walls."""

HOURS_A_MONTH = 8766 / 12


@dataclass(frozen=True, slots=True)
class Homes:
    """Homes of one house over one range, shape ``(n,)`` each; NaN is unknown."""

    amount: FloatArray
    """Wh or litres."""

    area_m2: FloatArray
    temperature: FloatArray
    """Inside, degC."""

    def __post_init__(self) -> None:
        """Check the shapes.

        Raises
        ------
        ShapeError
            They do not describe the same homes.
        """
        if not self.amount.shape == self.area_m2.shape == self.temperature.shape:
            raise ShapeError(f"{self.amount.shape}, {self.area_m2.shape}, {self.temperature.shape}")


@dataclass(frozen=True, slots=True)
class Warmth:
    """Of one home; None where too little is known, or too few homes stand behind an average.

    In whole hundredths: means of a range have no hours of which they are the sum, so they are too
    coarse to tell one home from another.
    """

    temperature: float | None
    efficiency: float | None


def warmth_of(homes: Homes, own: int, outside: float | None) -> Warmth:
    """Compare one home with all of its house, itself among them.

    - temperature ``T / mean(T)`` in degC;
    - efficiency ``[x / (A (T - T_out))] / mean``: above 1 is worse than the house.

    Examples
    --------
    >>> blank, warm = np.full(6, np.nan), np.array([24.0, 20, 20, 20, 20, 20])
    >>> warmth_of(Homes(blank, blank, warm), 0, None).temperature
    1.16
    """
    x, area, inside = homes.amount, homes.area_m2, homes.temperature
    sized = np.where(area > 0, area, np.nan)
    warm = (
        np.where(inside - outside >= LEAST_DIFFERENCE_K, inside - outside, np.nan)
        if (outside is not None)
        else np.full(x.shape, np.nan)
    )
    return Warmth(temperature=_ratio(inside, own), efficiency=_ratio(x / sized / warm, own))


def _ratio(values: FloatArray, own: int) -> float | None:
    known: Mask = np.isfinite(values)
    if not known[own] or int(np.count_nonzero(known)) - 1 < LEAST_HOMES:
        return None
    mean = float(values[known].mean())
    return round(float(values[own]) / mean, 2) if mean > 0 else None


def against_norm(amount: float, norm_a_month: float | None, hours: int) -> float | None:
    """Share of a monthly norm that was used in some hours; the norm in the unit of the amount.

    Examples
    --------
    >>> round(against_norm(100.0, 730.5, 100), 2)
    1.0
    """
    if norm_a_month is None or norm_a_month <= 0 or hours <= 0:
        return None
    return round(amount / (norm_a_month * hours / HOURS_A_MONTH), 4)
