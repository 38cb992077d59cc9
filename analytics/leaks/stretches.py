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
    if unknown is None:
        hours = np.arange(1, ends.shape[1] + 1, dtype=np.int32)
        return hours - np.maximum.accumulate(np.where(ends, hours, 0), axis=1, dtype=np.int32)
    inside = ~(ends | unknown)
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
    found = length(ended)
    rows = np.flatnonzero(unknown.any(axis=1))  # few, as a rule
    if len(rows):
        blank = unknown[rows]
        found[rows] = length(ended[rows] | (length(~blank) > longest_gap), blank)
    return found


def rolling_least(values: FloatArray, hours: int) -> FloatArray:
    """Lowest of the ``hours`` that end with each hour, shape ``(n, t)``; unknown is left out.

    The first ones know fewer hours.
    """
    found = np.where(np.isnan(values), np.inf, values)
    spare, span = np.empty_like(found), 1
    while span < hours:
        step = min(span, hours - span)
        spare[:, :step] = found[:, :step]
        np.minimum(found[:, step:], found[:, :-step], out=spare[:, step:])
        found, spare = spare, found
        span += step
    return found


def whole(runs: NDArray[np.int32]) -> NDArray[np.int32]:
    """Length that the run of each hour comes to in the end, shape ``(n, t)``.

    Examples
    --------
    >>> whole(np.array([[1, 2, 3, 0, 1]], np.int32)).tolist()
    [[3, 3, 3, 0, 1]]
    """
    last = np.ones(runs.shape, dtype=np.bool_)
    last[:, :-1] = (runs[:, 1:] < runs[:, :-1]) | (runs[:, :-1] == 0)
    at = np.where(last, np.arange(runs.shape[1]), runs.shape[1])
    ends = np.minimum.accumulate(at[:, ::-1], axis=1)[:, ::-1]
    return np.take_along_axis(runs, ends, axis=1)
