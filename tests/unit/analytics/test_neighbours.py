"""Who stands behind an average: never fewer than five, and never one more than before."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.neighbours import LEAD_H, LEAST_HOMES, Behind, behind, compare
from domain.quality import Quality

HOURS = 12
WIDE = LEAD_H + HOURS
DELAYS = [0, 0, 0, 1, 3, 8, 40]
BLANK = np.full(8, np.nan)


def all_known(homes: int) -> tuple[np.ndarray, np.ndarray]:
    return np.ones((homes, WIDE), np.bool_), np.zeros((homes, WIDE), np.uint8)


def who(homes: int, *, hours_over: int = WIDE) -> Behind:
    return behind(*all_known(homes), hours_over)


def test_five_homes_are_told_and_four_are_not() -> None:
    assert who(LEAST_HOMES).told.all()
    assert not who(LEAST_HOMES - 1).told.any()
    assert not who(0).told.any()


def test_who_comes_late_stands_behind_nothing_that_was_told() -> None:
    known, codes = all_known(7)
    at = LEAD_H + 3
    known[6, at], codes[6, at] = False, Quality.MISSING
    before = behind(known, codes, WIDE + 10)
    known[6, at], codes[6, at] = True, Quality.LATE
    after = behind(known, codes, WIDE + 10)
    assert before.told.all()
    assert after.told.all()
    assert (before.homes == after.homes).all()
    assert not after.homes[6, 3:5].any(), "both hours of a late counter are the home's own affair"
    assert after.homes[6, 5:].all()


def test_an_hour_waits_for_who_came_lately_until_nobody_comes_on_time_any_more() -> None:
    known, codes = all_known(7)
    known[6, -1], codes[6, -1] = False, Quality.MISSING
    for later, told in ((0, False), (2, False), (3, True)):
        assert behind(known, codes, WIDE + later).told[-1] == told
    known[6], codes[6] = False, Quality.MISSING
    assert behind(known, codes, WIDE).told.all(), "a dead meter holds nobody up"


def test_a_house_that_was_silent_as_a_whole_is_told_by_all_that_came_later() -> None:
    known, codes = all_known(6)
    codes[:] = Quality.BACKFILLED
    assert behind(known, codes, WIDE).told.all()
    known[0] = False
    assert (behind(known, codes, WIDE).homes.sum(axis=0) == 5).all()


@given(st.data())
def test_hours_come_one_after_another_and_no_average_ever_gains_one_home(
    data: st.DataObject,
) -> None:
    """Whenever it is looked: an hour that is told keeps its homes, or gains and loses none."""
    homes = data.draw(st.integers(5, 8))
    delay = np.array(
        data.draw(st.lists(st.sampled_from(DELAYS), min_size=homes * WIDE, max_size=homes * WIDE))
    ).reshape(homes, WIDE)
    ends = np.arange(1, WIDE + 1)
    told: dict[int, frozenset[int]] = {}
    for now in range(LEAD_H, WIDE + 12):
        came = ends + delay <= now
        known = came.copy()
        known[:, 1:] &= came[:, :-1]
        codes = np.where(delay <= 2, Quality.ON_TIME, Quality.LATE)
        codes = np.where(came, codes, Quality.MISSING).astype(np.uint8)
        found = behind(known, codes, now)
        for hour in np.flatnonzero(found.told).tolist():
            mine = frozenset(np.flatnonzero(found.homes[:, hour]).tolist())
            prompt = (delay[:, hour + LEAD_H] <= 2) & (delay[:, hour + LEAD_H - 1] <= 2)
            if prompt.sum() >= LEAST_HOMES:
                assert told.setdefault(hour, mine) == mine
            assert len(mine) >= LEAST_HOMES


def test_a_comparison_is_a_sum_of_its_hours() -> None:
    rng = np.random.default_rng(7)
    own, others = rng.uniform(1, 9, HOURS), rng.uniform(1, 9, (6, HOURS))
    areas = 50.0, np.full(6, 100.0)
    whole = compare(own, others, who(6), areas)
    by_hand = (own / 50) / ((own / 50 + (others / 100).sum(axis=0)) / 7)
    assert whole.by_area
    assert whole.homes == 6
    mean = (own + others.sum(axis=0)) / 7
    assert whole.average == pytest.approx(mean.sum())
    assert whole.consumption == pytest.approx(
        (own / 50).sum() / ((own / 50) / by_hand).sum(), abs=1e-4
    )


def test_a_home_of_which_too_little_is_known_is_not_compared() -> None:
    own, others = np.ones(HOURS), np.ones((6, HOURS))
    assert compare(own, others, who(6), (np.nan, BLANK[:6])).consumption == 1.0
    own[:2] = np.nan
    found = compare(own, others, who(6), (np.nan, BLANK[:6]))
    assert (found.average, found.consumption, found.homes) == (None, None, 6)
    few = compare(np.ones(HOURS), np.ones((4, HOURS)), who(4), (np.nan, BLANK[:4]))
    assert (few.average, few.consumption, few.homes) == (None, None, 4)


def test_a_house_that_takes_nothing_has_no_average_to_divide_by() -> None:
    found = compare(np.zeros(HOURS), np.zeros((6, HOURS)), who(6), (np.nan, BLANK[:6]))
    assert (found.average, found.consumption) == (0.0, None)


def test_the_one_home_without_an_area_is_not_reckoned_from_the_two_averages() -> None:
    """Homes of one size: seven times the average, without six times that by area, is the last's."""
    rng = np.random.default_rng(11)
    own, others = rng.uniform(1, 9, HOURS), rng.uniform(1, 9, (6, HOURS))
    areas = np.array([50.0] * 5 + [np.nan])
    assert not compare(own, others, who(6), (50.0, areas)).by_area
    assert compare(own, others, who(6), (50.0, np.full(6, 50.0))).by_area
    assert compare(own, others, who(6), (50.0, areas)).consumption == pytest.approx(
        own.sum() / ((own + others.sum(axis=0)) / 7).sum(), abs=1e-4
    )


@given(st.lists(st.sampled_from([50.0, np.nan]), min_size=1, max_size=14), st.data())
def test_no_two_averages_differ_by_fewer_than_five_homes(
    areas: list[float], data: st.DataObject
) -> None:
    size = len(areas)
    known = np.ones((size, WIDE), np.bool_)
    known[:, data.draw(st.integers(0, WIDE - 1)) :] = data.draw(
        st.lists(st.booleans(), min_size=size, max_size=size).map(
            lambda row: np.array(row)[:, None]
        )
    )
    behind_it = behind(known, np.zeros((size, WIDE), np.uint8), WIDE)
    found = compare(np.ones(HOURS), np.ones((size, HOURS)), behind_it, (50.0, np.array(areas)))
    if found.by_area:
        left = (behind_it.homes & np.isnan(areas)[:, None])[:, behind_it.told].sum(axis=0)
        assert ((left == 0) | (left >= LEAST_HOMES)).all()
