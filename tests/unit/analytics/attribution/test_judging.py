"""Thefts and faults of each kind are named, with their energy; what is honest is not."""

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from analytics.attribution.judgement import BalanceMeterFault, Kind, Verdict
from analytics.attribution.judging import judge
from analytics.attribution.thresholds import Thresholds
from tests.unit.analytics.attribution.homes import Homes

START = 16
THIEF = 3


def slowed(homes: Homes) -> None:
    homes.readings[THIEF, homes.since(START)] *= 0.6


def slowed_by_days(homes: Homes) -> None:
    share = np.repeat(np.random.default_rng(1).uniform(0.2, 1, 28), 24)
    homes.readings[THIEF] = np.where(
        np.arange(672) >= 24 * START, homes.true[THIEF] * share, homes.true[THIEF]
    )


def silent_hours(homes: Homes) -> None:
    hours = np.arange(672)
    night = ((hours % 24 >= 21) | (hours % 24 < 5)) & (hours >= 24 * START)
    homes.readings[THIEF, night] = 0


def capped(homes: Homes) -> None:
    top = np.median(homes.true[THIEF])
    homes.readings[THIEF, homes.since(START)] = np.minimum(
        homes.true[THIEF, homes.since(START)], np.rint(top)
    )


def stuck(homes: Homes) -> None:
    homes.readings[THIEF, homes.since(START)] = 0


CASES: list[tuple[Callable[[Homes], None], Kind]] = [
    (slowed, Kind.SLOWED),
    (slowed_by_days, Kind.SLOWED_BY_DAYS),
    (silent_hours, Kind.SILENT_HOURS),
    (capped, Kind.CAPPED),
    (stuck, Kind.STUCK),
]


@pytest.mark.parametrize(("done", "kind"), CASES)
def test_names_the_meter_the_kind_the_start_and_the_energy(
    done: Callable[[Homes], None], kind: Kind
) -> None:
    homes = Homes.made()
    done(homes)
    said = judge(homes.window(), Thresholds())
    assert said.verdict is Verdict.METERED
    assert [one.member for one in said.suspects] == [THIEF]
    suspect = said.suspects[0]
    assert suspect.kind is kind
    assert suspect.since == 24 * START
    assert suspect.energy == pytest.approx(homes.stolen(THIEF), rel=0.15)
    assert suspect.low <= suspect.energy <= suspect.high
    assert suspect.confidence > 0.9
    assert float(np.nansum(suspect.evidence.missing)) == pytest.approx(suspect.energy)


@pytest.mark.parametrize(("done", "kind"), CASES)
@pytest.mark.parametrize("seed", range(3))
def test_readings_that_never_came_hide_nobody(
    done: Callable[[Homes], None], kind: Kind, seed: int
) -> None:
    """A counter that was not read once leaves two hours unknown; each meter has some of them."""
    homes = Homes.made()
    done(homes)
    chance = np.random.default_rng(seed)
    lost = chance.random(homes.readings.shape) < 0.003
    lost[:, 1:] |= lost[:, :-1]
    lost[THIEF, 24 * START + 100 : 24 * START + 102] = True
    said = judge(homes.window(readings=np.where(lost, np.nan, homes.readings)), Thresholds())
    assert [(one.member, one.kind) for one in said.suspects] == [(THIEF, kind)]


@pytest.mark.parametrize("seed", range(12))
def test_clean_groups_are_clean(seed: int) -> None:
    said = judge(Homes.made(seed=seed).window(), Thresholds())
    assert said.verdict is Verdict.CLEAN
    assert not said.alarmed
    assert said.suspects == ()


def test_a_theft_as_old_as_the_window_is_told_by_its_shape() -> None:
    homes = Homes.made()
    homes.readings[THIEF] *= 0.5
    said = judge(homes.window(), Thresholds())
    assert [(one.member, one.since) for one in said.suspects] == [(THIEF, 0)]
    assert said.suspects[0].energy == pytest.approx(homes.stolen(THIEF), rel=0.1)


def test_two_thieves_are_both_named() -> None:
    homes = Homes.made()
    slowed(homes)
    homes.readings[7, homes.since(20)] = 0
    said = judge(homes.window(), Thresholds())
    assert {one.member for one in said.suspects} == {THIEF, 7}


