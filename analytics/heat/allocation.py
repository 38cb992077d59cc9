"""Who used what of a house's heat: schemes H1, H2, H3, V1 and V2.

| scheme | metered in the house | a flat's own measure ``q`` |
|---|---|---|
| H1 | house meter, a heat meter a flat | its meter |
| H2 | house meter, flow and two temperatures a flat | ``k V (t_in - t_out)`` |
| H3 | house meter, hot water a flat | area, times its hot water against the house's, 1/2 to 3/2 |
| V1 | a flow meter a riser, two temperatures a flat | ``k V_riser (t_in - t_out)`` |
| V2 | a meter a riser, shared by the flats on it | the riser's energy by radiators |

A flat gets ``E_i = E (f a_i / sum a + (1 - f) q_i / sum q)``: a basic share ``f`` by area, since
walls, stairs and pipes are heated for all, and the rest by what it drew. Source: deck item 37 and
38; basic share of 30 to 50 % as in the German Heizkostenverordnung, section 7. Parts close on the
house meter to the last watt-hour (:mod:`analytics.heat.closing`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.heat.closing import apportion
from analytics.heat.water import FloatArray, MeterPlace, energy_wh
from domain.errors import InvalidError, ShapeError
from domain.quantities import EnergyArray, Mask

BASIC_SHARE = 0.3
LEAST_INDEX, MOST_INDEX = 0.5, 1.5
"""H3: who uses little hot water pays about half, who uses much one and a half (deck item 37)."""


@dataclass(frozen=True, slots=True)
class Flats:
    """What is known of ``n`` flats beside their meters."""

    area_m2: FloatArray
    """Heated area, shape ``(n,)``."""

    basic: Mask
    """Whether a flat bears the basic share: everybody but who has it waived."""

    heated: Mask
    """Whether it takes heat of the house; not those with a boiler or heated floors of their own.

    An empty flat is heated: its neighbours would heat it through the walls otherwise.
    """

    def __post_init__(self) -> None:
        if not self.area_m2.shape == self.basic.shape == self.heated.shape:
            raise ShapeError("area_m2, basic and heated must speak of the same flats")
        if not np.isfinite(self.area_m2).all() or (self.area_m2 <= 0).any():
            raise InvalidError("area_m2 must be above 0 for each flat", field="area_m2")


@dataclass(frozen=True, slots=True)
class Allocation:
    """Parts of ``n`` flats; whole watt-hours that sum to the house's."""

    energy: EnergyArray
    """Shape ``(n,)`` [Wh]."""

    estimated: Mask
    """Whose own measure was unknown and taken as the mean of the others for their area."""


def allocate(
    total: int, own: FloatArray, flats: Flats, basic_share: float = BASIC_SHARE
) -> Allocation:
    """Allocate the heat of a house.

    Parameters
    ----------
    total
        House meter [Wh], or what is left of it once hot water and common rooms are taken off.
    own
        Measure of each flat, of any one unit, shape ``(n,)``; NaN where unknown. A negative one, of
        sensors that err on a small drop, counts as none.
    basic_share
        ``f``, from 0 to 1.

    Raises
    ------
    InvalidError
        No flat can bear the heat, or ``basic_share`` is no share.
    """
    if not 0 <= basic_share <= 1:
        raise InvalidError(
            f"basic_share must be from 0 to 1, not {basic_share}", field="basic_share"
        )
    if own.shape != flats.area_m2.shape:
        raise ShapeError(f"own {own.shape} and area_m2 {flats.area_m2.shape} must have one shape")
    measure, estimated = _filled(own, flats)
    by_area = np.where(flats.basic, flats.area_m2, 0.0)
    weights = np.zeros_like(measure)
    if by_area.sum() > 0:
        share = basic_share if measure.sum() > 0 else 1.0
        weights += share * by_area / by_area.sum()
    if measure.sum() > 0:
        share = 1 - basic_share if by_area.sum() > 0 else 1.0
        weights += share * measure / measure.sum()
    return Allocation(apportion(total, weights), estimated)


def _filled(own: FloatArray, flats: Flats) -> tuple[FloatArray, Mask]:
    """Measures without gaps: an unknown one is the others' per square metre."""
    unknown = np.isnan(own) & flats.heated
    known = flats.heated & ~np.isnan(own)
    measure = np.where(known, np.maximum(np.nan_to_num(own), 0.0), 0.0)
    rate = measure[known].sum() / flats.area_m2[known].sum() if known.any() else 0.0
    if not known.any():
        rate = 1.0  # nobody is known: all by area
    return np.where(unknown, rate * flats.area_m2, measure), unknown


def by_hot_water(litres: FloatArray, area_m2: FloatArray) -> FloatArray:
    """Measure of scheme H3: area weighted by hot water a square metre against the house's mean.

    Parameters
    ----------
    litres, area_m2
        Hot water and heated area of each flat, shape ``(n,)``; unknown litres are NaN.
    """
    with np.errstate(invalid="ignore"):
        rate = litres / area_m2
    known = ~np.isnan(rate)
    mean = float(litres[known].sum() / area_m2[known].sum()) if known.any() else 0.0
    index = rate / mean if mean > 0 else np.where(known, 1.0, np.nan)
    found: FloatArray = area_m2 * np.clip(index, LEAST_INDEX, MOST_INDEX)
    return found


def on_riser(litres: FloatArray, before_c: FloatArray, after_c: FloatArray) -> FloatArray:
    """Heat of each flat on one riser by the hour (scheme V1) [Wh], shape ``(n, t)``.

    A single pipe: the same water passes all flats one after another. The volume is metered at the
    riser's end.

    Parameters
    ----------
    litres
        Through the riser, shape ``(t,)``.
    before_c, after_c
        At each flat, shape ``(n, t)``; they differ by the loss of the floor between.
    """
    passed = np.broadcast_to(litres, before_c.shape)
    return energy_wh(passed, before_c, after_c, MeterPlace.RETURN)


def of_risers(riser_wh: FloatArray, riser: NDArray[np.int64], radiators: FloatArray) -> FloatArray:
    """Measure of scheme V2: each riser's energy by the radiators of its flats; shape ``(n,)``.

    Parameters
    ----------
    riser_wh
        Energy of each riser, shape ``(r,)``; NaN where unknown.
    riser, radiators
        Riser of each connection and its radiators (a flat may hang on several risers: one entry
        each, added up by whoever knows the flats), shape ``(n,)``.
    """
    on_it = np.bincount(riser, radiators, len(riser_wh))[riser]
    with np.errstate(invalid="ignore", divide="ignore"):
        found: FloatArray = riser_wh[riser] * np.where(on_it > 0, radiators / on_it, 0.0)
    return found


def closed(parts: FloatArray, total: float) -> FloatArray:
    """Scale measures so that they sum to what their riser metered; unknown ones stay unknown.

    With an unknown part or a riser at rest nothing is scaled: the rest would be wrong.
    """
    known = float(parts.sum())
    return parts * (total / known) if known > 0 and np.isfinite(total) else parts
