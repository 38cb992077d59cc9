"""What was known at a moment: the same as was answered then."""

from datetime import timedelta

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from backend.services import upkeep
from backend.services.reading import hindsight, profiles
from backend.services.reading.profiles import Range
from backend.store.model import metered
from domain.hours import day_of, first_hour, instant_of
from tenants.session import Database
from tests.integration.store.pushing import Store
from tests.integration.store.test_orders import store_of

DAYS = 5


async def answered(store: Store, asked: Range, *, at_now: bool) -> list[profiles.Profile]:
    async with store.database.session(store.scope) as session:
        driver = await session.driver()
        rows = await driver.fetch(
            "SELECT id FROM metering_point WHERE tenant_id = $1 ORDER BY id", store.scope.tenant_id
        )
        found = await metered.load_points(session, [row[0] for row in rows])
        points = [found[row[0]] for row in rows]
        if at_now:
            return await profiles.of_points(session, points, asked, store.now)
        later = store.now + timedelta(days=400)
        return [
            await hindsight.of_point(session, point, asked, store.now, later) for point in points
        ]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_look_back_sees_what_was_answered_then(database: Database, seed: int) -> None:
    random = np.random.default_rng(seed)
    store = await store_of(database, 2)
    low = first_hour(store.now.date()) - DAYS * 24
    await upkeep.make_months(database, {day_of(low + 24 * at).replace(day=1) for at in range(8)})
    async with store.database.session(store.scope) as session:
        driver = await session.driver()
        await driver.execute(
            "UPDATE installation SET installed_at = $2 WHERE tenant_id = $1",
            store.scope.tenant_id,
            instant_of(low),
        )
    asked = Range(low, low + DAYS * 24, profiles.Step.HOUR)
    counters = random.integers(0, 500, (2, DAYS * 24)).cumsum(axis=1)
    waiting = [(channel, hour) for channel in range(2) for hour in range(DAYS * 24)]
    moments = []
    clock = instant_of(low) + timedelta(minutes=70)
    sequence = 0
    while clock < instant_of(low + DAYS * 24):
        over = int((clock - instant_of(low)).total_seconds()) // 3600
        ready = [one for one in waiting if one[1] < over]
        frames = []
        for channel, hour in ready:
            if random.random() < 0.35:  # the others come later, some of them days later
                sequence += 1
                frames.append(
                    store.frame(sequence, low + hour, {channel: int(counters[channel, hour])})
                )
                waiting.remove((channel, hour))
        store.now = clock
        await store.push(*frames)
        await store.fold()
        moments.append((clock, await answered(store, asked, at_now=True)))
        clock += timedelta(minutes=float(random.integers(40, 600)))
    for moment, then in moments:
        store.now = moment
        for found, expected in zip(await answered(store, asked, at_now=False), then, strict=True):
            for name in ("values", "known", "codes"):
                assert_array_equal(
                    getattr(found, name), getattr(expected, name), f"{name} at {moment}"
                )
