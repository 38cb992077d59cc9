"""Indicators of metering points against the other homes of their house, and the norm."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from analytics import indicators
from analytics.indicators import Homes, Indicators
from backend.clients.weather import Weather
from backend.services.reading.profiles import Range
from backend.store.hours import series
from backend.store.model import peers
from backend.store.model.metered import PointRow
from backend.store.model.peers import Peer
from domain.hours import hour_of, instant_of
from domain.identity import MeteringPointId
from domain.quantities import Commodity
from tenants.session import TenantSession

LEAST_KNOWN = 0.95
"""Share of a home's hours that must be known for it to be compared."""


@dataclass(frozen=True, slots=True)
class Question:
    """Over which hours, and who knows the weather of them."""

    asked: Range
    weather: Weather


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
    asked = question.asked
    ids = [MeteringPointId(point.id) for point in points]
    homes = await peers.peers_of(session, ids)
    every = sorted({*ids, *(one.point_id for own in homes.values() for one in own)})
    hourly = (await series.load_points(session, every, asked.start, asked.end, hour_of(now))).hourly
    share = hourly.known.mean(axis=1) if asked.end > asked.start else np.zeros(len(every))
    sums = np.where(hourly.known, hourly.values, 0).sum(axis=1)
    amounts = dict(zip(every, np.where(share >= LEAST_KNOWN, sums, np.nan).tolist(), strict=True))
    inside = await peers.temperatures_of(
        session, every, instant_of(asked.start), instant_of(asked.end)
    )
    norms = await peers.norms_of(session, ids)
    found = []
    for point in points:
        own = homes.get(MeteringPointId(point.id), [])
        outside = _outside(question, point.timezone)
        told = _compared(point, own, amounts, inside, outside) if own else None
        amount, norm = amounts[MeteringPointId(point.id)], norms.get(MeteringPointId(point.id))
        monthly = None if norm is None else 1000 * norm
        against = indicators.against_norm(amount, monthly, asked.end - asked.start)
        found.append(Told(told, None if np.isnan(amount) else against))
    return found


def _compared(
    point: PointRow,
    own: list[Peer],
    amounts: dict[MeteringPointId, float],
    inside: dict[MeteringPointId, float],
    outside: float | None,
) -> Indicators:
    """A home is all of its points of the commodity together."""
    premises = sorted({one.premise_id for one in own})
    place = {premise: row for row, premise in enumerate(premises)}
    size = len(premises)
    amount, area = np.zeros(size), np.full(size, np.nan)
    warm, sensors = np.zeros(size), np.zeros(size)
    for one in own:
        row = place[one.premise_id]
        amount[row] += amounts[one.point_id]
        area[row] = np.nan if one.area_m2 is None else one.area_m2
        if one.point_id in inside:
            warm[row] += inside[one.point_id]
            sensors[row] += 1
    temperature = np.where(sensors > 0, warm / np.maximum(sensors, 1), np.nan)
    heated = outside if point.commodity is Commodity.HEAT else None
    assert point.premise_id is not None
    return indicators.of_home(Homes(amount, area, temperature), place[point.premise_id], heated)


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
