"""Clocks of all members that are off by little accuse nobody, and hide nobody."""

import numpy as np
import pytest

from analytics.attribution.clocks import estimate, set_right
from analytics.attribution.judgement import Kind
from analytics.attribution.judging import judge
from analytics.attribution.preparation import prepare
from analytics.attribution.screening import fit, nuisance
from analytics.attribution.thresholds import Thresholds
from tests.unit.analytics.attribution.homes import Homes

THIEF = 3


def displace(homes: Homes, most_s: float, seed: int, *, wandering: bool = False) -> None:
    """Let each meter's hours begin early or late by up to so much."""
    size, hours = homes.readings.shape
    off = np.random.default_rng(seed).uniform(-most_s, most_s, (size, 1)) / 3600
    off = off * np.linspace(-1, 1, hours) if wandering else np.repeat(off, hours, axis=1)
    own = homes.readings
    before = np.concatenate((own[:, :1], own[:, :-1]), axis=1)
    after = np.concatenate((own[:, 1:], own[:, -1:]), axis=1)
    late = own + off * (before - own)
    homes.readings = np.rint(np.where(off > 0, late, own - off * (after - own)))


@pytest.mark.parametrize(
    ("seed", "wandering"), [(1, False), (5, False), (5, True), (7, True)], ids=str
)
def test_clocks_off_by_minutes_accuse_nobody(seed: int, *, wandering: bool) -> None:
    homes = Homes.made(count=30, days=42, seed=seed)
    displace(homes, 280, seed, wandering=wandering)
    said = judge(homes.window(), Thresholds())
    assert said.suspects == ()
    assert not said.alarmed


@pytest.mark.parametrize("seed", range(3))
def test_a_thief_among_them_is_named_and_alone(seed: int) -> None:
    homes = Homes.made(count=20, seed=seed)
    homes.readings[THIEF, homes.since(16)] *= 0.5
    stolen = homes.stolen(THIEF)
    displace(homes, 200, seed)
    said = judge(homes.window(), Thresholds())
    assert [(one.member, one.kind) for one in said.suspects] == [(THIEF, Kind.SLOWED)]
    assert said.suspects[0].energy == pytest.approx(stolen, rel=0.1)


def test_right_clocks_are_left_as_they_are() -> None:
    homes = Homes.made(count=20)
    prepared = prepare(homes.window(), 60.0)
    assert prepared is not None
    frame = fit(prepared, nuisance(prepared), 0.003, 0.0005)
    assert not estimate(prepared, frame, Thresholds()).off


def test_what_is_moved_comes_to_nothing() -> None:
    homes = Homes.made(count=20)
    displace(homes, 200, 1)
    prepared = prepare(homes.window(), 60.0)
    assert prepared is not None
    frame = fit(prepared, nuisance(prepared), 0.003, 0.0005)
    clocks = estimate(prepared, frame, Thresholds())
    assert clocks.off
    right = set_right(prepared, clocks)
    spread = float(np.abs(fit(right, nuisance(right), 0.003).residual).mean())
    assert spread < 0.9 * float(np.abs(frame.residual).mean())
    assert abs(float(clocks.moved.sum())) < 0.001 * float(prepared.supplied.sum())
