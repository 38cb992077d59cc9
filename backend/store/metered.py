"""Metering points and balance groups as rows: what a profile must know of its owner."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.identity import BalanceGroupId, MeteringPointId
from domain.quantities import Commodity, EnergyKind
from tenants.session import TenantSession

_HOUR = 3600

_POINTS = """
SELECT p.id, p.name, p.commodity, p.role, p.energy_kind, s.timezone, p.site_id, p.premise_id,
       p.phase
FROM metering_point AS p JOIN site AS s ON s.tenant_id = p.tenant_id AND s.id = p.site_id
WHERE p.tenant_id = $1 AND p.id = ANY($2::bigint[])
"""

_GROUPS = """
SELECT id, name, commodity, timezone, site_id, parent_id FROM balance_group
WHERE tenant_id = $1 AND id = ANY($2::bigint[])
"""

_BELOW = """
FROM unnest($2::bigint[]) AS asked (id)
JOIN balance_group AS top ON top.tenant_id = $1 AND top.id = asked.id
JOIN balance_group AS g ON g.tenant_id = $1 AND g.path <@ top.path
JOIN group_member AS m ON m.tenant_id = $1 AND m.group_id = g.id
JOIN installation AS i ON i.tenant_id = $1 AND i.point_id = m.point_id
"""

_SPANS = f"""
SELECT asked.id, min(extract(epoch FROM i.installed_at))::bigint,
       max(extract(epoch FROM coalesce(i.removed_at, '3000-01-01')))::bigint
{_BELOW} WHERE m.role IN ('consumer', 'common') GROUP BY asked.id
"""  # noqa: S608 - a constant

_EXPECTED = f"""
SELECT asked.id, sum(greatest(0,
    floor(least($4, extract(epoch FROM coalesce(i.removed_at, '3000-01-01')) / {_HOUR}))
    - ceil(greatest($3, extract(epoch FROM i.installed_at) / {_HOUR}))))::bigint
{_BELOW} GROUP BY asked.id
"""  # noqa: S608 - a constant

_FEEDS = """
SELECT group_id, point_id, role = 'inlet' FROM group_member
WHERE tenant_id = $1 AND group_id = ANY($2::bigint[]) AND role IN ('inlet', 'export')
"""


@dataclass(frozen=True, slots=True)
class PointRow:
    """A metering point with the zone of its site."""

    id: MeteringPointId
    name: str
    commodity: Commodity
    role: str
    energy_kind: EnergyKind
    timezone: str
    site_id: int
    premise_id: int | None
    phase: str | None


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A balance group."""

    id: BalanceGroupId
    name: str
    commodity: Commodity
    timezone: str
    site_id: int | None
    parent_id: BalanceGroupId | None


async def load_points(
    session: TenantSession, ids: Sequence[MeteringPointId]
) -> dict[MeteringPointId, PointRow]:
    """Points by id; absent ones are left out."""
    driver = await session.driver()
    rows = await driver.fetch(_POINTS, session.scope.tenant_id, ids)
    return {
        row[0]: PointRow(
            row[0], row[1], Commodity(row[2]), row[3], EnergyKind(row[4]), *list(row)[5:]
        )
        for row in rows
    }


async def load_groups(
    session: TenantSession, ids: Sequence[BalanceGroupId]
) -> dict[BalanceGroupId, GroupRow]:
    """Groups by id; absent ones are left out."""
    driver = await session.driver()
    rows = await driver.fetch(_GROUPS, session.scope.tenant_id, ids)
    return {row[0]: GroupRow(row[0], row[1], Commodity(row[2]), *list(row)[3:]) for row in rows}


async def spans_of_groups(
    session: TenantSession, ids: Sequence[BalanceGroupId]
) -> dict[int, tuple[int, int]]:
    """First hour and end of what was ever installed below each group."""
    driver = await session.driver()
    rows = await driver.fetch(_SPANS, session.scope.tenant_id, ids)
    return {row[0]: (row[1] // _HOUR, -(-row[2] // _HOUR)) for row in rows}


async def expected_of_groups(
    session: TenantSession, ids: Sequence[BalanceGroupId], start: int, end: int
) -> dict[int, int]:
    """Channel-hours that the ledger expects below each group within ``[start, end)``."""
    driver = await session.driver()
    rows = await driver.fetch(_EXPECTED, session.scope.tenant_id, ids, start, end)
    return {row[0]: row[1] for row in rows}


async def feeds_of_groups(
    session: TenantSession, ids: Sequence[BalanceGroupId]
) -> dict[int, list[tuple[int, bool]]]:
    """Inlets and exports of each group: the point, and whether it is an inlet."""
    driver = await session.driver()
    found: dict[int, list[tuple[int, bool]]] = {}
    for group, point, inlet in await driver.fetch(_FEEDS, session.scope.tenant_id, ids):
        found.setdefault(group, []).append((point, inlet))
    return found
