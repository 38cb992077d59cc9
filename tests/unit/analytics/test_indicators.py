"""Indicators against a hand count, and never with fewer than five others behind an average."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.indicators import Homes, against_norm, warmth_of
from analytics.neighbours import LEAST_HOMES
from domain.errors import ShapeError


def homes(
    amount: list[float], area: float | list[float] = np.nan, warm: float | list[float] = np.nan
) -> Homes:
    size = len(amount)
    return Homes(
        np.array(amount, float),
        np.broadcast_to(np.asarray(area, float), size),
        np.broadcast_to(np.asarray(warm, float), size),
    )


def test_efficiency_asks_for_degrees_above_outdoors() -> None:
    warm = homes([100.0] * 6, 50, [24, 20, 20, 20, 20, 20])
    found = warmth_of(warm, 0, 0.0)
    each = np.array([1 / 24, *[1 / 20] * 5])
    assert found.efficiency == pytest.approx(each[0] / each.mean(), abs=0.005)
    assert found.temperature == pytest.approx(24 / (124 / 6), abs=0.005)
    assert warmth_of(warm, 0, 19.5).efficiency is None
    assert warmth_of(warm, 0, None).efficiency is None


@given(st.lists(st.floats(15, 30) | st.just(np.nan), min_size=1, max_size=9), st.data())
def test_no_average_is_told_of_fewer_than_five_others(
    warm: list[float], data: st.DataObject
) -> None:
    own = data.draw(st.integers(0, len(warm) - 1))
    found = warmth_of(homes([1.0] * len(warm), 50, warm), own, 0.0)
    known = [one for one in warm if not np.isnan(one)]
    enough = not np.isnan(warm[own]) and len(known) - 1 >= LEAST_HOMES
    assert (found.temperature is not None) == enough
    assert (found.efficiency is not None) == enough
    if enough:
        assert found.temperature == round(warm[own] / float(np.mean(known)), 2)


def test_a_norm_of_nothing_is_none() -> None:
    assert against_norm(10, 0, 100) is None


def test_arrays_of_different_lengths_are_refused() -> None:
    with pytest.raises(ShapeError):
        Homes(np.zeros(2), np.zeros(3), np.zeros(2))
