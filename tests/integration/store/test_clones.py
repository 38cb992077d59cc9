"""A bench's copied tenants have the very rows that an import would have made."""

from typing import Any

import asyncpg

from backend.services.metering_import import import_metering
from backend.store.model.metering import TYPES
from bench.rig import clones, town
from bench.rig.town import Town
from domain.hours import instant_of
from domain.identity import Scope
from runtime.servers import Servers
from tenants.session import Database
from tests import servers as shared
from tests.factories import MASTER_KEY, make_tenant

INSTALLED = instant_of(495_000)


def file_of(*serials: str, mark: str) -> str:
    """Two small concentrators; their meters' serials end as copies' serials do."""
    rows = [
        tuple(f"{cell}{mark}" if at == 5 else cell for at, cell in enumerate(row))
        for row in town.full_rows(serials, INSTALLED, networks=2, channels=5)
    ]
    return town.file_of(
        tuple(f"{cell}{mark}" if at == 9 else cell for at, cell in enumerate(row)) for row in rows
    )


async def import_town(database: Database, name: str, mark: str) -> Town:
    scope: Scope = await make_tenant(database, name)
    async with database.session(scope) as session:
        made = await import_metering(session, file_of("C1", "C2", mark=mark), MASTER_KEY)
    return Town(scope, tuple((one.serial, one.secret) for one in made.devices))


async def rows_of(
    connection: "asyncpg.Connection[asyncpg.Record]", tenant: int, table: str
) -> list[tuple[Any, ...]]:
    """Rows of a tenant, ids as their places among all ids of that column."""
    names = [name for name in TYPES[table] if name != "path"]
    order = ", ".join(name for name in names if name.endswith("id")) or "1"
    found = await connection.fetch(
        f"SELECT {', '.join(names)} FROM {table} WHERE tenant_id = $1 ORDER BY {order}",  # noqa: S608 - constants
        tenant,
    )
    columns = []
    for name in names:
        values = [row[name] for row in found]
        if name == "id" or name.endswith("_id"):
            known = sorted({value for value in values if value is not None})
            values = [None if value is None else known.index(value) for value in values]
        columns.append(values)
    return list(zip(*columns, strict=True))


async def paths_of(
    connection: "asyncpg.Connection[asyncpg.Record]", tenant: int, table: str
) -> list[tuple[Any, ...]]:
    """Paths as names: each label is an id that must lie in the same tenant."""
    rows = await connection.fetch(
        "SELECT (SELECT string_agg(a.name, '/' ORDER BY a.path) FROM"  # noqa: S608 - constants
        f" {table} AS a WHERE a.tenant_id = $1 AND a.path @> t.path), t.id::text ="
        f" subpath(t.path, -1)::text FROM {table} AS t WHERE t.tenant_id = $1 ORDER BY 1, t.id",
        tenant,
    )
    return [tuple(row) for row in rows]


async def test_a_copy_has_the_rows_of_an_import(
    database: Database, servers: Servers, database_name: str
) -> None:
    first = await import_town(database, "first", "")
    imported = await import_town(database, "imported", "-1x")
    connection = await shared.superuser(shared.postgres_of(servers), database_name)
    (copy,) = await clones.multiply(connection, first, 1)
    for table in TYPES:
        wanted = await rows_of(connection, imported.scope.tenant_id, table)
        found = await rows_of(connection, copy.scope.tenant_id, table)
        # what people read names nobody else: a copied point keeps its name
        mark = "" if table == "metering_point" else "-1"
        renamed = [tuple(str(cell).replace("-1x", mark) for cell in row) for row in wanted]
        assert [tuple(map(str, row)) for row in found] == renamed, table
        assert found or table == "radio_module"
    for table in ("site", "balance_group"):
        wanted = await paths_of(connection, imported.scope.tenant_id, table)
        renamed = [(str(one[0]).replace("-1x", "-1"), *one[1:]) for one in wanted]
        names = await paths_of(connection, copy.scope.tenant_id, table)
        assert names == [(one[0], *one[1:]) for one in renamed]
    await connection.close()
    assert [serial for serial, _ in copy.devices] == ["C1-1", "C2-1"]
