"""How an hour became known: the quality codes of the public contract.

Standard: the idea of CIM ReadingQuality (IEC 61968-9), with the codes of the contract ("What a
reading means").
"""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

CodeArray = NDArray[np.uint8]


class Quality(IntEnum):
    """Quality of one hour. 0 to 7 can be stored, 8 and 9 are only ever derived."""

    ON_TIME = 0
    BACKFILLED = 1
    MANUAL = 2
    CORRECTED = 3
    ESTIMATED = 4
    MISSING = 5
    SUSPECT = 6
    LATE = 7
    NOT_EXPECTED = 8
    QUARANTINED = 9


ORDER = (
    Quality.MISSING,
    Quality.QUARANTINED,
    Quality.SUSPECT,
    Quality.ESTIMATED,
    Quality.CORRECTED,
    Quality.MANUAL,
    Quality.BACKFILLED,
    Quality.LATE,
    Quality.ON_TIME,
    Quality.NOT_EXPECTED,
)
"""Of several qualities in one bucket or group, the first in this order speaks for all."""

_PLACE = np.zeros(len(ORDER), dtype=np.uint8)
_PLACE[list(ORDER)] = np.arange(len(ORDER))
_CODE = np.array(ORDER, dtype=np.uint8)

ON_TIME_SECONDS = 2 * 3600
LATE_SECONDS = 24 * 3600


def place_of(codes: CodeArray) -> CodeArray:
    """Place of each code in :data:`ORDER`: take the minimum of places to join qualities."""
    return _PLACE[codes]


def code_at(places: CodeArray) -> CodeArray:
    """Code at each place of :data:`ORDER`; the inverse of :func:`place_of`."""
    return _CODE[places]


def arrival_quality(delay_s: NDArray[np.float64]) -> CodeArray:
    """Code of a pushed reading by its delay alone.

    Parameters
    ----------
    delay_s
        Seconds from the end of the hour to the commit of the push, any shape.

    Examples
    --------
    >>> arrival_quality(np.array([60.0, 7201.0, 90000.0]))
    array([0, 7, 1], dtype=uint8)
    """
    late = np.where(delay_s <= LATE_SECONDS, Quality.LATE, Quality.BACKFILLED)
    return np.where(delay_s <= ON_TIME_SECONDS, Quality.ON_TIME, late).astype(np.uint8)
