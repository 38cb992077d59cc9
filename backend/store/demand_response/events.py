"""Events in SQL: called, moved on, and the homes they reach."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from domain.demand_response import DrEventState, NewEvent, Times
from domain.identity import BalanceGroupId, SiteId
from domain.quantities import Commodity
from tenants.session import TenantSession

DEMAND_RESPONSE = "demand_response"
"""Kind of the bell that rings when an event begins or ends."""

COLUMNS = """e.id, e.program_id, e.name, e.commodity, e.level, e.priority, e.starts_at, e.ends_at,
       e.state, e.revision, e.messages, e.timezone, e.created_at, e.created_by"""

_INSERT = """
INSERT INTO dr_event (tenant_id, program_id, name, commodity, level, priority, starts_at, ends_at,
                      state, revision, messages, timezone, created_at, created_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'scheduled', 1, $9::jsonb, $10, $11, $12) RETURNING id
"""

_AIM = """
INSERT INTO dr_target (tenant_id, event_id, site_id, group_id)
SELECT $1, $2, * FROM unnest($3::bigint[], $4::bigint[])
"""

_REACH = """
INSERT INTO dr_participation (tenant_id, event_id, premise_id)
SELECT DISTINCT $1::int, $2::bigint, p.premise_id FROM metering_point AS p
JOIN site AS s ON s.tenant_id = $1 AND s.id = p.site_id
WHERE p.tenant_id = $1 AND p.premise_id IS NOT NULL AND ($3::text IS NULL OR p.commodity = $3)
  AND (EXISTS (
        SELECT FROM dr_target AS t JOIN site AS top ON top.tenant_id = $1 AND top.id = t.site_id
        WHERE t.tenant_id = $1 AND t.event_id = $2 AND top.path @> s.path)
    OR EXISTS (
        SELECT FROM group_member AS m
        JOIN balance_group AS g ON g.tenant_id = $1 AND g.id = m.group_id
        JOIN balance_group AS top ON top.tenant_id = $1 AND top.path @> g.path
        JOIN dr_target AS t ON t.tenant_id = $1 AND t.group_id = top.id AND t.event_id = $2
        WHERE m.tenant_id = $1 AND m.point_id = p.id))
"""

_OVERLAPPING = """
SELECT e.name FROM dr_event AS e
WHERE e.tenant_id = $1 AND e.program_id = $2 AND e.id <> $3
  AND e.state IN ('scheduled', 'active') AND e.starts_at < $5 AND e.ends_at > $4
  AND EXISTS (SELECT FROM dr_participation AS a JOIN dr_participation AS b
              ON b.tenant_id = $1 AND b.event_id = $3 AND b.premise_id = a.premise_id
              WHERE a.tenant_id = $1 AND a.event_id = e.id)
ORDER BY e.starts_at LIMIT 1
"""

_LOCK = f"""
SELECT {COLUMNS} FROM dr_event AS e WHERE e.tenant_id = $1 AND e.id = $2 FOR NO KEY UPDATE
"""  # noqa: S608 - columns

_HOLD = f"""
SELECT {COLUMNS} FROM dr_event AS e WHERE e.tenant_id = $1 AND e.id = $2 FOR SHARE
"""  # noqa: S608 - columns

_MOVE = """
UPDATE dr_event SET state = $3, starts_at = $4, ends_at = $5, revision = $6
WHERE tenant_id = $1 AND id = $2
"""

_STEP = """
INSERT INTO dr_event_step (tenant_id, event_id, from_state, to_state, revision, starts_at, ends_at,
                           at, actor, note)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""

_DUE = f"""
SELECT {COLUMNS} FROM dr_event AS e
WHERE e.tenant_id = $1 AND ((e.state = 'scheduled' AND e.starts_at <= $2)
   OR (e.state = 'active' AND e.ends_at <= $2))
ORDER BY e.id FOR NO KEY UPDATE
"""  # noqa: S608 - columns


_NEXT = """
SELECT min(CASE state WHEN 'scheduled' THEN starts_at ELSE ends_at END) FROM dr_event
WHERE tenant_id = $1 AND state IN ('scheduled', 'active')
"""

_LOAD = f"""
SELECT {COLUMNS} FROM dr_event AS e WHERE e.tenant_id = $1 AND e.id = ANY($2::bigint[])
"""  # noqa: S608 - columns


class EventRow(NamedTuple):
    """An event as it stands."""

    id: int
    program_id: int
    name: str
    commodity: Commodity | None
    level: int
    priority: int
    starts_at: datetime
    ends_at: datetime
    state: DrEventState
    revision: int
    messages: dict[str, str]
    timezone: str
    created_at: datetime
    created_by: str

    @property
    def times(self) -> Times:
        """When it holds."""
        return Times(self.starts_at, self.ends_at)


