"""Models of what the conductors of groups lose, in SQL; and how exact their meters are."""

from collections.abc import Sequence
from typing import NamedTuple

from analytics.losses import TechnicalLoss
from domain.identity import BalanceGroupId, MeteringPointId
from tenants.session import TenantSession

_SAVE = """
INSERT INTO group_loss (tenant_id, group_id, linear, square, until_hour)
SELECT $1::int, u.* FROM unnest($2::bigint[], $3::float8[], $4::float8[], $5::int[]) AS u ORDER BY 2
ON CONFLICT (tenant_id, group_id) DO UPDATE
SET linear = excluded.linear, square = excluded.square, until_hour = excluded.until_hour
"""

_LOAD = """
SELECT group_id, linear, square FROM group_loss
WHERE tenant_id = $1 AND group_id = ANY($2::bigint[])
"""

_EXACTNESS = """
SELECT DISTINCT ON (i.point_id) i.point_id, m.accuracy_class, i.per_units::float8 * 1000
       / i.pulses_per::float8
FROM installation AS i JOIN meter AS m ON m.tenant_id = $1 AND m.id = i.meter_id
WHERE i.tenant_id = $1 AND i.point_id = ANY($2::bigint[])
ORDER BY i.point_id, i.installed_at DESC
"""


class Exactness(NamedTuple):
    """Of the last meter of a point: its class as written on it, and Wh or litres of a pulse."""

    accuracy_class: str | None
    quantum: float


class LearntLoss(NamedTuple):
    """What a group's conductors lose, and the hour up to which it was learnt."""

    group: BalanceGroupId
    model: TechnicalLoss
    until_hour: int


async def save_losses(session: TenantSession, learnt: Sequence[LearntLoss]) -> None:
    """Keep what the conductors of groups lose."""
    if not learnt:
        return
    driver = await session.driver()
    groups = [one.group for one in learnt]
    linear, square = ([getattr(one.model, term) for one in learnt] for term in ("linear", "square"))
    until = [one.until_hour for one in learnt]
    await driver.execute(_SAVE, session.scope.tenant_id, groups, linear, square, until)


async def load_losses(
    session: TenantSession, groups: Sequence[BalanceGroupId]
) -> dict[BalanceGroupId, TechnicalLoss]:
    """What the conductors of groups lose, where that is known."""
    driver = await session.driver()
    rows = await driver.fetch(_LOAD, session.scope.tenant_id, groups)
    return {row[0]: TechnicalLoss(row[1], row[2]) for row in rows}


async def exactness_of(
    session: TenantSession, points: Sequence[MeteringPointId]
) -> dict[MeteringPointId, Exactness]:
    """How exact the meters of points are."""
    driver = await session.driver()
    rows = await driver.fetch(_EXACTNESS, session.scope.tenant_id, points)
    return {row[0]: Exactness(row[1], row[2]) for row in rows}
