"""What a heating main loses on the way: warmth through its walls, water through its leaks.

Source: deck item 23, checks "heat loss on mains from known temperatures and mass" and "coolant-mass
loss"; EN 1434-1 for energies.
"""

from dataclasses import dataclass

import numpy as np

from analytics.heat import coolant
from analytics.heat.coolant import Coolant, Pipes
from analytics.heat.water import FloatArray, enthalpy, liquid
from domain.errors import ShapeError


@dataclass(frozen=True, slots=True)
class Ends:
    """Supply and return of a main at both of its ends, shape ``(t,)`` each."""

    source: Pipes
    arrives_c: FloatArray
    """Of the supply where it arrives."""

    leaves_c: FloatArray
    """Of the return where it sets out for the source."""


@dataclass(frozen=True, slots=True)
class MainsLoss:
    """Losses of a main by the hour; NaN where an input is unknown; shape ``(t,)``."""

    warmth_wh: FloatArray
    """Through the walls of supply and return pipe."""

    coolant: Coolant
    """Water that left with the supply and did not come back."""


def loss(ends: Ends, quantum: float = 0.0, limit: float = coolant.LIMIT_OF_ERROR) -> MainsLoss:
    """Losses of a main between its ends.

    Raises
    ------
    ShapeError
        The arrays do not cover the same hours.
    """
    if not ends.arrives_c.shape == ends.leaves_c.shape == ends.source.supply_c.shape:
        raise ShapeError("both ends of a main must cover the same hours")
    found = coolant.balance(ends.source, quantum, limit)
    supply, arrives = enthalpy(liquid(ends.source.supply_c)), enthalpy(liquid(ends.arrives_c))
    leaves, back = enthalpy(liquid(ends.leaves_c)), enthalpy(liquid(ends.source.return_c))
    warmth = (found.out_kg * (supply - arrives) + found.back_kg * (leaves - back)) / 3.6
    return MainsLoss(warmth, found)


def mixed(celsius: FloatArray, litres: FloatArray) -> FloatArray:
    """Temperature of several streams together, weighed by their volumes; shape ``(t,)``.

    Parameters
    ----------
    celsius, litres
        Of each stream, shape ``(n, t)``; an hour in which one is unknown is unknown, and one in
        which nothing flows has no temperature.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        weighed: FloatArray = (celsius * litres).sum(axis=0) / litres.sum(axis=0)
    return np.where(np.isfinite(weighed), weighed, np.nan)
