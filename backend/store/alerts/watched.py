"""Rules as arrays, who holds them, and what they watch: few statements, however many rules.

A rule's holder is told as a household of the meters in their own premises, from the hour they moved
in, or else as one of the staff, of what lies in their memberships' sight.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.alerts import OWN_LIMIT, AlertKind
from domain.identity import BalanceGroupId, MeteringPointId, SiteId, UserId
from domain.quantities import Commodity
from tenants.session import TenantSession

IntArray = NDArray[np.int64]

FOREVER_S = 2**52
"""Later than any moment, in seconds since the epoch."""

HOUSEHOLDS = """
SELECT h.user_id, h.premise_id, min(extract(epoch FROM h.since))::bigint AS since_s
FROM home_member AS h
WHERE h.tenant_id = $1 AND h.since <= $2 AND (h.until IS NULL OR h.until > $2)
GROUP BY h.user_id, h.premise_id
"""
"""Who sees which home now, and since when. $1 is the tenant, $2 the moment."""

_TERMS = f"""int8send(r.id) || int8send(r.user_id) || int8send(array_position($4, r.kind)::bigint)
    || int8send(p.id) || float8send(coalesce(r.threshold, 'NaN'))
    || int8send(coalesce(extract(epoch FROM r.away_from)::bigint, 0))
    || int8send(coalesce(extract(epoch FROM r.away_until)::bigint, {FOREVER_S}))
    || int8send(coalesce(h.since_s, -1)) || int8send(extract(epoch FROM r.set_at)::bigint)"""

_OF_POINTS = f"""
WITH home AS MATERIALIZED ({HOUSEHOLDS})
SELECT string_agg({_TERMS}, ''::bytea)
FROM alert_rule AS r
JOIN user_account AS u ON u.id = r.user_id AND u.status = 'active'
JOIN metering_point AS p ON p.tenant_id = $1 AND p.id = r.point_id
LEFT JOIN home AS h ON h.user_id = r.user_id AND h.premise_id = p.premise_id
WHERE r.tenant_id = $1 AND r.enabled AND r.point_id = ANY($3::bigint[]) AND r.kind = ANY($4::text[])
"""  # noqa: S608 - made of constants

_OF_HOUSEHOLDS = f"""
WITH home AS MATERIALIZED ({HOUSEHOLDS})
SELECT string_agg({_TERMS}, ''::bytea)
FROM metering_point AS p
JOIN home AS h ON h.premise_id = p.premise_id
JOIN alert_rule AS r ON r.tenant_id = $1 AND r.user_id = h.user_id AND r.enabled
  AND r.point_id IS NULL AND r.group_id IS NULL AND r.kind = ANY($5::text[])
JOIN user_account AS u ON u.id = r.user_id AND u.status = 'active'
JOIN site AS s ON s.tenant_id = $1 AND s.id = p.site_id
WHERE p.tenant_id = $1 AND p.id = ANY($3::bigint[]) AND p.energy_kind = 'active'
  AND (r.site_id IS NULL OR EXISTS (SELECT FROM site AS top WHERE top.tenant_id = $1
       AND top.id = r.site_id AND top.path @> s.path))
"""  # noqa: S608 - made of constants

_OF_GROUPS = """
SELECT r.id, r.user_id, r.kind, r.group_id, r.threshold, extract(epoch FROM r.set_at)::bigint
FROM alert_rule AS r
JOIN user_account AS u ON u.id = r.user_id AND u.status = 'active'
WHERE r.tenant_id = $1 AND r.enabled AND r.group_id = ANY($2::bigint[])
  AND r.kind = ANY($3::text[]) ORDER BY r.id
"""

_STAFF = """
SELECT m.user_id, m.site_id FROM membership AS m
JOIN user_account AS u ON u.id = m.user_id AND u.status = 'active'
WHERE m.tenant_id = $1 AND m.role = ANY($3::text[])
  AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to > $2)
"""

_WIDE = """
SELECT r.id, r.user_id, r.kind, r.threshold, r.site_id, r.group_id FROM alert_rule AS r
WHERE r.tenant_id = $1 AND r.enabled AND r.point_id IS NULL AND r.kind = ANY($2::text[])
  AND r.user_id = ANY($3::bigint[]) ORDER BY r.id
