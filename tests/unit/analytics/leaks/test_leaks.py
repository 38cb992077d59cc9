"""Leaks and faults in made-up hours whose answer is known, and in input that is bad."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.leaks import heat
from analytics.leaks.faults import Surroundings, levels, lost_pulses, neighbours, stuck
from analytics.leaks.habits import Habits
from analytics.leaks.judging import RECENT_HOURS, review, watch
from analytics.leaks.recurring import intermittent
from analytics.leaks.replay import FORGOTTEN_HOURS, recurring
from analytics.leaks.signs import HOURS, Flow, Kind
from analytics.leaks.stretches import length, rolling_least, without
from analytics.leaks.thresholds import Thresholds, start_flow_norm
from domain.errors import ShapeError
from domain.quantities import Commodity

WATER = Thresholds.of(Commodity.WATER_COLD)
POWER = Thresholds.of(Commodity.ELECTRICITY)


def flat(days: int, seed: int = 1) -> np.ndarray:
    """Litres of a flat that sleeps from 0 to 6, shape ``(24 * days,)``."""
    chance = np.random.default_rng(seed)
    hours = np.arange(days * HOURS) % HOURS
    used = chance.random(len(hours)) < np.where(hours < 6, 0.06, 0.75)
    return np.where(used, np.rint(chance.gamma(1.5, 18, len(hours))) + 1, 0.0)


def habits(past: np.ndarray, thresholds: Thresholds = WATER) -> Habits:
    return Habits.of(Flow(np.atleast_2d(past)), thresholds)


def kinds(values: np.ndarray, past: np.ndarray, thresholds: Thresholds = WATER) -> set[Kind]:
    recent = Flow(np.atleast_2d(values))
    return {sign.kind for sign in watch(recent, habits(past, thresholds), thresholds)}


def alone(size: int) -> Surroundings:
    return Surroundings.unknown(size)


@pytest.mark.parametrize("leak", [1, 25])
def test_flow_without_a_zero_is_a_leak_after_a_day(leak: int) -> None:
    past, now = flat(28), flat(3, 2)
    now[-HOURS - 1] = 0
    now[-HOURS:] += leak
    (sign,) = watch(Flow(now[None]), habits(past), WATER)
    assert sign.kind is Kind.CONTINUOUS
    assert sign.flow == pytest.approx(leak, abs=leak)
    assert len(now) - sign.since == HOURS
    assert sign.confidence > 0.8
    assert not kinds(now[:-1], past)


def test_a_home_that_is_never_quiet_for_long_is_judged_by_its_own_past() -> None:
    past = flat(28)
    past[100:130] = 5.0
    now = flat(3, 2)
    now[-30:] = 4.0
    assert not kinds(now, past)
    assert kinds(np.concatenate([now, np.full(12, 4.0)]), past) == {Kind.CONTINUOUS}


def test_a_shop_that_never_stops_leaks_when_its_floor_rises() -> None:
    past = flat(28) + 40
    past[::97] = 0  # else the past itself is one endless run
    now = flat(4, 2) + 40
    before = kinds(now, past)
    now[-30:] += 60
    assert kinds(now, past) == {Kind.CONTINUOUS}
    assert not before


def test_a_leak_from_the_first_day_is_seen_without_any_habit() -> None:
    now = flat(3) + 2
    signs = watch(Flow(now[None]), Habits.none(1), WATER)
    assert [sign.kind for sign in signs] == [Kind.CONTINUOUS]
    assert signs[0].since == 0
    assert not watch(Flow(now[None, :40]), Habits.none(1), WATER)


def test_a_growing_leak_is_told_from_one_that_stands() -> None:
    now = flat(7, 2)
    now[30:] += np.floor(np.arange(len(now) - 30) / 12)
    assert kinds(now, flat(28)) == {Kind.GROWING}


def test_a_burst_at_night_needs_two_hours_and_by_day_four() -> None:
    past, now = flat(28), flat(3, 2)
    night = np.concatenate([now, [203.0, 200.0]])
    assert kinds(night, past) == {Kind.BURST}
    assert not kinds(night[:-1], past)
    day = np.concatenate([now, flat(1)[:10], np.full(4, past.max() + 10)])
    assert Kind.BURST in kinds(day, past)
    assert Kind.BURST not in kinds(day[:-1], past)


def test_a_toilet_that_runs_is_found_and_guests_are_not() -> None:
    values = flat(35, 3)
    clean = Flow(values[None].copy())
    assert not list(intermittent(clean, WATER))
    week = values[-7 * HOURS :]
    week[np.arange(len(week)) % 3 == 0] += 15
    (sign,) = intermittent(Flow(values[None]), WATER)
    assert sign.kind is Kind.INTERMITTENT
    assert 14 <= sign.figures["level"] <= 17
    guests = flat(35, 3)
    guests[-7 * HOURS :] += np.where(flat(7, 9) > 0, flat(7, 10), 0)
    assert not list(intermittent(Flow(guests[None]), WATER))


def test_who_comes_back_from_a_journey_has_no_toilet_that_runs() -> None:
    values = np.where(flat(35, 4) > 0, 9.0, 0.0)  # a cistern is nearly all that is used
    away = values.copy()
    away[6 * HOURS : 25 * HOURS] = 0.0
    assert not list(intermittent(Flow(away[None]), WATER))
    away[-7 * HOURS :] += np.where(np.arange(7 * HOURS) % 3 == 0, 15, 0)
    assert list(intermittent(Flow(away[None]), WATER))


def test_ten_days_of_past_must_say_more_than_four_weeks() -> None:
    weak = flat(35, 3)
    weak[-7 * HOURS :][np.arange(7 * HOURS) % 5 == 0] += 15
    assert list(intermittent(Flow(weak[None]), WATER))
    assert not list(intermittent(Flow(weak[None, -17 * HOURS :]), WATER))


def runs(values: np.ndarray, first_day: int, last_day: int) -> np.ndarray:
    """The same with a toilet that runs on some days."""
    span = slice(first_day * HOURS, last_day * HOURS)
    values[span] += np.where(np.arange(values[span].size) % 3 == 0, 15, 0)
    return values


def test_a_toilet_that_ran_for_half_of_a_past_is_seen_by_who_goes_through_its_days() -> None:
    past = runs(flat(56, 3), 30, 56)
    assert not list(intermittent(Flow(past[None, -35 * HOURS :]), WATER))
    (sign,) = recurring(Flow(past[None]), WATER)
    assert 25 * HOURS <= sign.since <= 32 * HOURS
    assert not recurring(Flow(flat(56, 3)[None]), WATER)


def test_a_toilet_that_was_mended_is_forgotten_after_two_weeks() -> None:
    mended = 56 - FORGOTTEN_HOURS // HOURS - 8
    assert not recurring(Flow(runs(flat(56, 3), 18, mended)[None]), WATER)
    (sign,) = recurring(Flow(runs(flat(56, 3), 30, 52)[None]), WATER)
    assert sign.kind is Kind.INTERMITTENT


def test_what_is_known_to_run_becomes_no_past_of_itself() -> None:
    window = Flow(runs(flat(35, 3), 14, 35)[None])
    assert not list(intermittent(window, WATER))
    assert list(intermittent(window, WATER, np.array([14 * HOURS])))


def test_no_past_at_all_recurs_in_nothing() -> None:
    assert not recurring(Flow(np.empty((0, 0))), WATER)
    assert not recurring(Flow(np.full((2, 56 * HOURS), np.nan)), WATER)
    assert not recurring(Flow(flat(56)[None]), POWER)


def test_negative_flow_is_reported_and_never_a_quiet_hour() -> None:
    now = flat(3)
    now[-5:-2] = -20.0
    (sign,) = watch(Flow(now[None]), habits(flat(28)), WATER)
    assert (sign.kind, sign.amount) == (Kind.REVERSE, 60.0)


def electricity(days: int, seed: int = 5) -> np.ndarray:
    return 60 + np.random.default_rng(seed).gamma(2.0, 100, days * HOURS)


def test_a_fridge_that_stops_is_a_stuck_meter_unless_the_street_is_dark() -> None:
    values = electricity(35)
    values[-30:] = 0
    past = habits(values[: -3 * HOURS], POWER)
    (sign,) = stuck(Flow(values[None]), past, alone(1), POWER)
    assert sign.kind is Kind.STUCK
    assert sign.since == len(values) - 30
    assert sign.amount == pytest.approx(30 * past.total[0])
    dark = Surroundings(np.array([0.1]), np.array([np.nan]))
    assert not list(stuck(Flow(values[None]), past, dark, POWER))


def test_water_that_stands_still_may_be_a_journey() -> None:
    values = flat(45)
    values[-8 * HOURS :] = 0
    past = habits(values[: -10 * HOURS])
    flow = Flow(values[None])
    home = Surroundings(np.array([1.0]), np.array([0.9]))
    away = Surroundings(np.array([1.0]), np.array([np.nan]))
    assert [sign.kind for sign in stuck(flow, past, home, WATER)] == [Kind.STUCK]
    assert not list(stuck(flow, past, away, WATER))
    assert not list(stuck(flow, past, alone(1), WATER))


def test_scattered_zeros_of_a_fridge_are_lost_pulses() -> None:
    values = electricity(35)
    values[-60::7] = 0
    past = habits(values[: -4 * HOURS], POWER)
    (sign,) = lost_pulses(Flow(values[None]), past, alone(1), POWER)
    assert sign.kind is Kind.PULSE_LOSS


def test_heat_contradicts_itself() -> None:
    flow = np.full((4, 48), 300.0)
    supply = np.full((4, 48), 70.0)
    back = np.full((4, 48), 45.0)
    back[0] = supply[0] - 0.1
    flow[1] = 0
    back[2] = supply[2] + 5
    found = heat.contradictions(flow, supply, back, Thresholds.of(Commodity.HEAT))
    assert {(sign.row, sign.kind) for sign in found} == {
        (0, Kind.FLOW_WITHOUT_DELTA),
        (1, Kind.DELTA_WITHOUT_FLOW),
        (2, Kind.NEGATIVE_DELTA),
    }
    supply[:] = np.nan
    assert not heat.contradictions(flow, supply, back, Thresholds.of(Commodity.HEAT))
    with pytest.raises(ShapeError):
        heat.contradictions(flow, supply[:2], back, Thresholds.of(Commodity.HEAT))


@pytest.mark.parametrize(
    "values",
    [
        np.full((3, 35 * HOURS), np.nan),
        np.zeros((3, 35 * HOURS)),
        np.zeros((0, 35 * HOURS)),
        np.zeros((3, 0)),
        np.zeros((3, 5)),
        np.full((1, 35 * HOURS), 1e9),
        np.tile(np.array([np.nan, 3.0]), (2, 17 * HOURS)),
    ],
    ids=["unknown", "zero", "nobody", "no hour", "five hours", "giant", "every other"],
)
@pytest.mark.parametrize("commodity", list(Commodity))
def test_bad_input_raises_nothing_and_accuses_nobody(
    values: np.ndarray, commodity: Commodity
) -> None:
    thresholds = Thresholds.of(commodity)
    flow = Flow(values)
    own = Habits.of(flow, thresholds)
    signs = watch(flow.last(RECENT_HOURS), own, thresholds)
    signs += review(flow, own, alone(len(values)), thresholds)
    never_stops = commodity in (Commodity.WATER_COLD, Commodity.WATER_HOT, Commodity.GAS)
    if values.size and np.nanmax(np.nan_to_num(values)) > 0 and never_stops:
        assert {sign.kind for sign in signs} <= {Kind.CONTINUOUS, Kind.BURST}
    else:
        assert not signs


def test_an_estimate_is_unknown_and_ends_no_silence() -> None:
    past, now = flat(28), flat(4, 2)
    now[-2 * HOURS : -4] = np.nan
    assert not kinds(now, past)
    with pytest.raises(ShapeError):
        Flow(np.zeros(5))


def test_days_of_23_and_25_hours_shift_the_slots_with_the_clock() -> None:
    values = np.concatenate([flat(14), flat(14, 2)[1:]])
    slots = np.concatenate([np.arange(14 * HOURS), np.arange(1, 14 * HOURS)]) % HOURS
    own = Habits.of(Flow(values[None], slots), WATER)
    assert (own.quiet[0, :6] > 0.8).all()
    assert (own.quiet[0, 7:] < 0.5).all()


def test_habits_are_kept_and_read_back() -> None:
    own = habits(np.stack([flat(28), flat(28, 2)]))
    back = Habits.from_rows(own.to_rows())
    np.testing.assert_array_equal(back.two, own.two)
    np.testing.assert_array_equal(back.to_rows(), own.to_rows())


def test_neighbours_speak_for_one_another_but_not_for_themselves() -> None:
    level = np.array([0.0, 1.0, 1.1, 0.9, np.nan, 0.2, 0.5])
    group = np.array([1, 1, 1, 1, 1, 2, -1])
    found = neighbours(level, group)
    assert 0.9 <= found[0] <= 1.1
    assert found[4] == pytest.approx(np.median([0.0, 1.0, 1.1, 0.9]))
    assert np.isnan(found[5:]).all()
    assert np.isnan(levels(Flow(np.zeros((1, 400))), 48)).all()


@given(
    st.lists(st.sampled_from([0.0, 1.0, 7.0, np.nan]), min_size=1, max_size=60),
    st.integers(0, 5),
)
def test_a_stretch_is_what_counting_by_hand_gives(hours: list[float], gap: int) -> None:
    values = np.array([hours])
    found = without(values <= 0, np.isnan(values), gap)
    run = unknown = 0
    for at, value in enumerate(hours):
        unknown = unknown + 1 if np.isnan(value) else 0
        if value == 0 or unknown > gap:
            run = 0
        elif not unknown:
            run += 1
        assert found[0, at] == run


@given(st.lists(st.floats(0, 100) | st.just(np.nan), min_size=1, max_size=50), st.integers(1, 30))
def test_the_rolling_least_is_that_of_each_slice(hours: list[float], span: int) -> None:
    found = rolling_least(np.array([hours]), span)[0]
    for at in range(len(hours)):
        inside = [one for one in hours[max(0, at + 1 - span) : at + 1] if not np.isnan(one)]
        assert found[at] == min(inside, default=np.inf)


def test_the_norm_of_start_flow_is_that_of_the_catalogue() -> None:
    assert start_flow_norm(2, 1, 24) == 2 * 360 + 720
    assert length(np.zeros((1, 3), np.bool_)).tolist() == [[1, 2, 3]]
