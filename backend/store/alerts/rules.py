"""Rules of people in SQL, one by one: listed, saved, and there from the start."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from backend.store.alerts.watched import HOUSEHOLDS
from domain.alerts import AlertKind, Channel
from domain.identity import BalanceGroupId, MeteringPointId, SiteId, UserId
from tenants.session import TenantSession

_COLUMNS = """id, kind, enabled, is_default, point_id, group_id, site_id, threshold, away_from,
       away_until, channels"""

_LIST = f"""
SELECT {_COLUMNS} FROM alert_rule WHERE tenant_id = $1 AND user_id = $2
  AND ($3::bigint IS NULL OR id = $3) ORDER BY id
"""  # noqa: S608 - names of columns are constants

_COUNT = "SELECT count(*) FROM alert_rule WHERE tenant_id = $1 AND user_id = $2"

_INSERT = """
INSERT INTO alert_rule (tenant_id, user_id, kind, enabled, point_id, group_id, site_id, threshold,
                        away_from, away_until, channels)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id
"""

_UPDATE = """
UPDATE alert_rule SET kind = $4, enabled = $5, point_id = $6, group_id = $7, site_id = $8,
       threshold = $9, away_from = $10, away_until = $11, channels = $12, changed_at = now(),
       set_at = CASE WHEN $5 AND (NOT enabled OR (kind, point_id, group_id, site_id, threshold)
                     IS DISTINCT FROM ($4, $6, $7, $8, $9)) THEN now() ELSE set_at END
WHERE tenant_id = $1 AND user_id = $2 AND id = $3 RETURNING id
"""

_DELETE = """
DELETE FROM alert_rule WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND NOT is_default
RETURNING id
"""

_STAFF_DEFAULTS = """
INSERT INTO alert_rule (tenant_id, user_id, kind, is_default, threshold, channels)
SELECT DISTINCT $1::int, m.user_id, u.kind, true, u.threshold, $6::text[]
FROM membership AS m
CROSS JOIN unnest($4::text[], $5::float8[]) AS u (kind, threshold)
WHERE m.tenant_id = $1 AND m.role = ANY($3::text[]) AND m.valid_from <= $2
  AND (m.valid_to IS NULL OR m.valid_to > $2) AND ($7::bigint IS NULL OR m.user_id = $7)
  AND NOT EXISTS (SELECT FROM alert_rule AS r WHERE r.tenant_id = $1 AND r.user_id = m.user_id
                  AND r.kind = u.kind AND r.is_default)
ON CONFLICT DO NOTHING
"""

_HOUSEHOLD_DEFAULTS = f"""
WITH home AS ({HOUSEHOLDS})
INSERT INTO alert_rule (tenant_id, user_id, kind, is_default, threshold, channels)
SELECT DISTINCT $1::int, h.user_id, u.kind, true, u.threshold, $5::text[]
FROM home AS h CROSS JOIN unnest($3::text[], $4::float8[]) AS u (kind, threshold)
WHERE ($6::bigint IS NULL OR h.user_id = $6)
  AND NOT EXISTS (SELECT FROM alert_rule AS r WHERE r.tenant_id = $1 AND r.user_id = h.user_id
                  AND r.kind = u.kind AND r.is_default)
