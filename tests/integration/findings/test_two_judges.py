"""Two processes judge one tenant at once: each other groups, and together all of them once."""

import asyncio
from collections import Counter
from datetime import UTC, datetime

import pytest

from backend.services.findings import judging
from backend.services.findings.judging import GROUPS_AT_ONCE
from backend.store import bells
from backend.store.findings import due
from backend.store.findings.due import FINDINGS, DueGroup
from backend.store.groups.structure import Structures
from domain.identity import Scope
from tenants.session import Database, TenantSession
from tests.factories import make_tenant, place

HOUSES = 3 * GROUPS_AT_ONCE
NOW = datetime.now(UTC)


async def street(database: Database, name: str) -> Scope:
    """A street of houses of one meter each, all due."""
    scope = await make_tenant(database, name)
    rows = [
        {
            "site_path": f"Street/House {at}",
            "site_kinds": "street/house",
            "meter_serial": f"T{at}",
            "channel": str(at + 1),
            "concentrator": f"J {name}",
        }
        for at in range(HOUSES)
    ]
    await place(database, scope, *rows)
    async with database.session(scope) as session:
        await bells.ring(session, FINDINGS, f"{judging.NIGHT} {name}")
    return scope


async def test_what_one_judges_another_leaves_alone_and_nobody_waits(database: Database) -> None:
    scope = await street(database, "two hands")
    async with database.session(scope) as first:
        await due.mark_all(first, 0)
    async with database.session(scope) as first, database.session(scope) as second:
        mine = await due.next_groups(first, GROUPS_AT_ONCE)
        async with asyncio.timeout(20):
            yours = await due.next_groups(second, GROUPS_AT_ONCE)
            await due.mark(first, [yours[0].id], 0)  # hours change while they are judged
        assert len(mine) == len(yours) == GROUPS_AT_ONCE
        assert not {one.id for one in mine} & {one.id for one in yours}
    async with database.session(scope) as third:
        again = await due.next_groups(third, GROUPS_AT_ONCE)
    assert {one.id for one in again} == {one.id for one in mine}


async def test_bells_that_another_answers_are_passed_by(database: Database) -> None:
    scope = await street(database, "two ears")
    async with database.session(scope) as first, database.session(scope) as second:
        assert len(await bells.take(first, FINDINGS)) == 1
        async with asyncio.timeout(20):
            assert await bells.take(second, FINDINGS) == []
    async with database.session(scope) as third:
        assert await bells.heard(third, FINDINGS) == []


async def test_two_judges_judge_every_group_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    scope = await street(database, "two heads")
    seen: Counter[int] = Counter()
    by: Counter[str] = Counter()
    judge = judging.judge

    async def counted(
        session: TenantSession, groups: list[DueGroup], now: datetime, structures: Structures
    ) -> list[int]:
        seen.update(one.id for one in groups)
        task = asyncio.current_task()
        by[task.get_name() if task else ""] += len(groups)
        await asyncio.sleep(0.05)  # the other one has its turn
        return await judge(session, groups, now, structures)

    monkeypatch.setattr(judging, "judge", counted)

    async def work() -> None:
        structures = Structures()
        for _ in range(4 * HOUSES):
            async with database.session(scope) as session:
                done = await judging.judge_next(session, NOW, structures)
            async with database.session(scope) as session:
                if not done.more and not await bells.heard(session, FINDINGS):
                    return

    await asyncio.gather(
        asyncio.create_task(work(), name="one"), asyncio.create_task(work(), name="other")
    )
    assert len(seen) == HOUSES + 1
    assert set(seen.values()) == {1}
    assert by.keys() == {"one", "other"}
