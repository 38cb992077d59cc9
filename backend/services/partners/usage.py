"""What a tenant uses, in numbers: no reading, no name, no address."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from backend.store import usage
from tenants import members
from tenants.session import TenantSession

MOST_DAYS = 31


@dataclass(frozen=True, slots=True)
class Usage:
    """How many of what a tenant has."""

    metering_points: int
    concentrators: int
    radio_modules: int
    houses: int
    users: int
    """People who work there; residents are not counted."""


async def of_tenant(session: TenantSession, now: datetime) -> Usage:
    """What the session's tenant has now."""
    return Usage(*await usage.counts(session), users=await members.count_active(session, now))


async def readings(session: TenantSession, now: datetime, days: int) -> list[tuple[date, int]]:
    """Readings taken for each of the last ``days`` UTC days, the running one at the end.

    A reading is an hour of a channel; one that was corrected is counted once.
    """
    end = now.date() + timedelta(days=1)
    start = end - timedelta(days=days)
    found = await usage.readings_by_day(session, start, end)
    return [(day, found.get(day, 0)) for day in (start + timedelta(n) for n in range(days))]
