"""Actuators as people look them up: those of points in sight, by point or in pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.store.model.access import sites_of, visible
from domain.identity import MeteringPointId
from tenants.session import TenantSession

_ROW = """a.id, a.point_id, a.kind, a.declared, a.critical, a.notice_given_at, a.state,
       a.switched_at, a.absent_since"""
_SEEN = f"""
FROM actuator AS a
JOIN metering_point AS p ON p.tenant_id = a.tenant_id AND p.id = a.point_id
JOIN site AS s ON s.tenant_id = p.tenant_id AND s.id = p.site_id
WHERE a.tenant_id = $1 AND {visible("s", 2)}
"""
_PAGE = f"""
SELECT {_ROW} {_SEEN} AND ($3::bigint = 0 OR a.id < $3) AND ($4::text IS NULL OR a.state = $4)
  AND ($5::boolean IS NULL OR a.critical = $5)
  AND ($6::boolean IS NULL OR (a.absent_since IS NOT NULL) = $6)
ORDER BY a.id DESC LIMIT $7
"""
_OF_POINTS = f"SELECT {_ROW} {_SEEN} AND a.point_id = ANY($3::bigint[])"


@dataclass(frozen=True, slots=True)
class ActuatorRow:
    """What switches or limits a supply, and what protects its customer."""

    id: int
    point_id: MeteringPointId
    kind: str
    declared: bool
    critical: bool
    notice_given_at: datetime | None
    supply: str | None
    switched_at: datetime | None
    absent_since: datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters of the list; None for all."""

    supply: str | None = None
    critical: bool | None = None
    missing: bool | None = None


async def list_actuators(
    session: TenantSession, before: int, most: int, wanted: Wanted
) -> list[ActuatorRow]:
    """Actuators in sight from the newest on; ``before`` is the last one seen, 0 for none."""
    driver = await session.driver()
    tenant, sites = session.scope.tenant_id, sites_of(session.scope)
    filters = (wanted.supply, wanted.critical, wanted.missing)
    rows = await driver.fetch(_PAGE, tenant, sites, before, *filters, most)
    return [ActuatorRow(*row) for row in rows]


async def load_of_points(
    session: TenantSession, points: Sequence[MeteringPointId]
) -> dict[MeteringPointId, ActuatorRow]:
    """The actuator of each point in sight that has one."""
    driver = await session.driver()
    tenant, sites = session.scope.tenant_id, sites_of(session.scope)
    rows = await driver.fetch(_OF_POINTS, tenant, sites, points)
    return {row[1]: ActuatorRow(*row) for row in rows}
