"""Counters packed into columns and back."""

import struct
from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from backend.store.hours import day_rows, hour_rows, month_rows
from backend.store.hours.hour_rows import SLOTS
from domain.hours import first_hour
from domain.merging import Facts

counters = st.integers(0, 2**32 - 1)


def array_send(values: list[int | None]) -> bytes:
    """An int4 array as the server's ``array_send`` writes it (its arrayfuncs.c)."""
    head = struct.pack(">iiIii", 1, None in values, 23, len(values), 1)
    parts = [
        struct.pack(">i", -1) if value is None else struct.pack(">iI", 4, value) for value in values
    ]
    return head + b"".join(parts)


def facts_of(rows: list[dict[int, tuple[int, int]]], slots: int) -> Facts:
    shape = (len(rows), slots)
    facts = Facts(np.zeros(shape, np.int64), np.zeros(shape, np.uint8), np.zeros(shape, np.bool_))
    for at, row in enumerate(rows):
        for slot, (counter, code) in row.items():
            facts.counter[at, slot], facts.code[at, slot] = counter, code
            facts.known[at, slot] = True
    return facts


def same(found: Facts, facts: Facts) -> None:
    for name in ("counter", "code", "known"):
        assert_array_equal(getattr(found, name), getattr(facts, name))


@given(st.lists(st.lists(st.none() | counters, min_size=5, max_size=5), min_size=1, max_size=9))
def test_arrays_of_the_server_are_read_with_and_without_nulls(rows: list[list[int | None]]) -> None:
    arrays = [array_send(row) for row in rows]
    sizes = np.array([len(one) for one in arrays])
    counter, known = day_rows.unpack_counters(b"".join(arrays), sizes, 5)
    told = np.ones((len(rows), 5), np.bool_) if known is None else known
    assert told.tolist() == [[value is not None for value in row] for row in rows]
    assert counter.tolist() == [[value or 0 for value in row] for row in rows]


@given(
    st.lists(
        st.dictionaries(st.integers(0, SLOTS - 1), st.tuples(counters, st.integers(0, 7))),
        min_size=1,
        max_size=6,
    )
)
def test_rows_of_an_hour_are_read_as_they_were_written(
    rows: list[dict[int, tuple[int, int]]],
) -> None:
    facts = facts_of(rows, SLOTS)
    same(hour_rows.unpack(*hour_rows.pack(facts)), facts)


@given(
    st.lists(
        st.tuples(
            st.integers(660, 700),  # months from 2025 on
            st.dictionaries(
                st.integers(0, 671), st.tuples(counters, st.integers(0, 7)), min_size=1
            ),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_rows_of_a_month_are_read_as_they_were_written(
    rows: list[tuple[int, dict[int, tuple[int, int]]]],
) -> None:
    facts = facts_of([row for _, row in rows], month_rows.SLOTS)
    hours = month_rows.hours_in(np.array([month for month, _ in rows]))
    same(month_rows.unpack(month_rows.pack(facts, hours), hours), facts)


@given(st.integers(0, 2**32 - 1), st.sampled_from([200, 60_000, 2**31]), st.integers(0, 40))
def test_a_whole_month_of_a_meter_takes_one_to_four_bytes_an_hour(
    start: int, most: int, seed: int
) -> None:
    hours = month_rows.hours_in(np.array([681]))  # October 2026
    steps = np.random.default_rng(seed).integers(0, most, hours[0]).cumsum()
    facts = facts_of([{at: ((start + int(step)) % 2**32, 0) for at, step in enumerate(steps)}], 744)
    columns = month_rows.pack(facts, hours)
    width = {200: 1, 60_000: 2, 2**31: 4}[most]
    assert [len(one) for one in columns.increments] == [width * 743]
    assert (columns.known, columns.codes) == ([None], [None])
    same(month_rows.unpack(columns, hours), facts)


def test_hours_find_their_month_across_years() -> None:
    hours = np.array([first_hour(date(2027, 12, 31)) + 23, first_hour(date(2028, 2, 29))])
    one, month, slot = month_rows.place(np.array([5, 6]), hours)
    assert one.tolist() == [5, 6]
    assert [month_rows.month_date(at) for at in month.tolist()] == [
        date(2027, 12, 1),
        date(2028, 2, 1),
    ]
    assert slot.tolist() == [743, 28 * 24]
    assert month_rows.hours_in(month).tolist() == [744, 29 * 24]
