"""Events as people see them: those about what they run, or those that reach their home."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from backend.store.demand_response.events import COLUMNS, EventRow, Target, row_of
from backend.store.model.access import homes_of, sites_of, visible
from domain.demand_response import DrEventState
from domain.identity import BalanceGroupId, Home, PremiseId, SiteId
from tenants.session import TenantSession

_SIGHT = """(($2 AND ($3::bigint[] IS NULL OR EXISTS (
    SELECT FROM dr_target AS vt JOIN site AS vs ON vs.tenant_id = $1 AND vs.id = coalesce(
        vt.site_id, (SELECT vg.site_id FROM balance_group AS vg
                     WHERE vg.tenant_id = $1 AND vg.id = vt.group_id))
    JOIN site AS mine ON mine.tenant_id = $1 AND mine.id = ANY($3::bigint[])
      AND (mine.path @> vs.path OR mine.path <@ vs.path)
    WHERE vt.tenant_id = $1 AND vt.event_id = e.id)))
  OR EXISTS (SELECT FROM dr_participation AS vp
    JOIN unnest($4::bigint[], $5::timestamptz[]) AS home (premise, since)
      ON vp.premise_id = home.premise AND e.ends_at > home.since
    WHERE vp.tenant_id = $1 AND vp.event_id = e.id))"""
"""$2 whether the asker is of the staff, $3 within which sites; $4, $5 homes and since when."""

_LIST = f"""
SELECT {COLUMNS} FROM dr_event AS e
WHERE e.tenant_id = $1 AND {_SIGHT} AND ($6 = 0 OR e.id < $6)
  AND ($8::text[] IS NULL OR e.state = ANY($8))
  AND ($9::bigint IS NULL OR EXISTS (
    SELECT FROM dr_target AS t JOIN site AS s ON s.tenant_id = $1 AND s.id = coalesce(
        t.site_id, (SELECT g.site_id FROM balance_group AS g
                    WHERE g.tenant_id = $1 AND g.id = t.group_id))
    JOIN site AS top ON top.tenant_id = $1 AND top.id = $9
      AND (top.path @> s.path OR top.path <@ s.path)
    WHERE t.tenant_id = $1 AND t.event_id = e.id))
  AND ($10::bigint IS NULL OR EXISTS (
    SELECT FROM dr_target AS t JOIN balance_group AS g ON g.tenant_id = $1 AND g.id = t.group_id
    JOIN balance_group AS top ON top.tenant_id = $1 AND top.id = $10 AND top.path @> g.path
    WHERE t.tenant_id = $1 AND t.event_id = e.id))
ORDER BY e.id DESC LIMIT $7
"""  # noqa: S608 - conditions made of constants

_BY_ID = f"""
SELECT {COLUMNS} FROM dr_event AS e
WHERE e.tenant_id = $1 AND {_SIGHT} AND e.id = ANY($6::bigint[])
"""  # noqa: S608 - conditions made of constants

_TARGETS = """
SELECT event_id, site_id, group_id FROM dr_target
WHERE tenant_id = $1 AND event_id = ANY($2::bigint[]) ORDER BY event_id, id
"""

_STEPS = """
SELECT event_id, from_state, to_state, revision, starts_at, ends_at, at, actor, note
FROM dr_event_step WHERE tenant_id = $1 AND event_id = ANY($2::bigint[]) ORDER BY event_id, id
"""

_IN_SIGHT = f"""
FROM dr_participation AS p
JOIN dr_event AS e ON e.tenant_id = $1 AND e.id = p.event_id
JOIN premise AS pr ON pr.tenant_id = $1 AND pr.id = p.premise_id
JOIN site AS s ON s.tenant_id = $1 AND s.id = pr.site_id
WHERE p.tenant_id = $1 AND p.event_id = ANY($2::bigint[]) AND {visible("s", 3)}
"""

_VALID = "CASE WHEN p.revision = e.revision THEN p.answer END"

_COUNTS = f"""
SELECT p.event_id, count(*), count(*) FILTER (WHERE {_VALID}),
       count(*) FILTER (WHERE NOT {_VALID})
{_IN_SIGHT} GROUP BY p.event_id
"""

_PARTICIPANTS = f"""
SELECT p.premise_id, pr.name, s.name_path, {_VALID},
       CASE WHEN p.revision = e.revision THEN p.answered_at END
{_IN_SIGHT} AND p.premise_id > $4 AND ($6::boolean IS NULL OR {_VALID} = $6)
ORDER BY p.premise_id LIMIT $5
"""

_OWN = f"""
SELECT p.event_id, p.premise_id,
       CASE WHEN p.answered_at >= home.since THEN {_VALID} END,
       CASE WHEN p.answered_at >= home.since AND p.revision = e.revision THEN p.answered_at END
FROM dr_participation AS p
JOIN dr_event AS e ON e.tenant_id = $1 AND e.id = p.event_id
JOIN unnest($3::bigint[], $4::timestamptz[]) AS home (premise, since)
  ON p.premise_id = home.premise AND e.ends_at > home.since
WHERE p.tenant_id = $1 AND p.event_id = ANY($2::bigint[]) ORDER BY p.event_id, p.premise_id
"""  # noqa: S608 - conditions made of constants

_NEXT_OF_HOME = f"""
SELECT CASE WHEN p.answered_at >= $3 THEN {_VALID} END, {COLUMNS} FROM dr_participation AS p
JOIN dr_event AS e ON e.tenant_id = $1 AND e.id = p.event_id
WHERE p.tenant_id = $1 AND p.premise_id = $2 AND e.state IN ('scheduled', 'active')
  AND e.ends_at > greatest($3::timestamptz, $4::timestamptz)
