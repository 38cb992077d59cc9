"""Many tenants out of one: the rows that an import made, copied set-wise under other ids.

Importing two million meters takes minutes of parsing that no wave is about. So one tenant is
imported as an operator would, and every other one is a copy of its rows: ids of tables are moved by
a stride, serials get the number of the copy. Nothing else differs, which a test looks at.
"""

from collections.abc import Sequence

import asyncpg

from backend.store.model.metering import TYPES
from bench.rig.installation import MASTER_KEY
from bench.rig.town import Town
from domain.authenticity import device_secret
from domain.identity import Scope, TenantId

_BLOCK = 128
"""Strides are multiples of this, so that copies fill rows of open hours as the first one does."""

_SERIALS = {("concentrator", "serial"), ("meter", "serial"), ("radio_module", "serial")}
_CHANNEL_IS_ALONE = "ex_installation_channel_id"

_MOVED_PATH = """
(SELECT string_agg((label::bigint + k * {stride})::text, '.' ORDER BY place)
 FROM unnest(string_to_array({name}::text, '.')) WITH ORDINALITY AS u (label, place))::ltree
"""


def _moved(table: str, name: str, stride: int) -> str:
    """How a column looks in copy ``k``."""
    if name == "path":
        return _MOVED_PATH.format(name=name, stride=stride)
    if name == "id" or name.endswith("_id"):
        return f"{name} + k * {stride}"
    if (table, name) in _SERIALS:
        return f"{name} || '-' || k"
    return name


async def multiply(
    connection: "asyncpg.Connection[asyncpg.Record]", first: Town, copies: int
) -> list[Town]:
    """Copy a tenant that was imported and has no reading yet; gives the copies.

    The connection is one that row security does not bind.
    """
    stride = await _stride(connection)
    towns = await _tenants(connection, first, copies)
    await connection.execute("SET session_replication_role = replica")  # keys hold by copying
    alone = await connection.fetchval(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1",
        _CHANNEL_IS_ALONE,
    )
    await connection.execute(f"ALTER TABLE installation DROP CONSTRAINT {_CHANNEL_IS_ALONE}")
    tenants = [int(one.scope.tenant_id) for one in towns]
    for table, types in TYPES.items():
        statement = _copying(table, list(types), stride)
        await connection.execute(statement, tenants, int(first.scope.tenant_id))
    await connection.execute(f"ALTER TABLE installation ADD CONSTRAINT {_CHANNEL_IS_ALONE} {alone}")
    await connection.execute(
        "INSERT INTO device_directory (serial, kind, tenant_id, device_id)"
        " SELECT serial, 'concentrator', tenant_id, id FROM concentrator ON CONFLICT DO NOTHING"
    )
    await _raise_sequences(connection, (copies + 1) * stride)
    await connection.execute("VACUUM ANALYZE")
    return towns


async def _stride(connection: "asyncpg.Connection[asyncpg.Record]") -> int:
    """More than any id in use."""
    highest = await connection.fetchval("SELECT max(last_value) FROM pg_sequences")
    return -(-(int(highest) + 1) // _BLOCK) * _BLOCK


async def _tenants(
    connection: "asyncpg.Connection[asyncpg.Record]", first: Town, copies: int
) -> list[Town]:
    """Rows of the tenants themselves; the serials of their concentrators follow from ours."""
    rows = await connection.fetch(
        "INSERT INTO tenant (name, timezone, locale)"
        " SELECT name || ' ' || k, timezone, locale FROM tenant, generate_series(1, $2) AS k"
        " WHERE id = $1 RETURNING id",
        first.scope.tenant_id,
        copies,
    )
    towns = []
    for k, row in enumerate(rows, 1):
        serials = [f"{serial}-{k}" for serial, _ in first.devices]
        devices = tuple((serial, device_secret(MASTER_KEY, serial, 1)) for serial in serials)
        towns.append(Town(Scope(TenantId(row["id"]), actor="bench"), devices))
    return towns


def _copying(table: str, names: Sequence[str], stride: int) -> str:
    """The statement that copies the rows of a table, tenant by tenant."""
    moved = ", ".join(_moved(table, name, stride) for name in names)
    return (
        f"INSERT INTO {table} (tenant_id, {', '.join(names)})"  # noqa: S608 - constants
        f" SELECT u.tenant, {moved} FROM unnest($1::int[]) WITH ORDINALITY AS u (tenant, k)"
        f" CROSS JOIN LATERAL (SELECT {', '.join(names)} FROM {table} WHERE tenant_id = $2) AS t"
    )


async def _raise_sequences(connection: "asyncpg.Connection[asyncpg.Record]", highest: int) -> None:
    """Let the product go on above the copies' ids."""
    for table, types in TYPES.items():
        if "id" in types:
            await connection.execute(
                "SELECT setval(pg_get_serial_sequence($1, 'id'), $2)", table, highest
            )
