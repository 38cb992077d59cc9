"""Row security in one place: every tenant table, and every partition, gets exactly this.

Source: PostgreSQL manual, "Row Security Policies". FORCE makes the owner subject to it as well;
a setting that is absent or empty becomes NULL, and NULL equals no tenant, so nothing shows.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

TENANT_IS_MINE = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::int"
ROW_IS_ABOUT_ME = "user_id = nullif(current_setting('app.user_id', true), '')::bigint"

EXEMPT: Mapping[str, str] = MappingProxyType(
    {
        "device_directory": "a frame names a serial; the gateway finds the tenant by it",
        "downlink_bell": "the gateway looks once for all polls it holds; it holds no customer data",
        "work_bell": "workers take bells of all tenants in turn; a bell holds no customer data",
    }
)
"""The relations with a ``tenant_id`` that row security does not cover, and why each cannot be.

The architecture test walks the catalogue and accepts no others.
"""


def protect(table: str) -> Iterable[str]:
    """Statements that put ``table`` under row security."""
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    yield (
        f"CREATE POLICY tenant_isolation ON {table}"
        f" USING ({TENANT_IS_MINE}) WITH CHECK ({TENANT_IS_MINE})"
    )


def show_to_their_person(table: str) -> str:
    """Statement that lets a person read the rows about them, in whatever tenant they are."""
    return f"CREATE POLICY own_rows ON {table} FOR SELECT USING ({ROW_IS_ABOUT_ME})"


def grant(table: str, privileges: str = "SELECT, INSERT, UPDATE, DELETE") -> str:
    """Statement that lets the app role use ``table``."""
    return f"GRANT {privileges} ON {table} TO balance_app"
