"""Quiet hours, digests, escalation and retries, through changes of the clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from analytics.alerts.telling import (
    DAY_MIN,
    LONGEST_RETRY_S,
    Habits,
    When,
    escalates,
    is_quiet,
    moment_of,
    next_at,
    retry_after_s,
)
from domain.alerts import Mode, Severity

MINUTES = st.integers(0, DAY_MIN - 1)
ZONES = st.sampled_from(["Europe/Chisinau", "America/New_York", "UTC", "Australia/Sydney"])
MOMENTS = st.datetimes(
    datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)  # noqa: DTZ001 - hypothesis adds the zone
)  # fmt: skip


@given(MINUTES, MINUTES)
def test_quiet_hours_and_their_complement_cover_the_day(low: int, high: int) -> None:
    quiet = sum(is_quiet(minute, low, high) for minute in range(DAY_MIN))
    loud = sum(is_quiet(minute, high, low) for minute in range(DAY_MIN))
    assert quiet == (high - low) % DAY_MIN
    assert quiet + loud in {0, DAY_MIN}


@given(MOMENTS, ZONES, MINUTES)
def test_the_next_time_of_a_clock_is_within_a_day_and_shows_it(
    now: datetime, zone: str, minute: int
) -> None:
    found = next_at(minute, now, ZoneInfo(zone))
    assert timedelta() < found - now <= timedelta(hours=25)
    local = found.astimezone(ZoneInfo(zone))
    shown = local.hour * 60 + local.minute
    # an hour that the clock leaves out is told an hour later
    assert shown in {minute, (minute + 60) % DAY_MIN}


def test_quiet_hours_and_digests_keep_to_the_clock_when_it_changes() -> None:
    zone = ZoneInfo("Europe/Chisinau")

    def told(now: datetime, mode: Mode, *quiet: int) -> datetime:
        moment = moment_of(mode, now, Habits(zone.key, *quiet), danger=False)
        return moment.at.astimezone(zone)

    # the night of 23 hours and the one of 25: seven o'clock is seven o'clock
    for evening, hours in ((datetime(2026, 3, 28, 21, tzinfo=UTC), 7), (
        datetime(2026, 10, 24, 20, tzinfo=UTC), 9,
    )):  # fmt: skip
        for mode in (Mode.NOW, Mode.DIGEST):
            at = told(evening, mode, 22 * 60, 7 * 60)
            assert (at.hour, at.minute) == ((7, 0) if mode is Mode.NOW else (8, 0))
            assert at.astimezone(UTC) - evening == timedelta(hours=hours + (mode is Mode.DIGEST))
    # ten past two comes twice that night, and each time half past two is twenty minutes away
    first = datetime(2026, 10, 24, 23, 10, tzinfo=UTC)
    for now in (first, first + timedelta(hours=1)):
        at = told(now, Mode.NOW, 22 * 60, 2 * 60 + 30)
        assert at.astimezone(UTC) - now == timedelta(minutes=20)


@given(MOMENTS, ZONES, MINUTES, MINUTES, st.sampled_from(Mode))
def test_nobody_is_disturbed_in_quiet_hours_but_by_danger(
    now: datetime, zone: str, low: int, high: int, mode: Mode
) -> None:
    habits = Habits(zone, low, high, digest_at=12 * 60)
    calm = moment_of(mode, now, habits, danger=False)
    local = now.astimezone(ZoneInfo(zone))
    if is_quiet(local.hour * 60 + local.minute, low, high):
        assert calm.when is not When.NOW
    if calm.when is When.HELD:
        end = calm.at.astimezone(ZoneInfo(zone))
        assert not is_quiet(end.hour * 60 + end.minute, low, high) or end.minute != high % 60
    assert calm.at >= now
    danger = moment_of(mode, now, habits, danger=True)
    assert danger.when is (When.NEVER if mode is Mode.OFF else When.NOW)


def test_only_what_is_critical_escalates_and_not_at_once() -> None:
    opened, after = datetime(2026, 11, 1, tzinfo=UTC), timedelta(hours=4)

    def asked(severity: Severity, hours: int) -> bool:
        return escalates(severity, opened, opened + timedelta(hours=hours), after)

    assert [asked(Severity.CRITICAL, hours) for hours in (3, 4, 5)] == [False, True, True]
    assert not asked(Severity.WARNING, 9)


@given(st.integers(1, 10_000))
def test_retries_back_off_and_never_stop(attempts: int) -> None:
    assert 0 < retry_after_s(attempts) <= retry_after_s(attempts + 1) <= LONGEST_RETRY_S
