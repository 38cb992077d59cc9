"""Garbage, bombs, slow clients, wrong clocks: refused or borne, by the running gateway process."""

import asyncio
import gzip
import json
import random
import resource
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import numpy as np
import psutil
import pytest

from domain.hours import hour_of, instant_of, midnight
from tests.factories import PushingConcentrator, block, metering_file
from tests.flows.product import Client, Product, product

ZONE = ZoneInfo("Europe/Chisinau")
NOW = hour_of(datetime.now(UTC))
GROWTH_MB = 64
"""What a process may keep after garbage: less than one bomb of it decoded."""

READ_WITHIN_S = 60.0


@pytest.fixture(scope="module")
def running() -> Iterator[Product]:
    with product("--no-demo") as made:
        made.start()
        yield made


class Site:
    """A tenant with one meter that counts watt-hours from zero."""

    def __init__(self, running: Product, tmp_path: Path, name: str, first: int) -> None:
        self.running, self.serial = running, f"JH-{name}"
        tenant = running.command("tenant", "create", "--name", name)
        row = {"concentrator": self.serial, "installed_at": instant_of(first).isoformat()}
        file = tmp_path / f"{name}.csv"
        file.write_text(metering_file(row | {"meter_serial": f"M-{name}"}))
        words = ("import", "metering", "--tenant", str(tenant["tenant"]), str(file))
        self.secret = running.command(*words)["devices"][0]["secret"]
        self.client: Client = running.client(tenant)
        self.point = self.client.points()[0]["id"]

    @asynccontextmanager
    async def concentrator(self) -> AsyncIterator[PushingConcentrator]:
        """Its concentrator, over a connection of its own; afterwards nobody asks for the tenant."""
        async with httpx.AsyncClient(
            base_url=self.running.gateway_url, timeout=60, trust_env=False
        ) as client:
            yield PushingConcentrator(client, self.serial, self.secret)
        self.client.close()


def garbage(chance: random.Random) -> list[tuple[bytes, dict[str, str]]]:
    """Bodies, signed like any other, that no concentrator should send; with their headers."""
    good = json.dumps({"frames": [{"sequence": 77, "hours": [block(NOW - 3, 1, {1: 5})]}]}).encode()
    bomb = gzip.compress(bytes(100 * 2**20))
    packed = {"Content_Encoding": "gzip"}
    cut = chance.randrange(1, len(good))
    return [
        (chance.randbytes(chance.randrange(1, 5_000)), {}),
        (good[:cut], {}),
        (gzip.compress(good)[: -chance.randrange(1, 20)], packed),
        (chance.randbytes(2_000), packed),
        (bomb, packed),
        (gzip.compress(b"[" * 20 * 2**20), packed),
        (bytes(9 * 2**20), {}),
        (b"[" * 100_000, {}),
        (b'{"frames": ' + b"9" * 100_000 + b"}", {}),
        (good, {"Content_Type": "text/csv"}),
        (good, {"Content_Encoding": "br"}),
        (chance.randbytes(3_000), {"Content_Type": "application/msgpack"}),
        (b'{"frames": [{"sequence": "1"}]}', {}),
    ]


def resident_mb(running: Product) -> float:
    assert running.process is not None
    (gateway,) = [
        child
        for child in psutil.Process(running.process.pid).children()
        if "runtime.cli gateway" in " ".join(child.cmdline())
    ]
    return float(gateway.memory_info().rss / 2**20)


async def test_garbage_is_refused_whole_and_leaves_no_memory(
    running: Product, tmp_path: Path, chance: random.Random, *, long: bool
) -> None:
    site = Site(running, tmp_path, "Garbage", NOW - 10)
    async with site.concentrator() as one:

        async def round_of_it() -> None:
            for body, headers in garbage(chance):
                answer = await one.send(body, **headers)
                told = answer.json()
                assert 400 <= answer.status_code < 500, (answer.status_code, body[:50], headers)
                assert told["code"], told

        for _ in range(2):  # what the process keeps for good it has by then
            await round_of_it()
        before = resident_mb(running)
        for _ in range(200 if long else 6):
            await round_of_it()
        assert resident_mb(running) < before + GROWTH_MB
        config = (await one.get("/gateway/v1/config")).json()
        assert config["last_sequence"] == -1, "something of it was kept"
        good = await one.push(one.frame(block(NOW - 3, 1, {1: 5})))
        assert good.json()["accepted"] == [1]


async def test_slow_clients_keep_nobody_waiting_for_ever(
    running: Product, tmp_path: Path, *, long: bool
) -> None:
    site, slow = Site(running, tmp_path, "Slow", NOW - 200), 2_000 if long else 300
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8_192), hard))
    with ExitStack() as open_ones:
        for _ in range(slow):
            client = socket.create_connection(("127.0.0.1", running.gateway_port), 10)
            open_ones.enter_context(client)
            client.sendall(
                b"POST /gateway/v1/frames HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n{"
            )
        async with site.concentrator() as one, asyncio.timeout(60):
            for at in range(100, 50, -1):
                answer = await one.push(one.frame(block(NOW - at, 1, {1: 100 - at})))
                assert answer.status_code == httpx.codes.OK


def changes_of_clock(year: int) -> list[date]:
    """Days of a year that are not 24 hours long."""
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
    return [day for day in days if length_of(day) != 24]


def length_of(day: date) -> int:
    return midnight(day + timedelta(days=1), ZONE) - midnight(day, ZONE)


async def test_neither_summer_time_nor_a_wrong_clock_moves_a_watt_hour(
    running: Product, tmp_path: Path, seed: int
) -> None:
    this_year = datetime.now(UTC).year
    changes = [
        day
        for day in changes_of_clock(this_year - 1) + changes_of_clock(this_year)
        if midnight(day, ZONE) + 72 < NOW
    ][-2:]
    assert sorted(map(length_of, changes)) == [23, 25]
    spans = [
        (midnight(day, ZONE) - 24, midnight(day, ZONE) + length_of(day) + 24) for day in changes
    ]
    first = spans[0][0]
    site = Site(running, tmp_path, "Clocks", first)
    chance = np.random.default_rng(seed)
    counters = chance.integers(0, 3_000, spans[-1][1] - first).cumsum()
    async with site.concentrator() as one:
        for start, end in spans:
            for low in range(start, end, 24):
                frames = []
                for hour in range(low, min(low + 24, end)):
                    skew = timedelta(days=int(chance.integers(-1, 2)))
                    frame = one.frame(block(hour, 1, {1: int(counters[hour - first])}))
                    frame["made_at"] = (instant_of(hour + 1) + skew).isoformat()
                    frames.append(frame)
                assert len((await one.push(*frames)).json()["accepted"]) == len(frames)
        for start, end in spans:
            ends = [start + 24, end - 24]
            wait_until(running, lambda: site.client.profile(site.point, end - 1, end)["values"][0])  # noqa: B023
            profile = site.client.profile(site.point, *ends, "P1D")
            wanted = counters[ends[1] - 1 - first] - counters[ends[0] - 1 - first]
            assert [round(value * 1000) for value in profile["values"]] == [wanted]
            assert profile["coverage"] == [1]


def wait_until(running: Product, found: Callable[[], object]) -> None:
    began = time.monotonic()
    running.wait_for(lambda: found() is not None, READ_WITHIN_S)
    assert time.monotonic() - began < READ_WITHIN_S
