"""Estimation by like days: the sum is exact, nothing is negative, the shape is the habit."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from analytics.estimation import History, shape, span_of
from analytics.knots import no_knots, starting_knots
from analytics.registers import (
    Consumption,
    Hourly,
    Installations,
    Terms,
    consumption,
)
from domain.hours import hour_of
from domain.quality import Quality

START = datetime(2026, 10, 1, tzinfo=UTC)
LOW = hour_of(START)
SIZE = 36 * 24
WRAP = 2**32


def installations(minutes: int = 0) -> Installations:
    since = START + timedelta(minutes=minutes)
    constant, index, capacity = Fraction(1000), Fraction(0), Fraction(50)
    term = Terms(since, None, constant, index, None, 0, WRAP, capacity)
    return Installations.of([term])


def estimated(steps: np.ndarray, lost: np.ndarray, minutes: int = 0) -> tuple[Consumption, Hourly]:
    """Consumption with gaps shared by time, and as they are shaped by like days."""
    terms = installations(minutes)
    counters = np.where(lost, -1, steps.cumsum())[None, :]
    codes = np.zeros(counters.shape, np.uint8)
    found = consumption(
        terms,
        LOW,
        counters,
        codes,
        left=starting_knots(terms),
        right=no_knots(1),
        now=LOW + SIZE,
    )
    shaped = Hourly(found.hourly.values.copy(), found.hourly.known, found.hourly.codes)
    shape(found.estimated, History(LOW, counters, terms), LOW, shaped)
    return found, shaped


@given(
    st.integers(0, 10**6),
    st.lists(st.tuples(st.integers(0, SIZE - 2), st.integers(1, 200)), min_size=1, max_size=5),
    st.integers(0, 59),
)
@settings(max_examples=80)
def test_the_sum_of_every_gap_is_kept_and_no_hour_is_negative(
    seed: int, spans: list[tuple[int, int]], minutes: int
) -> None:
    random = np.random.default_rng(seed)
    steps = random.integers(0, 3000, SIZE) * random.integers(0, 2, SIZE)
    lost = np.zeros(SIZE, np.bool_)
    for start, length in spans:
        lost[start : start + length] = True
    lost[-1] = False
    found, shaped = estimated(steps, lost, minutes)
    by_time = found.hourly
    assert (shaped.values >= 0).all()
    assert shaped.values.sum() == by_time.values.sum()
    measured = by_time.codes[0] != Quality.ESTIMATED
    assert_array_equal(shaped.values[0][measured], by_time.values[0][measured])
    for first, hours, amount in zip(
        found.estimated.first_hour, found.estimated.hours, found.estimated.amount, strict=True
    ):
        assert shaped.values[0, first - LOW : first - LOW + hours].sum() == amount


def test_a_gap_goes_as_its_like_days_went() -> None:
    week = np.random.default_rng(2).integers(10, 900, 168)
    steps = np.tile(week, 6)[:SIZE]
    lost = np.zeros(SIZE, np.bool_)
    lost[30 * 24 + 5 : 31 * 24 + 8] = True
    _, shaped = estimated(steps, lost)
    assert_array_equal(shaped.values[0], steps)


def test_a_gap_may_take_more_than_its_like_days_in_the_same_shape() -> None:
    week = np.random.default_rng(2).integers(10, 900, 168)
    steps = np.tile(week, 6)[:SIZE]
    gap = slice(30 * 24, 31 * 24)
    steps[gap] *= 3
    lost = np.zeros(SIZE, np.bool_)
    lost[gap.start : gap.stop - 1] = True
    _, shaped = estimated(steps, lost)
    assert_array_equal(shaped.values[0], steps)


def test_without_like_days_or_with_idle_ones_the_gap_is_shared_by_time() -> None:
    steps = np.full(SIZE, 50)
    lost = np.zeros(SIZE, np.bool_)
    lost[100:130] = True  # before the first week is over
    found, shaped = estimated(steps, lost)
    assert_array_equal(shaped.values, found.hourly.values)
    idle = np.zeros(SIZE, np.int64)
    idle[-30] = 500
    lost = np.zeros(SIZE, np.bool_)
    lost[-60:-20] = True
    found, shaped = estimated(idle, lost)
    assert_array_equal(shaped.values, found.hourly.values)


def test_a_gap_is_shaped_alike_however_much_of_it_is_looked_at() -> None:
    random = np.random.default_rng(7)
    steps = random.integers(0, 3000, SIZE)
    lost = np.zeros(SIZE, np.bool_)
    lost[-100:-20] = True
    found, shaped = estimated(steps, lost)
    terms = installations()
    counters = np.where(lost, -1, steps.cumsum())[None, :]
    low, high = span_of(found.estimated)
    some = counters[:, max(0, low - LOW) : high - LOW]
    part = Hourly(found.hourly.values[:, -70:].copy(), found.hourly.known, found.hourly.codes)
    shape(found.estimated, History(max(low, LOW), some, terms), LOW + SIZE - 70, part)
    assert_array_equal(part.values, shaped.values[:, -70:])
