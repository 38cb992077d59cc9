"""Bells: rows that say work is due, rung inside the transaction that made it so."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import text

from domain.identity import TenantId
from tenants.session import GlobalSession, TenantSession

_RING = """
INSERT INTO work_bell (tenant_id, kind, key, due_at) VALUES ($1, $2, $3, now())
ON CONFLICT DO NOTHING
"""

_RING_FOR_ALL = text("""
INSERT INTO work_bell (tenant_id, kind, key, due_at) SELECT id, :kind, :key, now() FROM tenant
ON CONFLICT DO NOTHING
""")

_RING_LATER = """
INSERT INTO work_bell (tenant_id, kind, key, due_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id, kind, key) DO UPDATE SET due_at = least(work_bell.due_at, excluded.due_at)
"""

_ANSWER = "DELETE FROM work_bell WHERE tenant_id = $1 AND kind = $2 AND key = ANY($3::text[])"

_TAKE = """
DELETE FROM work_bell WHERE tenant_id = $1 AND kind = $2 AND key IN (
    SELECT key FROM work_bell WHERE tenant_id = $1 AND kind = $2 AND due_at <= now()
    FOR UPDATE SKIP LOCKED)
RETURNING key
"""

_KEYS = "SELECT key FROM work_bell WHERE tenant_id = $1 AND kind = $2 AND due_at <= now()"

_ANY_RINGS = text("SELECT EXISTS (SELECT FROM work_bell WHERE kind = ANY(:kinds))")

_RINGS = """
SELECT EXISTS (SELECT FROM work_bell WHERE tenant_id = $1 AND kind = $2 AND due_at <= now())
"""

_WAITING = text("""
SELECT kind, tenant_id, min(due_at) FROM work_bell
WHERE kind = ANY(:kinds) AND due_at <= :before GROUP BY kind, tenant_id ORDER BY min(due_at)
""")


async def ring(session: TenantSession, kind: str, key: str) -> None:
    """Ring for work that this transaction makes due; heard after its commit.

    Keys of one kind should differ from ring to ring: two transactions that ring the same bell
    wait for one another.
    """
    driver = await session.driver()
    await driver.execute(_RING, session.scope.tenant_id, kind, key)


async def ring_for_all(session: GlobalSession, kind: str, key: str) -> None:
    """Ring for work that is due in every tenant."""
    await session.execute(_RING_FOR_ALL, {"kind": kind, "key": key})


async def ring_later(session: TenantSession, kind: str, key: str, due_at: datetime) -> None:
    """Ring for work that becomes due later; of two moments for one bell the earlier holds."""
    driver = await session.driver()
    await driver.execute(_RING_LATER, session.scope.tenant_id, kind, key, due_at)


async def heard(session: TenantSession, kind: str) -> list[str]:
    """Keys of the bells of a kind that ring for this tenant now."""
    driver = await session.driver()
    return [row[0] for row in await driver.fetch(_KEYS, session.scope.tenant_id, kind)]


async def rings(session: TenantSession, kind: str) -> bool:
    """Whether a bell of a kind rings for this tenant now."""
    driver = await session.driver()
    found: bool = await driver.fetchval(_RINGS, session.scope.tenant_id, kind)
    return found


async def any_rings(session: GlobalSession, kinds: Sequence[str]) -> bool:
    """Whether a bell of some kinds rings for anybody, now or later."""
    return bool(await session.scalar(_ANY_RINGS, {"kinds": list(kinds)}))


async def answer(session: TenantSession, kind: str, keys: Iterable[str]) -> None:
    """Silence bells whose work this transaction does."""
    driver = await session.driver()
    await driver.execute(_ANSWER, session.scope.tenant_id, kind, list(keys))


async def waiting(
    session: GlobalSession, kinds: Sequence[str], before: datetime
) -> list[tuple[str, TenantId]]:
    """Kinds and tenants for which a bell has rung since before a moment, the oldest first."""
    rows = await session.execute(_WAITING, {"kinds": list(kinds), "before": before})
    return [(row[0], TenantId(row[1])) for row in rows]


async def take(session: TenantSession, kind: str) -> list[str]:
    """Answer bells that have rung, but for those that another process is answering; their keys."""
    driver = await session.driver()
    rows = await driver.fetch(_TAKE, session.scope.tenant_id, kind)
    return [row[0] for row in rows]
