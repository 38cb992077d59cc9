"""The schema: the models and the migrations say the same."""

import asyncpg
from sqlalchemy import text

from backend import migrations
from domain.identity import Scope, TenantId
from tenants.session import Database


async def test_the_migrated_database_is_what_the_models_describe(
    database: Database, migration_url: str
) -> None:
    assert await migrations.drift(migration_url) == []


async def test_the_app_can_make_the_partitions_of_a_month(database: Database) -> None:
    async with database.session(Scope(TenantId(1))) as session:
        await session.execute(text("SELECT ensure_month('2024-02-29')"))
        rows = await session.scalars(
            text("SELECT relname FROM pg_class WHERE relname LIKE '%_2024_02' ORDER BY 1")
        )
        parents = ("frame", "group_day", "series_day", "series_month", "temperature_day")
        assert list(rows) == [f"{parent}_2024_02" for parent in parents]


async def test_partners_that_are_there_get_an_office_with_who_worked_for_them(
    blank_migration_url: str,
) -> None:
    await migrations.upgrade(blank_migration_url, "0120")
    owner = await asyncpg.connect(blank_migration_url.replace("+asyncpg", ""))
    try:
        await owner.execute("SET ROLE balance_owner")
        tenants = {}
        for partner in ("East", "West"):
            number = await owner.fetchval(
                "INSERT INTO partner (name) VALUES ($1) RETURNING id", partner
            )
            for tenant in ("Hill", "Dale"):
                tenants[partner, tenant] = await owner.fetchval(
                    "INSERT INTO tenant (partner_id, name, timezone, locale)"
                    " VALUES ($1, $2, 'Europe/Chisinau', 'en') RETURNING id",
                    number,
                    tenant,
                )
        users = {
            name: await owner.fetchval(
                "INSERT INTO user_account (email, name, locale) VALUES ($1, $1, 'en') RETURNING id",
                f"{name}@example.org",
            )
            for name in ("anna", "boris", "clara")
        }
        seats = (
            ("East", "Hill", "anna", "partner-admin", None),
            ("East", "Dale", "anna", "partner-admin", None),
            ("East", "Dale", "boris", "operator", None),
            ("West", "Hill", "clara", "partner-admin", "2026-01-01"),  # not any more
        )
        for partner, tenant, user, role, ended in seats:
            await _act_in(owner, tenants[partner, tenant])
            await owner.execute(
                "INSERT INTO membership (tenant_id, user_id, role, valid_from, valid_to)"
                " VALUES ($1, $2, $3, '2025-01-01', $4::text::timestamptz)",
                tenants[partner, tenant],
                users[user],
                role,
                ended,
            )
        await migrations.upgrade(blank_migration_url)
        seated = {}
        for row in await owner.fetch("SELECT name, office_id FROM partner"):
            await _act_in(owner, row["office_id"])
            found = await owner.fetch(
                "SELECT user_id, role FROM membership WHERE tenant_id = $1", row["office_id"]
            )
            seated[row["name"]] = [tuple(one) for one in found]
    finally:
        await owner.close()
    assert seated == {"East": [(users["anna"], "partner-admin")], "West": []}


async def _act_in(owner: "asyncpg.Connection[asyncpg.Record]", tenant: int) -> None:
    """Row security binds the owner, too."""
    await owner.execute("SELECT set_config('app.tenant_id', $1, false)", str(tenant))
