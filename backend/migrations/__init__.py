"""Schema migrations: alembic, configured in code, run as the role that owns the schema."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

OWNER = "balance_owner"
LOCK_TIMEOUT = "5s"
"""A migration that waits for a lock makes everybody behind it wait too: better to give up."""


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration; ``connection`` is what env.py migrates over."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


async def upgrade(migration_url: str, revision: str = "head") -> None:
    """Bring the database up to ``revision``, each migration in a transaction of its own."""
    await _as_owner(migration_url, "upgrade", revision)


async def downgrade(migration_url: str, revision: str) -> None:
    """Take the database down to ``revision``; ``base`` empties it."""
    await _as_owner(migration_url, "downgrade", revision)


async def write_revision(migration_url: str, message: str) -> None:
    """Write the next migration: what the models have and the database has not."""
    await _as_owner(migration_url, "revision", message)


async def drift(migration_url: str) -> list[str]:
    """Differences between the models and a migrated database, in alembic's words."""
    found: list[str] = []

    def compare(connection: Connection) -> None:
        from backend.migrations.metadata import comparable, metadata  # noqa: PLC0415 - loads all models

        context = MigrationContext.configure(
            connection, opts={"include_object": comparable(connection), "compare_type": True}
        )
        found.extend(str(difference) for difference in compare_metadata(context, metadata))

    engine = create_async_engine(migration_url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.execute(text(f"SET ROLE {OWNER}"))
            await connection.run_sync(compare)
    finally:
        await engine.dispose()
    return found


async def _as_owner(migration_url: str, action: str, argument: str) -> None:
    def run(connection: Connection) -> None:
        config = configuration(connection)
        if action == "upgrade":
            command.upgrade(config, argument)
        elif action == "downgrade":
            command.downgrade(config, argument)
        else:
            command.revision(config, argument, autogenerate=True)

    engine = create_async_engine(migration_url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.execute(text(f"SET ROLE {OWNER}"))
            await connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
            await connection.commit()
            await connection.run_sync(run)
    finally:
        await engine.dispose()
