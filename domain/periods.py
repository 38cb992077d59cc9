"""Runs of hours in which something was so, joined in whatever order they become known."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class StatusBit(IntEnum):
    """What a status bit of a channel says of an hour."""

    OPEN_CIRCUIT = 1
    SHORT_CIRCUIT = 2
    MAGNET = 4
    LOW_BATTERY = 8
    TAMPER = 16


@dataclass(frozen=True, slots=True)
class Periods:
    """Runs of hours ``[start, end)`` of status bits; arrays have shape ``(n,)``."""

    series: NDArray[np.int64]
    bit: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Periods":
        """Choose some."""
        return Periods(self.series[rows], self.bit[rows], self.start[rows], self.end[rows])

    def with_(self, other: "Periods") -> "Periods":
        """Both, one after the other."""
        return Periods(
            np.concatenate([self.series, other.series]),
            np.concatenate([self.bit, other.bit]),
            np.concatenate([self.start, other.start]),
            np.concatenate([self.end, other.end]),
        )

    def starts(self) -> NDArray[np.int64]:
        """What tells periods apart: rows of series, bit and start, shape ``(n, 3)``."""
        return np.stack([self.series, self.bit, self.start], axis=1)


def union(periods: Periods) -> Periods:
    """The longest runs that some periods cover together; those that touch are joined.

    Examples
    --------
    >>> some = np.array([7, 7, 7]), np.array([1, 1, 1]), np.array([5, 1, 3]), np.array([6, 3, 4])
    >>> joined = union(Periods(*some))
    >>> joined.start.tolist(), joined.end.tolist()
    ([1, 5], [4, 6])
    """
    if not len(periods.series):
        return periods
    ordered = periods.take(np.lexsort((periods.start, periods.bit, periods.series)))
    other = np.ones(len(ordered.series), np.bool_)
    other[1:] = (np.diff(ordered.series) != 0) | (np.diff(ordered.bit) != 0)
    # the furthest end so far, within each series and bit
    lift = other.cumsum() << 40
    furthest = np.maximum.accumulate(ordered.end + lift)
    begins = other.copy()
    begins[1:] |= ordered.start[1:] + lift[1:] > furthest[:-1]
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(begins)) - 1
    return Periods(
        ordered.series[first], ordered.bit[first], ordered.start[first], (furthest - lift)[last]
    )
