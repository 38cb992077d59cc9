"""What happens besides alerts, told to the endpoints that named it: written with its cause.

A body names the thing by its global id and says what is known at once; for more a program asks the
API, with its own rights.
"""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from backend.services.notifications.posting import post
from backend.store.notifications import recipients
from backend.store.notifications.outbox import Letter
from domain.hook_events import HookEvent
from tenants.session import TenantSession

WEBHOOK = "webhook"


class Thing(NamedTuple):
    """What it happened to: kind and number of its global id, and what is said of it."""

    kind: str
    number: int
    facts: Mapping[str, Any]
    turn: str = ""
    """Tells apart the times that the same may happen to the same thing."""


async def happened(
    session: TenantSession, event: HookEvent, things: Sequence[Thing], now: datetime
) -> None:
    """Tell of an event; the same of the same thing is told once."""
    if not things:
        return
    endpoints = [one for one in await recipients.endpoints(session) if event in one.events]
    letters = [
        Letter(
            user_id=None,
            webhook_id=endpoint.id,
            device_id=None,
            alert_id=None,
            channel=WEBHOOK,
            address=endpoint.url,
            kind=event,
            dedup_key=f"{event} {thing.number} {thing.turn} {endpoint.id}",
            manner="now",
            locale="en",
            subject=event,
            body="",
            data=payload(event, thing, now),
            due_at=now,
        )
        for thing in things
        for endpoint in endpoints
    ]
    await post(session, letters, now)


def payload(event: HookEvent, thing: Thing, now: datetime) -> dict[str, Any]:
    """An event as programs read it.

    Examples
    --------
    >>> done = Thing("Command", 7, {"state": "EXECUTED"})
    >>> told = payload(HookEvent.COMMAND_DONE, done, datetime(2026, 11, 1))
    >>> told["event"], told["command"]
    ('command.done', {'id': 'Q29tbWFuZDo3', 'state': 'EXECUTED'})
    """
    number = base64.b64encode(f"{thing.kind}:{thing.number}".encode()).decode()
    name = thing.kind[0].lower() + thing.kind[1:]
    return {"event": str(event), "at": now.isoformat(), name: {"id": number, **thing.facts}}
