"""Structured logging: one line an event, with tenant and request, without personal data.

A module logs by ``structlog.get_logger()``. The edges bind ``request`` and ``tenant`` with
``structlog.contextvars.bound_contextvars``; every line below them then carries both.
"""

import logging
import sys
from typing import Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from backend.settings import Settings

REDACTED: Final = "[not logged]"
PERSONAL: Final = frozenset(
    {
        "account_code",
        "address",
        "authorization",
        "body",
        "client_secret",
        "cookie",
        "email",
        "login",
        "password",
        "phone",
        "secret",
        "token",
        "url",
    }
)
"""Names of values that may identify a person or open a door, whoever logs them."""

CHATTY: Final = ("asyncio", "httpcore", "httpx", "uvicorn.access")
"""Libraries whose lines at level info repeat what we log, or quote addresses and URLs."""


def configure(settings: Settings, *, part: str) -> None:
    """Send everything, also what libraries log, through one pipeline to standard error."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _named(part),
        without_personal_data,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(settings),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for name in ("uvicorn", "uvicorn.error", "arq", "arq.worker"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def without_personal_data(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Blank every value whose name says that it is personal or secret."""
    for name in PERSONAL & event.keys():
        event[name] = REDACTED
    return event


def _named(part: str) -> Processor:
    def name_the_part(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        event.setdefault("part", part)
        return event

    return name_the_part


def _rendering(settings: Settings) -> list[Processor]:
    wanted = settings.log_format
    if wanted == "auto":
        wanted = "console" if sys.stderr.isatty() else "json"
    if wanted == "console":
        return [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(),
                # The default shows the values of local variables, which may be personal.
                exception_formatter=structlog.dev.plain_traceback,
            )
        ]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
