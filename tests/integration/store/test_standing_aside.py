"""What an older release summed with energy stands aside after the migration, sums included."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from backend.clients.events import Events
from backend.migrations import downgrade, upgrade
from backend.tasks import metering
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.hours import hour_of, instant_of
from tenants.permissions import Permission
from tenants.session import Database
from tests.desk import Desk, count
from tests.factories import make_tenant, place

LOW = hour_of(datetime.now(UTC)) - 6
BEFORE = "0110"
ROLES = "SELECT role, count(*) FROM group_member WHERE tenant_id = $1 GROUP BY role ORDER BY role"
DELIVERED = """query ($path: String!, $from: DateTime!, $to: DateTime!) { viewer {
  site(path: $path) { balanceGroups { imbalance(from: $from, to: $to) { delivered } } } } }"""


async def test_reactive_energy_leaves_the_sums_of_the_past(
    database: Database, redis_url: str, migration_url: str
) -> None:
    events = Events(redis_url)
    made = await make_tenant(database, "aside")
    base = {"installed_at": instant_of(LOW).isoformat()}
    rows = [
        base | {"meter_serial": "A", "channel": "1", "premise": "Flat 1"},
        base | {"meter_serial": "R", "channel": "2", "premise": "Flat 1", "quantity": "reactive"},
    ]
    imported = await place(database, made, *rows)
    await downgrade(migration_url, BEFORE)
    async with database.session(made) as session:
        driver = await session.driver()
        assert [tuple(row) for row in await driver.fetch(ROLES, made.tenant_id)] == [
            ("consumer", 2)
        ]
    work = Work(database, SilentQueue(), events)
    used = np.arange(1, 7) * 100
    await count(work, made, imported, LOW, {1: used.cumsum(), 2: (7 * used).cumsum()})
    asked = {
        "from": instant_of(LOW).isoformat(),
        "to": instant_of(LOW + 6).isoformat(),
    }
    await upgrade(migration_url)
    async with database.session(made) as session:
        driver = await session.driver()
        assert dict(await driver.fetch(ROLES, made.tenant_id)) == {"aside": 1, "consumer": 1}
    work = Work(database, SilentQueue(), events)  # a process of the new release
    await metering.roll_up(work, made.tenant_id)
    desk = Desk(work, replace(made, permissions=frozenset(str(one) for one in Permission)))
    for path in ("Region/City/House 1", "Region/City", "Region"):
        (group,) = (await desk.ask(DELIVERED, path=path, **asked))["viewer"]["site"][
            "balanceGroups"
        ]
        assert list(group["imbalance"]["delivered"]) == (used / 1000).tolist(), path
    await events.close()
