"""Whole units that sum to a whole total: the largest remainder.

Source: Hamilton's method (Balinski and Young, Fair Representation, 1982).
"""

import numpy as np
from numpy.typing import NDArray

from domain.errors import InvalidError
from domain.quantities import EnergyArray

FloatArray = NDArray[np.float64]


def apportion(total: int, weights: FloatArray) -> EnergyArray:
    """Split a whole amount by weights, to the last unit.

    Each part differs from its exact share by less than one unit; ties go to the first one.

    Parameters
    ----------
    total
        Amount [Wh or litres]; may be negative.
    weights
        Not negative, finite, shape ``(n,)``; not all zero.

    Raises
    ------
    InvalidError
        There is nobody to share among, or a weight is negative or unknown.

    Examples
    --------
    >>> apportion(10, np.array([1.0, 1.0, 1.0])).tolist()
    [4, 3, 3]
    """
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise InvalidError("weights must be finite and not negative", field="weights")
    whole = float(weights.sum())
    if whole <= 0:
        raise InvalidError("weights must not all be 0: nobody takes part", field="weights")
    exact = abs(total) * (weights / whole)
    parts: EnergyArray = np.floor(exact).astype(np.int64)
    missing = abs(total) - int(parts.sum())
    # Float shares of a great total may be off by more than a unit: hand out, or take back.
    order = np.argsort(-(exact - parts), kind="stable")
    order = order[weights[order] > 0]
    step = 1 if missing > 0 else -1
    for at in range(abs(missing)):
        parts[order[at % len(order)]] += step
    return parts if total >= 0 else -parts
