"""Metering points and balance groups as rows: what a profile must know of its owner."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from backend.store.model.access import homes_of, sites_of, visible, visible_point
from backend.store.model.addresses import MOST_WORDS, addressed, literal
from domain.identity import BalanceGroupId, MeteringPointId, Scope, SiteId
from domain.quantities import Commodity, EnergyKind, Role
from tenants.session import TenantSession

_HOUR = 3600

_POINT = """
SELECT p.id, p.name, p.commodity, p.role, p.energy_kind, s.timezone, p.site_id, p.premise_id,
       p.phase
FROM metering_point AS p JOIN site AS s ON s.tenant_id = p.tenant_id AND s.id = p.site_id
"""

_POINTS = f"""
{_POINT} WHERE p.tenant_id = $1 AND p.id = ANY($2::bigint[]) AND {visible_point("p", "s", 3, 4)}
"""

_POINTS_AFTER = f"""
{_POINT} WHERE p.tenant_id = $1 AND p.id > $2 AND {visible_point("p", "s", 3, 8)}
  AND ($5::bigint IS NULL OR EXISTS (
      SELECT FROM site AS top WHERE top.tenant_id = $1 AND top.id = $5 AND top.path @> s.path))
  AND ($6::text IS NULL OR p.commodity = $6) AND ($7::text IS NULL OR p.role = $7)
  {{words}}
ORDER BY p.id LIMIT $4
"""

# Each word is looked up once among the sites and once in the serials, not once a point.
_WORD = """AND (p.name ILIKE ${word} OR {site}
       OR p.id IN (SELECT i.point_id FROM meter AS m
                   JOIN installation AS i ON i.tenant_id = $1 AND i.meter_id = m.id
                   WHERE m.tenant_id = $1 AND m.serial ILIKE ${word}))"""
_FIRST_WORD = 9

_GROUP = """
SELECT g.id, g.name, g.commodity, g.timezone, g.site_id, g.parent_id
FROM balance_group AS g LEFT JOIN site AS s ON s.tenant_id = g.tenant_id AND s.id = g.site_id
"""

_GROUPS = f"""
{_GROUP} WHERE g.tenant_id = $1 AND g.id = ANY($2::bigint[]) AND {visible("s", 3)}
"""

# Whatever was moved away leaves its groups behind: they have sums of the past, and no meters.
_HAS_METERS = """EXISTS (
    SELECT FROM balance_group AS b JOIN group_member AS m ON m.tenant_id = $1 AND m.group_id = b.id
    WHERE b.tenant_id = $1 AND b.path <@ g.path)"""

_GROUPS_OF_SITES = f"""
{_GROUP} WHERE g.tenant_id = $1 AND g.site_id = ANY($2::bigint[]) AND {visible("s", 3)}
  AND {_HAS_METERS}
ORDER BY g.commodity
"""

_CHILD_GROUPS = f"""
{_GROUP} WHERE g.tenant_id = $1 AND g.parent_id = ANY($2::bigint[]) AND {visible("s", 3)}
  AND (g.site_id IS NULL OR {_HAS_METERS})
ORDER BY g.name, g.id
"""

_DRAWN_GROUPS = f"""
{_GROUP} WHERE g.tenant_id = $1 AND g.site_id IS NULL AND g.parent_id IS NULL AND {visible("s", 2)}
ORDER BY g.name, g.id
"""

_MEMBERS = f"""
SELECT m.group_id, p.id, p.name, p.commodity, CASE m.role WHEN 'aside' THEN p.role ELSE m.role END,
       p.energy_kind, s.timezone, p.site_id, p.premise_id, p.phase
FROM group_member AS m
JOIN metering_point AS p ON p.tenant_id = m.tenant_id AND p.id = m.point_id
JOIN site AS s ON s.tenant_id = p.tenant_id AND s.id = p.site_id
WHERE m.tenant_id = $1 AND m.group_id = ANY($2::bigint[]) AND {visible("s", 3)} ORDER BY p.id
"""  # noqa: S608 - a condition made of constants

_POINTS_BELOW = """
SELECT DISTINCT p.id, p.name, p.commodity, m.role, p.energy_kind, s.timezone, p.site_id,
       p.premise_id, p.phase
