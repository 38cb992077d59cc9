"""Hysteresis, cool-down and dedup hold for any run of values."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.alerts.steps import NEVER, Conditions, Step, steps
from domain.errors import ShapeError

VALUES = st.lists(
    st.one_of(st.floats(0, 200, allow_nan=False), st.just(float("nan"))), min_size=1, max_size=80
)


def judge(limit: float, value: float, *, is_open: bool, closed_h: int, **terms: object) -> Step:
    watched = Conditions(np.array([limit]), np.array([is_open]), np.array([closed_h]))
    found = np.array([value])
    known = {"hysteresis": 0.1, "cool_down_h": 6, **terms}
    (step,) = steps(watched, found, found, **known).tolist()  # type: ignore[arg-type]  # terms of a test
    return Step(step)


def run(values: list[float], limit: float = 100.0, cool_down_h: int = 6) -> list[Step]:
    """What becomes of one condition hour by hour."""
    is_open, closed_at, taken = False, None, []
    for hour, value in enumerate(values):
        closed_h = NEVER if closed_at is None else hour - closed_at
        step = judge(limit, value, is_open=is_open, closed_h=closed_h, cool_down_h=cool_down_h)
        taken.append(step)
        if step in {Step.OPEN, Step.REOPEN}:
            is_open = True
        elif step is Step.CLOSE:
            is_open, closed_at = False, hour
    return taken


@given(VALUES)
def test_an_alert_opens_only_above_its_limit_and_closes_only_well_below(
    values: list[float],
) -> None:
    for value, step in zip(values, run(values), strict=True):
        if step in {Step.OPEN, Step.REOPEN}:
            assert value > 100
        if step is Step.CLOSE:
            assert value <= 90


@given(VALUES)
def test_steps_alternate_so_that_there_are_never_two_alerts(values: list[float]) -> None:
    is_open = False
    for step in run(values):
        if step in {Step.OPEN, Step.REOPEN}:
            assert not is_open
            is_open = True
        elif step is Step.CLOSE:
            assert is_open
            is_open = False
        else:
            assert (step is Step.KEEP) is is_open


@given(VALUES)
def test_people_are_told_at_most_once_in_a_cool_down(values: list[float]) -> None:
    taken = run(values)
    opened = [hour for hour, step in enumerate(taken) if step is Step.OPEN]
    for earlier, later in pairwise(opened):
        closed = max(
            hour for hour, step in enumerate(taken[:later]) if step is Step.CLOSE and hour > earlier
        )
        assert later - closed >= 6


@given(VALUES)
def test_the_unknown_changes_nothing(values: list[float]) -> None:
    gaps = [one for value in values for one in (value, float("nan"))]
    known = [step for step in run(values, cool_down_h=0) if step is not Step.KEEP]
    padded = [step for step in run(gaps, cool_down_h=0) if step is not Step.KEEP]
    told = [step for step in padded if step is not Step.NOTHING]
    assert told == [step for step in known if step is not Step.NOTHING]


@given(VALUES)
def test_judging_again_changes_nothing(values: list[float]) -> None:
    is_open = False
    for value in values:
        step = judge(100, value, is_open=is_open, closed_h=NEVER)
        is_open = step in {Step.OPEN, Step.REOPEN, Step.KEEP}
        again = judge(100, value, is_open=is_open, closed_h=NEVER)
        assert again in ({Step.KEEP} if is_open else {Step.NOTHING})


def test_below_is_the_mirror_of_above() -> None:
    assert judge(98, 97.9, is_open=False, closed_h=NEVER, below=True) is Step.OPEN
    assert judge(98, 98.2, is_open=True, closed_h=NEVER, below=True, hysteresis=0.005) is Step.KEEP
    assert judge(98, 99.0, is_open=True, closed_h=NEVER, below=True, hysteresis=0.005) is Step.CLOSE


def test_a_condition_without_limit_is_never_met() -> None:
    assert judge(float("nan"), 5, is_open=False, closed_h=NEVER) is Step.NOTHING


def test_arrays_must_line_up() -> None:
    watched = Conditions(np.zeros(2), np.zeros(2, bool), np.zeros(2, np.int64))
    with pytest.raises(ShapeError):
        steps(watched, np.zeros(3), np.zeros(2), hysteresis=0, cool_down_h=0)
