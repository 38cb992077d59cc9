"""An endpoint of an integrator, and what waits to be delivered to it."""

from typing import Any

from sqlalchemy import text

from backend.store.notifications import webhooks
from domain.hook_events import HookEvent
from domain.identity import Scope
from tenants.session import Database

_TOLD = "SELECT kind, data FROM notification WHERE webhook_id = :w ORDER BY id"


async def endpoint(database: Database, scope: Scope, *events: HookEvent) -> int:
    """An endpoint that names some events; its number."""
    async with database.session(scope) as session:
        words = [str(one) for one in events]
        return await webhooks.insert(session, "https://hooks.test/x", [], words, None, b"salt")


async def told(database: Database, scope: Scope, webhook: int) -> list[tuple[str, dict[str, Any]]]:
    """Kinds and bodies of what it is told, the first one first."""
    async with database.session(scope) as session:
        rows = await session.execute(text(_TOLD), {"w": webhook})
        return [(kind, data) for kind, data in rows]
