"""The known counter nearest to an hour, whichever rows hold it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backend.models.readings import HOUR_COLUMNS
from backend.store.hours import day_rows, edits, hour_rows, month_rows
from backend.store.hours.counters import BLOCK, DAY, load
from backend.store.hours.month_rows import Columns
from domain.hours import day_of, instant_of
from tenants.session import TenantSession

# two days: the known hours of the one at the edge may all lie outside; so may those of a month
_NEAREST = """
SELECT u.place, t.* FROM unnest($2::bigint[], $3::timestamptz[], $4::timestamptz[])
    WITH ORDINALITY AS u (series_id, low, high, place)
CROSS JOIN LATERAL (
    (SELECT 'day' AS tier, (s.day - date '1970-01-01') * 24, array_send(ARRAY[{columns}]),
            NULL::int AS first_counter, NULL::bytea AS known
     FROM series_day AS s
     WHERE s.tenant_id = $1 AND s.series_id = u.series_id
       AND s.day BETWEEN (u.low AT TIME ZONE 'UTC')::date AND (u.high AT TIME ZONE 'UTC')::date
       AND num_nonnulls({columns}) > 0
     ORDER BY s.day {order} LIMIT 2)
    UNION ALL
    (SELECT 'hour', (extract(epoch FROM s.hour) / 3600)::int, s.counters, NULL, s.known
     FROM series_hour AS s
     WHERE s.tenant_id = $1 AND s.block = u.series_id / {block} AND s.hour BETWEEN u.low AND u.high
       AND get_bit(s.known, (u.series_id % {block})::int) = 1
     ORDER BY s.hour {order} LIMIT 1)
    UNION ALL
    (SELECT 'month', (s.month - date '1970-01-01') * 24, s.increments, s.first_counter, s.known
     FROM series_month AS s
     WHERE s.tenant_id = $1 AND s.series_id = u.series_id
       AND s.month BETWEEN date_trunc('month', u.low AT TIME ZONE 'UTC')::date
                       AND (u.high AT TIME ZONE 'UTC')::date
     ORDER BY s.month {order} LIMIT 2)
) AS t
"""

MANY = 1_000
"""From here on it pays to find out first which series are worth a look."""

_BLOCKS_FROM = """
SELECT NULL::bigint, NOT EXISTS (
    SELECT FROM series_tier WHERE tenant_id = $1 AND open_from <= $4::date
)
UNION ALL
SELECT DISTINCT block, false FROM series_hour
WHERE tenant_id = $1 AND block = ANY($2::bigint[]) AND hour >= $3
"""


@dataclass(frozen=True, slots=True)
class Nearest:
    """One known counter for each look; arrays have shape ``(n,)``."""

    hour: NDArray[np.int64]
    counter: NDArray[np.int64]
    known: NDArray[np.bool_]


async def nearest(
    session: TenantSession,
    series: NDArray[np.int64],
    low: NDArray[np.int64],
    high: NDArray[np.int64],
    *,
    last: bool,
) -> Nearest:
    """The first known counter in each ``[low, high]``, or the last one; all of shape ``(n,)``."""
    found = await _nearest_pushed(session, series, low, high, last=last)
    corrected = await edits.edited(session, series)
    for at in np.flatnonzero(np.isin(series, sorted(corrected))).tolist():
        hour, counter = await _nearest_standing(
            session, series[at : at + 1], int(low[at]), int(high[at]), last=last
        )
        found.known[at] = counter >= 0
        found.hour[at], found.counter[at] = hour, max(0, counter)
    return found


async def _nearest_standing(
    session: TenantSession, series: NDArray[np.int64], low: int, high: int, *, last: bool
) -> tuple[int, int]:
    """The nearest counter of one series that stands; the counter is negative if there is none."""
    span = 62 * DAY
    starts = range(low, high + 1, span)
    for start in reversed(starts) if last else starts:
        found = await load(session, series, start, min(start + span, high + 1))
        known = np.flatnonzero(found.counter[0] >= 0)
        if len(known):
            at = int(known[-1 if last else 0])
            return start + at, int(found.counter[0, at])
    return 0, -1


async def _nearest_pushed(
    session: TenantSession,
    series: NDArray[np.int64],
    low: NDArray[np.int64],
    high: NDArray[np.int64],
    *,
    last: bool,
) -> Nearest:
    """As :func:`nearest`, of what was pushed or brought alone."""
    size = len(series)
    found = Nearest(np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(size, np.bool_))
    asked = np.arange(size)
    if size > MANY:
        asked = asked[await _may_have(session, series, int(low.min()))]
    driver = await session.driver()
    rows = await driver.fetch(
        _NEAREST.format(
            columns=", ".join(HOUR_COLUMNS), order="DESC" if last else "ASC", block=BLOCK
        ),
        session.scope.tenant_id,
        series[asked].tolist(),
        [instant_of(int(hour)) for hour in low[asked]],
        [instant_of(int(hour)) for hour in high[asked]],
    )
    for place, tier, first, counters, first_counter, known in rows:
        at = asked[place - 1]
        hours, values = _known_of(
            tier, first, int(series[at]) % BLOCK, (counters, first_counter, known)
        )
        inside = (hours >= low[at]) & (hours <= high[at])
        if not inside.any():
            continue
        which = np.flatnonzero(inside)[-1 if last else 0]
        hour = int(hours[which])
        if not found.known[at] or (hour > found.hour[at]) == last:
            found.hour[at], found.counter[at], found.known[at] = hour, values[which], True
    return found


def _known_of(
    tier: str, first: int, slot: int, row: tuple[bytes, int | None, bytes | None]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Known hours of one series in a row of a tier, and their counters."""
    counters, first_counter, known = row
    if tier == "hour":
        block = hour_rows.unpack([known or b""], [counters], [None])
        return np.array([first]), block.counter[0, slot : slot + 1]
    has: NDArray[np.bool_] | None
    if tier == "day":
        counter, has = day_rows.unpack_counters(counters, np.array([len(counters)]), DAY)
    else:
        month = month_rows.months_of(np.array([first]))
        columns = Columns([first_counter or 0], [counters], [known], [None])
        facts = month_rows.unpack(columns, month_rows.hours_in(month))
        counter, has = facts.counter, facts.known
    hours = np.arange(counter.shape[1]) if has is None else np.flatnonzero(has[0])
    return hours + first, counter[0, hours]


async def _may_have(
    session: TenantSession, series: NDArray[np.int64], low: int
) -> NDArray[np.bool_]:
    """Which series may have a counter from an hour on, shape ``(n,)``; some may have none.

    After a wave nothing is known of the next hour: one look at the blocks then spares one for
    every series.
    """
    driver = await session.driver()
    blocks = np.unique(series // BLOCK).tolist()
    tenant = session.scope.tenant_id
    rows = await driver.fetch(_BLOCKS_FROM, tenant, blocks, instant_of(low), day_of(low))
    if any(row[1] for row in rows):
        return np.ones(len(series), np.bool_)
    return np.isin(series // BLOCK, [row[0] for row in rows if row[0] is not None])
