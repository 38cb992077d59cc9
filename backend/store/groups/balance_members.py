"""Who takes part in the balance of a group, in SQL: its feeds, and what it delivers to."""

from collections.abc import Sequence
from typing import NamedTuple

from domain.identity import BalanceGroupId, MeteringPointId
from tenants.session import TenantSession

MOST_MEMBERS = 5000
"""Of groups with more together nobody loads every member for one answer."""

_MEMBERS = """
WITH RECURSIVE part AS (
    SELECT g.id AS root, g.id, true AS top, false AS fed FROM balance_group AS g
    WHERE g.tenant_id = $1 AND g.id = ANY($2::bigint[])
    UNION ALL
    SELECT p.root, c.id, false, EXISTS (
        SELECT FROM group_member AS m
        WHERE m.tenant_id = $1 AND m.group_id = c.id AND m.role = 'inlet')
    FROM part AS p JOIN balance_group AS c ON c.tenant_id = $1 AND c.parent_id = p.id
    WHERE NOT p.fed
)
SELECT part.root, m.point_id, CASE WHEN part.fed THEN part.id ELSE 0 END,
       m.role IN ('inlet', 'export'), CASE WHEN m.role = 'export' THEN -1 ELSE 1 END, part.top,
       m.role = 'common'
FROM part JOIN group_member AS m ON m.tenant_id = $1 AND m.group_id = part.id
WHERE CASE WHEN part.fed THEN m.role IN ('inlet', 'export')
           WHEN part.top THEN m.role <> 'aside' ELSE m.role IN ('consumer', 'common') END
ORDER BY part.root, m.point_id LIMIT $3
"""

_BELOW = """
SELECT top.id, m.point_id FROM balance_group AS top
JOIN balance_group AS g ON g.tenant_id = $1 AND g.path <@ top.path
JOIN group_member AS m ON m.tenant_id = $1 AND m.group_id = g.id
WHERE top.tenant_id = $1 AND top.id = ANY($2::bigint[]) AND m.role IN ('consumer', 'common')
ORDER BY top.id, m.point_id LIMIT $3
"""


class BalanceMember(NamedTuple):
    """A point that counts in the balance of a group."""

    point_id: MeteringPointId
    child: int = 0
    """The group below that it feeds; 0 for a point that counts by itself."""

    feeds: bool = False
    """Whether it is an inlet or an export."""

    sign: int = 1
    """-1 for an export."""

    of_top: bool = True
    """Whether it belongs to the group itself: its feeds are the group's supply."""

    common: bool = False
    """Whether it meters the common needs of a house."""


async def members_of(
    session: TenantSession, groups: Sequence[BalanceGroupId]
) -> dict[BalanceGroupId, list[BalanceMember]]:
    """Feeds and members of balances; a child without an inlet stands for its own members.

    Empty for more than :data:`MOST_MEMBERS` together.
    """
    return await _together(session, _MEMBERS, groups)


async def consumers_below(
    session: TenantSession, groups: Sequence[BalanceGroupId]
) -> dict[BalanceGroupId, list[BalanceMember]]:
    """Consumer and common points below groups; empty for more than :data:`MOST_MEMBERS`."""
    return await _together(session, _BELOW, groups)


async def _together(
    session: TenantSession, statement: str, groups: Sequence[BalanceGroupId]
) -> dict[BalanceGroupId, list[BalanceMember]]:
    if not groups:
        return {}
    driver = await session.driver()
    rows = await driver.fetch(statement, session.scope.tenant_id, groups, MOST_MEMBERS + 1)
    found: dict[BalanceGroupId, list[BalanceMember]] = {}
    for group, *row in rows if len(rows) <= MOST_MEMBERS else []:
        found.setdefault(group, []).append(BalanceMember(*row))
    return found
