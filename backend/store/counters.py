"""Counters of series, whichever rows hold them: the one reader of facts.

Hours of open days lie in rows of an hour, then in rows of a day, then of a month. Every look is one
statement over all of them, so hours that move from one to another meanwhile are seen once.
"""

from dataclasses import dataclass

import numpy as np
from asyncpg import Record
from numpy.typing import NDArray

from backend.models.readings import HOUR_COLUMNS
from backend.store import day_rows, edits, hour_rows, month_rows
from backend.store.month_rows import Columns
from domain.hours import day_of, instant_of
from domain.quality import CodeArray, Quality
from tenants.session import TenantSession

DAY = day_rows.SLOTS
BLOCK = hour_rows.SLOTS

# Rows come packed, one for each series or block, since there are many more of them than of either.
_ALL_TIERS = """
SELECT 'day' AS tier, series_id AS id,
       string_agg(int4send((day - date '1970-01-01') * 24), '' ORDER BY day) AS starts,
       string_agg(array_send(ARRAY[{columns}]), '' ORDER BY day) AS counters,
       string_agg(int4send(octet_length(array_send(ARRAY[{columns}]))), '' ORDER BY day) AS sizes,
       CASE WHEN count(*) = count(*) FILTER (WHERE coalesce(q0, q1, q2) IS NULL) THEN NULL
            ELSE string_agg(int4send(coalesce(q0, 0)) || int4send(coalesce(q1, 0))
                            || int4send(coalesce(q2, 0)), '' ORDER BY day) END AS codes
FROM series_day
WHERE tenant_id = $1 AND series_id = ANY($2::bigint[]) AND day BETWEEN $3 AND $4
GROUP BY series_id
UNION ALL
SELECT 'hour', block,
       string_agg(int4send((extract(epoch FROM hour) / 3600)::int), '' ORDER BY hour),
       string_agg(counters, '' ORDER BY hour), string_agg(known, '' ORDER BY hour),
       CASE WHEN count(codes) = 0 THEN NULL ELSE string_agg(
           coalesce(codes, substring($9::bytea FOR octet_length(counters) / 4)), '' ORDER BY hour
       ) END
FROM series_hour
WHERE tenant_id = $1 AND block = ANY($5::bigint[]) AND hour >= $6 AND hour < $7
GROUP BY block
UNION ALL
SELECT 'month', series_id, int4send((month - date '1970-01-01') * 24) || int4send(first_counter),
       increments, known, codes
FROM series_month
WHERE tenant_id = $1 AND series_id = ANY($2::bigint[]) AND month BETWEEN $8 AND $4
UNION ALL
SELECT 'edit', series_id, int4send((extract(epoch FROM hour) / 3600)::int), int4send(counter),
       NULL, NULL
FROM reading_edit
WHERE tenant_id = $1 AND series_id = ANY($2::bigint[]) AND superseded_at IS NULL
  AND hour >= $6 AND hour < $7
"""

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

_NO_CODES = bytes(BLOCK)

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
class Counters:
    """Counters on an axis of hours; arrays have shape ``(n, t)``."""

    start: int
    counter: NDArray[np.int64]
    """What stands at the end of each hour, corrections included; negative where unknown."""

    code: CodeArray
    arrived: NDArray[np.bool_]
    """Which counters were pushed or brought, whatever people put in their places since."""

    arrival: CodeArray
    """How they came; 0 where none did."""

    def take(self, rows: NDArray[np.int64]) -> "Counters":
        """Repeat or choose rows."""
        return Counters(
            self.start, self.counter[rows], self.code[rows], self.arrived[rows], self.arrival[rows]
        )

    @property
    def end(self) -> int:
        """Hour after the last one."""
        return self.start + int(self.counter.shape[1])


@dataclass(frozen=True, slots=True)
class Nearest:
    """One known counter for each look; arrays have shape ``(n,)``."""

    hour: NDArray[np.int64]
    counter: NDArray[np.int64]
    known: NDArray[np.bool_]


