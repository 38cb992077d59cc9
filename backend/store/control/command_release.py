"""Commands on their way to devices, in SQL: who must be called, what is released, what came back.

The bell of a concentrator is locked by whoever rings and by whoever releases, so that neither
misses the other: what is rung for before the lock is seen after it. Whoever locks more than one
thing does it in the order actuators, bells, commands, and each by their ids.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from domain.commands import Ack, CommandKind, CommandState, Judgement, SupplyState
from domain.commands_wire import WireCommand
from domain.identity import ConcentratorId, TenantId
from tenants.session import GlobalSession, TenantSession

MOST_RELEASED = 500
"""Commands that one concentrator gets at once; the others follow when it has them."""

_RUNG = "SELECT tenant_id, concentrator_id FROM downlink_bell"

_LOCK_BELLS = """
SELECT concentrator_id FROM downlink_bell
WHERE tenant_id = $1 AND concentrator_id = ANY($2::bigint[]) ORDER BY concentrator_id FOR UPDATE
"""

_ARRIVED = """
WITH due AS (
    SELECT c.id FROM unnest($2::bigint[], $3::bigint[]) AS u (concentrator_id, number)
    JOIN command AS c ON c.tenant_id = $1 AND c.concentrator_id = u.concentrator_id
      AND c.concentrator_id = ANY($2::bigint[]) AND c.state = 'leased' AND c.number <= u.number
    ORDER BY c.id FOR UPDATE OF c
), went AS (
    UPDATE command AS c SET state = 'delivered'
    WHERE c.tenant_id = $1 AND c.id = ANY(ARRAY(SELECT d.id FROM due AS d))
    RETURNING c.id
), told AS (
    INSERT INTO command_event (tenant_id, command_id, from_state, to_state, at, actor)
    SELECT $1, id, 'leased', 'delivered', $4, $5 FROM went ORDER BY id
)
SELECT id FROM went
"""

# What may leave: the first waiting command of an actuator with nothing under way, in its time,
# approved if it had to be, where nothing stops it and the meter still stands. The conditions
# repeat what was judged before, since any of it may have changed.
# Ids go from step to step as arrays: the planner knows nothing of commands that were made a
# second ago, and would look through all of them for each.
_RELEASE = f"""
WITH first AS (
    SELECT DISTINCT ON (c.actuator_id) c.* FROM command AS c
    WHERE c.tenant_id = $1 AND c.concentrator_id = ANY($2::bigint[])
      AND c.state IN ('queued', 'leased', 'delivered')
    ORDER BY c.actuator_id, c.state = 'queued', c.sequence
), ready AS (
    SELECT f.id, row_number() OVER (PARTITION BY f.concentrator_id ORDER BY f.sequence) AS place
    FROM first AS f
    JOIN control_policy AS p ON p.tenant_id = $1
    JOIN actuator AS a ON a.tenant_id = $1 AND a.id = f.actuator_id
    WHERE f.state = 'queued' AND f.not_before <= $3 AND f.deadline > $3
      AND p.enabled AND p.stopped_at IS NULL
      AND NOT EXISTS (SELECT FROM control_stop AS s
                      WHERE s.lifted_at IS NULL OR s.stopped_at > f.requested_at)
      AND EXISTS (SELECT FROM installation AS i
                  WHERE i.tenant_id = $1 AND i.point_id = f.point_id
                    AND i.channel_id = f.channel_id AND i.removed_at IS NULL)
      AND (NOT f.second_person
           OR EXISTS (SELECT FROM command_approval AS v
                      WHERE v.tenant_id = $1 AND v.command_id = f.id AND v.granted
                        AND v.actor <> f.requested_by))
      AND (f.kind <> 'switch_supply' OR f.cause = 'danger' OR a.switched_at IS NULL
           OR a.switched_at + make_interval(secs => p.dwell_s) <= $3)
      AND (f.supply IS DISTINCT FROM 'off' OR f.cause IN ('danger', 'own_request')
           OR NOT (a.critical
                   OR EXISTS (SELECT FROM breaker AS b
                              WHERE b.tenant_id = $1 AND b.closed_at IS NULL
                                AND (b.concentrator_id IS NULL
                                     OR b.concentrator_id = f.concentrator_id
                                        AND b.network = f.network))))
), due AS (
    SELECT c.id FROM command AS c
    WHERE c.tenant_id = $1 AND c.state = 'queued'
      AND c.id = ANY(ARRAY(SELECT r.id FROM ready AS r WHERE r.place <= {MOST_RELEASED}))
    ORDER BY c.id FOR UPDATE
), went AS (
    UPDATE command AS c
    SET state = 'leased', released_at = $3, number = nextval('command_order_seq')
    WHERE c.tenant_id = $1 AND c.id = ANY(ARRAY(SELECT d.id FROM due AS d))
    RETURNING c.id
), told AS (
    INSERT INTO command_event (tenant_id, command_id, from_state, to_state, at, actor)
    SELECT $1, id, 'queued', 'leased', $3, $4 FROM went ORDER BY id
)
SELECT id FROM went
"""  # noqa: S608 - a constant

_OUTGOING = """
SELECT c.concentrator_id, c.id, c.number, c.sequence, c.kind, c.network, c.address, c.deadline,
       c.supply, c.limit_w
