"""A tenant's requests a minute: counted in Valkey for all processes, in each while it is away.

Nobody waits for Valkey: what a process spends is known to it at once, and told to the others a
moment later in one call for many requests. So a tenant can overrun by what its processes spend in
that moment, and a request costs no round trip.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.errors import LimitError
from domain.identity import TenantId

WINDOW_S = 60
TELL_EVERY_S = 0.2
AWAY_S = 15.0

log = structlog.get_logger(__name__)


class Allowance(NamedTuple):
    """What is left of a tenant's budget, as `rateLimit` shows it."""

    limit: int
    remaining: int
    reset_at: datetime


@dataclass(slots=True)
class _Account:
    """One tenant in one window."""

    window: int
    spent: int = 0
    """By everybody, as far as known here."""
    untold: int = 0
    """By this process, and not yet in Valkey."""


@dataclass
class Budgets:
    """The budgets of all tenants, as one process sees them."""

    limit: int
    valkey: Redis | None = None
    clock: Callable[[], float] = time.time
    _accounts: dict[TenantId, _Account] = field(default_factory=dict)
    _telling: asyncio.Task[None] | None = None
    _away_until: float = 0.0

    def spend(self, tenant: TenantId, units: int) -> None:
        """Take ``units`` from the budget of the running minute.

        What is asked at the end of a budget is still served when anything is left, so that no
        request is too large for a budget that is whole.

        Raises
        ------
        LimitError
            RATE_LIMITED, with the seconds until the next minute begins.
        """
        account = self._account(tenant)
        if account.spent >= self.limit:
            wait = WINDOW_S - self.clock() % WINDOW_S
            raise LimitError(
                f"the tenant's {self.limit} requests of this minute are used up",
                code="RATE_LIMITED",
                retry_after_s=max(1, round(wait + 0.5)),
            )
        account.spent += units
        account.untold += units
        if self.valkey is not None and self._telling is None:
            self._telling = asyncio.create_task(self._tell_soon())

    def allowance(self, tenant: TenantId) -> Allowance:
        """What is left now."""
        account = self._account(tenant)
        reset_at = datetime.fromtimestamp((account.window + 1) * WINDOW_S, UTC)
        return Allowance(self.limit, max(0, self.limit - account.spent), reset_at)

    async def close(self) -> None:
        """Stop telling."""
        if self._telling is not None:
            self._telling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._telling

    def _account(self, tenant: TenantId) -> _Account:
        window = int(self.clock()) // WINDOW_S
        account = self._accounts.get(tenant)
        if account is None or account.window != window:
            account = self._accounts[tenant] = _Account(window)
        return account

    async def _tell_soon(self) -> None:
        """Tell what was spent, then learn what the others spent."""
        try:
            await asyncio.sleep(TELL_EVERY_S)
            await self.tell()
        finally:
            self._telling = None

    async def tell(self) -> None:
        """Tell Valkey what was spent here, and learn what the others spent."""
        told = {tenant: one for tenant, one in self._accounts.items() if one.untold}
        if self.valkey is None or time.monotonic() < self._away_until:
            return
        pipeline = self.valkey.pipeline(transaction=False)
        for tenant, account in told.items():
            key = f"balance:budget:{tenant}:{account.window}"
            pipeline.incrby(key, account.untold)
            pipeline.expire(key, 2 * WINDOW_S)
        sent = [(account, account.untold) for account in told.values()]
        for account in told.values():
            account.untold = 0
        try:
            totals = (await pipeline.execute())[::2]
        except (RedisError, OSError) as error:
            self._away_until = time.monotonic() + AWAY_S
            log.warning("budgets counted in memory", reason=type(error).__name__)
            for account, units in sent:
                account.untold += units
            return
        for (account, _), total in zip(sent, totals, strict=True):
            account.spent = max(account.spent, int(total) + account.untold)
