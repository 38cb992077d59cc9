"""Simultaneity: bounds, the two curves, and which of them an imbalance resembles."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analytics.simultaneity import coincidence, simultaneity
from domain.errors import ShapeError


def homes(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).gamma(0.7, 500, (8, 240))


@given(readings=arrays(float, (3, 30), elements=st.floats(0, 1e6)))
def test_stays_in_its_bounds(readings: np.ndarray) -> None:
    known = np.ones(readings.shape, dtype=bool)
    told = simultaneity(readings, known, readings.sum(axis=0) * 0.05)
    assert ((told.coefficient >= 0) | np.isnan(told.coefficient)).all()
    assert ((told.coefficient <= 1 + 1e-9) | np.isnan(told.coefficient)).all()
    if readings.max() > 0:
        assert 1 / 3 - 1e-9 <= told.coincidence <= 1 + 1e-9
    else:
        assert np.isnan(told.coincidence)


def test_losses_of_separate_conductors_resemble_the_least() -> None:
    readings, known = homes(), np.ones((8, 240), dtype=bool)
    separate = (readings**2).sum(axis=0) * 1e-5
    shared = readings.sum(axis=0) ** 2 * 1e-5
    assert simultaneity(readings, known, separate).mixture == pytest.approx(0, abs=1e-9)
    assert simultaneity(readings, known, shared).mixture == pytest.approx(1, abs=1e-9)


def test_curves_have_the_energy_of_the_imbalance() -> None:
    readings, known = homes(), np.ones((8, 240), dtype=bool)
    imbalance = readings.sum(axis=0) * 0.04
    told = simultaneity(readings, known, imbalance)
    assert told.least.sum() == pytest.approx(imbalance.sum())
    assert told.most.sum() == pytest.approx(imbalance.sum())


def test_unknown_buckets_stay_unknown() -> None:
    readings, known = homes(), np.ones((8, 240), dtype=bool)
    known[2, 7] = False
    readings[2, 7] = np.nan
    imbalance = np.full(240, 5.0)
    imbalance[9] = np.nan
    told = simultaneity(readings, known, imbalance)
    assert np.isnan(told.coefficient[7])
    assert np.isnan(told.least[7])
    assert np.isfinite(told.most[9])


def test_groups_of_one_and_of_none() -> None:
    one = np.arange(48.0)[None, :]
    told = simultaneity(one, np.ones((1, 48), dtype=bool), one[0] * 0.1)
    assert told.coincidence == 1
    assert np.isnan(told.mixture)
    nobody = simultaneity(np.zeros((0, 48)), np.zeros((0, 48), dtype=bool), np.zeros(48))
    assert np.isnan(nobody.coefficient).all()
    assert np.isnan(nobody.coincidence)


def test_arrays_must_line_up() -> None:
    with pytest.raises(ShapeError):
        simultaneity(np.zeros((1, 2)), np.zeros((1, 3), dtype=bool), np.zeros(2))


def test_coincidence_ignores_buckets_with_a_silent_member() -> None:
    readings = np.array([[1.0, 9, 1], [1, 0, 3]])
    known = np.array([[True, True, True], [True, False, True]])
    assert coincidence(readings, known) == 1.0