ORDER BY e.starts_at, e.id LIMIT 1
"""  # noqa: S608 - conditions made of constants

_ANSWER = """
UPDATE dr_participation SET answer = $4, revision = $5, answered_at = $6, answered_by = $7
WHERE tenant_id = $1 AND event_id = $2 AND premise_id = $3
"""


class Wanted(NamedTuple):
    """A page of events: how long, before which id (0: from the newest), and which."""

    most: int
    before: int = 0
    states: tuple[DrEventState, ...] | None = None
    site: SiteId | None = None
    group: BalanceGroupId | None = None


class StepRow(NamedTuple):
    """A step of an event."""

    before: DrEventState | None
    after: DrEventState
    revision: int
    starts_at: datetime
    ends_at: datetime
    at: datetime
    actor: str
    note: str | None


class Counts(NamedTuple):
    """Homes that an event reaches, and what they answered."""

    asked: int
    taking_part: int
    declined: int


class Participant(NamedTuple):
    """A home that an event reaches, and what its household answered; None: nothing."""

    premise_id: PremiseId
    name: str
    path: str
    answer: bool | None
    answered_at: datetime | None


class OwnAnswer(NamedTuple):
    """What a household answered for one of its homes."""

    premise_id: PremiseId
    answer: bool | None
    answered_at: datetime | None


def _sight(session: TenantSession) -> tuple[Any, ...]:
    scope = session.scope
    homes = [one.since for one in scope.homes]
    return scope.household is None, sites_of(scope), homes_of(scope), homes


async def list_events(session: TenantSession, wanted: Wanted) -> list[EventRow]:
    """Events in sight, the newest first."""
    driver = await session.driver()
    rows = await driver.fetch(
        _LIST,
        session.scope.tenant_id,
        *_sight(session),
        wanted.before,
        wanted.most,
        None if wanted.states is None else [str(one) for one in wanted.states],
        wanted.site,
        wanted.group,
    )
    return [row_of(tuple(row)) for row in rows]


async def load_events(session: TenantSession, ids: Sequence[int]) -> dict[int, EventRow]:
    """Events by id; absent and hidden ones are left out."""
    driver = await session.driver()
    rows = await driver.fetch(_BY_ID, session.scope.tenant_id, *_sight(session), ids)
    return {row[0]: row_of(tuple(row)) for row in rows}


async def targets(session: TenantSession, ids: Sequence[int]) -> dict[int, list[Target]]:
    """Nodes that events are about."""
    driver = await session.driver()
    found: dict[int, list[Target]] = {}
    for event, site, group in await driver.fetch(_TARGETS, session.scope.tenant_id, ids):
        found.setdefault(event, []).append(Target(site, group))
    return found


async def steps(session: TenantSession, ids: Sequence[int]) -> dict[int, list[StepRow]]:
    """Steps of events, the first one first."""
    driver = await session.driver()
    found: dict[int, list[StepRow]] = {}
    for event, before, after, *rest in await driver.fetch(_STEPS, session.scope.tenant_id, ids):
        was = None if before is None else DrEventState(before)
        found.setdefault(event, []).append(StepRow(was, DrEventState(after), *rest))
    return found


async def counts(session: TenantSession, ids: Sequence[int]) -> dict[int, Counts]:
    """How many homes in sight events reach, and what they answered to what holds now."""
    driver = await session.driver()
    scope = session.scope
    rows = await driver.fetch(_COUNTS, scope.tenant_id, ids, sites_of(scope))
    return {row[0]: Counts(*tuple(row)[1:]) for row in rows}


async def participants(
    session: TenantSession, event: int, after: int, most: int, *, answer: bool | None
) -> list[Participant]:
    """Homes in sight that an event reaches, in the order of their ids; of one answer if named."""
    driver = await session.driver()
    scope = session.scope
    rows = await driver.fetch(
        _PARTICIPANTS, scope.tenant_id, [event], sites_of(scope), after, most, answer
    )
    return [Participant(*row) for row in rows]


async def own_answers(session: TenantSession, ids: Sequence[int]) -> dict[int, list[OwnAnswer]]:
    """What the household answered for each of its homes that events reach."""
    driver = await session.driver()
    scope = session.scope
    homes = homes_of(scope), [one.since for one in scope.homes]
    found: dict[int, list[OwnAnswer]] = {}
    for event, *rest in await driver.fetch(_OWN, scope.tenant_id, ids, *homes):
        found.setdefault(event, []).append(OwnAnswer(*rest))
    return found


async def next_of_home(
    session: TenantSession, home: Home, now: datetime
) -> tuple[EventRow, bool | None] | None:
    """The next event that is open and reaches a home, and what its household answered."""
    driver = await session.driver()
    asked = session.scope.tenant_id, home.premise, home.since, now
    row = await driver.fetchrow(_NEXT_OF_HOME, *asked)
    return None if row is None else (row_of(tuple(row)[1:]), row[0])


async def answer(  # noqa: PLR0913, PLR0917 - who answers what of which home
    session: TenantSession,
    event: EventRow,
    premise: PremiseId,
    taking_part: bool,  # noqa: FBT001 - the answer itself
    person: int | None,
    now: datetime,
) -> None:
    """Keep the answer of a home to an event as it is called now."""
    driver = await session.driver()
    await driver.execute(
        _ANSWER,
        session.scope.tenant_id,
        event.id,
        premise,
        taking_part,
        event.revision,
        now,
        person,
    )
