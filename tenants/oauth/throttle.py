"""How often one may try: counted in Valkey, or in this process while Valkey is away."""

import time
from dataclasses import dataclass

import structlog
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.errors import LimitError

_RETRY_VALKEY_S = 15.0
_log = structlog.get_logger(__name__)


class _SharedCounts(RedisStorage):
    """Counts in Valkey by the client that the product has; the library would load two more."""

    DEPENDENCIES = {"redis": RedisStorage.DEPENDENCIES["redis"]}  # noqa: RUF012 - as it declares it


@dataclass(frozen=True, slots=True)
class Attempt:
    """One thing that is counted, in one window."""

    limit: RateLimitItem
    what: str
    who: str


def login_attempts(account: str, address: str) -> tuple[Attempt, ...]:
    """Count a failed login three ways.

    Few from one address to one account; more to an account from everywhere, so that others
    cannot lock a person out cheaply; and more from an address, behind which a house may live.
    """
    return (
        Attempt(RateLimitItemPerMinute(10, 15), "login", f"{account} {address}"),
        Attempt(RateLimitItemPerHour(60), "login account", account),
        Attempt(RateLimitItemPerMinute(100, 15), "login address", address),
    )


def client_attempts(client_id: str, address: str) -> tuple[Attempt, ...]:
    """Count a failed authentication of a client."""
    return (
        Attempt(RateLimitItemPerMinute(20, 5), "client", f"{client_id} {address}"),
        Attempt(RateLimitItemPerMinute(200, 5), "client address", address),
    )


class Throttle:
    """Counts attempts in moving windows.

    Losing Valkey must not lock everybody out, nor let everybody try without end: the process
    then counts by itself, and asks Valkey again a little later.
    """

    def __init__(self, redis_url: str | None) -> None:
        self._here = MovingWindowRateLimiter(MemoryStorage())
        self._shared: MovingWindowRateLimiter | None = None
        self._client: Redis | None = None
        if redis_url is not None:
            self._client = Redis.from_url(redis_url, socket_connect_timeout=0.5, socket_timeout=0.5)
            storage = _SharedCounts(
                f"async+{redis_url}",
                implementation="redispy",
                key_prefix="balance:limits",
                # The library passes it on to redis-py, though its options are typed as scalars.
                connection_pool=self._client.connection_pool,  # type: ignore[arg-type]
            )
            self._shared = MovingWindowRateLimiter(storage)
        self._away_until = 0.0

    async def close(self) -> None:
        """Close the connections to Valkey."""
        if self._client is not None:
            await self._client.aclose(close_connection_pool=True)

    async def check(self, attempts: tuple[Attempt, ...]) -> None:
        """Refuse when one of the limits is reached.

        Raises
        ------
        LimitError
            TOO_MANY_ATTEMPTS, with the seconds to wait.
        """
        for attempt in attempts:
            if not await self._ask("test", attempt):
                wait = attempt.limit.get_expiry()
                raise LimitError(
                    "too many attempts; try again later",
                    code="TOO_MANY_ATTEMPTS",
                    retry_after_s=min(wait, 900),
                )

    async def count(self, attempts: tuple[Attempt, ...]) -> None:
        """Count a failure."""
        for attempt in attempts:
            await self._ask("hit", attempt)

    async def _ask(self, verb: str, attempt: Attempt) -> bool:
        if self._shared is not None and time.monotonic() >= self._away_until:
            try:
                return await self._put(self._shared, verb, attempt)
            except (RedisError, OSError) as error:
                self._away_until = time.monotonic() + _RETRY_VALKEY_S
                _log.warning("limits counted in memory", reason=type(error).__name__)
        return await self._put(self._here, verb, attempt)

    @staticmethod
    async def _put(limiter: MovingWindowRateLimiter, verb: str, attempt: Attempt) -> bool:
        put = limiter.test if verb == "test" else limiter.hit
        return await put(attempt.limit, attempt.what, attempt.who)
