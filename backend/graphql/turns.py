"""Loading what sibling fields ask for together, one load after another on one session.

A load begins when the session is free for it, and takes every key that was asked for by then. What
is cheap and leads to more questions goes first; what is costly waits until nothing else is asked,
so that all levels of a tree have their hours read at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

SETTLING_TURNS = 4
"""Turns of the event loop after which resolvers that have their answer have asked on.

One for a resolver to go on, one for each layer of the executor around it that awaits several
fields. Too few would cost a statement more, never an answer.
"""


class Loader(Generic[K, V]):
    """Remembers what was asked, and gives each asker what came of it."""

    def __init__(
        self, turns: "Turns", load: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]], *, last: bool
    ) -> None:
        self._turns, self._load = turns, load
        self.last = last
        self._known: dict[K, V | None] = {}
        self._waiting: dict[K, list[asyncio.Future[V | None]]] = {}
        self._asked: list[K] = []

    async def load(self, key: K) -> V | None:
        """Value of a key; None where there is none."""
        if key in self._known:
            return self._known[key]
        # each asker waits for itself: one that is cancelled must not cancel the others
        mine: asyncio.Future[V | None] = asyncio.get_running_loop().create_future()
        others = self._waiting.get(key)
        if others is None:
            self._waiting[key] = [mine]
            self._asked.append(key)
            self._turns.ask(self)
        else:
            others.append(mine)
        return await mine

    async def answer(self) -> None:
        """Load what was asked; whoever asked is told what came of it, also of a failure."""
        keys, self._asked = self._asked, []
        try:
            found = await self._load(keys)
        except Exception as error:  # noqa: BLE001 - the askers raise it, each in its place
            for mine in self._askers(keys):
                mine.set_exception(error)
                mine.exception()  # the asker may have gone
        else:
            for key in keys:
                self._known[key] = value = found.get(key)
                for mine in self._askers([key]):
                    mine.set_result(value)

    def _askers(self, keys: Sequence[K]) -> list["asyncio.Future[V | None]"]:
        """Those who still wait for some keys, and will no more."""
        return [mine for key in keys for mine in self._waiting.pop(key) if not mine.done()]

    def forget(self) -> None:
        """Answer nobody who still waits."""
        for mine in self._askers(self._asked):
            mine.cancel()
        self._asked = []


class Turns:
    """Decides which loader of a request is next."""

    def __init__(self) -> None:
        self._waiting: dict[Loader[Any, Any], None] = {}
        self._running: asyncio.Task[None] | None = None

    def ask(self, loader: Loader[Any, Any]) -> None:
        """Have a loader answer soon."""
        self._waiting[loader] = None
        if self._running is None:
            self._running = asyncio.create_task(self._run())

    async def close(self) -> None:
        """End the load under way and begin no other: whoever asked has gone."""
        for loader in self._waiting:
            loader.forget()
        self._waiting.clear()
        if self._running is not None:
            await asyncio.wait([self._running])

    async def _run(self) -> None:
        try:
            while self._waiting:
                for _ in range(SETTLING_TURNS):
                    await asyncio.sleep(0)
                loader = min(self._waiting, key=lambda one: one.last, default=None)
                if loader is not None:
                    del self._waiting[loader]
                    await loader.answer()
        finally:
            self._running = None