FROM balance_group AS top
JOIN balance_group AS g ON g.tenant_id = $1 AND g.path <@ top.path
JOIN group_member AS m ON m.tenant_id = $1 AND m.group_id = g.id AND m.role = $3
JOIN metering_point AS p ON p.tenant_id = $1 AND p.id = m.point_id
JOIN site AS s ON s.tenant_id = $1 AND s.id = p.site_id
WHERE top.tenant_id = $1 AND top.id = $2 ORDER BY p.id
"""

_BELOW = """
FROM unnest($2::bigint[]) AS asked (id)
JOIN balance_group AS top ON top.tenant_id = $1 AND top.id = asked.id
JOIN balance_group AS g ON g.tenant_id = $1 AND g.path <@ top.path
JOIN group_member AS m ON m.tenant_id = $1 AND m.group_id = g.id
JOIN installation AS i ON i.tenant_id = $1 AND i.point_id = m.point_id
"""

_SPANS = f"""
SELECT asked.id, min(extract(epoch FROM i.installed_at))::bigint,
       max(extract(epoch FROM coalesce(i.removed_at, '3000-01-01')))::bigint
{_BELOW} WHERE m.role IN ('consumer', 'common') GROUP BY asked.id
"""  # noqa: S608 - a constant

_EXPECTED = f"""
SELECT asked.id, sum(greatest(0,
    floor(least($4, extract(epoch FROM coalesce(i.removed_at, '3000-01-01')) / {_HOUR}))
    - ceil(greatest($3, extract(epoch FROM i.installed_at) / {_HOUR}))))::bigint
{_BELOW} GROUP BY asked.id
"""  # noqa: S608 - a constant

_FEEDS = """
SELECT group_id, point_id, role = 'inlet' FROM group_member
WHERE tenant_id = $1 AND group_id = ANY($2::bigint[]) AND role IN ('inlet', 'export')
"""


_BELOW_GROUP = """
SELECT g.id FROM balance_group AS top
JOIN balance_group AS g ON g.tenant_id = $1 AND g.path <@ top.path
WHERE top.tenant_id = $1 AND top.id = $2 AND g.id = ANY($3::bigint[])
"""


@dataclass(frozen=True, slots=True)
class PointRow:
    """A metering point with the zone of its site."""

    id: MeteringPointId
    name: str
    commodity: Commodity
    role: str
    energy_kind: EnergyKind
    timezone: str
    site_id: int
    premise_id: int | None
    phase: str | None
    since: int | None = None
    """First hour that a household may see, the first whole one after moving in; None for others."""

    def sees(self, at: datetime) -> bool:
        """Whether the principal may see what happened here at an instant."""
        return self.since is None or at.timestamp() >= self.since * _HOUR


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A balance group."""

    id: BalanceGroupId
    name: str
    commodity: Commodity
    timezone: str
    site_id: int | None
    parent_id: BalanceGroupId | None


def _point(row: Sequence[Any]) -> PointRow:
    return PointRow(row[0], row[1], Commodity(row[2]), row[3], EnergyKind(row[4]), *row[5:])


