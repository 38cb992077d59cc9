"""Findings as people see them: of a group and everything below, of a point, of the tenant."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from backend.store.model.access import sites_of, visible
from domain.findings import (
    FAMILY,
    FOR_RESIDENTS,
    WRONG,
    Family,
    FindingKind,
    FindingState,
    FindingVerdict,
)
from domain.identity import BalanceGroupId, MeteringPointId, SiteId, UserId
from domain.quantities import Commodity
from tenants.session import TenantSession

_COLUMNS = """f.id, f.kind, f.state, f.verdict, f.commodity, f.point_id, f.group_id, f.site_id,
       f.since, f.seen_at, f.opened_at, f.closed_at, f.amount, f.amount_low, f.amount_high, f.flow,
       f.confidence, f.figures::text, f.causes, f.explanation, f.story::text"""

_ASKED = f"""f.tenant_id = $1 AND {visible("s", 2)}
  AND ($5::text[] IS NULL OR f.state = ANY($5)) AND f.kind = ANY($6::text[])"""

_WANTED = f"{_ASKED} AND ($3 = 0 OR f.id < $3)"

_FOUND = "finding AS f LEFT JOIN site AS s ON s.tenant_id = $1 AND s.id = f.site_id"

_INHERITS = """(ts.path @> s.path
        OR EXISTS (SELECT FROM balance_group AS g
                   WHERE g.tenant_id = $1 AND g.id = f.group_id AND g.path <@ top.path)
        OR (top.site_id IS NULL AND EXISTS (
            SELECT FROM group_member AS m
            JOIN balance_group AS g ON g.tenant_id = $1 AND g.id = m.group_id
            WHERE m.tenant_id = $1 AND m.point_id = f.point_id AND g.path <@ top.path)))"""

_OF_GROUPS = f"""
SELECT asked.id, found.* FROM unnest($7::bigint[]) AS asked (id)
JOIN balance_group AS top ON top.tenant_id = $1 AND top.id = asked.id
LEFT JOIN site AS ts ON ts.tenant_id = $1 AND ts.id = top.site_id
CROSS JOIN LATERAL (
    SELECT {_COLUMNS} FROM {_FOUND} WHERE {_WANTED} AND f.commodity = top.commodity
      AND {_INHERITS}
    ORDER BY f.id DESC LIMIT $4) AS found
ORDER BY asked.id, found.id DESC
"""  # noqa: S608 - conditions made of constants

_OF_POINTS = f"""
SELECT asked.id, found.* FROM unnest($7::bigint[]) AS asked (id)
CROSS JOIN LATERAL (
    SELECT {_COLUMNS} FROM {_FOUND} WHERE {_WANTED} AND f.point_id = asked.id
    ORDER BY f.id DESC LIMIT $4) AS found
ORDER BY asked.id, found.id DESC
"""  # noqa: S608 - conditions made of constants

_IN_PLACE = """($7::bigint IS NULL OR EXISTS (
      SELECT FROM site AS top WHERE top.tenant_id = $1 AND top.id = $7 AND top.path @> s.path))
  AND ($8::text IS NULL OR f.commodity = $8)"""

_OF_TENANT = f"""
SELECT {_COLUMNS} FROM {_FOUND} WHERE {_WANTED} AND {_IN_PLACE}
ORDER BY f.id DESC LIMIT $4
"""  # noqa: S608 - conditions made of constants

# By money; what has no price or no amount comes last, the larger amount and the newer one first.
_SIZE = "coalesce({0}.amount * {1}.price, 0), coalesce({0}.amount, 0), {0}.id"
_PRICED = "LEFT JOIN commodity_price AS {1} ON {1}.tenant_id = $1 AND {1}.commodity = {0}.commodity"

_LARGEST = f"""
SELECT {_COLUMNS} FROM {_FOUND} {_PRICED.format("f", "c")}
WHERE {_ASKED} AND {_IN_PLACE} AND ($3::bigint = 0 OR ({_SIZE.format("f", "c")}) < (
    SELECT {_SIZE.format("l", "d")} FROM finding AS l {_PRICED.format("l", "d")}
    WHERE l.tenant_id = $1 AND l.id = $3))
ORDER BY coalesce(f.amount * c.price, 0) DESC, coalesce(f.amount, 0) DESC, f.id DESC LIMIT $4
"""  # noqa: S608 - conditions made of constants

_BY_ID = f"""
SELECT {_COLUMNS} FROM {_FOUND}
WHERE f.tenant_id = $1 AND {visible("s", 2)} AND f.id = ANY($3::bigint[])
"""  # noqa: S608 - conditions made of constants

_OWN = f"""
SELECT {_COLUMNS} FROM finding AS f
JOIN metering_point AS p ON p.tenant_id = $1 AND p.id = f.point_id
WHERE f.tenant_id = $1 AND ($2 = 0 OR f.id < $2) AND f.kind = ANY($4::text[])
  AND ($7::text[] IS NULL OR f.state = ANY($7)) AND f.kind = ANY($8::text[])
  AND EXISTS (
    SELECT FROM home_member AS h
    WHERE h.tenant_id = $1 AND h.premise_id = p.premise_id AND h.user_id = $5
      AND h.since <= $6 AND (h.until IS NULL OR h.until > $6) AND f.seen_at >= h.since)
