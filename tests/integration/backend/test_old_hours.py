"""Hours of years ago, long before the months for which the installation has partitions."""

import httpx

from backend.clients.events import Events
from backend.services import upkeep
from backend.services.gateway.devices import Devices
from backend.services.reading import profiles
from backend.services.reading.profiles import Range
from backend.store.model import metered
from backend.tasks import metering
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.hours import Step, hour_of, instant_of, parse_instant
from ingestion.app import application
from ingestion.gateway import Gateway
from tenants.session import Database
from tests.factories import MASTER_KEY, PushingConcentrator, block, make_tenant, place

FIRST = hour_of(parse_instant("2019-03-10T00:00:00Z", "first"))


async def test_old_hours_reach_their_groups_although_their_like_days_have_no_partition(
    database: Database, redis_url: str
) -> None:
    """Like days of March lie in April, in which nothing came; no later hour may wait for that."""
    scope = await make_tenant(database, "old hours")
    made = await place(
        database,
        scope,
        {
            "meter_serial": "OLD",
            "concentrator": "JOLD",
            "installed_at": instant_of(FIRST).isoformat(),
        },
    )
    gateway = Gateway(database, Devices(database, MASTER_KEY), SilentQueue())
    transport = httpx.ASGITransport(application(gateway))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        device = PushingConcentrator(client, "JOLD", made.devices[0].secret)
        hours = range(FIRST, FIRST + 24 * 10)
        counters = (block(hour, 1, {1: 5 * (hour - FIRST + 1)}) for hour in hours)
        answer = await device.push(device.frame(*counters))
    assert answer.status_code == 200, answer.text
    events = Events(redis_url)
    work = Work(database, SilentQueue(), events)
    await metering.fold(work, scope.tenant_id)
    await metering.roll_up(work, scope.tenant_id)
    await events.close()
    assert not await upkeep.readings_wait(database)
    async with database.session(scope) as session:
        (point,) = await metered.list_points(session, 0, 10)
        groups = (await metered.groups_of_sites(session, [point.site_id]))[point.site_id]
        asked = Range.of(instant_of(FIRST), instant_of(hours.stop), Step.HOUR)
        found = await profiles.of_groups(session, groups, asked, instant_of(hours.stop))
    assert found
    for one in found:
        assert one.known.all()
        assert set(one.values.tolist()) == {5}
