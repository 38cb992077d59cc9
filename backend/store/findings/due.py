"""What the analyses have to look at, in SQL: groups whose hours changed, and what hangs there."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.identity import BalanceGroupId, MeteringPointId
from domain.quantities import Commodity
from tenants.session import TenantSession

FINDINGS = "findings"
"""Kind of the bells that have changed groups judged."""

_MARK = """
INSERT INTO analysis_due AS d (tenant_id, group_id, since_hour)
SELECT $1, u.id, $3 FROM unnest($2::bigint[]) AS u (id)
WHERE EXISTS (SELECT FROM balance_group AS g WHERE g.tenant_id = $1 AND g.id = u.id)
ORDER BY u.id
ON CONFLICT (tenant_id, group_id) DO UPDATE
SET since_hour = least(d.since_hour, excluded.since_hour), marks = d.marks + 1
"""

_MARK_ALL = """
INSERT INTO analysis_due AS d (tenant_id, group_id, since_hour)
SELECT $1, id, $2 FROM balance_group WHERE tenant_id = $1 ORDER BY id
ON CONFLICT (tenant_id, group_id) DO UPDATE
SET since_hour = least(d.since_hour, excluded.since_hour), marks = d.marks + 1
"""

_NEXT = """
SELECT d.group_id, d.since_hour, d.marks, g.commodity, g.timezone, g.site_id, g.name
FROM analysis_due AS d JOIN balance_group AS g ON g.tenant_id = $1 AND g.id = d.group_id
WHERE d.tenant_id = $1 ORDER BY d.group_id LIMIT $2
"""

_STILL_DUE = """
SELECT d.group_id, d.since_hour, d.marks, g.commodity, g.timezone, g.site_id, g.name
FROM analysis_due AS d JOIN balance_group AS g ON g.tenant_id = $1 AND g.id = d.group_id
WHERE d.tenant_id = $1 AND d.group_id = ANY($2::bigint[]) ORDER BY d.group_id
"""

_TAKE = """
SELECT u.at FROM unnest($1::bigint[]) WITH ORDINALITY AS u (id, at)
WHERE pg_try_advisory_xact_lock($2, hashint8(u.id)) LIMIT $3
"""
_TAKE_KEY = 0x4A554447
_LOOK_AHEAD = 4
"""So many times the portion is looked at, so that several judges each find one."""

_GROUP = """
SELECT id, 0, 0, commodity, timezone, site_id, name FROM balance_group
WHERE tenant_id = $1 AND id = $2
"""

_SETTLE = """
DELETE FROM analysis_due AS d USING unnest($2::bigint[], $3::int[]) AS u (id, marks)
WHERE d.tenant_id = $1 AND d.group_id = u.id AND d.marks = u.marks
"""

_TERMS = """p.id, p.commodity, {role}, p.site_id, coalesce(p.premise_id, 0), p.name, s.timezone,
       s.name_path, i.pulses_per::float8, i.per_units::float8, i.capacity::float8, t.serial,
       coalesce(pr.name, '')"""

_PLACED = """
JOIN site AS s ON s.tenant_id = $1 AND s.id = p.site_id
JOIN installation AS i ON i.tenant_id = $1 AND i.point_id = p.id
JOIN meter AS t ON t.tenant_id = $1 AND t.id = i.meter_id
LEFT JOIN premise AS pr ON pr.tenant_id = $1 AND pr.id = p.premise_id
"""

_POINTS = f"""
SELECT DISTINCT ON (p.id) m.group_id, {_TERMS.format(role="m.role")}
FROM group_member AS m
JOIN metering_point AS p ON p.tenant_id = $1 AND p.id = m.point_id
JOIN balance_group AS g ON g.tenant_id = $1 AND g.id = m.group_id AND g.site_id IS NOT NULL
{_PLACED} WHERE m.tenant_id = $1 AND m.group_id = ANY($2::bigint[]) AND p.energy_kind = 'active'
ORDER BY p.id, i.installed_at DESC
"""  # noqa: S608 - made of constants

_POINTS_BY_ID = f"""
SELECT DISTINCT ON (p.id) 0, {_TERMS.format(role="p.role")} FROM metering_point AS p
{_PLACED} WHERE p.tenant_id = $1 AND p.id = ANY($2::bigint[])
ORDER BY p.id, i.installed_at DESC
"""  # noqa: S608 - made of constants

_HABITS = """
SELECT point_id, until_hour, habits FROM meter_habit
WHERE tenant_id = $1 AND point_id = ANY($2::bigint[])
"""

_SAVE_HABITS = """
INSERT INTO meter_habit AS h (tenant_id, point_id, until_hour, habits)
VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, point_id) DO UPDATE
SET until_hour = excluded.until_hour, habits = excluded.habits
"""

_PREMISES = """
SELECT id, premise_id FROM metering_point
WHERE tenant_id = $1 AND premise_id = ANY($2::bigint[]) AND role = 'consumer'
"""

_NAMES = """
SELECT g.id, g.name, g.site_id, coalesce(s.name_path, g.name) FROM balance_group AS g
LEFT JOIN site AS s ON s.tenant_id = $1 AND s.id = g.site_id
WHERE g.tenant_id = $1 AND g.id = ANY($2::bigint[])
"""


class DueGroup(NamedTuple):
    """A group of which hours changed."""

    id: BalanceGroupId
    since_hour: int
    marks: int
    commodity: Commodity
    timezone: str
    site_id: int | None
    name: str


class WatchedPoint(NamedTuple):
    """A metering point with the terms of its last meter, and the words people know it by."""

    group_id: BalanceGroupId
    id: MeteringPointId
    commodity: Commodity
    role: str
    site_id: int
    premise_id: int
    """0 for none."""

    name: str
    timezone: str
    site_path: str
    pulses_per: float
    per_units: float
    capacity: float
    """Largest flow in kW or m3/h."""

    serial: str
    premise: str

    @property
    def quantum(self) -> float:
        """Wh or litres of a pulse."""
        return 1000 * self.per_units / self.pulses_per

    @property
    def place(self) -> str:
        """Where an inspector has to go."""
        flat = f", {self.premise}" if self.premise else ""
        return f"{self.site_path}{flat}"


class GroupName(NamedTuple):
    """A group's own name, the site it stands for, and the path people know that by."""

    name: str
    site_id: int | None
    path: str


