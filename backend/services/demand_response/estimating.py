"""What came of an event: real hours of each target beside what was expected before that day.

What was expected is the forecast of the day, by the model learnt at the midnight before and from
the days before alone: it knows nothing of the event. It is an estimate for people to learn from;
no money hangs on it, and a settlement needs a baseline agreed on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from backend.clients.weather import Weather
from backend.services.forecasting import telling
from backend.services.forecasting.past import WHOLE
from backend.services.reading import profiles
from backend.services.reading.profiles import Range
from backend.store.demand_response import event_lists
from backend.store.demand_response.events import EventRow
from backend.store.model import metered
from backend.store.model.metered import GroupRow
from domain.demand_response import DrEventState
from domain.hours import Step, hour_of, midnight
from domain.identity import BalanceGroupId
from tenants.session import TenantSession

Floats = NDArray[np.float64]
BEGUN = frozenset({DrEventState.ACTIVE, DrEventState.COMPLETED})


@dataclass(frozen=True, slots=True)
class Estimate:
    """The local days of an event for one group, by hours [Wh or litres]; NaN is unknown."""

    group: GroupRow
    start: int
    used: Floats
    expected: Floats
    first: int
    """Place of the first hour that the event touches, and of the one after its last."""

    after: int

    @property
    def known(self) -> NDArray[np.bool_]:
        """Hours of the event of which both are known."""
        part = slice(self.first, self.after)
        return ~(np.isnan(self.used[part]) | np.isnan(self.expected[part]))

    def total(self, hours: Floats) -> float | None:
        """Sum over the hours of the event of which both are known; None without any."""
        part, known = hours[self.first : self.after], self.known
        return float(part[known].sum()) if known.any() else None


async def of_event(
    session: TenantSession, event: EventRow, weather: Weather, now: datetime
) -> list[Estimate]:
    """Estimates of an event for the groups that it is about; none before it has begun."""
    if event.state not in BEGUN:
        return []
    groups = await _groups(session, event)
    return [await _of_group(session, one, event, weather, now) for one in groups]


async def _groups(session: TenantSession, event: EventRow) -> list[GroupRow]:
    """Groups of its commodity, or of each, at its targets."""
    targets = (await event_lists.targets(session, [event.id])).get(event.id, [])
    sites = [one.site_id for one in targets if one.site_id is not None]
    at_sites = await metered.groups_of_sites(session, sites)
    named = [one.group_id for one in targets if one.group_id is not None]
    found: dict[BalanceGroupId, GroupRow] = await metered.load_groups(session, named)
    found |= {group.id: group for some in at_sites.values() for group in some}
    return [one for one in found.values() if event.commodity in {None, one.commodity}]


async def _of_group(
    session: TenantSession, group: GroupRow, event: EventRow, weather: Weather, now: datetime
) -> Estimate:
    zone = ZoneInfo(group.timezone)
    days = _days(event, zone)
    start = midnight(days[0], zone)
    asked = Range(start, midnight(days[-1] + timedelta(days=1), zone), Step.HOUR)
    (hours,) = await profiles.of_groups(session, [group], asked, now)
    whole = hours.known & (hours.coverage >= WHOLE)
    expected = [await _expected(session, group, day, weather, now) for day in days]
    first = hour_of(event.starts_at) - start
    after = -(-int(event.ends_at.timestamp()) // 3600) - start
    return Estimate(
        group,
        start,
        np.where(whole, hours.values, np.nan).astype(np.float64),
        np.concatenate(expected),
        first,
        after,
    )


async def _expected(
    session: TenantSession, group: GroupRow, day: date, weather: Weather, now: datetime
) -> Floats:
    (told,) = await telling.of_groups(session, [group], telling.Question(day, weather), now)
    zone = ZoneInfo(group.timezone)
    length = midnight(day + timedelta(days=1), zone) - midnight(day, zone)
    return np.full(length, np.nan) if told is None else told.mean


def _days(event: EventRow, zone: ZoneInfo) -> Sequence[date]:
    """Local days that an event touches: one, or two."""
    first = event.starts_at.astimezone(zone).date()
    last = (event.ends_at - timedelta(microseconds=1)).astimezone(zone).date()
    return [first] if first == last else [first, last]
