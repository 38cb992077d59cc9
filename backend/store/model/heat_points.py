"""Metering points of heat below a group, with the risers on which they sit."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.store.model.metered import PointRow
from domain.identity import BalanceGroupId, MeteringPointId, PremiseId
from domain.quantities import EnergyKind, Role
from tenants.session import TenantSession

_BELOW = """
SELECT g.id, g.path::text, p.id, p.premise_id, p.role, p.energy_kind, p.riser,
       coalesce((SELECT 1000 * i.per_units::float8 / i.pulses_per FROM installation AS i
                 WHERE i.tenant_id = $1 AND i.point_id = p.id
                 ORDER BY i.installed_at DESC LIMIT 1), 0)
FROM balance_group AS top
JOIN balance_group AS g ON g.tenant_id = $1 AND g.path <@ top.path
JOIN group_member AS m ON m.tenant_id = $1 AND m.group_id = g.id
JOIN metering_point AS p ON p.tenant_id = $1 AND p.id = m.point_id
WHERE top.tenant_id = $1 AND top.id = $2 AND p.commodity = 'heat'
  AND ($3::text[] IS NULL OR p.role = ANY($3)) ORDER BY p.id
"""

_CARRIERS = """
SELECT m.group_id FROM group_member AS m
JOIN metering_point AS p ON p.tenant_id = $1 AND p.id = m.point_id
WHERE m.tenant_id = $1 AND m.group_id = ANY($2::bigint[]) AND m.role = 'aside'
  AND p.role = 'inlet' AND p.energy_kind IN ('supply_volume', 'return_volume')
GROUP BY m.group_id HAVING count(DISTINCT p.energy_kind) = 2
"""

_RADIATORS = """
SELECT p.id FROM balance_group AS g
JOIN site AS top ON top.tenant_id = $1 AND top.id = g.site_id
JOIN site AS s ON s.tenant_id = $1 AND s.path <@ top.path
JOIN premise AS p ON p.tenant_id = $1 AND p.site_id = s.id AND p.radiators IS NOT NULL
WHERE g.tenant_id = $1 AND g.id = $2 ORDER BY p.id
"""

VOLUMES = (EnergyKind.SUPPLY_VOLUME, EnergyKind.RETURN_VOLUME)


@dataclass(frozen=True, slots=True)
class HeatPoint:
    """Where heat, its carrier or its temperatures are metered."""

    group_id: BalanceGroupId
    path: tuple[int, ...]
    """Groups from the root to its own."""

    id: MeteringPointId
    premise_id: int | None
    role: str
    kind: EnergyKind
    riser: str | None
    quantum: float
    """Wh or litres of a pulse."""

    @classmethod
    def alone(cls, row: PointRow) -> "HeatPoint":
        """A point asked for by itself."""
        none = BalanceGroupId(0)
        return cls(none, (), row.id, row.premise_id, row.role, row.energy_kind, None, 0.0)


async def below(
    session: TenantSession, group: BalanceGroupId, roles: Sequence[Role] | None = None
) -> list[HeatPoint]:
    """Points of heat in a group and all groups below it, in the order of their ids."""
    driver = await session.driver()
    words = None if roles is None else [str(role) for role in roles]
    rows = await driver.fetch(_BELOW, session.scope.tenant_id, group, words)
    return [
        HeatPoint(
            group_id=row[0],
            path=tuple(int(label) for label in row[1].split(".")),
            id=row[2],
            premise_id=row[3],
            role=row[4],
            kind=EnergyKind(row[5]),
            riser=row[6],
            quantum=row[7],
        )
        for row in rows
    ]


async def with_carriers(
    session: TenantSession, groups: Sequence[BalanceGroupId]
) -> set[BalanceGroupId]:
    """Those of some groups at whose inlet the heat carrier is metered in both pipes."""
    driver = await session.driver()
    rows = await driver.fetch(_CARRIERS, session.scope.tenant_id, groups)
    return {row[0] for row in rows}


async def premises_with_radiators(session: TenantSession, group: BalanceGroupId) -> list[PremiseId]:
    """Premises below the site of a group whose radiators are known by riser."""
    driver = await session.driver()
    rows = await driver.fetch(_RADIATORS, session.scope.tenant_id, group)
    return [row[0] for row in rows]
