"""Endpoints of integrators in SQL, and what was delivered to them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from tenants.session import TenantSession

_LIST = """
SELECT id, url, kinds, events, description, created_at, created_by FROM webhook
WHERE tenant_id = $1 AND removed_at IS NULL AND ($2::bigint IS NULL OR id = $2) ORDER BY id
"""

_INSERT = """
INSERT INTO webhook (tenant_id, url, kinds, events, description, salt, created_by)
VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id
"""

_REMOVE = """
UPDATE webhook SET removed_at = $3 WHERE tenant_id = $1 AND id = $2 AND removed_at IS NULL
RETURNING id
"""

_DROP_WAITING = """
UPDATE notification SET state = 'failed', response = 'the webhook was removed'
WHERE tenant_id = $1 AND webhook_id = $2 AND state = 'waiting'
"""

_SALTS = "SELECT id, salt FROM webhook WHERE tenant_id = $1 AND id = ANY($2::bigint[])"

_DELIVERIES = """
SELECT n.id, n.webhook_id, n.subject, n.kind, n.state, n.attempts, n.created_at, n.sent_at,
       n.due_at, n.response, n.data::text
FROM unnest($2::bigint[]) AS asked (id) CROSS JOIN LATERAL (
    SELECT * FROM notification AS n WHERE n.tenant_id = $1 AND n.webhook_id = asked.id
      AND ($3 = 0 OR n.id < $3) ORDER BY n.id DESC LIMIT $4) AS n
ORDER BY n.webhook_id, n.id DESC
"""

_REPLAY = """
INSERT INTO notification (tenant_id, webhook_id, alert_id, channel, address, kind, dedup_key,
                          locale, subject, body, data, due_at, created_at)
SELECT n.tenant_id, n.webhook_id, n.alert_id, n.channel, w.url, n.kind, n.dedup_key || $4,
       n.locale, n.subject, n.body, n.data, $3, clock_timestamp()
FROM notification AS n
JOIN webhook AS w ON w.tenant_id = $1 AND w.id = n.webhook_id AND w.removed_at IS NULL
WHERE n.tenant_id = $1 AND n.id = $2
ON CONFLICT DO NOTHING RETURNING id
"""


class WebhookRow(NamedTuple):
    """An endpoint."""

    id: int
    url: str
    kinds: tuple[str, ...]
    events: tuple[str, ...]
    description: str | None
    created_at: datetime
    created_by: str


class DeliveryRow(NamedTuple):
    """What an endpoint was told, or is to be."""

    id: int
    webhook_id: int
    event: str
    kind: str
    state: str
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    due_at: datetime
    response: str | None
    body: Mapping[str, Any]


async def list_webhooks(session: TenantSession, only: int | None = None) -> list[WebhookRow]:
    """Endpoints of the tenant, the oldest first; or only one."""
    driver = await session.driver()
    rows = await driver.fetch(_LIST, session.scope.tenant_id, only)
    return [
        WebhookRow(row[0], row[1], tuple(row[2]), tuple(row[3]), row[4], row[5], row[6])
        for row in rows
    ]


async def insert(  # noqa: PLR0913, PLR0917 - what an endpoint is made of
    session: TenantSession,
    url: str,
    kinds: Sequence[str],
    events: Sequence[str],
    description: str | None,
    salt: bytes,
) -> int:
    """Make an endpoint."""
    driver = await session.driver()
    scope = session.scope
    number: int = await driver.fetchval(
        _INSERT, scope.tenant_id, url, list(kinds), list(events), description, salt, scope.actor
    )
    return number


async def remove(session: TenantSession, number: int, now: datetime) -> bool:
    """Tell an endpoint nothing more; whether there was such a one."""
    driver = await session.driver()
    tenant = session.scope.tenant_id
    if await driver.fetchval(_REMOVE, tenant, number, now) is None:
        return False
    await driver.execute(_DROP_WAITING, tenant, number)
    return True


async def salts(session: TenantSession, ids: Sequence[int]) -> dict[int, bytes]:
    """What the secrets of endpoints are derived of."""
    driver = await session.driver()
    rows = await driver.fetch(_SALTS, session.scope.tenant_id, ids)
    return {row[0]: bytes(row[1]) for row in rows}


async def deliveries(
    session: TenantSession, webhooks: Sequence[int], before: int, most: int
) -> dict[int, list[DeliveryRow]]:
    """Deliveries to each endpoint, the newest first; ``before`` is an id, or 0."""
    driver = await session.driver()
    found: dict[int, list[DeliveryRow]] = {}
    rows = await driver.fetch(_DELIVERIES, session.scope.tenant_id, webhooks, before, most)
    for row in rows:
        values = list(row)
        values[10] = orjson.loads(row[10])
        one = DeliveryRow(*values)
        found.setdefault(one.webhook_id, []).append(one)
    return found


async def replay(session: TenantSession, delivery: int, now: datetime) -> int | None:
    """Write a delivery again; None where there is none, or its endpoint is gone."""
    driver = await session.driver()
    mark = f" again {now.timestamp():.3f}"
    number: int | None = await driver.fetchval(
        _REPLAY, session.scope.tenant_id, delivery, now, mark
    )
    return number
