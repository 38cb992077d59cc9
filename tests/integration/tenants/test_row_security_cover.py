"""A walk over the catalogue: nothing with a tenant is left uncovered, whoever added it."""

from collections.abc import AsyncIterator
from typing import TypeAlias

import asyncpg
import pytest
import pytest_asyncio

from tenants.row_security import EXEMPT, ROW_IS_ABOUT_ME, TENANT_IS_MINE

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

RELATIONS = """
SELECT c.oid, c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity,
       coalesce('security_invoker=true' = ANY (c.reloptions), false) AS invoker
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY c.relname
"""
# Compared as the server prints them, so that spelling does not matter.
POLICIES = """
SELECT polname, polpermissive, polcmd, polroles = '{0}' AS for_all,
       pg_get_expr(polqual, polrelid) AS shown, pg_get_expr(polwithcheck, polrelid) AS written
FROM pg_policy WHERE polrelid = $1 ORDER BY polname
"""
KEYS = """
SELECT i.indexrelid::regclass::text FROM pg_index AS i
JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attname = 'tenant_id'
WHERE i.indrelid = $1 AND (i.indisunique OR i.indisexclusion)
  AND i.indkey[0] <> a.attnum
"""
FOREIGN_KEYS = """
SELECT c.conname FROM pg_constraint AS c
JOIN pg_attribute AS mine ON mine.attrelid = c.conrelid AND mine.attname = 'tenant_id'
JOIN pg_attribute AS theirs ON theirs.attrelid = c.confrelid AND theirs.attname = 'tenant_id'
WHERE c.contype = 'f' AND c.conrelid = $1
  AND NOT (c.conkey[1] = mine.attnum AND c.confkey[1] = theirs.attnum)
"""
OWN_ROWS = {"membership": "login offers a person the tenants they are in"}


async def uncovered(connection: Connection) -> list[str]:
    """What is wrong, relation by relation."""
    found = []
    for relation in await connection.fetch(RELATIONS):
        name, kind = relation["relname"], relation["relkind"].decode()
        if name in EXEMPT:
            continue
        if kind in {"m", "f"}:
            found.append(f"{name}: such a relation cannot have row security")
        elif kind == "v":
            if not relation["invoker"]:
                found.append(f"{name}: a view without security_invoker")
        else:
            if not (relation["relrowsecurity"] and relation["relforcerowsecurity"]):
                found.append(f"{name}: row security is not enabled and forced")
            found += [f"{name}: {fault}" for fault in await _policy_faults(connection, relation)]
            found += [
                f"{name}: unique without the tenant first: {row[0]}"
                for row in await connection.fetch(KEYS, relation["oid"])
            ]
            found += [
                f"{name}: foreign key without the tenant first: {row[0]}"
                for row in await connection.fetch(FOREIGN_KEYS, relation["oid"])
            ]
    return found


async def _policy_faults(connection: Connection, relation: asyncpg.Record) -> list[str]:
    policies = {
        row["polname"]: (
            row["polpermissive"],
            row["polcmd"].decode(),
            row["for_all"],
            _bare(row["shown"]),
            _bare(row["written"]),
        )
        for row in await connection.fetch(POLICIES, relation["oid"])
    }
    mine = _bare(TENANT_IS_MINE)
    expected = {"tenant_isolation": (True, "*", True, mine, mine)}
    if relation["relname"] in OWN_ROWS:
        expected["own_rows"] = (True, "r", True, _bare(ROW_IS_ABOUT_ME), None)
    return [] if policies == expected else [f"policies are {policies}"]


def _bare(expression: str | None) -> str | None:
    """An expression without the casts, brackets and spaces that the server puts in."""
    if expression is None:
        return None
    for decoration in ("::text", "(", ")", " "):
        expression = expression.replace(decoration, "")
    return expression.lower().replace("::integer", "::int")


@pytest_asyncio.fixture
async def owner(migration_url: str) -> AsyncIterator[Connection]:
    """The owner of everything, in a transaction that is rolled back."""
    connection = await asyncpg.connect(migration_url.replace("+asyncpg", ""))
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("SET ROLE balance_owner")
    yield connection
    await transaction.rollback()
    await connection.close()


async def test_everything_with_a_tenant_is_covered(owner: Connection) -> None:
    names = {row["relname"] for row in await owner.fetch(RELATIONS)}
    assert len(names) > 20
    assert set(EXEMPT) <= names
    assert await uncovered(owner) == []


@pytest.mark.parametrize(
    "slip",
    [
        "CREATE TABLE slip (tenant_id int)",
        "CREATE VIEW slip AS SELECT tenant_id FROM site",
        "CREATE MATERIALIZED VIEW slip AS SELECT tenant_id FROM site",
        "CREATE TABLE slip PARTITION OF frame DEFAULT",
        "ALTER TABLE site NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE site DISABLE ROW LEVEL SECURITY",
        "DROP POLICY tenant_isolation ON site",
        "CREATE POLICY more ON site USING (true)",
        "CREATE UNIQUE INDEX slip ON site (name)",
        "CREATE UNIQUE INDEX slip ON site (name, tenant_id)",
        "ALTER POLICY tenant_isolation ON site USING (true)",
    ],
)
async def test_the_walk_notices(owner: Connection, slip: str) -> None:
    await owner.execute(slip)
    found = await uncovered(owner)
    assert {line.split(":")[0] for line in found} <= {"slip", "site"}
    assert found != []


async def test_the_walk_allows_a_view_that_asks_as_its_reader(owner: Connection) -> None:
    await owner.execute(
        "CREATE VIEW fine WITH (security_invoker = true) AS SELECT tenant_id FROM site"
    )
    assert await uncovered(owner) == []


async def test_the_app_role_owns_nothing_and_is_nobody_special(owner: Connection) -> None:
    role = await owner.fetchrow("SELECT * FROM pg_roles WHERE rolname = 'balance_app'")
    assert role is not None
    for attribute in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolreplication"):
        assert not role[attribute], attribute
    owned = await owner.fetch(
        "SELECT classid::regclass, objid FROM pg_shdepend WHERE refobjid = $1 AND deptype = 'o'",
        role["oid"],
    )
    assert owned == []
    member_of = await owner.fetch(
        "SELECT roleid FROM pg_auth_members WHERE member = $1", role["oid"]
    )
    assert member_of == []


async def test_functions_that_act_as_the_owner_are_known_and_closed(owner: Connection) -> None:
    """SECURITY DEFINER steps out of the app role: each is named here and fixes its search path."""
    functions = await owner.fetch(
        "SELECT p.proname, p.proconfig FROM pg_proc AS p"
        " JOIN pg_namespace AS n ON n.oid = p.pronamespace"
        " WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
    )
    assert {row["proname"] for row in functions} == {"ensure_month"}
    for row in functions:
        assert any(setting.startswith("search_path=") for setting in row["proconfig"])
