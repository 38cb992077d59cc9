"""What tenants use in a window of time, counted by all processes together and held to a limit.

Nobody waits for Valkey: what a process counts is known to it at once, and told to the others a
moment later in one call for many requests; while Valkey is away each process counts alone. So a
tenant can overrun by what its processes take in that moment, and a request costs no round trip.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.errors import LimitError
from domain.identity import TenantId
from tenants import limits
from tenants.limits import Limits
from tenants.rereading import Rereading
from tenants.session import Database

HOUR_S = 3600
TELL_EVERY_S = 0.2
AWAY_S = 15.0
REFRESH_S = 30.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Account:
    """One tenant in one window."""

    window: int
    spent: int = 0
    """By everybody, as far as known here."""
    untold: int = 0
    """By this process, and not yet in Valkey."""


@dataclass
class Ledger:
    """What all tenants use of one thing, as one process sees it."""

    name: str
    window_s: int
    valkey: Redis | None = None
    clock: Callable[[], float] = time.time
    _accounts: dict[TenantId, _Account] = field(default_factory=dict)
    _telling: asyncio.Task[None] | None = None
    _away_until: float = 0.0

    def spent(self, tenant: TenantId) -> int:
        """Used in the running window."""
        return self._account(tenant).spent

    def spend(self, tenant: TenantId, units: int) -> None:
        """Note what was used."""
        account = self._account(tenant)
        account.spent += units
        account.untold += units
        if self.valkey is not None and self._telling is None:
            self._telling = asyncio.create_task(self._tell_soon())

    @property
    def ends_at(self) -> float:
        """When the running window ends, in seconds since the epoch."""
        return (int(self.clock()) // self.window_s + 1) * float(self.window_s)

    @property
    def remaining_s(self) -> int:
        """Whole seconds until the next window has begun."""
        return max(1, round(self.ends_at - self.clock() + 0.5))

    async def close(self) -> None:
        """Stop telling."""
        if self._telling is not None:
            self._telling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._telling

    def _account(self, tenant: TenantId) -> _Account:
        window = int(self.clock()) // self.window_s
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
            key = f"balance:{self.name}:{tenant}:{account.window}"
            pipeline.incrby(key, account.untold)
            pipeline.expire(key, 2 * self.window_s)
        sent = [(account, account.untold) for account in told.values()]
        for account in told.values():
            account.untold = 0
        try:
            totals = (await pipeline.execute())[::2]
        except (RedisError, OSError) as error:
            self._away_until = time.monotonic() + AWAY_S
            log.warning("use counted in memory", of=self.name, reason=type(error).__name__)
            for account, units in sent:
                account.untold += units
            return
        for (account, _), total in zip(sent, totals, strict=True):
            account.spent = max(account.spent, int(total) + account.untold)


class LimitDirectory:
    """Limits of tenants, read anew every half minute while somebody asks; at first the defaults."""

    def __init__(self, defaults: Limits | None = None, database: Database | None = None) -> None:
        self.defaults = defaults or Limits()
        self.database = database
        self._own: dict[TenantId, dict[str, int]] = {}
        self._rereading = Rereading("limits of tenants", self.read, REFRESH_S)

    def of(self, tenant: TenantId) -> Limits:
        """What a tenant may use."""
        if self.database is not None:
            self._rereading.look()
        own = self._own.get(tenant)
        return self.defaults if own is None else self.defaults.with_own(own)

    async def read(self) -> None:
        """Read the figures now."""
        if self.database is not None:
            self._own = await limits.load_own(self.database)
            self._rereading.postpone()

    async def close(self) -> None:
        """Stop reading."""
        await self._rereading.close()


@dataclass
class ReadingQuota:
    """Readings that the gateway may still take from a tenant in the running hour."""

    directory: LimitDirectory
    ledger: Ledger

    def check(self, tenant: TenantId) -> None:
        """Refuse a push before any work is done for it, when the hour's readings are used up.

        The push that reaches the limit is taken whole, and the next ones wait: a concentrator
        keeps what was not acknowledged.

        Raises
        ------
        LimitError
            READINGS_LIMITED, with the seconds until the next hour begins.
        """
        limit = self.directory.of(tenant).readings_per_hour
        if self.ledger.spent(tenant) >= limit:
            raise LimitError(
                f"the tenant's {limit} readings of this hour are used up",
                code="READINGS_LIMITED",
                retry_after_s=self.ledger.remaining_s,
            )

    def took(self, tenant: TenantId, readings: int) -> None:
        """Count readings that were acknowledged."""
        self.ledger.spend(tenant, readings)

    async def close(self) -> None:
        """Stop counting."""
        await self.ledger.close()
        await self.directory.close()
