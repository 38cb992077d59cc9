"""Indicators of a home against its house: consumption, temperature, efficiency.

No average is told that fewer than :data:`LEAST_HOMES` other homes stand behind, so that nobody can
reckon what a neighbour takes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.errors import ShapeError
from domain.quantities import Mask

FloatArray = NDArray[np.float64]

LEAST_HOMES = 5
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
class Indicators:
    """Of one home; None where too little is known, or too few homes stand behind an average."""

    homes: int
    """Others with a known amount; at least :data:`LEAST_HOMES` where an average is told."""

    average: float | None
    """Wh or litres of a home of the house, on average."""

    by_area: bool
    """Whether consumption and average go by area; else by home."""

    consumption: float | None
    temperature: float | None
    efficiency: float | None


def of_home(homes: Homes, own: int, outside: float | None) -> Indicators:
    """Compare one home with all of its house, itself among them.

    - consumption ``(x / A) / mean(x / A)``, without the area where too few areas are known;
    - temperature ``T / mean(T)`` in degC;
    - efficiency ``[x / (A (T - T_out))] / mean``: above 1 is worse than the house.

    Examples
    --------
    >>> blank = np.full(6, np.nan)
    >>> of_home(Homes(np.array([2.0, 1, 1, 1, 1, 0]), blank, blank), 0, None).consumption
    2.0
    """
    x, area, inside = homes.amount, homes.area_m2, homes.temperature
    known: Mask = ~np.isnan(x)
    sized = np.where(area > 0, area, np.nan)
    by_area = _enough(known & ~np.isnan(sized), own)
    used = x / sized if by_area else x
    warm = (
        np.where(inside - outside >= LEAST_DIFFERENCE_K, inside - outside, np.nan)
        if (outside is not None)
        else np.full(x.shape, np.nan)
    )
    return Indicators(
        homes=int(np.count_nonzero(known)) - int(known[own]),
        average=float(np.mean(x[known])) if _enough(known, own) else None,
        by_area=by_area,
        consumption=_ratio(used, own),
        temperature=_ratio(inside, own),
        efficiency=_ratio(x / sized / warm, own),
    )


def _enough(known: Mask, own: int) -> bool:
    return bool(known[own]) and int(np.count_nonzero(known)) - 1 >= LEAST_HOMES


def _ratio(values: FloatArray, own: int) -> float | None:
    known: Mask = np.isfinite(values)
    if not _enough(known, own):
        return None
    mean = float(values[known].mean())
    return round(float(values[own]) / mean, 4) if mean > 0 else None


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
