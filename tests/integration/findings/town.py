"""A house of real homes with a thief, and a street of water meters with a leak, in the store."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyarrow import parquet

from backend.clients.events import Events
from backend.graphql.context import Context
from backend.graphql.schema import schema
from backend.services import upkeep
from backend.services.findings import judging
from backend.services.hours import rolling_up
from backend.store import bells
from backend.store.groups.structure import Structures
from domain.hours import day_of, hour_of, instant_of, midnight
from domain.identity import Scope
from simulator.sources import DATA
from tenants.permissions import Permission
from tenants.session import Database
from tests.daytime import NAME, ZONE
from tests.factories import MASTER_KEY, make_tenant, place
from tests.integration.store.pushing import Store

NOW = datetime.now(UTC)
END = hour_of(NOW)
TODAY = midnight(NOW.astimezone(ZONE).date(), ZONE)
DAYS = 35
LOW = TODAY - DAYS * 24
SIZE = END - LOW
HOMES = 12
THIEF, LEAK = 5, 3
STOLEN_FROM = 21 * 24
"""Hours after LOW."""

LEAK_FROM = SIZE - 40
PATH = "Region/City/Street/House 1"
_numbers = count(1)


def homes() -> NDArray[np.int64]:
    """Wh of some real homes, as they used them; shape ``(n, SIZE)``."""
    table = parquet.read_table(DATA / "ch_electricity" / "ch_electricity_hourly.parquet")
    names = [name for name in table.column_names if name.startswith("CH")]
    values = np.stack([np.nan_to_num(table.column(name).to_numpy()) for name in names])
    lively = values[(values[:, :SIZE] > 0).mean(axis=1) > 0.98]
    return np.rint(1000 * lively[10 : 10 + HOMES, :SIZE]).astype(np.int64)


def stairs_light() -> NDArray[np.int64]:
    """Wh of the stairs: dark from 17 to 7."""
    hour = (np.arange(SIZE) + 2) % 24
    return np.where((hour >= 17) | (hour < 7), 240, 90).astype(np.int64)


def water() -> NDArray[np.int64]:
    """Litres of flats that sleep at night, of which one leaks in the end; shape ``(4, SIZE)``."""
    chance = np.random.default_rng(7)
    asleep = np.arange(SIZE) % 24 < 6
    used = chance.random((4, SIZE)) < np.where(asleep, 0.05, 0.7)
    found = np.where(used, np.rint(chance.gamma(1.5, 15, (4, SIZE))) + 1, 0).astype(np.int64)
    found[LEAK, LEAK_FROM:] += 12
    return found


@dataclass
class Town:
    """The tenant, and what was truly used."""

    database: Database
    scope: Scope
    events: Events
    store: Store
    used: NDArray[np.int64]
    structures: Structures = field(default_factory=Structures)
    raised: list[int] = field(default_factory=list)
    hook: int = 0
    """An endpoint that is told of findings, where a test made one."""

    async def ask(self, document: str, scope: Scope | None = None, **values: Any) -> Any:
        asking = Context(self.database, scope or self.scope, self.events, MASTER_KEY)
        async with asking as context:
            result = await schema.execute(document, values, context_value=context)
        assert result.errors is None, result.errors
        return result.data

    async def judge(self, now: datetime = NOW) -> list[int]:
        """Roll up what is due, then judge what changed; findings worth telling of."""
        more = True
        while more:
            async with self.database.session(self.scope) as session:
                heard = await bells.heard(session, "roll_up")
                more = (await rolling_up.roll_up_due(session, heard, now, self.structures)).more
        async with self.database.session(self.scope) as session:
            driver = await session.driver()
            await driver.execute(
                "UPDATE work_bell SET due_at = now() - interval '1 second' WHERE tenant_id = $1",
                self.scope.tenant_id,
            )
        told: list[int] = []
        more = True
        while more:
            async with self.database.session(self.scope) as session:
                done = await judging.judge_next(session, now, self.structures)
            told += done.told
            more = done.more
        return told

    async def night(self, now: datetime) -> list[int]:
        """Judge everything again."""
        async with self.database.session(self.scope) as session:
            await bells.ring(session, judging.FINDINGS, f"night {now}")
        return await self.judge(now)


async def make_town(database: Database, redis_url: str, silent: int | None = None) -> Town:
    """Import the meters, push five weeks of them and fold them; one may be silent in the end."""
    number = next(_numbers)
    made = await make_tenant(database, f"findings {number}", NAME)
    scope = replace(made, actor="user:1", permissions=frozenset(str(one) for one in Permission))
    serial = f"JF{number}"
    begun = instant_of(LOW - 1).isoformat()
    common = {
        "site_path": PATH,
        "site_kinds": "region/city/street/house",
        "concentrator": serial,
        "installed_at": begun,
        "initial_counter": "0",
    }
    rows = [
        common | {"meter_serial": f"E{one}", "channel": str(one + 1), "premise": f"Flat {one + 1}"}
        for one in range(HOMES)
    ]
    rows.append(
        common | {"meter_serial": "INLET", "channel": "100", "role": "inlet", "capacity": "500"}
    )
    rows.append(common | {"meter_serial": "STAIRS", "channel": "101", "role": "common"})
    rows += [
        common
        | {
            "meter_serial": f"W{one}",
            "channel": str(201 + one),
            "premise": f"Flat {one + 1}",
            "commodity": "water_cold",
        }
        for one in range(4)
    ]
    await place(database, scope, *rows)
    await upkeep.make_months(
        database, {day_of(LOW + 24 * at).replace(day=1) for at in range(-2, DAYS + 3)}
    )
    used = homes()
    metered = used.copy()
    metered[THIEF, STOLEN_FROM:] = metered[THIEF, STOLEN_FROM:] * 3 // 10
    stairs = stairs_light()
    total = used.sum(axis=0) + stairs
    noise = np.random.default_rng(3).normal(1, 0.003, SIZE)
    inlet = np.rint(total * 1.02 * noise).astype(np.int64)
    counters = np.concatenate([metered, inlet[None], stairs[None], water()]).cumsum(axis=1)
    channels = [*range(1, HOMES + 1), 100, 101, *range(201, 205)]
    store = Store(database, scope, serial, NOW)
    for day in range(0, SIZE, 24):
        blocks = []
        for at in range(day, min(day + 24, SIZE)):
            told = dict(zip(channels, counters[:, at].tolist(), strict=True))
            if silent is not None and at == SIZE - 1:
                del told[silent + 1]
            blocks += store.frame(0, LOW + at, told)["hours"]
        await store.push({"sequence": 1 + day, "hours": blocks})
    magnet = {
        "network": 1,
        "channel": THIEF + 1,
        "kind": "magnet",
        "at": instant_of(LOW + STOLEN_FROM + 2).isoformat(),
        "value": 1,
    }
    await store.push({"sequence": 9_000, "hours": [], "events": [magnet]})
    await store.fold()
    return Town(database, scope, Events(redis_url), store, used)
