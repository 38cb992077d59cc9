"""Alerts as people see them: the queue of the staff, and what concerns a person's own home."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from backend.store.alerts.watched import HOUSEHOLDS
from backend.store.model.access import sites_of, visible
from domain.alerts import AlertKind, AlertStep, Severity
from domain.demand_response import DrEventState
from domain.identity import BalanceGroupId, MeteringPointId, PremiseId, SiteId, UserId
from domain.quantities import Commodity
from tenants.session import TenantSession

_COLUMNS = """a.id, a.kind, a.severity, a.cause, a.user_id, a.commodity, a.point_id, a.group_id,
       a.site_id, a.threshold, a.value, a.period, a.finding_id, a.opened_at, a.seen_at, a.closed_at,
       a.acknowledged_at, a.acknowledged_by, a.assignee_id, a.escalated_at, a.note,
       coalesce(p.name, g.name, pr.name, t.name), coalesce(t.name_path, ''), coalesce(pr.name, ''),
       coalesce(t.timezone, g.timezone, 'UTC'), coalesce(p.energy_kind, 'active'), a.premise_id,
       e.id, e.name, e.starts_at, e.ends_at, e.level, e.state, e.revision, e.messages"""

_FROM = """alert AS a
LEFT JOIN metering_point AS p ON p.tenant_id = $1 AND p.id = a.point_id
LEFT JOIN balance_group AS g ON g.tenant_id = $1 AND g.id = a.group_id
LEFT JOIN premise AS pr ON pr.tenant_id = $1 AND pr.id = coalesce(p.premise_id, a.premise_id)
LEFT JOIN site AS t ON t.tenant_id = $1 AND t.id = a.site_id
LEFT JOIN dr_event AS e ON e.tenant_id = $1 AND e.id = a.dr_event_id"""

_SIGHT = f"""(($3 AND a.user_id IS NULL AND {visible("t", 4)})
  OR (a.user_id = $5 AND EXISTS (SELECT FROM home AS h WHERE h.user_id = $5
      AND h.premise_id = pr.id AND to_timestamp(h.since_s) <= a.opened_at)))"""
"""$3 whether the asker sees the queue, $4 within which sites, $5 who they are."""

_LIST = f"""
WITH home AS ({HOUSEHOLDS})
SELECT {_COLUMNS} FROM {_FROM}
WHERE a.tenant_id = $1 AND {_SIGHT} AND ($6 = 0 OR a.id < $6)
  AND (NOT $8 OR a.closed_at IS NULL) AND ($9::text[] IS NULL OR a.kind = ANY($9))
  AND ($10::bigint IS NULL OR EXISTS (
      SELECT FROM site AS top WHERE top.tenant_id = $1 AND top.id = $10 AND top.path @> t.path))
  AND ($11::bigint IS NULL OR a.group_id = $11 OR EXISTS (
      SELECT FROM balance_group AS top
      JOIN balance_group AS below ON below.tenant_id = $1 AND below.path <@ top.path
      LEFT JOIN group_member AS m ON m.tenant_id = $1 AND m.group_id = below.id
      WHERE top.tenant_id = $1 AND top.id = $11
        AND (below.id = a.group_id OR m.point_id = a.point_id)))
  AND ($12::bigint IS NULL OR a.point_id = $12)
  AND ($13::text[] IS NULL OR a.severity = ANY($13))
  AND ($15::bigint[] IS NULL OR a.id = ANY($15))
  AND ($14::boolean IS NULL OR (a.acknowledged_at IS NOT NULL) = $14)
ORDER BY a.id DESC LIMIT $7
"""  # noqa: S608 - conditions made of constants

_BY_ID = f"""
WITH home AS ({HOUSEHOLDS})
SELECT {_COLUMNS} FROM {_FROM}
WHERE a.tenant_id = $1 AND {_SIGHT} AND a.id = ANY($6::bigint[])
"""  # noqa: S608 - conditions made of constants

_ALL = f"""
SELECT {_COLUMNS} FROM {_FROM} WHERE a.tenant_id = $1 AND a.id = ANY($2::bigint[])
"""  # noqa: S608 - conditions made of constants

_TRANSITIONS = """
SELECT alert_id, at, actor, step, note FROM alert_transition
WHERE tenant_id = $1 AND alert_id = ANY($2::bigint[]) ORDER BY alert_id, id
"""

_COUNTS = """
SELECT top.id, a.severity, count(*) FROM site AS top
JOIN site AS s ON s.tenant_id = $1 AND s.path <@ top.path
JOIN alert AS a ON a.tenant_id = $1 AND a.site_id = s.id AND a.closed_at IS NULL
  AND a.user_id IS NULL
WHERE top.tenant_id = $1 AND top.id = ANY($2::bigint[]) GROUP BY top.id, a.severity
"""

_PEOPLE = "SELECT id, name FROM user_account WHERE id = ANY($1::bigint[])"

_STAFF = """
SELECT DISTINCT u.id, u.name FROM membership AS m JOIN user_account AS u ON u.id = m.user_id
WHERE m.tenant_id = $1 AND m.role = ANY($2::text[]) AND u.status = 'active'
  AND m.valid_from <= $3 AND (m.valid_to IS NULL OR m.valid_to > $3) ORDER BY u.name, u.id
