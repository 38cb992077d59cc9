"""Task that finds what concentrators are asked for again."""

from datetime import UTC, datetime
from time import monotonic

from backend.services.gateway import gaps
from backend.store.network.gaps import Reach
from backend.tasks.work import Work
from domain.identity import Scope, TenantId

TURN_S = 4.0
"""How long one tenant may be served before others get their turn."""


async def seek(work: Work, tenant_id: TenantId) -> None:
    """Look where late hours came, then go on with the round, portion by portion."""
    until, scope = monotonic() + TURN_S, Scope(tenant_id, actor="worker")
    async with work.database.session(scope) as session:
        rung = await gaps.take_rung(session)
    for start in range(0, len(rung), gaps.CONCENTRATORS_AT_ONCE):
        async with work.database.session(scope) as session:
            some = rung[start : start + gaps.CONCENTRATORS_AT_ONCE]
            for reach in Reach:
                await gaps.seek(session, some, reach, datetime.now(UTC))
    more = True
    while more:
        if monotonic() > until:
            return  # the bell goes on ringing
        async with work.database.session(scope) as session:
            more = await gaps.seek_round(session, datetime.now(UTC))
