"""What was metered in and below a balance group, as its judge sees it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from domain.errors import ShapeError
from domain.quantities import Commodity, Mask

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Window:
    """Consecutive hours of one balance group, usually the last six to eight weeks."""

    supplied: FloatArray
    """What entered the group [Wh or litres an hour], shape ``(t,)``; NaN is unknown."""

    readings: FloatArray
    """What each direct member metered, shape ``(n, t)`` in the same unit; NaN is unknown, and so
    is what is negative or infinite. A child group with an inlet is one member."""

    hour: IntArray
    """Local hour of the day in which each hour starts, 0 to 23, shape ``(t,)``."""

    day: IntArray
    """Number of the local day of each hour, never decreasing, shape ``(t,)``; days may have 23 or
    25 hours. Only differences and ``day % 7`` matter."""

    estimated: Mask | None = None
    """Readings that were estimated, not measured; shape ``(n, t)``."""

    present: Mask | None = None
    """Whether the member was there, shape ``(n, t)``; where it was not, nothing flowed through it.
    Without it all members were there all the time."""

    commodity: Commodity = Commodity.ELECTRICITY
    quantum: float = 1.0
    """Smallest step of a reading [Wh or litres]: what a pulse stands for."""

    def __post_init__(self) -> None:
        """Check the shapes.

        Raises
        ------
        ShapeError
            The arrays do not describe the same hours and members.
        """
        hours = self.supplied.shape
        sound = len(hours) == 1 and self.hour.shape == hours == self.day.shape
        sound = sound and self.readings.ndim == 2 and self.readings.shape[1:] == hours
        for mask in (self.estimated, self.present):
            sound = sound and (mask is None or mask.shape == self.readings.shape)
        if not sound:
            raise ShapeError(f"supplied {hours} against readings {self.readings.shape}")

    @cached_property
    def starts(self) -> IntArray:
        """Index of the first hour of each local day, shape ``(d,)``."""
        if not len(self.day):
            return np.zeros(0, dtype=np.int64)
        return np.flatnonzero(np.diff(self.day, prepend=self.day[0] - 1))

    @property
    def members(self) -> int:
        """How many members the group has."""
        return len(self.readings)

    @property
    def hours(self) -> int:
        """How many hours the window has."""
        return len(self.supplied)
