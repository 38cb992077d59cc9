"""What holds commands back, in SQL: the tenant's policy, its breakers, the kill switches."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from domain.commands_safety import CommandPolicy, Tally
from tenants.session import TenantSession

_NAMES = tuple(field.name for field in fields(CommandPolicy))
_COLUMNS = ", ".join(_NAMES)
_PLACES = ", ".join(f"${place}" for place in range(4, 4 + len(_NAMES)))
_UPDATES = ", ".join(f"{name} = excluded.{name}" for name in _NAMES)

_LOAD = f"SELECT stopped_at, stopped_by, {_COLUMNS} FROM control_policy WHERE tenant_id = $1"  # noqa: S608 - names of fields

_SAVE = f"""
INSERT INTO control_policy (tenant_id, changed_at, changed_by, {_COLUMNS})
VALUES ($1, $2, $3, {_PLACES})
ON CONFLICT (tenant_id) DO UPDATE
SET changed_at = excluded.changed_at, changed_by = excluded.changed_by, {_UPDATES}
"""  # noqa: S608 - names of fields

_STOP = "UPDATE control_policy SET stopped_at = $2, stopped_by = $3 WHERE tenant_id = $1"

_GLOBAL_STOP = "SELECT id FROM control_stop WHERE lifted_at IS NULL LIMIT 1"

_STOP_ALL = "INSERT INTO control_stop (stopped_by, reason) VALUES ($1, $2)"

_LIFT_ALL = "UPDATE control_stop SET lifted_at = now(), lifted_by = $1 WHERE lifted_at IS NULL"

_LOCK_COUNT = "SELECT pg_advisory_xact_lock($1, $2)"
_COUNT_LOCK = 0x434D4453

_SINCE = "coalesce((SELECT max(closed_at) FROM breaker WHERE tenant_id = $1 AND {0}), $2)"
_COUNTED = """tenant_id = $1 AND supply = 'off' AND cause <> 'own_request'
    AND state NOT IN ('rejected', 'cancelled') AND requested_at > $2"""

_RECENT = f"""
SELECT count(*), count(DISTINCT point_id) FILTER (WHERE point_id <> ALL ($3::bigint[]))
FROM command WHERE {_COUNTED}
    AND requested_at > {_SINCE.format("concentrator_id IS NULL")}
"""  # noqa: S608 - constants

_ORDERED = f"SELECT count(*) FROM command WHERE {_COUNTED}"  # noqa: S608 - a constant

_RECENT_OF_NETWORKS = f"""
SELECT concentrator_id, network, count(*),
    count(DISTINCT point_id) FILTER (WHERE point_id <> ALL ($3::bigint[]))
FROM command AS c WHERE {_COUNTED}
    AND concentrator_id = ANY($4::bigint[])
    AND requested_at > coalesce((
        SELECT max(b.closed_at) FROM breaker AS b WHERE b.tenant_id = $1
          AND b.concentrator_id = c.concentrator_id AND b.network = c.network), $2)
GROUP BY concentrator_id, network
"""  # noqa: S608 - a constant

_POPULATION = "SELECT count(*) FROM metering_point WHERE tenant_id = $1"

_POPULATION_OF_NETWORKS = """
SELECT concentrator_id, network, count(*) FROM channel
WHERE tenant_id = $1 AND concentrator_id = ANY($2::bigint[]) GROUP BY concentrator_id, network
"""

_OPEN = """
SELECT id, concentrator_id, network, tripped_at, tripped_by, disconnects FROM breaker
WHERE tenant_id = $1 AND closed_at IS NULL ORDER BY id
"""

_TRIP = """
INSERT INTO breaker (tenant_id, concentrator_id, network, tripped_at, tripped_by, disconnects)
SELECT $1, u.concentrator_id, u.network, $2, $3, u.disconnects
FROM unnest($4::bigint[], $5::smallint[], $6::int[]) AS u (concentrator_id, network, disconnects)
ON CONFLICT DO NOTHING
"""

_CLOSE = """
UPDATE breaker SET closed_at = $3, closed_by = $4
WHERE tenant_id = $1 AND id = $2 AND closed_at IS NULL
"""

Network = tuple[int, int]
"""A concentrator and the number of a network of it."""


@dataclass(frozen=True, slots=True)
class Control:
    """The tenant's policy, and whether its kill switch or that of the installation is pulled."""

    policy: CommandPolicy
    stopped_at: datetime | None = None
    stopped_by: str | None = None
    stopped_everywhere: bool = False

    @property
    def stopped(self) -> bool:
        """Whether nothing may be sent."""
        return self.stopped_at is not None or self.stopped_everywhere


