"""Commands in SQL: targets, orders, transitions; each transition writes its own row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from backend.store.model.access import sites_of
from backend.store.model.access import visible as visible_site
from domain.commands import CommandState, Order
from domain.identity import MeteringPointId
from tenants.session import TenantSession

UPKEEP = "commands"
"""Kind of the bell that rings when a command expires or can be verified."""

_LIVES_THERE = """($4::bigint IS NOT NULL AND EXISTS (
    SELECT FROM home_member AS h
    WHERE h.tenant_id = $1 AND h.premise_id = p.premise_id AND h.user_id = $4
      AND h.role = 'resident' AND h.since <= $5 AND (h.until IS NULL OR h.until > $5)))"""

_REACH = f"p.id = ANY($2::bigint[]) AND ({visible_site('s', 3)} OR {_LIVES_THERE})"

_MAKE_ACTUATORS = f"""
INSERT INTO actuator (tenant_id, point_id, kind)
SELECT $1, p.id, CASE p.commodity WHEN 'electricity' THEN 'contactor' ELSE 'valve' END
FROM metering_point AS p JOIN site AS s ON s.tenant_id = p.tenant_id AND s.id = p.site_id
WHERE p.tenant_id = $1 AND {_REACH}
  AND NOT EXISTS (SELECT FROM actuator AS a WHERE a.tenant_id = $1 AND a.point_id = p.id)
ORDER BY p.id
ON CONFLICT DO NOTHING
"""  # noqa: S608 - conditions made of constants

_TARGETS = f"""
SELECT p.id, p.commodity, s.timezone, a.id, a.critical, a.notice_given_at, a.switched_at,
       a.state, a.switched_for, a.absent_since, i.channel_id, c.concentrator_id, c.network,
       c.address
FROM metering_point AS p
JOIN site AS s ON s.tenant_id = p.tenant_id AND s.id = p.site_id
JOIN actuator AS a ON a.tenant_id = p.tenant_id AND a.point_id = p.id
  AND a.point_id = ANY($2::bigint[])
LEFT JOIN installation AS i ON i.tenant_id = p.tenant_id AND i.point_id = p.id
  AND i.removed_at IS NULL AND i.installed_at <= $5
