"""What the rules find: a kind, since when, how much flows, and how sure that is."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from domain.errors import ShapeError

HOURS = 24
FloatArray = NDArray[np.float64]


class Kind(StrEnum):
    """Leaks, and faults of meters that look like none or hide one."""

    CONTINUOUS = "leak_continuous"
    GROWING = "leak_growing"
    INTERMITTENT = "leak_intermittent"
    BURST = "leak_burst"
    TRICKLE = "leak_trickle"
    STUCK = "meter_stuck"
    REVERSE = "reverse_flow"
    PULSE_LOSS = "pulse_loss"
    FLOW_WITHOUT_DELTA = "heat_flow_without_delta"
    DELTA_WITHOUT_FLOW = "heat_delta_without_flow"
    NEGATIVE_DELTA = "heat_negative_delta"


@dataclass(frozen=True, slots=True)
class Sign:
    """One pattern at one meter."""

    row: int
    kind: Kind
    since: int
    """Place on the axis of hours at which it began; negative when before the window."""

    flow: float
    """Wh or litres an hour that are lost, or not counted; 0 where nobody can say."""

    amount: float
    """Wh or litres since it began."""

    confidence: float
    """0 to 1."""

    figures: dict[str, float] = field(default_factory=dict)
    """What the rule was judged by, for people."""


@dataclass(frozen=True, slots=True)
class Flow:
    """Hours of ``n`` meters of one commodity up to now."""

    values: FloatArray
    """Wh or litres, shape ``(n, t)``; NaN for what was not measured."""

    first_slot: int | NDArray[np.int64] = 0
    """Local hour of the day of the first column; of every one, where the clock changes between."""

    quantum: float | FloatArray = 1.0
    """Wh or litres of a pulse, a number or shape ``(n,)``."""

    largest: float | FloatArray = 6000.0
    """Wh or litres an hour at the meter's largest flow, Qn."""

    def __post_init__(self) -> None:
        """Check the shape.

        Raises
        ------
        ShapeError
            The values are no table of meters and hours.
        """
        if self.values.ndim != 2:
            raise ShapeError(f"values must have shape (n, t), not {self.values.shape}")

    @property
    def slots(self) -> NDArray[np.int64]:
        """Hour of the day of each column."""
        if isinstance(self.first_slot, np.ndarray):
            return self.first_slot
        return (self.first_slot + np.arange(self.values.shape[1])) % HOURS

    @property
    def step(self) -> FloatArray:
        """Quantum by meter, shape ``(n,)``."""
        return np.broadcast_to(np.asarray(self.quantum, float), self.values.shape[:1])

    @property
    def most(self) -> FloatArray:
        """Largest flow by meter, shape ``(n,)``."""
        return np.broadcast_to(np.asarray(self.largest, float), self.values.shape[:1])

    def last(self, hours: int) -> "Flow":
        """The newest hours alone."""
        start = max(0, self.values.shape[1] - hours)
        return Flow(self.values[:, start:], self.slots[start:], self.quantum, self.largest)
