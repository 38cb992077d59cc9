"""Arrays travel whole, and as the same numbers whichever way they are written."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.graphql.scalars import packed
from backend.graphql.transport.operations import encode

NUMBERS = [0.0, 1.0, 0.5, 12.345, float("nan")]


@given(st.lists(st.sampled_from(NUMBERS), max_size=4), st.integers(1, 400))
def test_a_packed_array_is_the_same_json(cycle: list[float], times: int) -> None:
    for array in (
        np.array(cycle * times, dtype=np.float64),
        np.array([9 if np.isnan(one) else one for one in cycle * times], dtype=np.uint8),
        np.array([one == 1 for one in cycle * times], dtype=np.bool_),
    ):
        assert encode({"values": packed(array)}) == encode({"values": array})


@pytest.mark.parametrize("kind", [np.float64, np.uint8, np.int64])
def test_an_integer_is_never_written_as_a_fraction(kind: type) -> None:
    array = np.ones(5, dtype=kind)
    assert encode(packed(array)) == (
        b"[1.0,1.0,1.0,1.0,1.0]" if kind is np.float64 else b"[1,1,1,1,1]"
    )


def test_what_is_no_array_is_left_alone() -> None:
    assert packed([1, 1]) == [1, 1]
    assert packed(None) is None
