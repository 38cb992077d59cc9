"""Leaks that grow from nothing, in made-up hours whose answer is known."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.leaks import growing
from analytics.leaks.habits import SIZES, Habits
from analytics.leaks.judging import RECENT_HOURS, watch
from analytics.leaks.signs import HOURS, Flow, Kind, Sign
from analytics.leaks.thresholds import Thresholds
from domain.quantities import Commodity
from tests.unit.analytics.leaks.test_trickles import counted, flat, leaking

WATER = Thresholds.of(Commodity.WATER_COLD)
DAYS = 35


def growing_leak(litres: np.ndarray, slope: float, hours: int) -> np.ndarray:
    """The same with a leak that began some hours ago and grows by litres an hour in an hour."""
    found = litres.copy()
    found[-hours:] += slope * np.arange(hours)
    return found


def habits(values: np.ndarray, quantum: float = 1.0) -> Habits:
    return Habits.of(Flow(values[None, : -3 * HOURS], quantum=quantum), WATER)


def judged(values: np.ndarray, own: Habits | None = None, quantum: float = 1.0) -> list[Sign]:
    recent = Flow(values[None, -RECENT_HOURS:], quantum=quantum)
    own = own or habits(values, quantum)
    return list(growing.hourly(recent, own, WATER))


@pytest.mark.parametrize(("hours", "slope"), [(36, 0.05), (48, 0.03), (65, 0.03)])
@pytest.mark.parametrize("quantum", [1.0, 10.0])
def test_a_leak_that_comes_to_a_pulse_an_hour_is_told_with_its_course(
    hours: int, slope: float, quantum: float
) -> None:
    slope *= quantum
    for seed in range(1, 6):
        litres = flat(DAYS, seed) * quantum
        (sign,) = judged(counted(growing_leak(litres, slope, hours), quantum), quantum=quantum)
        assert sign.kind is Kind.GROWING
        assert abs(RECENT_HOURS - hours - sign.since) <= 24
        assert 0.6 * slope * hours <= sign.flow <= 1.6 * slope * hours
        assert 0.5 * slope * hours**2 / 2 <= sign.amount <= 1.6 * slope * hours**2 / 2
        assert sign.figures["flow_before"] < 0.8 * sign.flow
        assert 0.5 <= sign.confidence <= 0.95


@pytest.mark.parametrize("seed", range(12))
def test_a_home_without_a_leak_has_none_that_grows(seed: int) -> None:
    values = counted(flat(DAYS, seed))
    own = habits(values)
    for end in range(DAYS * HOURS - 48, DAYS * HOURS):
        assert not judged(values[:end], own)


def test_guests_and_a_busy_day_are_no_leak() -> None:
    values = flat(DAYS, 3)
    values[-3 * HOURS :] += flat(3, 11) + flat(3, 12)
    assert not judged(counted(values))
    values[-14:] += 20.0
    assert not judged(counted(values))


def test_a_steady_leak_is_a_trickle_or_left_to_flow_without_an_end() -> None:
    for seed in range(1, 6):
        drips = counted(leaking(flat(DAYS, seed), 0.55, 4))
        assert {sign.kind for sign in judged(drips)} == {Kind.TRICKLE}
        values = counted(leaking(flat(DAYS, seed), 1.3, 3))
        (sign,) = watch(Flow(values[None, -RECENT_HOURS:]), habits(values), WATER)
        assert sign.kind is Kind.CONTINUOUS
        more = counted(leaking(flat(DAYS, seed), 2.5, 3))
        assert not judged(more)


@pytest.mark.parametrize("rate", [1.0, 1.4])
def test_a_steady_leak_of_some_hours_is_hardly_ever_said_to_grow(rate: float) -> None:
    grew = 0
    for seed in range(1, 13):
        litres = flat(DAYS, seed)
        own = habits(counted(litres))
        litres[-HOURS:] += rate
        values = counted(litres)
        signs = [one for end in range(2, HOURS, 3) for one in judged(values[:-end], own)]
        grew += any(sign.kind is Kind.GROWING for sign in signs)
    assert grew <= 2


def test_who_comes_home_from_a_journey_does_not_leak() -> None:
    values = counted(flat(DAYS, 5))
    values[4 * HOURS : -5 * HOURS] = 0.0
    own = habits(values)
    assert own.away[0] > 0.7
    assert not judged(values, own)
    busy = replace(own, away=np.zeros(1))
    assert growing._quiet(values[None, -72:], busy, np.array([0])).min() > 0.5
    assert growing._quiet(values[None, -72:], own, np.array([0])).min() < 0.5


def test_what_is_not_known_says_nothing() -> None:
    values = counted(growing_leak(flat(DAYS, 2), 0.02, 48))
    own = habits(values)
    assert judged(values, own)
    assert not judged(values, replace(own, known_hours=np.full(1, 200.0)))
    assert not judged(values, replace(own, sizes=np.zeros((1, SIZES))))
    values[-10:] = np.nan
    assert not judged(values, own)
    assert not list(growing.hourly(Flow(values[None, -48:]), own, WATER))


def test_habits_of_an_older_release_are_not_judged_by() -> None:
    values = counted(growing_leak(flat(DAYS, 2), 0.02, 48))
    older = Habits.none(1).to_rows()
    older[:, :79] = habits(values).to_rows()[:, :79]
    assert not judged(values, Habits.from_rows(older))


def test_some_unknown_hours_hide_no_leak() -> None:
    values = counted(growing_leak(flat(DAYS, 2), 0.03, 60))
    own = habits(values)
    values[-40:-36] = np.nan
    assert judged(values, own)


def test_habits_come_back_as_they_were_kept() -> None:
    values = counted(flat(DAYS, 9))
    values[200:260] = 0.0
    own = habits(values)
    again = Habits.from_rows(own.to_rows())
    assert np.array_equal(again.to_rows(), own.to_rows())
    assert own.sizes.sum() == pytest.approx(1.0)
    assert 0 < again.away[0] < 0.2


@given(
    st.lists(
        st.sampled_from([0.0, 0.0, 0.0, 1.0, 2.0, 5.0, 30.0, -4.0, np.nan]),
        min_size=72,
        max_size=72,
    ),
    st.floats(0.1, 20),
)
def test_any_hours_give_signs_that_make_sense_or_none(hours: list[float], quantum: float) -> None:
    values = counted(flat(DAYS, 1)) * quantum
    own = habits(values, quantum)
    values[-72:] = np.array(hours) * quantum
    for sign in judged(values, own, quantum):
        assert RECENT_HOURS - growing.SPAN_HOURS <= sign.since <= RECENT_HOURS - growing.LEAST_HOURS
        assert 0 < sign.flow < 25 * quantum
        if sign.kind is Kind.GROWING:
            assert 0 <= sign.figures["flow_before"] <= sign.flow
        assert np.isfinite(sign.amount)


def test_rows_do_not_depend_on_their_neighbours() -> None:
    meters = np.stack(
        [counted(growing_leak(flat(DAYS, seed), 0.03 * (seed % 2), 48)) for seed in range(8)]
    )
    own = Habits.of(Flow(meters[:, : -3 * HOURS]), WATER)
    together = list(growing.hourly(Flow(meters[:, -RECENT_HOURS:]), own, WATER))
    assert [sign.row for sign in together] == [1, 3, 5, 7]
    for sign in together:
        (alone,) = judged(meters[sign.row])
        assert alone.since == sign.since
        assert alone.flow == pytest.approx(sign.flow, rel=1e-3)
