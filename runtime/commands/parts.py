"""Commands that run one part of the product alone: api, gateway, worker.

``balance up`` starts these same commands. Alone they use the servers of a running installation, or
start the embedded ones for their own time.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from backend.settings import Settings, get_settings, read_settings
from runtime.installation import tended
from runtime.up import signals_interrupt


@contextmanager
def part(name: str) -> Iterator[Settings]:
    """Settings with the addresses of running servers, and logging for the part ``name``."""
    from backend.logging import configure  # noqa: PLC0415 - only parts log

    settings = get_settings()
    with signals_interrupt(), tended(settings) as addresses:
        found = read_settings(database_url=addresses.database_url, redis_url=addresses.redis_url)
        configure(found, part=name)
        yield found


def api() -> None:
    """Serve the API, the pages and the gateway on BALANCE_PORT."""
    from runtime.asgi import public_app, serve  # noqa: PLC0415 - loads the whole product

    with part("api") as settings:
        serve(public_app(settings), host=settings.host, port=settings.port)


def gateway() -> None:
    """Serve what concentrators talk to, alone, on BALANCE_GATEWAY_PORT."""
    from runtime.asgi import gateway_app, serve  # noqa: PLC0415 - loads half the product

    with part("gateway") as settings:
        serve(gateway_app(settings), host=settings.host, port=settings.gateway_port)


def worker() -> None:
    """Fold what was pushed, roll up, compute: everything that happens behind a request."""
    from backend.tasks.worker import run  # noqa: PLC0415 - loads the services

    with part("worker") as settings:
        run(settings)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (api, gateway, worker):
        app.command(rich_help_panel="Parts")(command)
