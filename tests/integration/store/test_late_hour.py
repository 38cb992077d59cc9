"""One late hour of one meter costs the same in a small tenant and in a large one."""

from datetime import UTC, datetime

import numpy as np
from numpy.testing import assert_array_equal

from backend.services.hours import folding, rolling_up
from backend.store import bells
from backend.store.groups import group_hours
from domain.hours import hour_of, instant_of
from tenants.session import Database, TenantSession
from tests.factories import make_tenant, place
from tests.integration.store.pushing import Store, now_after

NOW = hour_of(datetime.now(UTC))
LOW = NOW - 8
LATE = 3

_WRITTEN = """
SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::int FROM pg_stat_xact_user_tables
"""


class Counted:
    """Statements run and rows written by one transaction."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.rows = 0

    async def begin(self, session: TenantSession) -> None:
        self.driver = await session.driver()
        # counts of earlier transactions wait in the connection until they are sent off
        self.rows = -await self.driver.fetchval(_WRITTEN)
        self.driver.add_query_logger(self._note)

    async def end(self) -> None:
        self.driver.remove_query_logger(self._note)
        self.rows += await self.driver.fetchval(_WRITTEN)

    def _note(self, query: object) -> None:
        self.statements.append(query.query)  # type: ignore[attr-defined]


async def _roll_up(store: Store, counted: Counted | None = None) -> rolling_up.RolledUp:
    async with store.database.session(store.scope) as session:
        if counted:
            await counted.begin(session)
        heard = await bells.heard(session, group_hours.ROLL_UP)
        done = await rolling_up.roll_up_due(session, heard, instant_of(NOW))
        if counted:
            await counted.end()
    return done


async def _groups(store: Store) -> tuple[np.ndarray, np.ndarray]:
    async with store.database.session(store.scope) as session:
        driver = await session.driver()
        rows = await driver.fetch(
            "SELECT id FROM balance_group WHERE tenant_id = $1 ORDER BY nlevel(path), name",
            store.scope.tenant_id,
        )
        ids = np.array([row[0] for row in rows])
        hours = await group_hours.load_groups(session, ids, LOW, NOW)
    return hours.consumption, hours.place


async def _late(database: Database, meters: int) -> tuple[Counted, Counted]:
    scope = await make_tenant(database, f"late {meters}")
    rows = [
        {
            "meter_serial": f"M{at}",
            "channel": str(at % 480),
            "network": str(at // 480 % 8 + 1),
            "concentrator": f"JL{meters}-{at // 3840}",
            "site_path": f"Region/City/House {at // 40}",
            "premise": str(at),
            "installed_at": instant_of(LOW).isoformat(),
        }
        for at in range(meters)
    ]
    await place(database, scope, *rows)
    store = Store(database, scope, f"JL{meters}-0", now_after(NOW - 1))
    for at in range(8):
        if at != LATE:
            shown = {c: 100 * at + 7 * c for c in range(2)}
            await store.push(store.frame(at, LOW + at, shown))
    await store.push(store.frame(20, LOW + LATE, {1: 100 * LATE + 7}))
    await store.fold()
    await _roll_up(store)
    before = await _groups(store)
    await store.push(store.frame(21, LOW + LATE, {0: 100 * LATE + 30}))
    fold, roll = Counted(), Counted()
    async with database.session(scope) as session:
        await fold.begin(session)
        done = await folding.fold(session, store.channels)
        await fold.end()
    assert done.changed == 1
    assert len((await _roll_up(store, roll)).groups) == 3
    after = await _groups(store)
    changed = np.flatnonzero((before[0] != after[0]).any(axis=0))
    assert_array_equal(changed, [LATE, LATE + 1])
    touched = np.flatnonzero((before[0] != after[0]).any(axis=1))
    assert_array_equal(touched, [0, 1, 2])  # region, city, the first house
    return fold, roll


async def test_rows_and_statements_do_not_grow_with_the_tenant(database: Database) -> None:
    small, large = await _late(database, 1_000), await _late(database, 20_000)
    for one, other in zip(small, large, strict=True):
        assert one.statements == other.statements
        assert 0 < len(one.statements) < 25
        assert one.rows == other.rows > 0
