"""Channels that concentrators tell of and nobody placed: what they have counted so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from backend.store.hours import counters
from backend.store.hours.nearest import nearest
from backend.store.network import report_lists
from backend.store.network.report_lists import FoundRow
from domain.frame_fields import EARLIEST_HOUR
from domain.hours import hour_of, instant_of
from tenants.session import TenantSession

_HOURS_AT_ONCE = 24 * 62


@dataclass(frozen=True, slots=True)
class FoundChannel:
    """A channel in quarantine; placing a meter on it makes its readings the meter's."""

    row: FoundRow
    readings: int
    """Hours whose counter is known."""

    last_seen: datetime | None
    """End of the newest one."""


async def listed(
    session: TenantSession, after: int, most: int, now: datetime
) -> list[FoundChannel]:
    """Channels to be placed, each with what it has counted."""
    rows = await report_lists.found_channels(session, after, most)
    return await with_readings(session, rows, now)


async def with_readings(
    session: TenantSession, rows: Sequence[FoundRow], now: datetime
) -> list[FoundChannel]:
    """Each with what it has counted."""
    return await _with_readings(session, rows, hour_of(now) + 2)


async def _with_readings(
    session: TenantSession, rows: Sequence[FoundRow], until: int
) -> list[FoundChannel]:
    if not rows:
        return []
    series, back = np.unique([row.series_id for row in rows], return_inverse=True)
    low, high = np.full(len(series), EARLIEST_HOUR), np.full(len(series), until)
    first = await nearest(session, series, low, high, last=False)
    last = await nearest(session, series, low, high, last=True)
    count = np.zeros(len(series), np.int64)
    if first.known.any():
        start, end = int(first.hour[first.known].min()), int(last.hour[last.known].max()) + 1
        # each look only at the series that were counting then
        for begin in range(start, end, _HOURS_AT_ONCE):
            stop = min(begin + _HOURS_AT_ONCE, end)
            some = np.flatnonzero(first.known & (first.hour < stop) & (last.hour >= begin))
            if len(some):
                found = await counters.load(session, series[some], begin, stop, corrected=False)
                count[some] += found.arrived.sum(axis=1)
    return [
        FoundChannel(
            row,
            int(count[at]),
            instant_of(int(last.hour[at]) + 1) if last.known[at] else None,
        )
        for row, at in zip(rows, back.tolist(), strict=True)
    ]
