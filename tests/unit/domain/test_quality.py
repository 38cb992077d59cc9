"""The order in which one quality speaks for many."""

from itertools import pairwise

import numpy as np

from domain.quality import ORDER, Quality, arrival_quality, code_at, place_of


def test_the_order_is_the_contracts() -> None:
    assert [int(code) for code in ORDER] == [5, 9, 6, 4, 3, 2, 1, 7, 0, 8]


def test_the_least_place_is_the_one_that_speaks() -> None:
    for worse, better in pairwise(ORDER):
        both = np.array([better, worse], dtype=np.uint8)
        assert code_at(place_of(both).min()[None])[0] == worse
    assert sorted(ORDER) == sorted(Quality)


def test_arrival_is_judged_by_the_delay_alone() -> None:
    delays = np.array([-60.0, 7200.0, 7200.5, 86400.0, 86400.5])
    assert arrival_quality(delays).tolist() == [0, 0, 7, 7, 1]
