"""The command that says what is wrong."""

import asyncio
import sys
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import typer
from rich.table import Table

from backend.settings import get_settings
from domain.errors import BalanceError
from runtime.commands.output import AsJson, page, result
from runtime.installation import needs_embedded, tended
from runtime.servers import Addresses
from runtime.state import RuntimeState

if TYPE_CHECKING:
    from runtime.doctor import Check

STYLES = {"fine": "green", "warning": "yellow", "broken": "red"}


def doctor(*, as_json: AsJson = False) -> None:
    """Say what is wrong with this installation, and what to do about it.

    Exit status 1 when something is broken. Embedded servers that do not run are started for the
    time of the examination.

    For example:

        balance doctor
    """
    from runtime.doctor import Check, look_at_machine  # noqa: PLC0415 - `up` needs no doctor

    settings = get_settings()
    checks = list(look_at_machine(settings))
    if needs_embedded(settings) and RuntimeState.load(settings.home) is None:
        checks.append(Check("servers", "fine", "`balance up` makes them at its first start"))
    else:
        try:
            with tended(settings) as addresses:
                checks += asyncio.run(_all(addresses))
        except BalanceError as refused:
            remedy = f"read {settings.home / 'logs'}"
            checks.append(Check("servers", "broken", refused.message, remedy))
    checks = [check if check.verdict != "fine" else replace(check, remedy=None) for check in checks]
    broken = any(check.verdict == "broken" for check in checks)
    if as_json:
        result({"healthy": not broken, "checks": [asdict(check) for check in checks]}, as_json=True)
    else:
        _show(checks)
    sys.exit(1 if broken else 0)


async def _all(addresses: Addresses) -> "list[Check]":
    from runtime.doctor_servers import look_at_servers  # noqa: PLC0415 - loads redis

    return [check async for check in look_at_servers(addresses)]


def _show(checks: "list[Check]") -> None:
    table = Table.grid(padding=(0, 2))
    for check in checks:
        table.add_row(check.name, f"[{STYLES[check.verdict]}]{check.verdict}[/]", check.found)
        if check.remedy:
            table.add_row("", "", f"-> {check.remedy}")
    page.print(table)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Installation")(doctor)
