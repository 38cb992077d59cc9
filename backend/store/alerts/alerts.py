"""Alerts in SQL: the newest of a condition, and what becomes of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from domain.alerts import AlertKind, AlertStep, Severity
from domain.identity import BalanceGroupId, MeteringPointId, PremiseId, SiteId, UserId
from domain.quantities import Commodity
from tenants.session import TenantSession

_LOCK = "SELECT pg_advisory_xact_lock($1, $2)"
_LOCK_KEY = 0x414C5254

_COLUMNS = """a.id, a.kind, a.condition, a.period, a.user_id, a.point_id, a.group_id, a.closed_at,
       coalesce(a.judged_hour, 0), a.cause, a.threshold"""

_NEWEST = f"""
SELECT DISTINCT ON (a.condition, a.period) {_COLUMNS} FROM alert AS a
WHERE a.tenant_id = $1 AND a.kind = ANY($2::text[])
  AND (a.point_id = ANY($3::bigint[]) OR a.group_id = ANY($4::bigint[]))
  AND (a.closed_at IS NULL OR a.closed_at > $5)
ORDER BY a.condition, a.period, a.id DESC
"""  # noqa: S608 - made of constants

_OPEN = """
INSERT INTO alert (tenant_id, kind, severity, cause, condition, period, user_id, commodity,
                   point_id, group_id, site_id, threshold, value, judged_hour, finding_id,
                   dr_event_id, premise_id, opened_at, seen_at)
SELECT $1, u.*, $2, $2
FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::int[], $8::bigint[], $9::text[],
            $10::bigint[], $11::bigint[], $12::bigint[], $13::float8[], $14::float8[], $15::int[],
            $16::bigint[], $17::bigint[], $18::bigint[]) AS u
ON CONFLICT DO NOTHING RETURNING id, condition, period
"""

_KEEP = """
UPDATE alert AS a SET seen_at = $2, value = coalesce(u.value, a.value)
FROM unnest($3::bigint[], $4::float8[]) AS u (id, value)
WHERE a.tenant_id = $1 AND a.id = u.id AND a.closed_at IS NULL
"""

_CLOSE = """
UPDATE alert SET closed_at = $2 WHERE tenant_id = $1 AND id = ANY($3::bigint[])
  AND closed_at IS NULL RETURNING id
"""

_REOPEN = """
UPDATE alert AS a SET closed_at = NULL, seen_at = $2, value = coalesce(u.value, a.value)
FROM unnest($3::bigint[], $4::float8[]) AS u (id, value)
WHERE a.tenant_id = $1 AND a.id = u.id AND a.closed_at IS NOT NULL
  AND NOT EXISTS (SELECT FROM alert AS o WHERE o.tenant_id = $1 AND o.condition = a.condition
                  AND o.closed_at IS NULL AND a.period IS NULL AND o.period IS NULL)
RETURNING a.id
"""

_TELL = """
INSERT INTO alert_transition (tenant_id, alert_id, at, actor, step, note)
SELECT $1, u.id, $3, $4, $5, $6 FROM unnest($2::bigint[]) AS u (id)
"""

_OVER = """
SELECT a.id FROM alert AS a
LEFT JOIN finding AS f ON f.tenant_id = $1 AND f.id = a.finding_id
WHERE a.tenant_id = $1 AND a.closed_at IS NULL AND (
    f.closed_at IS NOT NULL
    OR (a.finding_id IS NULL AND a.cause IS NOT NULL AND a.seen_at < $2))
"""

_PERIODS_OPEN = """
SELECT a.id, a.kind, a.period, coalesce(s.timezone, 'UTC') FROM alert AS a
LEFT JOIN site AS s ON s.tenant_id = $1 AND s.id = a.site_id
WHERE a.tenant_id = $1 AND a.closed_at IS NULL AND a.period IS NOT NULL
"""

_ORPHANS = """
SELECT a.id FROM alert AS a
WHERE a.tenant_id = $1 AND a.closed_at IS NULL AND a.kind = 'away'
  AND NOT EXISTS (SELECT FROM alert_rule AS r WHERE r.tenant_id = $1 AND r.kind = 'away'
      AND r.enabled AND (a.user_id IS NULL OR r.user_id = a.user_id)
      AND (r.point_id IS NULL OR r.point_id = a.point_id)
      AND (r.away_until IS NULL OR r.away_until > $2))
"""

_UNHEEDED = """
SELECT id, severity, opened_at FROM alert WHERE tenant_id = $1 AND closed_at IS NULL
  AND user_id IS NULL AND acknowledged_at IS NULL AND escalated_at IS NULL ORDER BY id
