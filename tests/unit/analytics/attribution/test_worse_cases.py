"""Cases that look like somebody's theft and are none, and thefts beside what disturbs them."""

import numpy as np
import pytest
from numpy.typing import NDArray

from analytics.attribution.judgement import Kind, Verdict
from analytics.attribution.judging import judge
from analytics.attribution.thresholds import Thresholds
from tests.unit.analytics.attribution.homes import Homes

ALL = Thresholds()
THIEF = 3


def late(values: NDArray[np.float64], seconds: float) -> NDArray[np.float64]:
    """What a meter counts whose clock is off: a part of each hour lies in the next one."""
    before = np.concatenate((values[:1], values[:-1]))
    return np.rint(values + (before - values) * seconds / 3600)


@pytest.mark.parametrize("seed", range(6))
def test_two_unmetered_loads_accuse_nobody(seed: int) -> None:
    homes = Homes.made(seed=seed)
    homes.extra[homes.since(12)] += 500
    homes.extra[homes.since(19)] += 300
    said = judge(homes.window(), ALL)
    assert said.verdict is Verdict.UNATTRIBUTED
    assert said.suspects == ()
    assert said.unattributed is not None
    assert said.unattributed.energy == pytest.approx(float(homes.extra.sum()), rel=0.1)


@pytest.mark.parametrize("leaver", range(6))
def test_who_takes_as_much_less_as_an_unmetered_load_takes_is_not_accused(leaver: int) -> None:
    homes = Homes.made(count=30)
    since = homes.since(15)
    flow = 0.7 * float(homes.true[leaver].mean())
    homes.true[leaver, since] = homes.readings[leaver, since] = np.rint(
        0.3 * homes.true[leaver, since]
    )
    homes.extra[since] = flow
    said = judge(homes.window(), ALL)
    assert said.suspects == ()


def test_a_home_that_is_empty_until_a_load_begins_is_not_accused_of_it() -> None:
    homes = Homes.made()
    homes.true[5] = homes.readings[5] = 0
    homes.extra[homes.since(12)] += 200
    homes.extra[homes.since(16)] += 400
    assert judge(homes.window(), ALL).suspects == ()


@pytest.mark.parametrize("seed", range(4))
def test_a_load_whose_size_changes_from_day_to_day_accuses_nobody(seed: int) -> None:
    homes = Homes.made(seed=seed)
    share = np.repeat(np.random.default_rng(seed).uniform(0.2, 1.8, 28), 24)
    homes.extra[homes.since(14)] = (500 * share)[homes.since(14)]
    said = judge(homes.window(), ALL)
    assert said.verdict is Verdict.UNATTRIBUTED
    assert said.suspects == ()


@pytest.mark.parametrize("turn", [0, 2, 9, 17])
def test_a_share_that_changes_from_day_to_day_may_do_so_at_any_hour(turn: int) -> None:
    homes = Homes.made(seed=turn)
    hours = np.arange(len(homes.extra))
    share = np.random.default_rng(turn).uniform(0.1, 0.9, 40)[(hours - turn) // 24 + 1]
    since = slice(14 * 24 + turn, None)
    homes.readings[THIEF, since] = np.rint(homes.true[THIEF, since] * share[since])
    (suspect,) = judge(homes.window(), ALL).suspects
    assert (suspect.member, suspect.kind) == (THIEF, Kind.SLOWED_BY_DAYS)
    stolen = float((homes.true[THIEF] - homes.readings[THIEF]).sum())
    assert suspect.energy == pytest.approx(stolen, rel=0.1)


@pytest.mark.parametrize("seed", range(4))
def test_clocks_that_are_off_by_some_minutes_are_no_theft(seed: int) -> None:
    homes = Homes.made(seed=seed)
    chance = np.random.default_rng(seed)
    for row in range(len(homes.true)):
        homes.readings[row] = late(homes.true[row], chance.uniform(0, 240))
    said = judge(homes.window(), ALL)
    assert [one for one in said.suspects if one.kind is not Kind.CLOCK_SKEW] == []


def test_a_theft_is_named_though_clocks_are_off() -> None:
    homes = Homes.made()
    homes.readings[THIEF, homes.since(16)] *= 0.5
    chance = np.random.default_rng(2)
    for row in range(len(homes.true)):
        homes.readings[row] = late(homes.readings[row], chance.uniform(0, 120))
    thefts = [one for one in judge(homes.window(), ALL).suspects if one.energy > 0]
    assert [one.member for one in thefts] == [THIEF]
    assert thefts[0].energy == pytest.approx(homes.stolen(THIEF), rel=0.15)


def test_a_theft_is_named_though_the_balance_meter_lags_ten_minutes() -> None:
    homes = Homes.made()
    homes.readings[THIEF, homes.since(16)] *= 0.5
    said = judge(homes.window(supplied=late(homes.supplied, 600)), ALL)
    assert [one.member for one in said.suspects] == [THIEF]


@pytest.mark.parametrize("value", [3e6, 5e8, -3e6])
def test_a_reading_that_cannot_be_is_none(value: float) -> None:
    homes = Homes.made()
    homes.readings[4, 300] = value
    assert judge(homes.window(), ALL).verdict is Verdict.CLEAN
    homes.readings[THIEF, homes.since(16)] *= 0.5
    assert [one.member for one in judge(homes.window(), ALL).suspects] == [THIEF]


def test_two_thefts_as_old_as_the_data() -> None:
    homes = Homes.made()
    homes.readings[THIEF] *= 0.5
    homes.readings[8] *= 0.3
    said = judge(homes.window(), ALL)
    assert {one.member for one in said.suspects} == {THIEF, 8}
    for one in said.suspects:
        assert one.older
        assert one.energy == pytest.approx(homes.stolen(one.member), rel=0.15)


def test_a_theft_beside_an_unmetered_load() -> None:
    homes = Homes.made()
    homes.readings[THIEF, homes.since(12)] *= 0.5
    homes.extra[homes.since(18)] = 300
    said = judge(homes.window(), ALL)
    assert [one.member for one in said.suspects] == [THIEF]
    assert said.unattributed is not None
    assert said.unattributed.energy == pytest.approx(float(homes.extra.sum()), rel=0.2)


def test_a_member_that_feeds_back_by_day_is_no_theft_and_hides_none() -> None:
    homes = Homes.made()
    noon = np.isin(np.arange(672) % 24, range(10, 15))
    sun = np.where(noon, 3 * homes.true[5].mean(), 0.0)
    homes.true[5] -= sun
    homes.readings[5] = homes.true[5]
    assert judge(homes.window(), ALL).verdict is Verdict.CLEAN
    homes.readings[THIEF, homes.since(16)] *= 0.5
    assert [one.member for one in judge(homes.window(), ALL).suspects] == [THIEF]


def test_a_meter_that_was_exchanged_is_no_theft_of_another() -> None:
    homes = Homes.made()
    homes.readings[6, : 24 * 14] *= 0.92  # the old one was worn
    homes.readings[6, 24 * 14 + 9 : 24 * 14 + 14] = np.nan
    assert {one.member for one in judge(homes.window(), ALL).suspects} <= {6}
