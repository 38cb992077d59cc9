"""Whatever comes, there is a defined answer: no exception, no silent zero."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.attribution.judgement import Verdict
from analytics.attribution.judging import judge
from analytics.attribution.thresholds import Thresholds
from analytics.attribution.window import Window
from domain.errors import ShapeError
from tests.unit.analytics.attribution.homes import Homes

ALL = Thresholds()


def test_arrays_that_do_not_line_up_are_refused() -> None:
    with pytest.raises(ShapeError):
        Window(np.zeros(3), np.zeros((2, 4)), np.zeros(3, dtype=int), np.zeros(3, dtype=int))


def test_a_group_without_members() -> None:
    homes = Homes.made()
    said = judge(homes.window(readings=np.zeros((0, 672))), ALL)
    assert said.verdict is Verdict.UNKNOWN
    assert "members" in said.reason


def test_no_hours_at_all() -> None:
    none = np.zeros(0, dtype=int)
    said = judge(Window(np.zeros(0), np.zeros((2, 0)), none, none), ALL)
    assert said.verdict is Verdict.UNKNOWN


def test_a_group_without_balance_meter() -> None:
    homes = Homes.made()
    said = judge(homes.window(supplied=np.full(672, np.nan)), ALL)
    assert said.verdict is Verdict.UNKNOWN
    assert "balance meter" in said.reason


def test_nothing_but_zeros() -> None:
    homes = Homes.made()
    said = judge(homes.window(supplied=np.zeros(672), readings=np.zeros((3, 672))), ALL)
    assert said.verdict is Verdict.UNKNOWN


def test_energy_flows_and_all_meters_count_nothing() -> None:
    homes = Homes.made()
    said = judge(homes.window(readings=np.zeros((3, 672))), ALL)
    assert said.verdict is Verdict.UNKNOWN
    assert "no member" in said.reason


def test_too_few_days() -> None:
    said = judge(Homes.made(days=1).window(), ALL)
    assert said.verdict is Verdict.UNKNOWN
    assert "needed" in said.reason
    assert said.known_hours == 24


def test_gaps_and_nonsense_do_not_alarm() -> None:
    homes = Homes.made()
    chance = np.random.default_rng(3)
    homes.readings[chance.random(homes.readings.shape) < 0.01] = np.nan
    homes.readings[2, 100:148] = np.nan
    homes.readings[4, 200] = -5
    homes.readings[5, 300] = np.inf
    supplied = homes.supplied
    supplied[50:60] = np.nan
    said = judge(homes.window(supplied=supplied), ALL)
    assert said.verdict is Verdict.CLEAN
    assert 500 < said.known_hours < 672


def test_a_silent_meter_is_not_taken_for_a_theft() -> None:
    homes = Homes.made()
    homes.readings[1, homes.since(20)] = np.nan
    said = judge(homes.window(), ALL)
    assert said.suspects == ()


def test_members_that_come_and_go() -> None:
    homes = Homes.made()
    present = np.ones(homes.true.shape, dtype=bool)
    present[0, :200] = False
    present[1, 400:] = False
    homes.true[~present] = 0
    homes.readings[~present] = np.nan
    said = judge(homes.window(present=present), ALL)
    assert said.verdict is Verdict.CLEAN
    assert said.known_hours == 672


def test_homes_that_are_always_zero_are_not_accused_of_the_theft_of_another() -> None:
    homes = Homes.made()
    homes.true[[1, 2]] = homes.readings[[1, 2]] = 0
    assert judge(homes.window(), ALL).verdict is Verdict.CLEAN
    homes.readings[5, homes.since(15)] *= 0.5
    assert [one.member for one in judge(homes.window(), ALL).suspects] == [5]


def test_one_giant_consumer() -> None:
    homes = Homes.made()
    homes.true[0] *= 50
    homes.readings[0] = homes.true[0]
    assert judge(homes.window(), ALL).verdict is Verdict.CLEAN


def test_a_group_of_one_does_not_know_which_meter_is_wrong() -> None:
    homes = Homes.made(count=1)
    assert judge(homes.window(), ALL).verdict is Verdict.CLEAN
    supplied = homes.supplied
    supplied[homes.since(14)] *= 1.2
    said = judge(homes.window(supplied=supplied), ALL)
    assert said.alarmed
    assert said.suspects == ()


def test_days_of_23_and_25_hours() -> None:
    homes = Homes.made()
    lengths = [24] * 10 + [23] + [24] * 6 + [25] + [24] * 10
    day = np.repeat(np.arange(28), lengths)
    hour = np.concatenate([np.minimum(np.arange(n), 23) for n in lengths])
    assert judge(homes.window(day=day, hour=hour), ALL).verdict is Verdict.CLEAN
    homes.readings[3, day >= 17] *= 0.5
    said = judge(homes.window(day=day, hour=hour), ALL)
    assert [(one.member, one.since) for one in said.suspects] == [(3, int(np.argmax(day == 17)))]


def test_a_balance_clock_a_minute_off_is_no_loss() -> None:
    homes = Homes.made()
    supplied = homes.supplied
    later = np.append(supplied[1:], supplied[-1])
    said = judge(homes.window(supplied=supplied + (later - supplied) / 60), ALL)
    assert said.verdict is Verdict.CLEAN


def test_estimated_readings_are_trusted_less() -> None:
    homes = Homes.made()
    estimated = np.zeros(homes.true.shape, dtype=bool)
    estimated[3, 400:424] = True
    homes.readings[3, 400:424] = homes.true[3, 400:424].mean()
    assert judge(homes.window(estimated=estimated), ALL).verdict is Verdict.CLEAN


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    members=st.integers(0, 5),
    days=st.integers(0, 12),
    share=st.sampled_from([0.0, 0.1, 0.9, 1.0]),
)
def test_never_an_exception(seed: int, members: int, days: int, share: float) -> None:
    chance = np.random.default_rng(seed)
    hours = 24 * days
    odd = np.array([np.nan, 0, -1, np.inf, -np.inf, 1e12, 1])
    readings = chance.gamma(1, 300, (members, hours))
    supplied = chance.gamma(2, 300, hours)
    for values in (readings, supplied):
        wild = chance.random(values.shape) < share
        values[wild] = chance.choice(odd, np.count_nonzero(wild))
    clock = np.arange(hours)
    said = judge(Window(supplied, readings, clock % 24, clock // 24), ALL)
    assert said.reason
    assert said.as_dict()["verdict"] == said.verdict
