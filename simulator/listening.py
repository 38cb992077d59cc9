"""A concentrator listens for commands: one poll after another, and a word on each command."""

import asyncio
from collections.abc import Iterable

from domain.commands import Ack
from domain.commands_wire import WireCommand
from simulator.link import GatewayRefusedError, Link
from simulator.memory import DeviceMemory
from simulator.obedience import Obedience

MOST_AT_ONCE = 500
"""Words in one request."""


class Listener:
    """Passes commands to the modules, and their words back."""

    def __init__(self, link: Link, memory: DeviceMemory, obedience: Obedience) -> None:
        self._link, self._memory, self._obedience = link, memory, obedience
        self._words: asyncio.Queue[Ack] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        link.commanded = self.take

    async def run(self) -> None:
        """Listen without end; a gateway that has no commands is left alone."""
        speaking = asyncio.create_task(self._speak())
        try:
            attempt = 0
            while True:
                found = await self._link.poll(self._memory.last_command)
                if found is None:
                    attempt += 1
                    await self._link.pause(attempt)
                    continue
                attempt = 0
                self.take(found)
        except GatewayRefusedError:
            return
        finally:
            for task in (speaking, *self._tasks):
                task.cancel()
            await asyncio.gather(speaking, *self._tasks, return_exceptions=True)

    def take(self, commands: Iterable[WireCommand]) -> None:
        """Give commands to the modules, whatever answer they came with."""
        for command in commands:
            self._memory.last_command = max(self._memory.last_command, command.number)
            task = asyncio.create_task(self._obey(command))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _obey(self, command: WireCommand) -> None:
        ack = await self._obedience.do(command)
        if ack is not None:
            for _ in range(self._link.repeats(command.id)):
                self._words.put_nowait(ack)

    async def _speak(self) -> None:
        """Say words until the gateway has heard them."""
        while True:
            words = [await self._words.get()]
            while not self._words.empty() and len(words) < MOST_AT_ONCE:
                words.append(self._words.get_nowait())
            attempt = 0
            while not await self._link.say(words):
                attempt += 1
                await self._link.pause(attempt)
