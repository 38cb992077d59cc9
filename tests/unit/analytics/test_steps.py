"""A counter that goes back: reverse flow, a new beginning or a wrap; never a made-up value."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from analytics import steps
from analytics.knots import no_knots, starting_knots
from analytics.registers import Installations, consumption
from domain.quality import Quality
from tests.unit.analytics.test_registers import LOW, hours, terms

WRAPS = (2**16, 2**24, 2**32)
CONSTANTS = (Fraction(1), Fraction(10), Fraction(1000), Fraction(3200), Fraction(10000, 283))
flows = st.lists(st.floats(0, 1), min_size=1, max_size=40)


@given(
    wrap=st.sampled_from(WRAPS),
    constant=st.sampled_from(CONSTANTS),
    capacity=st.fractions(min_value=Fraction(1, 10), max_value=60),
    shares=flows,
    begin=st.floats(0, 1),
)
def test_whatever_a_meter_can_is_onward_over_any_wrap(
    wrap: int, constant: Fraction, capacity: Fraction, shares: list[float], begin: float
) -> None:
    most = int(capacity * constant)
    if most >= wrap:
        return
    pulses = [int(most * share) for share in shares]
    first = int(begin * (wrap - 1))
    term = terms(wrap=wrap, pulse_constant=constant, capacity=capacity, initial_counter=first)
    counters = (first + np.cumsum(pulses)) % wrap
    found = hours(term, counters.tolist()).hourly
    assert found.known.all()
    assert found.back is None
    register = Installations.of([term]).register(np.array([[0, *np.cumsum(pulses)]]))
    assert_array_equal(found.values, np.diff(register, axis=1))


@given(
    wrap=st.sampled_from(WRAPS[1:]),
    path=st.lists(st.integers(-4_000, 4_000), min_size=2, max_size=40),
    begin=st.floats(0, 1),
)
def test_reverse_flow_is_told_by_the_hour_and_the_register_goes_back_with_it(
    wrap: int, path: list[int], begin: float
) -> None:
    first = int(begin * (wrap - 1))
    term = terms(wrap=wrap, capacity=Fraction(10), initial_counter=first, initial_index=Fraction(9))
    counters = (first + np.cumsum(path)) % wrap
    found = hours(term, counters.tolist()).hourly
    moved = np.array(path)
    assert_array_equal(found.known[0], moved >= 0)
    assert_array_equal(found.values[0], np.maximum(moved, 0))
    assert (found.codes[0][moved < 0] == Quality.SUSPECT).all()
    back = np.zeros_like(moved) if found.back is None else found.back[0]
    assert_array_equal(back, np.maximum(-moved, 0))


@given(first=st.integers(200_000, 2**24 - 1), after=st.integers(0, 9_999))
def test_a_counter_that_begins_anew_gives_no_value_and_goes_on_from_there(
    first: int, after: int
) -> None:
    term = terms(wrap=2**24, capacity=Fraction(10), initial_counter=first)
    found = hours(term, [first, after, after + 70]).hourly
    near = 2**24 - first <= 12_000 - after  # as likely a wrap
    if near:
        return
    absurd = (after - first) % 2**24 > steps.ABSURD * 12_000
    if absurd:
        assert_array_equal(found.known[0], [True, False, True])
        assert found.codes[0, 1] == Quality.SUSPECT
        assert_array_equal(found.values[0], [0, 0, 70])
    else:
        assert found.known.all()


def test_where_the_range_is_too_small_nothing_is_believed() -> None:
    term = terms(wrap=65536, initial_counter=0, capacity=Fraction(20))
    found = hours(term, [500, 490, 600]).hourly
    assert_array_equal(found.known[0], [True, False, True])
    assert_array_equal(found.values[0], [500, 0, 110])
    assert found.codes[0, 1] == Quality.SUSPECT
    assert found.back is None


def test_a_flow_beyond_the_capacity_is_flow_all_the_same() -> None:
    term = terms(wrap=2**32, initial_counter=0, capacity=Fraction(10))
    found = hours(term, [50_000, 100_000]).hourly
    assert found.known.all()
    assert_array_equal(found.values[0], [50_000, 50_000])
    over = hours(terms(wrap=2**24, initial_counter=2**24 - 30_000), [20_000]).hourly
    assert_array_equal(over.values[0], [50_000])


def test_a_step_back_over_a_gap_leaves_the_gap_unknown() -> None:
    term = terms(wrap=2**32, initial_counter=1_000, capacity=Fraction(10))
    found = hours(term, [1_100, -1, -1, 1_050, 1_060]).hourly
    assert_array_equal(found.known[0], [True, False, False, False, True])
    assert_array_equal(found.values[0], [100, 0, 0, 0, 10])


def test_rows_beside_one_that_ran_backwards_stay_as_they_are() -> None:
    installations = Installations.of([terms(initial_counter=100), terms(initial_counter=100)])
    counters = np.array([[150, 140, 160], [150, 160, 170]])
    found = consumption(
        installations,
        LOW,
        counters,
        np.zeros((2, 3), dtype=np.uint8),
        left=starting_knots(installations),
        right=no_knots(2),
        now=LOW + 10,
    ).hourly
    assert_array_equal(found.known, [[True, False, True], [True, True, True]])
    assert_array_equal(found.values, [[50, 0, 20], [50, 10, 10]])
    assert found.back is not None
    assert_array_equal(found.back, [[0, 10, 0], [0, 0, 0]])
