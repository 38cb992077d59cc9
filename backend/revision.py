"""Which revision of the schema this code needs, and which one a database is at.

Everything that serves asks this; only who migrates loads the tools of migration.
"""

import ast
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg

VERSIONS = Path(__file__).parent / "migrations" / "versions"
PATIENCE_S = 10.0


@cache
def known() -> dict[str, str | None]:
    """The code's own revisions, each with the one before it."""
    return dict(_named(path) for path in sorted(VERSIONS.glob("[0-9]*.py")))


def head() -> str:
    """Newest revision in the code."""
    (newest,) = known().keys() - set(known().values())
    return newest


async def current(url: str) -> str | None:
    """Revision the database is at; None when it has never been migrated."""
    plain = url.replace("postgresql+asyncpg://", "postgresql://", 1)
    connection = await asyncpg.connect(plain, timeout=PATIENCE_S)
    try:
        found: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()
    return found


def _named(path: Path) -> tuple[str, str | None]:
    """``revision`` and ``down_revision`` of a migration, read without running it."""
    constants: dict[str, Any] = {}
    for statement in ast.parse(path.read_text(), path.name).body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.expr() as value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ) if name in {"revision", "down_revision"}:
                constants[name] = ast.literal_eval(value)
    return constants["revision"], constants["down_revision"]