"""

_POINTS = """
SELECT p.id, p.commodity, p.site_id, s.timezone, s.path::text FROM metering_point AS p
JOIN site AS s ON s.tenant_id = $1 AND s.id = p.site_id
WHERE p.tenant_id = $1 AND p.id = ANY($2::bigint[]) ORDER BY p.id
"""

_SITES = "SELECT id, path::text FROM site WHERE tenant_id = $1 AND id = ANY($2::bigint[])"

_MEMBERS = """
SELECT top.id, m.point_id FROM balance_group AS top
JOIN balance_group AS g ON g.tenant_id = $1 AND g.path <@ top.path
JOIN group_member AS m ON m.tenant_id = $1 AND m.group_id = g.id
WHERE top.tenant_id = $1 AND top.id = ANY($2::bigint[]) AND m.point_id = ANY($3::bigint[])
"""

_GROUPS_BELOW = """
SELECT top.id, g.id FROM balance_group AS top
JOIN balance_group AS g ON g.tenant_id = $1 AND g.path <@ top.path
WHERE top.tenant_id = $1 AND top.id = ANY($2::bigint[]) AND g.id = ANY($3::bigint[])
"""

_SILENCED = """
SELECT DISTINCT i.point_id FROM installation AS i
JOIN channel AS c ON c.tenant_id = $1 AND c.series_id = i.series_id
JOIN network_alarm AS n ON n.tenant_id = $1 AND n.kind = 'concentrator_silent'
  AND n.concentrator_id = c.concentrator_id AND n.closed_at IS NULL
WHERE i.tenant_id = $1 AND i.point_id = ANY($2::bigint[]) AND i.removed_at IS NULL
"""

_KNOWN_SINCE = """
SELECT i.point_id, extract(epoch FROM max(d.created_at))::bigint FROM installation AS i
JOIN channel AS c ON c.tenant_id = $1 AND c.series_id = i.series_id
JOIN concentrator AS d ON d.tenant_id = $1 AND d.id = c.concentrator_id
WHERE i.tenant_id = $1 AND i.point_id = ANY($2::bigint[]) AND i.removed_at IS NULL
GROUP BY i.point_id
"""

_STOOD_AT = """
SELECT (SELECT i.point_id FROM installation AS i
        WHERE i.tenant_id = $1 AND i.series_id = u.series_id AND i.installed_at <= u.at
          AND (i.removed_at IS NULL OR i.removed_at > u.at) LIMIT 1)
FROM unnest($2::bigint[], $3::timestamptz[]) WITH ORDINALITY AS u (series_id, at, place)
ORDER BY u.place
"""

_ROW = np.dtype([
    ("rule", ">i8"), ("user", ">i8"), ("kind", ">i8"), ("point", ">i8"), ("limit", ">f8"),
    ("from_s", ">i8"), ("until_s", ">i8"), ("since_s", ">i8"), ("set_s", ">i8"),
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules with the point each watches; arrays of shape ``(n,)``."""

    rule: IntArray
    user: IntArray
    kind: IntArray
    """Place in the kinds that were asked for."""

    point: IntArray
    limit: NDArray[np.float64]
    """NaN where the kind has none."""

    from_s: IntArray
    until_s: IntArray
    """An AWAY watch, in seconds since the epoch; :data:`FOREVER_S` has no end."""

    since_s: IntArray
    """When the holder's household moved in there; -1 where it is not their home."""

    set_s: IntArray
    """When it was set, in seconds since the epoch."""

    def take(self, rows: IntArray | NDArray[np.bool_]) -> "Rules":
        """Choose some."""
        return Rules(*(getattr(self, name)[rows] for name in self.__slots__))

    def with_(self, other: "Rules") -> "Rules":
        """Both, one after the other."""
        return Rules(
            *(
                np.concatenate([getattr(self, name), getattr(other, name)])
                for name in self.__slots__
            )
        )


class WideRule(NamedTuple):
    """A rule of one of the staff about a site, a group, or all they see."""

    id: int
    user_id: UserId
    kind: AlertKind
    limit: float | None
    site_id: SiteId | None
    group_id: BalanceGroupId | None


class GroupRule(NamedTuple):
    """A rule about the hours of a group."""

    id: int
    user_id: UserId
    kind: AlertKind
    group_id: BalanceGroupId
    limit: float | None
    set_s: int
    """When it was set, in seconds since the epoch."""


class Place(NamedTuple):
    """Where a point is."""

    id: MeteringPointId
    commodity: Commodity
    site_id: SiteId
    timezone: str
    sites: frozenset[int]
    """Its site and all above."""


async def rules_of_points(
    session: TenantSession, points: Sequence[int], kinds: Sequence[AlertKind], now: datetime
) -> Rules:
    """Rules about some points: their own ones, and those about all that a household has."""
    driver = await session.driver()
    asked = session.scope.tenant_id, now, points, [str(kind) for kind in kinds]
    wide = [str(kind) for kind in kinds if kind not in OWN_LIMIT]  # a limit names its meter
    own = await driver.fetchval(_OF_POINTS, *asked)
    homes = await driver.fetchval(_OF_HOUSEHOLDS, *asked, wide) if wide else None
    table = np.frombuffer((own or b"") + (homes or b""), _ROW)
    columns = [
        table[name].astype(table[name].dtype.newbyteorder("=")) for name in _ROW.fields or ()
    ]
    found = Rules(*columns)
    found.kind[:] -= 1  # SQL counts from one
    return found


