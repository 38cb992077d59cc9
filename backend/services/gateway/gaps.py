"""Gaps: whole hours of installed meters that are over and never came, to be asked for again.

Asking changes nothing in the ledger: what comes later counts as late or backfilled by the moment
of its commit.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from backend.store import bells
from backend.store.hours import counters
from backend.store.network import gaps
from backend.store.network.gaps import Installed, Reach
from domain.gaps import Gap, gaps_of
from domain.hours import day_of, first_hour, hour_of, instant_of
from tenants.session import Database, TenantSession

PATIENCE_H = 2
"""Hours that come by themselves are not asked for."""

OPEN_DAYS = 2
OLDEST_DAYS = 31

CONCENTRATORS_AT_ONCE = 20
_CELLS_AT_ONCE = 400_000
_SECONDS = 3600


def span(reach: Reach, now: datetime) -> tuple[int, int]:
    """Hours that are looked at: of the open days since two midnights ago, or of those before."""
    newest = hour_of(now) - PATIENCE_H
    middle = first_hour(day_of(hour_of(now)) - timedelta(days=OPEN_DAYS))
    if reach is Reach.RECENT:
        return middle, newest
    return middle - OLDEST_DAYS * 24, middle


async def announce(database: Database, reach: Reach, round_: datetime) -> None:
    """Ring for a round over all concentrators of every tenant."""
    async with database.global_session() as session:
        await bells.ring_for_all(session, gaps.GAPS, f"{reach} {round_.isoformat()}")


async def take_rung(session: TenantSession) -> list[int]:
    """Concentrators that brought late hours since the last look."""
    return await gaps.take_rung(session)


async def seek_round(session: TenantSession, now: datetime) -> bool:
    """Look through the next concentrators of a round that rings; False when none does."""
    heard = await bells.heard(session, gaps.GAPS)
    for reach in Reach:
        keys = [key for key in heard if key.startswith(f"{reach} ")]
        if not keys:
            continue
        round_ = max(datetime.fromisoformat(key.split(" ", 1)[1]) for key in keys)
        due = await gaps.next_due(session, reach, round_, CONCENTRATORS_AT_ONCE)
        if due:
            await seek(session, due, reach, now)
        if len(due) < CONCENTRATORS_AT_ONCE:
            await bells.answer(session, gaps.GAPS, keys)
        return True
    return False


async def seek(
    session: TenantSession, concentrators: Sequence[int], reach: Reach, now: datetime
) -> None:
    """Find the gaps of some concentrators and keep them, to be asked for."""
    low, high = span(reach, now)
    standing = await gaps.installed(session, concentrators, instant_of(low))
    found: list[tuple[int, list[Gap]]] = []
    for concentrator in concentrators:
        own = standing.of(concentrator)
        end = min(high, await _reached(session, own, hour_of(now)))
        found.append((concentrator, await _gaps_of(session, own, low, max(low, end))))
    await gaps.save(session, reach, now, found)


async def _reached(session: TenantSession, own: Installed, now: int) -> int:
    """Hour after the newest one of which a concentrator brought anything.

    What lies behind it is on its way: a concentrator that catches up need not be asked.
    """
    series = np.unique(own.series)
    for back in (2 * OPEN_DAYS, OLDEST_DAYS + OPEN_DAYS):
        low, newest = now - back * 24, 0
        some = max(1, _CELLS_AT_ONCE // (now - low))
        for start in range(0, len(series), some):
            part = series[start : start + some]
            found = await counters.load(session, part, low, now, corrected=False)
            hours = np.flatnonzero(found.arrived.any(axis=0))
            newest = max(newest, low + int(hours[-1]) + 1 if len(hours) else 0)
        if newest:
            return newest
    return 0


async def _gaps_of(session: TenantSession, own: Installed, low: int, high: int) -> list[Gap]:
    if not len(own.series) or low >= high:
        return []
    series, first, row = np.unique(own.series, return_index=True, return_inverse=True)
    missing = np.zeros((len(series), high - low), np.bool_)
    np.logical_or.at(missing, row, _due(own, low, high))
    some = max(1, _CELLS_AT_ONCE // (high - low))
    for start in range(0, len(series), some):
        part = slice(start, start + some)
        found = await counters.load(session, series[part], low, high, corrected=False)
        missing[part] &= ~found.arrived
    return gaps_of(own.network[first], own.address[first], missing, low)


def _due(own: Installed, low: int, high: int) -> NDArray[np.bool_]:
    """Whole hours within each installation, shape ``(n, t)``."""
    axis = np.arange(low, high)
    begin, end = -(-own.start_s // _SECONDS), own.end_s // _SECONDS
    due: NDArray[np.bool_] = (axis >= begin[:, None]) & (axis < end[:, None])
    return due
