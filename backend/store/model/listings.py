"""Meters and groups below a site as a report lists them, in SQL."""

from typing import Any, NamedTuple

from backend.store.model import metered
from backend.store.model.access import sites_of, visible
from backend.store.model.metered import GroupRow, PointRow
from domain.identity import BalanceGroupId, MeteringPointId, SiteId
from domain.quantities import Commodity
from tenants.session import TenantSession

_UNDER = """($3::bigint IS NULL OR EXISTS (
    SELECT FROM site AS top WHERE top.tenant_id = $1 AND top.id = $3 AND top.path @> s.path))"""

_POINTS = f"""
SELECT p.id, s.name_path, coalesce(r.name, ''),
       coalesce((SELECT m.serial FROM installation AS i
                 JOIN meter AS m ON m.tenant_id = $1 AND m.id = i.meter_id
                 WHERE i.tenant_id = $1 AND i.point_id = p.id
                 ORDER BY i.installed_at DESC LIMIT 1), '')
FROM metering_point AS p
JOIN site AS s ON s.tenant_id = $1 AND s.id = p.site_id
LEFT JOIN premise AS r ON r.tenant_id = $1 AND r.id = p.premise_id
WHERE p.tenant_id = $1 AND {visible("s", 2)} AND {_UNDER}
  AND ($4::text IS NULL OR p.commodity = $4)
ORDER BY s.name_path, r.name NULLS FIRST, p.id LIMIT $5
"""  # noqa: S608 - conditions made of constants

_GROUPS = f"""
SELECT g.id, s.name_path FROM balance_group AS g
JOIN site AS s ON s.tenant_id = $1 AND s.id = g.site_id
WHERE g.tenant_id = $1 AND {visible("s", 2)} AND {_UNDER}
  AND ($4::text IS NULL OR g.commodity = $4)
  AND EXISTS (SELECT FROM group_member AS m
              WHERE m.tenant_id = $1 AND m.group_id = g.id AND m.role = 'inlet')
ORDER BY s.name_path, g.commodity, g.id LIMIT $5
"""  # noqa: S608 - conditions made of constants


class Under(NamedTuple):
    """What a report is about."""

    site: SiteId | None
    commodity: Commodity | None
    locale: str = "en"
    """Language of what is told in sentences."""


class PointListing(NamedTuple):
    """A metering point with the words that name it."""

    point: PointRow
    path: str
    premise: str
    serial: str
    """Of the meter that stood there last."""


class GroupListing(NamedTuple):
    """A group that has an inlet, with the path of its site."""

    group: GroupRow
    path: str


async def points(session: TenantSession, under: Under, limit: int) -> list[PointListing]:
    """Points in sight, by address."""
    rows = await _fetch(session, _POINTS, under, limit)
    found = await metered.load_points(session, [MeteringPointId(row[0]) for row in rows])
    return [PointListing(found[row[0]], row[1], row[2], row[3]) for row in rows if row[0] in found]


async def groups(session: TenantSession, under: Under, limit: int) -> list[GroupListing]:
    """Groups in sight that have an inlet, by address."""
    rows = await _fetch(session, _GROUPS, under, limit)
    found = await metered.load_groups(session, [BalanceGroupId(row[0]) for row in rows])
    return [GroupListing(found[row[0]], row[1]) for row in rows if row[0] in found]


async def _fetch(
    session: TenantSession, statement: str, under: Under, limit: int
) -> list[tuple[Any, ...]]:
    driver = await session.driver()
    scope = session.scope
    rows = await driver.fetch(
        statement, scope.tenant_id, sites_of(scope), under.site, under.commodity, limit
    )
    return [tuple(row) for row in rows]
