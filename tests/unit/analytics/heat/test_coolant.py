"""Heat carrier that does not come back: told when two meters cannot differ so much, else not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.heat import coolant
from analytics.heat.coolant import Pipes

HOURS = 72


def pipes(share: float, litres: float = 5_000.0, begins: int = 0) -> Pipes:
    """Some days in which a share of the mass is lost from an hour on."""
    out = np.full(HOURS, litres)
    lost = np.where(np.arange(HOURS) >= begins, share, 0.0)
    dense = 0.98207  # of water at 45 against 80 degC, at 1.6 MPa: 1.0286 and 1.0102 l/kg
    return Pipes(out, out * dense * (1 - lost), np.full(HOURS, 80.0), np.full(HOURS, 45.0))


def test_the_same_mass_has_another_volume_in_each_pipe() -> None:
    found = coolant.balance(pipes(0.0))
    assert np.abs(found.lost_kg).max() < 0.002 * found.out_kg.max()
    assert not found.real.any()
    assert coolant.leak(found) is None


def test_a_leak_is_told_six_hours_after_it_began_with_its_mass_and_heat() -> None:
    found = coolant.balance(pipes(0.08, begins=HOURS - 6))
    lost = coolant.leak(found)
    assert lost is not None
    assert (lost.since, lost.hours) == (HOURS - 6, 6)
    assert lost.lost_kg == pytest.approx(0.08 * found.out_kg[-6:].sum(), rel=0.02)
    assert lost.share == pytest.approx(0.08, abs=0.002)
    assert lost.lost_wh == pytest.approx(lost.lost_kg * 35 * 4.18 / 3.6, rel=0.01)
    assert coolant.leak(coolant.balance(pipes(0.08, begins=HOURS - 5))) is None


@given(share=st.floats(-0.02, 0.02), litres=st.floats(10, 1e6))
def test_what_two_meters_of_class_2_may_differ_by_is_no_leak(share: float, litres: float) -> None:
    assert coolant.leak(coolant.balance(pipes(share, litres))) is None


@given(share=st.floats(0.035, 0.9), litres=st.floats(10, 1e6))
def test_what_they_may_not_differ_by_is_one(share: float, litres: float) -> None:
    lost = coolant.leak(coolant.balance(pipes(share, litres)))
    assert lost is not None
    assert lost.share == pytest.approx(share, abs=0.003)


def test_coarse_pulses_hide_it_by_hours_and_not_by_days() -> None:
    true = pipes(0.1, litres=900.0)
    out, back = (np.diff(np.cumsum(one) // 1000, prepend=0) * 1000
                 for one in (true.supply_litres, true.return_litres))  # fmt: skip
    coarse = coolant.balance(Pipes(out, back, true.supply_c, true.return_c), quantum=1000.0)
    assert not coarse.real[-6:].all()
    lost = coolant.leak(coarse, quantum=1000.0)
    assert lost is not None
    assert lost.hours == 24
    even = coolant.balance(Pipes(out, out, true.supply_c, true.supply_c), quantum=1000.0)
    assert coolant.leak(even, quantum=1000.0) is None


def test_unknown_hours_neither_tell_nor_clear() -> None:
    true = pipes(0.1)
    gaps = true.return_c.copy()
    gaps[-3:-1] = np.nan
    assert coolant.leak(coolant.balance(Pipes(*parts(true)[:3], gaps))) is not None
    gaps[-30:] = np.nan
    assert coolant.leak(coolant.balance(Pipes(*parts(true)[:3], gaps))) is None
    absurd = coolant.balance(Pipes(*parts(true)[:3], np.full(HOURS, -40.0)))
    assert np.isnan(absurd.lost_kg).all()


def parts(pipes: Pipes) -> tuple[np.ndarray, ...]:
    return pipes.supply_litres, pipes.return_litres, pipes.supply_c, pipes.return_c
