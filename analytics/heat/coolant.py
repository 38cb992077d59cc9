"""Heat carrier that goes out and does not come back, from the volumes of both pipes.

Volumes are turned into masses by the density at the temperature of each pipe: between 80 and 45
degC the same water differs by 2 % in volume, as much as two meters may. Source: deck item 23, check
"coolant-mass loss"; limit of error of EN 1434-1, class 2; density of IAPWS R7-97(2012).
"""

from dataclasses import dataclass

import numpy as np

from analytics.heat.water import FloatArray, enthalpy, liquid, specific_volume
from analytics.leaks import stretches
from domain.errors import ShapeError
from domain.quantities import Mask

LIMIT_OF_ERROR = 0.02
"""Of a volume meter: EN 1434 class 2 at its nominal flow."""

ALARM_HOURS = 6
"""So many hours in a row must each lose more than the meters may differ by; or the sum of a day."""

DAY = 24
LONGEST_GAP = 2
MAKE_UP_C = 10.0
"""What replaces the lost water comes so cold from the mains of drinking water."""


@dataclass(frozen=True, slots=True)
class Pipes:
    """Both pipes of a source or a house, shape ``(t,)`` each; NaN where unknown."""

    supply_litres: FloatArray
    return_litres: FloatArray
    supply_c: FloatArray
    return_c: FloatArray

    def __post_init__(self) -> None:
        """Check the shapes.

        Raises
        ------
        ShapeError
            The arrays do not cover the same hours.
        """
        shapes = {getattr(self, name).shape for name in Pipes.__slots__}
        if len(shapes) > 1:
            raise ShapeError(f"all arrays of two pipes must have one shape, not {sorted(shapes)}")


@dataclass(frozen=True, slots=True)
class Coolant:
    """Masses by the hour, shape ``(t,)`` each; NaN where an input is unknown."""

    out_kg: FloatArray
    back_kg: FloatArray
    lost_kg: FloatArray
    """Out minus back; negative where more comes back than went out."""

    lost_wh: FloatArray
    """Heat that went with it: against make-up water of :data:`MAKE_UP_C`, from the return."""

    allowed_kg: FloatArray
    """What two sound meters may differ by, and the rounding of their pulses."""

    @property
    def real(self) -> Mask:
        """Hours in which more is lost than the meters may differ by."""
        with np.errstate(invalid="ignore"):
            found: Mask = self.lost_kg > self.allowed_kg
        return found


def balance(pipes: Pipes, quantum: float = 0.0, limit: float = LIMIT_OF_ERROR) -> Coolant:
    """Masses out and back.

    Parameters
    ----------
    quantum
        Litres of a pulse of the coarser meter.
    limit
        Limit of error of each meter, as a share; limits add as independent ones.
    """
    warm, cold = liquid(pipes.supply_c), liquid(pipes.return_c)
    out = pipes.supply_litres / 1000 / specific_volume(warm)
    back = pipes.return_litres / 1000 / specific_volume(cold)
    lost = out - back
    per_kg = (enthalpy(cold) - enthalpy(np.full_like(cold, MAKE_UP_C))) / 3.6
    allowed = limit * np.hypot(out, back) + quantum
    return Coolant(out, back, lost, lost * per_kg, allowed)


@dataclass(frozen=True, slots=True)
class Leak:
    """A loss of coolant that stands at the end of the hours."""

    since: int
    """Place of its first hour."""

    hours: int
    """Known hours of it."""

    lost_kg: float
    lost_wh: float
    share: float
    """Of what went out."""


def leak(found: Coolant, limit: float = LIMIT_OF_ERROR, quantum: float = 0.0) -> Leak | None:
    """The loss that stands at the end; None while the two meters may be said to agree.

    Either each of the last :data:`ALARM_HOURS` known hours loses more than the meters may differ
    by, or the last day together does: that finds what the rounding of coarse pulses hides by hours.
    """
    known = ~np.isnan(found.lost_kg)
    run = stretches.without((~found.real & known)[None], ~known[None], LONGEST_GAP)[0]
    if len(run) and run[-1] >= ALARM_HOURS:
        inside = np.flatnonzero(known & found.real)[-int(run[-1]) :]
        return _leak(found, inside)
    last = np.flatnonzero(known[-DAY:]) + max(0, len(known) - DAY)
    if len(last) < DAY - LONGEST_GAP:
        return None
    out, back = found.out_kg[last].sum(), found.back_kg[last].sum()
    if out - back <= limit * np.hypot(out, back) + quantum:
        return None
    return _leak(found, last)


def _leak(found: Coolant, hours: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Leak:
    lost, out = float(found.lost_kg[hours].sum()), float(found.out_kg[hours].sum())
    return Leak(
        int(hours[0]),
        len(hours),
        lost,
        float(found.lost_wh[hours].sum()),
        lost / out if out > 0 else 1.0,
    )
