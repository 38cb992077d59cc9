"""Gains of meters from a balance: slow meters in real loads, and what is not to be told."""

import numpy as np
import pytest

from analytics import gains
from domain.errors import ShapeError
from simulator.sources import homes_wh


def group(first: int, homes: int = 30, *, slow: dict[int, float] | None = None) -> tuple:
    """Real homes whose inlet loses four percent, and meters that count too little."""
    true = homes_wh()[:, first : first + homes].T / 1000
    load = true.sum(axis=0)
    chance = np.random.default_rng(first)
    supplied = (
        load * (1.02 + 0.02 * load / load.mean()) * (1 + 0.002 * chance.normal(size=len(load)))
    )
    readings = true.copy()
    for meter, share in (slow or {}).items():
        readings[meter] /= 1 + share
    return supplied, readings


@pytest.mark.parametrize("first", [0, 90, 210])
def test_slow_meters_in_real_loads_are_seen_within_their_error(first: int) -> None:
    slow = {4: 0.08, 11: 0.05}
    supplied, readings = group(first, slow=slow)
    found = gains.estimate(supplied, readings)
    assert found is not None
    assert found.hours == supplied.size
    for meter, share in slow.items():
        assert abs(found.share[meter] - share) < 3.5 * found.error[meter]
    sound = [at for at in range(30) if at not in slow and readings[at].sum() > 0]
    off = np.abs(found.share[sound]) / found.error[sound]
    assert np.mean(off < 2) > 0.8
    assert off.max() < 4.5


def test_losses_of_all_are_nobodys_error() -> None:
    supplied, readings = group(60)
    found = gains.estimate(supplied, readings)
    assert found is not None
    assert abs(found.share.mean()) < 0.01


def test_who_uses_nothing_stays_unknown() -> None:
    supplied, readings = group(0)
    readings[3] = 0
    found = gains.estimate(supplied - group(0)[1][3], readings)
    assert found is not None
    assert found.error[3] == pytest.approx(gains.PRIOR)
    assert found.share[3] == pytest.approx(0, abs=1e-9)


def test_few_whole_hours_tell_nothing() -> None:
    supplied, readings = group(0)
    readings[0, 100:] = np.nan
    assert gains.estimate(supplied, readings) is None
    assert gains.estimate(supplied, np.zeros_like(readings)) is None
    assert gains.estimate(np.full_like(supplied, np.nan), readings) is None


def test_a_group_of_one_is_all_loss() -> None:
    supplied, readings = group(0, homes=1)
    found = gains.estimate(supplied, readings)
    assert found is not None
    assert found.error[0] == pytest.approx(gains.PRIOR, rel=0.05)


def test_other_hours_are_refused() -> None:
    with pytest.raises(ShapeError):
        gains.estimate(np.ones(3), np.ones((2, 4)))
