"""The roles and the database, made once by the superuser, who is not needed after that.

``balance_owner`` owns everything and cannot log in; ``balance_migrator`` may become it to migrate;
``balance_app`` is what the product works as: it owns nothing and row security binds it.
"""

from collections.abc import Iterable

import asyncpg

DATABASE = "balance"
OWNER, APP, MIGRATOR = "balance_owner", "balance_app", "balance_migrator"

_RESTRICTED = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"


def role_statements(app_password: str, migrator_password: str) -> Iterable[str]:
    """Make the three roles, or set their attributes again where they exist."""
    for role, login in (
        (OWNER, "NOLOGIN"),
        (APP, f"LOGIN PASSWORD {_quoted(app_password)}"),
        (MIGRATOR, f"LOGIN PASSWORD {_quoted(migrator_password)}"),
    ):
        yield (f"DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
        yield f"ALTER ROLE {role} {login} {_RESTRICTED}"
    yield f"GRANT {OWNER} TO {MIGRATOR} WITH INHERIT FALSE, SET TRUE"


def database_statements(database: str) -> Iterable[str]:
    """Let the two login roles, and nobody else, connect to ``database``."""
    yield f"REVOKE ALL ON DATABASE {database} FROM PUBLIC"
    yield f"GRANT CONNECT ON DATABASE {database} TO {APP}, {MIGRATOR}"
    yield f"ALTER DATABASE {database} SET timezone = 'UTC'"


def schema_statements() -> Iterable[str]:
    """Inside the database: the owner's schema, and nothing to PUBLIC by default."""
    yield f"ALTER SCHEMA public OWNER TO {OWNER}"
    yield "REVOKE ALL ON SCHEMA public FROM PUBLIC"
    yield f"GRANT USAGE ON SCHEMA public TO {APP}, {MIGRATOR}"
    for kind in ("TABLES", "SEQUENCES", "FUNCTIONS", "TYPES"):
        yield f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} REVOKE ALL ON {kind} FROM PUBLIC"


def script() -> str:
    """SQL for psql that prepares a PostgreSQL of the user's own, run by its superuser once."""
    statements = [
        "\\set ON_ERROR_STOP on",
        "-- Choose two passwords, and put them into BALANCE_DATABASE_URL (balance_app) and",
        "-- BALANCE_MIGRATION_URL (balance_migrator).",
        *(f"{statement};" for statement in role_statements("CHOOSE_ONE", "CHOOSE_ANOTHER")),
        f"CREATE DATABASE {DATABASE} OWNER {OWNER};",
        *(f"{statement};" for statement in database_statements(DATABASE)),
        f"\\connect {DATABASE}",
        *(f"{statement};" for statement in schema_statements()),
    ]
    return "\n".join([*statements, ""])


async def bootstrap(
    *, port: int, superuser_password: str, app_password: str, migrator_password: str
) -> None:
    """Make roles and database; every step may be repeated after an interruption."""

    async def connect(database: str) -> "asyncpg.Connection[asyncpg.Record]":
        return await asyncpg.connect(
            host="127.0.0.1",
            port=port,
            user="postgres",
            password=superuser_password,
            database=database,
        )

    cluster = await connect("postgres")
    try:
        for statement in role_statements(app_password, migrator_password):
            await cluster.execute(statement)
        exists = "SELECT true FROM pg_database WHERE datname = $1"
        if not await cluster.fetchval(exists, DATABASE):
            await cluster.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
        for statement in database_statements(DATABASE):
            await cluster.execute(statement)
        await cluster.execute("REVOKE ALL ON DATABASE postgres FROM PUBLIC")
    finally:
        await cluster.close()
    database = await connect(DATABASE)
    try:
        for statement in schema_statements():
            await database.execute(statement)
    finally:
        await database.close()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
