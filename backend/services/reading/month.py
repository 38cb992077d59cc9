"""The month so far, and what it is expected to come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from analytics.forecasting import month as forecasting
from backend.clients.weather import NoWeather, Weather
from backend.services.reading import profiles
from backend.services.reading.profiles import Profile, Range
from backend.store.model.metered import GroupRow, PointRow
from domain.hours import Step, hour_of, midnight
from domain.quantities import Commodity, Unit
from tenants.session import TenantSession

_FOR_HEATING = (Commodity.HEAT, Commodity.GAS)
LEAST_KNOWN = 0.95
"""Share of the hours of the month before that must be known for it to be compared with."""


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """Expected at the end of the month, in Wh or litres."""

    p10: int | None
    p50: int
    p90: int | None
    """No band where fewer than a week's days are known."""


@dataclass(frozen=True, slots=True)
class MonthToDate:
    """Wh or litres; None where nothing is known."""

    so_far: int | None
    forecast: MonthEnd | None

    average: int | None
    """What the month before used up to the same hour; None where too little of it is known."""

    unit: Unit


@dataclass(frozen=True, slots=True)
class Question:
    """The calendar of some points or groups, and who knows their weather."""

    timezone: str
    weather: Weather


@dataclass(frozen=True, slots=True)
class _Month:
    start: int
    end: int
    now: int


def _month_of(now: datetime, zone: ZoneInfo) -> _Month:
    first = now.astimezone(zone).date().replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    return _Month(midnight(first, zone), midnight(after, zone), hour_of(now))


def _days_after(day: date) -> int:
    """Days of its month after a day."""
    after = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return (after - day).days - 1


def _before(month: _Month, zone: ZoneInfo, now: datetime) -> _Month:
    """The month before, up to the same local hour of the same day of the month."""
    first = now.astimezone(zone).date().replace(day=1)
    earlier = (first - timedelta(days=1)).replace(day=1)
    start = midnight(earlier, zone)
    return _Month(start, month.start, min(month.start, start + month.now - month.start))


async def of_points(
    session: TenantSession, points: Sequence[PointRow], asked: Question, now: datetime
) -> list[MonthToDate]:
    """The running month of metering points in one zone."""
    span = _Span.of(now, asked.timezone)
    hours = await profiles.of_points(session, points, span.read, now)
    return span.months(hours, _heated(points), asked.weather)


def read_for(timezone: str, now: datetime) -> Range:
    """Hours that tell of the running month in a zone."""
    return _Span.of(now, timezone).read


def of_hours(
    points: Sequence[PointRow], hours: Sequence[Profile], asked: Question, now: datetime
) -> list[MonthToDate]:
    """The running month of points whose hours were read already, by :func:`read_for`."""
    return _Span.of(now, asked.timezone).months(hours, _heated(points), asked.weather)


async def of_groups(
    session: TenantSession, groups: Sequence[GroupRow], asked: Question, now: datetime
) -> list[MonthToDate]:
    """The running month of groups in one zone."""
    span = _Span.of(now, asked.timezone)
    hours = await profiles.of_groups(session, groups, span.read, now)
    return span.months(hours, _heated(groups), asked.weather)


def _heated(owners: Sequence[PointRow] | Sequence[GroupRow]) -> list[bool]:
    return [one.commodity in _FOR_HEATING for one in owners]


@dataclass(frozen=True, slots=True)
class _Span:
    """The running month, the one before it, and the days by which the rest is judged."""

    this: _Month
    earlier: _Month
    midnights: NDArray[np.int64]
    """Local ones, from the first within what is read to that of today."""

    days: tuple[date, ...]
    """The local days that begin at them, the last one today, and those to come of the month."""

    read: Range
    """Hours that tell of all three."""

    @classmethod
    def of(cls, now: datetime, timezone: str) -> "_Span":
        zone = ZoneInfo(timezone)
        this = _month_of(now, zone)
        earlier = _before(this, zone, now)
        recent = this.now - 28 * 24
        low, high = min(earlier.start, recent), max(this.now, this.start + 1)
        day, found = now.astimezone(zone).date(), []
        while (at := midnight(day, zone)) >= low:
            found.append(at)
            day -= timedelta(days=1)
        first, today = day + timedelta(days=1), now.astimezone(zone).date()
        count = len(found) + _days_after(today)
        days = tuple(first + timedelta(days=one) for one in range(count))
        midnights = np.array(found[::-1], np.int64)
        return cls(this, earlier, midnights, days, Range(low, high, Step.HOUR))

    def months(
        self, hours: Sequence[Profile], heated: Sequence[bool], weather: Weather | None = None
    ) -> list[MonthToDate]:
        """The month of each profile over the hours read.

        The rest of the month is as the days before it, in this month or the last, went, and as
        much warmer or colder as the weather of its days is, where that is known.
        """
        if not hours:
            return []
        daily = np.stack([self._daily(one) for one in hours])
        days = (self.this.end - self.this.now) / 24
        rest = forecasting.rest(
            daily,
            days,
            (weather or NoWeather()).temperatures(self.days),
            heated=np.array(heated, bool),
            this_month=int(np.count_nonzero(self.midnights[:-1] >= self.this.start)),
        )
        band = np.stack([rest.p10, rest.p50, rest.p90], axis=1)
        return [self._month(one, own) for one, own in zip(hours, band, strict=True)]

    def _month(self, hours: Profile, rest: NDArray[np.float64]) -> MonthToDate:
        so_far, known_now = self._total(hours, self.this.start, self.this.now)
        before, known_before = self._total(hours, self.earlier.start, self.earlier.now)
        return MonthToDate(
            so_far=so_far if known_now else None,
            forecast=self._end(hours, so_far, rest),
            average=self._comparable(before, known_before),
            unit=hours.unit,
        )

    def _comparable(self, used: int, known: int) -> int | None:
        """The month before as if all its hours were known; too few would make any month large."""
        hours = self.earlier.now - self.earlier.start
        if not known or known < LEAST_KNOWN * hours:
            return None
        return round(used * hours / known)

    def _end(self, hours: Profile, so_far: int, rest: NDArray[np.float64]) -> MonthEnd | None:
        if not np.isnan(rest[1]):
            low, middle, high = (so_far + round(float(one)) for one in rest)
            return MonthEnd(low, middle, high)
        used, known = self._total(hours, self.read.start, self.this.now)
        if not known:
            return None
        left = self.this.end - self.this.now
        return MonthEnd(None, so_far + used * left // known, None)

    def _daily(self, hours: Profile) -> NDArray[np.float64]:
        """Whole local days before today, each as if of 24 hours; NaN where an hour is unknown."""
        edges = self.midnights - self.read.start
        inside = slice(0, int(edges[-1]))
        if len(edges) < 2:
            return np.zeros(0)
        lacking = np.add.reduceat(~hours.known[inside], edges[:-1])
        sums = np.add.reduceat(np.where(hours.known[inside], hours.values[inside], 0), edges[:-1])
        return np.where(lacking > 0, np.nan, sums * (24 / np.diff(edges)))

    def _total(self, hours: Profile, start: int, end: int) -> tuple[int, int]:
        part = slice(start - self.read.start, end - self.read.start)
        known = hours.known[part]
        return int(hours.values[part][known].sum()), int(known.sum())
