"""The six weeks that go on for ever: weekday and hour kept, sums exact, clocks that jump."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.hours import hour_of, instant_of
from simulator.calendars import TownCalendar
from simulator.chance import uniform
from simulator.patterns import FIRST_REPEATED_WEEK, Patterns, source_row
from simulator.sources import PATTERN_HOURS

ZONES = ("Europe/Chisinau", "UTC", "Australia/Sydney", "America/Havana", "Africa/Casablanca")
HOURLY = np.floor(uniform(PATTERN_HOURS * 3, "test amounts") * 5000).astype(np.int64).reshape(-1, 3)
HOURLY[:, 2] = 0


def patterns_of(zone: str, monday: date) -> Patterns:
    return Patterns(HOURLY, TownCalendar(ZoneInfo(zone), monday))


@pytest.mark.parametrize("zone", ZONES)
def test_weekday_and_hour_of_day_are_those_of_the_source(zone: str) -> None:
    calendar = TownCalendar(ZoneInfo(zone), date(2026, 2, 23))
    for hour in range(calendar.origin - 500, calendar.origin + 9000, 7):
        wall = instant_of(hour).astimezone(ZoneInfo(zone))
        row = source_row(calendar.wall_hour(hour))
        assert (row // 24 % 7, row % 24) == (wall.weekday(), wall.hour)


def test_after_the_six_weeks_the_last_four_repeat() -> None:
    assert [source_row(week * 168) // 168 for week in range(16)] == [
        *range(6),
        *[2, 3, 4, 5] * 2,
        2,
        3,
    ]
    assert FIRST_REPEATED_WEEK == 2


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=40)
@given(start=st.integers(-3000, 20_000), length=st.integers(0, 400), monday=st.integers(0, 60))
def test_sums_telescope_over_any_hours(zone: str, start: int, length: int, monday: int) -> None:
    patterns = patterns_of(zone, date.fromordinal(date(2026, 1, 5).toordinal() + 7 * monday))
    low = patterns.calendar.origin + start
    by_hour = sum((patterns.amounts(h) for h in range(low, low + length)), np.zeros(3, np.int64))
    assert (patterns.sums(low + length) - patterns.sums(low) == by_hour).all()


def test_the_day_of_25_hours_lives_one_hour_twice_and_that_of_23_skips_one() -> None:
    zone = ZoneInfo("Europe/Berlin")
    autumn = patterns_of("Europe/Berlin", date(2026, 10, 19))
    start = hour_of(datetime(2026, 10, 25, tzinfo=zone))
    end = hour_of(datetime(2026, 10, 26, tzinfo=zone))
    assert end - start == 25
    sunday = HOURLY[6 * 24 : 7 * 24].sum(axis=0) + HOURLY[6 * 24 + 2]
    assert (autumn.sums(end) - autumn.sums(start) == sunday).all()
    spring = patterns_of("Europe/Berlin", date(2026, 3, 23))
    start = hour_of(datetime(2026, 3, 29, tzinfo=zone))
    end = hour_of(datetime(2026, 3, 30, tzinfo=zone))
    assert end - start == 23
    sunday = HOURLY[6 * 24 : 7 * 24].sum(axis=0) - HOURLY[6 * 24 + 2]
    assert (spring.sums(end) - spring.sums(start) == sunday).all()


def test_runs_cover_every_hour_once_and_in_order() -> None:
    calendar = TownCalendar(ZoneInfo("Europe/Chisinau"), date(2026, 1, 5))
    low, high = calendar.origin, calendar.origin + 24 * 400
    walls = [w for first, last in calendar.runs(low, high) for w in range(first, last)]
    assert walls == [calendar.wall_hour(hour) for hour in range(low, high)]
    assert calendar.runs(low, low) == []


def test_the_calendar_counts_local_days() -> None:
    calendar = TownCalendar(ZoneInfo("Europe/Chisinau"), date(2026, 10, 19))
    assert calendar.day(7) - calendar.origin == 7 * 24 + 1
    assert instant_of(calendar.origin) == datetime(2026, 10, 18, 21, tzinfo=UTC)
