"""Counters packed into columns and back."""

import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from backend.store import day_rows, hour_rows
from backend.store.hour_rows import SLOTS
from domain.merging import Facts

counters = st.integers(0, 2**32 - 1)


def array_send(values: list[int | None]) -> bytes:
    """An int4 array as the server's ``array_send`` writes it (its arrayfuncs.c)."""
    head = struct.pack(">iiIii", 1, None in values, 23, len(values), 1)
    parts = [
        struct.pack(">i", -1) if value is None else struct.pack(">iI", 4, value) for value in values
    ]
    return head + b"".join(parts)


@given(st.lists(st.lists(st.none() | counters, min_size=5, max_size=5), min_size=1, max_size=9))
def test_arrays_of_the_server_are_read_with_and_without_nulls(rows: list[list[int | None]]) -> None:
    counter, known = day_rows.unpack_counters([array_send(row) for row in rows], 5)
    assert known.tolist() == [[value is not None for value in row] for row in rows]
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
    shape = (len(rows), SLOTS)
    facts = Facts(np.zeros(shape, np.int64), np.zeros(shape, np.uint8), np.zeros(shape, np.bool_))
    for at, row in enumerate(rows):
        for slot, (counter, code) in row.items():
            facts.counter[at, slot], facts.code[at, slot] = counter, code
            facts.known[at, slot] = True
    found = hour_rows.unpack(*hour_rows.pack(facts))
    for name in ("counter", "code", "known"):
        assert_array_equal(getattr(found, name), getattr(facts, name))