"""

_ESCALATE = "UPDATE alert SET escalated_at = $2 WHERE tenant_id = $1 AND id = ANY($3::bigint[])"


class Standing(NamedTuple):
    """The newest alert of a condition."""

    id: int
    kind: AlertKind
    condition: str
    period: int | None
    user_id: UserId | None
    point_id: MeteringPointId | None
    group_id: BalanceGroupId | None
    closed_at: datetime | None
    judged_hour: int
    cause: str | None
    threshold: float | None


class Raised(NamedTuple):
    """An alert that is to be opened, in the order of the columns."""

    kind: AlertKind
    severity: Severity
    cause: str | None
    condition: str
    period: int | None
    user_id: UserId | None
    commodity: Commodity | None
    point_id: MeteringPointId | None
    group_id: BalanceGroupId | None
    site_id: SiteId | None
    threshold: float | None
    value: float | None
    judged_hour: int | None
    finding_id: int | None
    dr_event_id: int | None = None
    premise_id: PremiseId | None = None


def condition_of(
    kind: AlertKind, user: int | None, point: int | None, group: int | None, limit: float | None
) -> str:
    """What is asked of whom, for whom, in one word.

    Examples
    --------
    >>> condition_of(AlertKind.DAY_LIMIT, 7, 12, None, 10.0)
    'day_limit u7 p12 10'
    """
    subject = f"p{point}" if point else f"g{group}"
    bound = "" if limit is None else f" {limit:.10g}"
    return f"{kind} u{user or 0} {subject}{bound}"


async def become_the_warden(session: TenantSession) -> None:
    """Be the only one who raises and closes alerts of this tenant until the transaction ends."""
    driver = await session.driver()
    await driver.execute(_LOCK, _LOCK_KEY, session.scope.tenant_id)


async def newest(
    session: TenantSession,
    kinds: Sequence[AlertKind],
    points: Sequence[int],
    groups: Sequence[int],
    since: datetime,
) -> list[Standing]:
    """The newest alert of each condition: open ones, and those closed since a moment."""
    driver = await session.driver()
    words = [str(kind) for kind in kinds]
    rows = await driver.fetch(_NEWEST, session.scope.tenant_id, words, points, groups, since)
    return [Standing(row[0], AlertKind(row[1]), *tuple(row)[2:]) for row in rows]


async def open_alerts(
    session: TenantSession, raised: Sequence[Raised], now: datetime
) -> dict[int, Raised]:
    """Open alerts; those whose condition has one already are left out."""
    if not raised:
        return {}
    driver = await session.driver()
    columns = [list(column) for column in zip(*raised, strict=True)]
    rows = await driver.fetch(_OPEN, session.scope.tenant_id, now, *columns)
    by_key = {(one.condition, one.period): one for one in raised}
    opened = {row[0]: by_key[row[1], row[2]] for row in rows}
    await tell(session, list(opened), AlertStep.OPENED, now)
    return opened


async def keep(
    session: TenantSession, values: Sequence[tuple[int, float | None]], now: datetime
) -> None:
    """Note that alerts still hold, and by how much."""
    if values:
        driver = await session.driver()
        ids, found = [one for one, _ in values], [value for _, value in values]
        await driver.execute(_KEEP, session.scope.tenant_id, now, ids, found)


async def close(session: TenantSession, ids: Sequence[int], now: datetime) -> list[int]:
    """Close alerts; those that were open."""
    if not ids:
        return []
    driver = await session.driver()
    rows = await driver.fetch(_CLOSE, session.scope.tenant_id, now, ids)
    closed = [row[0] for row in rows]
    await tell(session, closed, AlertStep.CLOSED, now)
    return closed


async def reopen(
    session: TenantSession, values: Sequence[tuple[int, float | None]], now: datetime
) -> list[int]:
    """Open alerts again that were closed within their cool-down."""
    if not values:
        return []
    driver = await session.driver()
    ids, found = [one for one, _ in values], [value for _, value in values]
    rows = await driver.fetch(_REOPEN, session.scope.tenant_id, now, ids, found)
    opened = [row[0] for row in rows]
    await tell(session, opened, AlertStep.REOPENED, now)
    return opened


async def tell(
    session: TenantSession,
    ids: Sequence[int],
    step: AlertStep,
    now: datetime,
    note: str | None = None,
) -> None:
    """Add a row to the history of alerts."""
    if ids:
        driver = await session.driver()
        scope = session.scope
        await driver.execute(_TELL, scope.tenant_id, ids, now, scope.actor, step, note)


async def over(session: TenantSession, silent_since: datetime) -> list[int]:
    """Open alerts whose finding is closed, or of which no device reported since a moment."""
    driver = await session.driver()
    return [row[0] for row in await driver.fetch(_OVER, session.scope.tenant_id, silent_since)]


async def orphans(session: TenantSession, now: datetime) -> list[int]:
    """Open alerts of empty homes to which somebody has come back."""
    driver = await session.driver()
    return [row[0] for row in await driver.fetch(_ORPHANS, session.scope.tenant_id, now)]


async def open_periods(session: TenantSession) -> list[tuple[int, AlertKind, int, str]]:
    """Open alerts of days and months: id, kind, first hour of the period, zone."""
    driver = await session.driver()
    rows = await driver.fetch(_PERIODS_OPEN, session.scope.tenant_id)
    return [(row[0], AlertKind(row[1]), row[2], row[3]) for row in rows]


async def unheeded(session: TenantSession) -> list[tuple[int, Severity, datetime]]:
    """Open alerts of the staff of which nobody took note: id, how bad, since when."""
    driver = await session.driver()
    rows = await driver.fetch(_UNHEEDED, session.scope.tenant_id)
    return [(row[0], Severity(row[1]), row[2]) for row in rows]


async def escalate(session: TenantSession, ids: Sequence[int], now: datetime) -> None:
    """Note that alerts go to the administrators."""
    if ids:
        driver = await session.driver()
        await driver.execute(_ESCALATE, session.scope.tenant_id, now, ids)
        await tell(session, ids, AlertStep.ESCALATED, now)
