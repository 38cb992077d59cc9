"""Houses with their coordinates, and how many things are wrong at and below each, in SQL."""

from typing import NamedTuple

from backend.store.model.access import sites_of, visible
from domain.findings import WRONG, FindingState
from domain.identity import SiteId
from domain.quantities import SiteKind
from tenants.session import TenantSession

# Labels of a path are ids: the houses above something are found by the key, without the tree.
_ABOVE = "h.id = ANY(string_to_array(s.path::text, '.')::bigint[])"

_HOUSES = f"""
WITH house AS MATERIALIZED (
    SELECT s.id, s.name_path, s.path, s.latitude, s.longitude FROM site AS s
    WHERE s.tenant_id = $1 AND s.kind = $3 AND {visible("s", 2)}
      AND ($4::bigint IS NULL OR EXISTS (
          SELECT FROM site AS top WHERE top.tenant_id = $1 AND top.id = $4 AND top.path @> s.path))
    ORDER BY s.id LIMIT $5),
silent AS (
    SELECT h.id, count(*) FILTER (WHERE a.kind = 'concentrator_silent') AS concentrators,
           count(*) FILTER (WHERE a.kind <> 'concentrator_silent') AS devices
    FROM network_alarm AS a
    JOIN site AS s ON s.tenant_id = $1 AND s.id = a.site_id
    JOIN house AS h ON {_ABOVE}
    WHERE a.tenant_id = $1 AND a.closed_at IS NULL GROUP BY h.id),
found AS (
    SELECT h.id, count(*) AS findings FROM finding AS f
    JOIN site AS s ON s.tenant_id = $1 AND s.id = f.site_id
    JOIN house AS h ON {_ABOVE}
    WHERE f.tenant_id = $1 AND f.state <> $6 AND f.kind = ANY($7::text[]) GROUP BY h.id)
SELECT h.id, h.name_path, coalesce(h.latitude, below.latitude),
       coalesce(h.longitude, below.longitude), coalesce(silent.concentrators, 0),
       coalesce(silent.devices, 0), coalesce(found.findings, 0)
FROM house AS h LEFT JOIN silent ON silent.id = h.id LEFT JOIN found ON found.id = h.id
LEFT JOIN LATERAL (
    SELECT b.latitude, b.longitude FROM site AS b
    WHERE h.latitude IS NULL AND b.tenant_id = $1 AND b.path <@ h.path AND b.latitude IS NOT NULL
    ORDER BY b.id LIMIT 1) AS below ON true
ORDER BY h.id
"""  # noqa: S608 - conditions made of constants


class House(NamedTuple):
    """A house, and what is open at and below it."""

    id: SiteId
    path: str
    latitude: float | None
    """Of the house, or of the first entrance that has one [degrees, WGS 84]."""

    longitude: float | None
    concentrators: int
    """That are silent now."""

    devices: int
    """Modules and channels that are silent now."""

    findings: int
    """That are open and say that something is wrong."""


async def houses(session: TenantSession, under: SiteId | None, limit: int) -> list[House]:
    """Houses in sight, at and below a site, in the order of their ids."""
    driver = await session.driver()
    rows = await driver.fetch(
        _HOUSES,
        session.scope.tenant_id,
        sites_of(session.scope),
        SiteKind.HOUSE,
        under,
        limit,
        FindingState.CLOSED,
        sorted(WRONG),
    )
    return [House(*row) for row in rows]
