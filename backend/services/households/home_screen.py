"""What the first screen of a home shows, of all its meters at once.

Today hour by hour beside what is usual and what is still to come, the month so far and what it will
come to, the three indicators, the supply, what is wrong, and how fresh all of it is. The hours of
a meter are read once for all of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from analytics.forecasting.days import days_of, slots_of
from backend.clients.weather import Weather
from backend.services.alerts import handling
from backend.services.commands import offering
from backend.services.commands.offering import Supply
from backend.services.forecasting import telling
from backend.services.forecasting.telling import Told as Forecast
from backend.services.reading import house_average, indicators, month, profiles
from backend.services.reading.houses import Houses
from backend.services.reading.indicators import Told
from backend.services.reading.month import MonthToDate
from backend.services.reading.profiles import Profile, Range, own_part, part
from backend.store import home_rows
from backend.store.alerts import alert_lists
from backend.store.alerts.alert_lists import AlertRow, Wanted
from backend.store.demand_response import event_lists
from backend.store.demand_response.events import EventRow
from backend.store.model import metered
from backend.store.model.metered import PointRow
from domain.alerts import Severity
from domain.hours import Step, hour_of, midnight
from domain.identity import PremiseId
from domain.quantities import Role
from tenants.permissions import Permission
from tenants.session import TenantSession

MOST_POINTS = 12
"""Meters of one home that its screen shows."""

MOST_HOMES = 100
USUAL_DAYS = 28
NEWEST_ALERTS = 30


@dataclass(frozen=True, slots=True)
class HomeRow:
    """A home to choose from."""

    premise: PremiseId
    name: str
    path: str
    since: datetime | None
    """When the household moved in; None for those who run the network."""

    holder: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One meter of a home."""

    point: PointRow
    serial: str | None
    today: Profile
    average: Profile
    """Of at least five other homes of the house."""

    usual: NDArray[np.float64] | None
    """What the home itself took at these hours of the last four weeks, NaN where that is unknown;
    None where the house has an average to compare with."""

    ahead: Forecast | None
    month: MonthToDate
    told: Told
    supply: Supply
    last: int | None
    """Last hour that is known, of yesterday and today."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong now."""

    alert: AlertRow | None
    """The newest of the most severe."""

    unseen: int
    """Open alerts of which nobody took note yet."""


@dataclass(frozen=True, slots=True)
class Called:
    """An event of demand response that reaches the home, and what its household answered."""

    event: EventRow
    answer: bool | None


@dataclass(frozen=True, slots=True)
class Brand:
    """What the organisation shows instead of the product; empty parts are the product's own."""

    name: str | None
    colour: str | None
    colour_dark: str | None
    logo_url: str | None


@dataclass(frozen=True, slots=True)
class Screen:
    """The screen of one home."""

    homes: list[HomeRow]
    chosen: PremiseId | None
    """None where somebody has no home in sight."""

    cards: list[Card]
    wrong: Wrong
    called: Called | None
    """The next event that is open; None where nothing is asked of the home."""

    brand: Brand | None
    """None where the organisation has none of its own."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a screen is made, and who knows the weather."""

    now: datetime
    weather: Weather


async def screen_of(
    session: TenantSession, premise: PremiseId | None, moment: Moment
) -> Screen | None:
    """Screen of one of the homes in sight, the first if none is named; None if not in sight."""
    points = [
        point
        for point in await metered.list_points(session, 0, MOST_HOMES)
        if point.role == Role.CONSUMER and point.premise_id is not None
    ]
    homes = await _homes(session, points)
    chosen = next((one.premise for one in homes if premise in {None, one.premise}), None)
    if chosen is None and (premise is not None or session.scope.household is not None):
        return None
    mine = [point for point in points if point.premise_id == chosen][:MOST_POINTS]
    cards = await _cards(session, mine, moment)
    called = await _called(session, chosen, moment.now)
    wrong = await _wrong(session, moment.now, None if called is None else called.event.id)
    return Screen(homes, chosen, cards, wrong, called, await _brand(session))


async def _called(
    session: TenantSession, premise: PremiseId | None, now: datetime
) -> Called | None:
    home = next((one for one in session.scope.homes if one.premise == premise), None)
    if home is None or Permission.DEMAND_RESPONSE_READ not in session.scope.permissions:
        return None
    found = await event_lists.next_of_home(session, home, now)
    return None if found is None else Called(*found)


async def _brand(session: TenantSession) -> Brand | None:
    found = Brand(*await home_rows.brand(session))
    return None if found == Brand(None, None, None, None) else found


async def _homes(session: TenantSession, points: Sequence[PointRow]) -> list[HomeRow]:
    """Those of the household, also ones without meters; for others those of the first points."""
    mine = {one.premise: one for one in session.scope.homes}
    wanted = list(mine) or sorted({PremiseId(one.premise_id or 0) for one in points})
    return [
        HomeRow(
            one.premise,
            one.name,
            one.path,
            mine[one.premise].since if one.premise in mine else None,
            one.premise in mine and mine[one.premise].holder,
        )
        for one in await home_rows.places(session, wanted)
    ]


