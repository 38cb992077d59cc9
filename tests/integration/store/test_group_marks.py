"""The remembered groups of series: placing a meter must be seen by the next mark."""

from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import text

from backend.store.groups import group_hours, group_marks
from backend.store.groups.group_marks import GroupDirectory
from domain.hours import hour_of
from domain.identity import Scope
from tenants.session import Database
from tests.factories import make_tenant, place

NOW = hour_of(datetime.now(UTC))


async def series_of(database: Database, scope: Scope) -> list[int]:
    async with database.session(scope) as session:
        rows = await session.scalars(
            text("SELECT series_id FROM installation WHERE tenant_id = :t ORDER BY id"),
            {"t": scope.tenant_id},
        )
        return list(rows)


async def marked(database: Database, scope: Scope, directory: GroupDirectory) -> set[int]:
    series = np.array(await series_of(database, scope))
    async with database.session(scope) as session:
        await directory.mark_due(session, series, np.full(len(series), NOW - 3))
    async with database.session(scope) as session:
        due = await group_hours.due_hours(session, 1000)
        await group_hours.settle_due(session, due)
    return {one.group_id for one in due}


async def test_a_meter_placed_meanwhile_marks_its_own_groups(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_marks, "MANY_SERIES", 0)  # remember even the smallest tenant
    scope = await make_tenant(database, "marks")
    await place(database, scope, {"concentrator": "JMARK"})
    directory = GroupDirectory()
    first = await marked(database, scope, directory)
    assert len(first) == 1
    assert await marked(database, scope, directory) == first
    other = {
        "concentrator": "JMARK",
        "site_path": "Region/City/House 2",
        "meter_serial": "M2",
        "channel": "2",
    }
    await place(database, scope, other)
    assert len(await marked(database, scope, directory)) == 2
