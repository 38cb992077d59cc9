"""Visit order for a collector on foot: nearest neighbour, then 2-opt; an open path."""

import numpy as np
from numpy.typing import NDArray

EARTH_M = 6_371_008.8
_MOST_ROUNDS = 50


def distances(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Great-circle distances in metres, shape ``(n, n)`` (haversine).

    Examples
    --------
    >>> one_degree = distances(np.array([0.0, 0.0]), np.array([0.0, 1.0]))[0, 1]
    >>> round(one_degree)
    111195
    """
    phi, lam = np.radians(latitude), np.radians(longitude)
    chord = np.sin((phi[:, None] - phi) / 2) ** 2
    chord += np.cos(phi[:, None]) * np.cos(phi) * np.sin((lam[:, None] - lam) / 2) ** 2
    found: NDArray[np.float64] = 2 * EARTH_M * np.arcsin(np.sqrt(np.clip(chord, 0, 1)))
    return found


def length(metres: NDArray[np.float64], order: NDArray[np.int64]) -> float:
    """Length of a path."""
    return float(metres[order[:-1], order[1:]].sum())


def visit_order(metres: NDArray[np.float64]) -> NDArray[np.int64]:
    """Order in which to visit all places, from the first one on, shape ``(n,)``.

    Parameters
    ----------
    metres
        Symmetric distances, shape ``(n, n)``.

    Notes
    -----
    ``O(n^2)`` a round, at most 50 rounds. 2-opt (Croes 1958) leaves no two legs that cross: no
    reversal of a part of the path makes it shorter.
    """
    order = _nearest(metres)
    for _ in range(_MOST_ROUNDS):
        if not _improve(metres, order):
            break
    return order


def _nearest(metres: NDArray[np.float64]) -> NDArray[np.int64]:
    size = len(metres)
    order = np.zeros(size, dtype=np.int64)
    left = np.ones(size, dtype=np.bool_)
    for place in range(1, size):
        left[order[place - 1]] = False
        order[place] = np.where(left, metres[order[place - 1]], np.inf).argmin()
    return order


def _improve(metres: NDArray[np.float64], order: NDArray[np.int64]) -> bool:
    """Reverse parts of the path while that makes it shorter; whether any did."""
    size, better = len(order), False
    for low in range(1, size - 1):
        highs = np.arange(low + 1, size)
        first, before = order[low], order[low - 1]
        last = order[highs]
        gain = metres[before, first] - metres[before, last]
        inner = highs < size - 1
        after = order[np.minimum(highs + 1, size - 1)]
        gain = gain + np.where(inner, metres[last, after] - metres[first, after], 0)
        best = int(gain.argmax())
        if gain[best] > 1e-6:
            high = int(highs[best])
            order[low : high + 1] = order[low : high + 1][::-1]
            better = True
    return better