FROM unnest($2::bigint[], $3::bigint[]) AS u (concentrator_id, number)
JOIN command AS c ON c.tenant_id = $1 AND c.concentrator_id = u.concentrator_id
  AND c.concentrator_id = ANY($2::bigint[]) AND c.state = 'leased'
  AND c.number > u.number AND c.deadline > $4
ORDER BY c.number
"""

_SILENCE = """
DELETE FROM downlink_bell AS b
WHERE b.tenant_id = $1 AND b.concentrator_id = ANY($2::bigint[])
  AND b.concentrator_id <> ALL(ARRAY(
      SELECT DISTINCT c.concentrator_id FROM command AS c
      WHERE c.tenant_id = $1 AND c.concentrator_id = ANY($2::bigint[])
        AND c.state IN ('queued', 'leased')))
"""

_ACKED = """
SELECT id, state, deadline, released_at, kind, supply, limit_w, actuator_id, cause, sequence
FROM command
WHERE tenant_id = $1 AND concentrator_id = $2 AND id = ANY($3::bigint[])
ORDER BY id FOR UPDATE
"""

_WAITING_READINGS = """
SELECT id, network, address, released_at FROM command
WHERE tenant_id = $1 AND concentrator_id = $2 AND state IN ('leased', 'delivered')
  AND kind = 'request_reading' AND released_at IS NOT NULL
ORDER BY id
"""

_JUDGED = """
WITH told AS (
    SELECT * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::timestamptz[], $6::text[],
                         $7::bigint[], $8::timestamptz[])
      AS t (id, before, after, at, code, counter, verify_hour)
), went AS (
    UPDATE command AS c
    SET state = t.after, code = t.code, counter = t.counter, verify_hour = t.verify_hour,
        executed_at = CASE WHEN t.after = 'executed' OR t.code = 'EXECUTED_LATE' THEN t.at END
    FROM told AS t WHERE c.tenant_id = $1 AND c.id = t.id
)
INSERT INTO command_event (tenant_id, command_id, from_state, to_state, at, actor, code)
SELECT $1, id, before, after, $9, $10, code FROM told ORDER BY id
"""

_SWITCHED = """
UPDATE actuator AS a SET
    state = coalesce(u.supply, a.state), limit_w = coalesce(u.limit_w, a.limit_w),
    switched_at = CASE WHEN u.supply IS NULL THEN a.switched_at ELSE u.at END,
    switched_for = CASE WHEN u.supply IS NULL THEN a.switched_for ELSE u.cause END
FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::timestamptz[], $6::text[])
  AS u (id, supply, limit_w, at, cause)
WHERE a.tenant_id = $1 AND a.id = u.id
"""

# A switch that another followed cannot be verified: the hour after it belongs to the other.
_FOLLOWED = """
WITH due AS (
    SELECT c.id FROM unnest($2::bigint[], $3::bigint[]) AS u (actuator_id, sequence)
    JOIN command AS c ON c.tenant_id = $1 AND c.actuator_id = u.actuator_id
      AND c.verify_hour IS NOT NULL AND c.sequence < u.sequence
    ORDER BY c.id FOR UPDATE OF c
)
UPDATE command AS c SET verify_hour = NULL FROM due AS d WHERE c.tenant_id = $1 AND c.id = d.id
"""

_LOCK_ACTUATORS = """
SELECT a.id FROM actuator AS a
WHERE a.tenant_id = $1 AND a.id IN (
    SELECT c.actuator_id FROM command AS c
    WHERE c.tenant_id = $1 AND c.concentrator_id = $2 AND c.id = ANY($3::bigint[]))
