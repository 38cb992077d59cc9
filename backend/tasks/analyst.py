"""The analyst process: upkeep and analyses, which take long and let readings pass first.

It has an event loop, a processor's spare time and connections of its own, so that nothing it
computes holds up the event loop of a fold. Nobody announces its work: it looks at the bells itself.
"""

import asyncio
import contextlib
import os
import signal
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from backend.clients.events import Events
from backend.clients.weather import weather_of
from backend.services import upkeep
from backend.services.alerts import marking
from backend.services.findings import judging
from backend.services.forecasting import learning
from backend.services.gateway import gaps, silence
from backend.services.hours import closing
from backend.services.hours.closing import CLOSE
from backend.services.reading import validation
from backend.settings import Settings
from backend.store.alerts.due import ALERT_ROUND
from backend.store.findings.due import FINDINGS
from backend.store.forecasts import FORECAST
from backend.store.network.gaps import GAPS, Reach
from backend.store.network.network_alarms import SILENCE
from backend.store.validation import VALIDATE
from backend.tasks import alerts, findings, forecasting, metering, rounds
from backend.tasks import gaps as seeking
from backend.tasks.queue import ArqQueue
from backend.tasks.sweeping import Task, sweep
from backend.tasks.work import Work
from tenants.session import Database

SWEEP_S = 1.0
NICENESS = 10

AFTER_THE_WAVE = timedelta(minutes=20)
"""Concentrators push in the first minutes of an hour."""

LULL_S = 0.25
WAITS_S = 20.0
"""So long at most: where readings never end, one turn is taken now and then."""

TASKS: dict[str, Task] = {
    CLOSE: metering.close,
    GAPS: seeking.seek,
    SILENCE: rounds.watch,
    VALIDATE: rounds.validate,
    FINDINGS: findings.judge,
    FORECAST: forecasting.learn,
    ALERT_ROUND: alerts.go_round,
}

log = structlog.get_logger(__name__)


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
    if await upkeep.claim(work.database, FINDINGS, day):
        await judging.announce(work.database, now)
    if await upkeep.claim(work.database, "clear_out", day):
        await upkeep.clear_out(work.database, now, retention_months)


async def hourly(work: Work, now: datetime) -> None:
    """Do what each hour asks for, once whoever asks, when its wave is over."""
    hour = (now - AFTER_THE_WAVE).replace(minute=0, second=0, microsecond=0)
    if await upkeep.claim(work.database, f"{GAPS} {Reach.RECENT}", hour):
        await gaps.announce(work.database, Reach.RECENT, now)
    if await upkeep.claim(work.database, SILENCE, hour):
        await silence.announce(work.database, now)
    if await upkeep.claim(work.database, ALERT_ROUND, hour):
        await marking.announce(work.database, now)
    if await upkeep.claim(work.database, FORECAST, hour):
        await learning.announce(work.database, now)


async def let_readings_pass(work: Work, within_s: float = WAITS_S) -> None:
    """Wait until no reading waits to be folded or rolled up, but no longer than told."""
    until = asyncio.get_running_loop().time() + within_s
    while await upkeep.readings_wait(work.database):
        if asyncio.get_running_loop().time() >= until:
            return
        await asyncio.sleep(LULL_S)


async def _keep_at_it(work: Work, retention_months: int) -> None:
    done_for, done_at = None, None
    while True:
        try:
            now = datetime.now(UTC)
            if done_for != now.date():
                await daily(work, now, retention_months)
                done_for = now.date()
            tick = (now - AFTER_THE_WAVE).replace(minute=0, second=0, microsecond=0)
            if done_at != tick:
                await hourly(work, now)
                done_at = tick
            await sweep(work, TASKS, now, partial(let_readings_pass, work))
        except Exception:
            log.exception("sweep failed, trying again")
        await asyncio.sleep(SWEEP_S)


async def _judge_along(work: Work) -> None:
    """Judge whatever is due, beside the analyst, who does all the rest."""
    tasks: dict[str, Task] = {FINDINGS: TASKS[FINDINGS]}
    while True:
        try:
            await sweep(work, tasks, datetime.now(UTC), partial(let_readings_pass, work))
        except Exception:
            log.exception("sweep failed, trying again")
        await asyncio.sleep(SWEEP_S)


async def serve(settings: Settings, *, judge_only: bool = False) -> None:
    """Work until told to stop; a transaction under way is given up, and done again."""
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    database = Database.connect(settings.database_url, pool_size=3, application="balance-analyst")
    queue, events = ArqQueue(settings.redis_url), Events(settings.redis_url)
    await queue.start()
    work = Work(database, queue, events, weather=weather_of(settings.weather))
    keep = (
        _judge_along(work) if judge_only else _keep_at_it(work, settings.journal_retention_months)
    )
    working = asyncio.create_task(keep)
    try:
        await stopping.wait()
    finally:
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
        await queue.stop()
        await events.close()
        await database.close()


def run(settings: Settings, *, judge_only: bool = False) -> None:
    """Run the analyst process, with what others leave of the processor."""
    os.nice(NICENESS)
    asyncio.run(serve(settings, judge_only=judge_only))
