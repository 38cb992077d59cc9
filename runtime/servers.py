"""Both servers of an installation behind one object: embedded, or the user's own."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from domain.errors import InvalidError, UnavailableError
from runtime.embedded_server import EmbeddedServer
from runtime.postgres import PostgresServer
from runtime.state import RuntimeState
from runtime.valkey import ValkeyServer

OLDEST_POSTGRES = (17, 6)
"""Earlier releases lack a fix of row security."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the servers of an installation are; ``None`` means embedded."""

    database_url: str
    migration_url: str
    redis_url: str


@dataclass(frozen=True, slots=True)
class ExternalServers:
    """Servers of the user's own, which replace the embedded ones one by one."""

    database_url: str | None = None
    migration_url: str | None = None
    redis_url: str | None = None

    def __post_init__(self) -> None:
        if self.migration_url and not self.database_url:
            raise InvalidError(
                "BALANCE_MIGRATION_URL is set without BALANCE_DATABASE_URL; set both, or neither",
                field="BALANCE_MIGRATION_URL",
            )


class Servers:
    """The servers of the installation in ``home``.

    Starting and stopping block; the caller holds the installation's lock (see
    :mod:`runtime.installation`), so that no two processes tend the same data.
    """

    def __init__(
        self,
        home: Path,
        external: ExternalServers | None = None,
        *,
        postgres_settings: Mapping[str, str] | None = None,
    ) -> None:
        self.home = home
        self.external = external or ExternalServers()
        self._postgres_settings = postgres_settings
        self.postgres: PostgresServer | None = None
        self.valkey: ValkeyServer | None = None
        if self.external.database_url and self.external.redis_url:
            return
        home.mkdir(mode=0o755, parents=True, exist_ok=True)
        state = RuntimeState.load_or_make(home)
        if not self.external.database_url:
            self.postgres = PostgresServer(home, state, settings=postgres_settings)
        if not self.external.redis_url:
            self.valkey = ValkeyServer(home, state)

    def start(self, meanwhile: Callable[[], None] | None = None) -> Addresses:
        """Start what is embedded, all at the same time; return where everything is.

        ``meanwhile`` is done while the servers come up.
        """
        for server in self._embedded():
            server.launch()
        if meanwhile is not None:
            meanwhile()
        for server in self._embedded():
            server.finish_start()
        return self.addresses()

    def stop(self) -> None:
        """Stop what is embedded, the database last."""
        for server in reversed(self._embedded()):
            server.stop()

    def restart_dead(self) -> list[str]:
        """Start again whatever died since; return the names."""
        dead = [server for server in self._embedded() if not server.is_alive()]
        for server in dead:
            server.start()
        return [server.name for server in dead]

    def has_survivors(self) -> bool:
        """Whether any process serves this installation's data."""
        return any(server.survivors() for server in self._embedded())

    def addresses(self) -> Addresses:
        """Where the servers are, whether or not they run."""
        database = self.external.database_url or self._embedded_postgres().app_url
        return Addresses(
            database_url=database,
            migration_url=self.external.migration_url
            or (
                database if self.external.database_url else self._embedded_postgres().migration_url
            ),
            redis_url=self.external.redis_url or self._embedded_valkey().url,
        )

    def _embedded(self) -> list[EmbeddedServer]:
        """Servers of our own, the database first."""
        return [server for server in (self.postgres, self.valkey) if server is not None]

    def _embedded_postgres(self) -> PostgresServer:
        assert self.postgres is not None
        return self.postgres

    def _embedded_valkey(self) -> ValkeyServer:
        assert self.valkey is not None
        return self.valkey


@contextmanager
def running(servers: Servers) -> Iterator[Addresses]:
    """Servers for the time of the block."""
    try:
        yield servers.start()
    finally:
        servers.stop()


async def check_version(url: str) -> str:
    """Version of the PostgreSQL at ``url``; refuse one that row security cannot rely on."""
    plain = url.replace("postgresql+asyncpg://", "postgresql://", 1)
    try:
        connection = await asyncpg.connect(plain, timeout=10)
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        raise UnavailableError(
            f"BALANCE_DATABASE_URL: no connection to PostgreSQL: {error or type(error).__name__}",
            code="DATABASE_UNREACHABLE",
        ) from error
    try:
        number: int = int(await connection.fetchval("SHOW server_version_num"))
    finally:
        await connection.close()
    version = divmod(number, 10_000)
    if version < OLDEST_POSTGRES:
        raise InvalidError(
            f"BALANCE_DATABASE_URL: PostgreSQL is {version[0]}.{version[1]}, needs at least"
            f" {OLDEST_POSTGRES[0]}.{OLDEST_POSTGRES[1]} (a fix of row security)",
            code="DATABASE_TOO_OLD",
            field="BALANCE_DATABASE_URL",
        )
    return f"{version[0]}.{version[1]}"
