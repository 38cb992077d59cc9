"""What time does to commands, in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.commands import ANSWER_PATIENCE
from domain.identity import MeteringPointId
from tenants.session import TenantSession

_OVER = """
FROM command WHERE tenant_id = $1 AND deadline <= $2
  AND (state IN ('draft', 'awaiting_approval', 'approved', 'queued')
       OR state IN ('leased', 'delivered') AND deadline <= $2 - $3::interval)
"""

_CONCENTRATORS = f"SELECT DISTINCT concentrator_id {_OVER} ORDER BY concentrator_id"

_EXPIRED = f"SELECT id {_OVER} ORDER BY id FOR UPDATE"

_NEXT = """
SELECT min(CASE WHEN state IN ('leased', 'delivered') THEN deadline + $2::interval
                ELSE deadline END)
FROM command
WHERE tenant_id = $1
  AND state IN ('draft', 'awaiting_approval', 'approved', 'queued', 'leased', 'delivered')
"""

# A pulse in Wh or litres, rounded up.
_UNVERIFIED = """
SELECT c.id, c.point_id, c.supply, c.verify_hour,
       coalesce((SELECT ceil(1000.0 * i.per_units / i.pulses_per)::bigint
                 FROM installation AS i
                 WHERE i.tenant_id = $1 AND i.point_id = c.point_id AND i.removed_at IS NULL
                 LIMIT 1), 0)
FROM command AS c
WHERE c.tenant_id = $1 AND c.verify_hour <= $2 AND c.state = 'executed'
ORDER BY c.id
"""

_VERIFIED = "UPDATE command SET verify_hour = NULL WHERE tenant_id = $1 AND id = ANY($2::bigint[])"


@dataclass(frozen=True, slots=True)
class Unverified:
    """A switch whose first full hour is over."""

    id: int
    point_id: MeteringPointId
    supply: str
    hour: datetime
    pulse: int
    """What one pulse stands for, in Wh or litres."""


async def concentrators_of_expired(session: TenantSession, now: datetime) -> list[int]:
    """Concentrators of open commands whose time is over."""
    driver = await session.driver()
    rows = await driver.fetch(_CONCENTRATORS, session.scope.tenant_id, now, ANSWER_PATIENCE)
    return [row[0] for row in rows]


async def lock_expired(session: TenantSession, now: datetime) -> list[int]:
    """Open commands whose time is over, locked until the transaction ends."""
    driver = await session.driver()
    rows = await driver.fetch(_EXPIRED, session.scope.tenant_id, now, ANSWER_PATIENCE)
    return [row[0] for row in rows]


async def next_due(session: TenantSession) -> datetime | None:
    """When the next open command expires; None when none is open."""
    driver = await session.driver()
    found: datetime | None = await driver.fetchval(_NEXT, session.scope.tenant_id, ANSWER_PATIENCE)
    return found


async def unverified(session: TenantSession, before: datetime) -> list[Unverified]:
    """Executed switches whose hour began up to a moment."""
    driver = await session.driver()
    rows = await driver.fetch(_UNVERIFIED, session.scope.tenant_id, before)
    return [Unverified(*row) for row in rows]


async def verified(session: TenantSession, ids: Sequence[int]) -> None:
    """Look no more at the hour of these switches."""
    driver = await session.driver()
    await driver.execute(_VERIFIED, session.scope.tenant_id, ids)