def _seen_by(scope: Scope, point: PointRow) -> PointRow:
    """A point with the hour from which a household sees it; as it is for others."""
    for home in scope.homes:
        if home.premise == point.premise_id:
            return replace(point, since=-(-int(home.since.timestamp()) // _HOUR))
    return point


def _group(row: Sequence[Any]) -> GroupRow:
    return GroupRow(row[0], row[1], Commodity(row[2]), *row[3:])


async def load_points(
    session: TenantSession, ids: Sequence[MeteringPointId]
) -> dict[MeteringPointId, PointRow]:
    """Points by id; absent and hidden ones are left out."""
    driver = await session.driver()
    scope = session.scope
    rows = await driver.fetch(_POINTS, scope.tenant_id, ids, sites_of(scope), homes_of(scope))
    return {row[0]: _seen_by(scope, _point(tuple(row))) for row in rows}


async def list_points(  # noqa: PLR0913 - a page, and the filters of the list
    session: TenantSession,
    after: int,
    most: int,
    *,
    under: SiteId | None = None,
    commodity: Commodity | None = None,
    role: Role | None = None,
    search: str | None = None,
) -> list[PointRow]:
    """Points in the order of their ids.

    ``search`` keeps those of which every word stands in path or address of the site, in the name or
    in the serial of a meter that ever stood there; more than ``MOST_WORDS`` find nothing.
    """
    words = [] if search is None else search.split()
    if len(words) > MOST_WORDS:
        return []
    searched = " ".join(_word(_FIRST_WORD + at) for at in range(len(words)))
    driver = await session.driver()
    rows = await driver.fetch(
        _POINTS_AFTER.format(words=searched),
        session.scope.tenant_id,
        after,
        sites_of(session.scope),
        most,
        under,
        commodity,
        role,
        homes_of(session.scope),
        *(f"%{literal(word)}%" for word in words),
    )
    return [_seen_by(session.scope, _point(tuple(row))) for row in rows]


def _word(place: int) -> str:
    return _WORD.format(word=place, site=addressed("s", place))


async def load_groups(
    session: TenantSession, ids: Sequence[BalanceGroupId]
) -> dict[BalanceGroupId, GroupRow]:
    """Groups by id; absent and hidden ones are left out."""
    driver = await session.driver()
    rows = await driver.fetch(_GROUPS, session.scope.tenant_id, ids, sites_of(session.scope))
    return {row[0]: _group(tuple(row)) for row in rows}


async def groups_of_sites(
    session: TenantSession, sites: Sequence[SiteId]
) -> dict[int, list[GroupRow]]:
    """Groups of each site, one for each commodity."""
    return await _grouped(session, _GROUPS_OF_SITES, sites, lambda group: group.site_id)


async def child_groups(
    session: TenantSession, parents: Sequence[BalanceGroupId]
) -> dict[int, list[GroupRow]]:
    """Groups directly below each group, by name."""
    return await _grouped(session, _CHILD_GROUPS, parents, lambda group: group.parent_id)


async def _grouped(
    session: TenantSession,
    statement: str,
    ids: Sequence[int],
    key: Callable[[GroupRow], int | None],
) -> dict[int, list[GroupRow]]:
    driver = await session.driver()
    rows = await driver.fetch(statement, session.scope.tenant_id, ids, sites_of(session.scope))
    found: dict[int, list[GroupRow]] = {}
    for row in rows:
        group = _group(tuple(row))
        found.setdefault(key(group) or 0, []).append(group)
    return found


async def drawn_groups(session: TenantSession) -> list[GroupRow]:
    """Roots of the groups that somebody drew beside the site tree."""
    driver = await session.driver()
    rows = await driver.fetch(_DRAWN_GROUPS, session.scope.tenant_id, sites_of(session.scope))
    return [_group(tuple(row)) for row in rows]


async def members_of_groups(
    session: TenantSession, ids: Sequence[BalanceGroupId]
) -> dict[int, list[PointRow]]:
    """Direct members of each group; the role is the one they have there."""
    driver = await session.driver()
    rows = await driver.fetch(_MEMBERS, session.scope.tenant_id, ids, sites_of(session.scope))
    found: dict[int, list[PointRow]] = {}
    for group, *row in rows:
        found.setdefault(group, []).append(_point(row))
    return found


async def points_below(session: TenantSession, group: BalanceGroupId, role: Role) -> list[PointRow]:
    """Points of one role that are members of a group or of any below it."""
    driver = await session.driver()
    rows = await driver.fetch(_POINTS_BELOW, session.scope.tenant_id, group, role)
    return [_point(tuple(row)) for row in rows]


async def spans_of_groups(
    session: TenantSession, ids: Sequence[BalanceGroupId]
) -> dict[int, tuple[int, int]]:
    """First hour and end of what was ever installed below each group."""
    driver = await session.driver()
    rows = await driver.fetch(_SPANS, session.scope.tenant_id, ids)
    return {row[0]: (row[1] // _HOUR, -(-row[2] // _HOUR)) for row in rows}


async def expected_of_groups(
    session: TenantSession, ids: Sequence[BalanceGroupId], start: int, end: int
) -> dict[int, int]:
    """Channel-hours that the ledger expects below each group within ``[start, end)``."""
    driver = await session.driver()
    rows = await driver.fetch(_EXPECTED, session.scope.tenant_id, ids, start, end)
    return {row[0]: row[1] for row in rows}


async def feeds_of_groups(
    session: TenantSession, ids: Sequence[BalanceGroupId]
) -> dict[int, list[tuple[int, bool]]]:
    """Inlets and exports of each group: the point, and whether it is an inlet."""
    driver = await session.driver()
    found: dict[int, list[tuple[int, bool]]] = {}
    for group, point, inlet in await driver.fetch(_FEEDS, session.scope.tenant_id, ids):
        found.setdefault(group, []).append((point, inlet))
    return found


async def below(
    session: TenantSession, top: BalanceGroupId, groups: Sequence[BalanceGroupId]
) -> set[BalanceGroupId]:
    """Those of some groups that are ``top`` or lie below it."""
    driver = await session.driver()
    rows = await driver.fetch(_BELOW_GROUP, session.scope.tenant_id, top, groups)
    return {row[0] for row in rows}
