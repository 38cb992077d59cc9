"""The schema: the models and the migrations say the same."""

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
