"""Rows of series_month: the hours of one series in one UTC month, whose days all lie far back.

A counter is kept as its distance from the known one before it, which takes one or two bytes; so a
month of one meter is one row of a quarter of a page at most, and it is exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from asyncpg import Record
from numpy.typing import NDArray

from domain.merging import Facts
from domain.quality import CodeArray
from tenants.session import TenantSession

SLOTS = 31 * 24
"""A row's slots are hours; months that are shorter leave the last ones empty."""

BITMAP = SLOTS // 8
_WIDTHS = (np.dtype(">u1"), np.dtype(">u2"), np.dtype(">u4"))

_READ = """
SELECT u.place, t.first_counter, t.increments, t.known, t.codes, t.month
FROM unnest($2::bigint[], $3::date[]) WITH ORDINALITY AS u (series_id, month, place)
JOIN series_month AS t ON t.tenant_id = $1 AND t.series_id = u.series_id AND t.month = u.month
"""

_WRITE = """
INSERT INTO series_month (tenant_id, series_id, month, first_counter, increments, known, codes)
SELECT $1, * FROM unnest($2::bigint[], $3::date[], $4::int[], $5::bytea[], $6::bytea[], $7::bytea[])
ON CONFLICT (tenant_id, series_id, month) DO UPDATE
SET first_counter = excluded.first_counter, increments = excluded.increments,
    known = excluded.known, codes = excluded.codes
"""


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows as they are stored, column by column."""

    first_counter: Sequence[int]
    increments: Sequence[bytes]
    known: Sequence[bytes | None]
    codes: Sequence[bytes | None]


def months_of(hours: NDArray[np.int64]) -> NDArray[np.int64]:
    """Month of each hour, counted from January 1970."""
    moments = hours.astype("datetime64[h]").astype("datetime64[M]")
    return moments.astype(np.int64)


def starts_of(months: NDArray[np.int64]) -> NDArray[np.int64]:
    """First hour of each month."""
    return months.astype("datetime64[M]").astype("datetime64[h]").astype(np.int64)


def month_date(month: int) -> date:
    """First day of a month counted from January 1970."""
    return date(1970 + month // 12, month % 12 + 1, 1)


def place(
    series: NDArray[np.int64], hour: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Series, month and slot of each series and hour."""
    month = months_of(hour)
    return series, month, hour - starts_of(month)


def unpack(rows: Columns, hours: NDArray[np.int64]) -> Facts:
    """Rows to arrays of shape ``(rows, 744)``; ``hours`` is the length of each row's month."""
    shape = (len(hours), SLOTS)
    known = np.arange(SLOTS) < hours[:, None]
    gaps = [at for at, bits in enumerate(rows.known) if bits is not None]
    if gaps:
        joined = b"".join(bits for bits in rows.known if bits is not None)
        bits = np.frombuffer(joined, np.uint8).reshape(-1, BITMAP)
        known[gaps] = np.unpackbits(bits, axis=1, bitorder="little").view(np.bool_)
    counts = known.sum(axis=1)
    sizes = np.array([len(one) for one in rows.increments], np.int64)
    steps = np.zeros(shape, np.int64)
    later = known.copy()
    later[np.arange(len(hours)), known.argmax(axis=1)] = False  # the first one has no increment
    for width in _WIDTHS:
        some = np.flatnonzero((counts > 1) & (sizes == (counts - 1) * width.itemsize))
        if len(some):
            joined = b"".join(rows.increments[at] for at in some.tolist())
            part = np.zeros((len(some), SLOTS), np.int64)
            part[later[some]] = np.frombuffer(joined, width)
            steps[some] = part
    first = np.array(rows.first_counter, np.int64) & 0xFFFFFFFF
    counter = np.where(known, (first[:, None] + steps.cumsum(axis=1)) & 0xFFFFFFFF, 0)
    return Facts(counter, _codes(rows.codes, shape), known)


def _codes(packed: Sequence[bytes | None], shape: tuple[int, int]) -> CodeArray:
    code: CodeArray = np.zeros(shape, np.uint8)
    coded = [at for at, one in enumerate(packed) if one is not None]
    if coded:
        joined = b"".join(one for one in packed if one is not None)
        planes = np.frombuffer(joined, np.uint8).reshape(-1, 3, BITMAP)
        bits = np.unpackbits(planes, axis=2, bitorder="little")
        code[coded] = bits[:, 0] | bits[:, 1] << 1 | bits[:, 2] << 2
    return code


def pack(facts: Facts, hours: NDArray[np.int64]) -> Columns:
    """Arrays of shape ``(rows, 744)``, each row with something known, to rows."""
    known = facts.known
    counts = known.sum(axis=1)
    ends = counts.cumsum()
    flat = facts.counter[known]
    steps = np.diff(flat, prepend=0) & 0xFFFFFFFF
    first = flat[ends - counts]
    steps[ends - counts] = 0  # else each row's first step would count for its width
    widest = np.maximum.reduceat(steps, ends - counts)
    width = np.where(widest < 2**8, 0, np.where(widest < 2**16, 1, 2))
    packed = [steps.astype(one).tobytes() for one in _WIDTHS]
    increments = [
        packed[kind][(end - count + 1) << kind : end << kind]
        for kind, end, count in zip(width.tolist(), ends.tolist(), counts.tolist(), strict=True)
    ]
    bitmaps = np.packbits(known, axis=1, bitorder="little")
    whole = counts == hours
    planes = np.stack([facts.code >> bit & 1 for bit in range(3)], axis=1)
    coded = np.any(facts.code > 0, axis=1)
    codes = np.packbits(planes, axis=2, bitorder="little")
    return Columns(
        first.astype(np.uint32).view(np.int32).tolist(),
        increments,
        [
            None if all_of_it else bits.tobytes()
            for bits, all_of_it in zip(bitmaps, whole, strict=True)
        ],
        [bits.tobytes() if has else None for bits, has in zip(codes, coded, strict=True)],
    )


def hours_in(months: NDArray[np.int64]) -> NDArray[np.int64]:
    """Hours of each month counted from January 1970."""
    return starts_of(months + 1) - starts_of(months)


def columns_of(rows: Sequence[Record], first: int) -> Columns:
    """Columns (first_counter, increments, known, codes) of rows, from the place ``first`` on."""
    return Columns(*([row[first + at] for row in rows] for at in range(4)))


async def read(
    session: TenantSession, series: NDArray[np.int64], months: NDArray[np.int64]
) -> Facts:
    """Rows that stand, in the order of the keys given; shape ``(n, 744)``."""
    driver = await session.driver()
    dates = [month_date(month) for month in months.tolist()]
    rows = await driver.fetch(_READ, session.scope.tenant_id, series.tolist(), dates)
    shape = (len(series), SLOTS)
    facts = Facts(np.zeros(shape, np.int64), np.zeros(shape, np.uint8), np.zeros(shape, np.bool_))
    if rows:
        places = np.array([row[0] for row in rows], np.int64) - 1
        found = unpack(columns_of(rows, 1), hours_in(months[places]))
        facts.counter[places], facts.code[places] = found.counter, found.code
        facts.known[places] = found.known
    return facts


async def write(
    session: TenantSession, series: NDArray[np.int64], months: NDArray[np.int64], facts: Facts
) -> None:
    """Write whole rows, ordered by series and month."""
    rows = pack(facts, hours_in(months))
    driver = await session.driver()
    await driver.execute(
        _WRITE,
        session.scope.tenant_id,
        series.tolist(),
        [month_date(month) for month in months.tolist()],
        rows.first_counter,
        rows.increments,
        rows.known,
        rows.codes,
    )
