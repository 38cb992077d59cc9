"""Indicators against a hand count, and never with fewer than five others behind an average."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.indicators import LEAST_HOMES, Homes, against_norm, of_home
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


def test_consumption_goes_by_area_where_areas_are_known() -> None:
    found = of_home(homes([200, 100, 100, 100, 100, 100], [100, 50, 50, 50, 50, 50]), 0, None)
    assert found.by_area
    assert found.consumption == 1.0
    assert of_home(homes([200, 100, 100, 100, 100, 100]), 0, None).consumption == pytest.approx(
        200 / (700 / 6), abs=1e-4
    )


def test_efficiency_asks_for_degrees_above_outdoors() -> None:
    warm = homes([100.0] * 6, 50, [24, 20, 20, 20, 20, 20])
    found = of_home(warm, 0, 0.0)
    each = np.array([1 / 24, *[1 / 20] * 5])
    assert found.efficiency == pytest.approx(each[0] / each.mean(), abs=1e-4)
    assert found.temperature == pytest.approx(24 / (124 / 6), abs=1e-4)
    assert of_home(warm, 0, 19.5).efficiency is None
    assert of_home(warm, 0, None).efficiency is None


@given(st.lists(st.floats(1, 1000) | st.just(np.nan), min_size=1, max_size=9), st.data())
def test_no_average_is_told_of_fewer_than_five_others(
    amounts: list[float], data: st.DataObject
) -> None:
    own = data.draw(st.integers(0, len(amounts) - 1))
    found = of_home(homes(amounts), own, None)
    known = [one for one in amounts if not np.isnan(one)]
    enough = not np.isnan(amounts[own]) and len(known) - 1 >= LEAST_HOMES
    assert (found.average is not None) == enough
    assert (found.consumption is not None) == enough
    if enough:
        assert found.average == pytest.approx(np.mean(known))


def test_a_house_that_takes_nothing_has_no_average_to_divide_by() -> None:
    found = of_home(homes([0.0] * 7), 0, None)
    assert found.average == 0
    assert found.consumption is None
    assert against_norm(10, 0, 100) is None
    assert against_norm(10, None, 100) is None
    with pytest.raises(ShapeError):
        Homes(np.zeros(2), np.zeros(3), np.zeros(2))
