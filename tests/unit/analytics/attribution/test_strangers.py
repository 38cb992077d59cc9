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
    """Such a load shares its hours with all of them, and at times more by chance."""
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


@pytest.mark.parametrize("seed", [1, 3, 5, 6, 7])
def test_a_home_that_is_empty_long_before_a_load_begins_is_not_accused(seed: int) -> None:
    """A real one, of which nobody was at home but for some days of the first week."""
    homes = homes_wh(None)[: 24 * DAYS]
    days = homes.reshape(DAYS, 24, -1).sum(axis=1)
    empty = int(np.flatnonzero((days[12:] == 0).all(axis=0) & (days[:12].sum(axis=0) > 0))[0])
    chance = np.random.default_rng(seed)
    others = chance.choice(np.delete(np.arange(homes.shape[1]), empty), 29, replace=False)
    extra = np.repeat(chance.uniform(80, 500, DAYS), 24)
    extra[: 24 * 20] = 0
    said = judge(group([*others.tolist(), empty], extra), ALL)
    assert said.suspects == ()
    assert said.verdict is Verdict.UNATTRIBUTED


def test_a_share_that_leaves_no_more_than_noise_is_named() -> None:
    homes = Homes.made(count=30, days=DAYS)
    homes.readings[3, homes.since(20)] *= 0.7
    assert [one.member for one in judge(homes.window(), ALL).suspects] == [3]
