"""Gaps shaped by like days: read so at every level, whenever those days came."""

from datetime import UTC, datetime
from itertools import count

import numpy as np
from numpy.testing import assert_array_equal

from backend.clients.events import Events
from backend.services import upkeep
from backend.services.reading import profiles
from backend.services.reading.profiles import Range
from backend.store.model import metered
from backend.tasks import metering
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.hours import Step, day_of, hour_of, instant_of
from domain.quality import Quality
from tenants.session import Database
from tests.factories import make_tenant, place
from tests.integration.store.pushing import Store

NOW = datetime.now(UTC)
END = hour_of(NOW)
DAYS = 36
LOW = END - DAYS * 24
GAP = range(33 * 24, 34 * 24 + 5)
_numbers = count(1)


async def profiles_of(store: Store, redis_url: str) -> list[profiles.Profile]:
    """Hours of the two meters, then of their house, after everything was rolled up."""
    events = Events(redis_url)
    work = Work(store.database, SilentQueue(), events)
    await metering.fold(work, store.scope.tenant_id)
    await metering.roll_up(work, store.scope.tenant_id)
    await events.close()
    asked = Range(LOW, END, Step.HOUR)
    async with store.database.session(store.scope) as session:
        driver = await session.driver()
        tenant = store.scope.tenant_id
        ids = [
            row[0]
            for row in await driver.fetch(
                "SELECT id FROM balance_group WHERE tenant_id = $1 AND parent_id IS NULL", tenant
            )
        ]
        groups = list((await metered.load_groups(session, ids)).values())
        points = await metered.list_points(session, 0, 10)
        found = await profiles.of_points(session, points, asked, NOW)
        return found + await profiles.of_groups(session, groups, asked, NOW)


async def test_a_gap_follows_its_like_days_and_its_group_when_they_come_late(
    database: Database, redis_url: str
) -> None:
    scope = await make_tenant(database, f"like days {next(_numbers)}")
    rows = [
        {
            "meter_serial": f"M{channel}",
            "channel": str(channel),
            "concentrator": "JLIKE",
            "premise": str(channel),
            "installed_at": instant_of(LOW).isoformat(),
            "initial_counter": "0",
        }
        for channel in range(2)
    ]
    await place(database, scope, *rows)
    months = {day_of(LOW + 24 * at).replace(day=1) for at in range(DAYS + 2)}
    await upkeep.make_months(database, months)
    store = Store(database, scope, "JLIKE", NOW)
    week = np.random.default_rng(4).integers(10, 900, (2, 168))
    steps = np.tile(week, (1, 6))[:, : DAYS * 24]
    counters = steps.cumsum(axis=1)
    early = range(2 * 24, 27 * 24)
    """Days that come after all others; without them the gap has a like day of the first week."""

    def frames(hours: range, skip: range) -> list[dict[str, object]]:
        return [
            {
                "sequence": 1 + day + hours.start * 1000,
                "hours": [
                    store.frame(0, LOW + at, {c: int(counters[c, at]) for c in range(2)})["hours"][
                        0
                    ]
                    for at in range(day, min(day + 24, hours.stop))
                    if at not in skip
                ],
            }
            for day in range(hours.start, hours.stop, 24)
        ]

    await store.push(*frames(range(2 * 24), GAP), *frames(range(27 * 24, DAYS * 24), GAP))
    first, second, house = await profiles_of(store, redis_url)
    gap = slice(GAP.start, GAP.stop)
    assert set(house.codes[gap].tolist()) == {Quality.ESTIMATED}
    even = [np.ptp(one.values[gap.start : gap.stop]) for one in (first, second)]
    assert max(even) <= 1, "no like day is known yet: shared by time"
    assert_array_equal(house.values, first.values + second.values)

    await store.push(*frames(early, GAP))
    first, second, house = await profiles_of(store, redis_url)
    for one, true in zip((first, second), steps, strict=True):
        assert_array_equal(one.values, true)
        assert set(one.codes[gap].tolist()) == {Quality.ESTIMATED}
    assert_array_equal(house.values, first.values + second.values)
