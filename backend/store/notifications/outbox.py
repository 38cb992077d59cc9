"""The outbox in SQL: written with its cause, claimed by one sender, done or tried again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from domain.identity import UserId
from tenants.session import TenantSession

SEND = "send"
"""Kind of the bells that have the outbox sent."""

_ADD = """
INSERT INTO notification (tenant_id, user_id, webhook_id, device_id, alert_id, channel, address,
                          kind, dedup_key, manner, locale, subject, body, data, due_at, created_at)
SELECT $1, u.user_id, u.webhook_id, u.device_id, u.alert_id, u.channel, u.address, u.kind,
       u.dedup_key, u.manner, u.locale, u.subject, u.body, u.data::jsonb, u.due_at,
       clock_timestamp()
FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
            $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
            $14::text[], $15::timestamptz[])
    AS u (user_id, webhook_id, device_id, alert_id, channel, address, kind, dedup_key, manner,
          locale, subject, body, data, due_at)
ON CONFLICT DO NOTHING RETURNING due_at
"""

_COLUMNS = """n.id, n.user_id, n.webhook_id, n.device_id, n.alert_id, n.channel, n.address, n.kind,
       n.dedup_key, n.manner, n.locale, n.subject, n.body, n.data::text, n.due_at, n.created_at,
       n.attempts"""

_CLAIM = f"""
WITH mine AS (
    SELECT tenant_id, id FROM notification
    WHERE tenant_id = $1 AND state = 'waiting' AND due_at <= $2
      AND (claimed_until IS NULL OR claimed_until <= $2)
    ORDER BY due_at, id LIMIT $4 FOR UPDATE SKIP LOCKED)
UPDATE notification AS n
SET claimed_until = $3, attempts = n.attempts + 1,
    handed_at = coalesce(n.handed_at, clock_timestamp())
FROM mine WHERE n.tenant_id = mine.tenant_id AND n.id = mine.id
RETURNING {_COLUMNS}
"""  # noqa: S608 - names of columns are constants

_DONE = """
UPDATE notification AS n
SET state = u.state, response = u.response, claimed_until = NULL,
    sent_at = CASE WHEN u.state = 'sent' THEN clock_timestamp() END,
    due_at = coalesce(u.due_at, n.due_at)
FROM unnest($2::bigint[], $3::text[], $4::text[], $5::timestamptz[])
    AS u (id, state, response, due_at)
WHERE n.tenant_id = $1 AND n.id = u.id
"""

_NEXT = """
SELECT min(greatest(due_at, coalesce(claimed_until, due_at))) FROM notification
WHERE tenant_id = $1 AND state = 'waiting'
"""

_FORGET = "DELETE FROM notification WHERE tenant_id = $1 AND state <> 'waiting' AND created_at < $2"

_WITHDRAW = """
DELETE FROM notification
WHERE tenant_id = $1 AND alert_id = ANY($2::bigint[]) AND user_id IS NOT NULL
  AND state = 'waiting' AND manner <> 'now' AND handed_at IS NULL
RETURNING alert_id, user_id, channel, address
"""

_WAYS = """
SELECT DISTINCT alert_id, user_id, channel, address FROM notification
WHERE tenant_id = $1 AND alert_id = ANY($2::bigint[]) AND user_id IS NOT NULL
"""

_LIST = """
SELECT n.id, n.channel, n.address, coalesce(u.name, ''), n.kind, n.subject, n.body, n.state,
       n.manner, n.created_at, n.due_at, n.sent_at, n.attempts, n.response, n.locale
FROM notification AS n LEFT JOIN user_account AS u ON u.id = n.user_id
WHERE n.tenant_id = $1 AND ($2 = 0 OR n.id < $2) ORDER BY n.id DESC LIMIT $3
"""


class Letter(NamedTuple):
    """A notification that is to be written, in the order of the columns."""

    user_id: UserId | None
    webhook_id: int | None
    device_id: int | None
    alert_id: int | None
    channel: str
    address: str
    kind: str
    dedup_key: str
    manner: str
    locale: str
    subject: str
    body: str
    data: Mapping[str, Any]
    due_at: datetime


class Claimed(NamedTuple):
    """A notification that this sender has for itself."""

    id: int
    user_id: UserId | None
    webhook_id: int | None
    device_id: int | None
    alert_id: int | None
    channel: str
    address: str
    kind: str
    dedup_key: str
    manner: str
    locale: str
    subject: str
    body: str
    data: Mapping[str, Any]
    due_at: datetime
    created_at: datetime
    attempts: int


class Way(NamedTuple):
    """How somebody is told of an alert."""

    alert_id: int | None
    user_id: UserId | None
    channel: str
    address: str


class Result(NamedTuple):
    """What became of a notification; ``waiting`` is tried again when it is due."""

    id: int
    state: str
    response: str | None
    due_at: datetime | None


class Seen(NamedTuple):
    """A notification as it can be looked at."""

    id: int
    channel: str
    address: str
    person: str
    kind: str
    subject: str
    body: str
    state: str
    manner: str
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    attempts: int
    response: str | None
    locale: str


async def add(session: TenantSession, letters: Sequence[Letter]) -> list[datetime]:
    """Write notifications; what was written before under its key is left out. When each is due."""
    if not letters:
        return []
    driver = await session.driver()
    rows = [one._replace(data=orjson.dumps(dict(one.data)).decode()) for one in letters]  # type: ignore[arg-type]  # as SQL takes it
    columns = [list(column) for column in zip(*rows, strict=True)]
    return [row[0] for row in await driver.fetch(_ADD, session.scope.tenant_id, *columns)]


async def withdraw(session: TenantSession, alerts: Sequence[int]) -> set[Way]:
    """Take back what waits for a morning or a digest; who has now heard nothing of an alert."""
    driver = await session.driver()
    asked = session.scope.tenant_id, list(alerts)
    taken_back = {Way(*row) for row in await driver.fetch(_WITHDRAW, *asked)}
    return taken_back - {Way(*row) for row in await driver.fetch(_WAYS, *asked)}


async def claim(session: TenantSession, now: datetime, until: datetime, most: int) -> list[Claimed]:
    """Take notifications that are due, until a moment; two senders never have the same."""
    driver = await session.driver()
    rows = await driver.fetch(_CLAIM, session.scope.tenant_id, now, until, most)
    found = [Claimed(*row)._replace(data=orjson.loads(row[13])) for row in rows]
    return sorted(found, key=lambda one: one.id)


async def done(session: TenantSession, results: Sequence[Result]) -> None:
    """Note what became of notifications."""
    if results:
        driver = await session.driver()
        columns = [list(column) for column in zip(*results, strict=True)]
        await driver.execute(_DONE, session.scope.tenant_id, *columns)


async def next_due(session: TenantSession) -> datetime | None:
    """When the next one is due; None when nothing waits."""
    driver = await session.driver()
    found: datetime | None = await driver.fetchval(_NEXT, session.scope.tenant_id)
    return found


async def forget(session: TenantSession, before: datetime) -> None:
    """Drop what was told before a moment."""
    driver = await session.driver()
    await driver.execute(_FORGET, session.scope.tenant_id, before)


async def listed(session: TenantSession, before: int, most: int) -> list[Seen]:
    """Notifications, the newest first; ``before`` is an id, or 0."""
    driver = await session.driver()
    rows = await driver.fetch(_LIST, session.scope.tenant_id, before, most)
    return [Seen(*row) for row in rows]
