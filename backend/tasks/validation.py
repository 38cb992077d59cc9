"""Task that validates the last days."""

from datetime import UTC, datetime
from time import monotonic

from backend.services.reading import validation
from backend.store.validation import VALIDATE
from backend.tasks.work import Work
from domain.identity import Scope, TenantId

TURN_S = 4.0
"""How long one tenant may be served before others get their turn."""


async def validate(work: Work, tenant_id: TenantId) -> None:
    """Go on with the round, portion by portion."""
    until, more = monotonic() + TURN_S, True
    while more:
        async with work.database.session(Scope(tenant_id, actor="worker")) as session:
            more = await validation.go_on(session, datetime.now(UTC))
        if more and monotonic() > until:
            work.queue.announce(VALIDATE, tenant_id)
            return
