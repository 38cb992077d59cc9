"""What validation flagged, in SQL, and whose turn it is to be validated."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from backend.store.model.access import sites_of, visible
from domain.identity import MeteringPointId, SiteId
from tenants.session import TenantSession

VALIDATE = "validate"
"""Kind of the bells that have hours validated."""

_NEXT_SITE = """
SELECT min(site_id) FROM metering_point WHERE tenant_id = $1 AND site_id > $2
"""
_POINTS = """
SELECT p.id, p.commodity, p.role, s.timezone FROM metering_point AS p
JOIN site AS s ON s.tenant_id = $1 AND s.id = p.site_id
WHERE p.tenant_id = $1 AND p.site_id = $2 AND p.id > $3
  AND EXISTS (SELECT FROM installation AS i WHERE i.tenant_id = $1 AND i.point_id = p.id
              AND (i.removed_at IS NULL OR i.removed_at > $4))
ORDER BY p.id LIMIT $5
"""
_TERMS = """
SELECT i.point_id, extract(epoch FROM i.installed_at)::bigint,
       i.pulses_per::float8 / i.per_units, i.capacity::float8
FROM installation AS i WHERE i.tenant_id = $1 AND i.point_id = ANY($2::bigint[])
ORDER BY i.point_id, i.installed_at
"""
_FORGET = """
DELETE FROM validation_finding AS f
WHERE f.tenant_id = $1 AND f.point_id = ANY($2::bigint[]) AND f.ended_at > $3
  AND NOT EXISTS (
      SELECT FROM unnest($4::bigint[], $5::text[], $6::timestamptz[]) AS u (point, rule, began)
      WHERE u.point = f.point_id AND u.rule = f.rule AND u.began = f.began_at)
