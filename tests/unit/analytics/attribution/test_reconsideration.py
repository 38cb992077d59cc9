"""Two culprits at once: whoever is weighed first is weighed again beside the other."""

import numpy as np
import pytest

from analytics.attribution.judging import judge
from analytics.attribution.preparation import prepare
from analytics.attribution.reconsideration import reconsidered
from analytics.attribution.search import search
from analytics.attribution.thresholds import Thresholds
from tests.unit.analytics.attribution.homes import Homes

ALL = Thresholds()
FIRST, SECOND = 3, 8


def silent_by_hour(homes: Homes, member: int, day: int, hours: range) -> None:
    since = np.arange(len(homes.extra)) >= 24 * day
    silent = since & np.isin(np.arange(len(homes.extra)) % 24, hours)
    homes.readings[member, silent] = 0


@pytest.mark.parametrize("seed", range(8))
def test_two_thieves_are_both_named(seed: int) -> None:
    homes = Homes.made(count=20, seed=seed)
    homes.readings[FIRST, homes.since(12)] *= 0.5
    silent_by_hour(homes, SECOND, 16, range(17, 23))
    said = judge(homes.window(), ALL)
    assert {one.member for one in said.suspects} == {FIRST, SECOND}
    for one in said.suspects:
        assert one.energy == pytest.approx(homes.stolen(one.member), rel=0.3)


@pytest.mark.parametrize("seed", range(8))
def test_two_that_are_silent_in_other_hours_are_both_named(seed: int) -> None:
    homes = Homes.made(count=20, seed=seed)
    silent_by_hour(homes, FIRST, 12, range(8, 14))
    silent_by_hour(homes, SECOND, 16, range(12, 19))
    said = judge(homes.window(), ALL)
    assert {one.member for one in said.suspects} == {FIRST, SECOND}


@pytest.mark.parametrize("seed", range(4))
def test_two_loads_that_no_meter_sees_still_accuse_nobody(seed: int) -> None:
    homes = Homes.made(count=20, seed=seed)
    hours = np.arange(len(homes.extra))
    homes.extra[(hours >= 24 * 12) & (hours % 24 < 6)] += 600
    homes.extra[(hours >= 24 * 17) & (hours % 24 > 17)] += 500
    assert judge(homes.window(), ALL).suspects == ()


def test_one_loss_alone_is_left_as_it_is() -> None:
    homes = Homes.made()
    homes.readings[FIRST, homes.since(16)] *= 0.5
    prepared = prepare(homes.window(), ALL.clock_s)
    assert prepared is not None
    case = search(prepared, ALL)
    assert len(case.found) == 1
    assert reconsidered(case, ALL) is case
