"""The month of points as rules watch it: what it has come to, and what it will come to.

The forecast is that of the month to date (:mod:`backend.services.reading.month`): the days to come
are as the days before. Its level is learnt once a local day, so that a fold adds but the hours of
today.
"""

from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from analytics.alerts import amounts
from analytics.forecasting import month as forecasting
from backend.services.alerts.calendar import Calendar
from backend.store.alerts import levels
from backend.store.alerts.levels import Levels
from backend.store.groups.structure import Structure
from backend.store.hours import series
from domain.hours import Step, buckets
from tenants.session import TenantSession

LEARNT_DAYS = 28


async def learn(
    session: TenantSession,
    points: NDArray[np.int64],
    timezone: str,
    calendar: Calendar,
    structure: Structure,
) -> None:
    """Learn the months of points in one zone up to the last midnight."""
    start = min(calendar.month, calendar.today - LEARNT_DAYS * 24)
    standing = structure.standing_at(points)
    found = await series.load_hours(session, standing, start, calendar.today, calendar.now)
    hourly = found.hourly
    month = hourly.known.copy()
    month[:, : calendar.month - start] = False
    so_far = np.where(month, hourly.values, 0).sum(axis=1)
    days = buckets(start, calendar.today, Step.DAY, ZoneInfo(timezone))
    edges = days.starts - start
    lacking = np.add.reduceat(~hourly.known, edges, axis=1)
    sums = np.add.reduceat(np.where(hourly.known, hourly.values, 0), edges, axis=1)
    whole = (days.ends - days.starts == days.whole_hours) & (lacking == 0)
    daily = np.where(whole, sums * (24.0 / days.whole_hours), np.nan)
    so_many = int(np.count_nonzero(days.starts >= calendar.month))
    level = forecasting.rest(daily, 1.0, this_month=so_many).p50
    used, known = amounts.sums(hourly.values, hourly.known), hourly.known.sum(axis=1)
    plain = np.divide(used * 24, known, out=np.full(len(points), np.nan), where=known > 0)
    level = np.where(np.isnan(level), plain, level)
    await levels.save(session, points, calendar.today, so_far, level)


class Spans(NamedTuple):
    """Moments of the calendars of points, in hours since the epoch; arrays of shape ``(n,)``."""

    today: NDArray[np.int64]
    month: NDArray[np.int64]
    next_month: NDArray[np.int64]
    now: NDArray[np.int64]


def expected(kept: Levels, today: NDArray[np.float64], spans: Spans) -> NDArray[np.float64]:
    """What the month of each point will come to [Wh, l]; NaN where its level is not of today."""
    so_far = np.where(spans.today > spans.month, kept.so_far, 0.0)
    total = so_far + np.nan_to_num(today) + kept.level * (spans.next_month - spans.now) / 24
    return np.where(kept.midnight == spans.today, total, np.nan)
