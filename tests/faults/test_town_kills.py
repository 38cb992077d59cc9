"""kill -9 of every process while concentrators push: what was acknowledged can be read, once."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from domain.hours import hour_of, parse_instant
from simulator.metering import metering_csv
from simulator.town import Town, demo_town, founding_monday
from tests.flows.product import Client, Product, product

VICTIMS = (
    "runtime.cli gateway",
    "valkey",
    "runtime.cli api",
    "postgres",
    "runtime.cli worker",
    "runtime.cli analyst",
)
BACK_WITHIN_S = 15.0
HEARD_WITHIN_S = 60.0
"""Concentrators wait twice as long after each attempt that fails, so they come later."""

PACE_S = 300.0
"""Seconds in which the town would live its weeks: it must still be pushing after the last kill."""


@dataclass
class Pushing:
    """One concentrator of the town, in a process of its own, and its log of what it was told."""

    process: subprocess.Popen[bytes]
    log: Path
    read: int = 0
    counters: dict[int, list[int]] = field(default_factory=dict)
    acknowledged: set[int] = field(default_factory=set)
    last_at: float = 0.0
    """When the last acknowledgement arrived."""

    def catch_up(self) -> "Pushing":
        """Read what was written since; a line that is not whole yet stays for later."""
        if not self.log.exists():
            return self
        with self.log.open("rb") as file:
            file.seek(self.read)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                self.read += len(line)
                self._take(json.loads(line))
        return self

    def _take(self, row: dict[str, object]) -> None:
        if row["kind"] == "hour":
            hour = hour_of(parse_instant(str(row["hour"]), "hour"))
            self.counters[hour] = row["counters"]  # type: ignore[assignment]
        elif row["kind"] == "push" and row["acknowledged_at"]:
            self.last_at = datetime.fromisoformat(str(row["acknowledged_at"])).timestamp()
            for frame in row["frames"]:  # type: ignore[attr-defined]
                if frame["acknowledged"]:
                    self.acknowledged |= {
                        hour_of(parse_instant(block[0], "hour")) for block in frame["blocks"]
                    }


@pytest.fixture(scope="module")
def running() -> Iterator[Product]:
    with product("--no-demo") as made:
        made.start()
        yield made


@pytest.fixture
def started() -> Iterator[list[Pushing]]:
    """Concentrators at work; none outlives the test."""
    pushing: list[Pushing] = []
    yield pushing
    for one in pushing:
        one.process.kill()
        one.process.wait()


def push(running: Product, url: str, device: dict[str, str], origin: int) -> Pushing:
    """Let one concentrator live its weeks in minutes and push as they pass."""
    place = running.home / device["serial"]
    place.mkdir()
    devices = place / "devices.json"
    devices.write_text(json.dumps({"devices": [device]}))
    now = int(time.time() // 3600)
    arguments = {
        "--url": url,
        "--devices": devices,
        "--log": place / "truth.jsonl",
        "--speed": (now - origin) * 3600 / PACE_S,
    }
    command = [sys.executable, "-m", "simulator"]
    for name, value in arguments.items():
        command += [name, str(value)]
    process = subprocess.Popen(command, cwd=Path.cwd())  # noqa: S603 - our own module
    return Pushing(process, place / "truth.jsonl")


def registers(town: Town, serial: str, one: Pushing, hours: range) -> dict[str, np.ndarray]:
    """Registers of each meter at the ends of hours, by the contract's rule, from the log alone."""
    found: dict[str, np.ndarray] = {}
    for place, channel in enumerate(town.devices[serial].channels):
        (meter,) = channel.installations
        unwrapped, last, values = 0, meter.initial_counter, []
        for hour in hours:
            counter = one.counters[hour][place]
            unwrapped, last = unwrapped + (counter - last) % channel.wrap, counter
            index = meter.initial_index + unwrapped / channel.pulses_per_unit
            values.append(int(1000 * index + Fraction(1, 2)))
        first = int(1000 * meter.initial_index + Fraction(1, 2))
        found[meter.meter_serial] = np.diff(np.array([first, *values]))
    return found


def test_nothing_acknowledged_is_lost_whoever_is_killed(
    running: Product, started: list[Pushing], tmp_path: Path
) -> None:
    town = demo_town(founding_monday(datetime.now(UTC)))
    northwater, origin = town.tenants[1], town.origin
    tenant = running.command("tenant", "create", "--name", "Killed")
    file = tmp_path / "meters.csv"
    file.write_text(metering_csv(northwater))
    devices = running.command("import", "metering", "--tenant", str(tenant["tenant"]), str(file))[
        "devices"
    ]
    # One through the port of the API, one through the gateway's own.
    urls = (running.url, running.gateway_url)
    for url, device in zip(urls, devices, strict=True):
        started.append(push(running, url, device, origin))
    running.wait_for(lambda: all(one.catch_up().acknowledged for one in started), 30)
    for victim in VICTIMS:
        time.sleep(1.5)
        running.kill(victim)
        killed = time.time()
        running.wait_for(running.serves, BACK_WITHIN_S)
        running.wait_for(
            lambda: all(
                one.catch_up().last_at > killed  # noqa: B023 - called now
                for one in started
            ),
            HEARD_WITHIN_S,
        )
    for one in started:
        assert one.process.poll() is None, "the concentrator gave up"
        one.process.kill()
        one.process.wait()
        one.catch_up()

    client = running.client(tenant)
    ids = {point["meter"]["serial"]: point["id"] for point in client.points()}
    for one, device in zip(started, devices, strict=True):
        hours = range(origin, max(one.acknowledged) + 1)
        assert len(hours) > 48
        assert one.acknowledged == set(hours)
        wanted = registers(town, device["serial"], one, hours)
        last = next(iter(wanted))
        running.wait_for(lambda: _is_read(client, ids[last], hours), 30)  # noqa: B023 - called now
        for serial, expected in wanted.items():
            profile = client.profile(ids[serial], hours.start, hours.stop)
            assert None not in profile["values"], serial
            values = np.rint(np.array(profile["values"]) * 1000).astype(np.int64)
            np.testing.assert_array_equal(values, expected, err_msg=serial)
    client.close()


def _is_read(client: Client, owner: str, hours: range) -> bool:
    return client.profile(owner, hours.start, hours.stop)["values"][-1] is not None
