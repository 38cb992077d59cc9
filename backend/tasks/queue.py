"""Announcing work to the workers. The work itself is rows in PostgreSQL; this only wakes.

An announcement may be lost, doubled or late: workers sweep the bells anyway. So it never delays
the caller, who has committed and must answer.
"""

import asyncio
import contextlib
from typing import Protocol

import structlog
from arq.connections import ArqRedis, RedisSettings, create_pool
from redis.exceptions import RedisError

from domain.identity import TenantId

INTERACTIVE = "balance:interactive"
"""Queue of short tasks, each at most 60 s."""

_LINGER_S = 0.02

log = structlog.get_logger(__name__)


class WorkQueue(Protocol):
    """Where work is announced after its commit."""

    def announce(self, kind: str, tenant_id: TenantId) -> None:
        """Say that a bell of ``kind`` was rung for a tenant."""


class SilentQueue:
    """Announces nothing: workers find the bells by their own sweep."""

    def announce(self, kind: str, tenant_id: TenantId) -> None:
        """Do nothing."""


class ArqQueue:
    """Announces through Valkey; many announcements for one tenant become one."""

    def __init__(self, redis_url: str) -> None:
        self._settings = RedisSettings.from_dsn(redis_url)
        self._settings.conn_retries = 0
        self._pool: ArqRedis | None = None
        self._due: set[tuple[str, TenantId]] = set()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to pass announcements on."""
        self._task = asyncio.create_task(self._pass_on())

    async def stop(self) -> None:
        """Stop passing on; what was not announced will be swept."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._pool is not None:
            await self._pool.aclose()

    def announce(self, kind: str, tenant_id: TenantId) -> None:
        """Note the announcement and return at once."""
        self._due.add((kind, tenant_id))
        self._wake.set()

    async def _pass_on(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(_LINGER_S)
            due, self._due = self._due, set()
            self._wake.clear()
            try:
                if self._pool is None:
                    self._pool = await create_pool(self._settings)
                for kind, tenant_id in due:
                    await self._pool.enqueue_job(
                        kind, tenant_id, _job_id=f"{kind}:{tenant_id}", _queue_name=INTERACTIVE
                    )
            except (RedisError, OSError) as error:
                log.warning("announcement lost, the sweep will find it", error=str(error))
                await asyncio.sleep(1)
