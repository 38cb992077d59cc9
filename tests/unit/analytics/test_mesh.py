"""Batteries, hops and routes: robust against wild reports, never worse than the simple answer."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.mesh import EMPTY_MV, battery, behind, is_weak
from analytics.routes import distances, length, visit_order
from domain.errors import ShapeError


@given(st.floats(3100, 3600), st.floats(0.2, 10), st.integers(20, 120), st.integers(0, 10**6))
@settings(max_examples=60)
def test_the_day_of_an_empty_battery_is_found_among_wild_reports(
    level: float, fall: float, size: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    days = np.arange(size, dtype=np.float64)
    volts = level - fall * days
    wild = random.random(size) < 0.1
    volts[wild] = random.uniform(0, 20_000, wild.sum())
    found = battery(days, volts)
    true = max(size - 1, (level - EMPTY_MV) / fall)
    assert found is not None
    assert abs(found.empty_on - true) < 0.35 * max(true, 20)
    assert found.earliest <= found.empty_on <= found.latest
    shuffled = random.permutation(size)
    assert battery(days[shuffled], volts[shuffled]) == found


def test_a_battery_that_does_not_fall_says_nothing() -> None:
    days = np.arange(60.0)
    assert battery(days, np.full(60, 3600.0)) is None
    assert battery(days, 3000 + days) is None
    assert battery(days[:6], 3600 - days[:6]) is None
    assert battery(days[:10], 3600 - days[:10]) is None
    with pytest.raises(ShapeError):
        battery(days, days[:-1])


def test_a_used_up_battery_is_empty_now() -> None:
    days = np.arange(30.0)
    found = battery(days, 2950 - days)
    assert found is not None
    assert found.empty_on == found.earliest == 29


@given(st.lists(st.integers(-1, 14), min_size=1, max_size=15))
def test_relays_are_counted_even_where_reports_go_round_in_circles(parents: list[int]) -> None:
    parents = [-1 if parent >= len(parents) else parent for parent in parents]
    counts = behind(parents)
    assert (counts >= 0).all()
    assert (counts < len(parents)).all()


def test_what_makes_a_hop_weak() -> None:
    assert is_weak(-110, None)
    assert is_weak(-60, 900)
    assert not is_weak(-90, 700)
    assert not is_weak(None, None)


@given(st.integers(1, 40), st.integers(0, 10**6))
@settings(max_examples=40)
def test_a_route_visits_every_place_once_and_no_reversal_shortens_it(size: int, seed: int) -> None:
    places = np.random.default_rng(seed).uniform(0, 0.1, (2, size))
    metres = distances(47 + places[0], 28 + places[1])
    order = visit_order(metres)
    assert order[0] == 0
    assert sorted(order.tolist()) == list(range(size))
    whole = length(metres, order)
    for low in range(1, size):
        for high in range(low + 1, size):
            other = order.copy()
            other[low : high + 1] = other[low : high + 1][::-1]
            assert length(metres, other) > whole - 1e-3


def test_small_routes_are_near_the_shortest() -> None:
    ratios = []
    for seed in range(10):
        places = np.random.default_rng(seed).uniform(0, 0.1, (2, 7))
        metres = distances(47 + places[0], 28 + places[1])
        best = min(length(metres, np.array((0, *rest))) for rest in permutations(range(1, 7)))
        ratios.append(length(metres, visit_order(metres)) / best)
    assert np.mean(ratios) < 1.1
