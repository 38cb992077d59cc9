"""What a heating main loses on the way: warmth through its walls, water through its leaks.

Source: deck item 23, checks "heat loss on mains from known temperatures and mass" and "coolant-mass
loss"; EN 1434-1 for energies.
"""

from dataclasses import dataclass

import numpy as np

from analytics.heat.water import FloatArray, enthalpy, specific_volume
from domain.errors import ShapeError

LIMIT_OF_ERROR = 0.02
"""Of a volume meter: EN 1434 class 2 at its nominal flow."""


@dataclass(frozen=True, slots=True)
class Ends:
    """Supply and return of a main at both of its ends, shape ``(t,)`` each."""

    supply_litres: FloatArray
    return_litres: FloatArray
    """Volumes at the source, in its supply and in its return pipe."""

    supply_c: FloatArray
    return_c: FloatArray
    """Temperatures at the source."""

    arrives_c: FloatArray
    """Of the supply where it arrives."""

    leaves_c: FloatArray
    """Of the return where it sets out for the source."""


@dataclass(frozen=True, slots=True)
class MainsLoss:
    """Losses of a main by the hour; NaN where an input is unknown; shape ``(t,)``."""

    warmth_wh: FloatArray
    """Through the walls of supply and return pipe."""

    coolant_kg: FloatArray
    """Water that left with the supply and did not come back."""

    coolant_wh: FloatArray
    """Heat that went with it, against the return's temperature."""

    coolant_is_real: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    """Where the difference exceeds what two meters may differ by."""


def loss(ends: Ends, limit: float = LIMIT_OF_ERROR) -> MainsLoss:
    """Losses of a main between its ends.

    Raises
    ------
    ShapeError
        The arrays do not cover the same hours.
    """
    shapes = {getattr(ends, name).shape for name in Ends.__slots__}
    if len(shapes) > 1:
        raise ShapeError(f"all arrays of a main must have one shape, not {sorted(shapes)}")
    out_kg = ends.supply_litres / 1000 / specific_volume(ends.supply_c)
    back_kg = ends.return_litres / 1000 / specific_volume(ends.return_c)
    supply, arrives = enthalpy(ends.supply_c), enthalpy(ends.arrives_c)
    leaves, back = enthalpy(ends.leaves_c), enthalpy(ends.return_c)
    warmth = (out_kg * (supply - arrives) + back_kg * (leaves - back)) / 3.6
    lost = out_kg - back_kg
    allowed = limit * np.hypot(out_kg, back_kg)
    with np.errstate(invalid="ignore"):
        real = np.abs(lost) > allowed
    return MainsLoss(warmth, lost, lost * (supply - back) / 3.6, real)
