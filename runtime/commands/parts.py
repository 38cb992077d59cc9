"""Commands that run one part of the product alone: api, gateway, worker, analyst.

``balance up`` starts these same commands. Alone they use the servers of a running installation, or
start the embedded ones for their own time.
"""

import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module

import typer

from backend.settings import Settings, get_settings, read_settings
from runtime import allocator
from runtime.installation import tended
from runtime.up import signals_interrupt


@contextmanager
def part(name: str) -> Iterator[Settings]:
    """Settings with the addresses of running servers, and logging for the part ``name``."""
    from backend.logging import configure  # noqa: PLC0415 - only parts log

    allocator.keep_little()
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
    """Fold what was pushed, roll it up, tend commands: what must follow within seconds."""
    from backend.tasks.worker import run  # noqa: PLC0415 - loads the services

    with part("worker") as settings:
        run(settings)


def analyst() -> None:
    """Do the upkeep and the analyses that take long, when readings leave the time for it."""
    from backend.tasks.analyst import run  # noqa: PLC0415 - loads the services

    with part("analyst") as settings:
        run(settings)


def judge() -> None:
    """Judge what readings say is wrong, beside the analyst, on another processor core."""
    from backend.tasks.analyst import run  # noqa: PLC0415 - loads the services

    with part("judge") as settings:
        run(settings, judge_only=True)


PARTS = {"api": api, "gateway": gateway, "worker": worker, "analyst": analyst, "judge": judge}

LOADED_ONCE = (
    "runtime.asgi",
    "backend.app",
    "mobile_bff.app",
    "ingestion.app",
    "backend.tasks.analyst",
    "backend.tasks.worker",
    "backend.logging",
    "simulator.__main__",
    # What the libraries load when they are first used.
    "encodings.idna",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "uvicorn.lifespan.on",
    "uvicorn.loops.uvloop",
    "uvicorn.protocols.http.httptools_impl",
    "uvicorn.protocols.websockets.auto",
)


def load() -> None:
    """Load what the parts need, to be forked into each of them and shared."""
    allocator.keep_little()
    # One thread computes here; others would not survive the fork, and each keeps memory.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for name in LOADED_ONCE:
        import_module(name)
    # The collector writes into what it looks at, and so would make copies of it in each part.
    gc.collect()
    gc.freeze()


def entry(name: str) -> Callable[[], None]:
    """What a forked process does to be a part."""

    def be_the_part() -> None:
        from runtime.commands.refusals import report  # noqa: PLC0415 - it names the commands

        get_settings.cache_clear()  # those are the parent's
        with report():
            PARTS[name]()

    return be_the_part


def town_entry(command: Sequence[str]) -> Callable[[], None]:
    """What a forked process does to be the simulator, with the arguments of its command line."""
    arguments = command[command.index("simulator") + 1 :]

    def be_the_town() -> None:
        from simulator.__main__ import run  # noqa: PLC0415 - loads the town's data

        sys.exit(run(arguments))

    return be_the_town


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (api, gateway, worker, analyst, judge):
        app.command(rich_help_panel="Parts")(command)
