"""What becomes of alerts: hysteresis, cool-down, and never two of one condition."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from domain.errors import ShapeError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Mask = NDArray[np.bool_]
StepArray = NDArray[np.uint8]

NEVER = np.iinfo(np.int64).max
"""Hours since an alert closed that never was."""


class Step(IntEnum):
    """What a judgement makes of a condition."""

    NOTHING = 0
    OPEN = 1
    """A new alert, of which people are told."""

    REOPEN = 2
    """It came back within the cool-down: the same alert, and nobody is told again."""

    KEEP = 3
    CLOSE = 4


@dataclass(frozen=True, slots=True)
class Conditions:
    """Conditions of one kind; arrays of shape ``(n,)``."""

    limit: FloatArray
    open: Mask
    """Whether its newest alert is open."""

    closed_h: IntArray
    """Hours since its newest alert was closed; :data:`NEVER` where there was none."""


def steps(  # noqa: PLR0913 - values, and the terms of their kind
    conditions: Conditions,
    high: FloatArray,
    last: FloatArray,
    *,
    hysteresis: float,
    cool_down_h: int,
    below: bool = False,
) -> StepArray:
    """What becomes of the alert of each condition.

    Parameters
    ----------
    high
        The worst value that was not judged before, in the unit of the limit; NaN is unknown.
    last
        The newest value: by this an open alert is over. NaN is unknown, and changes nothing.
    hysteresis
        Share of the limit by which ``last`` must have come back.
    below
        Whether a value below the limit is the bad one, as of deliveries.

    Raises
    ------
    ShapeError
        The arrays do not line up.

    Examples
    --------
    >>> watched = Conditions(np.array([10.0]), np.array([True]), np.array([NEVER]))
    >>> [Step(one).name for one in steps(
    ...     watched, np.array([9.5]), np.array([9.5]), hysteresis=0.1, cool_down_h=6)]
    ['KEEP']
    """
    if not high.shape == last.shape == conditions.limit.shape:
        raise ShapeError("values and conditions differ in length")
    sign = -1.0 if below else 1.0
    limit = sign * conditions.limit
    back = limit - hysteresis * np.abs(conditions.limit)
    with np.errstate(invalid="ignore"):
        met, over = sign * high > limit, sign * last <= back
    found = np.full(len(limit), Step.NOTHING, np.uint8)
    found[conditions.open] = Step.KEEP
    found[conditions.open & over & ~met] = Step.CLOSE
    again = conditions.closed_h < cool_down_h
    found[~conditions.open & met & again] = Step.REOPEN
    found[~conditions.open & met & ~again] = Step.OPEN
    return found
