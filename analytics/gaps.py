"""What flowed between two instants at which a register is known, and how hours share it."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from domain.quality import CodeArray, Quality
from domain.quantities import EnergyArray, Mask

SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Pairs:
    """Neighbouring knots of one installation; all arrays have shape ``(k,)``."""

    row: NDArray[np.int64]
    from_s: NDArray[np.int64]
    to_s: NDArray[np.int64]
    amount: EnergyArray
    code: CodeArray
    absolute: Mask
    """The later knot is a register somebody read, so no wrap is in doubt."""

    doubtful: Mask
    """The counter ran backwards, began anew, or may have: :mod:`analytics.steps`."""

    @property
    def first_hour(self) -> NDArray[np.int64]:
        """Hour in which the earlier knot lies."""
        return self.from_s // SECONDS

    @property
    def hours(self) -> NDArray[np.int64]:
        """How many hours the two knots touch."""
        return -(-self.to_s // SECONDS) - self.first_hour

    @classmethod
    def none(cls) -> "Pairs":
        """No pairs at all."""
        empty = np.zeros(0, dtype=np.int64)
        none = empty.astype(np.bool_)
        return cls(empty, empty, empty, empty, empty.astype(np.uint8), none, none)

    def take(self, chosen: Mask) -> "Pairs":
        """Choose some."""
        return Pairs(*(getattr(self, field.name)[chosen] for field in fields(self)))


def spread(  # noqa: PLR0913, PLR0917 - writes into the three arrays of the result
    wide: Pairs,
    longest_gap_h: NDArray[np.int64],
    start: int,
    values: EnergyArray,
    known: Mask,
    codes: CodeArray,
) -> Pairs:
    """Share what flowed between distant knots among their hours by time, sum preserved.

    Only where no wrap is in doubt: those pairs are given back. ``longest_gap_h`` has shape
    ``(n,)``, the three arrays that are written ``(n, t)``.
    """
    certain = (wide.hours <= longest_gap_h[wide.row]) | wide.absolute
    pairs = wide.take(certain & (wide.amount >= 0) & ~wide.doubtful)
    counts = pairs.hours
    if not len(counts):
        return pairs
    which = np.repeat(np.arange(len(counts)), counts)
    offset = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    hour = pairs.first_hour[which] + offset
    span = (pairs.to_s - pairs.from_s)[which]
    whole, rest = pairs.amount[which] // span, pairs.amount[which] % span

    def flowed_by(instant_s: NDArray[np.int64]) -> EnergyArray:
        passed = np.clip(instant_s, pairs.from_s[which], pairs.to_s[which]) - pairs.from_s[which]
        flowed: EnergyArray = whole * passed + rest * passed // span
        return flowed

    share = flowed_by((hour + 1) * SECONDS) - flowed_by(hour * SECONDS)
    inside = (hour >= start) & (hour < start + values.shape[1])
    row, column = pairs.row[which][inside], (hour - start)[inside]
    values[row, column], known[row, column] = share[inside], True
    codes[row, column] = Quality.ESTIMATED
    return pairs
