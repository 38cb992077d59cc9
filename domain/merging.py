"""Which of two readings of the same hour stands.

The rules are those of the store: a higher rank wins (a push outranks a manual collector); of equal
rank the one earlier in the journal stands, and a different value is a conflict that people must
see. Corrections and estimates are no facts and never meet these rules: they lie in an overlay.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.quality import CodeArray, Quality

CounterArray = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Facts:
    """Counters of some hours; all arrays have one shape.

    ``counter`` is meaningless, and 0, where ``known`` is false; so is ``code``.
    """

    counter: CounterArray
    code: CodeArray
    known: Mask


@dataclass(frozen=True, slots=True)
class Merged:
    """Outcome of :func:`merge`."""

    facts: Facts
    written: Mask
    """Hours in which the arriving reading now stands."""

    displaced: Mask
    """Hours whose stored reading gave way to one of higher rank; the old one goes to revision."""

    conflict: Mask
    """Hours in which an arriving reading of the same rank says something else."""


def rank(code: CodeArray) -> NDArray[np.int8]:
    """Rank of a fact: 1 for a manual collector, 2 for a push.

    Examples
    --------
    >>> rank(np.array([Quality.ON_TIME, Quality.MANUAL], dtype=np.uint8))
    array([2, 1], dtype=int8)
    """
    return np.where(code == Quality.MANUAL, 1, 2).astype(np.int8)


def merge(stored: Facts, arriving: Facts) -> Merged:
    """Merge arriving readings into stored ones, hour by hour.

    The arriving readings are later in the journal than the stored ones. Merging the same readings
    again changes nothing.
    """
    both = stored.known & arriving.known
    stronger = both & (rank(arriving.code) > rank(stored.code))
    equal_rank = both & (rank(arriving.code) == rank(stored.code))
    written = (arriving.known & ~stored.known) | stronger
    return Merged(
        facts=Facts(
            counter=np.where(written, arriving.counter, stored.counter),
            code=np.where(written, arriving.code, stored.code),
            known=stored.known | arriving.known,
        ),
        written=written,
        displaced=stronger & (arriving.counter != stored.counter),
        conflict=equal_rank & (arriving.counter != stored.counter),
    )