"""
_KEEP = """
INSERT INTO validation_finding AS f (tenant_id, point_id, rule, began_at, ended_at, evidence)
SELECT $1, u.point, u.rule, u.began, u.ended, u.evidence::jsonb
FROM unnest($2::bigint[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::text[])
    AS u (point, rule, began, ended, evidence)
ON CONFLICT (tenant_id, point_id, rule, began_at) DO UPDATE
SET ended_at = excluded.ended_at, evidence = excluded.evidence,
    (reviewed_at, reviewer, review_note) = (
        SELECT f.reviewed_at, f.reviewer, f.review_note WHERE excluded.ended_at <= f.ended_at)
WHERE (f.ended_at, f.evidence) IS DISTINCT FROM (excluded.ended_at, excluded.evidence)
"""
_COLUMNS = """f.point_id, f.id, f.rule, f.began_at, f.ended_at, f.evidence::text, f.found_at,
       f.reviewed_at, f.reviewer, f.review_note"""

_LIST = f"""
SELECT {_COLUMNS} FROM validation_finding AS f
WHERE f.tenant_id = $1 AND f.point_id = $2 AND ($3 = 0 OR f.id < $3) ORDER BY f.id DESC LIMIT $4
"""  # noqa: S608 - made of constants

# What a person found right is settled, and so is what was corrected since it was flagged: the next
# round forgets it.
_DOUBTFUL = f"""
SELECT {_COLUMNS} FROM validation_finding AS f
JOIN metering_point AS p ON p.tenant_id = $1 AND p.id = f.point_id
JOIN site AS s ON s.tenant_id = $1 AND s.id = p.site_id
WHERE f.tenant_id = $1 AND f.reviewed_at IS NULL AND ($2 = 0 OR f.id < $2) AND {visible("s", 3)}
  AND ($4::bigint IS NULL OR EXISTS (
      SELECT FROM site AS top WHERE top.tenant_id = $1 AND top.id = $4 AND top.path @> s.path))
  AND ($5::text[] IS NULL OR f.rule = ANY($5)) AND f.ended_at > $6
  AND NOT EXISTS (
      SELECT FROM reading_change AS c
      CROSS JOIN LATERAL jsonb_array_elements(c.differences) AS d
      WHERE c.tenant_id = $1 AND c.point_id = f.point_id AND c.recorded_at > f.found_at
        AND to_timestamp((d ->> 0)::bigint * 3600) >= f.began_at
        AND to_timestamp((d ->> 0)::bigint * 3600) < f.ended_at)
ORDER BY f.id DESC LIMIT $7
"""  # noqa: S608 - a condition made of constants

_REVIEW = f"""
UPDATE validation_finding AS f SET reviewed_at = $4, reviewer = $5, review_note = $6
FROM metering_point AS p
JOIN site AS s ON s.tenant_id = $1 AND s.id = p.site_id
WHERE f.tenant_id = $1 AND f.id = $2 AND p.tenant_id = $1 AND p.id = f.point_id
  AND {visible("s", 3)}
RETURNING {_COLUMNS}
"""  # noqa: S608 - a condition made of constants


class Doubt(NamedTuple):
    """Which flags are asked for."""

    site: SiteId | None
    """At and below a site."""

    rules: Sequence[str] | None
    since: datetime
    """Those that lie before it are left out."""


class Judged(NamedTuple):
    """A metering point whose hours are validated."""

    id: MeteringPointId
    commodity: str
    role: str
    timezone: str


class Meter(NamedTuple):
    """A meter at a point from a second on: pulses per kWh or m3, and the capacity."""

    point_id: MeteringPointId
    since_s: int
    pulses: float
    capacity: float


class Found(NamedTuple):
    """What was flagged at a point."""

    point_id: MeteringPointId
    rule: str
    began_at: datetime
    ended_at: datetime
    evidence: dict[str, float]


class FlagRow(NamedTuple):
    """A flag as people see it."""

    id: int
    rule: str
    began_at: datetime
    ended_at: datetime
    evidence: dict[str, float]
    found_at: datetime
    reviewed_at: datetime | None = None
    """When somebody found the reading right."""

    reviewer: str | None = None
    note: str | None = None


async def next_site(session: TenantSession, after: int) -> int | None:
    """Next site with metering points of its own."""
    driver = await session.driver()
    found: int | None = await driver.fetchval(_NEXT_SITE, session.scope.tenant_id, after)
    return found


async def points_of(
    session: TenantSession, site: int, after: int, since: datetime, most: int
) -> list[Judged]:
    """Points of a site at which a meter stood since a moment, in the order of their ids."""
    driver = await session.driver()
    rows = await driver.fetch(_POINTS, session.scope.tenant_id, site, after, since, most)
    return [Judged(*row) for row in rows]


async def meters_of(session: TenantSession, points: Sequence[MeteringPointId]) -> list[Meter]:
    """Meters of points, in the order of points and time."""
    driver = await session.driver()
    return [Meter(*row) for row in await driver.fetch(_TERMS, session.scope.tenant_id, points)]


async def replace(
    session: TenantSession,
    points: Sequence[MeteringPointId],
    since: datetime,
    found: Sequence[Found],
) -> None:
    """Let these be what is flagged at points in hours since a moment."""
    driver = await session.driver()
    tenant = session.scope.tenant_id
    columns: list[list[Any]] = [[getattr(one, name) for one in found] for name in Found._fields]
    point, rule, began, ended, evidence = columns
    await driver.execute(_FORGET, tenant, points, since, point, rule, began)
    texts = [orjson.dumps(one, option=orjson.OPT_SORT_KEYS).decode() for one in evidence]
    await driver.execute(_KEEP, tenant, point, rule, began, ended, texts)


async def list_flags(
    session: TenantSession, point: MeteringPointId, before: int, most: int
) -> list[FlagRow]:
    """What was flagged at a point, the newest first; ``before`` is an id, or 0."""
    driver = await session.driver()
    rows = await driver.fetch(_LIST, session.scope.tenant_id, point, before, most)
    return [_flag(row) for row in rows]


async def list_doubtful(
    session: TenantSession, asked: Doubt, before: int, most: int
) -> list[tuple[MeteringPointId, FlagRow]]:
    """What was flagged at the points in sight and not corrected since; ``before`` as above."""
    driver, scope = await session.driver(), session.scope
    rules = None if asked.rules is None else list(asked.rules)
    rows = await driver.fetch(
        _DOUBTFUL, scope.tenant_id, before, sites_of(scope), asked.site, rules, asked.since, most
    )
    return [(MeteringPointId(row[0]), _flag(row)) for row in rows]


async def review(
    session: TenantSession, number: int, note: str | None, now: datetime
) -> tuple[MeteringPointId, FlagRow] | None:
    """Keep that the principal found flagged hours right; None where none are in sight."""
    driver, scope = await session.driver(), session.scope
    row = await driver.fetchrow(
        _REVIEW, scope.tenant_id, number, sites_of(scope), now, scope.actor, note
    )
    return None if row is None else (MeteringPointId(row[0]), _flag(row))


def _flag(row: Sequence[Any]) -> FlagRow:
    number, rule, began, ended, evidence, *rest = row[1:]
    return FlagRow(number, rule, began, ended, orjson.loads(evidence), *rest)
