"""An imbalance taken apart closes to the watt-hour; its band holds what the meters may err."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal

from analytics.losses import (
    LEAST_HOURS,
    NO_LOSS,
    Accuracy,
    Standing,
    TechnicalLoss,
    coverage,
    fit,
    own_consumption,
    standing,
    take_apart,
    uncertainty,
)
from domain.errors import ShapeError
from domain.quantities import Commodity

HOURS = 30 * 24
ENERGY = arrays(np.int64, 20, elements=st.integers(-(10**6), 10**9))


def load(seed: int = 0) -> np.ndarray:
    chance = np.random.default_rng(seed)
    daily = 1 + 0.5 * np.sin(np.arange(HOURS) * 2 * np.pi / 24)
    return np.rint(40_000 * daily * chance.uniform(0.7, 1.3, HOURS)).astype(np.int64)


def test_finds_the_coefficients_that_made_the_history() -> None:
    delivered, own = load(), np.full(HOURS, 30)
    true = TechnicalLoss(0.02, 0.02 / 40_000)
    supplied = delivered + true.of(delivered) + own
    found = fit(supplied, delivered, np.ones(HOURS, dtype=bool), own)
    assert found is not None
    assert found.linear == pytest.approx(0.02, rel=0.02)
    assert found.square == pytest.approx(0.02 / 40_000, rel=0.02)


def test_a_few_wild_hours_do_not_move_it() -> None:
    delivered, own = load(), np.zeros(HOURS, dtype=np.int64)
    supplied = delivered + TechnicalLoss(0.03, 1e-7).of(delivered)
    supplied[::50] *= 2
    found = fit(supplied, delivered, np.ones(HOURS, dtype=bool), own)
    assert found is not None
    assert found.linear == pytest.approx(0.03, rel=0.05)


def test_coefficients_are_never_negative() -> None:
    delivered = load()
    supplied = np.rint(delivered * 1.05 - 5e-7 * delivered**2.0).astype(np.int64)
    found = fit(supplied, delivered, np.ones(HOURS, dtype=bool), np.zeros(HOURS, dtype=np.int64))
    assert found is not None
    assert found.linear >= 0
    assert found.square == 0


@pytest.mark.parametrize("lacking", ["hours", "load"])
def test_too_little_history_gives_no_model(lacking: str) -> None:
    delivered, known = load(), np.ones(HOURS, dtype=bool)
    if lacking == "hours":
        known[LEAST_HOURS - 1 :] = False
    else:
        delivered[:] = 0
    assert fit(delivered, delivered, known, np.zeros(HOURS, dtype=np.int64)) is None


@given(supplied=ENERGY, delivered=ENERGY, own=ENERGY, known=arrays(np.bool_, 20))
def test_closes_exactly(
    supplied: np.ndarray, delivered: np.ndarray, own: np.ndarray, known: np.ndarray
) -> None:
    for model in (NO_LOSS, TechnicalLoss(0.04, 1e-9)):
        parts = take_apart(supplied, delivered, known, model, own)
        assert_array_equal(parts.imbalance, parts.technical + parts.own + parts.non_technical)
        assert_array_equal(parts.imbalance[known], (supplied - delivered)[known])
        assert (parts.technical >= 0).all()
        assert not parts.imbalance[~known].any()


def test_shapes_must_line_up() -> None:
    one, two = np.zeros(1, dtype=np.int64), np.zeros(2, dtype=np.int64)
    with pytest.raises(ShapeError):
        take_apart(one, two, one > 0, NO_LOSS, one)
    with pytest.raises(ShapeError):
        fit(one, two, one > 0, one)
    with pytest.raises(ShapeError):
        uncertainty(one, np.zeros((2, 1), dtype=np.int64), accuracy(1))


def test_only_electricity_meters_take_of_what_they_measure() -> None:
    present = np.array([[True, True], [False, True]])
    assert own_consumption(present, Commodity.ELECTRICITY, 1.5).tolist() == [2, 3]
    assert own_consumption(present, Commodity.WATER_COLD).tolist() == [0, 0]


def test_a_large_member_weighs_more_in_the_coverage() -> None:
    readings = np.array([[90, 90, 90], [10, 10, 10]])
    known = np.array([[True, False, True], [True, True, False]])
    due = np.ones((2, 3), dtype=bool)
    assert_allclose(coverage(known, due, readings), [1.0, 0.1, 0.9])


def test_a_member_of_which_nothing_is_known_is_not_worth_nothing() -> None:
    readings = np.array([[100, 100], [0, 0], [0, 0]])
    known = np.array([[True, True], [False, False], [True, True]])
    due = np.ones((3, 2), dtype=bool)
    assert_allclose(coverage(known, due, readings), 100 / 150)


def test_coverage_of_hours_in_which_nothing_is_due_and_of_zero_homes() -> None:
    none = np.zeros((2, 2), dtype=bool)
    assert np.isnan(coverage(none, none, np.zeros((2, 2), dtype=np.int64))).all()
    known = np.array([[True, True], [True, False]])
    due = np.ones((2, 2), dtype=bool)
    assert_allclose(coverage(known, due, np.zeros((2, 2), dtype=np.int64)), [1.0, 0.5])


def test_coverage_where_only_homes_without_use_are_due() -> None:
    known = np.array([[True, True], [True, False]])
    due = np.array([[True, False], [True, True]])
    assert_allclose(coverage(known, due, np.array([[5, 5], [0, 0]])), [1.0, 0.0])


def test_standing_by_energy() -> None:
    assert standing(1.0) is Standing.FINAL
    assert standing(1.0, estimated=True) is Standing.PROVISIONAL
    assert standing(0.98) is Standing.PROVISIONAL
    assert standing(0.9799) is Standing.INSUFFICIENT
    assert standing(float("nan")) is Standing.INSUFFICIENT


def accuracy(members: int, skew_s: float = 0.0) -> Accuracy:
    return Accuracy(0.5, np.full(members, 1.0), np.full(members, 10.0), 10.0, skew_s)


def test_the_band_is_the_root_of_the_squares_of_its_parts() -> None:
    supplied, readings = np.array([100_000]), np.full((4, 1), 25_000)
    classes = (500 / np.sqrt(3)) ** 2 + 4 * (250 / np.sqrt(3)) ** 2
    pulses = 5 * 100 / 6
    assert_allclose(uncertainty(supplied, readings, accuracy(4)), 2 * np.sqrt(classes + pulses))


def test_clocks_and_estimates_widen_the_band() -> None:
    supplied, readings = np.array([0, 0, 3600]), np.array([[0, 0, 3600]])
    exact = uncertainty(supplied, readings, accuracy(1))
    assert (uncertainty(supplied, readings, accuracy(1, 60.0)) >= exact).all()
    assert uncertainty(supplied, readings, accuracy(1, 60.0))[1] > exact[1]
    doubt = np.array([[0.0, 500.0, 0.0]])
    wider = uncertainty(supplied, readings, accuracy(1), doubt)
    assert wider[1] == pytest.approx(np.hypot(exact[1], 1000))


def test_a_single_hour_and_no_members_have_a_band() -> None:
    alone = uncertainty(np.array([1000]), np.zeros((0, 1), dtype=np.int64), accuracy(0, 60.0))
    assert np.isfinite(alone).all()
    assert (alone > 0).all()
