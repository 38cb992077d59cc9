"""What each premise of a house drew of its heat, by the scheme in which the house is metered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from analytics.heat import allocation
from analytics.heat.water import FloatArray, energy_wh
from backend.services.model import places
from backend.services.reading import heat_streams
from backend.services.reading.heat_streams import PLACE, Streams
from backend.services.reading.profiles import Range
from backend.store.hours import series
from backend.store.model import heat_points, metered
from backend.store.model.heat_points import VOLUMES, HeatPoint
from backend.store.model.metered import GroupRow, PointRow
from domain.errors import ConflictError
from domain.hours import hour_of
from domain.identity import MeteringPointId, PremiseId, SiteId
from domain.quantities import Commodity, EnergyKind, Role
from tenants.session import TenantSession

LEAST_KNOWN = 0.9
"""Share of its hours below which a measure is unknown; above, the others stand for the missing."""


class Scheme(StrEnum):
    """What a flat's own measure is."""

    HEAT_METERS = "heat_meters"
    """H1."""

    FLOW_METERS = "flow_meters"
    """H2."""

    HOT_WATER = "hot_water"
    """H3."""

    RISER_SENSORS = "riser_sensors"
    """V1."""

    RISER_METERS = "riser_meters"
    """V2."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What one premise drew."""

    amount: float
    """Wh, or litres of hot water; NaN where unknown."""

    known: float
    """Share of its hours that are known."""

    uncertainty: float | None = None
    """Standard uncertainty as a share of the amount; None where no sensor says."""


Measures = Mapping[PremiseId, Measure]


async def of_group(
    session: TenantSession, group: GroupRow, asked: Range, now: datetime, scheme: Scheme
) -> Measures:
    """Measure of each premise below a group."""
    match scheme:
        case Scheme.HEAT_METERS:
            return await _counted(session, group, asked, now)
        case Scheme.HOT_WATER:
            water = await _hot_water(session, group)
            return {} if water is None else await _counted(session, water, asked, now)
        case Scheme.FLOW_METERS:
            return await _flows(session, group, asked, now)
        case Scheme.RISER_SENSORS:
            return await _sensors(session, group, asked, now)
        case Scheme.RISER_METERS:
            return await _radiators(session, group, asked, now)


async def _counted(
    session: TenantSession, group: GroupRow, asked: Range, now: datetime
) -> Measures:
    """What meters of flats counted; unknown where an hour is."""
    points = await metered.points_below(session, group.id, Role.CONSUMER)
    points = [one for one in points if one.premise_id is not None]
    ids = [MeteringPointId(one.id) for one in points]
    hourly = (await series.load_points(session, ids, asked.start, asked.end, hour_of(now))).hourly
    share = hourly.known.mean(axis=1) if asked.end > asked.start else np.zeros(len(ids))
    sums = np.where(share == 1, hourly.values.sum(axis=1), np.nan)
    return _by_premise(_premises(points), sums, share, np.full(len(ids), np.nan))


def _premises(points: Sequence[PointRow | HeatPoint]) -> list[PremiseId]:
    return [PremiseId(int(point.premise_id or 0)) for point in points]


async def _hot_water(session: TenantSession, group: GroupRow) -> GroupRow | None:
    """The group of hot water of the same site."""
    if group.site_id is None:
        return None
    site = SiteId(group.site_id)
    groups = (await metered.groups_of_sites(session, [site])).get(site, [])
    return next((one for one in groups if one.commodity is Commodity.WATER_HOT), None)


async def _flows(session: TenantSession, group: GroupRow, asked: Range, now: datetime) -> Measures:
    """Flow and two temperatures of each flat."""
    points = [
        one
        for one in await heat_points.below(session, group.id, [Role.CONSUMER])
        if one.kind in VOLUMES and one.premise_id is not None
    ]
    out = {one.premise_id for one in points if one.kind is EnergyKind.SUPPLY_VOLUME}
    chosen = [
        one for one in points if one.kind is EnergyKind.SUPPLY_VOLUME or one.premise_id not in out
    ]
    streams = await heat_streams.load(session, chosen, asked, now)
    return _summed(streams, streams.heat())


