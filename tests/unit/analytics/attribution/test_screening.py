"""Sums over days as products of matrices, and runs by their last end."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.attribution.screening import _daily_products
from analytics.leaks.stretches import length, without

lengths = st.lists(st.sampled_from([23, 24, 24, 24, 25]), min_size=1, max_size=9)


@given(lengths, st.integers(1, 5), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_products_of_days_are_the_sums_of_each_day(
    days: list[int], rows: int, columns: int, seed: int
) -> None:
    """Days of 23 and 25 hours among them."""
    chance = np.random.default_rng(seed)
    shapes = chance.standard_normal((rows, sum(days)))
    beside = chance.standard_normal((columns, sum(days)))
    starts = np.cumsum([0, *days[:-1]])
    found = _daily_products(shapes, beside, starts)
    expected = np.add.reduceat(shapes[None] * beside[:, None], starts, axis=2)
    assert found.shape == (columns, rows, len(days))
    assert np.allclose(found, expected)


def _slowly(ended: list[bool], unknown: list[bool], longest_gap: int) -> list[int]:
    run, gap, found = 0, 0, []
    for stop, blank in zip(ended, unknown, strict=True):
        gap = gap + 1 if blank else 0
        if stop or gap > longest_gap:
            run = 0
        elif not blank:
            run += 1
        found.append(run)
    return found


hours = st.lists(st.sampled_from("....x?"), min_size=1, max_size=40)


@given(st.lists(hours, min_size=1, max_size=4), st.integers(1, 6))
def test_a_row_with_gaps_leaves_those_beside_it_as_they_are(
    rows: list[list[str]], longest_gap: int
) -> None:
    """x ends a stretch, ? is unknown."""
    size = min(len(row) for row in rows)
    ended = np.array([[one == "x" for one in row[:size]] for row in rows])
    unknown = np.array([[one == "?" for one in row[:size]] for row in rows])
    found = without(ended, unknown, longest_gap).tolist()
    assert found == [
        _slowly(own.tolist(), blank.tolist(), longest_gap)
        for own, blank in zip(ended, unknown, strict=True)
    ]
    assert length(ended).tolist() == without(ended, np.zeros_like(ended), longest_gap).tolist()