"""


class EventFacts(NamedTuple):
    """An event of demand response, as an alert tells of it."""

    id: int
    name: str
    starts_at: datetime
    ends_at: datetime
    level: int
    state: DrEventState
    revision: int
    messages: Mapping[str, str]


class AlertRow(NamedTuple):
    """An alert with the words people know its subject by."""

    id: int
    kind: AlertKind
    severity: Severity
    cause: str | None
    user_id: UserId | None
    commodity: Commodity | None
    point_id: MeteringPointId | None
    group_id: BalanceGroupId | None
    site_id: SiteId | None
    threshold: float | None
    value: float | None
    period: int | None
    finding_id: int | None
    opened_at: datetime
    seen_at: datetime
    closed_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: UserId | None
    assignee_id: UserId | None
    escalated_at: datetime | None
    note: str | None
    name: str
    """Of the point or the group."""

    site_path: str
    premise: str
    timezone: str
    energy_kind: str
    premise_id: PremiseId | None
    """The home that an event reaches."""

    event: EventFacts | None


class TransitionRow(NamedTuple):
    """A step in the life of an alert."""

    at: datetime
    actor: str
    step: AlertStep
    note: str | None


class Asker(NamedTuple):
    """Whose inbox is asked for."""

    user: UserId | None
    staff: bool
    """Whether they see the queue of the tenant."""

    now: datetime


class Wanted(NamedTuple):
    """A page of alerts: how long, before which id (0: from the newest), and which."""

    most: int
    before: int = 0
    only_open: bool = False
    kinds: tuple[AlertKind, ...] | None = None
    site: SiteId | None = None
    group: BalanceGroupId | None = None
    point: MeteringPointId | None = None
    severities: tuple[Severity, ...] | None = None
    acknowledged: bool | None = None
    ids: tuple[int, ...] | None = None


_EVENT = 27
"""Place of the first column of the event."""


def _row(row: Sequence[Any]) -> AlertRow:
    values = list(row)
    values[_EVENT:] = [None if row[_EVENT] is None else _event(row[_EVENT:])]
    values[1], values[2] = AlertKind(str(row[1])), Severity(str(row[2]))
    values[5] = None if row[5] is None else Commodity(str(row[5]))
    return AlertRow(*values)


def _event(row: Sequence[Any]) -> EventFacts:
    number, name, begin, end, level, state, revision, messages = row
    return EventFacts(number, name, begin, end, level, DrEventState(state), revision, messages)


def _words(of: Sequence[str] | None) -> list[str] | None:
    return None if of is None else [str(one) for one in of]


async def list_alerts(session: TenantSession, asker: Asker, wanted: Wanted) -> list[AlertRow]:
    """Alerts in somebody's sight, the newest first."""
    driver = await session.driver()
    scope = session.scope
    rows = await driver.fetch(
        _LIST,
        scope.tenant_id,
        asker.now,
        asker.staff,
        sites_of(scope),
        asker.user or 0,
        wanted.before,
        wanted.most,
        wanted.only_open,
        _words(wanted.kinds),
        wanted.site,
        wanted.group,
        wanted.point,
        _words(wanted.severities),
        wanted.acknowledged,
        wanted.ids,
    )
    return [_row(tuple(row)) for row in rows]


async def load_alerts(
    session: TenantSession, asker: Asker, ids: Sequence[int]
) -> dict[int, AlertRow]:
    """Alerts by id; absent and hidden ones are left out."""
    driver = await session.driver()
    scope = session.scope
    rows = await driver.fetch(
        _BY_ID, scope.tenant_id, asker.now, asker.staff, sites_of(scope), asker.user or 0, ids
    )
    return {row[0]: _row(tuple(row)) for row in rows}


async def all_alerts(session: TenantSession, ids: Sequence[int]) -> dict[int, AlertRow]:
    """Alerts by id, whoever may see them: for what tells of them."""
    driver = await session.driver()
    rows = await driver.fetch(_ALL, session.scope.tenant_id, ids)
    return {row[0]: _row(tuple(row)) for row in rows}


async def transitions(session: TenantSession, ids: Sequence[int]) -> dict[int, list[TransitionRow]]:
    """Steps of each alert, the first one first."""
    driver = await session.driver()
    found: dict[int, list[TransitionRow]] = {}
    for row in await driver.fetch(_TRANSITIONS, session.scope.tenant_id, ids):
        one = TransitionRow(row[1], row[2], AlertStep(row[3]), row[4])
        found.setdefault(row[0], []).append(one)
    return found


async def counts(
    session: TenantSession, sites: Sequence[SiteId]
) -> dict[SiteId, dict[Severity, int]]:
    """Open alerts of the staff at and below each site, by how bad they are."""
    driver = await session.driver()
    found: dict[SiteId, dict[Severity, int]] = {site: {} for site in sites}
    for site, severity, count in await driver.fetch(_COUNTS, session.scope.tenant_id, sites):
        found[site][Severity(severity)] = count
    return found


async def people(session: TenantSession, ids: Sequence[UserId]) -> dict[UserId, str]:
    """Names of people."""
    driver = await session.driver()
    return {row[0]: row[1] for row in await driver.fetch(_PEOPLE, ids)}


async def staff(
    session: TenantSession, roles: Sequence[str], now: datetime
) -> list[tuple[UserId, str]]:
    """People with one of some roles, by name."""
    driver = await session.driver()
    rows = await driver.fetch(_STAFF, session.scope.tenant_id, list(roles), now)
    return [(row[0], row[1]) for row in rows]
