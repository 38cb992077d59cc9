"""What people wish of notifications, and the devices they are told on, in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from domain.alerts import AlertKind, Channel, Mode
from domain.identity import UserId
from tenants.session import TenantSession

_SAVE = """
INSERT INTO notification_setting (tenant_id, user_id, zone, locale, quiet_from, quiet_until,
                                  digest_at, phone)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (tenant_id, user_id) DO UPDATE
SET zone = excluded.zone, locale = excluded.locale, quiet_from = excluded.quiet_from,
    quiet_until = excluded.quiet_until, digest_at = excluded.digest_at, phone = excluded.phone
"""

_SAVE_MODES = """
INSERT INTO notification_preference (tenant_id, user_id, kind, channel, mode)
SELECT $1, $2, u.* FROM unnest($3::text[], $4::text[], $5::text[]) AS u (kind, channel, mode)
ON CONFLICT (tenant_id, user_id, kind, channel) DO UPDATE SET mode = excluded.mode
"""

_REGISTER = """
INSERT INTO push_device AS d (tenant_id, user_id, token, platform, version, locale, zone, seen_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (tenant_id, token) DO UPDATE
SET user_id = excluded.user_id, platform = excluded.platform, version = excluded.version,
    locale = excluded.locale, zone = excluded.zone, seen_at = excluded.seen_at
RETURNING id
"""

_FORGET = """
DELETE FROM push_device WHERE tenant_id = $1 AND user_id = $2 AND id = $3 RETURNING id
"""

_PRUNE = "DELETE FROM push_device WHERE tenant_id = $1 AND token = ANY($2::text[])"


class Wishes(NamedTuple):
    """When and how a person wants to be told; minutes after their midnight."""

    zone: str | None
    locale: str | None
    quiet_from: int | None
    quiet_until: int | None
    digest_at: int
    phone: str | None


class Wish(NamedTuple):
    """How a person wants to be told of a kind over a channel."""

    kind: AlertKind
    channel: Channel
    mode: Mode


class DeviceTerms(NamedTuple):
    """What a device says of itself."""

    token: str
    platform: str
    version: str
    locale: str
    zone: str


async def save(session: TenantSession, user: UserId, wishes: Wishes) -> None:
    """Keep what a person wishes."""
    driver = await session.driver()
    await driver.execute(_SAVE, session.scope.tenant_id, user, *wishes)


async def save_modes(session: TenantSession, user: UserId, modes: Sequence[Wish]) -> None:
    """Keep how a person wants to be told of some kinds; others stay."""
    if modes:
        driver = await session.driver()
        columns = [[str(word) for word in column] for column in zip(*modes, strict=True)]
        await driver.execute(_SAVE_MODES, session.scope.tenant_id, user, *columns)


async def register(session: TenantSession, user: UserId, device: DeviceTerms, now: datetime) -> int:
    """Know a device, or know it anew; one that changed hands is its new owner's alone."""
    driver = await session.driver()
    number: int = await driver.fetchval(_REGISTER, session.scope.tenant_id, user, *device, now)
    return number


async def forget(session: TenantSession, user: UserId, device: int) -> bool:
    """Forget a device of a person; whether there was such a one."""
    driver = await session.driver()
    done = await driver.fetchval(_FORGET, session.scope.tenant_id, user, device)
    return done is not None


async def prune(session: TenantSession, tokens: Sequence[str]) -> None:
    """Forget devices whose tokens the provider no longer knows."""
    if tokens:
        driver = await session.driver()
        await driver.execute(_PRUNE, session.scope.tenant_id, tokens)
