"""Every way that was found past row security, tried as the app role on the real server."""
# ruff: noqa: S608 - the names of tables in these statements are this file's own

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TypeAlias

import asyncpg
import pytest
import pytest_asyncio
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from domain.identity import Scope, TenantId, UserId
from tenants import provisioning
from tenants.models import Membership, OAuthClient
from tenants.session import Database

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@dataclass
class Two:
    """Two tenants with the same things, and a connection of the app role."""

    mine: TenantId
    theirs: TenantId
    user: UserId
    raw: Connection

    async def become(self, tenant: TenantId | None) -> None:
        value = "" if tenant is None else str(int(tenant))
        await self.raw.execute(f"SET LOCAL app.tenant_id = '{value}'")


@pytest_asyncio.fixture(scope="module")
async def partition(database: Database, migration_url: str) -> str:
    """A partition that the app role may read directly, so that row security alone is in the way."""
    async with database.global_session() as session:
        await session.execute(text("SELECT ensure_month('2026-03-01')"))
    owner = await asyncpg.connect(migration_url.replace("+asyncpg", ""))
    await owner.execute("SET ROLE balance_owner")
    await owner.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON series_day_2026_03 TO balance_app")
    await owner.close()
    return "series_day_2026_03"


@pytest_asyncio.fixture
async def two(database: Database, database_url: str, partition: str) -> AsyncIterator[Two]:
    made = [await provisioning.create_tenant(database, name=name) for name in ("A", "B")]
    code = f"USER-{made[0].tenant}"
    user = await provisioning.create_user(
        database, name="U", account_code=code, password="0123456789"
    )
    for tenant in made:
        await provisioning.add_membership(
            database, tenant=tenant.tenant, user=user.user, role="operator"
        )
    raw = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    transaction = raw.transaction()
    await transaction.start()
    both = Two(made[0].tenant, made[1].tenant, user.user, raw)
    for tenant in (both.mine, both.theirs):
        await both.become(tenant)
        await raw.execute(
            "INSERT INTO site (tenant_id, kind, name, name_path, path, timezone)"
            " VALUES ($1, 'house', 'H', 'H', '1', 'UTC')",
            tenant,
        )
        await raw.execute(
            "INSERT INTO series_day (tenant_id, series_id, day) VALUES ($1, 1, '2026-03-05')",
            tenant,
        )
    await both.become(both.mine)
    yield both
    await transaction.rollback()
    await raw.close()


TABLES = ("membership", "oauth_client", "audit_log", "site", "series_day", "series_day_2026_03")


@pytest.mark.parametrize("table", TABLES)
async def test_select_shows_own_rows_alone(two: Two, table: str) -> None:
    owners = await two.raw.fetch(f"SELECT DISTINCT tenant_id FROM {table}")
    assert [row[0] for row in owners] == [two.mine]
    theirs = f"SELECT count(*) FROM {table} WHERE tenant_id = $1"
    assert await two.raw.fetchval(theirs, two.theirs) == 0


@pytest.mark.parametrize("table", TABLES)
async def test_without_a_tenant_nothing_shows(two: Two, table: str) -> None:
    await two.become(None)
    assert await two.raw.fetchval(f"SELECT count(*) FROM {table}") == 0
    await two.raw.execute("RESET app.tenant_id")
    assert await two.raw.fetchval(f"SELECT count(*) FROM {table}") == 0


@pytest.mark.parametrize("table", ["membership", "oauth_client", "site", "series_day_2026_03"])
async def test_update_and_delete_do_not_reach_others(two: Two, table: str) -> None:
    changed = await two.raw.execute(
        f"UPDATE {table} SET tenant_id = tenant_id WHERE tenant_id = $1", two.theirs
    )
    assert changed == "UPDATE 0"
    if table != "oauth_client":
        gone = await two.raw.execute(f"DELETE FROM {table} WHERE tenant_id = $1", two.theirs)
        assert gone == "DELETE 0"
    await two.become(two.theirs)
    assert await two.raw.fetchval(f"SELECT count(*) FROM {table}") == 1


