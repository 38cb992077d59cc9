"""Task that looks for devices that fell silent."""

from datetime import UTC, datetime
from time import monotonic

from backend.services.gateway import silence
from backend.store.network.network_alarms import SILENCE
from backend.tasks.work import Work
from domain.identity import Scope, TenantId

TURN_S = 4.0
"""How long one tenant may be served before others get their turn."""


async def watch(work: Work, tenant_id: TenantId) -> None:
    """Go on with the round, portion by portion."""
    until, more = monotonic() + TURN_S, True
    while more:
        async with work.database.session(Scope(tenant_id, actor="worker")) as session:
            more = await silence.watch(session, datetime.now(UTC))
        if more and monotonic() > until:
            work.queue.announce(SILENCE, tenant_id)
            return
