"""How to reach people: addresses, devices, wishes, endpoints of programs."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from domain.alerts import AlertKind, Channel, Mode
from domain.identity import UserId
from tenants.session import TenantSession

_PEOPLE = """
SELECT u.id, u.name, u.email, coalesce(s.locale, u.locale), coalesce(s.zone, d.zone, t.timezone),
       s.quiet_from, s.quiet_until, coalesce(s.digest_at, 480), s.phone
FROM user_account AS u JOIN tenant AS t ON t.id = $1
LEFT JOIN notification_setting AS s ON s.tenant_id = $1 AND s.user_id = u.id
LEFT JOIN LATERAL (SELECT zone FROM push_device AS p WHERE p.tenant_id = $1 AND p.user_id = u.id
                   ORDER BY p.seen_at DESC LIMIT 1) AS d ON true
WHERE u.id = ANY($2::bigint[]) AND u.status = 'active'
"""

_MODES = """
SELECT user_id, kind, channel, mode FROM notification_preference
WHERE tenant_id = $1 AND user_id = ANY($2::bigint[])
"""

_DEVICES = """
SELECT user_id, id, token, locale FROM push_device
WHERE tenant_id = $1 AND user_id = ANY($2::bigint[]) ORDER BY id
"""

_WEBHOOKS = "SELECT id, url, kinds, events FROM webhook WHERE tenant_id = $1 AND removed_at IS NULL"

_ADMINISTRATORS = """
SELECT DISTINCT m.user_id FROM membership AS m
JOIN user_account AS u ON u.id = m.user_id AND u.status = 'active'
WHERE m.tenant_id = $1 AND m.role = 'tenant-admin' AND m.site_id IS NULL
  AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to > $2)
"""


class Person(NamedTuple):
    """Somebody who may be told."""

    id: UserId
    name: str
    email: str | None
    locale: str
    zone: str
    quiet_from: int | None
    quiet_until: int | None
    digest_at: int
    phone: str | None


class Device(NamedTuple):
    """A telephone or browser."""

    id: int
    token: str
    locale: str


class Endpoint(NamedTuple):
    """A webhook, and the kinds of alerts it hears of; none are all."""

    id: int
    url: str
    kinds: frozenset[str]
    events: frozenset[str]


async def people(session: TenantSession, users: Sequence[UserId]) -> dict[UserId, Person]:
    """People who may be told; suspended ones are left out."""
    driver = await session.driver()
    rows = await driver.fetch(_PEOPLE, session.scope.tenant_id, users)
    return {row[0]: Person(*row) for row in rows}


async def modes(
    session: TenantSession, users: Sequence[UserId]
) -> dict[tuple[UserId, AlertKind, Channel], Mode]:
    """What people said about kinds and channels; what they said nothing about is left out."""
    driver = await session.driver()
    rows = await driver.fetch(_MODES, session.scope.tenant_id, users)
    return {(row[0], AlertKind(row[1]), Channel(row[2])): Mode(row[3]) for row in rows}


async def devices(session: TenantSession, users: Sequence[UserId]) -> dict[UserId, list[Device]]:
    """Devices of people."""
    driver = await session.driver()
    found: dict[UserId, list[Device]] = {}
    for user, *row in await driver.fetch(_DEVICES, session.scope.tenant_id, users):
        found.setdefault(user, []).append(Device(*row))
    return found


async def endpoints(session: TenantSession) -> list[Endpoint]:
    """Webhooks of the tenant."""
    driver = await session.driver()
    rows = await driver.fetch(_WEBHOOKS, session.scope.tenant_id)
    return [Endpoint(row[0], row[1], frozenset(row[2]), frozenset(row[3])) for row in rows]


async def administrators(session: TenantSession, now: datetime) -> list[UserId]:
    """Administrators of the whole tenant."""
    driver = await session.driver()
    rows = await driver.fetch(_ADMINISTRATORS, session.scope.tenant_id, now)
    return [row[0] for row in rows]
