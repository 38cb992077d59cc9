"""The task of the analyses: judge what changed, and tell who listens what was found."""

from datetime import UTC, datetime
from time import monotonic

from backend.services.findings import judging
from backend.tasks.work import Work
from domain.identity import Scope, TenantId

TURN_S = 5.0
"""How long one tenant may be served before others get their turn."""


async def judge(work: Work, tenant_id: TenantId) -> None:
    """Judge the groups of a tenant that are due, portion by portion."""
    until, more = monotonic() + TURN_S, True
    scope = Scope(tenant_id, actor="analyst")
    async with work.database.session(scope) as session:
        if await judging.must_wait(session, datetime.now(UTC)):
            return  # the bell goes on ringing
    while more and monotonic() < until:
        async with work.database.session(scope) as session:
            done = await judging.judge_next(session, datetime.now(UTC), work.structures)
        more = done.more
        await work.events.findings_raised(tenant_id, done.told)
