"""Stretches of hours without a zero or without a flow, for many meters at once; unknown is NaN."""

import numpy as np
from numpy.typing import NDArray

from analytics.leaks.signs import FloatArray
from domain.quantities import Mask


def length(ends: Mask, unknown: Mask | None = None) -> NDArray[np.int32]:
    """Hours since the last one that ended the stretch, shape ``(n, t)``; unknown ones do not count.

    Examples
    --------
    >>> length(np.array([[1, 0, 0, 1, 0, 0]], np.bool_)).tolist()
    [[0, 1, 2, 0, 1, 2]]
    """
    inside = ~ends if unknown is None else ~(ends | unknown)
    counts = np.cumsum(inside, axis=1, dtype=np.int32)
    before: NDArray[np.int32] = np.maximum.accumulate(counts * ends, axis=1)
    return counts - before


def without(ended: Mask, unknown: Mask, longest_gap: int) -> NDArray[np.int32]:
    """Known hours of the stretch that each hour belongs to, shape ``(n, t)``.

    Parameters
    ----------
    ended
        Known hours that end it.
    unknown
        Of which nothing is known; more than ``longest_gap`` in a row end it, too.
    """
    if not unknown.any():
        return length(ended)
    gaps = length(~unknown)
    return length(ended | (gaps > longest_gap), unknown)


def rolling_least(values: FloatArray, hours: int) -> FloatArray:
    """Lowest of the ``hours`` that end with each hour, shape ``(n, t)``; unknown is left out.

    The first ones know fewer hours.
    """
    found = np.where(np.isnan(values), np.inf, values)
    span = 1
    while span < hours:
        step = min(span, hours - span)
        later = found[:, step:]
        found = np.concatenate(
            [found[:, :step], np.minimum(later, found[:, : later.shape[1]])], axis=1
        )
        span += step
    return found
