"""Rows of series_day: the hours of one series in one UTC day, whose days are closed."""

from collections.abc import Sequence

import numpy as np
from asyncpg import Record
from numpy.typing import NDArray

from backend.models.readings import HOUR_COLUMNS, QUALITY_COLUMNS
from backend.store.literals import array_literal
from domain.hours import day_of
from domain.merging import Facts
from domain.quality import CodeArray
from tenants.session import TenantSession

SLOTS = 24
"""A row's slots are hours."""

_COLUMNS = (*HOUR_COLUMNS, *QUALITY_COLUMNS)
_ABSENT = 1 << 32
"""Stands for NULL in arrays of int4 on their way to the server."""

PACKED_COLUMNS = f"array_send(ARRAY[{', '.join(HOUR_COLUMNS)}]), {', '.join(QUALITY_COLUMNS)}"
"""The counters of a row as one text of bytes, for :func:`unpack_counters`, and its planes."""

_READ = f"""
SELECT u.place, {PACKED_COLUMNS}
FROM unnest($2::bigint[], $3::date[]) WITH ORDINALITY AS u (series_id, day, place)
JOIN series_day AS t ON t.tenant_id = $1 AND t.series_id = u.series_id AND t.day = u.day
"""  # noqa: S608 - names of columns are constants

_GIVEN = ", ".join(f"${place}::text::bigint[]" for place in range(4, 4 + len(_COLUMNS)))
_TAKEN = ", ".join(f"nullif(u.{name}, {_ABSENT})::int" for name in _COLUMNS)
_WRITE = f"""
INSERT INTO series_day (tenant_id, series_id, day, {", ".join(_COLUMNS)})
SELECT $1, u.series_id, u.day, {_TAKEN}
FROM unnest($2::text::bigint[], $3::date[], {_GIVEN}) AS u (series_id, day, {", ".join(_COLUMNS)})
ON CONFLICT (tenant_id, series_id, day) DO UPDATE
SET {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS)}
"""  # noqa: S608 - names of columns are constants


def place(
    series: NDArray[np.int64], hour: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Series, day and slot of each series and hour."""
    return series, hour // SLOTS, hour % SLOTS


def unpack_counters(
    arrays: bytes, sizes: NDArray[np.int64], slots: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_] | None]:
    """Counters of int4 arrays as ``array_send`` writes them, one behind the other.

    Each has a head of 20 bytes and then, for every element, its length (-1 for NULL, which has no
    bytes) and its bytes. Arrays without NULL are read in one go, the others column by column.

    Parameters
    ----------
    arrays
        The bytes of all of them.
    sizes
        Bytes of each, shape ``(n,)``.

    Returns
    -------
    tuple
        Counters, shape ``(n, slots)``, and which are known; None when all are.
    """
    words = np.frombuffer(arrays, ">u4")
    if len(words) == len(sizes) * (5 + 2 * slots) and (sizes == 20 + 8 * slots).all():
        return words.reshape(-1, 5 + 2 * slots)[:, 6::2].astype(np.int64), None
    counter = np.zeros((len(sizes), slots), np.int64)
    known = np.zeros(counter.shape, np.bool_)
    at = (np.cumsum(sizes) - sizes) // 4 + 5
    for slot in range(slots):
        has = words[at] == 4
        counter[:, slot] = np.where(has, words[np.where(has, at + 1, at)], 0)
        known[:, slot] = has
        at += 1 + has
        at = np.minimum(at, len(words) - 1)  # past the last element of the last row
    return counter, known


def codes_of(planes: NDArray[np.int64], slots: NDArray[np.int64]) -> CodeArray:
    """Quality codes of some slots out of the three planes of rows, shape ``(rows, 3)``."""
    packed = planes.astype("<u4").view(np.uint8).reshape(len(planes), 3, 4)
    found = np.unpackbits(packed, axis=2, bitorder="little")
    codes = np.asarray(found[:, 0] | found[:, 1] << 1 | found[:, 2] << 2, np.uint8)
    return codes[:, slots]


def facts_of(rows: Sequence[Record], first: int) -> Facts:
    """Columns of :data:`PACKED_COLUMNS` of rows, from the place ``first`` on, as facts."""
    arrays = [row[first] for row in rows]
    sizes = np.array([len(one) for one in arrays])
    counter, known = unpack_counters(b"".join(arrays), sizes, SLOTS)
    planes = [[row[first + 1 + bit] or 0 for bit in range(3)] for row in rows]
    code = codes_of(np.array(planes, np.int64), np.arange(SLOTS))
    return Facts(counter, code, np.ones(counter.shape, np.bool_) if known is None else known)


def _dates(days: NDArray[np.int64]) -> list[object]:
    return [day_of(day * SLOTS) for day in days.tolist()]


async def read(session: TenantSession, series: NDArray[np.int64], days: NDArray[np.int64]) -> Facts:
    """Rows that stand, in the order of the keys given; shape ``(n, 24)``."""
    driver = await session.driver()
    rows = await driver.fetch(_READ, session.scope.tenant_id, series.tolist(), _dates(days))
    shape = (len(series), SLOTS)
    facts = Facts(np.zeros(shape, np.int64), np.zeros(shape, np.uint8), np.zeros(shape, np.bool_))
    if rows:
        places = np.array([row[0] for row in rows], np.int64) - 1
        found = facts_of(rows, 1)
        facts.counter[places], facts.known[places] = found.counter, found.known
        facts.code[places] = found.code
    return facts


async def write(
    session: TenantSession, series: NDArray[np.int64], days: NDArray[np.int64], facts: Facts
) -> None:
    """Write whole rows, ordered by series and day."""
    signed = facts.counter.astype(np.uint32).view(np.int32).astype(np.int64)
    counters = np.where(facts.known, signed, _ABSENT)
    weights = 1 << np.arange(SLOTS)
    planes = np.stack([((facts.code >> bit & 1) * weights).sum(axis=1) for bit in range(3)])
    driver = await session.driver()
    await driver.execute(
        _WRITE,
        session.scope.tenant_id,
        array_literal(series),
        _dates(days),
        *(array_literal(np.ascontiguousarray(column)) for column in counters.T),
        *(array_literal(np.where(plane, plane, _ABSENT)) for plane in planes),
    )
