"""The worker process: woken through Valkey, told what to do by the bells in PostgreSQL."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import structlog
from arq import func

from backend.clients.events import Events
from backend.services import upkeep
from backend.services.gateway import gaps, silence
from backend.services.hours import closing
from backend.services.hours.closing import CLOSE
from backend.services.reading import validation
from backend.settings import Settings
from backend.store.control.commands import UPKEEP
from backend.store.groups.group_hours import ROLL_UP
from backend.store.journal import FOLD
from backend.store.network.gaps import GAPS, Reach
from backend.store.network.network_alarms import SILENCE
from backend.store.validation import VALIDATE
from backend.tasks import commands, metering, rounds
from backend.tasks import gaps as seeking
from backend.tasks.listening import listen
from backend.tasks.queue import ArqQueue
from backend.tasks.work import Work
from domain.identity import TenantId
from tenants.session import Database

JOBS_AT_ONCE = 3
SWEEP_S = 2.0
AFTER_THE_WAVE = timedelta(minutes=20)
"""Concentrators push in the first minutes of an hour."""

OVERLOOKED = timedelta(seconds=4)
"""A bell that rings longer than this was announced to nobody, or its worker died."""

Task = Callable[[Work, TenantId], Awaitable[None]]
TASKS: dict[str, Task] = {
    FOLD: metering.fold,
    ROLL_UP: metering.roll_up,
    CLOSE: metering.close,
    UPKEEP: commands.tend,
    GAPS: seeking.seek,
    SILENCE: rounds.watch,
    VALIDATE: rounds.validate,
}

PATIENT = frozenset({CLOSE, GAPS, SILENCE, VALIDATE})
"""Upkeep: it lets readings pass first, and has a sweep of its own, which nobody else waits for."""

UPKEEP_WAITS_S = 20.0
"""So long at most: where readings never end, upkeep of one tenant is done now and then."""

log = structlog.get_logger(__name__)


def _as_job(kind: str, task: Task) -> Any:  # noqa: ANN401 - arq's own type is private
    async def run_task(ctx: dict[str, Any], tenant_id: int) -> None:
        work: Work = ctx["work"]
        with work.turns.turn(kind, TenantId(tenant_id)):
            await task(work, TenantId(tenant_id))

    return func(run_task, name=kind, keep_result=0, timeout=60, max_tries=2)


async def sweep(work: Work, kinds: Collection[str] = frozenset(TASKS)) -> None:
    """Do the work of some kinds whose announcement was lost; needs no Valkey.

    One turn for every tenant, those that waited longest first; whoever had one meanwhile is left
    out, since thousands may wait.
    """
    began, overlooked = monotonic(), datetime.now(UTC) - OVERLOOKED
    for kind, tenant_id in await upkeep.waiting_work(work.database, overlooked):
        if kind not in kinds or work.turns.had(kind, tenant_id, began):
            continue
        if kind in PATIENT:
            await work.turns.quiet(TASKS.keys() - PATIENT, UPKEEP_WAITS_S)
        try:
            with work.turns.turn(kind, tenant_id):
                await TASKS[kind](work, tenant_id)
        except Exception:
            # what fails for one tenant must not keep the others from their turn
            log.exception("work failed, its bell goes on ringing", kind=kind, tenant=tenant_id)


async def daily(work: Work, now: datetime, retention_months: int) -> None:
    """Do the upkeep of a day, once whoever asks."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if await upkeep.claim(work.database, "coming_months", day):
        await upkeep.make_coming_months(work.database, now)
    if await upkeep.claim(work.database, CLOSE, day):
        await closing.announce(work.database, now)
    if await upkeep.claim(work.database, f"{GAPS} {Reach.OLDER}", day):
        await gaps.announce(work.database, Reach.OLDER, day)
    if await upkeep.claim(work.database, VALIDATE, day):
        await validation.announce(work.database, now)
    if await upkeep.claim(work.database, "clear_out", day):
        await upkeep.clear_out(work.database, now, retention_months)


async def hourly(work: Work, now: datetime) -> None:
    """Do what each hour asks for, once whoever asks, when its wave is over."""
    hour = (now - AFTER_THE_WAVE).replace(minute=0, second=0, microsecond=0)
    if await upkeep.claim(work.database, f"{GAPS} {Reach.RECENT}", hour):
        await gaps.announce(work.database, Reach.RECENT, now)
    if await upkeep.claim(work.database, SILENCE, hour):
        await silence.announce(work.database, now)


async def _keep_tidying(work: Work) -> None:
    while True:
        try:
            await sweep(work, PATIENT)
        except Exception:
            log.exception("upkeep failed, trying again")
        await asyncio.sleep(SWEEP_S)


async def _keep_sweeping(work: Work, retention_months: int) -> None:
    done_for, done_at = None, None
    while True:
        try:
            await sweep(work, TASKS.keys() - PATIENT)
            now = datetime.now(UTC)
            if done_for != now.date():
                await daily(work, now, retention_months)
                done_for = now.date()
            tick = (now - AFTER_THE_WAVE).replace(minute=0, second=0, microsecond=0)
            if done_at != tick:
                await hourly(work, now)
                done_at = tick
        except Exception:
            log.exception("sweep failed, trying again")
        await asyncio.sleep(SWEEP_S)


async def serve(settings: Settings) -> None:
    """Work until told to stop; a task under way is finished first."""
    database = Database.connect(
        settings.database_url, pool_size=JOBS_AT_ONCE + 3, application="balance-worker"
    )
    queue, events = ArqQueue(settings.redis_url), Events(settings.redis_url)
    await queue.start()
    work = Work(database, queue, events)
    functions = [_as_job(kind, task) for kind, task in TASKS.items()]
    beside = (
        asyncio.create_task(_keep_sweeping(work, settings.journal_retention_months)),
        asyncio.create_task(_keep_tidying(work)),
    )
    try:
        await listen(functions, {"work": work}, redis_url=settings.redis_url, at_once=JOBS_AT_ONCE)
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await queue.stop()
        await events.close()
        await database.close()


def run(settings: Settings) -> None:
    """Run the worker process."""
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(serve(settings))
