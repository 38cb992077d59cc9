"""The command that fills an installation with the demo."""

import subprocess
import time
from datetime import UTC, datetime

import typer

from backend.settings import Settings, get_settings, read_settings
from domain.errors import UnavailableError
from runtime.commands.lifecycle import local_host, run_installation, town_command
from runtime.commands.output import AsJson, people, result
from runtime.demo import DemoRecord, devices_file
from runtime.demo_seeding import environment_of, found
from runtime.installation import InstallationLock, tended
from runtime.servers import Addresses
from runtime.supervisor import CHECK_EVERY_S

_ALREADY_AT_WORK = "STATE_FILE_IN_USE"


def seed(*, as_json: AsJson = False) -> None:
    """Fill the installation with the demo town: tenants, people, meters, six weeks of history.

    The history goes through the gateway, as all readings do; the command ends when every hour of
    it can be read. `balance up` does the same at its first start. Interrupted, it goes on where
    it stopped when it is called again.

    For example:

        balance seed

        balance seed --json
    """
    settings = get_settings()
    tender = InstallationLock(settings.home).tender()
    if tender is not None and tender.stay == "up":
        with tended(settings) as addresses:
            _seed_running(settings, addresses, tender.port or settings.port)
    else:
        run_installation(read_settings(demo=True), seed_only=True)
    record = DemoRecord.load(settings.home)
    if record is None or not record.complete:
        raise KeyboardInterrupt
    if as_json:
        tenants = [
            {
                "name": one.name,
                "tenant": one.tenant,
                "client_id": one.client_id,
                "client_secret": one.client_secret,
            }
            for one in record.tenants
        ]
        result({"tenants": tenants}, as_json=True)
    else:
        people.print("the demo is complete; `balance up` shows its accounts")


def _seed_running(settings: Settings, addresses: Addresses, port: int) -> None:
    """Seed under a running ``balance up``, whose own town may be at work already."""
    from runtime.demo_history import watch  # noqa: PLC0415 - only who watches needs it

    if not devices_file(settings.home).exists():
        found(settings, addresses)
    command = [
        *town_command(f"http://{local_host(settings)}:{port}", settings.home),
        *("--to", datetime.now(UTC).strftime("%Y-%m-%dT%H:00:00Z")),
    ]
    with subprocess.Popen(  # noqa: S603 - our own module
        command,
        env=environment_of(settings.home, addresses),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as town:
        try:
            for _ in watch(addresses.database_url, settings.home, people):
                _must_go_on(town)
                time.sleep(CHECK_EVERY_S)
        finally:
            town.terminate()


def _must_go_on(town: subprocess.Popen[str]) -> None:
    """Raise when the town gave up for another reason than that one is at work already."""
    if town.poll():
        said = town.stderr.read() if town.stderr else ""
        if said and _ALREADY_AT_WORK not in said:
            raise UnavailableError(f"the town gave up: {said.strip()}", code="TOWN_GAVE_UP")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Demo")(seed)
