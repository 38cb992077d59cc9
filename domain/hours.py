"""Runs of UTC hours, and the local calendar laid over them.

Inside the system an hour is one integer: whole hours since 1970-01-01T00:00Z, naming the interval
``[h, h + 1)`` by its start. Local days, weeks, months and years appear only at the edge, in the
zone of the site; a local day has 23, 24 or 25 hours.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from domain.errors import InvalidError

HourArray = NDArray[np.int64]
"""Hours since the epoch, each the start of its interval."""

_SECONDS = 3600
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)


class Step(StrEnum):
    """Lengths of a bucket, as ISO 8601 durations; all but the hour follow the local calendar."""

    HOUR = "PT1H"
    DAY = "P1D"
    WEEK = "P1W"
    MONTH = "P1M"
    YEAR = "P1Y"


def hour_of(moment: datetime) -> int:
    """Hour in which an instant falls.

    Examples
    --------
    >>> hour_of(datetime(1970, 1, 1, 5, 59, tzinfo=UTC))
    5
    """
    return int(moment.timestamp() // _SECONDS)


def instant_of(hour: int) -> datetime:
    """Instant at which an hour starts, in UTC.

    Examples
    --------
    >>> instant_of(5).isoformat()
    '1970-01-01T05:00:00+00:00'
    """
    return datetime.fromtimestamp(hour * _SECONDS, UTC)


def day_of(hour: int) -> date:
    """UTC day of an hour."""
    return instant_of(hour).date()


def first_hour(day: date) -> int:
    """First hour of a UTC day."""
    return (day - date(1970, 1, 1)).days * 24


def parse_instant(text: str, field: str) -> datetime:
    """Read an RFC 3339 instant; the offset is required.

    Raises
    ------
    InvalidError
        The text is no instant, or has no offset; names ``field``.
    """
    try:
        if _INSTANT.fullmatch(text) is None:
            raise ValueError(text)  # noqa: TRY301 - one place turns every way of being wrong into words
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        message = f"{field} must be an RFC 3339 instant with an offset, not {text!r}"
        raise InvalidError(message, code="BAD_TIME", field=field) from error


def whole_hour(moment: datetime, field: str) -> int:
    """Hour that starts exactly at ``moment``.

    Raises
    ------
    InvalidError
        The instant is not on a whole hour, or has no zone.
    """
    if moment.tzinfo is None or moment.timestamp() % _SECONDS:
        message = f"{field} must be a whole hour with an offset, not {moment.isoformat()}"
        raise InvalidError(message, code="NOT_WHOLE_HOUR", field=field)
    return hour_of(moment)


def midnight(day: date, zone: ZoneInfo) -> int:
    """Hour at which a local day starts."""
    return hour_of(datetime(day.year, day.month, day.day, tzinfo=zone))


@dataclass(frozen=True, slots=True)
class Buckets:
    """Consecutive intervals of hours that cover ``[from, to)``; all arrays have shape ``(k,)``."""

    starts: HourArray
    """First hour of each bucket, the first one cut at ``from``."""

    ends: HourArray
    """Hour after the last one, the last bucket cut at ``to``."""

    whole_hours: HourArray
    """Number of hours in the uncut bucket."""


def _bucket_day(day: date, step: Step) -> date:
    if step is Step.WEEK:
        return day - timedelta(days=day.weekday())
    if step is Step.MONTH:
        return day.replace(day=1)
    if step is Step.YEAR:
        return day.replace(month=1, day=1)
    return day


def _next_bucket_day(day: date, step: Step) -> date:
    if step is Step.DAY:
        return day + timedelta(days=1)
    if step is Step.WEEK:
        return day + timedelta(days=7)
    if step is Step.MONTH:
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return day.replace(year=day.year + 1)


def buckets(start: int, end: int, step: Step, zone: ZoneInfo) -> Buckets:
    """Cut ``[start, end)`` into buckets of the local calendar.

    Weeks start on Monday (ISO 8601). The first and the last bucket are cut at the range.

    Examples
    --------
    >>> chisinau = ZoneInfo("Europe/Chisinau")
    >>> low = midnight(date(2026, 10, 25), chisinau)  # the day the clock goes back
    >>> buckets(low, low + 26, Step.DAY, chisinau).whole_hours
    array([25, 24])
    """
    if step is Step.HOUR:
        starts = np.arange(start, end, dtype=np.int64)
        return Buckets(starts, starts + 1, np.ones(len(starts), dtype=np.int64))
    rows: list[tuple[int, int, int]] = []
    day = _bucket_day(instant_of(start).astimezone(zone).date(), step)
    low = midnight(day, zone)
    while low < end:
        day = _next_bucket_day(day, step)
        high = midnight(day, zone)
        rows.append((max(low, start), min(high, end), high - low))
        low = high
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return Buckets(table[:, 0], table[:, 1], table[:, 2])
