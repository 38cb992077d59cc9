"""Leaks of less than a pulse an hour in made-up hours whose answer is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.leaks import trickling
from analytics.leaks.habits import Habits
from analytics.leaks.judging import RECENT_HOURS, watch
from analytics.leaks.signs import HOURS, Flow, Kind, Sign
from analytics.leaks.thresholds import Thresholds
from domain.quantities import Commodity

WATER = Thresholds.of(Commodity.WATER_COLD)
GAS = Thresholds.of(Commodity.GAS)
DAYS = 35


def flat(days: int, seed: int = 1) -> np.ndarray:
    """Litres of a flat that sleeps from 0 to 6, and is out for half of the day."""
    chance = np.random.default_rng(seed)
    hours = np.arange(days * HOURS) % HOURS
    used = chance.random(len(hours)) < np.where(hours < 6, 0.05, 0.5)
    return np.where(used, chance.gamma(1.2, 15, len(hours)) + 0.2, 0.0)


def counted(litres: np.ndarray, quantum: float = 1.0) -> np.ndarray:
    """What a meter of whole pulses makes of it."""
    return np.diff(np.floor(np.cumsum(litres) / quantum) * quantum, prepend=0.0)


def leaking(litres: np.ndarray, rate: float, days: int) -> np.ndarray:
    """The same with a leak of litres an hour in the last days."""
    found = litres.copy()
    found[-days * HOURS :] += rate
    return found


def at_night(
    values: np.ndarray, quantum: float = 1.0, thresholds: Thresholds = WATER
) -> list[Sign]:
    window = Flow(values[None], quantum=quantum)
    return list(trickling.nightly(window, Habits.none(1), thresholds))


@pytest.mark.parametrize(("rate", "days"), [(0.2, 7), (0.3, 5), (0.5, 3), (0.9, 2)])
def test_a_tap_that_drips_is_found_within_days(rate: float, days: int) -> None:
    for seed in range(1, 6):
        (sign,) = at_night(counted(leaking(flat(DAYS, seed), rate, days)))
        assert sign.kind is Kind.TRICKLE
        assert 0.6 * rate <= sign.flow <= 1.5 * rate
        assert (DAYS - days - 1) * HOURS <= sign.since < (DAYS - 1) * HOURS
        assert sign.amount == pytest.approx(sign.flow * (DAYS * HOURS - sign.since))
        assert sign.figures["pulses"] > 2 * sign.figures["pulses_usual"]
        assert sign.confidence >= 0.7


@pytest.mark.parametrize("seed", range(10))
def test_a_home_without_a_leak_does_not_trickle(seed: int) -> None:
    values = counted(flat(DAYS, seed))
    assert not at_night(values)
    own = Habits.of(Flow(values[None, : -2 * HOURS]), WATER)
    assert not list(trickling.hourly(Flow(values[None, -RECENT_HOURS:]), own, WATER))


def test_guests_and_one_restless_night_are_no_leak() -> None:
    guests = flat(DAYS, 3)
    guests[-3 * HOURS :] += flat(3, 11) + flat(3, 12)
    assert not at_night(counted(guests))
    restless = counted(flat(DAYS, 4))
    restless[-HOURS + 1 : -HOURS + 5] = 1.0
    assert not at_night(restless)


def test_a_pulse_of_ten_litres_hides_what_a_pulse_of_one_shows() -> None:
    litres = leaking(flat(DAYS, 5), 0.3, 5)
    assert at_night(counted(litres))
    assert not at_night(counted(litres, 10.0), 10.0)
    (sign,) = at_night(counted(leaking(flat(DAYS, 5), 4.0, 7), 10.0), 10.0)
    assert 2 <= sign.flow <= 8


def test_the_hourly_run_sees_a_leak_that_grows_from_nothing_within_two_days() -> None:
    litres = flat(DAYS, 6)
    litres[-2 * HOURS :] += np.arange(2 * HOURS) * 0.024
    values = counted(litres)
    own = Habits.of(Flow(values[None, : -2 * HOURS]), WATER)
    signs = watch(Flow(values[None, -RECENT_HOURS:]), own, WATER)
    assert [sign.kind for sign in signs] == [Kind.GROWING]


def test_flow_without_an_end_is_another_rules() -> None:
    values = counted(leaking(flat(DAYS, 6), 1.3, 4))
    own = Habits.of(Flow(values[None, : -4 * HOURS]), WATER)
    signs = watch(Flow(values[None, -RECENT_HOURS:]), own, WATER)
    assert [sign.kind for sign in signs] == [Kind.CONTINUOUS]
    assert not at_night(values)


def test_what_is_known_to_trickle_is_judged_by_what_was_before() -> None:
    values = counted(leaking(flat(DAYS, 7), 0.3, 30))
    window = Flow(values[None])
    none, own = Habits.none(1), Habits.of(Flow(counted(flat(DAYS, 7))[None]), WATER)
    since = np.array([5 * HOURS])
    assert not list(trickling.nightly(window, none, WATER, since))
    (sign,) = trickling.nightly(window, own, WATER, since)
    assert sign.kind is Kind.TRICKLE


def test_gas_is_let_off_for_nothing() -> None:
    past = np.where(np.arange(DAYS * HOURS) % HOURS < 8, 0.0, 100.0)
    assert not at_night(past, 10.0, GAS)
    past[-7 * HOURS :: 4] += 10.0
    (sign,) = at_night(past, 10.0, GAS)
    assert 1.25 <= sign.flow <= 5


def test_power_and_heat_do_not_trickle() -> None:
    values = counted(leaking(flat(DAYS, 8), 0.3, 5))
    assert not at_night(values, 1.0, Thresholds.of(Commodity.ELECTRICITY))


def test_a_meter_that_is_not_heard_says_nothing() -> None:
    values = counted(leaking(flat(DAYS, 8), 0.5, 5))
    assert at_night(values)
    values[-12:] = np.nan
    assert not at_night(values)


def test_habits_of_an_older_release_let_no_pulse_speak() -> None:
    values = counted(leaking(flat(DAYS, 8), 0.5, 5))
    own = Habits.of(Flow(values[None, : -5 * HOURS]), WATER)
    older = Habits.none(1).to_rows()
    older[:, :55] = own.to_rows()[:, :55]
    recent = Flow(values[None, -RECENT_HOURS:])
    assert list(trickling.hourly(recent, own, WATER))
    assert not list(trickling.hourly(recent, Habits.from_rows(older), WATER))


@given(
    st.lists(
        st.sampled_from([0.0, 0.0, 0.0, 1.0, 2.0, 30.0, -4.0, np.nan]), min_size=30, max_size=90
    ),
    st.floats(0.1, 20),
)
def test_any_hours_give_signs_that_make_sense_or_none(hours: list[float], quantum: float) -> None:
    values = np.tile(np.array(hours) * quantum, 40)[: DAYS * HOURS]
    values[-5 * HOURS :][np.arange(5 * HOURS) % 3 == 0] = quantum
    for sign in at_night(values, quantum):
        assert 0 <= sign.since < len(values)
        assert 0 < sign.flow <= 4 * quantum
        assert np.isfinite(sign.amount)
        assert all(np.isfinite(one) for one in sign.figures.values())


def test_rows_do_not_depend_on_their_neighbours() -> None:
    meters = np.stack(
        [counted(leaking(flat(DAYS, seed), 0.4 * (seed % 2), 6)) for seed in range(8)]
    )
    together = list(trickling.nightly(Flow(meters), Habits.none(8), WATER))
    assert [sign.row for sign in together] == [1, 3, 5, 7]
    for sign in together:
        (alone,) = at_night(meters[sign.row])
        assert (alone.since, alone.flow) == (sign.since, sign.flow)
