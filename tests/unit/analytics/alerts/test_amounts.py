"""Sums, peaks and silence against what a plain loop counts."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analytics.alerts import amounts

SHAPE = (5, 30)
VALUES = arrays(np.int64, SHAPE, elements=st.integers(0, 9))
KNOWN = arrays(np.bool_, SHAPE)
BOUNDS = arrays(np.int64, (5,), elements=st.integers(-5, 40))


@given(VALUES, KNOWN, BOUNDS, BOUNDS)
def test_sums_and_peaks_are_of_the_known_hours_within(
    values: np.ndarray, known: np.ndarray, low: np.ndarray, high: np.ndarray
) -> None:
    chosen = amounts.between(known, 0, low, high)
    total, peak = amounts.sums(values, chosen), amounts.peaks(values, chosen)
    last = amounts.newest(values, chosen)
    for row in range(5):
        hours = [at for at in range(30) if known[row, at] and low[row] <= at < high[row]]
        if not hours:
            assert np.isnan([total[row], peak[row], last[row]]).all()
            continue
        assert total[row] == sum(values[row, at] for at in hours)
        assert peak[row] == max(values[row, at] for at in hours)
        assert last[row] == values[row, hours[-1]]


@given(VALUES, KNOWN, BOUNDS)
def test_silence_and_idleness_count_hours_back_from_now(
    values: np.ndarray, known: np.ndarray, since: np.ndarray
) -> None:
    silent = amounts.silent_h(known, 0, 30, since)
    idle = amounts.idle_h(values, known, 0, since)
    for row in range(5):
        heard = [at + 1 for at in range(30) if known[row, at]]
        assert silent[row] == 30 - (heard[-1] if heard else max(since[row], 0))
        if not heard:
            assert np.isnan(idle[row])
            continue
        run, at = 0, heard[-1] - 1
        while at >= max(since[row], 0) and known[row, at] and values[row, at] == 0:
            run, at = run + 1, at - 1
        assert idle[row] == run


def test_nothing_known_is_nothing_said() -> None:
    none = np.zeros((2, 0), np.int64)
    empty = np.zeros((2, 0), np.bool_)
    for found in (
        amounts.sums(none, empty),
        amounts.peaks(none, empty),
        amounts.newest(none, empty),
    ):
        assert np.isnan(found).all()


def test_an_empty_home_is_known_by_its_quiet_hours() -> None:
    night = np.tile([50, 50, 50, 50, 50, 50, 900, 400], (1, 12))
    limit = amounts.away_limit(night, np.ones(night.shape, np.bool_))
    assert limit.tolist() == [100.0]
    assert np.isnan(amounts.away_limit(night[:, :40], np.ones((1, 40), np.bool_))).all()