async def load(
    session: TenantSession,
    series: NDArray[np.int64],
    low: int,
    high: int,
    *,
    corrected: bool = True,
) -> Counters:
    """Counters of some series, in ascending order and each once, over ``[low, high)``.

    Without ``corrected`` they are as they were pushed or brought.
    """
    slots = [slot % DAY for slot in range(low, min(high, low + DAY))]
    slots = slots if len(slots) < DAY else list(range(DAY))
    columns = ", ".join(HOUR_COLUMNS[slot] for slot in slots)
    blocks = np.unique(series // BLOCK)
    driver = await session.driver()
    rows = await driver.fetch(
        _ALL_TIERS.format(columns=columns),
        session.scope.tenant_id,
        series.tolist(),
        day_of(low),
        day_of(high - 1),
        blocks.tolist(),
        instant_of(low),
        instant_of(high),
        day_of(low).replace(day=1),
        _NO_CODES,
    )
    first = low // DAY * DAY
    shape = (len(series), (-(-high // DAY) * DAY) - first)
    counter, code = np.full(shape, -1, dtype=np.int64), np.zeros(shape, dtype=np.uint8)
    into = counter, code
    by_tier: dict[str, list[Record]] = {}
    for row in rows:
        by_tier.setdefault(row[0], []).append(row)
    if "month" in by_tier:
        _lay_months(by_tier["month"], series, first, into)
    if "day" in by_tier:
        _lay_days(by_tier["day"], np.array(slots), series, first, into)
    if "hour" in by_tier:
        _lay_hours(by_tier["hour"], series, first, into)
    inside = slice(low - first, high - first)
    counter, code = counter[:, inside], code[:, inside]
    arrived, arrival = counter >= 0, code
    if corrected and "edit" in by_tier:
        counter, code = _edited(by_tier["edit"], series, low, (counter, code))
    return Counters(low, counter, code, arrived, arrival)


def _edited(
    rows: list[Record],
    series: NDArray[np.int64],
    low: int,
    stored: tuple[NDArray[np.int64], CodeArray],
) -> tuple[NDArray[np.int64], CodeArray]:
    """Lay what people put in the place of counters over them."""
    counter, code = stored[0].copy(), stored[1].copy()
    own = np.searchsorted(series, np.array([row[1] for row in rows], np.int64))
    at = _numbers(b"".join(row[2] for row in rows)) - low
    counter[own, at] = [-1 if row[3] is None else int.from_bytes(row[3]) for row in rows]
    code[own, at] = [0 if row[3] is None else Quality.CORRECTED for row in rows]
    return counter, code


def _numbers(packed: bytes) -> NDArray[np.int64]:
    """Numbers of four bytes, big end first."""
    return np.frombuffer(packed, ">i4").astype(np.int64)


def _lay_days(
    rows: list[Record],
    slots: NDArray[np.int64],
    series: NDArray[np.int64],
    first: int,
    into: tuple[NDArray[np.int64], CodeArray],
) -> None:
    base = _numbers(b"".join(row[2] for row in rows)) - first
    counts = [len(row[2]) // 4 for row in rows]
    at = np.repeat(np.searchsorted(series, [row[1] for row in rows]), counts)
    place = at[:, None], base[:, None] + slots
    sizes = _numbers(b"".join(row[4] for row in rows))
    counter, known = day_rows.unpack_counters(b"".join(row[3] for row in rows), sizes, len(slots))
    into[0][place] = counter if known is None else np.where(known, counter, -1)
    if any(row[5] is not None for row in rows):
        plain = bytes(12)
        planes = [row[5] or plain * count for row, count in zip(rows, counts, strict=True)]
        into[1][place] = day_rows.codes_of(_numbers(b"".join(planes)).reshape(-1, 3), slots)


def _lay_hours(
    rows: list[Record],
    series: NDArray[np.int64],
    first: int,
    into: tuple[NDArray[np.int64], CodeArray],
) -> None:
    series_block = series // BLOCK
    for row in rows:
        own = np.flatnonzero(series_block == row[1])
        slot = series[own] % BLOCK
        facts = hour_rows.unpack_together(row[4], row[3], row[5])
        place = own[:, None], _numbers(row[2]) - first
        into[0][place] = np.where(facts.known[:, slot], facts.counter[:, slot], -1).T
        if row[5] is not None:
            into[1][place] = facts.code[:, slot].T


def _lay_months(
    rows: list[Record],
    series: NDArray[np.int64],
    first: int,
    into: tuple[NDArray[np.int64], CodeArray],
) -> None:
    """Put the hours of months where they belong; those outside of the axis are left out."""
    heads = _numbers(b"".join(row[2] for row in rows)).reshape(-1, 2)
    start = heads[:, 0]
    found = month_rows.unpack(
        Columns(heads[:, 1].tolist(), *([row[at] for row in rows] for at in (3, 4, 5))),
        month_rows.hours_in(month_rows.months_of(start)),
    )
    own = np.searchsorted(series, np.array([row[1] for row in rows], np.int64))
    for begin in np.unique(start).tolist():
        some = np.flatnonzero(start == begin)
        low, high = max(begin, first), min(begin + month_rows.SLOTS, first + into[0].shape[1])
        inside = slice(low - begin, high - begin)
        known = found.known[some, inside]
        row, at = np.nonzero(known)
        place = own[some][row], low - first + at
        into[0][place] = found.counter[some, inside][known]
        into[1][place] = found.code[some, inside][known]


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
