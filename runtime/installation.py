"""An installation: one home directory, tended by one process at a time, used by many.

Whoever tends the embedded servers holds a lock on the home; the kernel drops it when that process
ends, however it ends. The lock file says who it is and whether it stays (``balance up``) or only
runs one command.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

from backend import revision
from backend.master_key import load_master_key
from backend.settings import Settings
from domain.errors import ConflictError, UnavailableError
from runtime.servers import Addresses, ExternalServers, Servers, check_version
from runtime.state import RuntimeState

if TYPE_CHECKING:
    from tenants.session import Database

Stay = Literal["up", "command"]

OTHERS_PATIENCE_S = 60.0
"""How long a command waits for another command, or for an installation that is starting."""


@dataclass(frozen=True, slots=True)
class Tender:
    """The process that tends the servers of an installation."""

    pid: int
    stay: Stay
    port: int | None = None


class InstallationLock:
    """The right to tend the servers in ``home``."""

    def __init__(self, home: Path) -> None:
        self.path = home / "tender.lock"
        self._file: IO[str] | None = None

    def take(self, stay: Stay, *, port: int | None = None) -> bool:
        """Take the lock if nobody has it."""
        self.path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        # A file lies open for as long as the lock is held: a `with` would end too early.
        file = self.path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        file.truncate(0)
        json.dump({"pid": os.getpid(), "stay": stay, "port": port}, file)
        file.flush()
        return True

    def release(self) -> None:
        """Let the next one tend the servers."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None

    def tender(self) -> Tender | None:
        """Who holds the lock now, if anybody does."""
        if not self.path.exists():
            return None
        with self.path.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                with contextlib.suppress(ValueError, TypeError):
                    return Tender(**json.load(file))
        return None


def external_servers(settings: Settings) -> ExternalServers:
    """Servers of the user's own that the settings name."""
    return ExternalServers(
        database_url=settings.database_url or None,
        migration_url=settings.migration_url or None,
        redis_url=settings.redis_url or None,
    )


def needs_embedded(settings: Settings) -> bool:
    """Whether any server has to come from the installation itself."""
    return not (settings.database_url and settings.redis_url)


def ensure_master_key(settings: Settings) -> None:
    """Make the master key of a new installation; refuse to replace that of an old one."""
    given = settings.master_key.get_secret_value() or settings.master_key_file.exists()
    if not given and RuntimeState.load(settings.home) is not None:
        raise ConflictError(
            f"{settings.master_key_file} is missing, but the database of {settings.home} holds"
            " secrets made with it; restore it from your backup, or forget the data with"
            " `make clean-data`",
            code="MASTER_KEY_MISSING",
        )
    load_master_key(settings)


@contextmanager
def tended(settings: Settings) -> Iterator[Addresses]:
    """Addresses of running servers, for one command.

    Those of ``balance up`` when it runs; else the embedded ones, started for the time of the block.
    """
    external = external_servers(settings)
    if not needs_embedded(settings):
        yield Servers(settings.home, external).addresses()
        return
    lock = InstallationLock(settings.home)
    deadline = time.monotonic() + OTHERS_PATIENCE_S
    while not lock.take("command"):
        tender = lock.tender()
        if tender is not None and tender.stay == "up":
            yield _addresses_of_the_running(settings, deadline)
            return
        if time.monotonic() > deadline:
            raise ConflictError(
                f"another command (process {tender.pid if tender else 'unknown'}) keeps the"
                f" servers of {settings.home} busy; wait for it, or end it",
                code="INSTALLATION_BUSY",
            )
        time.sleep(0.2)
    try:
        ensure_master_key(settings)
        servers = Servers(settings.home, external)
        try:
            yield servers.start()
        finally:
            servers.stop()
    finally:
        lock.release()


def _addresses_of_the_running(settings: Settings, deadline: float) -> Addresses:
    """Where the servers of a running ``balance up`` are; it may still be starting them."""
    last: Exception | None = None
    while time.monotonic() < deadline:
        if RuntimeState.load(settings.home) is not None:
            addresses = Servers(settings.home, external_servers(settings)).addresses()
            try:
                asyncio.run(check_version(addresses.database_url))
            except UnavailableError as error:
                last = error
            else:
                return addresses
        time.sleep(0.3)
    raise UnavailableError(
        f"the servers of {settings.home} do not answer: {last}; `balance doctor` says more",
        code="DATABASE_UNREACHABLE",
    )


async def _insist_on_head(addresses: Addresses) -> None:
    found, needed = await revision.current(addresses.database_url), revision.head()
    if found != needed:
        raise ConflictError(
            f"the database is at revision {found}, this code needs {needed}; run `balance migrate`",
            code="MIGRATION_NEEDED",
        )


@asynccontextmanager
async def installation(settings: Settings) -> AsyncIterator["Database"]:
    """Sessions on the installation's database, for one command; servers start when none run."""
    from tenants.session import Database  # noqa: PLC0415 - `balance up` itself opens no session

    context = tended(settings)
    addresses = await asyncio.to_thread(context.__enter__)
    try:
        await _insist_on_head(addresses)
        database = Database.connect(
            addresses.database_url, pool_size=2, application="balance-command"
        )
        try:
            yield database
        finally:
            await database.close()
    finally:
        await asyncio.to_thread(context.__exit__, None, None, None)
