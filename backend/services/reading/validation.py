"""Validation of the last days, site by site; it flags for people and changes no value.

Idempotent: flags of the days looked at are replaced by what is found now, and one that is found
again stays the same row.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from analytics import validation
from analytics.registers import SECONDS
from analytics.validation import DAY, HISTORY_DAYS, Flag, Hours, Removed, Steps
from backend.store import bells
from backend.store import validation as store
from backend.store.hours import series
from backend.store.hours.series import PointHours, Standing
from backend.store.validation import VALIDATE, Found, Judged, Meter
from domain.hours import hour_of, instant_of, midnight
from domain.quality import Quality
from tenants.session import Database, TenantSession

DAYS = 7
"""Hours may come late: so many days are looked at again each night."""

POINTS_AT_ONCE = 500
_MEASURED = (Quality.ON_TIME, Quality.LATE, Quality.BACKFILLED, Quality.MANUAL)


class Place(NamedTuple):
    """How far a round has come: the site, and the point within it."""

    site: int
    point: int


async def announce(database: Database, now: datetime) -> None:
    """Ring for a round through every tenant."""
    async with database.global_session() as session:
        await bells.ring_for_all(session, VALIDATE, f"0 0 {now.isoformat()}")


async def go_on(session: TenantSession, now: datetime) -> bool:
    """Validate the next points of the round that rings; False when none does."""
    keys = await bells.heard(session, VALIDATE)
    if not keys:
        return False
    place = min(Place(*(int(word) for word in key.split(" ")[:2])) for key in keys)
    following = await validate_next(session, place, now)
    await bells.answer(session, VALIDATE, keys)
    if following is None:
        return False
    await bells.ring(session, VALIDATE, f"{following.site} {following.point} {now.isoformat()}")
    return True


async def validate_next(session: TenantSession, place: Place, now: datetime) -> Place | None:
    """Validate some points of one site; where to go on, None at the end."""
    since = now - timedelta(days=DAYS + 2)
    site: int | None = place.site
    if not place.point:
        site = await store.next_site(session, place.site)
    if site is None:
        return None
    points = await store.points_of(session, site, place.point, since, POINTS_AT_ONCE)
    if points:
        await validate(session, points, now)
    more = len(points) == POINTS_AT_ONCE
    return Place(site, points[-1].id if more else 0)


async def validate(session: TenantSession, points: Sequence[Judged], now: datetime) -> None:
    """Validate the last days of points of one site."""
    zone = ZoneInfo(points[0].timezone)
    end = midnight(now.astimezone(zone).date(), zone)
    start = end - (HISTORY_DAYS + DAYS) * DAY
    standing = await series.load_installations(session, [point.id for point in points])
    found = await series.load_hours(session, standing, start, end, hour_of(now))
    meters = await store.meters_of(session, [point.id for point in points])
    flags = validation.flags(_hours(points, found, meters, start))
    since = end - DAYS * DAY
    flags += [flag for flag in validation.counter_flags(_steps(found, meters)) if flag.end > since]
    flags += await _losses(session, standing, meters, since)
    rows = {(flag.row, flag.rule, flag.start): flag for flag in flags}
    await store.replace(
        session,
        [point.id for point in points],
        instant_of(since),
        [_row(points, flag) for flag in rows.values()],
    )


def _row(points: Sequence[Judged], flag: Flag) -> Found:
    span = instant_of(flag.start), instant_of(flag.end)
    return Found(points[flag.row].id, str(flag.rule), *span, dict(flag.evidence))


def _hours(
    points: Sequence[Judged], found: PointHours, meters: Sequence[Meter], start: int
) -> Hours:
    kinds = sorted({(point.commodity, point.role) for point in points})
    pulses = {meter.point_id: meter.pulses for meter in meters}  # the last one's
    return Hours(
        start=start,
        values=found.hourly.values,
        measured=found.hourly.known & np.isin(found.hourly.codes, _MEASURED),
        quantum=np.array([1000 / pulses[point.id] for point in points]),
        siblings=np.array([kinds.index((point.commodity, point.role)) for point in points]),
    )


def _steps(found: PointHours, meters: Sequence[Meter]) -> Steps:
    """From each counter that came to the next one of the same installation."""
    counters, terms = found.counters, found.standing.terms
    ends = (counters.start + 1 + np.arange(counters.counter.shape[1])) * SECONDS
    own = counters.arrived & (counters.counter >= 0)
    own &= (ends > terms.start_s[:, None]) & (ends <= terms.end_s[:, None])
    row, column = np.nonzero(own)
    next_ = np.flatnonzero(row[1:] == row[:-1]) + 1
    at, hour = row[next_], column[next_] + counters.start
    most = _pulses_an_hour(found.standing, meters)
    return Steps(
        row=found.standing.row_point[at],
        hour=hour,
        hours=column[next_] - column[next_ - 1],
        before=counters.counter[at, column[next_ - 1]],
        after=counters.counter[at, column[next_]],
        wrap=terms.wrap[at],
        most_an_hour=most[at],
    )


def _pulses_an_hour(standing: Standing, meters: Sequence[Meter]) -> NDArray[np.float64]:
    """Pulses of each installation at the capacity of its point."""
    known = {(meter.point_id, meter.since_s): meter.pulses * meter.capacity for meter in meters}
    keys = zip(standing.points[standing.row_point], standing.terms.start_s, strict=True)
    return np.array([known[point, since] for point, since in keys], dtype=np.float64)


async def _losses(
    session: TenantSession, standing: Standing, meters: Sequence[Meter], since: int
) -> list[Flag]:
    """Meters removed since an hour whose dial says more than their pulses."""
    terms = standing.terms
    read = (terms.final_register >= 0) & (terms.end_s > since * SECONDS)
    removed: list[Flag] = []
    for row in np.flatnonzero(read).tolist():
        one = standing.take(np.array([row]))
        dials = await series.load_dials(session, one, int(one.terms.end_s[0]))
        capacity = {(m.point_id, m.since_s): m.capacity for m in meters}
        most = 1000 * capacity[int(standing.points[one.row_point[0]]), int(one.terms.start_s[0])]  # type: ignore[index]
        removed += validation.loss_flags(
            Removed(
                row=one.row_point,
                hour=one.terms.end_s // SECONDS,
                initial=one.terms.register(np.zeros(1, dtype=np.int64)),
                counted=dials.register,
                final=one.terms.final_register,
                last_hours=-(-(one.terms.end_s - dials.time_s) // SECONDS),
                most_an_hour=np.array([int(most)]),
            )
        )
    return removed
