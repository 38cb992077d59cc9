"""Heat: water as the standard tables it, sums that close, and what a main loses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.heat import allocation, comparing, mains, water
from analytics.heat.allocation import Flats, allocate
from analytics.heat.closing import apportion
from analytics.heat.coolant import Pipes
from analytics.heat.water import MeterPlace, energy_wh, enthalpy, specific_volume
from domain.errors import InvalidError, ShapeError


def flats(
    *areas: float, basic: list[bool] | None = None, heated: list[bool] | None = None
) -> Flats:
    yes = [True] * len(areas)
    return Flats(
        np.array(areas, dtype=float),
        np.array(yes if basic is None else basic),
        np.array(yes if heated is None else heated),
    )


@pytest.mark.parametrize(
    ("kelvin", "mpa", "volume", "heat"),
    [
        (300, 3, 0.100215168e-2, 0.115331273e3),
        (300, 80, 0.971180894e-3, 0.184142828e3),
        (500, 3, 0.120241800e-2, 0.975542239e3),
    ],
)
def test_water_is_that_of_iapws_r7_97_table_5(
    kelvin: float, mpa: float, volume: float, heat: float
) -> None:
    celsius = np.array(kelvin - 273.15)
    assert specific_volume(celsius, mpa) == pytest.approx(volume, rel=1e-8)
    assert enthalpy(celsius, mpa) == pytest.approx(heat, rel=1e-8)


def test_the_place_of_the_meter_matters_by_percents() -> None:
    litre, warm, cold = (np.array([x]) for x in (1000.0, 130.0, 30.0))
    there = energy_wh(litre, warm, cold, MeterPlace.FLOW)
    here = energy_wh(litre, warm, cold, MeterPlace.RETURN)
    assert here[0] / there[0] == pytest.approx(1.06, abs=0.01)


def test_unknown_and_impossible_temperatures_give_no_energy() -> None:
    nan = float("nan")
    found = energy_wh(
        np.array([nan, 1, 1, 1, 0]),
        np.array([70, nan, 70, 250, 70.0]),
        np.array([30, 30, -5, 30, 30.0]),
    )
    assert np.isnan(found[:4]).all()
    assert found[4] == 0


def test_water_that_got_warmer_gave_nothing_off() -> None:
    assert energy_wh(np.array([10.0]), np.array([30.0]), np.array([40.0]))[0] < 0


def test_arrays_of_other_hours_are_refused() -> None:
    with pytest.raises(ShapeError):
        energy_wh(np.ones(2), np.ones(3), np.ones(3))


def test_a_sensor_error_is_much_of_a_small_drop() -> None:
    share = water.relative_uncertainty(np.array([2.0, 3.0, 0.0]), volume_error=0)
    assert share[0] * 3**0.5 == pytest.approx(0.06)
    assert share[1] * 3**0.5 == pytest.approx(0.04)
    assert np.isnan(share[2])
    with pytest.raises(InvalidError):
        water.relative_uncertainty(np.ones(1), pair_error_k=-1)


@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.floats(0, 1e9), min_size=1, max_size=60).filter(lambda w: sum(w) > 0),
)
def test_parts_sum_to_the_last_unit_and_are_fair(total: int, weights: list[float]) -> None:
    parts = apportion(total, np.array(weights))
    assert int(parts.sum()) == total
    exact = abs(total) * (np.array(weights) / sum(weights))
    assert (np.abs(np.abs(parts) - exact) <= 1 + 1e-3).all()
    assert (parts[np.array(weights) == 0] == 0).all()


@pytest.mark.parametrize("weights", [[0.0, 0.0], [1.0, -1.0], [1.0, float("nan")]])
def test_nobody_to_share_among_is_refused(weights: list[float]) -> None:
    with pytest.raises(InvalidError) as refused:
        apportion(10, np.array(weights))
    assert refused.value.field == "weights"


measures = st.one_of(st.just(float("nan")), st.floats(-10, 1e7))


@given(
    st.integers(0, 10**10),
    st.lists(st.tuples(measures, st.floats(10, 200)), min_size=1, max_size=40),
    st.floats(0, 1),
)
def test_every_allocation_closes_on_the_house(
    total: int, homes: list[tuple[float, float]], share: float
) -> None:
    own, areas = (np.array(column) for column in zip(*homes, strict=True))
    found = allocate(total, own, flats(*areas), share)
    assert int(found.energy.sum()) == total
    assert (found.energy >= 0).all()
    np.testing.assert_array_equal(found.estimated, np.isnan(own))


def test_the_basic_share_goes_by_area_and_the_rest_by_what_was_drawn() -> None:
    found = allocate(1_000, np.array([3.0, 1.0]), flats(50, 50), 0.4)
    assert found.energy.tolist() == [200 + 450, 200 + 150]


def test_an_unknown_measure_is_the_others_for_its_area() -> None:
    found = allocate(900, np.array([2.0, float("nan"), 1.0]), flats(50, 100, 50), 0)
    assert found.energy.tolist() == [300, 450, 150]
    assert found.estimated.tolist() == [False, True, False]


def test_all_unknown_or_all_at_rest_goes_by_area() -> None:
    for own in ([float("nan")] * 2, [0.0, 0.0]):
        assert allocate(300, np.array(own), flats(50, 100)).energy.tolist() == [100, 200]


def test_own_boilers_bear_the_basic_share_alone_unless_waived() -> None:
    house = flats(50, 50, heated=[True, False])
    assert allocate(1_000, np.array([4.0, 4.0]), house, 0.3).energy.tolist() == [850, 150]
    waived = flats(50, 50, basic=[True, False], heated=[True, False])
    assert allocate(1_000, np.array([4.0, 4.0]), waived, 0.3).energy.tolist() == [1_000, 0]


def test_a_house_in_which_nobody_takes_part_is_refused() -> None:
    nobody = flats(50, basic=[False], heated=[False])
    with pytest.raises(InvalidError):
        allocate(10, np.array([1.0]), nobody)
    with pytest.raises(InvalidError) as refused:
        allocate(10, np.array([1.0]), flats(50), 1.5)
    assert refused.value.field == "basic_share"
    with pytest.raises(InvalidError):
        flats(0)
    with pytest.raises(ShapeError):
        allocate(10, np.ones(2), flats(50))


def test_hot_water_weighs_area_from_a_half_to_one_and_a_half() -> None:
    measure = allocation.by_hot_water(
        np.array([0.0, 100.0, 1_000.0, float("nan")]), np.array([50.0, 50.0, 50.0, 50.0])
    )
    assert measure[:3].tolist() == [25.0, pytest.approx(25.0, abs=1), 75.0]
    assert np.isnan(measure[3])
    even = allocation.by_hot_water(np.full(3, 80.0), np.array([50.0, 50.0, 50.0]))
    assert even.tolist() == [50.0, 50.0, 50.0]
    assert allocation.by_hot_water(np.zeros(2), np.full(2, 50.0)).tolist() == [50.0, 50.0]


def test_flats_on_a_riser_sum_to_the_riser() -> None:
    falls = np.array([[70.0], [67.0], [65.0], [60.0]])
    parts = allocation.on_riser(np.array([500.0]), falls[:-1], falls[1:])
    whole = energy_wh(np.array([500.0]), falls[0], falls[-1])
    assert parts.sum() == pytest.approx(whole[0], rel=0.01)
    assert allocation.closed(parts[:, 0], float(whole[0])).sum() == pytest.approx(whole[0])
    nothing = np.zeros(3)
    assert (allocation.closed(nothing, 100.0) == nothing).all()


def test_a_risers_meter_is_shared_by_radiators() -> None:
    measure = allocation.of_risers(
        np.array([100.0, 60.0, float("nan")]),
        np.array([0, 0, 1, 2]),
        np.array([3.0, 1.0, 2.0, 1.0]),
    )
    assert measure[:3].tolist() == [75.0, 25.0, 60.0]
    assert np.isnan(measure[3])


def ends(**told: float) -> mains.Ends:
    usual = {
        "supply_litres": 1_000.0,
        "return_litres": 980.0,
        "supply_c": 80.0,
        "return_c": 48.0,
        "arrives_c": 80.0,
        "leaves_c": 48.0,
    }
    given = {name: np.array([value]) for name, value in (usual | told).items()}
    arrives, leaves = given.pop("arrives_c"), given.pop("leaves_c")
    return mains.Ends(Pipes(**given), arrives, leaves)


def test_a_main_without_a_drop_loses_no_warmth_and_noise_is_no_leak() -> None:
    found = mains.loss(ends(return_litres=984.0))
    assert found.warmth_wh[0] == 0
    assert not found.coolant.real[0]


def test_a_main_loses_warmth_in_both_pipes() -> None:
    supply = mains.loss(ends(arrives_c=78.0)).warmth_wh[0]
    both = mains.loss(ends(arrives_c=78.0, return_c=47.0)).warmth_wh[0]
    assert supply == pytest.approx(972 * 2 * 4.19 / 3.6, rel=0.01)
    assert both > supply > 0


def test_water_that_does_not_come_back_is_a_leak() -> None:
    found = mains.loss(ends(return_litres=700.0))
    assert found.coolant.real[0]
    assert found.coolant.lost_kg[0] == pytest.approx(972 - 700 * 0.989, rel=0.01)
    assert found.coolant.lost_wh[0] > 0
    assert np.isnan(mains.loss(ends(supply_litres=float("nan"))).coolant.lost_kg[0])


def test_ends_of_other_hours_are_refused() -> None:
    one = np.ones(1)
    with pytest.raises(ShapeError):
        mains.loss(mains.Ends(Pipes(one, one, one, one), one, np.ones(2)))
    with pytest.raises(ShapeError):
        Pipes(one, one, one, np.ones(2))


def test_groups_of_few_homes_are_not_told() -> None:
    energy = np.array([10.0, 10, 10, 10, 10, 20, 20, 20, 20, 20, 99, float("nan")])
    areas, group = np.ones(12), np.array([0] * 5 + [1] * 5 + [2, 2])
    first, second, third = comparing.groups(energy, areas, group, 3)
    assert (first.homes, first.per_m2) == (5, 10.0)
    assert second.per_m2 == 20.0
    assert second.against_house == pytest.approx(20 / (249 / 11))
    assert third == comparing.Group(1, None, None)
    assert comparing.groups(np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.int64), 0) == []
