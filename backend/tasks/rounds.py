"""Rounds over a tenant: upkeep that looks at everything, portion by portion, turn by turn."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from time import monotonic

from backend.services.gateway import silence
from backend.services.reading import validation
from backend.tasks.work import Work
from domain.identity import Scope, TenantId
from tenants.session import TenantSession

TURN_S = 4.0
"""How long one tenant may be served before others get their turn."""

Portion = Callable[[TenantSession, datetime], Awaitable[bool]]
"""Does the next portion of a round; gives whether more is left."""


async def watch(work: Work, tenant_id: TenantId) -> None:
    """Look for devices that fell silent."""
    await _go_on(work, tenant_id, silence.watch)


async def validate(work: Work, tenant_id: TenantId) -> None:
    """Validate the last days."""
    await _go_on(work, tenant_id, validation.go_on)


async def _go_on(work: Work, tenant_id: TenantId, portion: Portion) -> None:
    until, more = monotonic() + TURN_S, True
    while more:
        async with work.database.session(Scope(tenant_id, actor="worker")) as session:
            more = await portion(session, datetime.now(UTC))
        if monotonic() > until:
            return  # the bell goes on ringing
