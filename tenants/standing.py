"""Which tenants may be used at all, as a process knows it without asking for each request."""

import asyncio
import contextlib
import time
from dataclasses import dataclass, field

import structlog
from sqlalchemy import select

from domain.errors import UnauthenticatedError
from domain.identity import TenantId
from tenants.models.parties import Status, Tenant
from tenants.outages import OUTAGES
from tenants.session import Database

REFRESH_S = 10.0
AGAIN_S = 1.0

log = structlog.get_logger(__name__)


@dataclass
class Standing:
    """Tenants that are suspended or closed, read anew every ten seconds while somebody asks.

    Nobody waits for that. Sign-in and renewal ask the database itself; this ends the access tokens
    that were given before, which would be good for ten minutes.
    """

    database: Database
    _shut: frozenset[TenantId] = frozenset()
    _next: float = 0.0
    _reading: asyncio.Task[None] | None = field(default=None, repr=False)

    def check(self, tenant: TenantId) -> None:
        """Refuse who acts in a tenant that is shut.

        Raises
        ------
        UnauthenticatedError
            TENANT_SUSPENDED.
        """
        if self._reading is None and time.monotonic() >= self._next:
            self._reading = asyncio.create_task(self._read())
        if tenant in self._shut:
            raise UnauthenticatedError(
                "the organisation is suspended; its provider can resume it", code="TENANT_SUSPENDED"
            )

    async def read(self) -> None:
        """Read which tenants are shut, now."""
        wanted = select(Tenant.id).where(Tenant.status != Status.ACTIVE)
        async with self.database.global_session() as session:
            self._shut = frozenset(await session.scalars(wanted))
        self._next = time.monotonic() + REFRESH_S

    async def _read(self) -> None:
        try:
            await self.read()
        except OUTAGES as error:
            self._next = time.monotonic() + AGAIN_S
            log.warning("standing of tenants could not be read", reason=type(error).__name__)
        finally:
            self._reading = None

    async def close(self) -> None:
        """Stop reading."""
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
