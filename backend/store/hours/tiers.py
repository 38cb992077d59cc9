"""Which rows hold a fact: open days in rows of an hour, then rows of a day, then of a month.

Two bounds for each tenant say from which UTC day on hours are open, and from which on days have
rows of their own. Only the folder of the tenant moves them, some series at a time, each step in one
transaction; so what is written always meets what stands, no step is long, and a reader who looks
into all tiers in one statement sees each hour once.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from backend.store.hours import day_rows, hour_rows, month_rows, months
from backend.store.hours.rows import Rows, portions
from domain.hours import first_hour, instant_of
from domain.merging import Facts
from tenants.session import TenantSession

OPEN_DAYS = 2
"""The running day and the one before it, for which most of what is late still comes."""

_BLOCKS_A_STEP = 200
_SERIES_A_STEP = 5_000

_BOUNDS = """
SELECT open_from, open_next, open_done, days_from, days_next, days_done
FROM series_tier WHERE tenant_id = $1
"""
_BEGIN = "INSERT INTO series_tier VALUES ($1, $2, $2, 0, $3, $3, 0)"
_MOVE_OPEN = """
UPDATE series_tier SET open_from = $2, open_next = $3, open_done = $4 WHERE tenant_id = $1
"""
_MOVE_DAYS = """
UPDATE series_tier SET days_from = $2, days_next = $3, days_done = $4 WHERE tenant_id = $1
"""

_BLOCKS = """
SELECT DISTINCT block FROM series_hour
WHERE tenant_id = $1 AND block > $2 AND hour < $3 ORDER BY block LIMIT $4
"""
_HOURS = """
DELETE FROM series_hour WHERE tenant_id = $1 AND block = ANY($2::bigint[]) AND hour < $3
RETURNING block, extract(epoch FROM hour)::bigint / 3600, known, counters, codes
"""

_SERIES = """
SELECT DISTINCT series_id FROM series_day
WHERE tenant_id = $1 AND series_id > $2 AND day >= $3 AND day < $4 ORDER BY series_id LIMIT $5
"""
_DAYS = f"""
DELETE FROM series_day
WHERE tenant_id = $1 AND series_id = ANY($2::bigint[]) AND day >= $3 AND day < $4
RETURNING series_id, day - date '1970-01-01', {day_rows.PACKED_COLUMNS}
"""  # noqa: S608 - names of columns are constants


@dataclass(frozen=True, slots=True)
class Bound:
    """The day at which one tier ends and the next begins, while it may be on its way."""

    start: date
    """Before this day every series lies in the older tier."""

    next: date
    """Where the bound is moving; ``start`` while it stands."""

    done: int
    """Up to this series the hours before ``next`` have moved."""

    def older(self, series: NDArray[np.int64], hour: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which facts lie in the older tier."""
        found: NDArray[np.bool_] = hour < first_hour(self.start)
        if self.next > self.start:
            found = found | ((hour < first_hour(self.next)) & (series <= self.done))
        return found


@dataclass(frozen=True, slots=True)
class Tiers:
    """The bounds of a tenant."""

    open: Bound
    days: Bound


def standing(now: datetime) -> Tiers:
    """Bounds as they should be at a time: two open days, and days of this month and the last."""
    today = now.date()
    opened = today - timedelta(days=OPEN_DAYS - 1)
    month = (opened.replace(day=1) - timedelta(days=1)).replace(day=1)
    return Tiers(Bound(opened, opened, 0), Bound(month, month, 0))


async def load(session: TenantSession, now: datetime) -> Tiers:
    """Bounds of the tenant; its first fold sets them."""
    driver = await session.driver()
    row = await driver.fetchrow(_BOUNDS, session.scope.tenant_id)
    if row is None:
        begun = standing(now)
        await driver.execute(_BEGIN, session.scope.tenant_id, begun.open.start, begun.days.start)
        return begun
    return Tiers(Bound(row[0], row[1], row[2]), Bound(row[3], row[4], row[5]))


