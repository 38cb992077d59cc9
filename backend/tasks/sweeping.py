"""Sweeps: looking for bells that ring, whoever rang them and whoever was told."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from time import monotonic

import structlog

from backend.services import upkeep
from backend.tasks.work import Work
from domain.identity import TenantId

Task = Callable[[Work, TenantId], Awaitable[None]]
"""Does what rings for a tenant, for the length of one turn."""

log = structlog.get_logger(__name__)


async def sweep(
    work: Work,
    tasks: Mapping[str, Task],
    before: datetime,
    wait: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Do the work whose bells have rung since before a moment.

    One turn for every tenant, those that waited longest first; whoever had one meanwhile is left
    out, since thousands may wait. ``wait`` is awaited before each turn.
    """
    began = monotonic()
    for kind, tenant_id in await upkeep.waiting_work(work.database, list(tasks), before):
        if work.turns.had(kind, tenant_id, began):
            continue
        if wait is not None:
            await wait()
        try:
            with work.turns.turn(kind, tenant_id):
                await tasks[kind](work, tenant_id)
        except Exception:
            # what fails for one tenant must not keep the others from their turn
            log.exception("work failed, its bell goes on ringing", kind=kind, tenant=tenant_id)
