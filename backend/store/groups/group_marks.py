"""Marking hours of groups that must be rolled up again, because a counter below them changed."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from analytics.estimation import LIKE_DAYS
from backend.store.literals import array_literal
from domain.hours import hour_of
from domain.identity import TenantId
from tenants.session import TenantSession

HOURS = 24

MANY_SERIES = 2_000
"""From here on a tenant's whole structure is remembered; fewer series are looked up one by one."""

_GROUPS_OF = """
SELECT u.series_id, m.group_id FROM unnest($2::text::bigint[]) AS u (series_id)
JOIN installation AS i ON i.tenant_id = $1 AND i.series_id = u.series_id
JOIN group_member AS m ON m.tenant_id = $1 AND m.point_id = i.point_id
"""

_ALL_GROUPS = """
SELECT DISTINCT i.series_id, m.group_id FROM installation AS i
JOIN group_member AS m ON m.tenant_id = $1 AND m.point_id = i.point_id WHERE i.tenant_id = $1
"""

_VERSION = "SELECT coalesce(max(sequence), 0) FROM audit_log WHERE tenant_id = $1"

_MARK = """
INSERT INTO group_due AS d (tenant_id, group_id, day, hours)
SELECT $1, u.group_id, date '1970-01-01' + u.day, u.hours
FROM unnest($2::text::bigint[], $3::text::int[], $4::text::int[]) AS u (group_id, day, hours)
ON CONFLICT (tenant_id, group_id, day) DO UPDATE
SET hours = d.hours | excluded.hours, marks = d.marks + 1
"""


@dataclass(frozen=True, slots=True)
class _Membership:
    """Which series count in which groups, ordered by series."""

    version: int
    series: NDArray[np.int64]
    group: NDArray[np.int64]


class GroupDirectory:
    """Groups of series, remembered tenant by tenant for as long as nothing was changed there.

    Meters, points and groups change by administrative acts alone, and each adds an entry to the
    tenant's audit log in its own transaction: while the newest entry is the same, so is the
    structure.
    """

    def __init__(self, most_pairs: int = 4_000_000) -> None:
        self._known: dict[TenantId, _Membership] = {}
        self._most = most_pairs

    async def mark_due(
        self, session: TenantSession, series: NDArray[np.int64], hour: NDArray[np.int64]
    ) -> None:
        """Mark the groups of changed counters: the hour itself and the hour after it.

        Also what is over of the like days after them, since gaps there are shaped by these hours.
        """
        found = await self._membership(session, _distinct(series))
        place, group = _join(series, found)
        keys, masks = [], []
        over = hour_of(datetime.now(UTC))
        for back in (0, *LIKE_DAYS):
            old = slice(None) if not back else np.flatnonzero(hour[place] + back < over)
            for shift in (0, 1):
                hours = hour[place][old] + back + shift
                keys.append(np.stack([group[old], hours // HOURS]))
                masks.append(1 << (hours % HOURS))
        key, mask = np.concatenate(keys, axis=1), np.concatenate(masks)
        if not len(mask):
            return
        order = np.lexsort(key)
        key, mask = key[:, order], mask[order]
        starts = np.flatnonzero(np.diff(key, prepend=-1).any(axis=0))
        driver = await session.driver()
        await driver.execute(
            _MARK,
            session.scope.tenant_id,
            array_literal(np.ascontiguousarray(key[0, starts])),
            array_literal(np.ascontiguousarray(key[1, starts])),
            array_literal(np.bitwise_or.reduceat(mask, starts)),
        )

    async def _membership(self, session: TenantSession, series: NDArray[np.int64]) -> _Membership:
        driver = await session.driver()
        tenant = session.scope.tenant_id
        if len(series) < MANY_SERIES:
            return _ordered(0, await driver.fetch(_GROUPS_OF, tenant, array_literal(series)))
        # read before the structure: what changes in between is then read again the next time
        version = await driver.fetchval(_VERSION, tenant)
        known = self._known.get(tenant)
        if known is None or known.version != version:
            known = _ordered(version, await driver.fetch(_ALL_GROUPS, tenant))
            if sum(len(one.series) for one in self._known.values()) > self._most:
                self._known.clear()
            self._known[tenant] = known
        return known


def _distinct(series: NDArray[np.int64]) -> NDArray[np.int64]:
    ordered = np.sort(series)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=-1))]


def _ordered(version: int, rows: list[tuple[int, int]]) -> _Membership:
    table = np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, 2)
    table = table[np.argsort(table[:, 0], kind="stable")]
    return _Membership(version, table[:, 0].copy(), table[:, 1].copy())


def _join(
    series: NDArray[np.int64], known: _Membership
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each pair of a reading and a group that it counts in: place of the one, id of the other."""
    low = np.searchsorted(known.series, series, side="left")
    counts = np.searchsorted(known.series, series, side="right") - low
    place = np.repeat(np.arange(len(series)), counts)
    within = np.arange(len(place)) - np.repeat(counts.cumsum() - counts, counts)
    return place, known.group[np.repeat(low, counts) + within]
