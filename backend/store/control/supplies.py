"""What switches or limits the supply of points, as it stands: nothing is made by looking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.identity import MeteringPointId
from tenants.session import TenantSession

# A household limits itself further, never beyond what those who run the network allowed.
_CEILING = """
SELECT c.limit_w FROM command AS c
WHERE c.tenant_id = $1 AND c.point_id = {point} AND c.kind = 'set_load_limit'
  AND c.state IN ('executed', 'verified') AND c.cause <> 'own_request'
ORDER BY c.id DESC LIMIT 1
"""

# What the device was seen to do counts as much as what an installer declared.
_STANDING = f"""
SELECT p.id, i.channel_id IS NOT NULL,
       a.absent_since IS NULL AND (coalesce(a.declared, false) OR a.state IS NOT NULL
                                   OR a.limit_w IS NOT NULL),
       a.state, a.switched_at, a.switched_for, a.limit_w,
       ({_CEILING.format(point="p.id")}),
       (SELECT c.id FROM command AS c WHERE c.tenant_id = $1 AND c.point_id = p.id
          AND c.requested_by = $3 AND c.state = ANY($4::text[]) ORDER BY c.id DESC LIMIT 1)
FROM metering_point AS p
LEFT JOIN actuator AS a ON a.tenant_id = $1 AND a.point_id = p.id
LEFT JOIN installation AS i ON i.tenant_id = $1 AND i.point_id = p.id
  AND i.removed_at IS NULL AND i.installed_at <= $5
WHERE p.tenant_id = $1 AND p.id = ANY($2::bigint[])
"""  # noqa: S608 - a condition made of constants


@dataclass(frozen=True, slots=True)
class Standing:
    """A point and what stands there."""

    point_id: MeteringPointId
    metered: bool
    """Whether a meter with a radio channel stands there now."""

    actuator: bool
    """Whether something to switch was declared there, or was seen to switch."""

    state: str | None
    switched_at: datetime | None
    switched_for: str | None
    limit_w: int | None
    ceiling_w: int | None
    """Limit that those who run the network set last."""

    command: int | None
    """The caller's newest command that is not over."""


async def ceiling(session: TenantSession, point_id: int) -> int | None:
    """Limit of a point that those who run the network set last; None where they set none."""
    driver = await session.driver()
    found: int | None = await driver.fetchval(
        _CEILING.format(point="$2"), session.scope.tenant_id, point_id
    )
    return found


async def standing(
    session: TenantSession,
    points: Sequence[MeteringPointId],
    open_states: Sequence[str],
    now: datetime,
) -> Mapping[MeteringPointId, Standing]:
    """What stands at points; the caller makes sure that they are in sight."""
    driver = await session.driver()
    scope = session.scope
    rows = await driver.fetch(
        _STANDING, scope.tenant_id, list(points), scope.actor, list(open_states), now
    )
    return {row[0]: Standing(*row) for row in rows}
