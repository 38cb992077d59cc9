"""Knots: instants at which the counters of some installations are known."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from domain.quantities import Mask

if TYPE_CHECKING:
    from analytics.registers import Installations


@dataclass(frozen=True, slots=True)
class Knots:
    """One instant for each installation at which its counter is known; shape ``(n,)``."""

    time_s: NDArray[np.int64]
    counter: NDArray[np.int64]
    pulses: NDArray[np.int64]
    """Pulses since the installation; meaningless in a knot to the right."""

    known: Mask

    def take(self, rows: NDArray[np.int64]) -> "Knots":
        """Choose some rows."""
        return Knots(*(getattr(self, field.name)[rows] for field in fields(self)))


def starting_knots(installations: "Installations") -> Knots:
    """The knots that every installation has: its own start, with no pulse yet."""
    size = len(installations)
    return Knots(
        time_s=installations.start_s,
        counter=installations.initial_counter,
        pulses=np.zeros(size, dtype=np.int64),
        known=np.ones(size, dtype=np.bool_),
    )


def no_knots(size: int) -> Knots:
    """Knots of which none is known."""
    zeros = np.zeros(size, dtype=np.int64)
    return Knots(zeros, zeros, zeros, np.zeros(size, dtype=np.bool_))
