"""Upkeep: partitions ahead, claims that only one worker wins, evidence past its time."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from backend.services import upkeep
from backend.store import journal
from backend.store.network import reports
from domain.identity import ConcentratorId
from domain.network_reports import ModuleReport
from tenants.session import Database
from tests.factories import make_tenant, place

NOW = datetime.now(UTC)


async def test_a_periodic_job_is_claimed_once(database: Database) -> None:
    assert await upkeep.claim(database, "job", NOW)
    assert not await upkeep.claim(database, "job", NOW)
    assert await upkeep.claim(database, "job", NOW + timedelta(days=1))


async def test_months_to_come_have_partitions(database: Database) -> None:
    later = NOW + timedelta(days=100)
    await upkeep.make_coming_months(database, later)
    async with database.global_session() as session:
        name = f"frame_{later:%Y_%m}"
        found = await session.scalar(text("SELECT to_regclass(:name)::text"), {"name": name})
    assert found == name


async def test_old_pushes_go_and_stay_known_as_duplicates(database: Database) -> None:
    scope = await make_tenant(database, "old pushes")
    await place(database, scope, {"concentrator": "JU"})
    old, new = NOW - timedelta(days=40), NOW
    async with database.session(scope) as session:
        rows = await session.execute(
            text("SELECT id FROM concentrator WHERE tenant_id = :t"), {"t": scope.tenant_id}
        )
        device = ConcentratorId(rows.scalar_one())
        for sequence, at in ((5, old), (6, new)):
            row = journal.PushRow(
                device, device, at, "push", "application/json", None, b"{}", {sequence: b"h" * 32}
            )
            await journal.store_push(session, row)
    await upkeep.clear_out(database, NOW, retention_months=1)
    async with database.session(scope) as session:
        assert set(await journal.known_frames(session, device, [5, 6])) == {6}
        assert (await journal.lock_link(session, device)).floor_sequence == 6
        left = await session.scalar(
            text("SELECT count(*) FROM frame WHERE tenant_id = :t"), {"t": scope.tenant_id}
        )
    assert left == 1


async def test_reports_go_with_the_pushes_they_came_in(database: Database) -> None:
    scope = await make_tenant(database, "old reports")
    await place(database, scope, {"concentrator": "JV"})
    old, new = NOW - timedelta(days=40), NOW - timedelta(days=20)
    module = ModuleReport(1, "D100-1", None, 1, -70, 0, 3500, "1")
    async with database.session(scope) as session:
        rows = await session.execute(
            text("SELECT c.id, s.id FROM concentrator c, series s WHERE c.tenant_id = :t"),
            {"t": scope.tenant_id},
        )
        device, series = rows.one()
        await reports.save_topology(session, [(device, at, module) for at in (old, new)])
        await reports.save_events(
            session, [series, series], [(old, "magnet", 1.0), (new, "magnet", 1.0)]
        )
        await reports.save_spots(session, [series, series], [(old, 5), (new, 6)])
    await upkeep.clear_out(database, NOW, retention_months=1)
    async with database.session(scope) as session:
        for table, column in (("topology_day", "made_at"), ("event", "at"), ("spot_reading", "at")):
            rows = await session.execute(
                text(f"SELECT {column} FROM {table} WHERE tenant_id = :t"),  # noqa: S608
                {"t": scope.tenant_id},
            )
            assert [row[0] for row in rows] == [new], table


async def test_letters_go_but_those_that_wait(database: Database) -> None:
    scope = await make_tenant(database, "old letters")
    old, new = NOW - timedelta(days=40), NOW - timedelta(days=20)
    letters = [("old", "sent", old), ("waits", "waiting", old), ("new", "sent", new)]
    async with database.session(scope) as session:
        for key, state, at in letters:
            await session.execute(
                text(
                    "INSERT INTO notification (tenant_id, channel, address, kind, dedup_key,"
                    " manner, locale, subject, body, data, due_at, created_at, state)"
                    " VALUES (:t, 'email', 'a@letters.example', 'leak', :key, 'now', 'en', 's',"
                    " 'b', '{}', :at, :at, :state)"
                ),
                {"t": scope.tenant_id, "key": key, "at": at, "state": state},
            )
    await upkeep.clear_out(database, NOW, retention_months=1)
    async with database.session(scope) as session:
        found = await session.scalars(
            text("SELECT dedup_key FROM notification WHERE tenant_id = :t ORDER BY id"),
            {"t": scope.tenant_id},
        )
        assert list(found) == ["waits", "new"]
