"""Concentrators in a process of their own, and their file of what they were told: the oracle.

Each pushes one hour after another and goes on with the next one only when the answer names it. The
file gets a line before each request and one after each answer, so it tells afterwards which
requests were under way when something was killed. Counters follow from the seed alone.
"""

import http.client
import json
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.authenticity import signature
from domain.hours import instant_of

FRAMES = "/gateway/v1/frames"
PATIENCE_S = 5.0
AGAIN_S = 0.1


@dataclass(frozen=True, slots=True)
class Fleet:
    """Who pushes what where."""

    port: int
    devices: list[tuple[str, str]]
    channels: int
    first_hour: int
    hours: int
    seed: int
    pace_s: float
    log: str


def counters_of(fleet: Fleet, device: int) -> NDArray[np.int64]:
    """Counter of each channel at the end of each hour, shape ``(channels, hours)``."""
    steps = np.random.default_rng([fleet.seed, device]).integers(
        0, 2_000, (fleet.channels, fleet.hours)
    )
    return steps.cumsum(axis=1)


@dataclass(slots=True)
class Told:
    """What the file of a fleet says, read as far as its lines are whole."""

    fleet: Fleet
    requests: list[tuple[float, float]] = field(default_factory=list)
    """When each request began, and when its answer came or the connection broke."""

    acknowledged: list[set[int]] = field(default_factory=list)
    """Hours of each device that were acknowledged, counted from the first one."""

    last_at: float = 0.0
    """When the last acknowledgement came."""

    _open_since: dict[int, float] = field(default_factory=dict)
    _read: int = 0

    def catch_up(self) -> "Told":
        """Read what was written since."""
        self.acknowledged = self.acknowledged or [set() for _ in self.fleet.devices]
        path = Path(self.fleet.log)
        if path.exists():
            with path.open("rb") as file:
                file.seek(self._read)
                for line in file:
                    if not line.endswith(b"\n"):
                        break
                    self._read += len(line)
                    self._take(json.loads(line))
        return self

    def _take(self, row: dict[str, Any]) -> None:
        device = row["device"]
        if "sent" in row:
            self._open_since[device] = row["sent"]
            return
        self.requests.append((self._open_since.pop(device), row["ended"]))
        if row["acknowledged"]:
            self.acknowledged[device].add(row["hour"])
            self.last_at = max(self.last_at, row["ended"])

    def under_way(self, at: float) -> bool:
        """Whether a request was between its first byte and its answer."""
        return any(start < at for start in self._open_since.values()) or any(
            start < at < end for start, end in reversed(self.requests)
        )


class _Device:
    """One concentrator."""

    def __init__(self, fleet: Fleet, number: int, log: "_Log") -> None:
        self.fleet, self.number, self.log = fleet, number, log
        self.serial, self.secret = fleet.devices[number]
        self.counter = 0
        self._connection: http.client.HTTPConnection | None = None

    def live(self) -> None:
        """Push every hour until it is acknowledged."""
        counters = counters_of(self.fleet, self.number)
        start = time.monotonic()
        for hour in range(self.fleet.hours):
            time.sleep(max(0.0, start + hour * self.fleet.pace_s - time.monotonic()))
            body = self._frame(hour, counters[:, hour])
            while not self._push(hour, body):
                time.sleep(AGAIN_S)

    def _frame(self, hour: int, counters: NDArray[np.int64]) -> bytes:
        block = {
            "network": 1,
            "hour": instant_of(self.fleet.first_hour + hour).isoformat(),
            "channels": list(range(1, self.fleet.channels + 1)),
            "counters": counters.tolist(),
        }
        frame = {"sequence": hour, "made_at": datetime.now(UTC).isoformat(), "hours": [block]}
        return json.dumps({"frames": [frame]}).encode()

    def _push(self, hour: int, body: bytes) -> bool:
        self.counter += 1
        now = datetime.now(UTC).isoformat()
        mark = signature(self.secret, "POST", FRAMES, self.serial, self.counter, now, body)
        headers = {
            "Content-Type": "application/json",
            "X-Balance-Device": self.serial,
            "X-Balance-Counter": str(self.counter),
            "X-Balance-Time": now,
            "Authorization": f"HMAC {mark}",
        }
        self.log.write(device=self.number, sent=time.time())
        acknowledged = False
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection(
                    "127.0.0.1", self.fleet.port, timeout=PATIENCE_S
                )
            self._connection.request("POST", FRAMES, body, headers)
            answer = self._connection.getresponse()
            content = answer.read()
            if answer.status == http.client.OK:
                told = json.loads(content)
                acknowledged = hour in told["accepted"] + told["duplicates"]
        except (OSError, http.client.HTTPException):
            self._connection = None
        self.log.write(device=self.number, hour=hour, ended=time.time(), acknowledged=acknowledged)
        return acknowledged


class _Log:
    """The file, written by all threads, line by line."""

    def __init__(self, path: str) -> None:
        self._path, self._turn = Path(path), threading.Lock()

    def write(self, **row: object) -> None:
        with self._turn, self._path.open("a") as file:
            file.write(json.dumps(row) + "\n")


def run(fleet: Fleet) -> None:
    """Let every device live in a thread."""
    log = _Log(fleet.log)
    devices = [_Device(fleet, number, log) for number in range(len(fleet.devices))]
    threads = [threading.Thread(target=device.live, daemon=True) for device in devices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def command(fleet: Fleet) -> Iterable[str]:
    """The command line of this process."""
    return (sys.executable, "-m", "tests.faults.fleet", json.dumps(asdict(fleet)))


if __name__ == "__main__":
    run(Fleet(**json.loads(sys.argv[1])))
