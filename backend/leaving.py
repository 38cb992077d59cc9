"""What a process does as soon as it is asked to stop, while its last requests are open."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any


@contextmanager
def on_the_way_out(act: Callable[[], None]) -> Iterator[None]:
    """Do something as soon as the process is asked to stop.

    The server waits for open requests before it ends the application, and a held poll would keep
    it waiting: so we listen to the signal ourselves, and pass it on to the server.
    """
    loop = asyncio.get_running_loop()
    before: dict[int, Callable[[int, FrameType | None], Any]] = {}

    def heard(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(act)
        before[number](number, frame)

    with suppress(ValueError):  # signals are the main thread's business
        for one in (signal.SIGTERM, signal.SIGINT):
            handler = signal.getsignal(one)
            if callable(handler):
                before[one] = handler
                signal.signal(one, heard)
    try:
        yield
    finally:
        for number, former in before.items():
            if signal.getsignal(number) is heard:
                signal.signal(number, former)