class KeptHabits(NamedTuple):
    """Habits of a meter, and the hour up to which they were learnt."""

    until_hour: int
    habits: NDArray[np.float64]


async def mark(session: TenantSession, groups: Sequence[BalanceGroupId], hour: int) -> None:
    """Note that hours of groups changed, from one on."""
    driver = await session.driver()
    await driver.execute(_MARK, session.scope.tenant_id, groups, hour)


async def mark_all(session: TenantSession, hour: int) -> None:
    """Have every group judged."""
    driver = await session.driver()
    await driver.execute(_MARK_ALL, session.scope.tenant_id, hour)


async def next_groups(session: TenantSession, most: int) -> list[DueGroup]:
    """Groups to be judged that nobody else judges now; they are ours until the transaction ends.

    The lock is none of the rows: whoever marks hours that changed does not wait for a judge.
    """
    driver = await session.driver()
    tenant = session.scope.tenant_id
    while rows := await driver.fetch(_NEXT, tenant, most * _LOOK_AHEAD):
        # tenants share the locks: the same hash in another one only passes a group by
        keys = [tenant * 1_000_003 + row[0] for row in rows]
        taken = await driver.fetch(_TAKE, keys, _TAKE_KEY, most)
        if not taken:
            break
        # another judge may have been done with a group after it was read and before it was ours
        ids = [rows[one[0] - 1][0] for one in taken]
        left = await driver.fetch(_STILL_DUE, tenant, ids)
        if left:
            return [_group(tuple(row)) for row in left]
    return []


async def load_group(session: TenantSession, group: BalanceGroupId) -> DueGroup:
    """A group that is there, as if all of it were due."""
    driver = await session.driver()
    row = await driver.fetchrow(_GROUP, session.scope.tenant_id, group)
    assert row is not None
    return _group(tuple(row))


def _group(row: Sequence[Any]) -> DueGroup:
    return DueGroup(row[0], row[1], row[2], Commodity(row[3]), *row[4:])


async def settle(session: TenantSession, groups: Sequence[DueGroup]) -> None:
    """Forget groups that were judged; one that was marked again meanwhile stays."""
    driver = await session.driver()
    ids, marks = [one.id for one in groups], [one.marks for one in groups]
    await driver.execute(_SETTLE, session.scope.tenant_id, ids, marks)


async def points_of(session: TenantSession, groups: Sequence[BalanceGroupId]) -> list[WatchedPoint]:
    """Direct members of sites' groups, each with its last meter, in the order of their ids."""
    return await _points(session, _POINTS, groups)


async def points_by_id(
    session: TenantSession, points: Sequence[MeteringPointId]
) -> list[WatchedPoint]:
    """Points, each with its last meter, in the order of their ids; of no group."""
    return await _points(session, _POINTS_BY_ID, points)


async def _points(session: TenantSession, statement: str, ids: Sequence[int]) -> list[WatchedPoint]:
    driver = await session.driver()
    rows = await driver.fetch(statement, session.scope.tenant_id, ids)
    return [WatchedPoint(row[0], row[1], Commodity(row[2]), *tuple(row)[3:]) for row in rows]


async def names_of(
    session: TenantSession, groups: Sequence[BalanceGroupId]
) -> Mapping[BalanceGroupId, GroupName]:
    """What people call groups."""
    driver = await session.driver()
    rows = await driver.fetch(_NAMES, session.scope.tenant_id, groups)
    return {row[0]: GroupName(row[1], row[2], row[3]) for row in rows}


async def points_of_premises(
    session: TenantSession, premises: Sequence[int]
) -> list[tuple[MeteringPointId, int]]:
    """Consumer points of premises, each with its premise."""
    driver = await session.driver()
    rows = await driver.fetch(_PREMISES, session.scope.tenant_id, premises)
    return [(row[0], row[1]) for row in rows]


async def load_habits(
    session: TenantSession, points: Sequence[MeteringPointId]
) -> dict[MeteringPointId, KeptHabits]:
    """Habits of meters that were learnt."""
    driver = await session.driver()
    rows = await driver.fetch(_HABITS, session.scope.tenant_id, points)
    return {row[0]: KeptHabits(row[1], np.array(row[2], dtype=np.float64)) for row in rows}


async def save_habits(
    session: TenantSession,
    points: Sequence[MeteringPointId],
    until_hour: int,
    habits: NDArray[np.float64],
) -> None:
    """Keep what was learnt of meters up to an hour."""
    driver = await session.driver()
    tenant = session.scope.tenant_id
    rows = [
        (tenant, point, until_hour, row) for point, row in zip(points, habits.tolist(), strict=True)
    ]
    await driver.executemany(_SAVE_HABITS, rows)
