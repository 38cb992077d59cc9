"""Merging readings: the rules of the store as properties."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from domain.merging import Facts, merge
from domain.quality import Quality

HOURS = 6
CODES = (Quality.ON_TIME, Quality.LATE, Quality.BACKFILLED, Quality.MANUAL)

cells = st.one_of(st.none(), st.tuples(st.integers(0, 3), st.sampled_from(CODES)))
rows = st.lists(cells, min_size=HOURS, max_size=HOURS)


def facts(row: list[tuple[int, Quality] | None]) -> Facts:
    return Facts(
        counter=np.array([cell[0] if cell else 0 for cell in row], dtype=np.int64),
        code=np.array([cell[1] if cell else 0 for cell in row], dtype=np.uint8),
        known=np.array([cell is not None for cell in row]),
    )


def assert_same(one: Facts, other: Facts) -> None:
    assert_array_equal(one.counter, other.counter)
    assert_array_equal(one.code, other.code)
    assert_array_equal(one.known, other.known)


@given(rows, rows)
def test_merging_again_changes_nothing(
    stored: list[tuple[int, Quality] | None], arriving: list[tuple[int, Quality] | None]
) -> None:
    once = merge(facts(stored), facts(arriving))
    again = merge(once.facts, facts(arriving))
    assert_same(again.facts, once.facts)
    assert not again.written.any()
    assert not again.displaced.any()


@given(rows, rows)
def test_what_stands_gives_way_to_a_higher_rank_alone(
    stored: list[tuple[int, Quality] | None], arriving: list[tuple[int, Quality] | None]
) -> None:
    merged = merge(facts(stored), facts(arriving))
    for at, (old, new) in enumerate(zip(stored, arriving, strict=True)):
        stands = old or new
        if old and new and old[1] is Quality.MANUAL and new[1] is not Quality.MANUAL:
            stands = new
        assert merged.facts.known[at] == (stands is not None)
        if stands is not None:
            assert (merged.facts.counter[at], merged.facts.code[at]) == stands
        same_rank = old and new and (old[1] is Quality.MANUAL) == (new[1] is Quality.MANUAL)
        assert merged.conflict[at] == bool(same_rank and old and new and old[0] != new[0])
        assert merged.displaced[at] == bool(old and new and stands is new and old[0] != new[0])


@given(st.lists(rows, min_size=1, max_size=5), st.permutations(range(5)))
def test_without_conflicts_the_order_does_not_matter(
    batches: list[list[tuple[int, Quality] | None]], places: list[int]
) -> None:
    # one truth an hour and one code a rank: then nothing depends on who comes first
    truth = [
        [
            (at * 10, Quality.MANUAL if cell[1] is Quality.MANUAL else Quality.ON_TIME)
            if cell
            else None
            for at, cell in enumerate(row)
        ]
        for row in batches
    ]
    results = []
    shuffled = [truth[place] for place in places if place < len(truth)]
    for order in (truth, shuffled):
        standing = facts([None] * HOURS)
        for row in order:
            merged = merge(standing, facts(row))
            assert not merged.conflict.any()
            standing = merged.facts
        results.append(standing)
    assert_same(*results)
