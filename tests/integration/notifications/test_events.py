"""Events besides alerts: told to the endpoints that named them, once, and to no others."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from backend.services.notifications import events
from backend.services.notifications.events import Thing
from backend.store.notifications import webhooks
from domain.hook_events import HookEvent
from domain.identity import Scope
from tenants.session import Database
from tests.factories import make_tenant

TOLD = "SELECT webhook_id, subject, kind, data FROM notification ORDER BY id"


async def told(database: Database, scope: Scope) -> list[Any]:
    async with database.session(scope) as session:
        return list((await session.execute(text(TOLD))).all())


async def test_an_event_is_told_to_whoever_named_it_and_once(database: Database) -> None:
    scope = await make_tenant(database, "Hooks")
    other = await make_tenant(database, "Other hooks")
    now = datetime.now(UTC)
    numbers = []
    for owner, names in (
        (scope, [HookEvent.COMMAND_FAILED]),
        (scope, []),
        (other, [HookEvent.COMMAND_FAILED]),
    ):
        async with database.session(owner) as session:
            words = [str(name) for name in names]
            url = "https://hooks.example.org/x"
            numbers.append(await webhooks.insert(session, url, [], words, None, b"salt"))
    thing = Thing("Command", 7, {"state": "EXPIRED"}, "expired")
    for _ in range(2):
        async with database.session(scope) as session:
            await events.happened(session, HookEvent.COMMAND_FAILED, [thing], now)
            await events.happened(session, HookEvent.COMMAND_DONE, [thing], now)
    ((webhook, subject, kind, data),) = await told(database, scope)
    assert (webhook, subject, kind) == (numbers[0], "command.failed", "command.failed")
    assert data["command"] == {"id": "Q29tbWFuZDo3", "state": "EXPIRED"}
    assert await told(database, other) == []
