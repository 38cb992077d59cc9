"""Publications of comparisons, and the homes of a group's subgroups, in SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from domain.identity import BalanceGroupId, MeteringPointId
from domain.quantities import Commodity
from tenants.session import TenantSession

_PUBLISH = """
INSERT INTO publication (tenant_id, group_id, word, published_at, published_by)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, group_id) DO NOTHING
"""
_TAKE_BACK = "DELETE FROM publication WHERE tenant_id = $1 AND group_id = $2 RETURNING 1"
_OF_GROUPS = """
SELECT group_id, word, published_at, published_by FROM publication
WHERE tenant_id = $1 AND group_id = ANY($2::bigint[])
"""
_PUBLISHED = """
SELECT p.group_id FROM publication AS p
JOIN balance_group AS g ON g.tenant_id = $1 AND g.id = p.group_id
WHERE p.tenant_id = $1 AND g.commodity = $2 ORDER BY p.group_id
"""
_FIND = "SELECT group_id FROM publication WHERE tenant_id = $1 AND word = $2"

_HOMES = """
SELECT DISTINCT ON (child.id, p.id) child.id, p.id, p.premise_id, r.area_m2::float8,
       child.path::text, g.path::text
FROM balance_group AS child
JOIN balance_group AS g ON g.tenant_id = $1 AND g.path <@ child.path
JOIN group_member AS m ON m.tenant_id = $1 AND m.group_id = g.id AND m.role = 'consumer'
JOIN metering_point AS p ON p.tenant_id = $1 AND p.id = m.point_id AND p.energy_kind = 'active'
JOIN premise AS r ON r.tenant_id = $1 AND r.id = p.premise_id AND r.area_m2 > 0
WHERE child.tenant_id = $1 AND child.parent_id = $2
ORDER BY child.id, p.id, g.path
"""


class PublicationRow(NamedTuple):
    """A comparison that is open to the public."""

    group_id: BalanceGroupId
    word: str
    published_at: datetime
    published_by: str


class Home(NamedTuple):
    """A point of a home with an area, and the subgroup that it belongs to."""

    group_id: BalanceGroupId
    point_id: MeteringPointId
    premise_id: int
    area_m2: float
    way: tuple[str, ...]
    """Subgroups from that one down to the group that lists the point."""


async def publish(session: TenantSession, group: BalanceGroupId, word: str, now: datetime) -> None:
    """Open a comparison; one that is open keeps its word."""
    driver = await session.driver()
    scope = session.scope
    await driver.execute(_PUBLISH, scope.tenant_id, group, word, now, scope.actor)


async def take_back(session: TenantSession, group: BalanceGroupId) -> bool:
    """Close a comparison; False when it was not open."""
    driver = await session.driver()
    return await driver.fetchval(_TAKE_BACK, session.scope.tenant_id, group) is not None


async def of_groups(
    session: TenantSession, groups: Sequence[BalanceGroupId]
) -> Mapping[BalanceGroupId, PublicationRow]:
    """Publications by group."""
    driver = await session.driver()
    rows = await driver.fetch(_OF_GROUPS, session.scope.tenant_id, groups)
    return {row[0]: PublicationRow(*row) for row in rows}


async def find(session: TenantSession, word: str) -> BalanceGroupId | None:
    """Group that is published under a word."""
    driver = await session.driver()
    found = await driver.fetchval(_FIND, session.scope.tenant_id, word)
    return None if found is None else BalanceGroupId(found)


async def published(session: TenantSession, commodity: Commodity) -> list[BalanceGroupId]:
    """Groups of a commodity whose comparison is open."""
    driver = await session.driver()
    rows = await driver.fetch(_PUBLISHED, session.scope.tenant_id, commodity)
    return [BalanceGroupId(row[0]) for row in rows]


async def homes_below(session: TenantSession, group: BalanceGroupId) -> list[Home]:
    """Homes with a known area in each group directly below a group."""
    driver = await session.driver()
    rows = await driver.fetch(_HOMES, session.scope.tenant_id, group)
    return [
        Home(group, point, premise, area, tuple(own.split(".")[len(top.split(".")) :]))
        for group, point, premise, area, top, own in rows
    ]
