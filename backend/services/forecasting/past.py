"""Whole local days of metering points and groups, as forecasts see them."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import numpy as np

from analytics.forecasting.days import days_of
from analytics.forecasting.history import FloatArray, Past
from backend.clients.weather import Weather
from backend.services.reading.profiles import Profile, Range
from backend.store.model.metered import GroupRow, PointRow
from domain.hours import Step, midnight
from tenants.session import TenantSession

WHOLE = 0.98
"""Least coverage of an hour of a group that counts as known."""


Owner = TypeVar("Owner", PointRow, GroupRow)
Read = Callable[[TenantSession, Sequence[Owner], Range, datetime], Awaitable[list[Profile]]]
"""Reads profiles of points, or of groups."""


async def days_of_owners(  # noqa: PLR0913, PLR0917 - whose days, of which calendar, and how read
    session: TenantSession,
    owners: Sequence[Owner],
    read: Read[Owner],
    days: Sequence[date],
    zone: ZoneInfo,
    now: datetime,
) -> FloatArray:
    """Consumption by local day and slot [Wh or litres], shape ``(n, d, 24)``; NaN is unknown."""
    start, end = midnight(days[0], zone), midnight(days[-1] + timedelta(days=1), zone)
    asked = Range(start, end, Step.HOUR)
    found = await read(session, owners, asked, now) if owners else []
    hours = np.stack([_known(one) for one in found]) if found else np.zeros((0, end - start))
    return days_of(hours, start, days, zone)


def _known(profile: Profile) -> FloatArray:
    known = profile.known & (profile.coverage >= WHOLE)
    return np.where(known, profile.values, np.nan).astype(np.float64)


def before(day: date, count: int) -> list[date]:
    """So many days before a day, the oldest first."""
    return [day - timedelta(days=back) for back in range(count, 0, -1)]


def past_of(
    values: FloatArray,
    days: Sequence[date],
    weather: Weather,
    neighbours: FloatArray | None = None,
) -> Past:
    """Days with the weather of them and of the day after."""
    warm = weather.temperatures([*days, days[-1] + timedelta(days=1)])
    return Past(values, days[0].weekday(), warm, neighbours)
