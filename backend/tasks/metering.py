"""Tasks of the metering path: fold what was pushed, roll up what changed, close days."""

from datetime import UTC, datetime
from time import monotonic

import structlog

from backend.services import closing, folding, rolling_up, upkeep
from backend.store import bells
from backend.store.group_hours import ROLL_UP
from backend.store.journal import FOLD
from backend.store.months import MonthsMissingError
from backend.tasks.work import Work
from domain.errors import UnavailableError
from domain.identity import Scope, TenantId

TURN_S = 5.0
"""How long one tenant may be served before others get their turn."""

log = structlog.get_logger(__name__)


async def fold(work: Work, tenant_id: TenantId) -> None:
    """Fold the pushes of a tenant, batch by batch, until none is left or the turn is over."""
    until = monotonic() + TURN_S
    more = True
    while more:
        try:
            async with work.database.session(Scope(tenant_id, actor="worker")) as session:
                done = await folding.fold(session, work.channels)
        except MonthsMissingError as error:
            await upkeep.make_months(work.database, error.months)
            continue
        except UnavailableError:
            return  # the worker that folds this tenant will see these pushes, or the sweep will
        more = done.more
        if done.changed:
            work.queue.announce(ROLL_UP, tenant_id)
        work.metrics.folded(done.readings)
        if more and monotonic() > until:
            work.queue.announce(FOLD, tenant_id)
            return


async def roll_up(work: Work, tenant_id: TenantId) -> None:
    """Roll up the groups of a tenant that are due, and tell who listens what changed."""
    until = monotonic() + TURN_S
    more = True
    while more:
        async with work.database.session(Scope(tenant_id, actor="worker")) as session:
            heard = await bells.heard(session, ROLL_UP)
            done = await rolling_up.roll_up_due(session, heard, datetime.now(UTC))
        more = done.more
        if done.groups:
            await work.events.readings_folded(tenant_id, done.groups, done.start, done.end)
        if more and monotonic() > until:
            work.queue.announce(ROLL_UP, tenant_id)
            return


async def close(work: Work, tenant_id: TenantId) -> None:
    """Move hours of a tenant to the tier where they belong by now, step by step."""
    until, written, rows = monotonic() + TURN_S, 0, 1
    while rows and monotonic() < until:
        try:
            async with work.database.session(Scope(tenant_id, actor="worker")) as session:
                rows = await closing.close(session, datetime.now(UTC))
        except MonthsMissingError as error:
            await upkeep.make_months(work.database, error.months)
            continue
        except UnavailableError:
            break  # the bell goes on ringing, and the sweep comes back
        written += rows
    if written:
        log.info("hours moved to their tier", tenant=tenant_id, rows=written, more=rows > 0)
