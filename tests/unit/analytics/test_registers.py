"""Registers and hours: exact, telescoping, and silent where a wrap is in doubt."""

import dataclasses
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from analytics import runs
from analytics.knots import no_knots, starting_knots
from analytics.registers import (
    Consumption,
    Installations,
    Terms,
    consumption,
    expects,
    longest_gap,
)
from domain.errors import InvalidError, ShapeError
from domain.hours import hour_of
from domain.quality import CodeArray, Quality

START = datetime(2026, 11, 1, tzinfo=UTC)
LOW = hour_of(START)


def terms(**changed: object) -> Terms:
    fields = {
        "installed_at": START,
        "removed_at": None,
        "pulse_constant": Fraction(1000),
        "initial_index": Fraction("12.345"),
        "final_index": None,
        "initial_counter": 12345,
        "wrap": 2**32,
        "capacity": Fraction(10),
    }
    return Terms(**{**fields, **changed})  # type: ignore[arg-type]


def hours(term: Terms, counters: list[int], start: int = LOW, now: int = LOW + 1000) -> Consumption:
    installations = Installations.of([term])
    return consumption(
        installations,
        start,
        np.array([counters], dtype=np.int64),
        np.zeros((1, len(counters)), dtype=np.uint8),
        left=starting_knots(installations),
        right=no_knots(1),
        now=now,
    )


def test_an_hour_is_the_difference_of_the_register() -> None:
    hourly = hours(terms(), [12445, 12445, 12700]).hourly
    assert_array_equal(hourly.values[0], [100, 0, 255])
    assert hourly.known.all()


def test_a_counter_that_wraps_goes_on() -> None:
    hourly = hours(terms(wrap=65536, initial_counter=65500), [65530, 4, 10]).hourly
    assert_array_equal(hourly.values[0], [30, 10, 6])


def test_a_gap_is_estimated_with_its_sum_and_what_follows_the_last_counter_is_missing() -> None:
    result = hours(terms(), [12445, -1, -1, 12455, -1])
    assert_array_equal(result.hourly.values[0], [100, 3, 3, 4, 0])
    assert_array_equal(result.hourly.codes[0], [0, 4, 4, 4, 5])
    assert (result.gap_start, result.gap_end) == (LOW, LOW + 5)


def test_a_gap_in_which_the_counter_may_have_wrapped_unseen_stays_missing() -> None:
    term = terms(wrap=65536, initial_counter=0, capacity=Fraction(30))
    hourly = hours(term, [10, -1, -1, 40, 50]).hourly
    assert_array_equal(hourly.codes[0], [0, 5, 5, 5, 0])
    assert_array_equal(hourly.values[0], [10, 0, 0, 0, 10])


def test_the_first_hour_is_partial_and_hours_before_it_are_not_expected() -> None:
    at = START + timedelta(hours=1, minutes=20)
    hourly = hours(terms(installed_at=at), [-1, 12400, 12500]).hourly
    assert_array_equal(hourly.codes[0], [8, 0, 0])
    assert_array_equal(hourly.values[0], [0, 55, 100])
    due = expects(Installations.of([terms(installed_at=at)]), LOW + np.arange(3), LOW + 100)
    assert_array_equal(due[0], [False, False, True])


def test_a_late_first_counter_spreads_from_the_installation_on_by_time() -> None:
    at = START + timedelta(minutes=30)
    hourly = hours(terms(installed_at=at), [-1, 12345 + 90]).hourly
    assert_array_equal(hourly.values[0], [30, 60])
    assert_array_equal(hourly.codes[0], [4, 4])


def test_a_removed_meter_ends_with_its_final_index() -> None:
    term = terms(removed_at=START + timedelta(hours=2, minutes=15), final_index=Fraction("12.545"))
    hourly = hours(term, [12445, 12495, -1, -1]).hourly
    assert_array_equal(hourly.values[0], [100, 50, 50, 0])
    assert_array_equal(hourly.codes[0], [0, 0, Quality.MANUAL, 8])


def test_a_final_index_below_the_register_is_suspect_and_never_negative() -> None:
    term = terms(removed_at=START + timedelta(hours=1, minutes=15), final_index=Fraction("12.4"))
    hourly = hours(term, [12445, -1]).hourly
    assert_array_equal(hourly.known[0], [True, False])
    assert hourly.codes[0, 1] == Quality.SUSPECT


def test_hours_that_are_not_over_are_not_expected() -> None:
    assert_array_equal(hours(terms(), [-1, -1], now=LOW + 1).hourly.codes[0], [5, 8])


def test_rows_that_do_not_line_up_are_refused() -> None:
    installations = Installations.of([terms()])
    with pytest.raises(ShapeError, match="1 installations"):
        consumption(
            installations,
            LOW,
            np.zeros((2, 3), np.int64),
            np.zeros((2, 3), np.uint8),
            left=starting_knots(installations),
            right=no_knots(1),
            now=LOW,
        )


def test_digits_beyond_exact_integers_are_refused() -> None:
    with pytest.raises(InvalidError, match="too many digits"):
        Installations.of([terms(pulse_constant=Fraction(1, 3**40))])


CONSTANTS = ["1000", "3200", "800", "500", "1250.5", "40", "1/0.0283168", "100"]


Meter = tuple[Terms, list[int], list[bool]]


