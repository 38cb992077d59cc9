"""Losses that were there before the data began: how soon they are seen, and how much they are."""

import numpy as np
import pytest

from analytics.attribution.judgement import Unattributed, Verdict
from analytics.attribution.judging import judge
from analytics.attribution.thresholds import Thresholds
from tests.unit.analytics.attribution.homes import Homes

ALL = Thresholds()
THIEF = 3


@pytest.mark.parametrize("seed", range(4))
def test_a_meter_that_counts_half_is_named_on_the_third_day(seed: int) -> None:
    """The loss is most of what scatters: the noise fitted to so few hours would hide it."""
    homes = Homes.made(count=30, days=3, seed=seed)
    homes.readings[THIEF] *= 0.5
    said = judge(homes.window(), ALL)
    assert [one.member for one in said.suspects] == [THIEF]
    assert said.suspects[0].older


@pytest.mark.parametrize("days", [2, 3, 4, 7])
@pytest.mark.parametrize("seed", range(6))
def test_first_days_without_a_loss_are_quiet(seed: int, days: int) -> None:
    assert judge(Homes.made(count=30, days=days, seed=seed).window(), ALL).verdict is Verdict.CLEAN


@pytest.mark.parametrize("days", [2, 3, 5, 14])
def test_a_balance_meter_whose_error_lasts_for_hours_is_no_loss(days: int) -> None:
    alarms = 0
    for seed in range(12):
        homes = Homes.made(count=30, days=days, seed=seed)
        homes.noise = 1 + 0.003 * lasting(24 * days, 0.9, seed)
        alarms += judge(homes.window(), ALL).alarmed
    assert alarms <= 1


def test_the_band_of_a_load_that_always_ran_tells_how_little_parts_it_from_losses() -> None:
    told = [always(seed) for seed in range(40)]
    off = np.array([one.energy / true - 1 for one, true in told])
    within = [one.low <= true <= one.high for one, true in told]
    assert abs(float(np.mean(off))) < 0.03
    assert 0.6 <= np.mean(within) <= 0.95


def always(seed: int) -> tuple[Unattributed, float]:
    homes = Homes.made(count=30, days=42, seed=seed)
    homes.extra += 0.02 * homes.true.sum(axis=0).mean()
    said = judge(homes.window(), ALL)
    assert said.suspects == ()
    assert said.unattributed is not None
    return said.unattributed, float(homes.extra.sum())


def lasting(hours: int, like: float, seed: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Noise of which each hour keeps a share of the one before."""
    fresh = np.random.default_rng(seed).standard_normal(hours) * np.sqrt(1 - like**2)
    found = np.zeros(hours)
    for hour in range(1, hours):
        found[hour] = like * found[hour - 1] + fresh[hour]
    return found