async def rules_of_groups(
    session: TenantSession, groups: Sequence[int], kinds: Sequence[AlertKind]
) -> list[GroupRule]:
    """Rules about the hours of some groups."""
    driver = await session.driver()
    words = [str(kind) for kind in kinds]
    rows = await driver.fetch(_OF_GROUPS, session.scope.tenant_id, groups, words)
    return [GroupRule(row[0], row[1], AlertKind(row[2]), row[3], row[4], row[5]) for row in rows]


async def staff(
    session: TenantSession, roles: Sequence[str], now: datetime
) -> dict[UserId, frozenset[SiteId] | None]:
    """People with one of some roles, and the sites they see; None for all."""
    driver = await session.driver()
    found: dict[UserId, frozenset[SiteId] | None] = {}
    for user, site in await driver.fetch(_STAFF, session.scope.tenant_id, now, list(roles)):
        known = found.get(user, frozenset())
        found[user] = None if site is None or known is None else known | {site}
    return found


async def wide_rules(
    session: TenantSession, kinds: Sequence[AlertKind], users: Sequence[UserId]
) -> list[WideRule]:
    """Rules of people about a site, a group, or all they see."""
    driver = await session.driver()
    words = [str(kind) for kind in kinds]
    rows = await driver.fetch(_WIDE, session.scope.tenant_id, words, users)
    return [WideRule(row[0], row[1], AlertKind(row[2]), *tuple(row)[3:]) for row in rows]


class Places(Mapping[int, Place]):
    """Where points are: their zones as an array, and the rest when somebody asks."""

    def __init__(self, rows: Sequence[Sequence[Any]]) -> None:
        self._rows = rows
        self._at = {row[0]: at for at, row in enumerate(rows)}
        self._above: dict[str, frozenset[int]] = {}
        self.zones = sorted({row[3] for row in rows})
        codes = {zone: code for code, zone in enumerate(self.zones)}
        self.zone = np.array([codes[row[3]] for row in rows], np.int64)
        """Place of its zone among ``zones``, of each point in the order of their ids."""

    def __getitem__(self, point: int) -> Place:
        number, commodity, site, zone, path = self._rows[self._at[point]]
        if path not in self._above:
            self._above[path] = _ids(path)
        return Place(number, Commodity(commodity), site, zone, self._above[path])

    def __iter__(self) -> Iterator[int]:
        return iter(self._at)

    def __len__(self) -> int:
        return len(self._at)


async def places(session: TenantSession, points: Sequence[int]) -> Places:
    """Where points are, given in ascending order."""
    driver = await session.driver()
    return Places(await driver.fetch(_POINTS, session.scope.tenant_id, points))


def _ids(path: str) -> frozenset[int]:
    return frozenset(int(one) for one in path.split("."))


async def sites_above(session: TenantSession, sites: Sequence[int]) -> dict[int, frozenset[int]]:
    """Each site and all above it."""
    driver = await session.driver()
    rows = await driver.fetch(_SITES, session.scope.tenant_id, sites)
    return {row[0]: _ids(row[1]) for row in rows}


async def silenced(session: TenantSession, points: Sequence[int]) -> set[int]:
    """Points whose whole concentrator is silent: one alarm tells of all of them."""
    driver = await session.driver()
    return {row[0] for row in await driver.fetch(_SILENCED, session.scope.tenant_id, points)}


async def known_since(session: TenantSession, points: IntArray) -> IntArray:
    """Hour in which the concentrator of each point was made known; 0 where it has none."""
    driver = await session.driver()
    found = np.zeros(len(points), np.int64)
    rows = await driver.fetch(_KNOWN_SINCE, session.scope.tenant_id, points.tolist())
    if rows:
        found[np.searchsorted(points, [row[0] for row in rows])] = [row[1] // 3600 for row in rows]
    return found


async def points_at(
    session: TenantSession, series: Sequence[int], moments: Sequence[datetime]
) -> list[int | None]:
    """The point at which each channel counted at a moment; None where no meter stood."""
    driver = await session.driver()
    rows = await driver.fetch(_STOOD_AT, session.scope.tenant_id, series, moments)
    return [row[0] for row in rows]


async def points_in_groups(
    session: TenantSession, groups: Sequence[int], points: Sequence[int]
) -> Mapping[int, set[int]]:
    """Which of some points each group or one below it has."""
    return await _pairs(session, _MEMBERS, groups, points)


async def groups_in_groups(
    session: TenantSession, tops: Sequence[int], groups: Sequence[int]
) -> Mapping[int, set[int]]:
    """Which of some groups each top is or has below it."""
    return await _pairs(session, _GROUPS_BELOW, tops, groups)


async def _pairs(
    session: TenantSession, statement: str, tops: Sequence[int], wanted: Sequence[int]
) -> dict[int, set[int]]:
    if not tops:
        return {}
    driver = await session.driver()
    found: dict[int, set[int]] = {}
    for top, one in await driver.fetch(statement, session.scope.tenant_id, tops, wanted):
        found.setdefault(top, set()).add(one)
    return found
