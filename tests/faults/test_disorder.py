"""A third sent twice and a fifth out of order, over many readings: the store holds the oracle."""

import random
from datetime import UTC, datetime
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import text

from backend.services.gateway import intake
from backend.services.gateway.devices import Devices
from backend.services.gateway.intake import Push
from backend.services.hours import folding
from backend.store.hours import counters
from backend.store.network.channels import ChannelDirectory
from backend.store.wire import ContentType
from domain.frames import sequences_of
from domain.hours import hour_of
from domain.identity import Scope
from tenants.session import Database
from tests.factories import MASTER_KEY, block, make_tenant, place

NETWORKS, CHANNELS = 8, 480
TWICE, OUT_OF_ORDER = 0.3, 0.2
REPLAYED = 1_000_000
"""Sequences from here on: what a device tells again under a new number after a power cut."""

NOW = hour_of(datetime.now(UTC))


class Deliveries:
    """Frames of some concentrators, in the order in which they arrive."""

    def __init__(self, chance: random.Random, seed: int, devices: int, hours: int) -> None:
        steps = np.random.default_rng(seed).integers(0, 900, (devices, NETWORKS * CHANNELS, hours))
        self.counters = steps.cumsum(axis=2)
        self.first = NOW - hours
        order = [(device, hour, hour) for hour in range(hours) for device in range(devices)]
        again = [
            (device, hour, hour if chance.random() < 0.5 else hour + REPLAYED)
            for device, hour, _ in order
            if chance.random() < TWICE
        ]
        for one in again:
            order.insert(chance.randrange(len(order) + 1), one)
        for at in range(len(order)):
            if chance.random() < OUT_OF_ORDER:
                other = chance.randrange(len(order))
                order[at], order[other] = order[other], order[at]
        self.order = order
        self.readings = len(order) * NETWORKS * CHANNELS

    def frame(self, device: int, hour: int, sequence: int) -> dict[str, Any]:
        column = self.counters[device, :, hour].reshape(NETWORKS, CHANNELS).tolist()
        blocks = [
            block(self.first + hour, network + 1, dict(enumerate(column[network])))
            for network in range(NETWORKS)
        ]
        return {"sequence": sequence, "hours": blocks}


async def deliver(
    database: Database, scope: Scope, serials: list[str], sent: Deliveries, chance: random.Random
) -> None:
    """Have everything journalled, and folded now and then."""
    devices, channels = Devices(database, MASTER_KEY), ChannelDirectory()
    for tried, (device, hour, sequence) in enumerate(sent.order, 1):
        known = await devices.known(serials[device])
        assert known is not None
        body = orjson.dumps({"frames": [sent.frame(device, hour, sequence)]})
        push = Push(tried, ContentType.JSON, None, body, sequences_of(orjson.loads(body)))
        async with database.session(scope) as session:
            done = await intake.accept(
                session, known.device, push, intake.judge(push), datetime.now(UTC)
            )
        assert done.accepted + done.duplicates == [sequence]
        if chance.random() < 0.05:
            await fold(database, scope, channels)
    await fold(database, scope, channels)


async def fold(database: Database, scope: Scope, channels: ChannelDirectory) -> None:
    more = True
    while more:
        async with database.session(scope) as session:
            more = (await folding.fold(session, channels)).more


async def stored(database: Database, scope: Scope, sent: Deliveries) -> NDArray[np.int64]:
    """Counters as they are read, in the oracle's shape."""
    async with database.session(scope) as session:
        found = await session.execute(
            text(
                "SELECT series_id FROM channel WHERE tenant_id = :t"
                " ORDER BY concentrator_id, network, address"
            ),
            {"t": scope.tenant_id},
        )
        series = np.array([row[0] for row in found], dtype=np.int64)
        order = np.argsort(series)
        read = await counters.load(session, series[order], sent.first, NOW)
    result = np.empty_like(read.counter)
    result[order] = read.counter
    return result.reshape(sent.counters.shape)


async def test_the_sums_are_those_of_the_oracle(
    database: Database, seed: int, chance: random.Random, *, long: bool
) -> None:
    devices, hours = (8, 330) if long else (2, 40)
    scope = await make_tenant(database, "disorder")
    serials = [f"JD{number}" for number in range(devices)]
    await place(
        database,
        scope,
        *(
            {"concentrator": serial, "meter_serial": serial, "premise": serial, "channel": "0"}
            for serial in serials
        ),
    )
    sent = Deliveries(chance, seed, devices, hours)
    await deliver(database, scope, serials, sent, chance)
    np.testing.assert_array_equal(await stored(database, scope, sent), sent.counters)
    async with database.session(scope) as session:
        refused = await session.scalar(
            text("SELECT count(*) FROM revision WHERE tenant_id = :t"), {"t": scope.tenant_id}
        )
    assert refused == 0
