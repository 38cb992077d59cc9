"""Which rows hold a fact: open days in rows of an hour, closed days in rows of a day.

A bound for each tenant says from which UTC day on the hours are open. Only the folder of the tenant
moves it, so what is written always meets what stands; a reader looks into both in one statement.
"""

from datetime import datetime, timedelta

import numpy as np

from backend.store import day_rows, hour_rows, months
from domain.hours import first_hour, instant_of
from domain.merging import Facts
from tenants.session import TenantSession

OPEN_DAYS = 2
"""The running day and the one before it, for which most of what is late still comes."""

_BLOCKS_AT_ONCE = 200

_OPEN_FROM = "SELECT open_from FROM series_tier WHERE tenant_id = $1"
_BEGIN = "INSERT INTO series_tier (tenant_id, open_from) VALUES ($1, $2)"
_MOVE = "UPDATE series_tier SET open_from = $2 WHERE tenant_id = $1"

_BLOCKS = "SELECT DISTINCT block FROM series_hour WHERE tenant_id = $1 AND hour < $2 ORDER BY block"
_HOURS = """
SELECT block, extract(epoch FROM hour)::bigint / 3600, known, counters, codes FROM series_hour
WHERE tenant_id = $1 AND block = ANY($2::bigint[]) AND hour < $3
"""
_DROP = "DELETE FROM series_hour WHERE tenant_id = $1 AND hour < $2"


async def first_open_hour(session: TenantSession, now: datetime) -> int:
    """First hour of the days that are open; the first fold of a tenant begins it."""
    driver = await session.driver()
    tenant = session.scope.tenant_id
    day = await driver.fetchval(_OPEN_FROM, tenant)
    if day is None:
        day = now.date() - timedelta(days=OPEN_DAYS - 1)
        await driver.execute(_BEGIN, tenant, day)
    return first_hour(day)


async def close_days(session: TenantSession, now: datetime) -> int:
    """Move the hours of days that are over to rows of a day; gives the number of those rows.

    The caller is the one folder of the tenant.

    Raises
    ------
    MonthsMissingError
        Their months have no partition yet.
    """
    driver = await session.driver()
    tenant = session.scope.tenant_id
    day = now.date() - timedelta(days=OPEN_DAYS - 1)
    standing = await driver.fetchval(_OPEN_FROM, tenant)
    if standing is None or standing >= day:
        return 0
    end = instant_of(first_hour(day))
    await months.require(session, np.arange(first_hour(standing) // 24, first_hour(day) // 24))
    blocks = [row[0] for row in await driver.fetch(_BLOCKS, tenant, end)]
    written = 0
    for start in range(0, len(blocks), _BLOCKS_AT_ONCE):
        written += await _move(session, blocks[start : start + _BLOCKS_AT_ONCE], end)
    await driver.execute(_DROP, tenant, end)
    await driver.execute(_MOVE, tenant, day)
    return written


async def _move(session: TenantSession, blocks: list[int], end: datetime) -> int:
    """Write the closed hours of some blocks as rows of days."""
    driver = await session.driver()
    rows = await driver.fetch(_HOURS, session.scope.tenant_id, blocks, end)
    facts = hour_rows.unpack(*([row[at] for row in rows] for at in (2, 3, 4)))
    row, at = np.nonzero(facts.known)
    block = np.array([one[0] for one in rows], np.int64)[row]
    hour = np.array([one[1] for one in rows], np.int64)[row]
    series, day, slot = day_rows.place(block * hour_rows.SLOTS + at, hour)
    keys, place = np.unique(series << 24 | day, return_inverse=True)
    shape = (len(keys), day_rows.SLOTS)
    moved = Facts(np.zeros(shape, np.int64), np.zeros(shape, np.uint8), np.zeros(shape, np.bool_))
    moved.counter[place, slot] = facts.counter[row, at]
    moved.code[place, slot] = facts.code[row, at]
    moved.known[place, slot] = True
    await day_rows.write(session, keys >> 24, keys & 0xFFFFFF, moved)
    return len(keys)
