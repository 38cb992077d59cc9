"""Indicators of metering points against the other homes of their house, and the norm."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from analytics import indicators, neighbours
from analytics.indicators import Homes, Warmth
from analytics.neighbours import LEAST_KNOWN, Comparison
from backend.clients.weather import Weather
from backend.services.reading.houses import Houses
from backend.services.reading.profiles import Range
from backend.store.model import peers
from backend.store.model.metered import PointRow
from domain.hours import instant_of
from domain.identity import MeteringPointId
from domain.quantities import Commodity
from tenants.session import TenantSession


@dataclass(frozen=True, slots=True)
class Question:
    """Over which hours, and who knows the weather of them."""

    asked: Range
    weather: Weather


@dataclass(frozen=True, slots=True)
class Indicators:
    """A home against its house."""

    consumption: Comparison
    warmth: Warmth


@dataclass(frozen=True, slots=True)
class Told:
    """Indicators of one point, and the share of its norm."""

    found: Indicators | None
    """None for a point that belongs to no home."""

    norm: float | None


async def of_points(
    session: TenantSession, points: Sequence[PointRow], question: Question, now: datetime
) -> list[Told]:
    """Indicators of points; those of one house are read together."""
    houses = await Houses.read(session, points, question.asked, now)
    return await of_houses(session, houses, points, question)


async def of_houses(
    session: TenantSession, houses: Houses, points: Sequence[PointRow], question: Question
) -> list[Told]:
    """Indicators over a part of the hours that were read."""
    asked = question.asked
    start, end = instant_of(asked.start), instant_of(asked.end)
    inside = await peers.temperatures_of(session, list(houses.place), start, end)
    norms = await peers.norms_of(session, [MeteringPointId(point.id) for point in points])
    found = []
    for point in points:
        outside = _outside(question, point.timezone)
        told = _compared(houses, point, asked, inside, outside) if houses.home(point) else None
        amount, norm = _amount(houses, [point.id], asked), norms.get(MeteringPointId(point.id))
        monthly = None if norm is None else 1000 * norm
        against = indicators.against_norm(amount, monthly, asked.end - asked.start)
        found.append(Told(told, None if np.isnan(amount) else against))
    return found


def _amount(houses: Houses, points: Sequence[MeteringPointId], asked: Range) -> float:
    """Of the known hours of some points; NaN where too few are known."""
    hours = houses.used(points, asked)
    known = ~np.isnan(hours)
    if not len(hours) or known.mean() < LEAST_KNOWN:
        return np.nan
    return float(hours[known].sum())


def _compared(
    houses: Houses,
    point: PointRow,
    asked: Range,
    inside: dict[MeteringPointId, float],
    outside: float | None,
) -> Indicators:
    home, strangers = houses.home(point), houses.strangers(point)
    others = houses.others(point, asked)
    used = houses.used([one.point_id for one in home], asked)
    area = np.nan if home[0].area_m2 is None else home[0].area_m2
    told = neighbours.compare(used, others.values, others.behind, (area, others.areas_m2))
    if not inside:
        return Indicators(told, Warmth(None, None))
    every = [home, *strangers.values()]
    amounts = [_amount(houses, [one.point_id for one in own], asked) for own in every]
    warm = [[inside[one.point_id] for one in own if one.point_id in inside] for own in every]
    homes = Homes(
        np.array(amounts),
        np.array([area, *others.areas_m2]),
        np.array([np.mean(one) if one else np.nan for one in warm]),
    )
    heated = outside if point.commodity is Commodity.HEAT else None
    return Indicators(told, indicators.warmth_of(homes, 0, heated))


def _outside(question: Question, timezone: str) -> float | None:
    """Mean temperature outdoors over the days of the range, where the weather is known."""
    zone = ZoneInfo(timezone)
    day = instant_of(question.asked.start).astimezone(zone).date()
    last = instant_of(max(question.asked.start, question.asked.end - 1)).astimezone(zone).date()
    days = [day + timedelta(days=at) for at in range((last - day).days + 1)]
    told = question.weather.temperatures(days)
    if told is None or np.isnan(told).all():
        return None
    return float(np.nanmean(told))
