"""Concentrators as a process of their own: they sign every push first, and then send them all.

Reads one JSON object from standard input, prints ``ready`` when everything is signed, waits for a
line, sends, and prints what it saw as one JSON object.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import orjson

from domain.authenticity import signature
from domain.hours import instant_of

FRAMES = "/gateway/v1/frames"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to push, and where."""

    port: int
    devices: list[tuple[str, str]]
    networks: int
    channels: int
    hours: list[int]
    connections: int
    first_sequence: int


def frame_of(
    sequence: int, hour: int, seed: int, *, networks: int, channels: int
) -> dict[str, object]:
    """One frame: every network of a concentrator for one hour; every meter counts on."""
    base = np.random.default_rng(seed).integers(0, 2**31, (networks, channels))
    counters = base + 700 * (hour % 10_000)
    stamp = instant_of(hour).isoformat().replace("+00:00", "Z")
    return {
        "sequence": sequence,
        "made_at": datetime.now(UTC).isoformat(),
        "boot": 1,
        "hours": [
            {
                "network": network + 1,
                "hour": stamp,
                "channels": list(range(channels)),
                "counters": counters[network].tolist(),
            }
            for network in range(networks)
        ],
    }


def requests_of(plan: Plan) -> Iterator[bytes]:
    """Signed requests, hour by hour, as the bytes that go over the wire."""
    for place, hour in enumerate(plan.hours):
        for at, (serial, secret) in enumerate(plan.devices):
            counter = plan.first_sequence + place
            frame = frame_of(counter, hour, at, networks=plan.networks, channels=plan.channels)
            body = orjson.dumps({"frames": [frame]})
            now = datetime.now(UTC).isoformat()
            mark = signature(secret, "POST", FRAMES, serial, counter, now, body)
            head = (
                f"POST {FRAMES} HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\nX-Balance-Device: {serial}\r\n"
                f"X-Balance-Counter: {counter}\r\nX-Balance-Time: {now}\r\n"
                f"Authorization: HMAC {mark}\r\n\r\n"
            )
            yield head.encode() + body


async def _send_all(port: int, waiting: Iterator[bytes]) -> int:
    """Send over one kept connection until nothing waits; gives the number acknowledged."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    acknowledged = 0
    for request in waiting:
        writer.write(request)
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        answer = orjson.loads(await reader.readexactly(length))
        if not head.startswith(b"HTTP/1.1 200") or len(answer["accepted"]) != 1:
            raise RuntimeError(f"not accepted: {head.decode()} {answer}")
        acknowledged += 1
    writer.close()
    return acknowledged


async def run(plan: Plan) -> dict[str, float]:
    """Sign, wait, send."""
    requests = list(requests_of(plan))
    signing = time.process_time()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    waiting = iter(requests)
    start = time.perf_counter()
    counts = await asyncio.gather(*(_send_all(plan.port, waiting) for _ in range(plan.connections)))
    seconds = time.perf_counter() - start
    return {
        "pushes": sum(counts),
        "readings": sum(counts) * plan.networks * plan.channels,
        "seconds": seconds,
        "signing_cpu_s": round(signing, 2),
        "sending_cpu_s": round(time.process_time() - signing, 2),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(Plan(**json.loads(sys.stdin.readline()))))))
