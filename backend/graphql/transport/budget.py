"""A tenant's requests a minute, and what they cost: counted by all processes together.

How they are counted, also while Valkey is away, stands in :mod:`backend.services.limits`.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from redis.asyncio import Redis

from backend.services.limits import Ledger, LimitDirectory
from domain.errors import LimitError
from domain.identity import TenantId
from tenants.limits import Limits

WINDOW_S = 60


class Allowance(NamedTuple):
    """What is left of a tenant's budget, as `rateLimit` shows it."""

    limit: int
    remaining: int
    reset_at: datetime


@dataclass
class Budgets:
    """The budgets of all tenants, as one process sees them."""

    limit: int
    """Requests, and their cost, of tenants that have no figures of their own."""

    valkey: Redis | None = None
    clock: Callable[[], float] = time.time
    directory: LimitDirectory = field(default_factory=LimitDirectory)

    def __post_init__(self) -> None:
        self.directory.defaults = Limits(requests_per_minute=self.limit, cost_per_minute=self.limit)
        self._cost = Ledger("budget", WINDOW_S, self.valkey, self.clock)
        self._requests = Ledger("requests", WINDOW_S, self.valkey, self.clock)

    def spend(self, tenant: TenantId, units: int) -> None:
        """Take one request that costs ``units`` from the budget of the running minute.

        What is asked at the end of a budget is still served when anything is left, so that no
        request is too large for a budget that is whole.

        Raises
        ------
        LimitError
            RATE_LIMITED, with the seconds until the next minute begins.
        """
        limits = self.directory.of(tenant)
        for ledger, limit, what in (
            (self._requests, limits.requests_per_minute, "requests"),
            (self._cost, limits.cost_per_minute, "units of cost"),
        ):
            if ledger.spent(tenant) >= limit:
                raise LimitError(
                    f"the tenant's {limit} {what} of this minute are used up",
                    code="RATE_LIMITED",
                    retry_after_s=ledger.remaining_s,
                )
        self._requests.spend(tenant, 1)
        self._cost.spend(tenant, units)

    def allowance(self, tenant: TenantId) -> Allowance:
        """What is left now, of the cost."""
        limit = self.directory.of(tenant).cost_per_minute
        reset_at = datetime.fromtimestamp(self._cost.ends_at, UTC)
        return Allowance(limit, max(0, limit - self._cost.spent(tenant)), reset_at)

    async def tell(self) -> None:
        """Tell the other processes, and learn from them, now."""
        await self._cost.tell()
        await self._requests.tell()

    async def close(self) -> None:
        """Stop counting."""
        await self._cost.close()
        await self._requests.close()
        await self.directory.close()
