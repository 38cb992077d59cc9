"""The month so far, and what it will be if the days go on as they went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from backend.services.reading import profiles
from backend.services.reading.profiles import Profile, Range
from backend.store.model.metered import GroupRow, PointRow
from domain.hours import Step, hour_of, midnight
from domain.quantities import Unit
from tenants.session import TenantSession


@dataclass(frozen=True, slots=True)
class MonthToDate:
    """Wh or litres; None where nothing is known."""

    so_far: int | None
    forecast: int | None
    """Expected at the end of the month."""

    average: int | None
    """What the months before used up to the same hour, on average."""

    unit: Unit


@dataclass(frozen=True, slots=True)
class _Month:
    start: int
    end: int
    now: int


def _month_of(now: datetime, zone: ZoneInfo) -> _Month:
    first = now.astimezone(zone).date().replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    return _Month(midnight(first, zone), midnight(after, zone), hour_of(now))


def _before(month: _Month, zone: ZoneInfo, now: datetime) -> _Month:
    """The month before, up to the same local hour of the same day of the month."""
    first = now.astimezone(zone).date().replace(day=1)
    earlier = (first - timedelta(days=1)).replace(day=1)
    start = midnight(earlier, zone)
    return _Month(start, month.start, min(month.start, start + month.now - month.start))


async def of_points(
    session: TenantSession, points: Sequence[PointRow], timezone: str, now: datetime
) -> list[MonthToDate]:
    """The running month of metering points in one zone."""
    span = _Span.of(now, timezone)
    return [span.month(one) for one in await profiles.of_points(session, points, span.read, now)]


async def of_groups(
    session: TenantSession, groups: Sequence[GroupRow], timezone: str, now: datetime
) -> list[MonthToDate]:
    """The running month of groups in one zone."""
    span = _Span.of(now, timezone)
    return [span.month(one) for one in await profiles.of_groups(session, groups, span.read, now)]


@dataclass(frozen=True, slots=True)
class _Span:
    """The running month, the one before it, and the days by which the rest is judged."""

    this: _Month
    earlier: _Month
    recent: int
    read: Range
    """Hours that tell of all three."""

    @classmethod
    def of(cls, now: datetime, timezone: str) -> "_Span":
        zone = ZoneInfo(timezone)
        this = _month_of(now, zone)
        earlier = _before(this, zone, now)
        recent = this.now - 28 * 24
        low, high = min(earlier.start, recent), max(this.now, this.start + 1)
        return cls(this, earlier, recent, Range(low, high, Step.HOUR))

    def month(self, hours: Profile) -> MonthToDate:
        """Consumption of the running month, with its run-rate forecast.

        The forecast goes on at the mean of the known hours of the last 28 days, so that a month
        that has just begun is judged by the days before it.
        """
        so_far, known_now = self._total(hours, self.this.start, self.this.now)
        used, known_recent = self._total(hours, self.recent, self.this.now)
        before, known_before = self._total(hours, self.earlier.start, self.earlier.now)
        rest = self.this.end - self.this.now
        return MonthToDate(
            so_far=so_far if known_now else None,
            forecast=so_far + used * rest // known_recent if known_recent else None,
            average=before if known_before else None,
            unit=hours.unit,
        )

    def _total(self, hours: Profile, start: int, end: int) -> tuple[int, int]:
        part = slice(start - self.read.start, end - self.read.start)
        known = hours.known[part]
        return int(hours.values[part][known].sum()), int(known.sum())
