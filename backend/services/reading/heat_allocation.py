"""Who used what of a house's heat over some hours, closed on the house meter.

Schemes H1, H2, H3, V1 and V2 of :mod:`analytics.heat.allocation`; what each flat drew is told by
:mod:`backend.services.reading.heat_measures`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from analytics.heat import allocation
from analytics.heat.allocation import Flats
from analytics.heat.water import FloatArray
from backend.models.sites import Premise
from backend.services.model import places
from backend.services.reading import heat_measures, heat_streams, profiles
from backend.services.reading.heat_measures import Measure, Scheme
from backend.services.reading.profiles import Range
from backend.store.model.metered import GroupRow
from domain.errors import InvalidError
from domain.quantities import Commodity, Heating
from tenants.session import TenantSession

NAMED = 5
"""Premises that a refusal names."""


@dataclass(frozen=True, slots=True)
class Part:
    """What falls to one premise [Wh]."""

    premise: Premise
    energy: int
    own: Measure

    estimated: bool


@dataclass(frozen=True, slots=True)
class HeatAllocation:
    """Parts that sum to the total."""

    total: int
    """What the house meter counted in the known hours [Wh]."""

    coverage: float
    """Share of the hours in which the house meter is known."""

    parts: list[Part]


@dataclass(frozen=True, slots=True)
class Rule:
    """How a house shares its heat."""

    scheme: Scheme = Scheme.HEAT_METERS
    basic_share: float = allocation.BASIC_SHARE


async def of_group(
    session: TenantSession, group: GroupRow, asked: Range, now: datetime, rule: Rule
) -> HeatAllocation:
    """Allocate what the inlets of a group of heat took in.

    Raises
    ------
    InvalidError
        The group is not of heat, has no inlet or no flats, or an area is not known.
    """
    if group.commodity is not Commodity.HEAT:
        raise InvalidError(f"group must be of heat, not {group.commodity}", field="id")
    if not 0 <= rule.basic_share <= 1:
        raise InvalidError("basicShare must be from 0 to 1", field="basicShare")
    supplied = await _supplied(session, group, asked, now)
    if supplied is None:
        raise InvalidError(
            "the group has no inlet whose hours are known", code="NO_INLET", field="id"
        )
    total, coverage = supplied
    own = await heat_measures.of_group(session, group, asked, now, rule.scheme)
    premises = await places.load_premises(session, list(own))
    flats = [premises[one] for one in own if one in premises]
    if not flats:
        raise InvalidError("no flat below the group has such a meter", code="NO_FLATS", field="id")
    areas = _areas(flats)
    measure = np.array([own[flat.id].amount for flat in flats])
    weighed = (
        allocation.by_hot_water(measure, areas) if rule.scheme is Scheme.HOT_WATER else measure
    )
    warmth = [Heating(flat.heating or Heating.HOUSE) for flat in flats]
    heated = np.array([one is Heating.HOUSE for one in warmth])
    basic = np.array([one is not Heating.WAIVED for one in warmth])
    found = allocation.allocate(total, weighed, Flats(areas, basic, heated), rule.basic_share)
    return HeatAllocation(
        total,
        coverage,
        [
            Part(flat, int(energy), own[flat.id], bool(guessed))
            for flat, energy, guessed in zip(flats, found.energy, found.estimated, strict=True)
        ],
    )


async def _supplied(
    session: TenantSession, group: GroupRow, asked: Range, now: datetime
) -> tuple[int, float] | None:
    """What the inlets took in [Wh] and the share of known hours; None where none is known.

    Heat meters count; where there are none, flow and temperatures of the inlet tell.
    """
    (counted,) = await profiles.supplied_of_groups(session, [group], asked, now)
    if counted.known.any():
        return int(counted.values[counted.known].sum()), float(counted.known.mean())
    streams = await heat_streams.of_inlet(session, group.id, asked, now)
    inlet = heat_streams.one_of_each_pipe(streams)
    hours = inlet.heat().sum(axis=0) if inlet.points else np.full(asked.end - asked.start, np.nan)
    known = ~np.isnan(hours)
    if not known.any():
        return None
    return round(float(hours[known].sum())), float(known.mean())


def _areas(flats: Sequence[Premise]) -> FloatArray:
    unknown = [flat.name for flat in flats if not flat.area_m2]
    if unknown:
        names = ", ".join(unknown[:NAMED])
        raise InvalidError(
            f"areaM2 is not known of {len(unknown)} premises: {names}",
            code="AREA_UNKNOWN",
            field="areaM2",
        )
    return np.array([float(flat.area_m2 or 0) for flat in flats])
