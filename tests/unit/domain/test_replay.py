"""The replay window against a model that remembers everything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.authenticity import REPLAY_WINDOW
from domain.replay import CounterUsedError, ReplayWindow

counters = st.one_of(st.integers(0, 200), st.integers(0, 2**63 - 1))


@given(st.lists(counters, max_size=150))
def test_a_counter_is_taken_once_and_not_from_too_far_behind(numbers: list[int]) -> None:
    window, seen = ReplayWindow(), set[int]()
    for number in numbers:
        highest = max(seen, default=-1)
        if number in seen or number <= highest - REPLAY_WINDOW:
            with pytest.raises(CounterUsedError) as refused:
                window.use(number)
            assert refused.value.highest == highest
        else:
            window = window.use(number)
            seen.add(number)
        assert window.seen < 2**REPLAY_WINDOW


def test_the_contracts_edges() -> None:
    window = ReplayWindow().use(100)
    assert window.use(37).highest == 100  # highest - 63
    with pytest.raises(CounterUsedError):
        window.use(36)
    with pytest.raises(CounterUsedError):
        window.use(100)
