"""Counters of series, whichever rows hold them: the one reader of facts.

Hours of open days lie in rows of an hour, then in rows of a day, then of a month. Every look is one
statement over all of them, so hours that move from one to another meanwhile are seen once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from asyncpg import Record
from numpy.typing import NDArray

from backend.models.readings import HOUR_COLUMNS
from backend.store.hours import day_rows, hour_rows, month_rows
from backend.store.hours.month_rows import Columns
from domain.hours import day_of, instant_of
from domain.identity import MeteringPointId
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
WHERE tenant_id = $1 AND series_id = ANY({series}) AND day BETWEEN $3 AND $4
GROUP BY series_id
UNION ALL
SELECT 'hour', block,
       string_agg(int4send((extract(epoch FROM hour) / 3600)::int), '' ORDER BY hour),
       string_agg(counters, '' ORDER BY hour), string_agg(known, '' ORDER BY hour),
       CASE WHEN count(codes) = 0 THEN NULL ELSE string_agg(
           coalesce(codes, substring($8::bytea FOR octet_length(counters) / 4)), '' ORDER BY hour
       ) END
FROM series_hour
WHERE tenant_id = $1 AND block = ANY({blocks}) AND hour >= $5 AND hour < $6
GROUP BY block
UNION ALL
SELECT 'month', series_id, int4send((month - date '1970-01-01') * 24) || int4send(first_counter),
       increments, known, codes
FROM series_month
WHERE tenant_id = $1 AND series_id = ANY({series}) AND month BETWEEN $7 AND $4
UNION ALL
SELECT 'edit', series_id, int4send((extract(epoch FROM hour) / 3600)::int), int4send(counter),
       NULL, NULL
FROM reading_edit
WHERE tenant_id = $1 AND series_id = ANY({series}) AND superseded_at IS NULL
  AND hour >= $5 AND hour < $6
"""

_BY_SERIES = {"series": "$2::bigint[]", "blocks": "ARRAY(SELECT unnest($2::bigint[]) / {block})"}
_BY_POINTS = {
    "series": (
        "ARRAY(SELECT series_id FROM installation"
        " WHERE tenant_id = $1 AND point_id = ANY($2::bigint[]))"
    ),
    "blocks": (
        "ARRAY(SELECT series_id / {block} FROM installation"
        " WHERE tenant_id = $1 AND point_id = ANY($2::bigint[]))"
    ),
}
"""How a statement over all tiers names its series: directly, or by what stood at points."""

_NO_CODES = bytes(BLOCK)


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
    driver = await session.driver()
    slots = _slots(low, high)
    statement = _statement(_ALL_TIERS, "series", slots)
    rows = await driver.fetch(statement, *_arguments(session, series.tolist(), low, high))
    return _lay_out(rows, series, (low, high), slots, corrected=corrected)


async def load_at(
    session: TenantSession, points: Sequence[MeteringPointId], low: int, high: int, more: str
) -> tuple[bytes, Callable[[NDArray[np.int64]], Counters]]:
    """Counters of all that ever stood at some points, in one look with something about them.

    ``more`` selects one text of bytes by the parameters $1 (tenant) and $2 (points). What is
    returned beside it lays the counters out for series in ascending order, each once.
    """
    driver = await session.driver()
    slots = _slots(low, high)
    both = f"{_ALL_TIERS} UNION ALL SELECT 'more', NULL, NULL, ({more}), NULL, NULL"
    statement = _statement(both, "points", slots)
    rows = await driver.fetch(statement, *_arguments(session, points, low, high))
    told = next(row[3] for row in rows if row[0] == "more")
    return told or b"", lambda series: _lay_out(rows, series, (low, high), slots, corrected=True)


@cache
def _statement(text: str, named: str, slots: tuple[int, ...]) -> str:
    by = _BY_SERIES if named == "series" else _BY_POINTS
    columns = ", ".join(HOUR_COLUMNS[slot] for slot in slots)
    names = {name: sql.format(block=BLOCK) for name, sql in by.items()}
    return text.format(columns=columns, **names)


def _slots(low: int, high: int) -> tuple[int, ...]:
    """Hours of the day that a range touches."""
    if high - low >= DAY:
        return tuple(range(DAY))
    return tuple(hour % DAY for hour in range(low, high))


def _arguments(
    session: TenantSession, wanted: Sequence[int], low: int, high: int
) -> tuple[object, ...]:
    return (
        session.scope.tenant_id,
        wanted,
        day_of(low),
        day_of(high - 1),
        instant_of(low),
        instant_of(high),
        day_of(low).replace(day=1),
        _NO_CODES,
    )


def _lay_out(
    rows: Sequence[Record],
    series: NDArray[np.int64],
    span: tuple[int, int],
    slots: tuple[int, ...],
    *,
    corrected: bool,
) -> Counters:
    """Put what was read where it belongs."""
    low, high = span
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