class Target(NamedTuple):
    """A node of the tree: a site, or a group."""

    site_id: SiteId | None
    group_id: BalanceGroupId | None


def row_of(row: Sequence[Any]) -> EventRow:
    """An event out of the columns."""
    values = list(row)
    values[3] = None if row[3] is None else Commodity(row[3])
    values[8] = DrEventState(row[8])
    return EventRow(*values)


async def insert(
    session: TenantSession, program: int, event: NewEvent, timezone: str, now: datetime
) -> int:
    """Write an event, scheduled, with its first step."""
    driver = await session.driver()
    scope, times = session.scope, event.times
    number: int = await driver.fetchval(
        _INSERT,
        scope.tenant_id,
        program,
        event.name.strip(),
        event.commodity,
        event.level,
        event.priority,
        times.starts_at,
        times.ends_at,
        orjson.dumps(dict(event.messages)).decode(),
        timezone,
        now,
        scope.actor,
    )
    await _tell(session, number, None, DrEventState.SCHEDULED, 1, times, now, None)
    return number


async def aim(session: TenantSession, event: int, targets: Sequence[Target]) -> int:
    """Write the nodes that an event is about."""
    driver = await session.driver()
    sites, groups = [one.site_id for one in targets], [one.group_id for one in targets]
    await driver.execute(_AIM, session.scope.tenant_id, event, sites, groups)
    return len(targets)


async def reach(session: TenantSession, event: int, commodity: Commodity | None) -> int:
    """Fix the homes that an event reaches; how many."""
    driver = await session.driver()
    done: str = await driver.execute(_REACH, session.scope.tenant_id, event, commodity)
    return int(done.rsplit(" ", 1)[-1])


async def overlapping(session: TenantSession, program: int, event: int, times: Times) -> str | None:
    """Name of an open event of a program that asks the same home at the same time."""
    driver = await session.driver()
    found: str | None = await driver.fetchval(
        _OVERLAPPING, session.scope.tenant_id, program, event, times.starts_at, times.ends_at
    )
    return found


async def lock(session: TenantSession, event: int) -> EventRow | None:
    """An event, kept from others until the transaction ends."""
    driver = await session.driver()
    row = await driver.fetchrow(_LOCK, session.scope.tenant_id, event)
    return None if row is None else row_of(tuple(row))


async def hold(session: TenantSession, event: int) -> EventRow | None:
    """An event, kept as it stands until the transaction ends; many may hold it."""
    driver = await session.driver()
    row = await driver.fetchrow(_HOLD, session.scope.tenant_id, event)
    return None if row is None else row_of(tuple(row))


async def due(session: TenantSession, now: datetime) -> list[EventRow]:
    """Events that the clock has overtaken, kept from others until the transaction ends."""
    driver = await session.driver()
    rows = await driver.fetch(_DUE, session.scope.tenant_id, now)
    return [row_of(tuple(row)) for row in rows]


async def next_moment(session: TenantSession) -> datetime | None:
    """When the next event begins or ends; None where none is open."""
    driver = await session.driver()
    found: datetime | None = await driver.fetchval(_NEXT, session.scope.tenant_id)
    return found


async def load(session: TenantSession, ids: Sequence[int]) -> dict[int, EventRow]:
    """Events by id, whoever may see them: for what tells of them."""
    driver = await session.driver()
    rows = await driver.fetch(_LOAD, session.scope.tenant_id, ids)
    return {row[0]: row_of(tuple(row)) for row in rows}


async def move(  # noqa: PLR0913 - a step has many parts
    session: TenantSession,
    event: EventRow,
    to: DrEventState,
    now: datetime,
    *,
    times: Times | None = None,
    note: str | None = None,
) -> EventRow:
    """Let an event be in a state, at other times if it is given some; a row says so."""
    driver = await session.driver()
    held = times or event.times
    revision = event.revision + (times is not None)
    await driver.execute(
        _MOVE, session.scope.tenant_id, event.id, to, held.starts_at, held.ends_at, revision
    )
    await _tell(session, event.id, event.state, to, revision, held, now, note)
    return event._replace(
        state=to, starts_at=held.starts_at, ends_at=held.ends_at, revision=revision
    )


async def _tell(  # noqa: PLR0913, PLR0917 - the columns of a row
    session: TenantSession,
    event: int,
    before: DrEventState | None,
    after: DrEventState,
    revision: int,
    times: Times,
    now: datetime,
    note: str | None,
) -> None:
    driver = await session.driver()
    scope = session.scope
    held = times.starts_at, times.ends_at
    await driver.execute(
        _STEP, scope.tenant_id, event, before, after, revision, *held, now, scope.actor, note
    )
