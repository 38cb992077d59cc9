"""Clients as a process of their own: one request, sent again and again over kept connections.

Reads one round as a JSON object a line from standard input, and prints what it saw as another.
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from subprocess import PIPE

import numpy as np
import orjson


@dataclass(frozen=True, slots=True)
class Round:
    """What to send, where, and for how long."""

    port: int
    request: str
    connections: int
    seconds: float


async def _send(plan: Round, until: float, ms: list[float]) -> None:
    """Ask over one kept connection until the time is over."""
    reader, writer = await asyncio.open_connection("127.0.0.1", plan.port)
    request, expected = plan.request.encode(), None
    while time.perf_counter() < until:
        start = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        ms.append((time.perf_counter() - start) * 1000)
        expected = expected or body
        if not head.startswith(b"HTTP/1.1 200") or body != expected:
            raise RuntimeError(f"not answered: {head.decode()} {body[:300].decode()}")
    writer.close()


async def serve_rounds() -> None:
    """Do the rounds that standard input tells, one a line; print what was seen."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        plan, ms = Round(**json.loads(line)), list[float]()
        start = time.perf_counter()
        until = start + plan.seconds
        await asyncio.gather(*(_send(plan, until, ms) for _ in range(plan.connections)))
        seen = {
            "rps": len(ms) / (time.perf_counter() - start),
            "p50": statistics.median(ms),
            "p99": float(np.percentile(ms, 99)),
            "requests": len(ms),
        }
        print(json.dumps(seen), flush=True)


class Clients:
    """The other end of that process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ask(
        self, port: int, request: str, seconds: float, connections: int
    ) -> dict[str, float]:
        """One round."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        plan = asdict(Round(port, request, connections, seconds))
        self._process.stdin.write(orjson.dumps(plan) + b"\n")
        await self._process.stdin.drain()
        seen: dict[str, float] = orjson.loads(await self._process.stdout.readline())
        return seen


@asynccontextmanager
async def started() -> AsyncGenerator[Clients]:
    """Run that process until the block ends."""
    command = (sys.executable, "-m", "bench.rig.asking")
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    try:
        yield Clients(process)
    finally:
        process.terminate()
        await process.wait()


if __name__ == "__main__":
    asyncio.run(serve_rounds())
