"""The month so far, and what it will be if the days go on as they went."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from backend.services import profiles
from backend.services.profiles import Profile, Range
from backend.store.metered import GroupRow, PointRow
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


async def month_to_date(
    session: TenantSession, owner: PointRow | GroupRow, now: datetime
) -> MonthToDate:
    """Consumption of the running month of the site's calendar, with its run-rate forecast.

    The forecast goes on at the mean of the known hours of the last 28 days, so that a month that
    has just begun is judged by the days before it.
    """
    zone = ZoneInfo(owner.timezone)
    month = _month_of(now, zone)
    earlier = _before(month, zone, now)
    recent = month.now - 28 * 24
    asked = Range(min(earlier.start, recent), max(month.now, month.start + 1), Step.HOUR)
    hours = await _hours(session, owner, asked, now)

    def total(start: int, end: int) -> tuple[int, int]:
        part = slice(start - asked.start, end - asked.start)
        known = hours.known[part]
        return int(hours.values[part][known].sum()), int(known.sum())

    so_far, known_now = total(month.start, month.now)
    used, known_recent = total(recent, month.now)
    before, known_before = total(earlier.start, earlier.now)
    rest = month.end - month.now
    return MonthToDate(
        so_far=so_far if known_now else None,
        forecast=so_far + used * rest // known_recent if known_recent else None,
        average=before if known_before else None,
        unit=hours.unit,
    )


async def _hours(
    session: TenantSession, owner: PointRow | GroupRow, asked: Range, now: datetime
) -> Profile:
    if isinstance(owner, PointRow):
        return (await profiles.of_points(session, [owner], asked, now))[0]
    return (await profiles.of_groups(session, [owner], asked, now))[0]