async def _cards(session: TenantSession, points: Sequence[PointRow], moment: Moment) -> list[Card]:
    if not points:
        return []
    zone, now = points[0].timezone, moment.now
    day = now.astimezone(ZoneInfo(zone)).date()
    today = _range(day, day + timedelta(days=1), zone)
    kept = await _Hours.read(session, points, day, now)
    running = month.Question(zone, moment.weather)
    months = month.of_hours(points, kept.parts(points, month.read_for(zone, now)), running, now)
    so_far = own_part(points[0], Range(_first_of(day, zone), hour_of(now), Step.HOUR))
    before = _range(day - timedelta(days=1), day, zone)
    wide = replace(so_far, start=min(so_far.start, before.start), end=today.end)
    houses = await Houses.read(session, points, wide, now)
    question = indicators.Question(so_far, moment.weather)
    told = await indicators.of_houses(session, houses, points, question)
    average = [house_average.of_house(houses, point, today) for point in points]
    asked = telling.Question(day, moment.weather)
    ahead = await telling.of_points(session, points, asked, now, kept.again)
    offered = await offering.of_points(session, points, now)
    serials = await home_rows.serials(session, [point.id for point in points])
    yesterday = _range(day - timedelta(days=1), day + timedelta(days=1), zone)
    usual = kept.usual(points, day, ZoneInfo(zone))

    def compared(at: int) -> bool:
        # in the first hour of a day nothing is known of it yet
        known = average[at].known.any()
        return bool(known or house_average.of_house(houses, points[at], before).known.any())

    return [
        Card(
            point,
            serials.get(point.id),
            kept.part(point, today),
            average[at],
            None if compared(at) else usual[at],
            ahead[at],
            months[at],
            told[at],
            offered[at],
            _last_known(kept.part(point, yesterday)),
        )
        for at, point in enumerate(points)
    ]


def _range(first: date, after: date, zone: str) -> Range:
    return Range(midnight(first, ZoneInfo(zone)), midnight(after, ZoneInfo(zone)), Step.HOUR)


def _first_of(day: date, zone: str) -> int:
    return midnight(day.replace(day=1), ZoneInfo(zone))


@dataclass(frozen=True, slots=True)
class _Hours:
    """Hours of the points of a screen, read once: all that its parts are made of."""

    of: Mapping[int, Profile]

    @classmethod
    async def read(
        cls, session: TenantSession, points: Sequence[PointRow], day: date, now: datetime
    ) -> "_Hours":
        """From the earliest hour that a part asks for, to the end of the day."""
        zone = points[0].timezone
        learnt = _range(day - timedelta(days=telling.HISTORY_DAYS), day + timedelta(days=1), zone)
        low = min(learnt.start, month.read_for(zone, now).start)
        asked = Range(low, learnt.end, Step.HOUR)
        found = await profiles.of_points(session, points, asked, now)
        return cls({point.id: one for point, one in zip(points, found, strict=True)})

    def part(self, point: PointRow, asked: Range) -> Profile:
        """Hours of one point."""
        return part(self.of[point.id], asked)

    def parts(self, points: Sequence[PointRow], asked: Range) -> list[Profile]:
        """Hours of some points."""
        return [self.part(point, asked) for point in points]

    async def again(
        self, session: TenantSession, points: Sequence[PointRow], asked: Range, now: datetime
    ) -> list[Profile]:
        """As if they were read anew."""
        del session, now
        return self.parts(points, asked)

    def usual(
        self, points: Sequence[PointRow], day: date, zone: ZoneInfo
    ) -> list[NDArray[np.float64]]:
        """Mean of each hour of a day over the weeks before, by the clock on the wall."""
        days = [day - timedelta(days=back) for back in range(USUAL_DAYS, 0, -1)]
        start, end = midnight(days[0], zone), midnight(day, zone)
        hours = self.parts(points, Range(start, end, Step.HOUR))
        values = np.stack([np.where(one.known, one.values, np.nan) for one in hours])
        slots = days_of(values, start, days, zone)
        known = (~np.isnan(slots)).sum(axis=1)
        mean = np.where(known > 0, np.nansum(slots, axis=1) / np.maximum(known, 1), np.nan)
        return list(mean[:, slots_of(day, zone)[1]])


def _last_known(hours: Profile) -> int | None:
    known = np.flatnonzero(hours.known)
    return hours.start + int(known[-1]) if len(known) else None


async def _wrong(session: TenantSession, now: datetime, told: int | None) -> Wrong:
    """What is wrong, beside an event that the screen tells of itself."""
    if Permission.ALERTS_READ not in session.scope.permissions:
        return Wrong(None, 0)
    asker = handling.asker_of(session, now)
    wanted = Wanted(most=NEWEST_ALERTS, only_open=True)
    rows = await alert_lists.list_alerts(session, asker, wanted)
    others = [row for row in rows if row.event is None or row.event.id != told]
    worst = next((row for row in others if row.severity is Severity.CRITICAL), None)
    newest = worst or (others[0] if others else None)
    return Wrong(newest, sum(row.acknowledged_at is None for row in rows))
