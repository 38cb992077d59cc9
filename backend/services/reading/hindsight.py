"""Profiles as they were known at a moment in the past.

How an hour came tells almost always when: on time within two hours after its end, late within a
day. Only where that leaves a doubt (hours that came later still, or whose fact was displaced) the
journal is read again, which keeps every push as it was received. Corrections say themselves when
they stood.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from analytics import knots, registers
from backend.models.network import Channel
from backend.models.readings import Revision
from backend.services.hours.folding import frames_of
from backend.services.reading.profiles import Profile, Range, cut, seen
from backend.store import journal
from backend.store.hours import edits, series
from backend.store.hours.counters import Counters
from backend.store.model.metered import PointRow
from domain.errors import InvalidError
from domain.frames import Frame
from domain.hours import hour_of, instant_of
from domain.merging import rank
from domain.quality import LATE_SECONDS, ON_TIME_SECONDS, Quality, arrival_quality
from domain.quantities import unit_of
from tenants.session import TenantSession

LONGEST_HOURS = 24 * 62
_AROUND = 24 * 62
"""Hours read beside the range, for the gaps at its edges and the like days that shape them."""

_PUSHES_AT_ONCE = 50


async def of_point(
    session: TenantSession, point: PointRow, asked: Range, at: datetime, now: datetime
) -> Profile:
    """Profile of a point as it would have been answered at ``at``.

    Raises
    ------
    InvalidError
        The moment lies in the future, or the range is too long to look back over.
    """
    if at > now:
        raise InvalidError("at must not lie in the future", field="at")
    if asked.end - asked.start > LONGEST_HOURS:
        raise InvalidError(
            f"at most {LONGEST_HOURS} hours can be looked back over",
            code="RANGE_TOO_LONG",
            field="to",
        )
    standing = await series.load_installations(session, [point.id])
    low, high = max(0, asked.start - _AROUND), asked.end + _AROUND
    pushed = await series.load_counters(session, standing, low, high, corrected=False)
    pushed = await _as_pushed_until(session, standing, pushed, at)
    counters = await _as_corrected_at(session, standing, pushed, at)
    none = knots.no_knots(len(standing.series))
    span = asked.start, asked.end, hour_of(at)
    found = await series.hours_of(session, standing, counters, span, none, past=counters)
    hourly = found.hourly
    hours = seen(point, asked, hourly.values[0], hourly.known[0], hourly.codes[0])
    return cut(hours, asked, point.timezone, unit_of(point.commodity, point.energy_kind))


async def _as_pushed_until(
    session: TenantSession, standing: series.Standing, now: Counters, at: datetime
) -> Counters:
    """Facts that stood at a moment, out of those that stand now."""
    known, code = now.arrived, now.arrival
    ends = (now.start + 1 + np.arange(known.shape[1])) * registers.SECONDS
    age = at.timestamp() - ends
    on_time, late, later = (
        code == kind for kind in (Quality.ON_TIME, Quality.LATE, Quality.BACKFILLED)
    )
    there = (on_time & (age >= ON_TIME_SECONDS)) | (late & (age >= LATE_SECONDS))
    not_yet = (age < 0) | (late & (age <= ON_TIME_SECONDS)) | (later & (age <= LATE_SECONDS))
    displaced = await _displaced(session, standing, now, at)
    unsure = (known & ~there & ~not_yet) | (displaced & (age >= 0))
    counter = np.where(known & there & ~displaced, now.counter, -1)
    result = replace(now, counter=counter, code=code.copy())
    for row in np.flatnonzero(unsure.any(axis=1)).tolist():
        await _read_journal(session, int(standing.series[row]), result, row, (unsure[row], at))
    arrived = result.counter >= 0
    return replace(result, arrived=arrived, arrival=result.code)


async def _displaced(
    session: TenantSession, standing: series.Standing, now: Counters, at: datetime
) -> NDArray[np.bool_]:
    """Hours whose fact gave way to another one after a moment."""
    rows = await session.execute(
        select(Revision.series_id, Revision.hour).where(
            Revision.series_id.in_(np.unique(standing.series).tolist()),
            Revision.kind == "displaced",
            Revision.hour >= instant_of(now.start),
            Revision.hour < instant_of(now.end),
            Revision.frame_received_at > at,
        )
    )
    found = np.zeros(now.arrived.shape, dtype=np.bool_)
    for series_id, hour in rows:
        found[standing.series == series_id, hour_of(hour) - now.start] = True
    return found


async def _read_journal(
    session: TenantSession,
    series_id: int,
    into: Counters,
    row: int,
    unsure: tuple[NDArray[np.bool_], datetime],
) -> None:
    """Fold the pushes received up to a moment again, for the hours in doubt of one channel."""
    wanted, at = unsure
    channel = await session.scalar(select(Channel).where(Channel.series_id == series_id))
    assert channel is not None, "an installation names the series of its channel"
    first = into.start + int(wanted.argmax())
    place = instant_of(first + 1) - timedelta(minutes=10), 0  # clocks may be five minutes ahead
    while True:
        pushes = await journal.pushes_of(
            session, channel.concentrator_id, place, at, _PUSHES_AT_ONCE
        )
        for push in pushes:
            for frame in frames_of(push):
                _lay(frame, channel, push, into, (row, wanted))
        if len(pushes) < _PUSHES_AT_ONCE:
            return
        place = pushes[-1].received_at, pushes[-1].id


def _lay(
    frame: Frame,
    channel: Channel,
    push: journal.DuePush,
    into: Counters,
    place: tuple[int, NDArray[np.bool_]],
) -> None:
    """Merge one frame of the journal by the rules of the fold, for the hours in doubt."""
    row, wanted = place
    for block in frame.blocks:
        at = block.hour - into.start
        if block.network != channel.network or not (0 <= at < len(wanted) and wanted[at]):
            continue
        found = np.flatnonzero(block.channels == channel.address)
        if not len(found):
            continue
        delay = push.received_at.timestamp() - (block.hour + 1) * registers.SECONDS
        code = arrival_quality(np.array([delay]))
        if push.source == journal.MANUAL:
            code[:] = Quality.MANUAL
        stands = into.counter[row, at] >= 0
        if stands and rank(code)[0] <= rank(into.code[row, at : at + 1])[0]:
            continue
        into.counter[row, at] = block.counters[found[0]]
        into.code[row, at] = code[0]


async def _as_corrected_at(
    session: TenantSession, standing: series.Standing, pushed: Counters, at: datetime
) -> Counters:
    """Lay over facts what people had put in their places by then."""
    rows = np.unique(standing.series).tolist()
    stood = await edits.standing_at(session, rows, pushed.start, pushed.end, at)
    if not stood:
        return pushed
    counter, code = pushed.counter.copy(), pushed.code.copy()
    for (series_id, hour), value in stood.items():
        own = standing.series == series_id
        counter[own, hour - pushed.start] = -1 if value is None else value
        code[own, hour - pushed.start] = 0 if value is None else Quality.CORRECTED
    return replace(pushed, counter=counter, code=code)
