"""One loss is told once: what a meter that fell silent did not count is no load without a name."""

import numpy as np
import pytest

from analytics.attribution.judgement import GroupJudgement, Kind, Verdict
from analytics.attribution.judging import judge
from analytics.attribution.thresholds import Thresholds
from analytics.attribution.window import Window
from simulator.loads import at_inlet, common_needs
from simulator.sources import homes_wh
from tests.unit.analytics.attribution.homes import Homes

MEMBER = 3
START = 16


def told_once(said: GroupJudgement, member: int, day: int) -> None:
    assert said.verdict is Verdict.METERED
    assert [(one.member, one.kind) for one in said.suspects] == [(member, Kind.STUCK)]
    assert said.suspects[0].since == 24 * day
    assert said.unattributed is None


@pytest.mark.parametrize("days", [41, 42])
def test_a_house_of_the_town_whose_meter_stands_still(days: int) -> None:
    """Mill Street 6: thirty real homes, of which one takes more while its meter stands still."""
    flats = homes_wh(None)[:, 60:90]
    power = flats.sum(axis=1)
    common = common_needs(power, 3)
    hours = np.arange(24 * days)
    supplied = at_inlet(power + common, 3)[hours].astype(np.float64)
    flats = flats[hours].astype(np.float64)
    readings = np.concatenate((flats.T, common[None, hours].astype(np.float64)))
    readings[26, 24 * 18 :] = 0
    said = judge(Window(supplied, readings, hours % 24, hours // 24), Thresholds())
    told_once(said, 26, 18)
    missing = flats[24 * 18 :, 26].sum()
    assert said.suspects[0].energy == pytest.approx(missing, rel=0.1)


@pytest.mark.parametrize("seed", range(6))
def test_a_home_that_takes_more_each_day_than_it_used_to(seed: int) -> None:
    homes = Homes.made(count=30, seed=40 + seed)
    chance = np.random.default_rng(seed)
    homes.true[MEMBER, homes.since(START)] *= np.repeat(chance.uniform(0.4, 2.4, 12), 24)
    homes.true = np.rint(homes.true)
    homes.readings = homes.true.copy()
    homes.readings[MEMBER, homes.since(START)] = 0
    said = judge(homes.window(), Thresholds())
    told_once(said, MEMBER, START)
    assert said.suspects[0].energy == pytest.approx(homes.stolen(MEMBER), rel=0.15)


@pytest.mark.parametrize("seed", [46, 48, 49])
def test_a_load_beside_it_that_began_on_another_day_is_told_too(seed: int) -> None:
    homes = Homes.made(count=30, seed=seed)
    homes.readings[MEMBER, homes.since(START)] = 0
    homes.extra[homes.since(START + 6)] = 3000
    said = judge(homes.window(), Thresholds())
    assert [one.member for one in said.suspects] == [MEMBER]
    assert said.unattributed is not None
    assert said.unattributed.since == 24 * (START + 6)
    assert said.unattributed.energy == pytest.approx(3000 * 24 * 6, rel=0.15)


def test_who_leaves_on_the_day_of_a_load_without_a_meter_is_not_accused() -> None:
    """A home that is left takes a little still: its meter did not fall silent."""
    homes = Homes.made(count=30, seed=47)
    homes.true[MEMBER, homes.since(START)] = np.rint(0.03 * homes.true[MEMBER, homes.since(START)])
    homes.readings = homes.true.copy()
    homes.extra[homes.since(START)] = 900
    said = judge(homes.window(), Thresholds())
    assert said.suspects == ()
    assert said.unattributed is not None
