"""Homes that live in one house, in SQL: whom an indicator compares with."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from domain.identity import MeteringPointId
from tenants.session import TenantSession

MOST_PEERS = 20_000

_PEERS = """
SELECT asked.id, p.id, p.premise_id, pr.area_m2::float8
FROM unnest($2::bigint[]) AS asked (id)
JOIN metering_point AS me ON me.tenant_id = $1 AND me.id = asked.id
JOIN site AS ms ON ms.tenant_id = $1 AND ms.id = me.site_id
LEFT JOIN LATERAL (
    SELECT h.path FROM site AS h WHERE h.tenant_id = $1 AND h.path @> ms.path AND h.kind = 'house'
    ORDER BY nlevel(h.path) DESC LIMIT 1) AS house ON true
JOIN site AS s ON s.tenant_id = $1
  AND CASE WHEN house.path IS NULL THEN s.id = ms.id ELSE s.path <@ house.path END
JOIN metering_point AS p ON p.tenant_id = $1 AND p.site_id = s.id AND p.commodity = me.commodity
  AND p.energy_kind = me.energy_kind AND p.role = 'consumer'
JOIN premise AS pr ON pr.tenant_id = $1 AND pr.id = p.premise_id
WHERE me.role = 'consumer' AND me.premise_id IS NOT NULL
ORDER BY asked.id, p.id LIMIT $3
"""

_NORMS = """
SELECT p.id, CASE p.commodity WHEN 'electricity' THEN pr.norm_kwh_month
                              WHEN 'water_cold' THEN pr.norm_m3_month END::float8
FROM metering_point AS p JOIN premise AS pr ON pr.tenant_id = $1 AND pr.id = p.premise_id
WHERE p.tenant_id = $1 AND p.id = ANY($2::bigint[]) AND p.energy_kind = 'active'
"""

_TEMPERATURES = """
SELECT i.point_id, avg(e.value)::float8 FROM installation AS i
JOIN event AS e ON e.tenant_id = $1 AND e.series_id = i.series_id AND e.at >= i.installed_at
  AND (i.removed_at IS NULL OR e.at < i.removed_at)
WHERE i.tenant_id = $1 AND i.point_id = ANY($2::bigint[]) AND e.kind = 'temperature'
  AND e.value BETWEEN -30 AND 60 AND e.at >= $3 AND e.at < $4
GROUP BY i.point_id
"""


class Peer(NamedTuple):
    """A consumer point in the house of another, its premise, and the area of that."""

    point_id: MeteringPointId
    premise_id: int
    area_m2: float | None


async def peers_of(
    session: TenantSession, points: Sequence[MeteringPointId]
) -> dict[MeteringPointId, list[Peer]]:
    """Consumer points of the same commodity in the house of each, itself among them.

    A home that stands in no house is compared with those of its own site. Every home belongs to
    one house or site: were the homes of a street its houses' too, who has one of each would take
    the one average from the other. Empty for more than :data:`MOST_PEERS` together.
    """
    driver = await session.driver()
    rows = await driver.fetch(_PEERS, session.scope.tenant_id, points, MOST_PEERS + 1)
    found: dict[MeteringPointId, list[Peer]] = {}
    for owner, *row in rows if len(rows) <= MOST_PEERS else []:
        found.setdefault(owner, []).append(Peer(*row))
    return found


async def norms_of(
    session: TenantSession, points: Sequence[MeteringPointId]
) -> dict[MeteringPointId, float | None]:
    """Norm of each point's premise, in kWh or m3 a month."""
    driver = await session.driver()
    rows = await driver.fetch(_NORMS, session.scope.tenant_id, points)
    return {row[0]: row[1] for row in rows}


async def temperatures_of(
    session: TenantSession, points: Sequence[MeteringPointId], start: datetime, end: datetime
) -> dict[MeteringPointId, float]:
    """Mean of what the temperature sensors at points said, in degC."""
    driver = await session.driver()
    rows = await driver.fetch(_TEMPERATURES, session.scope.tenant_id, points, start, end)
    return {row[0]: row[1] for row in rows}
