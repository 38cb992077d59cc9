"""What a judgement makes of what is known, and what people's words do."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ConflictError, InvalidError
from domain.findings import (
    DEDUP,
    FAMILY,
    FOR_RESIDENTS,
    LEAST_FACTOR,
    MOST_FACTOR,
    PATIENCE,
    STILL_THERE,
    Family,
    FindingKind,
    FindingState,
    FindingVerdict,
    Standing,
    Step,
    Word,
    checked_note,
    ends,
    follow,
    moved,
    reconcile,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LEAK, GROWING = FindingKind.LEAK_CONTINUOUS, FindingKind.LEAK_GROWING


def standing(
    state: FindingState = FindingState.NEW,
    *,
    kind: FindingKind = LEAK,
    verdict: FindingVerdict | None = None,
    seen: timedelta = HOUR,
    closed: timedelta | None = None,
    by_person: bool = False,
    from_group: bool = False,
) -> Standing:
    return Standing(
        id=1,
        kind=kind,
        state=FindingState.CLOSED if closed is not None else state,
        verdict=verdict,
        since=NOW - 10 * DAY,
        seen_at=NOW - seen,
        closed_at=None if closed is None else NOW - closed,
        closed_by_person=by_person,
        from_group=from_group,
    )


def test_what_is_new_is_opened_and_what_stands_is_refreshed() -> None:
    since = NOW - 2 * DAY
    assert reconcile(None, LEAK, since, NOW) is Step.OPEN
    assert reconcile(standing(), LEAK, since, NOW) is Step.REFRESH
    assert reconcile(standing(), GROWING, since, NOW) is Step.CHANGE_KIND
    acknowledged = standing(FindingState.ACKNOWLEDGED)
    assert reconcile(acknowledged, LEAK, since, NOW) is Step.REFRESH


def test_what_ended_by_itself_and_comes_back_within_a_day_is_the_same() -> None:
    since = NOW - HOUR
    within = standing(seen=DEDUP - HOUR, closed=HOUR)
    after = standing(seen=DEDUP + HOUR, closed=HOUR)
    assert reconcile(within, LEAK, since, NOW) is Step.REOPEN
    assert reconcile(after, LEAK, since, NOW) is Step.OPEN


def test_what_a_person_decided_is_remembered() -> None:
    refuted = FindingVerdict.REFUTED
    inspected = standing(FindingState.INSPECTED, verdict=refuted)
    assert reconcile(inspected, LEAK, NOW - DAY, NOW) is Step.IGNORE
    closed = standing(verdict=refuted, closed=3 * DAY, by_person=True)
    assert reconcile(closed, LEAK, NOW - 5 * DAY, NOW) is Step.IGNORE
    assert reconcile(closed, LEAK, NOW - DAY, NOW) is Step.OPEN  # it began anew
    long_ago = standing(verdict=refuted, closed=STILL_THERE + DAY, by_person=True)
    assert reconcile(long_ago, LEAK, NOW - 30 * DAY, NOW) is Step.IGNORE
    repaired = standing(verdict=FindingVerdict.CONFIRMED, closed=STILL_THERE + DAY, by_person=True)
    assert reconcile(repaired, LEAK, NOW - 30 * DAY, NOW) is Step.REOPEN


def test_a_confirmed_finding_keeps_its_kind_and_ends_by_nobody_but_people() -> None:
    confirmed = standing(
        FindingState.INSPECTED, verdict=FindingVerdict.CONFIRMED, seen=timedelta(days=99)
    )
    assert reconcile(confirmed, GROWING, NOW - DAY, NOW) is Step.REFRESH
    assert not ends(confirmed, NOW)
    assert ends(standing(seen=timedelta(days=99)), NOW)
    assert not ends(standing(seen=HOUR), NOW)
    assert not ends(standing(kind=FindingKind.LEAK_INTERMITTENT, seen=10 * DAY), NOW)


def test_the_balance_of_a_group_weighs_more_than_a_meter_by_itself() -> None:
    stuck = standing(kind=FindingKind.METER_STUCK, from_group=True)
    slowed = FindingKind.METER_SLOWED
    assert reconcile(stuck, FindingKind.PULSE_LOSS, NOW, NOW) is Step.TOUCH
    assert reconcile(stuck, slowed, NOW, NOW, from_group=True) is Step.CHANGE_KIND


def test_a_leak_of_about_a_pulse_an_hour_is_not_renamed_to_and_fro() -> None:
    trickle = FindingKind.LEAK_TRICKLE
    assert reconcile(standing(), trickle, NOW - DAY, NOW) is Step.TOUCH
    assert reconcile(standing(kind=trickle), trickle, NOW - DAY, NOW) is Step.REFRESH
    assert reconcile(standing(kind=trickle), LEAK, NOW - DAY, NOW) is Step.CHANGE_KIND


def test_a_cistern_that_runs_more_often_stays_one_until_it_never_stops() -> None:
    cistern = standing(kind=FindingKind.LEAK_INTERMITTENT)
    assert reconcile(cistern, GROWING, NOW - DAY, NOW) is Step.TOUCH
    assert reconcile(cistern, LEAK, NOW - DAY, NOW) is Step.CHANGE_KIND
    assert reconcile(standing(), GROWING, NOW - DAY, NOW) is Step.CHANGE_KIND


def test_words_follow_one_another() -> None:
    new, acknowledged = FindingState.NEW, Word(FindingState.ACKNOWLEDGED)
    confirmed = Word(FindingState.INSPECTED, FindingVerdict.CONFIRMED)
    assert follow(new, None, acknowledged)
    assert not follow(FindingState.ACKNOWLEDGED, None, acknowledged)
    assert not follow(FindingState.INSPECTED, FindingVerdict.CONFIRMED, acknowledged)
    assert follow(FindingState.INSPECTED, FindingVerdict.REFUTED, confirmed)
    assert follow(new, None, Word(FindingState.CLOSED))
    assert not follow(FindingState.CLOSED, None, Word(FindingState.CLOSED))
    with pytest.raises(ConflictError) as caught:
        follow(FindingState.CLOSED, None, confirmed)
    assert caught.value.code == "FINDING_CLOSED"


@given(st.lists(st.sampled_from(FindingVerdict), max_size=200))
def test_thresholds_move_within_bounds_whatever_inspections_say(
    verdicts: list[FindingVerdict],
) -> None:
    factor = 1.0
    for verdict in verdicts:
        before, factor = factor, moved(factor, verdict)
        assert LEAST_FACTOR <= factor <= MOST_FACTOR
        assert factor >= before if verdict is FindingVerdict.REFUTED else factor <= before


def test_every_kind_has_a_family_and_households_are_told_of_leaks_alone() -> None:
    assert set(FAMILY) == set(FindingKind)
    assert set(PATIENCE) == set(Family)
    assert {kind.value.split("_")[0] for kind in FOR_RESIDENTS} == {"leak"}


def test_notes_are_text_of_a_length() -> None:
    assert checked_note("  plumber ") == "plumber"
    assert checked_note("  ") is None
    for wrong in ("x" * 2001, "a\x00b"):
        with pytest.raises(InvalidError):
            checked_note(wrong)
