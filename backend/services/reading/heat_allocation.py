"""Who used what of a house's heat over some hours, closed on the house meter.

Schemes H1 (a heat meter a flat) and H3 (hot water a flat) of :mod:`analytics.heat.allocation`; the
others need flow and temperatures that no import tells of a flat yet.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np

from analytics.heat import allocation
from analytics.heat.allocation import Flats
from analytics.heat.water import FloatArray
from backend.models.sites import Premise
from backend.services.model import places
from backend.services.reading import profiles
from backend.services.reading.profiles import Range
from backend.store.hours import series
from backend.store.model import metered
from backend.store.model.metered import GroupRow, PointRow
from domain.errors import InvalidError
from domain.hours import hour_of
from domain.identity import MeteringPointId, PremiseId, SiteId
from domain.quantities import Commodity, Role
from tenants.session import TenantSession

NAMED = 5
"""Premises that a refusal names."""


class Scheme(StrEnum):
    """What a flat's own measure is."""

    HEAT_METERS = "heat_meters"
    """H1."""

    HOT_WATER = "hot_water"
    """H3."""


@dataclass(frozen=True, slots=True)
class Part:
    """What falls to one premise [Wh]."""

    premise: Premise
    energy: int
    own: float | None
    """Its own measure: Wh of its heat meter, or litres of hot water; None where unknown."""

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
    (supplied,) = await profiles.supplied_of_groups(session, [group], asked, now)
    if not supplied.known.any():
        raise InvalidError(
            "the group has no inlet whose hours are known", code="NO_INLET", field="id"
        )
    own = await _measures(session, group, asked, now, rule.scheme)
    premises = await places.load_premises(session, list(own))
    flats = [premises[one] for one in own if one in premises]
    if not flats:
        raise InvalidError("no flat below the group has such a meter", code="NO_FLATS", field="id")
    areas = _areas(flats)
    measure = np.array([own[flat.id] for flat in flats])
    weighed = (
        allocation.by_hot_water(measure, areas) if rule.scheme is Scheme.HOT_WATER else measure
    )
    everybody = np.ones(len(flats), dtype=np.bool_)
    total = int(supplied.values[supplied.known].sum())
    found = allocation.allocate(
        total, weighed, Flats(areas, everybody, everybody), rule.basic_share
    )
    return HeatAllocation(
        total,
        float(supplied.known.mean()),
        [
            Part(flat, int(energy), None if np.isnan(mine) else float(mine), bool(guessed))
            for flat, energy, mine, guessed in zip(
                flats, found.energy, measure, found.estimated, strict=True
            )
        ],
    )


async def _measures(
    session: TenantSession, group: GroupRow, asked: Range, now: datetime, scheme: Scheme
) -> Mapping[PremiseId, float]:
    """Measure of each premise below a group; NaN where an hour of it is unknown."""
    measuring = group if scheme is Scheme.HEAT_METERS else await _hot_water(session, group)
    if measuring is None:
        return {}
    points = await metered.points_below(session, measuring.id, Role.CONSUMER)
    points = [one for one in points if one.premise_id is not None]
    ids = [MeteringPointId(one.id) for one in points]
    found = await series.load_points(session, ids, asked.start, asked.end, hour_of(now))
    whole = found.hourly.known.all(axis=1)
    sums = np.where(whole, found.hourly.values.sum(axis=1), np.nan)
    return _by_premise(points, sums)


def _by_premise(points: Sequence[PointRow], sums: FloatArray) -> dict[PremiseId, float]:
    found: dict[PremiseId, float] = {}
    for point, value in zip(points, sums.tolist(), strict=True):
        key = PremiseId(int(point.premise_id or 0))
        found[key] = found.get(key, 0.0) + value
    return found


async def _hot_water(session: TenantSession, group: GroupRow) -> GroupRow | None:
    """The group of hot water of the same site."""
    if group.site_id is None:
        return None
    site = SiteId(group.site_id)
    groups = (await metered.groups_of_sites(session, [site])).get(site, [])
    return next((one for one in groups if one.commodity is Commodity.WATER_HOT), None)


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
