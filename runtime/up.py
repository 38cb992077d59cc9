"""Bring a whole installation up and keep it up; take it down from outside."""

import asyncio
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

import psutil

from backend import revision
from backend.settings import Settings
from domain.errors import ConflictError, InvalidError, UnavailableError
from runtime import survivors
from runtime.account import ServerAccount, data_place
from runtime.installation import (
    OTHERS_PATIENCE_S,
    InstallationLock,
    ensure_master_key,
    external_servers,
)
from runtime.servers import Addresses, Servers, check_version
from runtime.state import RuntimeState, port_is_free
from runtime.supervisor import Part, Steps, Supervisor, orphans

DOWN_PATIENCE_S = 20.0

Announce = Callable[[str], None]


class PortTakenError(ConflictError):
    """Somebody else listens where we should."""

    code = "PORT_TAKEN"


def up(  # noqa: PLR0913 - what is run, and how it is shown
    settings: Settings,
    *,
    announce: Announce,
    prepare: Callable[[Addresses], Sequence[Part]],
    when_ready: Callable[[Addresses], Steps | None],
    meanwhile: Callable[[], None] | None = None,
    show_output: bool = False,
    stay: bool = True,
) -> None:
    """Start servers and parts, and stay until a signal comes; then stop everything in order.

    ``prepare`` runs on the migrated database and says which parts to start; ``when_ready`` runs
    once they all serve, and may go on step by step while they are watched. ``meanwhile`` is done
    while the servers come up. Without ``stay`` all stops when that is done.
    """
    with signals_interrupt(), _tending(settings):
        survivors.end(orphans(settings.home), signal.SIGTERM)
        refuse_taken_ports(settings)
        ensure_master_key(settings)
        servers = Servers(settings.home, external_servers(settings))
        try:
            announce("starting PostgreSQL and Valkey")
            addresses = servers.start(meanwhile)
            asyncio.run(migrate(settings, addresses))
            parts = prepare(addresses)
            announce("starting " + ", ".join(part.name for part in parts))
            supervisor = Supervisor(
                settings.home, servers, parts, announce=announce, show_output=show_output
            )
            supervisor.run(lambda: when_ready(addresses), stay=stay)
            announce("stopping")
        finally:
            servers.stop()


async def migrate(settings: Settings, addresses: Addresses) -> None:
    """Bring the schema to the newest revision, if we may; else insist that it is there."""
    if settings.database_url:
        await check_version(addresses.database_url)
    found, needed = await revision.current(addresses.database_url), revision.head()
    if found == needed:
        return
    if settings.database_url and not settings.migration_url:
        raise InvalidError(
            f"BALANCE_MIGRATION_URL is not set, and the database is at revision {found},"
            f" not {needed}; set it to a role that may SET ROLE balance_owner",
            code="MIGRATION_NEEDED",
            field="BALANCE_MIGRATION_URL",
        )
    from backend import migrations  # noqa: PLC0415 - loads every model, and keeps them

    await migrations.upgrade(addresses.migration_url)


def down(settings: Settings) -> bool:
    """Stop the installation; True when anything of it ran."""
    lock = InstallationLock(settings.home)
    tender = lock.tender()
    if tender is not None:
        os.kill(tender.pid, signal.SIGTERM)
        deadline = time.monotonic() + DOWN_PATIENCE_S
        while lock.tender() is not None:
            if time.monotonic() > deadline:
                raise UnavailableError(
                    f"process {tender.pid} did not stop in {DOWN_PATIENCE_S:.0f} s",
                    code="NOT_STOPPED",
                )
            time.sleep(0.1)
    left = orphans(settings.home)
    survivors.end(left, signal.SIGTERM)
    # A supervisor that was killed leaves its servers too.
    found = bool(tender or left)
    if RuntimeState.load(settings.home) is not None:
        servers = Servers(settings.home, external_servers(settings))
        found = servers.has_survivors() or found
        servers.stop()
    return found


def forget(settings: Settings) -> None:
    """Stop the installation and delete its home, and what lies elsewhere because of it."""
    home = settings.home
    if home in {Path.home(), *Path.cwd().parents, Path.cwd()}:
        raise ConflictError(
            f"BALANCE_HOME = {home}: holds more than the installation; delete by hand what should"
            " go",
            code="HOME_NOT_OWN",
            field="BALANCE_HOME",
        )
    down(settings)
    state = RuntimeState.load(home)
    if state is not None:
        place = data_place(ServerAccount.of_this_process(), home, state.place)
        shutil.rmtree(place, ignore_errors=True)
    if home.exists():
        shutil.rmtree(home)


def refuse_taken_ports(settings: Settings) -> None:
    """Refuse to start when somebody else listens on a port of ours, and say who."""
    for port, variable in (
        (settings.port, "BALANCE_PORT"),
        (settings.gateway_port, "BALANCE_GATEWAY_PORT"),
    ):
        if not port_is_free(port, settings.host):
            raise PortTakenError(
                f"port {port} on {settings.host} is taken by {_who_listens(port)};"
                f" stop that, or choose another port with {variable}",
                field=variable,
            )


def _who_listens(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port:
                if connection.pid is None:
                    break
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        pass
    return "another program (perhaps another installation of BALANCE)"


@contextmanager
def _tending(settings: Settings) -> Iterator[None]:
    """Hold the installation's lock; wait for a command that holds it, not for another ``up``."""
    lock = InstallationLock(settings.home)
    deadline = time.monotonic() + OTHERS_PATIENCE_S
    while not lock.take("up", port=settings.port):
        tender = lock.tender()
        if (tender is not None and tender.stay == "up") or time.monotonic() > deadline:
            pid = tender.pid if tender else "unknown"
            raise ConflictError(
                f"the installation in {settings.home} already runs (process {pid});"
                " `balance down` stops it",
                code="ALREADY_RUNNING",
            )
        time.sleep(0.2)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def signals_interrupt() -> Iterator[None]:
    """Let SIGTERM and SIGHUP unwind what was started, as Ctrl-C does."""

    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    previous = {
        number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
