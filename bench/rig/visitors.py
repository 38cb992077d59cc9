"""People who look at profiles while something else goes on: so many a second, come what may.

A process of its own. Reads a visit as a JSON object a line from standard input, asks until the next
line comes, and prints what each answer took, from the moment it was due, as another.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from subprocess import PIPE

import numpy as np
import orjson


@dataclass(frozen=True, slots=True)
class Visit:
    """What to ask, where, and how often."""

    port: int
    requests: list[str]
    per_second: float


class _Connections:
    """Kept connections; one more is opened when all are busy, so nobody waits for another."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, request: bytes, due: float, ms: list[float]) -> None:
        connection = self._idle.pop() if self._idle else None
        if connection is None or connection[0].at_eof():  # the server closes those that are idle
            connection = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = connection
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        ms.append((time.perf_counter() - due) * 1000)
        self._idle.append(connection)
        if not head.startswith(b"HTTP/1.1 200") or b'"errors"' in body:
            raise RuntimeError(f"not answered: {head.decode()} {body[:300].decode()}")


async def _visit(plan: Visit, over: asyncio.Event) -> list[float]:
    """Ask on schedule until it is over."""
    connections, ms = _Connections(plan.port), list[float]()
    requests = [one.encode() for one in plan.requests]
    start, at = time.perf_counter(), 0
    async with asyncio.TaskGroup() as asking:
        while not over.is_set():
            due = start + at / plan.per_second
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            asking.create_task(connections.ask(requests[at % len(requests)], due, ms))
            at += 1
    return ms


async def serve_visits() -> None:
    """Make the visits that standard input tells."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        over = asyncio.Event()
        visit = asyncio.create_task(_visit(Visit(**json.loads(line)), over))
        await asyncio.to_thread(sys.stdin.readline)
        over.set()
        ms = await visit
        seen = {
            "requests": len(ms),
            "p50": float(np.percentile(ms, 50)),
            "p99": float(np.percentile(ms, 99)),
            "max": max(ms),
        }
        print(json.dumps(seen), flush=True)


class Visitors:
    """The other end of that process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def _say(self, line: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + b"\n")
        await self._process.stdin.drain()

    async def come(self, visit: Visit) -> None:
        """Begin to ask."""
        await self._say(orjson.dumps(asdict(visit)))

    async def leave(self) -> dict[str, float]:
        """Stop asking; gives what was seen."""
        await self._say(b"")
        assert self._process.stdout is not None
        seen: dict[str, float] = orjson.loads(await self._process.stdout.readline())
        return seen


@asynccontextmanager
async def visitors() -> AsyncGenerator[Visitors]:
    """Run that process until the block ends."""
    command = (sys.executable, "-m", "bench.rig.visitors")
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    try:
        yield Visitors(process)
    finally:
        process.terminate()
        await process.wait()


if __name__ == "__main__":
    asyncio.run(serve_visits())
