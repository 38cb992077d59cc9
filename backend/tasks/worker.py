"""The worker process: woken through Valkey, told what to do by the bells in PostgreSQL.

Readings and commands are its work, in short turns; whatever may take long is the analyst's.
"""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from arq import func

from backend.clients.events import Events
from backend.settings import Settings
from backend.store.alerts.due import ALERTS
from backend.store.control.commands import UPKEEP
from backend.store.demand_response.events import DEMAND_RESPONSE
from backend.store.groups.group_hours import ROLL_UP
from backend.store.journal import FOLD
from backend.tasks import alerts, commands, demand_response, metering
from backend.tasks.listening import listen
from backend.tasks.queue import ArqQueue
from backend.tasks.sending import Sender, post_of
from backend.tasks.sweeping import Task, sweep
from backend.tasks.work import Work
from domain.identity import TenantId
from tenants.session import Database

JOBS_AT_ONCE = 3
SENDERS = 3
"""Connections of the sender: it holds none while a provider answers."""

SWEEP_S = 2.0

OVERLOOKED = timedelta(seconds=4)
"""A bell that rings longer than this was announced to nobody, or its worker died."""

TASKS: dict[str, Task] = {
    FOLD: metering.fold,
    ROLL_UP: metering.roll_up,
    UPKEEP: commands.tend,
    ALERTS: alerts.judge,
    DEMAND_RESPONSE: demand_response.tend,
}

log = structlog.get_logger(__name__)


def _as_job(kind: str, task: Task) -> Any:  # noqa: ANN401 - arq's own type is private
    async def run_task(ctx: dict[str, Any], tenant_id: int) -> None:
        work: Work = ctx["work"]
        with work.turns.turn(kind, TenantId(tenant_id)):
            await task(work, TenantId(tenant_id))

    return func(run_task, name=kind, keep_result=0, timeout=60, max_tries=2)


async def sweep_overlooked(work: Work) -> None:
    """Do the work whose announcement was lost; needs no Valkey."""
    await sweep(work, TASKS, datetime.now(UTC) - OVERLOOKED)


async def _keep_sweeping(work: Work) -> None:
    while True:
        try:
            await sweep_overlooked(work)
        except Exception:
            log.exception("sweep failed, trying again")
        await asyncio.sleep(SWEEP_S)


async def serve(settings: Settings) -> None:
    """Work until told to stop; a task under way is finished first."""
    database = Database.connect(
        settings.database_url, pool_size=JOBS_AT_ONCE + 3 + SENDERS, application="balance-worker"
    )
    queue, events = ArqQueue(settings.redis_url), Events(settings.redis_url)
    await queue.start()
    work = Work(database, queue, events)
    functions = [_as_job(kind, task) for kind, task in TASKS.items()]
    sweeping = asyncio.create_task(_keep_sweeping(work))
    sender = Sender(database, post_of(settings))
    sender.start()
    try:
        await listen(functions, {"work": work}, redis_url=settings.redis_url, at_once=JOBS_AT_ONCE)
    finally:
        sweeping.cancel()
        await asyncio.gather(sweeping, return_exceptions=True)
        await sender.stop()
        await queue.stop()
        await events.close()
        await database.close()


def run(settings: Settings) -> None:
    """Run the worker process."""
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(serve(settings))
