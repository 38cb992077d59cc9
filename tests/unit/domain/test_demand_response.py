"""Events of demand response: their times, their transitions, and what the clock does with them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.demand_response import (
    FARTHEST,
    LONGEST,
    OPEN,
    TRANSITIONS,
    DrEventState,
    NewEvent,
    Times,
    checked_event,
    checked_step,
    due_steps,
    words_for,
)
from domain.errors import BalanceError, ConflictError, InvalidError
from domain.quantities import Commodity

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
minutes = st.integers(-3 * 24 * 60, 3 * 24 * 60)
states = st.sampled_from(DrEventState)


@given(minutes, st.integers(1, 24 * 60), minutes, st.integers(1, 24 * 60))
def test_two_events_overlap_where_they_share_a_minute(a: int, la: int, b: int, lb: int) -> None:
    one = Times(NOW + timedelta(minutes=a), NOW + timedelta(minutes=a + la))
    two = Times(NOW + timedelta(minutes=b), NOW + timedelta(minutes=b + lb))
    shared = bool(set(range(a, a + la)) & set(range(b, b + lb)))
    assert one.overlaps(two) == two.overlaps(one) == shared


@pytest.mark.parametrize(
    ("begin", "length", "code", "field"),
    [
        (-timedelta(seconds=1), HOUR, "DR_EVENT_PAST", "startsAt"),
        (FARTHEST + HOUR, HOUR, "DR_EVENT_FAR", "startsAt"),
        (HOUR, timedelta(), "DR_EVENT_LENGTH", "durationMinutes"),
        (HOUR, -HOUR, "DR_EVENT_LENGTH", "durationMinutes"),
        (HOUR, LONGEST + timedelta(minutes=1), "DR_EVENT_LENGTH", "durationMinutes"),
    ],
)
def test_bad_times_are_refused_by_their_field(
    begin: timedelta, length: timedelta, code: str, field: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        Times.checked(NOW + begin, length, NOW)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_the_longest_event_may_begin_now() -> None:
    assert Times.checked(NOW, LONGEST, NOW).ends_at == NOW + LONGEST


@given(states, minutes, st.integers(1, 24 * 60), minutes)
def test_the_clock_goes_only_where_it_may_and_never_twice(
    state: DrEventState, begin: int, length: int, later: int
) -> None:
    start = NOW + timedelta(minutes=begin)
    times = Times(start, start + timedelta(minutes=length))
    now = NOW + timedelta(minutes=later)
    before = state
    for step in due_steps(state, times, now):
        assert checked_step(before, step) is step
        before = step
    assert list(due_steps(before, times, now)) == []
    if state in OPEN:
        late = DrEventState.COMPLETED if times.ends_at <= now else before
        assert before is late


@given(states, states)
def test_what_is_over_stays_over(before: DrEventState, after: DrEventState) -> None:
    if before not in OPEN:
        assert not TRANSITIONS[before]
        with pytest.raises(ConflictError):
            checked_step(before, after)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"level": 0}, "level"),
        ({"level": 4}, "level"),
        ({"priority": 10}, "priority"),
        ({"messages": {"de": "Bitte"}}, "messages"),
        ({"messages": {"ro": ""}}, "messages"),
        ({"messages": {"ru": "x" * 501}}, "messages"),
    ],
)
def test_what_no_telephone_or_standard_can_carry_is_refused(
    changed: dict[str, object], field: str
) -> None:
    good: dict[str, object] = {
        "name": "Evening peak",
        "commodity": Commodity.ELECTRICITY,
        "level": 1,
        "priority": 5,
        "times": Times(NOW, NOW + HOUR),
        "messages": {"en": "Thank you"},
    }
    assert checked_event(NewEvent(**good))  # type: ignore[arg-type]  # by name
    with pytest.raises(BalanceError) as refused:
        checked_event(NewEvent(**good | changed))  # type: ignore[arg-type]  # by name
    assert refused.value.field == field


def test_a_reader_gets_their_language_or_another_rather_than_nothing() -> None:
    said = {"ru": "Спасибо", "ro": "Mulțumim"}
    assert words_for(said, "ro") == "Mulțumim"
    assert words_for(said, "en") == "Спасибо"
    assert words_for({}, "en") is None
