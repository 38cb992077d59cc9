"""What is handed on of hours read once is what was read."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.registers import Hourly
from backend.services.findings.ground import _Read, _taken


def _read(chance: np.random.Generator, start: int, rows: int, hours: int, *, back: bool) -> _Read:
    shape = rows, hours
    hourly = Hourly(
        chance.integers(0, 1000, shape),
        chance.random(shape) < 0.9,
        chance.integers(0, 9, shape).astype(np.uint8),
        chance.integers(0, 5, shape) if back else None,
    )
    return _Read(start, hourly)


@given(st.integers(0, 2**32 - 1), st.sets(st.integers(0, 1)))
def test_rows_of_two_looks_come_in_the_order_asked_for(seed: int, backward: set[int]) -> None:
    """Looks may begin at different hours, and only one of them may have hours counted back."""
    chance = np.random.default_rng(seed)
    reads = [
        _read(chance, 10, 3, 30, back=0 in backward),
        _read(chance, 8, 4, 32, back=1 in backward),
    ]
    places = [(which, row) for which in (0, 1) for row in range(3 + which)]
    order = [places[at] for at in chance.permutation(len(places))]
    found = _taken([(reads[which], row) for which, row in order], 15, 35)
    for at, (which, row) in enumerate(order):
        read, part = reads[which], slice(15 - reads[which].start, 35 - reads[which].start)
        assert (found.values[at] == read.hourly.values[row, part]).all()
        assert (found.known[at] == read.hourly.known[row, part]).all()
        assert (found.codes[at] == read.hourly.codes[row, part]).all()
        if read.hourly.back is not None:
            assert found.back is not None
            assert (found.back[at] == read.hourly.back[row, part]).all()
    assert (found.back is None) == (not backward)