ON CONFLICT DO NOTHING
"""  # noqa: S608 - made of constants

_LIVES = f"SELECT EXISTS (SELECT FROM ({HOUSEHOLDS}) AS h WHERE h.user_id = $3)"  # noqa: S608

_OWN_POINTS = f"""
SELECT p.id FROM ({HOUSEHOLDS}) AS h
JOIN metering_point AS p ON p.tenant_id = $1 AND p.premise_id = h.premise_id
WHERE h.user_id = $3
"""  # noqa: S608 - made of constants

_CHANNELS_OF = """
SELECT id, user_id, channels FROM alert_rule WHERE tenant_id = $1 AND id = ANY($2::bigint[])
"""


class RuleRow(NamedTuple):
    """A rule as its owner sees it."""

    id: int
    kind: AlertKind
    enabled: bool
    is_default: bool
    point_id: MeteringPointId | None
    group_id: BalanceGroupId | None
    site_id: SiteId | None
    limit: float | None
    away_from: datetime | None
    away_until: datetime | None
    channels: tuple[Channel, ...]


class Wish(NamedTuple):
    """What a rule is to say, in the order of its columns."""

    kind: AlertKind
    enabled: bool
    point_id: MeteringPointId | None
    group_id: BalanceGroupId | None
    site_id: SiteId | None
    limit: float | None
    away_from: datetime | None
    away_until: datetime | None
    channels: tuple[Channel, ...]


async def list_rules(
    session: TenantSession, user: UserId, only: int | None = None
) -> list[RuleRow]:
    """Rules of a person, the oldest first; or only one of them."""
    driver = await session.driver()
    rows = await driver.fetch(_LIST, session.scope.tenant_id, user, only)
    found = []
    for row in rows:
        number, kind, *middle, channels = row
        values: list[Any] = [number, AlertKind(kind), *middle]
        values.append(tuple(Channel(one) for one in channels))
        found.append(RuleRow(*values))
    return found


async def count(session: TenantSession, user: UserId) -> int:
    """How many rules a person has."""
    driver = await session.driver()
    found: int = await driver.fetchval(_COUNT, session.scope.tenant_id, user)
    return found


async def insert(session: TenantSession, user: UserId, wish: Wish) -> int:
    """Make a rule."""
    driver = await session.driver()
    values = [*wish[:-1], [str(one) for one in wish.channels]]
    found: int = await driver.fetchval(_INSERT, session.scope.tenant_id, user, *values)
    return found


async def update(session: TenantSession, user: UserId, rule: int, wish: Wish) -> bool:
    """Change a rule of a person; whether there is such a one."""
    driver = await session.driver()
    values = [*wish[:-1], [str(one) for one in wish.channels]]
    done = await driver.fetchval(_UPDATE, session.scope.tenant_id, user, rule, *values)
    return done is not None


async def delete(session: TenantSession, user: UserId, rule: int) -> bool:
    """Forget a rule of a person; whether there was such a one that can be forgotten."""
    driver = await session.driver()
    return await driver.fetchval(_DELETE, session.scope.tenant_id, user, rule) is not None


async def add_staff_defaults(  # noqa: PLR0913, PLR0917 - for whom, and what
    session: TenantSession,
    roles: Sequence[str],
    kinds: Sequence[tuple[AlertKind, float | None]],
    channels: Sequence[Channel],
    now: datetime,
    user: UserId | None = None,
) -> None:
    """Let people with some roles have rules from the start; those that have them keep theirs."""
    driver = await session.driver()
    await driver.execute(
        _STAFF_DEFAULTS,
        session.scope.tenant_id,
        now,
        [str(role) for role in roles],
        [str(kind) for kind, _ in kinds],
        [limit for _, limit in kinds],
        [str(channel) for channel in channels],
        user,
    )


async def add_household_defaults(
    session: TenantSession,
    kinds: Sequence[tuple[AlertKind, float | None]],
    channels: Sequence[Channel],
    now: datetime,
    user: UserId | None = None,
) -> None:
    """The same for households."""
    driver = await session.driver()
    await driver.execute(
        _HOUSEHOLD_DEFAULTS,
        session.scope.tenant_id,
        now,
        [str(kind) for kind, _ in kinds],
        [limit for _, limit in kinds],
        [str(channel) for channel in channels],
        user,
    )


async def has_home(session: TenantSession, user: UserId, now: datetime) -> bool:
    """Whether a person lives in one of the tenant's premises now."""
    driver = await session.driver()
    found: bool = await driver.fetchval(_LIVES, session.scope.tenant_id, now, user)
    return found


async def own_points(session: TenantSession, user: UserId, now: datetime) -> set[MeteringPointId]:
    """Points of the premises where a person lives now."""
    driver = await session.driver()
    rows = await driver.fetch(_OWN_POINTS, session.scope.tenant_id, now, user)
    return {row[0] for row in rows}


async def channels_of(
    session: TenantSession, rules: Sequence[int]
) -> dict[int, tuple[UserId, tuple[Channel, ...]]]:
    """Whom each rule tells, and how."""
    driver = await session.driver()
    rows = await driver.fetch(_CHANNELS_OF, session.scope.tenant_id, rules)
    return {row[0]: (row[1], tuple(Channel(one) for one in row[2])) for row in rows}
