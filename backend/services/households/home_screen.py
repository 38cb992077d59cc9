"""What the first screen of a home shows, of all its meters at once.

Today hour by hour beside the average of at least five other homes, the month so far and what it
will come to, the three indicators, the newest alert, and how fresh all of it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from backend.clients.weather import Weather
from backend.services.alerts import handling
from backend.services.model import places
from backend.services.reading import house_average, indicators, month, profiles
from backend.services.reading.indicators import Told
from backend.services.reading.month import MonthToDate
from backend.services.reading.profiles import Profile, Range, own_part
from backend.store.alerts import alert_lists
from backend.store.alerts.alert_lists import AlertRow, Wanted
from backend.store.model import metered
from backend.store.model.metered import PointRow
from domain.hours import Step, hour_of, midnight
from domain.identity import Home, PremiseId
from domain.quantities import Role
from tenants.session import TenantSession

MOST_POINTS = 12
"""Meters of one home that its screen shows."""


@dataclass(frozen=True, slots=True)
class HomeRow:
    """A home to choose from."""

    home: Home
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Card:
    """One meter of a home."""

    point: PointRow
    serial: str | None
    today: Profile
    average: Profile
    month: MonthToDate
    told: Told
    last: int | None
    """Last hour that is known, of yesterday and today."""


@dataclass(frozen=True, slots=True)
class Screen:
    """The screen of one home."""

    homes: list[HomeRow]
    chosen: PremiseId
    cards: list[Card]
    alert: AlertRow | None


@dataclass(frozen=True, slots=True)
class Moment:
    """When a screen is made, and who knows the weather."""

    now: datetime
    weather: Weather


async def screen_of(
    session: TenantSession, premise: PremiseId | None, moment: Moment
) -> Screen | None:
    """Screen of one of the principal's homes, the first if none is named; None if not theirs."""
    homes = await _homes(session)
    chosen = next((one.home.premise for one in homes if premise in {None, one.home.premise}), None)
    if chosen is None:
        return None
    points = [
        point
        for point in await metered.list_points(session, 0, 100)
        if point.premise_id == chosen and point.role == Role.CONSUMER
    ][:MOST_POINTS]
    return Screen(
        homes, chosen, await _cards(session, points, moment), await _alert(session, moment.now)
    )


async def _homes(session: TenantSession) -> list[HomeRow]:
    homes = {one.premise: one for one in session.scope.homes}
    found = await places.load_premises(session, list(homes))
    sites = await places.sites_of_premises(session, list(found.values()))
    return [
        HomeRow(homes[key], premise.name, sites[premise.site_id])
        for key, premise in sorted(found.items())
    ]


async def _cards(session: TenantSession, points: Sequence[PointRow], moment: Moment) -> list[Card]:
    if not points:
        return []
    zone, now = points[0].timezone, moment.now
    day = now.astimezone(ZoneInfo(zone)).date()
    two_days = _range(day - timedelta(days=1), day + timedelta(days=1), zone)
    today = _range(day, day + timedelta(days=1), zone)
    so_far = own_part(points[0], Range(_first_of(day, zone), hour_of(now), Step.HOUR))
    hours = await profiles.of_points(session, points, two_days, now)
    average = await house_average.of_points(session, points, today, now)
    months = await month.of_points(session, points, zone, now)
    question = indicators.Question(so_far, moment.weather)
    told = await indicators.of_points(session, points, question, now)
    meters = await places.meters_of_points(session, [point.id for point in points])
    return [
        Card(
            point,
            meters[point.id][-1][1].serial if point.id in meters else None,
            _since(hours[at], today.start),
            average[at],
            months[at],
            told[at],
            _last_known(hours[at]),
        )
        for at, point in enumerate(points)
    ]


def _range(first: date, after: date, zone: str) -> Range:
    return Range(midnight(first, ZoneInfo(zone)), midnight(after, ZoneInfo(zone)), Step.HOUR)


def _first_of(day: date, zone: str) -> int:
    return midnight(day.replace(day=1), ZoneInfo(zone))


def _since(hours: Profile, start: int) -> Profile:
    """The part of hourly values from an hour on."""
    cut = slice(start - hours.start, None)
    return Profile(
        start,
        hours.step,
        hours.timezone,
        hours.unit,
        hours.values[cut],
        hours.known[cut],
        hours.codes[cut],
        hours.coverage[cut],
    )


def _last_known(hours: Profile) -> int | None:
    known = np.flatnonzero(hours.known)
    return hours.start + int(known[-1]) if len(known) else None


async def _alert(session: TenantSession, now: datetime) -> AlertRow | None:
    asker = handling.asker_of(session, now)
    rows = await alert_lists.list_alerts(session, asker, Wanted(most=1, only_open=True))
    return rows[0] if rows else None
