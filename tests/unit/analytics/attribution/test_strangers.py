"""Loads that resemble a member's and are none of its own."""

import numpy as np
import pytest

from analytics.attribution.judgement import Verdict
from analytics.attribution.judging import judge
from analytics.attribution.thresholds import Thresholds
from analytics.attribution.window import Window
from simulator.sources import homes_wh
from tests.unit.analytics.attribution.homes import LOSS, Homes

ALL = Thresholds()
DAYS = 42


def group(chosen: list[int], extra: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Window:
    """Thirty real homes below a balance meter, and a load that no meter sees."""
    hours = np.arange(24 * DAYS)
    readings = homes_wh(None)[hours][:, chosen].T.astype(np.float64)
    load = readings.sum(axis=0) + extra
    noise = 1 + 0.002 * np.random.default_rng(chosen[0]).standard_normal(len(hours))
    supplied = np.rint(load * (1 + LOSS[0] + LOSS[1] * load / load.mean()) * noise)
    return Window(supplied, readings, hours % 24, hours // 24)


def test_a_whole_home_without_a_meter_accuses_no_other() -> None:
    """Such a load shares its hours and its weather with all of them, and at times more by chance."""
    homes = homes_wh(None)
    alive = np.flatnonzero(homes.mean(axis=0) > 100)
    chance = np.random.default_rng(4)
    accused, seen = 0, 0
    for _ in range(16):
        chosen = chance.choice(homes.shape[1], 30, replace=False)
        stranger = chance.choice(np.setdiff1d(alive, chosen))
        extra = homes[: 24 * DAYS, stranger].astype(np.float64)
        extra[: 24 * 18] = 0
        said = judge(group(chosen.tolist(), extra), ALL)
        accused += bool(said.suspects)
        seen += said.verdict is Verdict.UNATTRIBUTED
    assert accused <= 1
    assert seen >= 12


@pytest.mark.parametrize("seed", range(4))
def test_a_home_that_is_empty_long_before_a_load_begins_is_not_accused(seed: int) -> None:
    homes = Homes.made(count=30, days=DAYS, seed=seed)
    homes.true[5] = 0
    homes.true[5, 24 * 6 : 24 * 9] = 150
    homes.readings[5] = homes.true[5]
    chance = np.random.default_rng(seed)
    homes.extra[homes.since(20)] = np.repeat(chance.uniform(80, 500, DAYS), 24)[homes.since(20)]
    said = judge(homes.window(), ALL)
    assert said.suspects == ()


def test_a_share_that_leaves_no_more_than_noise_is_named() -> None:
    homes = Homes.made(count=30, days=DAYS)
    homes.readings[3, homes.since(20)] *= 0.7
    assert [one.member for one in judge(homes.window(), ALL).suspects] == [3]
