"""Tasks of commands: expire what is over, verify what was switched."""

from datetime import UTC, datetime

from backend.services.commands import closing
from backend.tasks.work import Work
from domain.identity import Scope, TenantId


async def tend(work: Work, tenant_id: TenantId) -> None:
    """Do what time asks for in a tenant's commands, and tell who listens."""
    async with work.database.session(Scope(tenant_id, actor="worker")) as session:
        done = await closing.tend(session, datetime.now(UTC))
    await work.events.commands_changed(tenant_id, done.ids)
