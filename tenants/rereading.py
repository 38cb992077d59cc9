"""Knowing a table by heart, and reading it anew now and then while somebody asks."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from tenants.outages import OUTAGES

AGAIN_S = 1.0
"""After a reading that failed."""

log = structlog.get_logger(__name__)


@dataclass
class Rereading:
    """Reads in the background when what is known is too old; nobody waits for that.

    Until it is done what was known before holds, and while the database is away as well.
    """

    what: str
    read: Callable[[], Awaitable[None]]
    every_s: float
    _next: float = 0.0
    _reading: asyncio.Task[None] | None = field(default=None, repr=False)

    def look(self) -> None:
        """Start to read if it is time to."""
        if self._reading is None and time.monotonic() >= self._next:
            self._reading = asyncio.create_task(self._read())

    def postpone(self) -> None:
        """What is known was read just now."""
        self._next = time.monotonic() + self.every_s

    async def _read(self) -> None:
        try:
            await self.read()
        except OUTAGES as error:
            self._next = time.monotonic() + AGAIN_S
            log.warning("could not be read anew", what=self.what, reason=type(error).__name__)
        else:
            self.postpone()
        finally:
            self._reading = None

    async def close(self) -> None:
        """Stop reading."""
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
