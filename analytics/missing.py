"""Why an hour is missing: every hour that never came, and every value that is unknown."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from domain.quality import CodeArray, Quality
from domain.quantities import Mask

SECONDS = 3600

ReasonArray = NDArray[np.uint8]


class Reason(IntEnum):
    """Why an hour is missing; of several the first speaks for a point."""

    COUNTER_FELL = 0
    """The counter ran backwards, or began anew."""

    CONTRADICTED = 1
    """The final index somebody read lies below the last counter."""

    AMBIGUOUS_WRAP = 2
    """The counter may have wrapped unseen in a gap so long."""

    VOIDED = 3
    AFTER_LAST_READING = 4
    NOT_ARRIVED = 5
    NOT_INSTALLED = 6
    NONE = 7


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of ``n`` installations over ``t`` hours."""

    covered: Mask
    """Whether the meter stood during any part of the hour, shape ``(n, t)``."""

    due: Mask
    """Whether the ledger expects the hour, shape ``(n, t)``."""

    arrived: Mask
    """Whether the counter at its end came, shape ``(n, t)``."""

    known: Mask
    """Whether its consumption is known, shape ``(n, t)``."""

    codes: CodeArray
    """Quality of its consumption, shape ``(n, t)``."""

    voided: Mask
    """Whether somebody declared its counter void, shape ``(n, t)``."""

    last_s: NDArray[np.int64]
    """Last instant at which the register is known by a counter, shape ``(n,)``."""

    closed: Mask
    """Whether a final index was read at the removal, shape ``(n,)``."""


def reasons(found: Evidence, start: int) -> ReasonArray:
    """Reason of each hour that never came or whose value is unknown, shape ``(n, t)``.

    Hours that came and are known have the reason NONE. An hour that never came may well have a
    value, estimated between its neighbours: the ledger counts it missing all the same.
    """
    ends = (start + 1 + np.arange(found.covered.shape[1])) * SECONDS
    unknown = found.covered & ~found.known
    unarrived = found.due & ~found.arrived
    after = ends > found.last_s[:, None]
    closed = found.closed[:, None]
    result = np.full(found.covered.shape, Reason.NONE, dtype=np.uint8)
    result[unarrived] = Reason.NOT_ARRIVED
    result[unknown & ~after] = Reason.AMBIGUOUS_WRAP
    result[(unknown | unarrived) & after & ~closed] = Reason.AFTER_LAST_READING
    suspect = found.codes == Quality.SUSPECT
    result[unknown & suspect & ~after] = Reason.COUNTER_FELL
    result[unknown & after & (closed | suspect)] = Reason.CONTRADICTED
    result[found.voided & (unknown | unarrived)] = Reason.VOIDED
    result[~found.covered] = Reason.NOT_INSTALLED
    return result


def by_point(row_point: NDArray[np.int64], points: int, found: ReasonArray) -> ReasonArray:
    """Reasons of points out of those of their installations, shape ``(points, t)``.

    Where one meter stands another one's absence says nothing.
    """
    shape = points, found.shape[1]
    result = np.full(shape, Reason.NONE, dtype=np.uint8)
    spoken = np.where(found == Reason.NOT_INSTALLED, np.uint8(Reason.NONE), found)
    np.minimum.at(result, row_point, spoken)
    stands = np.zeros(shape, dtype=np.bool_)
    np.logical_or.at(stands, row_point, found != Reason.NOT_INSTALLED)
    return np.where(stands, result, np.uint8(Reason.NOT_INSTALLED))


@dataclass(frozen=True, slots=True)
class Period:
    """Consecutive hours ``[start, end)`` in which as many points lack the same."""

    start: int
    end: int
    reason: Reason
    points: int


def periods(found: ReasonArray, start: int) -> list[Period]:
    """Join hours of points into periods, in the order of time.

    Parameters
    ----------
    found
        Reasons, shape ``(points, t)``.

    Examples
    --------
    >>> found = np.array([[7, 5, 5, 7], [7, 7, 5, 7]], dtype=np.uint8)
    >>> [(p.start, p.end, p.reason.name, p.points) for p in periods(found, 100)]
    [(101, 102, 'NOT_ARRIVED', 1), (102, 103, 'NOT_ARRIVED', 2)]
    """
    joined = []
    for reason in Reason:
        if reason is Reason.NONE:
            continue
        counts = np.count_nonzero(found == reason, axis=0)
        cuts = np.flatnonzero(np.diff(counts, prepend=-1, append=-1))
        joined += [
            Period(start + low, start + high, reason, int(counts[low]))
            for low, high in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True)
            if counts[low]
        ]
    return sorted(joined, key=lambda period: (period.start, period.reason))
