"""Counters without gaps: what almost every meter delivers, taken whole instead of knot by knot."""

import numpy as np
from numpy.typing import NDArray

from domain.quantities import Mask


def unbroken(known: Mask, first_hour: NDArray[np.int64]) -> Mask:
    """Rows whose known hours follow one another without a gap, shape ``(n,)``.

    Parameters
    ----------
    known
        Hours with a counter, shape ``(n, t)``.
    first_hour
        Column in which the counter before them falls due, shape ``(n,)``: their run must begin
        there. A row without any known hour has no gap either.

    Examples
    --------
    >>> known = np.array([[0, 1, 1, 0], [1, 0, 1, 1], [0, 0, 1, 1], [0, 0, 0, 0]], np.bool_)
    >>> unbroken(known, np.array([1, 0, 1, 9])).tolist()
    [True, False, False, True]
    """
    if not known.shape[1]:
        return np.ones(len(known), dtype=np.bool_)
    runs = known[:, 0] + np.count_nonzero(known[:, 1:] > known[:, :-1], axis=1)
    found: Mask = (runs == 0) | ((runs == 1) & (known.argmax(axis=1) == first_hour))
    return found


def fastest(total: NDArray[np.int64]) -> NDArray[np.int64]:
    """Most pulses of an hour in each row of :func:`pulses`, shape ``(n,)``."""
    if total.shape[1] < 2:
        return np.zeros(len(total), dtype=np.int64)
    found: NDArray[np.int64] = np.diff(total, axis=1).max(axis=1)
    return found


def pulses(
    counters: NDArray[np.int64],
    known: Mask,
    before: NDArray[np.int64],
    since: NDArray[np.int64],
    wrap: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Pulses at the start of the axis and at the end of each hour, shape ``(n, 1 + t)``.

    Parameters
    ----------
    counters, known
        One unbroken run in each row, shape ``(n, t)``.
    before
        Counter before each run, shape ``(n,)``.
    since
        Pulses that it stands for.
    wrap
        Number of states of each counter.

    Examples
    --------
    >>> run = np.array([[65530, 4, -1]])
    >>> pulses(run, run >= 0, np.array([65500]), np.array([70]), np.array([65536]))
    array([[ 70, 100, 110, 110]])
    """
    size, hours = counters.shape
    if not hours:
        return since[:, None].copy()
    shown = np.empty((size, hours + 1), dtype=np.int64)
    shown[:, 1:] = counters
    shown[np.arange(size), known.argmax(axis=1)] = before
    steps = np.diff(shown, axis=1)
    if (wrap & (wrap - 1)).any():
        steps %= wrap[:, None]
    else:
        steps &= (wrap - 1)[:, None]  # a power of two, as nearly all: no division
    total = np.empty_like(shown)
    total[:, 0] = since
    np.cumsum(np.where(known, steps, 0), axis=1, out=total[:, 1:])
    total[:, 1:] += since[:, None]
    return total
