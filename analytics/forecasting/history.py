"""Days that have passed, filled and scaled, as forecasts need them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.errors import ShapeError

FloatArray = NDArray[np.float64]
HOURS = 24


@dataclass(frozen=True, slots=True)
class Past:
    """Whole local days of ``n`` series, the oldest first."""

    values: FloatArray
    """Consumption by day and local hour, shape ``(n, d, 24)``; NaN is unknown."""

    first_weekday: int
    """Of the oldest day; Monday is 0."""

    temperature: FloatArray | None = None
    """Daily mean outdoors in degC of these days and the next one, shape ``(d + 1,)``; NaN is
    unknown. None where there is no weather."""

    neighbours: FloatArray | None = None
    """What the kind did by day and hour in units of each one's mean, as :func:`kind_of` gives it,
    shape ``(14, 24)``; None where these series are the kind."""

    def __post_init__(self) -> None:
        """Check the shapes.

        Raises
        ------
        ShapeError
            The values are no days of 24 hours, or the temperatures are not one day more.
        """
        shape = self.values.shape
        sound = len(shape) == 3 and shape[2] == HOURS
        if sound and self.temperature is not None:
            sound = self.temperature.shape == (shape[1] + 1,)
        if not sound:
            raise ShapeError(f"values {shape} are not (n, d, 24) with d + 1 temperatures")

    def before(self, day: int) -> "Past":
        """What was known at the midnight at which ``day`` began."""
        warm = None if self.temperature is None else self.temperature[: day + 1]
        return Past(self.values[:, :day], self.first_weekday, warm)


def kind_of(past: Past) -> FloatArray:
    """What many series of one kind did in the last two weeks, shape ``(14, 24)``.

    Each counts in units of its own mean of four weeks; for :attr:`Past.neighbours` of one of them.
    """
    window = filled(past.values[:, -28:])
    mean = window.mean(axis=(1, 2))
    days = window[:, -14:] / np.where(mean > 0, mean, 1.0)[:, None, None]
    return np.asarray(days.mean(axis=0))


def filled(values: FloatArray) -> FloatArray:
    """Unknown hours take the median of their slot, else the mean of the series, else 0."""
    missing = np.isnan(values)
    if not missing.any():
        return values
    result = values.copy()
    for row in np.flatnonzero(missing.any(axis=(1, 2))):
        one = result[row]
        known = ~np.isnan(one)
        mean = float(one[known].mean()) if known.any() else 0.0
        slots = np.full(HOURS, mean)
        for hour in np.flatnonzero(known.any(axis=0)):
            slots[hour] = np.median(one[known[:, hour], hour])
        result[row] = np.where(known, one, slots)
    return result
