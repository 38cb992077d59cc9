"""Rules of validation: what is wrong is found where it is, and habits are held against nobody."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analytics.validation import (
    DAY,
    HISTORY_DAYS,
    Flag,
    Hours,
    Removed,
    Rule,
    Steps,
    counter_flags,
    flags,
    loss_flags,
)
from domain.errors import ShapeError

DAYS = HISTORY_DAYS + 5
EDGE = HISTORY_DAYS * DAY
START = 480_000


def hours(values: np.ndarray, measured: np.ndarray | None = None, **changed: object) -> Hours:
    fields: dict[str, object] = {
        "start": START,
        "values": values,
        "measured": np.ones(values.shape, np.bool_) if measured is None else measured,
        "quantum": np.ones(len(values)),
        "siblings": np.full(len(values), -1),
    }
    return Hours(**{**fields, **changed})  # type: ignore[arg-type]


def homes(size: int = 1, seed: int = 5) -> np.ndarray:
    """Loads with a daily shape and noise: nothing is wrong with them."""
    random = np.random.default_rng(seed)
    shape = 300 + 200 * np.sin(np.arange(DAYS * DAY) * 2 * np.pi / DAY)
    found: np.ndarray = (shape + random.integers(0, 150, (size, DAYS * DAY))).astype(np.int64)
    return found


def rules(found: list[Flag]) -> set[Rule]:
    return {flag.rule for flag in found}


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert flags(hours(homes(20), siblings=np.zeros(20, np.int64))) == []


@given(
    arrays(np.int64, (3, DAYS * DAY), elements=st.integers(0, 10**9), fill=st.integers(0, 900)),
    arrays(np.bool_, (3, DAYS * DAY), fill=st.booleans()),
)
@settings(max_examples=60)
def test_whatever_is_judged_flags_lie_in_their_days_and_are_told_in_numbers(
    values: np.ndarray, measured: np.ndarray
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = flags(hours(values, measured, siblings=np.zeros(3, np.int64)))
    for flag in found:
        assert START + EDGE < flag.end <= START + DAYS * DAY
        assert START <= flag.start < flag.end
        assert np.isfinite(list(flag.evidence.values())).all()
        inside = measured[flag.row, flag.start - START : flag.end - START]
        assert inside.all(), "no estimate is judged"
    assert flags(hours(values, np.zeros_like(measured))) == []


@given(st.integers(1, 1000), st.integers(0, 10**6))
@settings(max_examples=30)
def test_rules_do_not_depend_on_the_unit(factor: int, seed: int) -> None:
    values = np.random.default_rng(seed).integers(0, 2000, (4, DAYS * DAY))
    values[0, -60:] = 0
    values[1, -30] = 90_000
    plain = flags(hours(values, siblings=np.zeros(4, np.int64)))
    scaled = flags(
        hours(values * factor, quantum=np.full(4, float(factor)), siblings=np.zeros(4, np.int64))
    )
    assert [(f.row, f.rule, f.start, f.end) for f in plain] == [
        (f.row, f.rule, f.start, f.end) for f in scaled
    ]


@given(st.integers(0, 5 * DAY - 1), st.integers(3000, 10**7))
@settings(max_examples=40)
def test_a_spike_is_found_in_its_hour(at: int, value: int) -> None:
    values = homes()
    values[0, EDGE + at] = value
    found = [flag for flag in flags(hours(values)) if flag.rule is Rule.SPIKE]
    assert [(flag.start, flag.end) for flag in found] == [
        (START + EDGE + at, START + EDGE + at + 1)
    ]
    assert found[0].evidence["value"] == value


@given(st.integers(0, 60), st.integers(1, 60))
@settings(max_examples=60)
def test_a_run_of_zeros_is_found_from_48_hours_on(start: int, length: int) -> None:
    values = homes()
    values[0, EDGE + start : EDGE + start + length] = 0
    found = [flag for flag in flags(hours(values)) if flag.rule is Rule.ZERO_RUN]
    spans = [(flag.start - START - EDGE, flag.end - START - EDGE) for flag in found]
    assert spans == ([(start, start + length)] if length >= 48 else [])


def test_who_is_often_away_may_be_away() -> None:
    values = homes()
    values[0, 200:260] = 0
    values[0, EDGE : EDGE + 60] = 0
    assert Rule.ZERO_RUN not in rules(flags(hours(values)))


@given(st.integers(0, 60), st.integers(1, 50))
@settings(max_examples=60)
def test_a_frozen_value_is_found_from_12_hours_on(start: int, length: int) -> None:
    values = homes()
    values[0, EDGE + start : EDGE + start + length] = 5555
    found = [flag for flag in flags(hours(values)) if flag.rule is Rule.FROZEN]
    spans = [(flag.start - START - EDGE, flag.end - START - EDGE) for flag in found]
    assert spans == ([(start, start + length)] if length >= 12 else [])


def test_a_steady_load_may_be_steady() -> None:
    values = np.full((1, DAYS * DAY), 700)
    assert flags(hours(values)) == []


@pytest.mark.parametrize(("factor", "rule"), [(4, Rule.HIGH), (0.25, Rule.LOW)])
def test_days_unlike_the_same_weekday_before_are_found_together(factor: float, rule: Rule) -> None:
    values = homes()
    days = slice(EDGE + DAY, EDGE + 3 * DAY)
    values[0, days] = values[0, days] * factor
    (found,) = [flag for flag in flags(hours(values)) if flag.rule in {Rule.HIGH, Rule.LOW}]
    assert (found.rule, found.start, found.end) == (rule, START + days.start, START + days.stop)


def test_a_meter_that_leaves_its_siblings_is_found_and_a_common_change_is_not() -> None:
    values = homes(9)
    alike = np.zeros(9, np.int64)
    values[3, -2 * DAY :] //= 6
    found = [f for f in flags(hours(values, siblings=alike)) if f.rule is Rule.SIBLING]
    assert [(f.row, f.end - f.start) for f in found] == [(3, 2 * DAY)]
    values = homes(9)
    values[:, -2 * DAY :] //= 6
    assert Rule.SIBLING not in rules(flags(hours(values, siblings=alike)))


def steps(*pairs: tuple[int, int], wrap: int = 2**16, most: float = 100) -> list[Rule]:
    size = len(pairs)
    before, after = (np.array(column) for column in zip(*pairs, strict=True))
    each = np.zeros(size, np.int64), np.arange(size), np.ones(size, np.int64)
    made = Steps(*each, before, after, np.full(size, wrap), np.full(size, most))
    return [flag.rule for flag in counter_flags(made)]


def test_a_counter_that_goes_on_or_round_is_sound() -> None:
    assert steps((0, 0), (5, 100), (65_500, 40)) == []


def test_a_counter_that_goes_back_begins_again_or_races_is_told_apart() -> None:
    assert steps((500, 450)) == [Rule.BACKWARDS]
    assert steps((40_000, 3)) == [Rule.RESET]
    assert steps((500, 30_000)) == [Rule.ABOVE_CAPACITY]


@given(st.integers(0, 2**16 - 1), st.integers(0, 120), st.integers(1, 5))
def test_no_flow_within_the_capacity_is_flagged(before: int, pulses: int, gap: int) -> None:
    one = np.zeros(1, np.int64), np.zeros(1, np.int64), np.array([gap])
    after = np.array([(before + pulses) % 2**16])
    made = Steps(*one, np.array([before]), after, np.array([2**16]), np.array([100.0]))
    assert counter_flags(made) == []


def test_lost_pulses_show_when_the_dial_is_read() -> None:
    def removed(final: int) -> list[Flag]:
        one = [np.array([number]) for number in (0, 9, 1000, 101_000, final, 1, 5000)]
        return loss_flags(Removed(*one))

    assert removed(101_000) == []
    assert removed(106_000) == [], "flowed after the last counter"
    (found,) = removed(116_000)
    assert (found.rule, found.evidence) == (
        Rule.PULSE_LOSS,
        {"counted": 100_000, "dial": 115_000},
    )


def test_arrays_that_do_not_line_up_are_refused() -> None:
    with pytest.raises(ShapeError):
        hours(homes()[:, :-1])
    with pytest.raises(ShapeError):
        hours(homes(), quantum=np.ones(2))
