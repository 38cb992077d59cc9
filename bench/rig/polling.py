"""Concentrators that wait for commands, as a process of their own: each holds one poll.

Reads where and who as one JSON object from standard input, lets one of them poll without waiting,
says so, waits for a word, connects all, says so, holds polls until the next word, and prints when
each command came, by its id.
"""

import asyncio
import json
import sys
import time
from datetime import UTC, datetime

import orjson

from domain.authenticity import signature

COMMANDS = "/gateway/v1/commands"
CONNECTING = 50
"""Connections opened at once."""

_CHUNK = 2**16


class Poller:
    """One concentrator on one connection."""

    def __init__(self, port: int, serial: str, secret: str) -> None:
        self._port, self._serial, self._secret = port, serial, secret
        self._counter = self._after = 0
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def connect(self) -> None:
        """Open the connection."""
        self._reader, self._writer = await asyncio.open_connection(
            "127.0.0.1", self._port, limit=_CHUNK
        )

    async def poll(self, wait: int) -> list[dict[str, int]]:
        """Poll once, as often as the gateway asks to come back; commands that came."""
        while True:
            try:
                found = await self._poll(wait)
            except asyncio.IncompleteReadError:  # it closes connections that are idle
                await self.connect()
                continue
            if found is not None:
                return found
            await asyncio.sleep(1)

    async def _poll(self, wait: int) -> list[dict[str, int]] | None:
        """Poll once; None when the gateway is busy."""
        if self._writer is None:
            await self.connect()
        assert self._reader is not None
        assert self._writer is not None
        self._counter += 1
        target, now = f"{COMMANDS}?after={self._after}&wait={wait}", datetime.now(UTC).isoformat()
        mark = signature(self._secret, "GET", target, self._serial, self._counter, now, b"")
        head = (
            f"GET {target} HTTP/1.1\r\nHost: gateway\r\nX-Balance-Device: {self._serial}\r\n"
            f"X-Balance-Counter: {self._counter}\r\nX-Balance-Time: {now}\r\n"
            f"Authorization: HMAC {mark}\r\n\r\n"
        )
        self._writer.write(head.encode())
        answer = await self._reader.readuntil(b"\r\n\r\n")
        status = int(answer.split(b" ", 2)[1])
        if status == 204:
            return []
        length = int(answer.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        body = orjson.loads(await self._reader.readexactly(length))
        if status == 503:
            return None
        if status != 200:
            raise RuntimeError(f"not answered: {answer.decode()} {body}")
        found: list[dict[str, int]] = body["commands"]
        self._after = max(self._after, *(one["number"] for one in found))
        return found

    async def hold(self, came: dict[str, list[float]]) -> None:
        """Hold one poll after another."""
        while True:
            try:
                found = await self.poll(50)
            except Exception as error:
                sys.stderr.write(f"{self._serial}: {error!r}\n")
                raise
            now = time.time()
            for one in found:
                came.setdefault(str(one["id"]), []).append(now)


async def run() -> None:
    """Do what standard input tells."""
    plan = json.loads(await asyncio.to_thread(sys.stdin.readline))
    devices = [Poller(plan["port"], serial, secret) for serial, secret in plan["devices"]]
    await devices[0].poll(0)
    print(json.dumps({}), flush=True)
    came: dict[str, list[float]] = {}
    await asyncio.to_thread(sys.stdin.readline)
    holding: list[asyncio.Task[None]] = []
    for start in range(0, len(devices), CONNECTING):
        some = devices[start : start + CONNECTING]
        holding += [asyncio.create_task(one.hold(came)) for one in some]
        await asyncio.sleep(0.2)
    print(json.dumps({}), flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    for task in holding:
        task.cancel()
    print(json.dumps(came), flush=True)


if __name__ == "__main__":
    asyncio.run(run())