LEFT JOIN channel AS c ON c.tenant_id = i.tenant_id AND c.id = i.channel_id
WHERE p.tenant_id = $1 AND {_REACH} ORDER BY a.id
"""  # noqa: S608 - conditions made of constants

_LOCK_TARGETS = f"{_TARGETS} FOR NO KEY UPDATE OF a"

_ORDER = """
WITH made AS (
    INSERT INTO command (tenant_id, batch, kind, supply, limit_w, cause, reason, requested_by,
        requested_at, second_person, good_for_s, state, point_id, actuator_id, channel_id,
        concentrator_id, network, address, not_before, deadline, sequence)
    SELECT $1, b.batch, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, u.point_id, u.actuator_id,
        u.channel_id, u.concentrator_id, u.network, u.address, u.not_before, u.deadline,
        CASE WHEN $11 = 'queued' THEN nextval('command_order_seq') END
    FROM unnest($12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::smallint[],
                $17::int[], $18::timestamptz[], $19::timestamptz[])
      AS u (point_id, actuator_id, channel_id, concentrator_id, network, address, not_before,
            deadline)
    CROSS JOIN (SELECT nextval('command_order_seq') AS batch) AS b
    RETURNING id, batch
), told AS (
    INSERT INTO command_event (tenant_id, command_id, from_state, to_state, at, actor)
    SELECT $1, m.id, e.from_state, e.to_state, $8, $7 FROM made AS m
    CROSS JOIN unnest($20::text[], $21::text[]) WITH ORDINALITY AS e (from_state, to_state, place)
    ORDER BY m.id, e.place
)
SELECT id, batch FROM made ORDER BY id
"""

_RING = """
INSERT INTO downlink_bell (tenant_id, concentrator_id, rung_at)
SELECT DISTINCT $1::int, u.id, now() FROM unnest($2::bigint[]) AS u (id) ORDER BY u.id
ON CONFLICT (tenant_id, concentrator_id) DO UPDATE SET rung_at = excluded.rung_at
"""

ROW = """c.id, c.batch, c.kind, c.point_id, c.concentrator_id, c.supply, c.limit_w, c.cause,
       c.reason, c.requested_by, c.requested_at, c.second_person, c.state, c.deadline,
       c.released_at, c.executed_at, c.code, c.counter"""

_FIND = f"""
SELECT {ROW} FROM command AS c
WHERE c.tenant_id = $1 AND (c.id = $2 OR c.batch = $3) ORDER BY c.id
"""  # noqa: S608 - columns

_LOCK = f"""
SELECT {ROW} FROM command AS c
WHERE c.tenant_id = $1 AND c.id = ANY($2::bigint[]) ORDER BY c.id FOR UPDATE
"""  # noqa: S608 - columns

_QUEUE = """
WITH went AS (
    UPDATE command SET state = 'queued', sequence = nextval('command_order_seq'),
        not_before = $3::timestamptz,
        deadline = $3::timestamptz + make_interval(secs => good_for_s)
    WHERE tenant_id = $1 AND id = ANY($2::bigint[]) AND state = 'awaiting_approval'
    RETURNING id
), told AS (
    INSERT INTO command_event (tenant_id, command_id, from_state, to_state, at, actor)
    SELECT $1, w.id, e.from_state, e.to_state, $3, $4 FROM went AS w
    CROSS JOIN (VALUES (1, 'awaiting_approval', 'approved'), (2, 'approved', 'queued'))
      AS e (place, from_state, to_state)
    ORDER BY w.id, e.place
)
SELECT count(*) FROM went
"""

_APPROVE = """
INSERT INTO command_approval (tenant_id, command_id, actor, granted, note, at)
SELECT $1, u.id, $3, $4, $5, $6 FROM unnest($2::bigint[]) AS u (id)
"""

_CLOSE = """
WITH went AS (
    SELECT id, state FROM command
    WHERE tenant_id = $1 AND id = ANY($2::bigint[]) AND state = ANY($3::text[])
    ORDER BY id FOR UPDATE
), done AS (
    UPDATE command AS c SET state = $4, code = $5 FROM went AS w
    WHERE c.tenant_id = $1 AND c.id = w.id
    RETURNING c.id, w.state AS before
)
INSERT INTO command_event (tenant_id, command_id, from_state, to_state, at, actor, code)
SELECT $1, id, before, $4, $6, $7, $5 FROM done ORDER BY id RETURNING command_id
"""

_WAITING = """
SELECT id FROM command WHERE tenant_id = $1
  AND state IN ('draft', 'awaiting_approval', 'approved', 'queued')
"""

_VISIBLE = f"""
SELECT count(*) FROM metering_point AS p
JOIN site AS s ON s.tenant_id = p.tenant_id AND s.id = p.site_id
WHERE p.tenant_id = $1 AND p.id = ANY($2::bigint[]) AND {visible_site("s", 3)}
"""  # noqa: S608 - conditions made of constants

_SAVE_ACTUATOR = """
UPDATE actuator SET kind = coalesce($3, kind), critical = coalesce($4, critical),
    notice_given_at = CASE WHEN $5 THEN $6 ELSE notice_given_at END,
    declared = true, absent_since = NULL
