"""Amounts that alerts are judged by, out of hours: sums of days, peaks, silence.

Hours are arrays of shape ``(n, t)`` in Wh or litres; columns are hours from ``start`` on. What is
not known is never taken for zero: a day's sum is of the hours that are known, which is a lower
bound, so a limit is exceeded as soon as the known hours alone exceed it.
"""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Mask = NDArray[np.bool_]


def between(known: Mask, start: int, low: IntArray, high: IntArray) -> Mask:
    """Known hours of each row within its own ``[low, high)``, shape ``(n, t)``."""
    hours = start + np.arange(known.shape[1])
    inside: Mask = known & (hours >= low[:, None]) & (hours < high[:, None])
    return inside


def sums(values: IntArray, chosen: Mask) -> FloatArray:
    """Sum of the chosen hours of each row; NaN where none is, shape ``(n,)``.

    Examples
    --------
    >>> sums(np.array([[1, 2, 4], [1, 2, 4]]), np.array([[1, 0, 1], [0, 0, 0]], bool))
    array([ 5., nan])
    """
    total = np.where(chosen, values, 0).sum(axis=1).astype(np.float64)
    return np.where(chosen.any(axis=1), total, np.nan)


def peaks(values: IntArray, chosen: Mask) -> FloatArray:
    """Largest of the chosen hours of each row; NaN where none is, shape ``(n,)``."""
    if not values.shape[1]:
        return np.full(len(values), np.nan)
    lowest = np.iinfo(np.int64).min
    found = np.where(chosen, values, lowest).max(axis=1)
    return np.where(chosen.any(axis=1), found.astype(np.float64), np.nan)


def newest(values: IntArray, chosen: Mask) -> FloatArray:
    """Last of the chosen hours of each row; NaN where none is, shape ``(n,)``."""
    at = last_of(chosen)
    rows = np.arange(len(values))
    found = values[rows, np.maximum(at, 0)] if values.shape[1] else np.zeros(len(values))
    return np.where(at >= 0, found.astype(np.float64), np.nan)


def last_of(chosen: Mask) -> IntArray:
    """Column of the last chosen hour of each row; -1 where none is, shape ``(n,)``."""
    size = chosen.shape[1]
    if not size:
        return np.full(len(chosen), -1, np.int64)
    back = chosen[:, ::-1].argmax(axis=1)
    return np.where(chosen.any(axis=1), size - 1 - back, -1).astype(np.int64)


def silent_h(known: Mask, start: int, now: int, since: IntArray) -> FloatArray:
    """Whole hours since the last known one of each row, as far as the array looks back.

    Parameters
    ----------
    since
        Hour from which on a row could be known: its installation, or the household's moving in.
    """
    at = last_of(known)
    heard = np.where(at >= 0, start + at + 1, np.maximum(since, start))
    return np.asarray(now - heard, np.float64)


def idle_h(values: IntArray, known: Mask, start: int, since: IntArray) -> FloatArray:
    """Whole known hours without any use up to the last known one; NaN where none is known.

    An hour that is not known ends the run: nobody says that nothing was used in it.
    """
    at = last_of(known)
    hours = np.arange(known.shape[1])
    busy = (~known | (values != 0)) & (hours <= at[:, None])
    busy |= start + hours < since[:, None]
    busy &= hours <= at[:, None]
    begun = last_of(busy)
    return np.where(at >= 0, (at - begun).astype(np.float64), np.nan)


def away_limit(values: IntArray, known: Mask) -> FloatArray:
    """Hourly use of an empty home by its past, shape ``(n,)``: what refrigerators take, doubled.

    That is twice the quarter of its known hours with the least use; 0 for water and gas of most
    homes, which use none at night. NaN where fewer than two days are known.
    """
    found = np.full(len(values), np.nan)
    for row in np.flatnonzero(known.sum(axis=1) >= 48).tolist():
        found[row] = 2 * np.quantile(values[row, known[row]], 0.25)
    return found
