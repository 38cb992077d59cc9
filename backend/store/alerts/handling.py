"""What people do with alerts, in SQL."""

from datetime import datetime

from domain.identity import UserId
from tenants.session import TenantSession

_ACKNOWLEDGE = """
UPDATE alert SET acknowledged_at = $3, acknowledged_by = $4
WHERE tenant_id = $1 AND id = $2 AND acknowledged_at IS NULL RETURNING id
"""

_ASSIGN = """
UPDATE alert SET assignee_id = $3
WHERE tenant_id = $1 AND id = $2 AND assignee_id IS DISTINCT FROM $3 RETURNING id
"""

_NOTE = """
UPDATE alert SET note = $3
WHERE tenant_id = $1 AND id = $2 AND note IS DISTINCT FROM $3 RETURNING id
"""


async def acknowledge(
    session: TenantSession, number: int, user: UserId | None, now: datetime
) -> bool:
    """Note that somebody looks after an alert; whether nobody did before."""
    driver = await session.driver()
    done = await driver.fetchval(_ACKNOWLEDGE, session.scope.tenant_id, number, now, user)
    return done is not None


async def assign(session: TenantSession, number: int, user: UserId | None) -> bool:
    """Make an alert somebody's business, or nobody's; whether it was not."""
    driver = await session.driver()
    return await driver.fetchval(_ASSIGN, session.scope.tenant_id, number, user) is not None


async def note(session: TenantSession, number: int, text: str | None) -> bool:
    """Keep a note with an alert; whether it says something new."""
    driver = await session.driver()
    return await driver.fetchval(_NOTE, session.scope.tenant_id, number, text) is not None
