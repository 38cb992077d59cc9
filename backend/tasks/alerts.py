"""Tasks of alerts: hold rules against what is new, and each hour against the clock."""

from datetime import UTC, datetime
from time import monotonic

from backend.services.alerts import judging, rounds
from backend.tasks.work import Work
from domain.identity import Scope, TenantId

TURN_S = 5.0
"""How long one tenant may be served before others get their turn."""


async def judge(work: Work, tenant_id: TenantId) -> None:
    """Hold rules against what is new in a tenant, portion by portion."""
    until, more = monotonic() + TURN_S, True
    while more:
        async with work.database.session(Scope(tenant_id, actor="alerts")) as session:
            done = await judging.judge_next(session, datetime.now(UTC), work.structures)
        await _tell(work, tenant_id, done.alerts)
        more = done.more and monotonic() < until


async def go_round(work: Work, tenant_id: TenantId) -> None:
    """Go on with a tenant's hourly round, portion by portion."""
    until, more = monotonic() + TURN_S, True
    while more:
        async with work.database.session(Scope(tenant_id, actor="alerts")) as session:
            done = await rounds.go_on(session, datetime.now(UTC), work.structures)
        await _tell(work, tenant_id, done.alerts)
        more = done.more and monotonic() < until


async def _tell(work: Work, tenant_id: TenantId, changed: tuple[int, ...]) -> None:
    if changed:
        await work.events.alerts_changed(tenant_id, changed)
