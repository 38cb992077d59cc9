"""Tasks of the metering path: fold what was pushed, roll up what changed, close days."""

from datetime import UTC, datetime
from time import monotonic
from typing import NamedTuple

import structlog

from backend.services import upkeep
from backend.services.hours import closing, folding, rolling_up
from backend.store import bells
from backend.store.alerts.due import ALERTS
from backend.store.groups.group_hours import ROLL_UP
from backend.store.hours.months import MonthsMissingError
from backend.store.journal import FOLD
from backend.tasks.work import Work
from domain.errors import UnavailableError
from domain.identity import Scope, TenantId

TURN_S = 5.0
"""How long one tenant may be served before others get their turn."""

log = structlog.get_logger(__name__)


async def fold(work: Work, tenant_id: TenantId) -> None:
    """Fold the pushes of a tenant; what was folded whole is rolled up at once.

    For a small tenant another task would cost more than its work.
    """
    folded = await fold_pushes(work, tenant_id)
    if folded.changed and folded.whole:
        await roll_up(work, tenant_id)
        return
    if folded.changed:
        work.queue.announce(ROLL_UP, tenant_id)
    if not folded.whole:
        work.queue.announce(FOLD, tenant_id)


class Turn(NamedTuple):
    """What one turn of folding came to."""

    changed: bool
    """Whether groups must be rolled up."""

    whole: bool
    """Whether nothing is left that this turn could fold."""


async def fold_pushes(work: Work, tenant_id: TenantId) -> Turn:
    """Fold batch by batch, until nothing is left or the turn is over."""
    until = monotonic() + TURN_S
    more, changed = True, False
    while more:
        try:
            async with work.database.session(Scope(tenant_id, actor="worker")) as session:
                done = await folding.fold(session, work.channels)
        except MonthsMissingError as error:
            await upkeep.make_months(work.database, error.months)
            continue
        except UnavailableError:
            break  # the worker that folds this tenant will see these pushes, or the sweep will
        more, changed = done.more, changed or done.changed > 0
        work.metrics.folded(done.readings)
        if more and monotonic() > until:
            return Turn(changed, whole=False)
    return Turn(changed, whole=True)


async def roll_up(work: Work, tenant_id: TenantId) -> None:
    """Roll up the groups of a tenant that are due, and tell who listens what changed."""
    until = monotonic() + TURN_S
    more, pushed = True, False
    while more:
        try:
            async with work.database.session(Scope(tenant_id, actor="worker")) as session:
                heard = await bells.heard(session, ROLL_UP)
                now = datetime.now(UTC)
                done = await rolling_up.roll_up_due(session, heard, now, work.structures)
                # who pushed while this tenant was at work has announced it in vain
                pushed = not done.more and await bells.rings(session, FOLD)
        except MonthsMissingError as error:
            await upkeep.make_months(work.database, error.months)
            continue
        more = done.more
        if done.groups:
            await work.events.readings_folded(tenant_id, done.groups, done.start, done.end)
        if done.watched:
            work.queue.announce(ALERTS, tenant_id)
        if more and monotonic() > until:
            work.queue.announce(ROLL_UP, tenant_id)
            return
    if pushed:
        work.queue.announce(FOLD, tenant_id)


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
