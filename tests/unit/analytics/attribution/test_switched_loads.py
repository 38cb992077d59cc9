"""Loads without a meter that a clock switches: nobody's, however a home may resemble them."""

import numpy as np
import pytest

from analytics.attribution.judgement import Verdict
from analytics.attribution.judging import judge
from analytics.attribution.preparation import prepare
from analytics.attribution.screening import fit, nuisance
from analytics.attribution.switching import likeliest
from analytics.attribution.thresholds import Thresholds
from analytics.attribution.window import Window
from bench.rig.loads import loads
from bench.rig.thefts import Group
from tests.unit.analytics.attribution.homes import Homes


def _window(group: Group) -> Window:
    hours = np.arange(len(group.hours))
    readings = np.rint(1000 * group.readings)
    return Window(1000 * group.feeder, readings, np.asarray(group.hours.hour, int), hours // 24)


@pytest.mark.parametrize("kind", ["night", "evening", "weekend"])
def test_nobody_is_accused_of_a_load_that_a_clock_switches(kind: str) -> None:
    """Homes that charge by night or cook on Sundays resemble it; its energy is told."""
    for group in loads(6, 30, 3, kind):
        said = judge(_window(group), Thresholds())
        assert said.verdict is Verdict.UNATTRIBUTED, (group.name, said.reason)
        assert said.unattributed is not None
        assert not said.suspects
        assert said.unattributed.energy / 1000 == pytest.approx(group.cases[0].kwh, rel=0.1)


@pytest.mark.parametrize(("hours", "days"), [({22, 23, 0, 1}, set(range(7))), ({9, 10}, {2, 3})])
def test_its_hours_and_days_are_found(hours: set[int], days: set[int]) -> None:
    """Across midnight, and on two days of the week alone."""
    homes = Homes.made()
    at = np.arange(len(homes.extra))
    runs = np.isin(at % 24, list(hours)) & np.isin(at // 24 % 7, list(days)) & (at >= 24 * 14)
    homes.extra[runs] = 900.0
    prepared = prepare(homes.window())
    assert prepared is not None
    frame = fit(prepared, nuisance(prepared), 0.002)
    found = likeliest(prepared, frame)[0 if len(days) == 7 else 1]
    assert np.mean((found.shape > 0) == runs) > 0.99
    assert found.choice > 0


def test_a_meter_that_is_silent_in_these_hours_is_named_and_its_loss_told_once() -> None:
    """What it did not count looks like a load that is switched."""
    homes = Homes.made(count=20, days=42)
    at = np.arange(len(homes.extra))
    silent = np.isin(at % 24, [18, 19, 20, 21, 22]) & (at >= 24 * 20)
    homes.readings[4, silent] = 0
    said = judge(homes.window(), Thresholds())
    assert [one.member for one in said.suspects] == [4]
    assert said.unattributed is None
    assert said.suspects[0].energy == pytest.approx(homes.stolen(4), rel=0.1)
