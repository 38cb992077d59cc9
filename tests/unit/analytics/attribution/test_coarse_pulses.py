"""Meters of few pulses: what they count by chance accuses nobody, and what they do tell is told."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from analytics.attribution.judgement import Kind
from analytics.attribution.judging import judge
from analytics.attribution.preparation import evened
from analytics.attribution.thresholds import Thresholds
from tests.unit.analytics.attribution.homes import Homes

THIEF = 3


def pulsed(homes: Homes, quantum: int) -> None:
    """Let each meter tell whole pulses alone."""
    register = np.floor(np.cumsum(homes.readings, axis=1) / quantum) * quantum
    homes.readings = np.diff(register, axis=1, prepend=0.0)


@given(
    arrays.arrays(np.int64, (3, 60), elements=st.integers(0, 4)),
    arrays.arrays(np.bool_, (3, 60)),
)
def test_spreading_pulses_loses_none_and_moves_none_across_what_is_unknown(
    pulses: np.ndarray[tuple[int, int], np.dtype[np.int64]],
    measured: np.ndarray[tuple[int, int], np.dtype[np.bool_]],
) -> None:
    readings = np.where(measured, 10.0 * pulses, 0.0)
    found = evened(readings, measured, 10.0)
    assert (found >= 0).all()
    assert (found[~measured] == 0).all()
    for row in range(3):
        edges = np.flatnonzero(~measured[row])
        for part, before in zip(
            np.split(found[row], edges), np.split(readings[row], edges), strict=True
        ):
            assert part.sum() == pytest.approx(before.sum())


def test_a_pulse_is_spread_over_the_hours_that_it_took() -> None:
    readings = np.array([[0.0, 0, 30, 0, 10, 0, 10, 10]])
    found = evened(readings, np.ones((1, 8), bool), 10.0)
    third = 10 / 3
    assert found[0].tolist() == pytest.approx([third, third, 20 + third, 5, 5, 5, 5, 10])


def test_a_meter_that_stands_still_still_does() -> None:
    readings = np.tile([0.0, 10.0], 60)[None, :].copy()
    readings[0, 40:100] = 0
    found = evened(readings, np.ones((1, 120), bool), 10.0)
    assert (found[0, 40:100] == 0).all()


def test_many_pulses_an_hour_are_left_as_they_are() -> None:
    readings = np.array([[0.0, 300, 500, 400]])
    assert evened(readings, np.ones((1, 4), bool), 1.0) is readings


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("quantum", [100, 500])
def test_few_pulses_accuse_nobody(seed: int, quantum: int) -> None:
    homes = Homes.made(count=24, seed=seed)
    pulsed(homes, quantum)
    said = judge(homes.window(quantum=float(quantum)), Thresholds())
    assert said.suspects == ()
    assert not said.alarmed


@pytest.mark.parametrize("quantum", [7, 10, 50])
def test_a_cap_between_two_numbers_of_pulses_is_one(quantum: int) -> None:
    homes = Homes.made()
    since, top = homes.since(16), np.rint(np.median(homes.true[THIEF]))
    homes.readings[THIEF, since] = np.minimum(homes.true[THIEF, since], top)
    pulsed(homes, quantum)
    said = judge(homes.window(quantum=float(quantum)), Thresholds())
    assert [(one.member, one.kind) for one in said.suspects] == [(THIEF, Kind.CAPPED)]


def test_of_few_pulses_no_clock_is_read() -> None:
    homes = Homes.made()
    late = np.concatenate((homes.true[THIEF, :1], homes.true[THIEF, :-1]))
    homes.readings[THIEF] = np.rint(0.4 * homes.true[THIEF] + 0.6 * late)
    fine = judge(homes.window(), Thresholds())
    assert [(one.member, one.kind) for one in fine.suspects] == [(THIEF, Kind.CLOCK_SKEW)]
    quantum = int(homes.true[THIEF].mean() / 4)
    pulsed(homes, quantum)
    said = judge(homes.window(quantum=float(quantum)), Thresholds())
    assert Kind.CLOCK_SKEW not in {one.kind for one in said.suspects}
