"""Programs in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from tenants.session import TenantSession

_COLUMNS = "id, name, description, created_at"

_INSERT = """
INSERT INTO dr_program (tenant_id, name, description, created_at, created_by)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, name) DO NOTHING RETURNING id
"""

_LIST = f"SELECT {_COLUMNS} FROM dr_program WHERE tenant_id = $1 ORDER BY name, id"  # noqa: S608 - columns

_LOAD = f"""
SELECT {_COLUMNS} FROM dr_program WHERE tenant_id = $1 AND id = ANY($2::bigint[])
"""  # noqa: S608 - columns

_LOCK = "SELECT id FROM dr_program WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE"


class ProgramRow(NamedTuple):
    """What events belong to."""

    id: int
    name: str
    description: str | None
    created_at: datetime


async def insert(
    session: TenantSession, name: str, description: str | None, now: datetime
) -> int | None:
    """Make a program; None where there is one of that name."""
    driver = await session.driver()
    scope = session.scope
    found: int | None = await driver.fetchval(
        _INSERT, scope.tenant_id, name, description, now, scope.actor
    )
    return found


async def list_programs(session: TenantSession) -> list[ProgramRow]:
    """All programs of the tenant, by name."""
    driver = await session.driver()
    return [ProgramRow(*row) for row in await driver.fetch(_LIST, session.scope.tenant_id)]


async def load(session: TenantSession, ids: Sequence[int]) -> dict[int, ProgramRow]:
    """Programs by id."""
    driver = await session.driver()
    rows = await driver.fetch(_LOAD, session.scope.tenant_id, ids)
    return {row[0]: ProgramRow(*row) for row in rows}


async def lock(session: TenantSession, program: int) -> bool:
    """Keep others from calling events of a program until the transaction ends; whether it is."""
    driver = await session.driver()
    return await driver.fetchval(_LOCK, session.scope.tenant_id, program) is not None