WHERE tenant_id = $1 AND point_id = $2
"""


@dataclass(frozen=True, slots=True)
class Target:
    """A point that somebody wants to command, and what stands there."""

    point_id: int
    commodity: str
    timezone: str
    actuator_id: int
    critical: bool
    notice_given_at: datetime | None
    switched_at: datetime | None
    supply: str | None
    switched_for: str | None
    absent_since: datetime | None
    channel_id: int | None
    concentrator_id: int
    network: int
    address: int


@dataclass(frozen=True, slots=True)
class CommandRow:
    """A command as people see it."""

    id: int
    batch: int
    kind: str
    point_id: MeteringPointId
    concentrator_id: int
    supply: str | None
    limit_w: int | None
    cause: str
    reason: str
    requested_by: str
    requested_at: datetime
    second_person: bool
    state: str
    deadline: datetime
    released_at: datetime | None
    executed_at: datetime | None
    code: str | None
    counter: int | None


@dataclass(frozen=True, slots=True)
class NewCommands:
    """Commands of one order."""

    order: Order
    state: CommandState
    path: Sequence[tuple[CommandState, CommandState]]
    """Transitions that brought them there."""

    second_person: bool
    good_for: timedelta
    targets: Sequence[Target]
    not_before: Sequence[datetime]
    deadlines: Sequence[datetime]


async def load_targets(
    session: TenantSession,
    points: Sequence[int],
    now: datetime,
    *,
    resident: int | None = None,
    lock: bool = False,
) -> list[Target]:
    """Points that the principal may reach, each with its actuator; makes those that are new.

    Parameters
    ----------
    resident
        A person who reaches what belongs to the premise where they live now.
    lock
        Keep others from commanding the same actuators until the transaction ends.
    """
    driver = await session.driver()
    tenant, sites = session.scope.tenant_id, sites_of(session.scope)
    await driver.execute(_MAKE_ACTUATORS, tenant, points, sites, resident, now)
    statement = _LOCK_TARGETS if lock else _TARGETS
    rows = await driver.fetch(statement, tenant, points, sites, resident, now)
    return [Target(*row) for row in rows]


async def order(session: TenantSession, new: NewCommands, now: datetime) -> tuple[int, list[int]]:
    """Write commands with their first transitions; number of the order, and their ids."""
    driver = await session.driver()
    wanted, targets = new.order, new.targets
    rows = await driver.fetch(
        _ORDER,
        session.scope.tenant_id,
        wanted.kind,
        wanted.supply,
        wanted.limit_w,
        wanted.cause,
        wanted.reason,
        session.scope.actor,
        now,
        new.second_person,
        int(new.good_for.total_seconds()),
        new.state,
        [one.point_id for one in targets],
        [one.actuator_id for one in targets],
        [one.channel_id for one in targets],
        [one.concentrator_id for one in targets],
        [one.network for one in targets],
        [one.address for one in targets],
        list(new.not_before),
        list(new.deadlines),
        [before for before, _ in new.path],
        [after for _, after in new.path],
    )
    return rows[0][1], [row[0] for row in rows]


async def ring(session: TenantSession, concentrators: Sequence[int]) -> None:
    """Say that commands wait for some concentrators; heard after the commit."""
    driver = await session.driver()
    await driver.execute(_RING, session.scope.tenant_id, concentrators)


async def find_commands(
    session: TenantSession, command_id: int, batch: int | None = None
) -> list[CommandRow]:
    """A command, or all of an order, as they stood a moment ago."""
    driver = await session.driver()
    rows = await driver.fetch(_FIND, session.scope.tenant_id, command_id, batch)
    return [CommandRow(*row) for row in rows]


async def lock_commands(session: TenantSession, ids: Sequence[int]) -> list[CommandRow]:
    """Commands as they stand until the transaction ends."""
    driver = await session.driver()
    rows = await driver.fetch(_LOCK, session.scope.tenant_id, ids)
    return [CommandRow(*row) for row in rows]


async def approve(
    session: TenantSession, ids: Sequence[int], now: datetime, *, granted: bool, note: str | None
) -> None:
    """Keep what the second person said; granted ones are queued, good from now on."""
    driver = await session.driver()
    tenant, actor = session.scope.tenant_id, session.scope.actor
    await driver.execute(_APPROVE, tenant, ids, actor, granted, note, now)
    if granted:
        await driver.fetchval(_QUEUE, tenant, ids, now, actor)


async def close(  # noqa: PLR0913, PLR0917 - one transition: whose, from where, where to, why
    session: TenantSession,
    ids: Sequence[int],
    before: Sequence[CommandState],
    after: CommandState,
    now: datetime,
    code: str | None = None,
) -> list[int]:
    """End those commands that still stand where they may be ended from; their ids."""
    driver = await session.driver()
    tenant, actor = session.scope.tenant_id, session.scope.actor
    rows = await driver.fetch(
        _CLOSE, tenant, ids, [str(one) for one in before], after, code, now, actor
    )
    return [row[0] for row in rows]


async def waiting(session: TenantSession) -> list[int]:
    """Commands that have not left yet."""
    driver = await session.driver()
    return [row[0] for row in await driver.fetch(_WAITING, session.scope.tenant_id)]


async def save_actuator(session: TenantSession, point_id: int, told: dict[str, Any]) -> None:
    """Declare the actuator of a point; what is not told stays as it is."""
    driver = await session.driver()
    await driver.execute(
        _SAVE_ACTUATOR,
        session.scope.tenant_id,
        point_id,
        told.get("kind"),
        told.get("critical"),
        "notice_given_at" in told,
        told.get("notice_given_at"),
    )


async def visible(session: TenantSession, points: Sequence[int]) -> bool:
    """Whether the principal sees all of some points."""
    driver = await session.driver()
    seen: int = await driver.fetchval(
        _VISIBLE, session.scope.tenant_id, points, sites_of(session.scope)
    )
    return seen == len(set(points))