def test_an_unmetered_load_accuses_nobody() -> None:
    homes = Homes.made()
    homes.extra[homes.since(START)] = 400
    said = judge(homes.window(), Thresholds())
    assert said.verdict is Verdict.UNATTRIBUTED
    assert said.suspects == ()
    assert said.unattributed is not None
    assert said.unattributed.energy == pytest.approx(400 * 24 * 12, rel=0.1)
    assert said.unattributed.since == 24 * START


def test_a_constant_led_past_one_meter_is_told_by_its_level() -> None:
    homes = Homes.made()
    since = homes.since(START)
    flow = 0.9 * float(homes.true[THIEF].mean())
    homes.readings[THIEF, since] = np.rint(np.maximum(homes.true[THIEF, since] - flow, 0))
    said = judge(homes.window(), Thresholds())
    assert [(one.member, one.kind) for one in said.suspects] == [(THIEF, Kind.OFFSET)]
    assert said.suspects[0].energy == pytest.approx(homes.stolen(THIEF), rel=0.2)


def test_a_clock_that_is_off_costs_nothing() -> None:
    homes = Homes.made()
    late = np.concatenate((homes.true[THIEF, :1], homes.true[THIEF, :-1]))
    homes.readings[THIEF] = np.rint(0.7 * homes.true[THIEF] + 0.3 * late)
    said = judge(homes.window(), Thresholds())
    assert [(one.member, one.kind) for one in said.suspects] == [(THIEF, Kind.CLOCK_SKEW)]
    assert said.suspects[0].energy == 0


def test_an_honest_saving_is_told_and_nobody_named() -> None:
    homes = Homes.made()
    homes.true[THIEF, homes.since(14)] *= 0.2
    homes.readings[THIEF] = homes.true[THIEF]
    said = judge(homes.window(), Thresholds())
    assert said.verdict is Verdict.CLEAN
    assert [one.member for one in said.savings] == [THIEF]
    assert said.savings[0].since == 24 * 14


def test_a_balance_meter_whose_gain_steps_is_named_itself() -> None:
    homes = Homes.made()
    supplied = homes.supplied
    supplied[homes.since(START)] *= 1.05
    said = judge(homes.window(supplied=supplied), Thresholds())
    assert said.verdict is Verdict.BALANCE_METER
    assert said.balance_meter is not None
    assert said.balance_meter.fault is BalanceMeterFault.GAIN_STEP
    assert said.balance_meter.size == pytest.approx(0.053, rel=0.1)


def test_a_balance_meter_that_falls_by_a_constant() -> None:
    homes = Homes.made()
    supplied = homes.supplied
    supplied[homes.since(START)] -= 500
    said = judge(homes.window(supplied=supplied), Thresholds())
    assert said.balance_meter is not None
    assert said.balance_meter.fault is BalanceMeterFault.OFFSET_STEP
    assert said.balance_meter.size == pytest.approx(-500, rel=0.15)


def test_a_balance_meter_that_stands_still() -> None:
    homes = Homes.made()
    supplied = homes.supplied
    supplied[homes.since(20)] = 0
    said = judge(homes.window(supplied=supplied), Thresholds())
    assert said.balance_meter is not None
    assert said.balance_meter.fault is BalanceMeterFault.STUCK
    assert said.balance_meter.since == 24 * 20


def test_a_balance_meter_below_its_members() -> None:
    homes = Homes.made()
    said = judge(homes.window(supplied=homes.supplied * 0.9), Thresholds())
    assert said.balance_meter is not None
    assert said.balance_meter.fault is BalanceMeterFault.BELOW_MEMBERS


def test_losses_above_the_norm_from_the_first_hour_are_told() -> None:
    homes = Homes.made()
    said = judge(homes.window(supplied=homes.supplied * 1.2), Thresholds())
    assert said.verdict is Verdict.UNATTRIBUTED
    assert said.unattributed is not None
    assert said.unattributed.since == 0


def test_stricter_thresholds_let_a_theft_pass() -> None:
    homes = Homes.made()
    slowed(homes)
    assert judge(homes.window(), replace(Thresholds(), alarm=1e6)).verdict is Verdict.CLEAN


def test_a_judgement_goes_into_json() -> None:
    homes = Homes.made()
    slowed(homes)
    told = json.loads(json.dumps(judge(homes.window(), Thresholds()).as_dict()))
    assert told["alarmed"] is True
    assert told["suspects"][0]["kind"] == "slowed"
    assert len(told["suspects"][0]["evidence"]["missing"]) == 672
