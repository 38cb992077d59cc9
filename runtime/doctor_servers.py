"""What is wrong with the servers: version, roles, schema, row security, clock, Valkey."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import redis.asyncio
from redis.exceptions import RedisError

from backend import revision
from domain.errors import BalanceError
from runtime import roles
from runtime.doctor import Check, clock, code_date
from runtime.servers import Addresses, check_version
from tenants.row_security import EXEMPT

ROLES_REMEDY = "run `balance migrate --roles-sql | psql` as a superuser of that database"

_ROLE = """
SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb AS strong,
       (SELECT count(*) FROM pg_class WHERE relowner = pg_roles.oid) AS owned,
       pg_has_role(oid, 'balance_owner', 'MEMBER') AS may_become_owner
FROM pg_roles WHERE rolname = current_user
"""

_UNCOVERED = """
SELECT c.relname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
WHERE n.nspname = 'public'
  AND (c.relkind = 'm'
    OR (c.relkind IN ('r', 'p')
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity
                 AND EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid)))
    OR (c.relkind = 'v'
        AND NOT coalesce('security_invoker=true' = ANY (c.reloptions)
                         OR 'security_invoker=on' = ANY (c.reloptions), false)))
ORDER BY 1
"""


async def look_at_servers(addresses: Addresses) -> AsyncIterator[Check]:
    """Judge running servers."""
    try:
        version = await check_version(addresses.database_url)
    except BalanceError as refused:
        yield Check("postgresql", "broken", refused.message, "start it, or correct the URL")
    else:
        yield Check("postgresql", "fine", version)
        connection = await asyncpg.connect(
            addresses.database_url.replace("postgresql+asyncpg", "postgresql", 1)
        )
        try:
            yield await app_role(connection)
            yield await schema(addresses)
            yield await row_security(connection)
            now = await connection.fetchval("SELECT clock_timestamp()")
            yield clock(now, datetime.now(UTC), code_date())
        finally:
            await connection.close()
    yield await valkey(addresses.redis_url)


async def app_role(connection: "asyncpg.Connection[asyncpg.Record]") -> Check:
    """We work as a role that row security binds."""
    missing = await connection.fetchval(
        "SELECT string_agg(name, ', ') FROM unnest($1::text[]) name"
        " WHERE name NOT IN (SELECT rolname FROM pg_roles)",
        [roles.OWNER, roles.APP],
    )
    if missing:
        return Check("roles", "broken", f"missing: {missing}", ROLES_REMEDY)
    role = await connection.fetchrow(_ROLE)
    assert role is not None
    if role["strong"] or role["owned"] or role["may_become_owner"]:
        found = f"{role['rolname']} could step around row security"
        remedy = f"let BALANCE_DATABASE_URL name {roles.APP}; if there is none, {ROLES_REMEDY}"
        return Check("roles", "broken", found, remedy)
    return Check("roles", "fine", f"{role['rolname']} owns nothing and is bound by row security")


async def schema(addresses: Addresses) -> Check:
    """The schema is the one this code was written for."""
    found, needed = await revision.current(addresses.database_url), revision.head()
    if found == needed:
        return Check("migrations", "fine", f"at {found}")
    known = found is None or found in revision.known()
    remedy = "run `balance migrate`" if known else "run the newer code that migrated it"
    return Check("migrations", "broken", f"at {found}, the code needs {needed}", remedy)


async def row_security(
    connection: "asyncpg.Connection[asyncpg.Record]",
) -> Check:
    """No relation shows one tenant's rows to another."""
    uncovered = [row["relname"] for row in await connection.fetch(_UNCOVERED)]
    uncovered = [name for name in uncovered if name not in EXEMPT]
    if uncovered:
        found = f"open to every tenant: {', '.join(uncovered)}"
        return Check("row security", "broken", found, "stop the product and run `balance migrate`")
    return Check("row security", "fine", "covers every tenant's relation")


async def valkey(url: str) -> Check:
    """Valkey answers and takes writes."""
    client = redis.asyncio.Redis.from_url(url, socket_timeout=5)
    try:
        await client.set("balance:doctor", "1", ex=10)
        version = (await client.info("server")).get("redis_version")
    except (RedisError, OSError) as error:
        remedy = "start it, or correct BALANCE_REDIS_URL; meanwhile work waits, nothing is lost"
        return Check("valkey", "broken", str(error), remedy)
    finally:
        await client.aclose()
    return Check("valkey", "fine", f"answers and takes writes (speaks as {version})")
