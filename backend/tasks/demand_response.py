"""Tasks of demand response: events begin and end."""

from datetime import UTC, datetime

from backend.services.demand_response import clock
from backend.tasks.work import Work
from domain.identity import Scope, TenantId


async def tend(work: Work, tenant_id: TenantId) -> None:
    """Do what the clock asks for in a tenant's events, and tell who listens."""
    async with work.database.session(Scope(tenant_id, actor="worker")) as session:
        changed = await clock.tend(session, datetime.now(UTC))
    await work.events.dr_events_changed(tenant_id, changed)
