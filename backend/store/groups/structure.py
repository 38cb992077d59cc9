"""What hangs where in a tenant: its tree of groups, their members, the meters that stood there.

A worker rolls every tenant up each hour, and needs all of this each time, although it changes by
administrative acts alone. Each of those adds an entry to the tenant's audit log in its own
transaction, so while the newest entry is the same, what is remembered still holds.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics import registers
from analytics.registers import Installations
from backend.store.groups.group_hours import MemberRows, Tree
from backend.store.hours.series import Standing
from domain.identity import MeteringPointId, TenantId
from tenants.session import TenantSession

_VERSION = "SELECT coalesce(max(sequence), 0) FROM audit_log WHERE tenant_id = $1"

_GROUPS = """
SELECT id, coalesce(parent_id, -1), nlevel(path) FROM balance_group
WHERE tenant_id = $1 ORDER BY id
"""
_GROUPS_AROUND = """
SELECT id, coalesce(parent_id, -1), nlevel(path) FROM balance_group
WHERE tenant_id = $1 AND (id = ANY($2::bigint[]) OR parent_id = ANY($2::bigint[])) ORDER BY id
"""
_ABOVE = """
SELECT DISTINCT a.id FROM group_member AS m
JOIN balance_group AS g ON g.tenant_id = $1 AND g.id = m.group_id
JOIN balance_group AS a ON a.tenant_id = $1 AND a.path @> g.path
WHERE m.tenant_id = $1 AND m.point_id = ANY($2::bigint[])
"""

_MEMBERS = """
SELECT group_id, point_id, role FROM group_member WHERE tenant_id = $1 ORDER BY group_id, point_id
"""
_MEMBERS_OF = """
SELECT group_id, point_id, role FROM group_member
WHERE tenant_id = $1 AND group_id = ANY($2::bigint[]) ORDER BY group_id, point_id
"""

_INSTALLATIONS_OF = """
SELECT point_id, series_id, extract(epoch FROM installed_at)::bigint,
       coalesce(extract(epoch FROM removed_at)::bigint, $2), initial_counter, wrap,
       longest_gap_h, register_offset, register_slope, register_divisor, final_register,
       wraps_matter::int
FROM installation WHERE tenant_id = $1 {which} ORDER BY point_id, installed_at
"""
_INSTALLATIONS = _INSTALLATIONS_OF.format(which="")
_STANDING_AT = _INSTALLATIONS_OF.format(which="AND point_id = ANY($3::bigint[])")


@dataclass(frozen=True, slots=True)
class Structure:
    """All groups, members and installations of a tenant."""

    version: int
    tree: Tree
    """Ordered by id."""

    members: MemberRows
    """Ordered by group and point."""

    standing: Standing
    """Of every point that has or had a meter; points in ascending order."""

    @property
    def rows(self) -> int:
        """How much is remembered."""
        return len(self.tree.ids) + len(self.members.point_ids) + len(self.standing.series)

    def around(self, groups: NDArray[np.int64]) -> Tree:
        """Some groups and their children."""
        tree = self.tree
        wanted = np.isin(tree.ids, groups) | np.isin(tree.parent_ids, groups)
        return Tree(tree.ids[wanted], tree.parent_ids[wanted], tree.depth[wanted])

    def members_of(self, groups: NDArray[np.int64]) -> MemberRows:
        """Direct members of some groups."""
        members = self.members
        wanted = np.isin(members.group_ids, groups)
        if wanted.all():
            return members
        return MemberRows(
            members.group_ids[wanted], members.point_ids[wanted], members.role[wanted]
        )

    def standing_at(self, points: NDArray[np.int64]) -> Standing:
        """Installations of some points, given in ascending order and each once."""
        known = self.standing
        if len(points) == len(known.points) and (points == known.points).all():
            return known
        at = np.searchsorted(points, known.points)
        chosen = at < len(points)
        chosen[chosen] = points[at[chosen]] == known.points[chosen]
        rows = np.flatnonzero(chosen[known.row_point])
        point = at[known.row_point[rows]]
        return Standing(points, point, known.series[rows], known.terms.take(rows))


class Structures:
    """Structures of tenants, remembered by one worker; those longest unused are forgotten."""

    def __init__(self, most_rows: int = 8_000_000) -> None:
        self._known: OrderedDict[TenantId, Structure] = OrderedDict()
        self._most, self._rows = most_rows, 0

    async def of(self, session: TenantSession) -> Structure:
        """Structure of the session's tenant, as it is now."""
        driver = await session.driver()
        tenant = session.scope.tenant_id
        # read before the structure: what changes in between is then read again the next time
        version = await driver.fetchval(_VERSION, tenant)
        known = self._known.get(tenant)
        if known is None or known.version != version:
            self._forget(tenant)
            known = await _load(session, version)
            self._known[tenant] = known
            self._rows += known.rows
            while self._rows > self._most and len(self._known) > 1:
                self._forget(next(iter(self._known)))
        self._known.move_to_end(tenant)
        return known

    def _forget(self, tenant: TenantId) -> None:
        known = self._known.pop(tenant, None)
        if known is not None:
            self._rows -= known.rows


async def load_above(
    session: TenantSession, points: Sequence[MeteringPointId]
) -> tuple[NDArray[np.int64], Structure]:
    """Groups above some points, in ascending order, and what is needed to derive their hours.

    The tree has their children too; members and installations are those of these groups alone,
    so that the cost does not grow with the tenant.
    """
    driver = await session.driver()
    tenant = session.scope.tenant_id
    above = sorted(row[0] for row in await driver.fetch(_ABOVE, tenant, points))
    groups = await driver.fetch(_GROUPS_AROUND, tenant, above)
    members = await driver.fetch(_MEMBERS_OF, tenant, above)
    among = sorted({row[1] for row in members})
    standing = await driver.fetch(_STANDING_AT, tenant, registers.FOREVER_S, among)
    return np.array(above, dtype=np.int64), _structure(0, groups, members, standing)


async def _load(session: TenantSession, version: int) -> Structure:
    driver = await session.driver()
    tenant = session.scope.tenant_id
    groups = await driver.fetch(_GROUPS, tenant)
    members = await driver.fetch(_MEMBERS, tenant)
    standing = await driver.fetch(_INSTALLATIONS, tenant, registers.FOREVER_S)
    return _structure(version, groups, members, standing)


def _structure(
    version: int, groups: list[Any], members: list[Any], standing: list[Any]
) -> Structure:
    tree = _table(groups, 3)
    pairs = _table([(row[0], row[1]) for row in members], 2)
    role = np.array([row[2] for row in members], dtype=np.str_)
    rows = _table(standing, 12)
    points, row_point = np.unique(rows[:, 0], return_inverse=True)
    terms = Installations(*(np.ascontiguousarray(column) for column in rows[:, 2:].T))
    return Structure(
        version,
        Tree(tree[:, 0].copy(), tree[:, 1].copy(), tree[:, 2].copy()),
        MemberRows(pairs[:, 0].copy(), pairs[:, 1].copy(), role),
        Standing(points, row_point, rows[:, 1].copy(), terms),
    )


def _table(rows: list[tuple[int, ...]], columns: int) -> NDArray[np.int64]:
    return np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, columns)