@st.composite
def meters(draw: st.DrawFn) -> Meter:
    above, _, below = draw(st.sampled_from(CONSTANTS)).partition("/")
    constant = Fraction(above) / Fraction(below or 1)
    wrap = draw(st.sampled_from([2**16, 2**24, 2**32]))
    capacity = Fraction(draw(st.integers(1, 20)))
    most = min(int(capacity * constant), wrap - 1)
    size = draw(st.integers(1, 40))
    steps = draw(st.lists(st.integers(0, most), min_size=size, max_size=size))
    known = draw(st.lists(st.booleans(), min_size=size, max_size=size))
    term = terms(
        pulse_constant=constant,
        wrap=wrap,
        capacity=capacity,
        initial_counter=draw(st.integers(0, wrap - 1)),
        initial_index=Fraction(draw(st.decimals(0, 99999, places=3))),
    )
    return term, steps, known


@given(meters())
def test_every_known_stretch_telescopes_to_the_register(meter: Meter) -> None:
    term, steps, known = meter
    pulses = np.cumsum(steps)

    def register(count: int) -> int:
        value = 1000 * (term.initial_index + Fraction(int(count)) / term.pulse_constant)
        return int((value + Fraction(1, 2)).__floor__())

    counters = [
        (term.initial_counter + int(p)) % term.wrap if k else -1
        for p, k in zip(pulses, known, strict=True)
    ]
    hourly = hours(term, counters).hourly
    assert (hourly.values >= 0).all()
    reach = longest_gap(term.wrap, term.pulse_constant, term.capacity)
    before, certain, base = -1, True, 0
    for hour in np.flatnonzero(known):
        gap = hour - before
        certain = certain and gap <= reach
        stretch = slice(before + 1, hour + 1)
        if gap <= reach:
            assert hourly.known[0, stretch].all()
            total = int(hourly.values[0, stretch].sum())
            if certain:  # once a wrap was in doubt the register itself is only a lower bound
                assert total == register(pulses[hour]) - register(base)
            assert (hourly.codes[0, stretch] == (0 if gap == 1 else 4)).all()
        else:
            assert not hourly.known[0, stretch].any()
            assert (hourly.codes[0, stretch] == 5).all()
        before, base = hour, pulses[hour]
    assert (hourly.codes[0, before + 1 :] == 5).all()


@given(meters(), st.integers(0, 39))
def test_a_range_read_from_a_knot_equals_the_same_hours_read_from_the_start(
    meter: Meter, cut: int
) -> None:
    term, steps, known = meter
    if cut >= len(steps) or not known[cut]:
        return
    pulses = np.cumsum(steps)
    counters = [
        (term.initial_counter + int(p)) % term.wrap if k else -1
        for p, k in zip(pulses, known, strict=True)
    ]
    whole = hours(term, counters).hourly
    installations = Installations.of([term])
    # pulses as the reading from the start counts them: with the fewest wraps
    seen, last = 0, term.initial_counter
    for counter in counters[: cut + 1]:
        if counter >= 0:
            seen, last = seen + (counter - last) % term.wrap, counter
    knot = starting_knots(installations)
    left = type(knot)(
        np.array([(LOW + cut + 1) * 3600]), np.array([last]), np.array([seen]), knot.known
    )
    rest = consumption(
        installations,
        LOW + cut + 1,
        np.array([counters[cut + 1 :]], dtype=np.int64).reshape(1, -1),
        np.zeros((1, len(counters) - cut - 1), np.uint8),
        left=left,
        right=no_knots(1),
        now=LOW + 1000,
    ).hourly
    assert_array_equal(rest.values, whole.values[:, cut + 1 :])
    assert_array_equal(rest.codes, whole.codes[:, cut + 1 :])


Street = tuple[list[Terms], NDArray[np.int64], CodeArray]


@st.composite
def streets(draw: st.DrawFn) -> Street:
    """Meters over the same hours: with and without gaps, removed or standing."""
    size = draw(st.integers(1, 12))
    rows, counters = [], []
    for _ in range(draw(st.integers(1, 5))):
        term, steps, _ = draw(meters())
        steps = (steps * size)[:size]
        first, end = draw(st.integers(0, size)), draw(st.integers(0, size))
        known = [first <= at < end for at in range(size)]
        if draw(st.booleans()):
            known = draw(st.lists(st.booleans(), min_size=size, max_size=size))
        if draw(st.integers(0, 3)) == 0:
            removed_at = START + timedelta(minutes=draw(st.integers(0, 60 * size)))
            final = draw(st.none() | st.integers(0, 99999).map(Fraction))
            term = dataclasses.replace(term, removed_at=removed_at, final_index=final)
        start = START + timedelta(minutes=draw(st.sampled_from([-600, -90, -60, 0, 30, 60, 100])))
        if term.removed_at is None or start < term.removed_at:
            term = dataclasses.replace(term, installed_at=start)
        rows.append(term)
        shown = (term.initial_counter + np.cumsum(steps)) % term.wrap
        counters.append(np.where(known, shown, -1))
    codes = draw(st.lists(st.integers(0, 7), min_size=size, max_size=size))
    return rows, np.array(counters), np.array([codes] * len(rows), dtype=np.uint8)


@given(streets(), st.integers(0, 14))
def test_meters_without_gaps_are_read_whole_as_they_are_read_knot_by_knot(
    street: Street, now: int
) -> None:
    rows, counters, codes = street
    installations = Installations.of(rows)

    def read() -> Consumption:
        return consumption(
            installations,
            LOW,
            counters,
            codes,
            left=starting_knots(installations),
            right=no_knots(len(rows)),
            now=LOW + now,
        )

    whole = read()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "unbroken", lambda known, _: np.zeros(len(known), dtype=np.bool_))
        knot_by_knot = read()
    for field in dataclasses.fields(whole.hourly):
        one, other = (getattr(read.hourly, field.name) for read in (whole, knot_by_knot))
        assert_array_equal(one, other)
    assert (whole.gap_start, whole.gap_end) == (knot_by_knot.gap_start, knot_by_knot.gap_end)
