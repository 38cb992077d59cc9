"""Rows of series_hour: one hour of a block of neighbouring series, written once by its wave.

Days that are still open lie here. A wave of an hour appends a row for every 128 series and rewrites
nothing; once a day is closed, its hours move to the rows of series_day, one for each series.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from backend.models.readings import SERIES_A_ROW
from domain.hours import instant_of
from domain.merging import Facts
from domain.quality import CodeArray
from tenants.session import TenantSession

SLOTS = SERIES_A_ROW
"""A row's slots are series."""

_COUNTER = np.dtype(">u4")

_READ = """
SELECT u.place, t.known, t.counters, t.codes
FROM unnest($2::bigint[], $3::timestamptz[]) WITH ORDINALITY AS u (block, hour, place)
JOIN series_hour AS t ON t.tenant_id = $1 AND t.block = u.block AND t.hour = u.hour
ORDER BY u.place
"""

_WRITE = """
INSERT INTO series_hour (tenant_id, block, hour, known, counters, codes)
SELECT $1, * FROM unnest($2::bigint[], $3::timestamptz[], $4::bytea[], $5::bytea[], $6::bytea[])
ON CONFLICT (tenant_id, block, hour) DO UPDATE
SET known = excluded.known, counters = excluded.counters, codes = excluded.codes
"""


def place(
    series: NDArray[np.int64], hour: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Block, hour and slot of each series and hour."""
    return series // SLOTS, hour, series % SLOTS


def unpack(
    known: Sequence[bytes], counters: Sequence[bytes], codes: Sequence[bytes | None]
) -> Facts:
    """Columns of some rows to arrays of shape ``(rows, 128)``."""
    coded = None
    if any(one is not None for one in codes):
        coded = b"".join(
            one if one is not None else bytes(len(own) // _COUNTER.itemsize)
            for one, own in zip(codes, counters, strict=True)
        )
    return unpack_together(b"".join(known), b"".join(counters), coded)


def unpack_together(known: bytes, counters: bytes, codes: bytes | None) -> Facts:
    """As :func:`unpack`, of columns that come one behind the other; codes None if all are 0."""
    bits = np.frombuffer(known, np.uint8).reshape(-1, SLOTS // 8)
    mask = np.unpackbits(bits, axis=1, bitorder="little").view(np.bool_)
    counter = np.zeros(mask.shape, np.int64)
    counter[mask] = np.frombuffer(counters, _COUNTER)
    code: CodeArray = np.zeros(mask.shape, np.uint8)
    if codes is not None:
        code[mask] = np.frombuffer(codes, np.uint8)
    return Facts(counter, code, mask)


def pack(facts: Facts) -> tuple[list[bytes], list[bytes], list[bytes | None]]:
    """Arrays of shape ``(rows, 128)`` to columns (known, counters, codes)."""
    bits = np.packbits(facts.known, axis=1, bitorder="little")
    ends = np.cumsum(facts.known.sum(axis=1)).tolist()
    starts = [0, *ends[:-1]]
    runs = list(zip(starts, ends, strict=True))
    counters = facts.counter[facts.known].astype(_COUNTER).tobytes()
    codes = facts.code[facts.known].tobytes()
    coded = np.any(facts.code > 0, axis=1)
    return (
        [row.tobytes() for row in bits],
        [counters[4 * start : 4 * end] for start, end in runs],
        [
            codes[start:end] if has else None
            for (start, end), has in zip(runs, coded.tolist(), strict=True)
        ],
    )


def _instants(hours: NDArray[np.int64]) -> list[object]:
    return [instant_of(hour) for hour in hours.tolist()]


async def read(
    session: TenantSession, blocks: NDArray[np.int64], hours: NDArray[np.int64]
) -> Facts:
    """Rows that stand, in the order of the keys given; shape ``(n, 128)``."""
    driver = await session.driver()
    rows = await driver.fetch(_READ, session.scope.tenant_id, blocks.tolist(), _instants(hours))
    shape = (len(blocks), SLOTS)
    facts = Facts(np.zeros(shape, np.int64), np.zeros(shape, np.uint8), np.zeros(shape, np.bool_))
    if rows:
        places = np.array([row[0] for row in rows], np.int64) - 1
        found = unpack(*([row[at] for row in rows] for at in (1, 2, 3)))
        facts.counter[places], facts.code[places] = found.counter, found.code
        facts.known[places] = found.known
    return facts


async def write(
    session: TenantSession, blocks: NDArray[np.int64], hours: NDArray[np.int64], facts: Facts
) -> None:
    """Write whole rows, ordered by block and hour."""
    driver = await session.driver()
    await driver.execute(
        _WRITE, session.scope.tenant_id, blocks.tolist(), _instants(hours), *pack(facts)
    )
