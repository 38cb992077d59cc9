"""When people are told: at once, after their quiet hours, with the digest; and who else, when."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.alerts import Mode, Severity

DAY_MIN = 24 * 60


class When(StrEnum):
    """How a notification goes out."""

    NOW = "now"
    HELD = "held"
    """After the quiet hours, with all else that was held."""

    DIGEST = "digest"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Habits:
    """When a person wants to be left alone; minutes after their local midnight."""

    zone: str
    quiet_from: int | None = None
    quiet_until: int | None = None
    digest_at: int = 8 * 60


@dataclass(frozen=True, slots=True)
class Moment:
    """How a notification goes out, and not before when."""

    when: When
    at: datetime


def is_quiet(minute: int, quiet_from: int | None, quiet_until: int | None) -> bool:
    """Whether a minute of the day is within quiet hours, which may span midnight.

    Examples
    --------
    >>> is_quiet(23 * 60, 22 * 60, 7 * 60), is_quiet(7 * 60, 22 * 60, 7 * 60)
    (True, False)
    """
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return False
    if quiet_from < quiet_until:
        return quiet_from <= minute < quiet_until
    return minute >= quiet_from or minute < quiet_until


def next_at(minute: int, now: datetime, zone: ZoneInfo) -> datetime:
    """The next time a local clock shows a minute of the day, strictly after now.

    A minute that a clock change leaves out is that of the same offset as before it; one that it
    brings back comes twice.
    """
    local = now.astimezone(zone)
    for days in (0, 1, 2):
        clock = datetime.combine(
            local.date() + timedelta(days=days), time(minute // 60, minute % 60), zone
        )
        for shown in (clock, clock.replace(fold=1)):
            found = shown.astimezone(UTC)
            again = found.astimezone(zone)
            if found > now and (shown.fold == 0 or again.time() == clock.time()):
                return found
    raise AssertionError


def moment_of(mode: Mode, now: datetime, habits: Habits, *, danger: bool) -> Moment:
    """How and when a person is told of something.

    Danger breaks through quiet hours and digests, but not through an OFF.
    """
    if mode is Mode.OFF:
        return Moment(When.NEVER, now)
    if danger:
        return Moment(When.NOW, now)
    zone = ZoneInfo(habits.zone)
    if mode is Mode.DIGEST:
        return Moment(When.DIGEST, next_at(habits.digest_at, now, zone))
    local = now.astimezone(zone)
    if is_quiet(local.hour * 60 + local.minute, habits.quiet_from, habits.quiet_until):
        assert habits.quiet_until is not None
        return Moment(When.HELD, next_at(habits.quiet_until, now, zone))
    return Moment(When.NOW, now)


def in_time(moment: Moment, now: datetime) -> Moment:
    """The moment for what would else be told too late: at once, unless it is not to be told.

    Whoever is asked to do something at six is not told of it by the digest at eight.
    """
    return moment if moment.when is When.NEVER else Moment(When.NOW, now)


def escalates(severity: Severity, opened_at: datetime, now: datetime, after: timedelta) -> bool:
    """Whether the administrators are told of what nobody took note of: it is critical, and old."""
    return severity is Severity.CRITICAL and now - opened_at >= after


FIRST_RETRY_S = 5.0
LONGEST_RETRY_S = 3600.0


def retry_after_s(attempts: int) -> float:
    """Seconds until the next attempt after some have failed: doubled each time, an hour at most.

    Examples
    --------
    >>> retry_after_s(1), retry_after_s(2), retry_after_s(40)
    (5.0, 10.0, 3600.0)
    """
    return min(FIRST_RETRY_S * 2.0 ** min(attempts - 1, 20), LONGEST_RETRY_S)
