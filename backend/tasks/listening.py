"""Taking announcements from Valkey, which may be away for a while and come back.

Nothing waits for Valkey: the work is in PostgreSQL, and the worker's sweep finds it meanwhile.
"""

import asyncio
import contextlib
import signal
from collections.abc import Sequence
from typing import Any

import structlog
from arq import Worker
from arq.connections import RedisSettings
from redis.exceptions import RedisError

from backend.tasks.queue import INTERACTIVE

PAUSE_S = 1.0
"""Between two attempts to reach Valkey."""

POLL_S = 0.02
"""Between two looks at the queue. Each look starts no more tasks than may run at once, so this
bounds how many short ones a wave of small tenants gets through."""

LAST_WORK_S = 30
"""How long tasks under way may take to end when the process is told to stop."""

log = structlog.get_logger(__name__)


async def listen(
    functions: Sequence[Any], context: dict[str, Any], *, redis_url: str, at_once: int
) -> None:
    """Run what is announced until a signal comes; then finish the tasks under way."""
    stopping = asyncio.Event()
    try:
        while not stopping.is_set():
            worker = Worker(
                functions=functions,
                queue_name=INTERACTIVE,
                redis_settings=RedisSettings.from_dsn(redis_url),
                ctx=dict(context),
                max_jobs=at_once,
                job_completion_wait=LAST_WORK_S,
                poll_delay=POLL_S,
                handle_signals=True,
            )
            worker.on_stop = lambda _: stopping.set()
            if not await _until_valkey_goes(worker, stopping):
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), PAUSE_S)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().remove_signal_handler(number)


async def _until_valkey_goes(worker: Worker, stopping: asyncio.Event) -> bool:
    """Whether it went; else the worker was told to stop and did."""
    try:
        await worker.async_run()
    except asyncio.CancelledError:
        if not stopping.is_set():
            raise  # by our caller, not by a signal
        return False
    except (RedisError, OSError) as error:
        log.warning("Valkey is away, work is found by the sweep meanwhile", error=str(error))
        return True
    finally:
        # Tasks under way do not need Valkey; only their last word to it fails.
        await asyncio.gather(*worker.tasks.values(), return_exceptions=True)
        worker.tasks.clear()
        if worker.pool is not None:
            with contextlib.suppress(RedisError, OSError):
                await worker.pool.aclose()
    return False
