"""The running month of profiles: so far, its end with a band, and the month before."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from backend.clients.weather import ConstantWeather, NoWeather
from backend.services.reading.month import _Span
from backend.services.reading.profiles import Profile
from domain.hours import Step, hour_of, instant_of
from domain.quantities import Unit

ZONE = "Europe/Chisinau"
NOW = datetime(2026, 11, 11, 9, 0, tzinfo=UTC)  # eleven hours into a day of the zone


def profile(span: _Span, values: np.ndarray, unknown: slice = slice(0)) -> Profile:
    known = np.arange(span.read.start, span.read.end) < hour_of(NOW)
    known[unknown] = False
    return Profile(
        start=span.read.start,
        step=Step.HOUR,
        timezone=ZONE,
        unit=Unit.KWH,
        values=np.where(known, values, 0),
        known=known,
        codes=np.zeros(len(values), np.uint8),
        coverage=known.astype(np.float64),
    )


def hours_of(span: _Span) -> np.ndarray:
    return np.full(span.read.end - span.read.start, 500, np.int64)


def test_a_steady_load_ends_the_month_as_it_began() -> None:
    span = _Span.of(NOW, ZONE)
    (found,) = span.months([profile(span, hours_of(span))], [False])
    so_far = (10 * 24 + 11) * 500
    assert found.so_far == so_far
    assert found.forecast is not None
    assert found.forecast.p50 == 30 * 24 * 500
    assert found.forecast.p10 is not None
    assert found.forecast.p90 is not None
    assert so_far < found.forecast.p10 < found.forecast.p50 < found.forecast.p90


def test_the_days_of_the_clock_change_are_whole_days() -> None:
    """25 October 2026 has 25 hours in Chisinau."""
    span = _Span.of(NOW, ZONE)
    assert sorted(set(np.diff(span.midnights).tolist())) == [24, 25]
    (found,) = span.months([profile(span, hours_of(span))], [False])
    assert found.average == (10 * 24 + 11) * 500


def test_a_month_before_of_which_half_is_unknown_is_no_comparison() -> None:
    span = _Span.of(NOW, ZONE)
    start = span.earlier.start - span.read.start
    (few,) = span.months([profile(span, hours_of(span), slice(start, start + 5 * 24))], [False])
    assert few.average is None
    (most,) = span.months([profile(span, hours_of(span), slice(start, start + 6))], [False])
    assert most.average == (10 * 24 + 11) * 500, "a few unknown hours count as the others do"


def test_recent_days_weigh_more() -> None:
    span = _Span.of(NOW, ZONE)
    values = hours_of(span)
    values[-7 * 24 :] *= 2
    (found,) = span.months([profile(span, values)], [False])
    assert found.forecast is not None
    assert found.so_far is not None
    rest, left = found.forecast.p50 - found.so_far, span.this.end - span.this.now
    assert left * float(values.mean()) < rest < left * 1000


@pytest.mark.parametrize("left_days", [0, 3])
def test_little_known_gives_no_band_and_nothing_gives_nothing(left_days: int) -> None:
    span = _Span.of(NOW, ZONE)
    until = len(hours_of(span)) - left_days * 24
    (found,) = span.months([profile(span, hours_of(span), slice(0, until))], [False])
    if not left_days:
        assert found.so_far is None
        assert found.forecast is None
        return
    assert found.forecast is not None
    assert found.forecast.p10 is None
    assert found.forecast.p90 is None
    assert found.forecast.p50 == found.so_far + (30 * 24 - 10 * 24 - 11) * 500  # type: ignore[operator]


def test_a_day_with_a_gap_is_left_out_not_counted_as_less() -> None:
    span = _Span.of(NOW, ZONE)
    gap = slice(-30, -25)
    (found,) = span.months([profile(span, hours_of(span), gap)], [False])
    assert found.forecast is not None
    assert found.so_far is not None
    assert found.forecast.p50 - found.so_far == (30 * 24 - 10 * 24 - 11) * 500


class Frost(NoWeather):
    """As it was until today, and colder from today on."""

    def __init__(self, today: date, degrees: float) -> None:
        self.today, self.degrees = today, degrees
        self.asked: list[date] = []

    def temperatures(self, days: Sequence[date]) -> np.ndarray:
        """Every second day is warmer."""
        self.asked = list(days)
        told = [6.0 if one.day % 2 else 0.0 for one in days if one < self.today]
        return np.array(told + [self.degrees] * (len(days) - len(told)))


def test_weather_that_is_known_moves_the_rest_of_the_month() -> None:
    span = _Span.of(NOW, ZONE)
    zone = ZoneInfo(ZONE)
    starts = [instant_of(one).astimezone(zone) for one in range(span.read.start, span.read.end)]
    heats = np.array([500 if one.day % 2 else 800 for one in starts], np.int64)
    today = NOW.astimezone(zone).date()
    found = {}
    for name, weather in (
        ("unknown", NoWeather()),
        ("even", ConstantWeather(3.0)),
        ("frost", Frost(today, -9.0)),
        ("mild", Frost(today, 12.0)),
    ):
        (one,) = span.months([profile(span, heats)], [True], weather)
        assert one.forecast is not None
        found[name] = one.forecast.p50
    assert found["even"] == found["unknown"]
    assert found["mild"] < found["unknown"] < found["frost"]
    days = span.days
    assert days[-1] == date(2026, 11, 30)
    assert days[0].day == span_first(span).day
    assert len(days) == len(span.midnights) + 19
    assert np.diff([one.toordinal() for one in days]).tolist() == [1] * (len(days) - 1)


def span_first(span: _Span) -> date:
    return instant_of(int(span.midnights[0])).astimezone(ZoneInfo(ZONE)).date()
