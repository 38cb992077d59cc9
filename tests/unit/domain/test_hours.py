"""Buckets of the local calendar."""

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from domain.hours import Step, buckets, first_hour, midnight

ZONES = ("UTC", "Europe/Chisinau", "Europe/Zurich", "America/New_York", "Asia/Vladivostok")
HIGHS = {Step.HOUR: 1, Step.DAY: 25, Step.WEEK: 169, Step.MONTH: 745, Step.YEAR: 8784}
LOWS = {Step.HOUR: 1, Step.DAY: 23, Step.WEEK: 167, Step.MONTH: 671, Step.YEAR: 8760}


@given(
    st.integers(first_hour(date(2015, 1, 1)), first_hour(date(2030, 1, 1))),
    st.integers(1, 3_000),
    st.sampled_from(Step),
    st.sampled_from(ZONES),
)
def test_buckets_cover_the_range_once(start: int, size: int, step: Step, name: str) -> None:
    found = buckets(start, start + size, step, ZoneInfo(name))
    assert found.starts[0] == start
    assert found.ends[-1] == start + size
    assert_array_equal(found.starts[1:], found.ends[:-1])
    lengths = found.ends - found.starts
    assert (lengths > 0).all()
    assert (lengths <= found.whole_hours).all()
    assert_array_equal(lengths[1:-1], found.whole_hours[1:-1])
    assert found.whole_hours.min() >= LOWS[step]
    assert found.whole_hours.max() <= HIGHS[step]


@pytest.mark.parametrize(
    ("name", "day", "hours"),
    [
        ("Europe/Chisinau", date(2026, 3, 29), 23),
        ("Europe/Chisinau", date(2026, 10, 25), 25),
        ("Europe/Chisinau", date(2026, 7, 1), 24),
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
    ],
)
def test_days_on_which_the_clock_changes(name: str, day: date, hours: int) -> None:
    low = midnight(day, ZoneInfo(name))
    found = buckets(low, low + hours, Step.DAY, ZoneInfo(name))
    assert_array_equal(found.whole_hours, [hours])


def test_weeks_start_on_monday() -> None:
    zone = ZoneInfo("Europe/Chisinau")
    low = midnight(date(2026, 11, 22), zone)  # a Sunday
    found = buckets(low, low + 48, Step.WEEK, zone)
    assert_array_equal(found.ends - found.starts, [24, 24])
    assert_array_equal(np.diff(found.starts), [24])