async def test_a_row_cannot_be_written_for_or_given_to_another(two: Two) -> None:
    for statement in (
        "INSERT INTO account (tenant_id, number) VALUES ($1, 'X')",
        "UPDATE site SET tenant_id = $1",
        "INSERT INTO series_day (tenant_id, series_id, day) VALUES ($1, 2, '2026-03-05')",
        "INSERT INTO series_day_2026_03 (tenant_id, series_id, day) VALUES ($1, 2, '2026-03-05')",
        "INSERT INTO membership (tenant_id, user_id, role) VALUES ($1, 1, 'tenant-admin')",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            async with two.raw.transaction():
                await two.raw.execute(statement, two.theirs)


async def test_a_conflict_does_not_open_anothers_row(two: Two) -> None:
    """ON CONFLICT DO UPDATE on a row one cannot see is refused, not done."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with two.raw.transaction():
            await two.raw.execute(
                "INSERT INTO series_day (tenant_id, series_id, day) VALUES ($1, 1, '2026-03-05')"
                " ON CONFLICT (tenant_id, series_id, day) DO UPDATE SET h00 = 1",
                two.theirs,
            )


async def test_foreign_keys_accept_no_parent_of_another(two: Two) -> None:
    await two.become(two.theirs)
    theirs = await two.raw.fetchval("SELECT id FROM site")
    await two.become(two.mine)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        async with two.raw.transaction():
            await two.raw.execute(
                "INSERT INTO premise (tenant_id, site_id, name) VALUES ($1, $2, '1')",
                two.mine,
                theirs,
            )


async def test_unique_keys_tell_nothing_about_others(two: Two) -> None:
    """Both tenants have the site path H and the series 1 already: the fixture put them there."""
    await two.raw.execute(
        "INSERT INTO oauth_client (tenant_id, id, name, scopes, grant_types, redirect_uris)"
        " SELECT $1, 'same', 'x', '{}', '{}', '{}'",
        two.mine,
    )
    await two.become(two.theirs)
    added = await two.raw.execute(
        "INSERT INTO oauth_client (tenant_id, id, name, scopes, grant_types, redirect_uris)"
        " SELECT $1, 'same', 'x', '{}', '{}', '{}'",
        two.theirs,
    )
    assert added == "INSERT 0 1"


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE balance_owner",
        "SET SESSION AUTHORIZATION balance_owner",
        "ALTER TABLE site NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE site DISABLE ROW LEVEL SECURITY",
        "DROP POLICY tenant_isolation ON site",
        "CREATE TABLE mine (tenant_id int)",
        "CREATE VIEW mine AS SELECT * FROM site",
        "TRUNCATE site",
        "UPDATE audit_log SET actor = 'nobody'",
        "DELETE FROM audit_log",
        "UPDATE platform_audit_log SET actor = 'nobody'",
        "DELETE FROM platform_audit_log",
        "DELETE FROM oauth_client",
        "DELETE FROM tenant",
    ],
)
async def test_the_app_role_may_not(two: Two, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with two.raw.transaction():
            await two.raw.execute(statement)


async def test_row_security_switched_off_is_an_error_and_no_leak(two: Two) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with two.raw.transaction():
            await two.raw.execute("SET LOCAL row_security = off")
            await two.raw.fetch("SELECT * FROM site")


async def test_a_person_reads_their_memberships_everywhere_and_writes_none(
    two: Two, database: Database
) -> None:
    async with database.person_session(two.user) as session:
        mine = (await session.scalars(select(Membership))).all()
        assert {member.tenant_id for member in mine} == {two.mine, two.theirs}
        assert {member.user_id for member in mine} == {two.user}
        assert (await session.scalars(select(OAuthClient))).all() == []
        changed = await session.execute(text("UPDATE membership SET role = 'tenant-admin'"))
        assert changed.rowcount == 0  # type: ignore[attr-defined]  # a cursor result
    with pytest.raises(DBAPIError, match="row-level security"):
        async with database.person_session(two.user) as session:
            session.add(Membership(tenant_id=two.mine, user_id=two.user, role="tenant-admin"))


async def test_a_session_of_one_tenant_routes_and_sees_that_one(
    two: Two, database: Database
) -> None:
    statement = select(OAuthClient)
    for tenant in (two.mine, two.theirs, two.mine):
        async with database.session(Scope(tenant)) as session:
            found = (await session.scalars(statement)).all()
            assert {client.tenant_id for client in found} == {tenant}
    async with database.global_session() as session:
        assert (await session.scalars(statement)).all() == []
