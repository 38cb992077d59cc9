"""What rules have to be held against, in SQL: groups whose hours changed, and other news."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from domain.alerts import AlertKind
from domain.demand_response import DrNews
from domain.identity import BalanceGroupId, SeriesId
from tenants.session import TenantSession

ALERTS = "alerts"
"""Kind of the bells that have rules held against what changed."""

ALERT_ROUND = "alert_round"
"""Kind of the bells that have everything looked at that the clock alone changes."""

_MARK = """
INSERT INTO alert_due AS d (tenant_id, group_id, since_hour)
SELECT $1, u.id, $3 FROM unnest($2::bigint[]) AS u (id)
WHERE EXISTS (SELECT FROM balance_group AS g WHERE g.tenant_id = $1 AND g.id = u.id)
  AND (EXISTS (SELECT FROM alert_rule AS r WHERE r.tenant_id = $1)
       OR EXISTS (SELECT FROM alert AS a WHERE a.tenant_id = $1 AND a.closed_at IS NULL))
ORDER BY u.id
ON CONFLICT (tenant_id, group_id) DO UPDATE
SET since_hour = least(d.since_hour, excluded.since_hour), marks = d.marks + 1
"""

_NEXT = """
SELECT group_id, since_hour, marks FROM alert_due
WHERE tenant_id = $1 ORDER BY group_id LIMIT $2
"""

_SETTLE = """
DELETE FROM alert_due AS d USING unnest($2::bigint[], $3::int[]) AS u (id, marks)
WHERE d.tenant_id = $1 AND d.group_id = u.id AND d.marks = u.marks
"""

_ADD_REPORTS = """
INSERT INTO alert_news (tenant_id, kind, cause, series_id, at, value)
SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::timestamptz[], $6::float8[])
"""

_ADD_FINDINGS = """
INSERT INTO alert_news (tenant_id, kind, cause, finding_id, at)
SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::timestamptz[])
"""

_ADD_DR_EVENT = """
INSERT INTO alert_news (tenant_id, kind, cause, dr_event_id, at)
VALUES ($1, 'dr_event', $2, $3, $4)
"""

_TAKE_DR_EVENTS = """
DELETE FROM alert_news WHERE tenant_id = $1 AND id IN (
    SELECT id FROM alert_news WHERE tenant_id = $1 AND dr_event_id IS NOT NULL
    ORDER BY id LIMIT $2)
RETURNING id, cause, dr_event_id, at
"""

_TAKE = """
DELETE FROM alert_news WHERE tenant_id = $1 AND id IN (
    SELECT id FROM alert_news WHERE tenant_id = $1 AND dr_event_id IS NULL ORDER BY id LIMIT $2)
RETURNING id, kind, cause, series_id, finding_id, at, value
"""


class DueGroup(NamedTuple):
    """A group of which hours changed, from one on."""

    id: BalanceGroupId
    since_hour: int
    marks: int


class Report(NamedTuple):
    """Something that a device reported at a channel."""

    kind: AlertKind
    cause: str
    series_id: SeriesId
    at: datetime
    value: float | None


class News(NamedTuple):
    """Something that happened at a channel, or was found."""

    id: int
    kind: AlertKind
    cause: str
    series_id: SeriesId | None
    finding_id: int | None
    at: datetime
    value: float | None


class DrEventNews(NamedTuple):
    """Something that became of an event of demand response."""

    id: int
    news: DrNews
    event_id: int
    at: datetime


async def mark(session: TenantSession, groups: Sequence[BalanceGroupId], hour: int) -> bool:
    """Note that hours of groups changed, from one on; whether any rule or open alert asks for it.

    Thousands of tenants without either would else be judged in every wave.
    """
    driver = await session.driver()
    done: str = await driver.execute(_MARK, session.scope.tenant_id, groups, hour)
    return not done.endswith(" 0")


async def next_groups(session: TenantSession, most: int) -> list[DueGroup]:
    """Groups of which hours changed, in the order of their ids."""
    driver = await session.driver()
    rows = await driver.fetch(_NEXT, session.scope.tenant_id, most)
    return [DueGroup(*row) for row in rows]


async def settle(session: TenantSession, groups: Sequence[DueGroup]) -> None:
    """Forget groups that were looked at; one that was marked again meanwhile stays."""
    driver = await session.driver()
    ids, marks = [one.id for one in groups], [one.marks for one in groups]
    await driver.execute(_SETTLE, session.scope.tenant_id, ids, marks)


async def add_reports(session: TenantSession, reports: Sequence[Report]) -> None:
    """Keep what devices reported until rules are held against it."""
    driver = await session.driver()
    columns = [list(column) for column in zip(*reports, strict=True)]
    await driver.execute(_ADD_REPORTS, session.scope.tenant_id, *columns)


async def add_findings(
    session: TenantSession, found: Sequence[tuple[AlertKind, str, int, datetime]]
) -> None:
    """Keep findings until rules are held against them: (kind, cause, finding, since when)."""
    driver = await session.driver()
    columns = [list(column) for column in zip(*found, strict=True)]
    await driver.execute(_ADD_FINDINGS, session.scope.tenant_id, *columns)


async def take_news(session: TenantSession, most: int) -> list[News]:
    """Take the oldest news; they come once."""
    driver = await session.driver()
    rows = await driver.fetch(_TAKE, session.scope.tenant_id, most)
    found = [News(row[0], AlertKind(row[1]), *tuple(row)[2:]) for row in rows]
    return sorted(found)


async def add_dr_event(session: TenantSession, event: int, news: DrNews, at: datetime) -> None:
    """Keep what became of an event until rules were held against it."""
    driver = await session.driver()
    await driver.execute(_ADD_DR_EVENT, session.scope.tenant_id, news, event, at)


async def take_dr_events(session: TenantSession, most: int) -> list[DrEventNews]:
    """Take the oldest news of events; they come once."""
    driver = await session.driver()
    rows = await driver.fetch(_TAKE_DR_EVENTS, session.scope.tenant_id, most)
    return sorted(DrEventNews(row[0], DrNews(row[1]), row[2], row[3]) for row in rows)
