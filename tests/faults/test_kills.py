"""kill -9 at random moments while concentrators push: nothing acknowledged is lost, none twice.

The oracle is the file that the concentrators wrote of the answers they got. A kill counts only when
a request lay between its first byte and its answer; the run goes on until enough of them did.
"""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from domain.hours import hour_of, instant_of
from tests.factories import metering_file
from tests.faults import fleet
from tests.faults.conftest import LONG
from tests.faults.fleet import Fleet, Told
from tests.flows.product import Client, Product, product

VICTIMS = (
    "runtime.cli gateway",
    "runtime.cli api",
    "runtime.cli worker",
    "postgres",
    "valkey",
    "runtime.cli analyst",
)
DEVICES, CHANNELS = 4, 5
HOURS = 24 * 600
"""Far more than are needed: those that are never pushed cost nothing."""

KILLS = 30
ROUNDS = 34 if LONG else 1
"""Each with a tenant of its own, in one installation: a thousand kills in the long run."""

PACE_S = 0.05
HEARD_WITHIN_S = 60.0
READ_WITHIN_S = 60.0
SPAN = 24 * 28
"""Hours of one profile."""

NOW = hour_of(instant_of(int(time.time() // 3600)))


@pytest.fixture(scope="module")
def running() -> Iterator[Product]:
    with product("--no-demo") as made:
        made.start()
        yield made


def town(
    running: Product, tmp_path: Path, first: int, number: int
) -> tuple[Client, list[tuple[str, str]]]:
    """A tenant whose meters count watt-hours from zero."""
    tenant = running.command("tenant", "create", "--name", "Killed")
    rows = [
        {
            "site_path": f"Region/City/House {device}",
            "premise": str(channel),
            "meter_serial": f"M-{device}-{channel}",
            "installed_at": instant_of(first).isoformat(),
            "concentrator": f"JK{number}-{device}",
            "channel": str(channel),
        }
        for device in range(DEVICES)
        for channel in range(1, CHANNELS + 1)
    ]
    file = tmp_path / "meters.csv"
    file.write_text(metering_file(*rows))
    words = ("import", "metering", "--tenant", str(tenant["tenant"]), str(file))
    devices = running.command(*words)["devices"]
    secrets = {device["serial"]: device["secret"] for device in devices}
    serials = [f"JK{number}-{device}" for device in range(DEVICES)]
    return running.client(tenant), [(serial, secrets[serial]) for serial in serials]


def kill_one(running: Product, chance: random.Random) -> tuple[str, float] | None:
    """SIGKILL to the process id of a random part; None when it lies dead already."""
    assert running.process is not None
    name = chance.choice(VICTIMS)
    for child in psutil.Process(running.process.pid).children():
        try:
            if name in " ".join(child.cmdline()):
                os.kill(child.pid, 9)
                return name, time.time()
        except (psutil.Error, ProcessLookupError):
            continue
    return None


def kill_often(running: Product, pushing: Fleet, chance: random.Random, wanted: int) -> None:
    """Kill until enough kills fell between a request and its answer."""
    counted: Counter[str] = Counter()
    told, longest = Told(pushing), 0.0

    def over(told: Told) -> bool:
        return max(map(len, told.acknowledged)) >= pushing.hours

    while counted.total() < wanted:
        time.sleep(chance.uniform(0.2, 1.5))
        killed = kill_one(running, chance)
        if killed is None:
            continue
        name, at = killed
        running.wait_for(lambda: told.catch_up().last_at > at or over(told), HEARD_WITHIN_S)  # noqa: B023
        assert not over(told), "the hours ran out"
        longest = max(longest, told.last_at - at)
        if told.under_way(at):
            counted[name] += 1
    sys.stdout.write(f"{dict(counted)} kills counted, heard again within {longest:.1f} s\n")


@pytest.mark.parametrize("number", range(ROUNDS))
def test_nothing_acknowledged_is_lost_or_counted_twice(
    running: Product, tmp_path: Path, seed: int, chance: random.Random, number: int
) -> None:
    first = NOW - HOURS - 1
    client, devices = town(running, tmp_path, first, number)
    log = tmp_path / "told.jsonl"
    port = running.gateway_port
    pushing = Fleet(port, devices, CHANNELS, first, HOURS, seed, PACE_S, str(log))
    process = subprocess.Popen(fleet.command(pushing))  # noqa: S603 - our own module
    try:
        running.wait_for(lambda: all(Told(pushing).catch_up().acknowledged), 30)
        kill_often(running, pushing, chance, KILLS)
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()
    running.wait_for(running.serves, HEARD_WITHIN_S)
    client.renew()
    check(running, client, pushing)
    client.close()


def check(running: Product, client: Client, pushing: Fleet) -> None:
    """Every acknowledged hour can be read and is exact, of meters and of all together."""
    told = Told(pushing).catch_up()
    ids = {point["meter"]["serial"]: point["id"] for point in client.points()}
    ends = [max(done) + 1 for done in told.acknowledged]
    assert all(done == set(range(end)) for done, end in zip(told.acknowledged, ends, strict=True))
    for device, end in enumerate(ends):
        hours = range(pushing.first_hour, pushing.first_hour + end)
        last = ids[f"M-{device}-1"]
        running.wait_for(lambda: is_read(client, last, hours), READ_WITHIN_S)  # noqa: B023
        counters = fleet.counters_of(pushing, device)[:, :end]
        wanted = np.diff(counters, axis=1, prepend=0)
        for channel in range(CHANNELS):
            found = watt_hours(client, ids[f"M-{device}-{channel + 1}"], hours)
            np.testing.assert_array_equal(found, wanted[channel], err_msg=f"{device} {channel}")
        group = client.group(f"Region/City/House {device}", "ELECTRICITY")
        running.wait_for(lambda: is_read(client, group, hours), READ_WITHIN_S)  # noqa: B023
        found = watt_hours(client, group, hours)
        np.testing.assert_array_equal(found, wanted.sum(axis=0), err_msg=f"house {device}")


def is_read(client: Client, owner: str, hours: range) -> bool:
    profile = client.profile(owner, max(hours.start, hours.stop - SPAN), hours.stop)
    return None not in profile["values"] and min(profile["coverage"]) == 1


def watt_hours(client: Client, owner: str, hours: range) -> np.ndarray:
    """Consumption of each hour; a missing one is -1."""
    values: list[float | None] = []
    for start in range(hours.start, hours.stop, SPAN):
        values += client.profile(owner, start, min(start + SPAN, hours.stop))["values"]
    told = [-0.001 if value is None else value for value in values]
    return np.rint(np.array(told) * 1000).astype(np.int64)