ORDER BY a.id FOR NO KEY UPDATE
"""

_ABSENT = """
UPDATE actuator SET absent_since = $3 WHERE tenant_id = $1 AND id = ANY($2::bigint[])
"""


@dataclass(frozen=True, slots=True)
class Acked:
    """A released command that a device speaks of."""

    id: int
    state: CommandState
    deadline: datetime
    released_at: datetime | None
    kind: CommandKind
    supply: SupplyState | None
    limit_w: int | None
    actuator_id: int
    cause: str
    sequence: int | None


@dataclass(frozen=True, slots=True)
class WaitingReading:
    """A released command that asks for a reading."""

    id: int
    network: int
    address: int
    released_at: datetime


@dataclass(frozen=True, slots=True)
class Heard:
    """A command, what its device said, and what that makes of it."""

    command: Acked
    ack: Ack
    judged: Judgement
    verify_hour: datetime | None

    @property
    def executed(self) -> bool:
        """Whether the device did it, be it too late."""
        return self.judged.state is CommandState.EXECUTED or self.judged.code == "EXECUTED_LATE"


async def rung(session: GlobalSession) -> set[tuple[TenantId, ConcentratorId]]:
    """Every concentrator for which commands wait, of all tenants."""
    return {(row[0], row[1]) for row in await session.execute(text(_RUNG))}


async def release(
    session: TenantSession, asked: Mapping[ConcentratorId, int], now: datetime
) -> tuple[dict[ConcentratorId, list[WireCommand]], list[int]]:
    """Release what may leave to some concentrators.

    Parameters
    ----------
    asked
        The highest number that each concentrator has.

    Returns
    -------
    Commands that each must have beyond that number, and the ids of those that changed.
    """
    driver = await session.driver()
    tenant, actor = session.scope.tenant_id, session.scope.actor
    ids, numbers = list(asked), list(asked.values())
    if not await driver.fetch(_LOCK_BELLS, tenant, ids):
        return {}, []
    changed = await driver.fetch(_ARRIVED, tenant, ids, numbers, now, actor)
    changed += await driver.fetch(_RELEASE, tenant, ids, now, actor)
    found: dict[ConcentratorId, list[WireCommand]] = {}
    for row in await driver.fetch(_OUTGOING, tenant, ids, numbers, now):
        found.setdefault(row[0], []).append(
            WireCommand(
                id=row[1],
                number=row[2],
                sequence=row[3],
                kind=CommandKind(row[4]),
                network=row[5],
                channel=row[6],
                not_after=row[7],
                supply=None if row[8] is None else SupplyState(row[8]),
                limit_w=row[9],
            )
        )
    await driver.execute(_SILENCE, tenant, ids)
    return found, [row[0] for row in changed]


async def lock_bells(session: TenantSession, concentrators: Sequence[int]) -> None:
    """Keep others from ringing for some concentrators, and from releasing to them."""
    driver = await session.driver()
    await driver.fetch(_LOCK_BELLS, session.scope.tenant_id, concentrators)


async def silence(session: TenantSession, concentrators: Sequence[int]) -> None:
    """Silence those bells, locked before, of concentrators for which nothing waits any more."""
    driver = await session.driver()
    await driver.execute(_SILENCE, session.scope.tenant_id, concentrators)


async def lock_for_acks(
    session: TenantSession, concentrator_id: ConcentratorId, ids: Sequence[int]
) -> None:
    """Lock what the words on some commands may change, but for the commands themselves."""
    driver = await session.driver()
    await driver.fetch(_LOCK_ACTUATORS, session.scope.tenant_id, concentrator_id, ids)
    await lock_bells(session, [concentrator_id])


async def lock_acked(
    session: TenantSession, concentrator_id: ConcentratorId, ids: Sequence[int]
) -> dict[int, Acked]:
    """Commands of a concentrator by id, locked until the transaction ends."""
    driver = await session.driver()
    rows = await driver.fetch(_ACKED, session.scope.tenant_id, concentrator_id, ids)
    return {row[0]: _acked(*row) for row in rows}


def _acked(command_id: int, state: str, *rest: Any) -> Acked:  # noqa: ANN401 - columns of a row
    deadline, released_at, kind, supply, *more = rest
    return Acked(
        command_id,
        CommandState(state),
        deadline,
        released_at,
        CommandKind(kind),
        None if supply is None else SupplyState(supply),
        *more,
    )


async def waiting_readings(
    session: TenantSession, concentrator_id: ConcentratorId
) -> list[WaitingReading]:
    """Commands of a concentrator that wait for a reading."""
    driver = await session.driver()
    rows = await driver.fetch(_WAITING_READINGS, session.scope.tenant_id, concentrator_id)
    return [WaitingReading(*row) for row in rows]


async def record(session: TenantSession, heard: Sequence[Heard], now: datetime) -> None:
    """Keep what devices said: the states of commands, and what the actuators do now."""
    driver = await session.driver()
    tenant, actor = session.scope.tenant_id, session.scope.actor
    await driver.execute(
        _JUDGED,
        tenant,
        [one.command.id for one in heard],
        [one.command.state for one in heard],
        [one.judged.state for one in heard],
        [one.judged.at for one in heard],
        [one.judged.code for one in heard],
        [one.ack.counter for one in heard],
        [one.verify_hour for one in heard],
        now,
        actor,
    )
    done = [one for one in heard if one.executed]
    if done:
        # of several on one actuator the last one stands
        last = {one.command.actuator_id: one for one in sorted(done, key=_sequence)}
        await driver.execute(
            _SWITCHED,
            tenant,
            list(last),
            [one.command.supply for one in last.values()],
            [one.command.limit_w for one in last.values()],
            [one.judged.at for one in last.values()],
            [one.command.cause for one in last.values()],
        )
        switches = [one.command for one in done if one.command.supply is not None]
        actuators = [one.actuator_id for one in switches]
        await driver.execute(_FOLLOWED, tenant, actuators, [one.sequence for one in switches])
    absent = [one.command.actuator_id for one in heard if one.judged.code == "NO_ACTUATOR"]
    if absent:
        await driver.execute(_ABSENT, tenant, absent, now)


def _sequence(heard: Heard) -> int:
    return heard.command.sequence or 0
