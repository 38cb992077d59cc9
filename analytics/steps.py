"""What a counter went on by between two readings: onward, back, or begun anew.

A counter shows pulses modulo its wrap, so a reading below the one before may be a wrap, a meter
that ran backwards, or a module that began to count anew. The size tells: onward by at most what
the meter's largest flow gives in that time is a wrap. What is far beyond that, but a small step
back, is reverse flow; what is far beyond and stands near zero began anew. Where the range of the
counter is too small for its flow the two cannot be told apart, and the hour is not believed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.quantities import Mask

FLOW_MARGIN = 1.2
"""Over the capacity of the point; as in :mod:`analytics.validation`."""

CLEAR = 4
"""A step back is believed where the counter's range is so many times what can flow meanwhile."""

ABSURD = 10
"""So many times the largest flow is no understated capacity any more."""


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps from one reading to the next; arrays of one shape."""

    pulses: NDArray[np.int64]
    """Onward; negative where the counter ran backwards; what came since a new beginning."""

    doubtful: Mask
    """Whether the hours between are not believed, whatever the counter says."""


def largest(
    wrap: NDArray[np.int64], longest_gap_h: NDArray[np.int64], hours: NDArray[np.int64] | int = 1
) -> NDArray[np.int64]:
    """Most pulses that can come in some hours, with the margin of the validation.

    ``longest_gap_h`` is that of :class:`analytics.registers.Installations`: within so many hours
    the counter cannot go round, so it tells the largest flow, rounded up.
    """
    found: NDArray[np.int64] = np.floor(FLOW_MARGIN * wrap * hours / longest_gap_h).astype(np.int64)
    return found


def between(
    before: NDArray[np.int64],
    after: NDArray[np.int64],
    wrap: NDArray[np.int64],
    most: NDArray[np.int64],
) -> Steps:
    """Judge steps by their size; ``most`` is :func:`largest` of the time between.

    Examples
    --------
    Onward over a wrap, back by ten, and begun anew; then a range too small to tell:

    >>> wrap = np.array([2**24, 2**24, 2**24, 65536])
    >>> before, after = np.array([2**24 - 7, 500, 9_000_000, 500]), np.array([3, 490, 40, 490])
    >>> found = between(before, after, wrap, np.array([12_000, 12_000, 12_000, 40_000]))
    >>> found.pulses.tolist(), found.doubtful.tolist()
    ([10, -10, 40, 65526], [False, True, True, True])
    """
    onward = np.mod(after - before, wrap)
    absurd = onward > most
    if not absurd.any():
        return Steps(onward, absurd)
    near = absurd & (wrap - onward <= most)
    back = near & (most * CLEAR <= wrap)
    unclear = near & ~back & (after < before)
    anew = absurd & ~near & (after < before) & (after <= most) & (onward > ABSURD * most)
    pulses = np.where(back, onward - wrap, np.where(anew, after, onward))
    return Steps(pulses, back | unclear | anew)
