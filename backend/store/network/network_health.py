"""Reports of modules over time, and where silent modules are, in SQL."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from backend.store.model.access import sites_of, visible
from domain.identity import ConcentratorId, SiteId
from tenants.session import TenantSession

_REPORTS = """
SELECT concentrator_id, module, day, network, parent, level, rssi, relayed, battery_mv, firmware
FROM topology_day
WHERE tenant_id = $1 AND concentrator_id = ANY($2::bigint[]) AND day BETWEEN $3 AND $4
ORDER BY concentrator_id, module, day
"""

_MODULES = """
SELECT concentrator_id, serial FROM radio_module
WHERE tenant_id = $1 AND concentrator_id = ANY($2::bigint[])
"""

_CONCENTRATORS = f"""
SELECT c.id FROM concentrator AS c
LEFT JOIN site AS s ON s.tenant_id = $1 AND s.id = c.site_id
WHERE c.tenant_id = $1 AND {visible("s", 2)}
  AND ($3::bigint IS NULL OR EXISTS (
      SELECT FROM site AS top WHERE top.tenant_id = $1 AND top.id = $3 AND top.path @> s.path))
ORDER BY c.id LIMIT $4
"""  # noqa: S608 - a condition made of constants

_SILENT = """
SELECT m.concentrator_id, m.serial FROM network_alarm AS a
JOIN radio_module AS m ON m.tenant_id = $1 AND (
    (a.kind = 'module_silent' AND m.id = a.device_id)
    OR (a.kind = 'concentrator_silent' AND m.concentrator_id = a.device_id)
    OR (a.kind = 'channel_silent' AND m.id = (
        SELECT h.module_id FROM channel AS h WHERE h.tenant_id = $1 AND h.id = a.device_id)))
WHERE a.tenant_id = $1 AND a.concentrator_id = ANY($2::bigint[]) AND a.closed_at IS NULL
"""

# A module is where the meters on its inputs are; a house without a place is where its street is.
_PLACES = """
SELECT DISTINCT m.serial, s.id, s.name_path, at.latitude, at.longitude
FROM radio_module AS m
JOIN channel AS h ON h.tenant_id = $1 AND h.module_id = m.id
JOIN installation AS i ON i.tenant_id = $1 AND i.channel_id = h.id AND i.removed_at IS NULL
JOIN metering_point AS p ON p.tenant_id = $1 AND p.id = i.point_id
JOIN site AS s ON s.tenant_id = $1 AND s.id = p.site_id
LEFT JOIN LATERAL (
    SELECT a.latitude, a.longitude FROM site AS a
    WHERE a.tenant_id = $1 AND a.path @> s.path AND a.latitude IS NOT NULL
      AND a.longitude IS NOT NULL ORDER BY nlevel(a.path) DESC LIMIT 1
) AS at ON true
WHERE m.tenant_id = $1 AND m.serial = ANY($2::text[]) ORDER BY s.id, m.serial
"""


class Report(NamedTuple):
    """What was reported of a module for a day."""

    concentrator_id: ConcentratorId
    module: str
    day: date
    network: int
    parent: str | None
    level: int
    rssi: int | None
    relayed: int | None
    battery_mv: int | None
    firmware: str | None


class Located(NamedTuple):
    """A module at a site."""

    serial: str
    site_id: SiteId
    path: str
    latitude: float | None
    longitude: float | None


async def reports(
    session: TenantSession, concentrators: Sequence[ConcentratorId], first: date, last: date
) -> list[Report]:
    """Reports of the modules of concentrators, by module and day."""
    driver = await session.driver()
    tenant = session.scope.tenant_id
    return [
        Report(*row) for row in await driver.fetch(_REPORTS, tenant, concentrators, first, last)
    ]


async def modules(
    session: TenantSession, concentrators: Sequence[ConcentratorId]
) -> list[tuple[ConcentratorId, str]]:
    """Serials of the modules that belong to concentrators."""
    driver = await session.driver()
    rows = await driver.fetch(_MODULES, session.scope.tenant_id, concentrators)
    return [(row[0], row[1]) for row in rows]


async def concentrators(
    session: TenantSession, under: SiteId | None, most: int
) -> list[ConcentratorId]:
    """Concentrators in sight, at and below a site or all of them."""
    driver = await session.driver()
    scope = session.scope
    rows = await driver.fetch(_CONCENTRATORS, scope.tenant_id, sites_of(scope), under, most)
    return [row[0] for row in rows]


async def silent(
    session: TenantSession, concentrators: Sequence[ConcentratorId]
) -> list[tuple[ConcentratorId, str]]:
    """Modules of concentrators for which an alarm is open, their own or of what is above them."""
    driver = await session.driver()
    rows = await driver.fetch(_SILENT, session.scope.tenant_id, concentrators)
    return [(row[0], row[1]) for row in rows]


async def places(session: TenantSession, serials: Sequence[str]) -> list[Located]:
    """Where modules are; one without a meter is left out."""
    driver = await session.driver()
    rows = await driver.fetch(_PLACES, session.scope.tenant_id, serials)
    return [Located(*row) for row in rows]