async def advance(session: TenantSession, now: datetime) -> int:
    """Take one step with the hours whose time in their tier is over.

    Gives the number of rows written; 0 when nothing is left to do. The caller is the one folder of
    the tenant.

    Raises
    ------
    MonthsMissingError
        Months concerned have no partition yet.
    """
    wanted = standing(now)
    written = await _close_days(session, (await load(session, now)).open, wanted.open.start)
    if written:
        return written
    bounds = await load(session, now)  # the first bound may have arrived
    last = min(wanted.days.start, bounds.open.start.replace(day=1))
    return await _close_months(session, bounds.days, last)


async def _close_days(session: TenantSession, bound: Bound, wanted: date) -> int:
    """Move open hours of some blocks into rows of days."""
    end = bound.next if bound.next > bound.start else wanted
    if end <= bound.start:
        return 0
    driver = await session.driver()
    tenant, until = session.scope.tenant_id, instant_of(first_hour(end))
    # hours of closed days are never written here, so all that stands before the end is new
    after = bound.done // hour_rows.SLOTS if bound.next > bound.start else -1
    rows = await driver.fetch(_BLOCKS, tenant, after, until, _BLOCKS_A_STEP)
    if not rows:
        await driver.execute(_MOVE_OPEN, tenant, end, end, 0)
        return await _close_days(session, Bound(end, end, 0), wanted)
    blocks = [row[0] for row in rows]
    hours = await driver.fetch(_HOURS, tenant, blocks, until)
    found = hour_rows.unpack(*([row[at] for row in hours] for at in (2, 3, 4)))
    row, slot = np.nonzero(found.known)
    hour = np.array([one[1] for one in hours], np.int64)
    await months.require(session, np.unique(hour // 24))
    series = np.array([one[0] for one in hours], np.int64)[row] * hour_rows.SLOTS + slot
    cells = Facts(found.counter[row, slot], found.code[row, slot], found.known[row, slot])
    written = await _lay(session, day_rows, series, hour[row], cells)
    done = (blocks[-1] + 1) * hour_rows.SLOTS - 1
    await driver.execute(_MOVE_OPEN, tenant, bound.start, end, done)
    return written


async def _close_months(session: TenantSession, bound: Bound, wanted: date) -> int:
    """Move days of some series into rows of months."""
    end = bound.next if bound.next > bound.start else wanted
    if end <= bound.start:
        return 0
    driver = await session.driver()
    tenant = session.scope.tenant_id
    after = bound.done if bound.next > bound.start else -1
    rows = await driver.fetch(_SERIES, tenant, after, bound.start, end, _SERIES_A_STEP)
    if not rows:
        await driver.execute(_MOVE_DAYS, tenant, end, end, 0)
        return await _close_months(session, Bound(end, end, 0), wanted)
    wanted_series = [row[0] for row in rows]
    days = await driver.fetch(_DAYS, tenant, wanted_series, bound.start, end)
    found = day_rows.facts_of(days, 2)
    row, slot = np.nonzero(found.known)
    day = np.array([one[1] for one in days], np.int64)
    await months.require(session, np.unique(day))
    series = np.array([one[0] for one in days], np.int64)[row]
    cells = Facts(found.counter[row, slot], found.code[row, slot], found.known[row, slot])
    written = await _lay(session, month_rows, series, day[row] * 24 + slot, cells)
    await driver.execute(_MOVE_DAYS, tenant, bound.start, end, wanted_series[-1])
    return written


async def _lay(
    session: TenantSession,
    rows: Rows,
    series: NDArray[np.int64],
    hour: NDArray[np.int64],
    cells: Facts,
) -> int:
    """Write facts as new rows of a tier; gives their number."""
    written = 0
    for portion in portions(rows, series, hour):
        facts, at = portion.empty(rows), (portion.row, portion.slot)
        facts.counter[at] = cells.counter[portion.chosen]
        facts.code[at] = cells.code[portion.chosen]
        facts.known[at] = True
        await rows.write(session, portion.one, portion.other, facts)
        written += len(portion.one)
    return written