ORDER BY f.id DESC LIMIT $3
"""  # noqa: S608 - names of columns are constants

_TRANSITIONS = """
SELECT finding_id, at, actor, state, verdict, kind, note FROM finding_transition
WHERE tenant_id = $1 AND finding_id = ANY($2::bigint[]) ORDER BY finding_id, id
"""

_CURVES = """
SELECT finding_id, name, start_hour, "values" FROM finding_evidence
WHERE tenant_id = $1 AND finding_id = ANY($2::bigint[]) ORDER BY finding_id, name
"""

_BELOW = f"""
SELECT f.id FROM finding AS f
LEFT JOIN site AS s ON s.tenant_id = $1 AND s.id = f.site_id
JOIN balance_group AS top ON top.tenant_id = $1 AND top.id = $3
LEFT JOIN site AS ts ON ts.tenant_id = $1 AND ts.id = top.site_id
WHERE f.tenant_id = $1 AND f.id = ANY($2::bigint[]) AND f.commodity = top.commodity
  AND {_INHERITS}
"""  # noqa: S608 - a condition made of constants


# What a balance says was not counted, and nobody has refuted; what was closed, if it was confirmed:
# it has been repaired, and was not counted all the same.
_UNCOUNTED = """
SELECT f.id, f.state <> $4, f.point_id, e.start_hour, e."values" FROM finding AS f
JOIN finding_evidence AS e ON e.tenant_id = $1 AND e.finding_id = f.id AND e.name = 'missing'
WHERE f.tenant_id = $1 AND f.group_id IS NOT NULL
  AND CASE WHEN f.state = $4 THEN f.verdict = $5 ELSE f.verdict IS NULL OR f.verdict = $5 END
  AND f.kind = ANY($6::text[])
  AND (f.point_id = ANY($2::bigint[]) OR (f.point_id IS NULL AND f.group_id = $3))
