"""Row security in one place: every tenant table, and every partition, gets exactly this.

Source: PostgreSQL manual, "Row Security Policies". FORCE makes the owner subject to it as well;
a setting that is absent or empty becomes NULL, and NULL equals no tenant, so nothing shows.
"""

from collections.abc import Iterable

TENANT_IS_MINE = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::int"


def protect(table: str) -> Iterable[str]:
    """Statements that put ``table`` under row security and let the app role work in it."""
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    yield (
        f"CREATE POLICY tenant_isolation ON {table}"
        f" USING ({TENANT_IS_MINE}) WITH CHECK ({TENANT_IS_MINE})"
    )


def grant(table: str, privileges: str = "SELECT, INSERT, UPDATE, DELETE") -> str:
    """Statement that lets the app role use ``table``."""
    return f"GRANT {privileges} ON {table} TO balance_app"
