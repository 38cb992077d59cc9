"""Gaps name every missing hour once, newest first, within the bounds of an answer."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from domain.gaps import MOST_ASKED, MOST_CHANNELS, gap_of, gaps_of, unanswered


@given(arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 15))))
def test_every_missing_hour_is_named_once(missing: np.ndarray) -> None:
    size = len(missing)
    network, address = 1 + np.arange(size) % 3, 100 + np.arange(size)
    found = gaps_of(network, address, missing, 1000)
    named = [
        (gap.network, channel, hour)
        for gap in found
        for channel in gap.channels
        for hour in range(gap.start, gap.end)
    ]
    rows, hours = np.nonzero(missing)
    expected = {
        (int(network[row]), int(address[row]), 1000 + int(hour))
        for row, hour in zip(rows, hours, strict=True)
    }
    assert len(named) == len(set(named))
    assert set(named) == expected
    ends = [gap.end for gap in found]
    assert ends == sorted(ends, reverse=True)
    spans = [(gap.network, gap.start, gap.end) for gap in found]
    assert len(spans) == len(set(spans))
    assert [gap_of(gap.document()) for gap in found] == found


def test_the_newest_are_asked_for_when_there_are_many() -> None:
    missing = np.zeros((1, 1000), np.bool_)
    missing[0, ::2] = True
    found = gaps_of(np.array([1]), np.array([5]), missing, 0)
    assert len(found) == MOST_ASKED
    assert found[0].end == 999
    wide = gaps_of(np.ones(9_000, np.int64), np.arange(9_000), np.ones((9_000, 3), np.bool_), 0)
    assert sum(len(gap.channels) for gap in wide) == MOST_CHANNELS


def test_what_a_push_brings_whole_is_not_asked_for() -> None:
    missing = np.array([[1, 1, 0, 1], [1, 1, 0, 0]], np.bool_)
    found = gaps_of(np.array([1, 1]), np.array([5, 6]), missing, 10)
    brought = {(1, 10): {5, 6}, (1, 11): {5, 6}}
    assert [gap.start for gap in unanswered(found, brought)] == [13]
    assert unanswered(found, {(1, 10): {5, 6}, (1, 11): {5}}) == found