ORDER BY f.id
"""


class FindingRow(NamedTuple):
    """A finding as it is now; amounts in Wh or litres."""

    id: int
    kind: FindingKind
    state: FindingState
    verdict: FindingVerdict | None
    commodity: Commodity
    point_id: MeteringPointId | None
    group_id: BalanceGroupId | None
    site_id: SiteId | None
    since: datetime
    seen_at: datetime
    opened_at: datetime
    closed_at: datetime | None
    amount: int | None
    amount_low: int | None
    amount_high: int | None
    flow: float | None
    confidence: float
    figures: Mapping[str, float]
    causes: tuple[str, ...]
    explanation: str
    """In English; what an older release kept has nothing else."""

    story: Mapping[str, object] | None
    """As :class:`backend.services.findings.stories.Story` packs it."""


class TransitionRow(NamedTuple):
    """A step in the life of a finding."""

    at: datetime
    actor: str
    state: FindingState
    verdict: FindingVerdict | None
    kind: FindingKind
    note: str | None


class CurveRow(NamedTuple):
    """One curve behind a finding, hour by hour; NaN is unknown."""

    name: str
    start: int
    values: NDArray[np.float64]


class Uncounted(NamedTuple):
    """What a finding says was not counted, hour by hour in Wh or litres."""

    finding: int
    is_open: bool
    point_id: MeteringPointId | None
    """None where it accuses nobody."""

    start: int
    values: NDArray[np.float64]


class Wanted(NamedTuple):
    """A page of findings: how long, before which id (0: from the newest), and which."""

    most: int
    before: int = 0
    states: tuple[FindingState, ...] | None = None
    kinds: tuple[FindingKind, ...] = tuple(sorted(WRONG))
    largest: bool = False
    """Whether those that cost most come first, and not the newest."""


def _row(row: Sequence[object]) -> FindingRow:
    values = list(row)
    values[1], values[2] = FindingKind(str(row[1])), FindingState(str(row[2]))
    values[3] = None if row[3] is None else FindingVerdict(str(row[3]))
    values[4], values[17] = Commodity(str(row[4])), orjson.loads(str(row[17]))
    values[20] = None if row[20] is None else orjson.loads(str(row[20]))
    values[18] = tuple(row[18])  # type: ignore[arg-type]  # an array of texts
    return FindingRow(*values)  # type: ignore[arg-type]  # as selected


def _words(of: Sequence[str] | None) -> list[str] | None:
    return None if of is None else [str(one) for one in of]


async def _of_each(
    session: TenantSession, statement: str, ids: Sequence[int], wanted: Wanted
) -> dict[int, list[FindingRow]]:
    driver = await session.driver()
    scope = session.scope
    rows = await driver.fetch(
        statement,
        scope.tenant_id,
        sites_of(scope),
        wanted.before,
        wanted.most,
        _words(wanted.states),
        _words(wanted.kinds),
        ids,
    )
    found: dict[int, list[FindingRow]] = {}
    for owner, *row in rows:
        found.setdefault(owner, []).append(_row(row))
    return found


async def of_groups(
    session: TenantSession, groups: Sequence[BalanceGroupId], wanted: Wanted
) -> dict[int, list[FindingRow]]:
    """Findings of each group and of all that is below it, the newest first."""
    return await _of_each(session, _OF_GROUPS, groups, wanted)


async def of_points(
    session: TenantSession, points: Sequence[MeteringPointId], wanted: Wanted
) -> dict[int, list[FindingRow]]:
    """Findings of each point, the newest first."""
    return await _of_each(session, _OF_POINTS, points, wanted)


async def list_findings(
    session: TenantSession,
    wanted: Wanted,
    under: SiteId | None = None,
    commodity: Commodity | None = None,
) -> list[FindingRow]:
    """Findings in sight, the newest or the largest first."""
    driver = await session.driver()
    scope = session.scope
    rows = await driver.fetch(
        _LARGEST if wanted.largest else _OF_TENANT,
        scope.tenant_id,
        sites_of(scope),
        wanted.before,
        wanted.most,
        _words(wanted.states),
        _words(wanted.kinds),
        under,
        commodity,
    )
    return [_row(tuple(row)) for row in rows]


async def own_findings(
    session: TenantSession, user: UserId, wanted: Wanted, now: datetime
) -> list[FindingRow]:
    """Leaks at the meters of the premises where a person lives now, the newest first."""
    driver = await session.driver()
    rows = await driver.fetch(
        _OWN,
        session.scope.tenant_id,
        wanted.before,
        wanted.most,
        sorted(FOR_RESIDENTS),
        user,
        now,
        _words(wanted.states),
        _words(wanted.kinds),
    )
    return [_row(tuple(row)) for row in rows]


async def load_findings(session: TenantSession, ids: Sequence[int]) -> dict[int, FindingRow]:
    """Findings by id; absent and hidden ones are left out."""
    driver = await session.driver()
    rows = await driver.fetch(_BY_ID, session.scope.tenant_id, sites_of(session.scope), ids)
    return {row[0]: _row(tuple(row)) for row in rows}


async def transitions(session: TenantSession, ids: Sequence[int]) -> dict[int, list[TransitionRow]]:
    """Steps of each finding, the first one first."""
    driver = await session.driver()
    found: dict[int, list[TransitionRow]] = {}
    for row in await driver.fetch(_TRANSITIONS, session.scope.tenant_id, ids):
        verdict = None if row[4] is None else FindingVerdict(row[4])
        one = TransitionRow(
            row[1], row[2], FindingState(row[3]), verdict, FindingKind(row[5]), row[6]
        )
        found.setdefault(row[0], []).append(one)
    return found


async def curves(session: TenantSession, ids: Sequence[int]) -> dict[int, list[CurveRow]]:
    """Curves behind each finding, by name."""
    driver = await session.driver()
    found: dict[int, list[CurveRow]] = {}
    for number, name, start, values in await driver.fetch(_CURVES, session.scope.tenant_id, ids):
        curve = CurveRow(name, start, np.array(values, dtype=np.float64))
        found.setdefault(number, []).append(curve)
    return found


async def below(session: TenantSession, top: BalanceGroupId, findings: Sequence[int]) -> set[int]:
    """Those of some findings that a group inherits."""
    driver = await session.driver()
    rows = await driver.fetch(_BELOW, session.scope.tenant_id, findings, top)
    return {row[0] for row in rows}


async def uncounted(
    session: TenantSession, group: BalanceGroupId, points: Sequence[MeteringPointId]
) -> list[Uncounted]:
    """What balances say that some points, and nobody of a group, do not count."""
    driver = await session.driver()
    kinds = sorted(kind for kind in WRONG if FAMILY[kind] in {Family.UNDERCOUNT, Family.LOSS})
    rows = await driver.fetch(
        _UNCOUNTED,
        session.scope.tenant_id,
        points,
        group,
        FindingState.CLOSED,
        FindingVerdict.CONFIRMED,
        kinds,
    )
    return [
        Uncounted(number, is_open, point, start, np.array(values, np.float64))
        for number, is_open, point, start, values in rows
    ]
