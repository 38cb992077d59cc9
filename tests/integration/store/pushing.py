"""Pushes straight into the journal, and what the store then says."""

from datetime import datetime
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import text

from backend.services.gateway import intake
from backend.services.gateway.devices import Devices
from backend.services.gateway.intake import Acceptance, Push
from backend.services.hours import folding
from backend.store.hours import counters
from backend.store.network.channels import ChannelDirectory
from backend.store.wire import ContentType
from domain.frames import sequences_of
from domain.hours import instant_of
from domain.identity import Scope
from tenants.session import Database
from tests.factories import MASTER_KEY, block

_CHANNELS = (
    "SELECT series_id, network, address FROM channel WHERE tenant_id = :t ORDER BY network, address"
)


class Store:
    """A tenant's journal and facts; the clock stands still, so that qualities do, too."""

    def __init__(self, database: Database, scope: Scope, serial: str, now: datetime) -> None:
        self.database, self.scope, self.serial, self.now = database, scope, serial, now
        self.channels, self.devices = ChannelDirectory(), Devices(database, MASTER_KEY)
        self.counter = 0

    def frame(self, sequence: int, hour: int, counters: dict[int, int]) -> dict[str, Any]:
        return {"sequence": sequence, "hours": [block(hour, 1, counters)]}

    async def push(self, *frames: dict[str, Any]) -> Acceptance:
        self.counter += 1
        body = orjson.dumps({"frames": frames})
        push = Push(self.counter, ContentType.JSON, None, body, sequences_of(orjson.loads(body)))
        found = await self.devices.find(self.serial)
        assert found is not None
        async with self.database.session(self.scope) as session:
            judged = intake.judge(push)
            return await intake.accept(session, found[0], push, judged, self.now)

    async def fold(self) -> folding.Folded:
        while True:
            async with self.database.session(self.scope) as session:
                done = await folding.fold(session, self.channels)
            if not done.more:
                return done

    async def arrays(self, low: int, high: int) -> NDArray[np.int64]:
        """Counter and quality of each channel and hour, -1 where nothing is known."""
        async with self.database.session(self.scope) as session:
            given = {"t": self.scope.tenant_id}
            series = [row[0] for row in await session.execute(text(_CHANNELS), given)]
            order = np.argsort(series)
            stored = await counters.load(session, np.array(series)[order], low, high)
        found = np.full((2, len(series), high - low), -1, dtype=np.int64)
        found[0, order] = stored.counter
        found[1, order] = np.where(stored.counter < 0, -1, stored.code)
        return found

    async def revisions(self) -> list[tuple[int, int, str]]:
        async with self.database.session(self.scope) as session:
            rows = await session.execute(
                text(
                    "SELECT counter, standing_counter, kind FROM revision"
                    " WHERE tenant_id = :t ORDER BY counter, standing_counter"
                ),
                {"t": self.scope.tenant_id},
            )
            return [(row[0], row[1], row[2]) for row in rows]

    async def forget_facts(self) -> None:
        """Empty what is derived from the journal, and ring for all of it again."""
        async with self.database.session(self.scope) as session:
            given = {"t": self.scope.tenant_id}
            for table in ("series_month", "series_day", "series_hour", "group_due"):
                await session.execute(text(f"DELETE FROM {table} WHERE tenant_id = :t"), given)  # noqa: S608 - two constants
            await session.execute(
                text(
                    "INSERT INTO work_bell (tenant_id, kind, key, due_at)"
                    " SELECT tenant_id, 'fold', id::text, received_at FROM frame"
                    " WHERE tenant_id = :t"
                ),
                given,
            )


def now_after(hour: int) -> datetime:
    return instant_of(hour + 1)
