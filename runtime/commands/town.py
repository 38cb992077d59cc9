"""The command that plays a make-believe town against a gateway."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from backend.settings import get_settings
from runtime.demo import devices_file


def simulate(  # noqa: PLR0913 - each is an option of the command
    *,
    town: Annotated[str, typer.Option(help="Which town.")] = "demo",
    url: Annotated[
        str | None, typer.Option(help="Where the gateway listens; this installation if not given.")
    ] = None,
    devices: Annotated[
        Path | None,
        typer.Option(help="Serials and secrets, as `balance import metering --json` prints them."),
    ] = None,
    speed: Annotated[float, typer.Option(help="Hours of the town in an hour.")] = 1.0,
    faults: Annotated[str, typer.Option(help="none, normal, hostile or a JSON file.")] = "none",
    seed: Annotated[int | None, typer.Option(help="Seed of the faults.")] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="First hour to push, RFC 3339.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", help="End of the last hour, RFC 3339; else it lives on.")
    ] = None,
    log: Annotated[Path | None, typer.Option(help="Where to write what truly happened.")] = None,
) -> None:
    """Let the concentrators of a make-believe town push real frames.

    For example:

        balance simulate --town demo --faults normal

        balance simulate --url http://127.0.0.1:8000 --devices devices.json --speed 3600
    """
    from simulator.run import Options, simulate  # noqa: PLC0415 - loads the town's data

    settings = get_settings()
    options = Options(
        url=url or settings.public_url,
        devices=devices or devices_file(settings.home),
        town=town,
        speed=speed,
        faults=faults,
        seed=seed,
        start=_hour(start, "from"),
        end=_hour(end, "to"),
        log=log,
    )
    sys.exit(asyncio.run(simulate(options)))


def _hour(text: str | None, field: str) -> datetime | None:
    from domain.hours import (  # noqa: PLC0415 - loads numpy, which `balance up` can do without
        instant_of,
        parse_instant,
        whole_hour,
    )

    if text is None:
        return None
    return instant_of(whole_hour(parse_instant(text, field), field)).astimezone(UTC)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(rich_help_panel="Demo")(simulate)
