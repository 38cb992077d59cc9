"""The states of a command: no way leads to an execution that is late, second or unapproved."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.commands import (
    ANSWER_PATIENCE,
    OPEN,
    TRANSITIONS,
    UNDER_WAY,
    WAITING,
    Ack,
    AckConflictError,
    Cause,
    CommandKind,
    CommandState,
    Order,
    Outcome,
    Release,
    SupplyState,
    TransitionError,
    acknowledge,
    advance,
    checked,
    closes_at,
    first_full_hour,
    ways,
)
from domain.commands_safety import (
    Circumstances,
    CommandPolicy,
    Interlock,
    Tally,
    checked_policy,
    interlock,
    is_too_much,
    needs_second_person,
)
from domain.commands_wire import BadAckError, WireCommand, parse_ack, read_command, write_ack
from domain.errors import InvalidError
from domain.quantities import Commodity

NOW = datetime(2026, 11, 17, 10, 0, tzinfo=UTC)  # a Tuesday
S = CommandState
OFF = Order(CommandKind.SWITCH_SUPPLY, "test", SupplyState.OFF)
ON = Order(CommandKind.SWITCH_SUPPLY, "test", SupplyState.ON)


def paths(start: CommandState, *, released: bool = False) -> Iterator[list[CommandState]]:
    """Every way from a state to where it ends."""
    released = released or start in UNDER_WAY
    if not ways(start, released=released):
        yield [start]
    for state in ways(start, released=released):
        for rest in paths(state, released=released):
            yield [start, *rest]


def test_every_way_to_an_execution_is_approved_queued_and_released_once() -> None:
    found = list(paths(S.DRAFT))
    assert len(found) > 10
    executed = [way for way in found if S.EXECUTED in way]
    assert executed
    for way in executed:
        assert way.count(S.EXECUTED) == 1
        before = way[: way.index(S.EXECUTED)]
        assert [state for state in before if state in {S.APPROVED, S.QUEUED, S.LEASED}] == [
            S.APPROVED,
            S.QUEUED,
            S.LEASED,
        ]
        assert not {S.CANCELLED, S.REJECTED} & set(before)


def test_what_is_closed_stays_closed_but_for_the_devices_own_word() -> None:
    final = set(CommandState) - OPEN - {S.EXECUTED, S.EXPIRED}
    assert all(not TRANSITIONS[state] for state in final)
    assert not TRANSITIONS[S.EXPIRED] & OPEN


def test_a_command_can_be_called_back_only_before_it_left() -> None:
    for state in CommandState:
        assert (S.CANCELLED in TRANSITIONS[state]) == (state in WAITING)
    with pytest.raises(TransitionError):
        advance(S.LEASED, S.CANCELLED)


acks = st.builds(
    Ack,
    command_id=st.just(1),
    outcome=st.sampled_from(Outcome),
    at=st.none() | st.integers(-90_000, 90_000).map(lambda s: NOW + timedelta(seconds=s)),
    code=st.none() | st.just("MOTOR"),
)


@given(
    told=st.lists(st.tuples(acks, st.integers(0, 2000)), max_size=12),
    good_s=st.integers(10, 600),
)
def test_whatever_a_device_says_it_executes_once_and_in_time(
    told: list[tuple[Ack, int]], good_s: int
) -> None:
    release = Release(S.LEASED, NOW + timedelta(seconds=good_s), NOW)
    executions, clock = 0, NOW
    for ack, later in told:
        clock += timedelta(seconds=later)
        if release.state in UNDER_WAY and clock > closes_at(release.state, release.deadline):
            release = replace(release, state=S.EXPIRED)
        try:
            judged = acknowledge(release, ack, clock)
        except AckConflictError:
            continue
        if judged is None:
            continue
        assert judged.state in TRANSITIONS[release.state]
        assert NOW - timedelta(seconds=5) <= judged.at <= clock
        if judged.state is S.EXECUTED:
            executions += 1
            assert judged.at <= release.deadline
        release = replace(release, state=judged.state)
    assert executions <= 1


def test_a_repeated_word_changes_nothing_and_a_late_execution_is_told_as_such() -> None:
    release = Release(S.DELIVERED, NOW + timedelta(seconds=10), NOW)
    late = Ack(1, Outcome.EXECUTED, NOW + timedelta(seconds=11))
    judged = acknowledge(release, late, NOW + timedelta(seconds=20))
    assert judged is not None
    assert (judged.state, judged.code) == (S.FAILED, "EXECUTED_LATE")
    again = replace(release, state=S.FAILED)
    assert acknowledge(again, late, NOW + timedelta(seconds=21)) is None
    done = replace(release, state=S.EXECUTED)
    for outcome in (Outcome.EXECUTED, Outcome.DELIVERED):
        assert acknowledge(done, Ack(1, outcome, NOW), NOW) is None
    with pytest.raises(AckConflictError):
        acknowledge(done, Ack(1, Outcome.FAILED, NOW), NOW)


def test_silence_is_expiry_until_the_device_speaks() -> None:
    release = Release(S.EXPIRED, NOW + timedelta(seconds=10), NOW)
    later = NOW + ANSWER_PATIENCE * 10
    judged = acknowledge(release, Ack(1, Outcome.EXECUTED, NOW + timedelta(seconds=3)), later)
    assert judged is not None
    assert judged.state is S.EXECUTED


@pytest.mark.parametrize(
    "order",
    [
        replace(OFF, reason=" "),
        replace(OFF, reason="x" * 501),
        replace(OFF, supply=None),
        replace(OFF, limit_w=500),
        Order(CommandKind.SET_LOAD_LIMIT, "r"),
        Order(CommandKind.SET_LOAD_LIMIT, "r", limit_w=0),
        Order(CommandKind.REQUEST_READING, "r", SupplyState.ON),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(order: Order) -> None:
    with pytest.raises(InvalidError):
        checked(order)


def debt(**more: object) -> Order:
    return replace(OFF, cause=Cause.NON_PAYMENT, **more)  # type: ignore[arg-type]


PLACE = Circumstances(
    Commodity.ELECTRICITY, "Europe/Chisinau", notice_given_at=NOW - timedelta(days=30)
)


@pytest.mark.parametrize(
    ("order", "place", "now", "found"),
    [
        (OFF, PLACE, NOW, None),
        (debt(), PLACE, NOW, None),
        (OFF, replace(PLACE, critical=True), NOW, Interlock.CRITICAL),
        (replace(OFF, cause=Cause.DANGER), replace(PLACE, critical=True), NOW, None),
        (replace(OFF, cause=Cause.OWN_REQUEST), replace(PLACE, critical=True), NOW, None),
        (debt(), replace(PLACE, notice_given_at=None), NOW, Interlock.NOTICE),
        (debt(), replace(PLACE, notice_given_at=NOW), NOW, Interlock.NOTICE),
        (debt(), replace(PLACE, commodity=Commodity.HEAT), NOW, Interlock.HEATING),
        (debt(), PLACE, NOW.replace(hour=19), Interlock.NIGHT),  # 21 h there
        (debt(), PLACE, NOW.replace(hour=5), Interlock.NIGHT),
        (debt(), PLACE, NOW.replace(hour=6), None),  # 8 h
        (debt(), PLACE, NOW + timedelta(days=3), Interlock.HOLIDAY),  # Friday
        (debt(), PLACE, NOW + timedelta(days=1), Interlock.HOLIDAY),  # the eve of one
        (OFF, replace(PLACE, switched_at=NOW - timedelta(seconds=3)), NOW, Interlock.DWELL),
        (ON, replace(PLACE, switched_at=NOW - timedelta(seconds=3)), NOW, Interlock.DWELL),
        (ON, replace(PLACE, commodity=Commodity.GAS), NOW, Interlock.GAS),
        (ON, replace(PLACE, critical=True, notice_given_at=None), NOW, None),
    ],
)
def test_interlocks(
    order: Order, place: Circumstances, now: datetime, found: Interlock | None
) -> None:
    policy = CommandPolicy(holidays=frozenset({date(2026, 11, 19)}))
    assert interlock(order, place, policy, now) is found


def test_many_disconnections_need_a_second_person_and_more_trip_the_breaker() -> None:
    policy = CommandPolicy(four_eyes_from=3)
    assert not needs_second_person(OFF, 1, 1, policy)
    assert needs_second_person(OFF, 2, 1, policy)
    assert needs_second_person(OFF, 0, 3, policy)
    assert not needs_second_person(ON, 100, 100, policy)
    assert not is_too_much(Tally(5, 5, 60), policy)
    assert is_too_much(Tally(6, 6, 60), policy)
    assert not is_too_much(Tally(60, 5, 60), policy)
    assert is_too_much(Tally(101, 5, 10**6), policy)
    assert is_too_much(Tally(1, 1, 60), replace(policy, disconnects_per_hour=0))
    assert not is_too_much(Tally(7, 7, 70), policy, network=True)


@pytest.mark.parametrize("field", ["four_eyes_from", "tenant_share", "night_to", "heating_from"])
def test_a_policy_out_of_range_is_refused(field: str) -> None:
    with pytest.raises(InvalidError):
        checked_policy(replace(CommandPolicy(), **{field: -1}))


def test_verification_looks_at_the_first_full_hour() -> None:
    assert first_full_hour(NOW) == NOW
    assert first_full_hour(NOW + timedelta(microseconds=1)) == NOW + timedelta(hours=1)


def test_what_travels_comes_back_as_it_left() -> None:
    command = WireCommand(1, 2, 3, CommandKind.SWITCH_SUPPLY, 1, 7, NOW, SupplyState.OFF)
    assert read_command(command.document()) == command
    ack = Ack(1, Outcome.EXECUTED, NOW, "X", 7)
    assert parse_ack(write_ack(ack)) == ack


@given(
    st.dictionaries(
        st.sampled_from(["id", "state", "at", "code", "counter"]),
        st.none() | st.integers() | st.text(max_size=5) | st.sampled_from(list(Outcome)),
    )
)
def test_a_bad_ack_is_refused_by_code(raw: dict[str, object]) -> None:
    try:
        parse_ack(raw)
    except BadAckError as error:
        assert error.field is not None  # noqa: PT017 - most are refused, some are not
