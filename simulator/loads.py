"""Amounts that the town's meters could have seen: what is derived from the real homes and house."""

import numpy as np
from numpy.typing import NDArray

from domain.quantities import EnergyArray
from simulator.chance import bell, between, uniform
from simulator.sources import PATTERN_HOURS, WEEK_HOURS

LINEAR_LOSS = 0.02
QUADRATIC_LOSS = 0.02
METER_NOISE = 0.002
"""Losses of a house's wiring and noise of its inlet meter, as shares of the energy passed on."""


class Loads:
    """Columns of hourly amounts under construction; each gets a number."""

    def __init__(self) -> None:
        self._columns: list[EnergyArray] = []

    def add(self, hourly: EnergyArray) -> int:
        """Keep a column of the six weeks, shape ``(1008,)``, and number it."""
        self._columns.append(hourly.astype(np.int64))
        return len(self._columns) - 1

    def total(self, columns: list[int]) -> EnergyArray:
        """Sum of some columns, shape ``(1008,)``."""
        chosen = [self._columns[column] for column in columns]
        total: EnergyArray = np.sum(chosen, axis=0, dtype=np.int64)
        return total

    def hourly(self) -> EnergyArray:
        """All columns side by side, shape ``(1008, n)``."""
        return np.column_stack(self._columns)


def at_inlet(passed_on: EnergyArray, *words: object) -> EnergyArray:
    """What a house's inlet meter sees of the energy passed on below it [Wh].

    Notes
    -----
    Linear losses are the meters' own consumption and leakage, quadratic ones the current squared
    in the wiring; scaled so that each is 2 % of the energy at the mean load.
    """
    flow = passed_on.astype(np.float64)
    mean = max(float(flow.mean()), 1.0)
    lost = LINEAR_LOSS * flow + QUADRATIC_LOSS * flow**2 / mean
    noise = METER_NOISE * flow * bell(len(flow), "inlet noise", *words)
    return np.maximum(np.rint(flow + lost + noise), 0).astype(np.int64)


def common_needs(flats: EnergyArray, *words: object) -> EnergyArray:
    """Stairs, cellar and lift of a house [Wh]: light in dark hours, a lift that follows life."""
    hour = np.arange(PATTERN_HOURS) % 24
    dark = (hour < 7) | (hour >= 17)
    lift = 0.012 * flats.astype(np.float64)
    steady = 180.0 + 420.0 * dark
    swing = 1.0 + 0.1 * (uniform(PATTERN_HOURS, "common needs", *words) - 0.5)
    return np.rint((steady + lift) * swing).astype(np.int64)


def window_of(house: EnergyArray, share: tuple[float, float], *words: object) -> EnergyArray:
    """Six weeks of another flat made of one house: a window, a scale and a shift of habits.

    Parameters
    ----------
    house
        Hourly amounts of the Canadian house from a Monday on, whole weeks, shape ``(t,)``.
    share
        Smallest and largest scale.
    """
    weeks = len(house) // WEEK_HOURS - 6
    first = between(0, weeks - 1, "window", *words) * WEEK_HOURS
    shift = between(-2, 2, "habits", *words)
    scale = share[0] + (share[1] - share[0]) * float(uniform(1, "scale", *words)[0])
    window = np.roll(house, -shift)[first : first + PATTERN_HOURS]
    # Round the running sum, not the hours: many hours of less than half a litre stay a litre.
    dial = np.floor(np.cumsum(np.concatenate(([0.0], window * scale))))
    amounts: EnergyArray = np.diff(dial).astype(np.int64)
    return amounts


def scaled(true: EnergyArray, stolen: float) -> EnergyArray:
    """A meter made to register only ``1 - stolen`` of what runs through (theft T1)."""
    return np.floor(true * round(1000 * (1 - stolen)) / 1000).astype(np.int64)


def bypassed(true: EnergyArray, first: int, hours: int) -> EnergyArray:
    """A meter bridged every day from wall-clock hour ``first`` for some hours (theft T2)."""
    bridged: NDArray[np.bool_] = (np.arange(PATTERN_HOURS) % 24 - first) % 24 < hours
    return np.where(bridged, 0, true)
