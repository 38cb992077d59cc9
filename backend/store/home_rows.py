"""What stands beside the hours of a first screen, in few statements: homes, serials, the brand."""

from collections.abc import Sequence
from typing import NamedTuple

from backend.store.model import access
from domain.identity import MeteringPointId, PremiseId
from tenants.session import TenantSession

_PLACES = f"""
SELECT p.id, p.name, s.name_path FROM premise AS p
JOIN site AS s ON s.tenant_id = $1 AND s.id = p.site_id
WHERE p.tenant_id = $1 AND p.id = ANY($2::bigint[])
  AND ({access.visible("s", 3)} OR p.id = ANY($4::bigint[]))
ORDER BY p.id
"""  # noqa: S608 - made of constants

_SERIALS = """
SELECT DISTINCT ON (i.point_id) i.point_id, m.serial FROM installation AS i
JOIN meter AS m ON m.tenant_id = $1 AND m.id = i.meter_id
WHERE i.tenant_id = $1 AND i.point_id = ANY($2::bigint[])
ORDER BY i.point_id, i.installed_at DESC
"""

_BRAND = """
SELECT brand_name, brand_colour, brand_colour_dark, brand_logo_url FROM tenant WHERE id = $1
"""


class Place(NamedTuple):
    """A home, and the path of the site in which it lies."""

    premise: PremiseId
    name: str
    path: str


class BrandRow(NamedTuple):
    """What an organisation shows instead of the product."""

    name: str | None
    colour: str | None
    colour_dark: str | None
    logo_url: str | None


async def places(session: TenantSession, premises: Sequence[PremiseId]) -> list[Place]:
    """Homes in sight, in the order of their ids."""
    driver = await session.driver()
    scope = session.scope
    asked = scope.tenant_id, premises, access.sites_of(scope), access.homes_of(scope)
    return [Place(*row) for row in await driver.fetch(_PLACES, *asked)]


async def serials(
    session: TenantSession, points: Sequence[MeteringPointId]
) -> dict[MeteringPointId, str]:
    """Serial of the newest meter of each point."""
    driver = await session.driver()
    rows = await driver.fetch(_SERIALS, session.scope.tenant_id, points)
    return {row[0]: row[1] for row in rows}


async def brand(session: TenantSession) -> BrandRow:
    """Brand of the session's tenant."""
    driver = await session.driver()
    row = await driver.fetchrow(_BRAND, session.scope.tenant_id)
    return BrandRow(*(row or (None, None, None, None)))