async def _sensors(
    session: TenantSession, group: GroupRow, asked: Range, now: datetime
) -> Measures:
    """A flow meter a riser, two temperatures at each flat on it; closed on the riser."""
    points = await heat_points.below(session, group.id)
    meters = _riser_meters(points)
    sensors = [
        one
        for one in points
        if one.kind is EnergyKind.TEMPERATURE and one.premise_id and one.riser in meters
    ]
    carriers = await heat_streams.load(session, list(meters.values()), asked, now)
    streams = await heat_streams.load(session, sensors, asked, now)
    energy = np.full(streams.amounts.shape, np.nan)
    sums = np.full(len(sensors), np.nan)
    whole = _scaled(carriers.heat())[0]
    for at, (riser, meter) in enumerate(meters.items()):
        rows = [row for row, one in enumerate(sensors) if one.riser == riser]
        if not rows or meter.kind not in PLACE:
            continue
        litres = np.tile(carriers.amounts[at], (len(rows), 1))
        before, after = streams.supply_c[rows], streams.return_c[rows]
        energy[rows] = energy_wh(litres, before, after, PLACE[meter.kind])
        sums[rows] = allocation.closed(_scaled(energy[rows])[0], float(whole[at]))
    return _summed(streams, energy, sums)


async def _radiators(
    session: TenantSession, group: GroupRow, asked: Range, now: datetime
) -> Measures:
    """A meter a riser, shared by the radiators of the flats on it."""
    points = await heat_points.below(session, group.id)
    meters = _riser_meters(points)
    place = {riser: at for at, riser in enumerate(meters)}
    ids = await heat_points.premises_with_radiators(session, group.id)
    premises = await places.load_premises(session, ids)
    hangs = [
        (one, riser, count)
        for one in ids
        if one in premises
        for riser, count in (premises[one].radiators or {}).items()
    ]
    if not hangs or not meters:
        return {}
    carriers = await heat_streams.load(session, list(meters.values()), asked, now)
    sums, share = _scaled(carriers.heat())
    # a riser that nobody meters is unknown
    riser_wh, known = np.append(sums, np.nan), np.append(share, 0.0)
    which = np.array([place.get(riser, len(meters)) for _, riser, _ in hangs], dtype=np.int64)
    counts = np.array([count for *_, count in hangs], dtype=np.float64)
    parts = allocation.of_risers(riser_wh, which, counts)
    spread = np.append(_weighed(carriers.uncertainty(), carriers.heat()), np.nan)
    return _by_premise([one for one, *_ in hangs], parts, known[which], spread[which])


def _riser_meters(points: Sequence[HeatPoint]) -> dict[str, HeatPoint]:
    """The meter of each riser.

    Raises
    ------
    ConflictError
        RISER_TWICE: two meters are said to be that of one riser.
    """
    found: dict[str, HeatPoint] = {}
    for one in points:
        if one.riser is None or one.premise_id is not None:
            continue
        if one.kind not in {*VOLUMES, EnergyKind.ACTIVE}:
            continue
        if one.riser in found:
            raise ConflictError(
                f"two meters are said to sit on riser {one.riser!r}",
                code="RISER_TWICE",
                field="riser",
            )
        found[one.riser] = one
    return found


def _scaled(energy: FloatArray) -> tuple[FloatArray, NDArray[np.float64]]:
    """Sums over all hours from those that are known, and the share of these; shape ``(n,)``."""
    if not energy.shape[1]:
        return np.full(len(energy), np.nan), np.zeros(len(energy))
    share = (~np.isnan(energy)).mean(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        sums = np.nansum(energy, axis=1) / share
    return np.where(share >= LEAST_KNOWN, sums, np.nan), share


def _weighed(uncertainty: FloatArray, energy: FloatArray) -> FloatArray:
    """Uncertainty of a sum of hours, whose errors are the sensors' own and so the same in each."""
    weight = np.abs(np.where(np.isnan(uncertainty), np.nan, energy))
    whole = np.nansum(weight, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: FloatArray = np.nansum(weight * uncertainty, axis=1) / whole
    return np.where(whole > 0, found, np.nan)


def _summed(streams: Streams, energy: FloatArray, sums: FloatArray | None = None) -> Measures:
    own, share = _scaled(energy)
    spread = _weighed(streams.uncertainty(), energy)
    return _by_premise(_premises(streams.points), own if sums is None else sums, share, spread)


def _by_premise(
    premises: Sequence[PremiseId], sums: FloatArray, known: FloatArray, spread: FloatArray
) -> dict[PremiseId, Measure]:
    """Connections of each premise together; unknown when one of them is."""
    rows: dict[PremiseId, list[int]] = {}
    for row, premise in enumerate(premises):
        rows.setdefault(premise, []).append(row)
    found = {}
    for premise, own in rows.items():
        amount = float(sums[own].sum())
        parts = np.abs(sums[own]) * spread[own]
        sensed = amount > 0 and not np.isnan(parts).any()
        share = float(np.hypot.reduce(parts)) / amount if sensed else None
        found[premise] = Measure(amount, float(known[own].min()), share)
    return found