@dataclass(frozen=True, slots=True)
class OpenBreaker:
    """Disconnections that are frozen: of a network, or of the whole tenant."""

    id: int
    concentrator_id: int | None
    network: int | None
    tripped_at: datetime
    tripped_by: str
    disconnects: int


async def load(session: TenantSession) -> Control:
    """What the tenant allows now."""
    driver = await session.driver()
    everywhere = await driver.fetchval(_GLOBAL_STOP) is not None
    row = await driver.fetchrow(_LOAD, session.scope.tenant_id)
    if row is None:
        return Control(CommandPolicy(), stopped_everywhere=everywhere)
    known = dict(zip(_NAMES, tuple(row)[2:], strict=True))
    known["holidays"] = frozenset(known["holidays"])
    return Control(CommandPolicy(**known), row[0], row[1], everywhere)


async def save(session: TenantSession, policy: CommandPolicy, now: datetime) -> None:
    """Keep a policy; the kill switch stays as it is."""
    driver = await session.driver()
    told = asdict(policy) | {"holidays": sorted(policy.holidays)}
    scope = session.scope
    await driver.execute(_SAVE, scope.tenant_id, now, scope.actor, *(told[n] for n in _NAMES))


async def stop(session: TenantSession, at: datetime | None) -> None:
    """Pull the tenant's kill switch, or put it back."""
    driver = await session.driver()
    by = None if at is None else session.scope.actor
    await driver.execute(_STOP, session.scope.tenant_id, at, by)


async def stop_everywhere(session: TenantSession, reason: str) -> None:
    """Pull the kill switch of the installation."""
    driver = await session.driver()
    await driver.execute(_STOP_ALL, session.scope.actor, reason)


async def lift_everywhere(session: TenantSession) -> None:
    """Put the kill switch of the installation back."""
    driver = await session.driver()
    await driver.execute(_LIFT_ALL, session.scope.actor)


async def count_alone(session: TenantSession) -> None:
    """Be the only one who counts disconnections of this tenant until the transaction ends."""
    driver = await session.driver()
    await driver.execute(_LOCK_COUNT, _COUNT_LOCK, session.scope.tenant_id)


async def ordered_since(session: TenantSession, since: datetime) -> int:
    """Disconnections ordered since a moment."""
    driver = await session.driver()
    found: int = await driver.fetchval(_ORDERED, session.scope.tenant_id, since)
    return found


async def recent(session: TenantSession, points: Sequence[int], since: datetime) -> Tally:
    """Disconnections of the tenant since a moment or the last look, with these points to come."""
    driver = await session.driver()
    tenant = session.scope.tenant_id
    row = await driver.fetchrow(_RECENT, tenant, since, points)
    assert row is not None
    population = await driver.fetchval(_POPULATION, tenant)
    return Tally(row[0] + len(points), row[1] + len(points), population)


async def recent_of_networks(
    session: TenantSession, coming: Mapping[Network, Sequence[int]], since: datetime
) -> dict[Network, Tally]:
    """The same of each network, with the points to come in it."""
    driver = await session.driver()
    tenant = session.scope.tenant_id
    points = [point for some in coming.values() for point in some]
    concentrators = sorted({concentrator for concentrator, _ in coming})
    rows = await driver.fetch(_RECENT_OF_NETWORKS, tenant, since, points, concentrators)
    done = {(row[0], row[1]): (row[2], row[3]) for row in rows}
    rows = await driver.fetch(_POPULATION_OF_NETWORKS, tenant, concentrators)
    channels = {(row[0], row[1]): row[2] for row in rows}
    tallies = {}
    for network, new in coming.items():
        count, others = done.get(network, (0, 0))
        tallies[network] = Tally(count + len(new), others + len(new), channels.get(network, 0))
    return tallies


async def open_breakers(session: TenantSession) -> list[OpenBreaker]:
    """Breakers that nobody has closed yet."""
    driver = await session.driver()
    rows = await driver.fetch(_OPEN, session.scope.tenant_id)
    return [OpenBreaker(*row) for row in rows]


async def trip(
    session: TenantSession, tripped: Sequence[tuple[Network | None, int]], now: datetime
) -> None:
    """Open breakers; those that are open stay as they are."""
    driver = await session.driver()
    await driver.execute(
        _TRIP,
        session.scope.tenant_id,
        now,
        session.scope.actor,
        [None if network is None else network[0] for network, _ in tripped],
        [None if network is None else network[1] for network, _ in tripped],
        [count for _, count in tripped],
    )


async def close(session: TenantSession, breaker_id: int, now: datetime) -> None:
    """Close a breaker."""
    driver = await session.driver()
    tenant, actor = session.scope.tenant_id, session.scope.actor
    await driver.execute(_CLOSE, tenant, breaker_id, now, actor)
