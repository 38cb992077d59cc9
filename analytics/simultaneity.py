"""How much of what the members of a group take falls into the same hours.

The decks ask for CS-min and CS-max of the subscribers beside the imbalance and say that phases are
well distributed when the imbalance resembles CS-min. They give no formula. Ours follows from the
heat of conductors, which grows with the square of what they carry together:

- **CS-min** ``sum_i r_i^2``: every member on a conductor of its own, nothing coincides;
- **CS-max** ``(sum_i r_i)^2``: all members on one conductor, everything coincides.

Both are scaled to the energy of the imbalance, so that all three can be laid over each other.
``mixture`` says where the imbalance lies between them: 0 like CS-min, 1 like CS-max.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.errors import ShapeError
from domain.quantities import Mask

FloatArray = NDArray[np.float64]

LEAST_BUCKETS = 24


@dataclass(frozen=True, slots=True)
class Simultaneity:
    """Curves of one group, shape ``(t,)`` each, hours or days; NaN where unknown."""

    coefficient: FloatArray
    """What all take now, as a share of the sum of what each takes at most: 0 to 1."""

    least: FloatArray
    """CS-min, in the unit of the imbalance."""

    most: FloatArray
    """CS-max, in the unit of the imbalance."""

    mixture: float
    """Between CS-min (0) and CS-max (1), by least squares; NaN when it cannot be told."""

    coincidence: float
    """Largest sum over the sum of the largest, over the whole range: 0 to 1; NaN without load."""


def coincidence(readings: FloatArray, known: Mask) -> float:
    """max(sum) / sum(max) over the buckets in which all members are known; NaN without any.

    Examples
    --------
    >>> coincidence(np.array([[1.0, 0], [0, 1]]), np.ones((2, 2), dtype=bool))
    0.5
    """
    whole = known.all(axis=0)
    if not whole.any() or not len(readings):
        return float("nan")
    apart = float(readings[:, whole].max(axis=1).sum())
    together = float(readings[:, whole].sum(axis=0).max())
    return together / apart if apart > 0 else float("nan")


def simultaneity(readings: FloatArray, known: Mask, imbalance: FloatArray) -> Simultaneity:
    """Curves and numbers of one group.

    Parameters
    ----------
    readings, known
        What each member took, and where that is known; shape ``(n, t)``.
    imbalance
        Shape ``(t,)``, NaN where unknown.

    Raises
    ------
    ShapeError
        They do not cover the same buckets.
    """
    if readings.shape != known.shape or readings.shape[1:] != imbalance.shape:
        raise ShapeError(f"readings {readings.shape} against imbalance {imbalance.shape}")
    whole: Mask = np.logical_and(known.all(axis=0), known.any(axis=0))
    load = np.where(known, np.maximum(readings, 0), 0.0)
    together = load.sum(axis=0)
    at_most = float(load.max(axis=1, initial=0.0).sum())
    coefficient = np.full(len(imbalance), np.nan)
    if at_most > 0:
        coefficient[whole] = together[whole] / at_most
    squares, square = (load**2).sum(axis=0), together**2
    used = whole & np.isfinite(imbalance)
    curves = [_scaled(curve, imbalance, used, whole) for curve in (squares, square)]
    return Simultaneity(
        coefficient,
        curves[0],
        curves[1],
        _mixture(curves[0][used], curves[1][used], imbalance[used]),
        coincidence(load, known),
    )


def _scaled(curve: FloatArray, imbalance: FloatArray, used: Mask, whole: Mask) -> FloatArray:
    """The curve with the energy of the imbalance."""
    total = float(curve[used].sum())
    result = np.full(len(curve), np.nan)
    if total > 0:
        result[whole] = curve[whole] * (float(imbalance[used].sum()) / total)
    return result


def _mixture(least: FloatArray, most: FloatArray, imbalance: FloatArray) -> float:
    """Share w of CS-max in w most + (1 - w) least that resembles the imbalance best."""
    apart = most - least
    power = float((apart**2).sum())
    if len(apart) < LEAST_BUCKETS or not np.isfinite(power) or power <= 0:
        return float("nan")
    return float(np.clip(((imbalance - least) * apart).sum() / power, 0.0, 1.0))
