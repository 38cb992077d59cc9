"""Corrections in SQL: what stands in the place of counters, and the acts that put it there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import orjson
from numpy.typing import NDArray

from domain.hours import hour_of, instant_of
from domain.identity import MeteringPointId
from tenants.session import TenantSession

_STANDING = """
SELECT series_id, hour, counter FROM reading_edit
WHERE tenant_id = $1 AND series_id = ANY($2::bigint[]) AND hour >= $3 AND hour < $4
  AND recorded_at <= $5 AND (superseded_at IS NULL OR superseded_at > $5)
"""
_EDITED = """
SELECT DISTINCT series_id FROM reading_edit
WHERE tenant_id = $1 AND series_id = ANY($2::bigint[]) AND superseded_at IS NULL
"""
_BEGIN = """
INSERT INTO reading_change (tenant_id, point_id, reason, actor, differences)
VALUES ($1, $2, $3, $4, '[]') RETURNING id
"""
_SUPERSEDE = """
UPDATE reading_edit AS e SET superseded_at = clock_timestamp()
FROM unnest($2::bigint[], $3::timestamptz[]) AS u (series_id, hour)
WHERE e.tenant_id = $1 AND e.series_id = u.series_id AND e.hour = u.hour
  AND e.superseded_at IS NULL
"""
_PUT = """
INSERT INTO reading_edit (tenant_id, change_id, series_id, hour, counter)
SELECT $1, $2, * FROM unnest($3::bigint[], $4::timestamptz[], $5::int[])
"""
_TELL = "UPDATE reading_change SET differences = $3::jsonb WHERE tenant_id = $1 AND id = $2"
_CHANGES = """
SELECT id, reason, actor, recorded_at, differences::text FROM reading_change
WHERE tenant_id = $1 AND point_id = $2 AND id < $3 ORDER BY id DESC LIMIT $4
"""


@dataclass(frozen=True, slots=True)
class Edit:
    """What shall stand for the counter at the end of an hour."""

    series: int
    hour: int
    counter: int | None
    """None voids it."""

    restore: bool = False
    """What was pushed shall stand again."""


Differences = Sequence[tuple[int, int | None, int | None]]
"""(hour, before, after) in Wh or litres; None where unknown."""


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """An act of correction."""

    id: int
    reason: str
    actor: str
    recorded_at: datetime
    differences: Differences


def as_int4(counter: int) -> int:
    """The int4 with the same 32 bits."""
    return counter - (counter >> 31 << 32)


async def edited(session: TenantSession, series: NDArray[np.int64]) -> set[int]:
    """Series of which some counter is corrected or void."""
    driver = await session.driver()
    rows = await driver.fetch(_EDITED, session.scope.tenant_id, series.tolist())
    return {row[0] for row in rows}


async def standing_at(
    session: TenantSession, series: Sequence[int], low: int, high: int, at: datetime
) -> Mapping[tuple[int, int], int | None]:
    """What stood in the place of counters over ``[low, high)`` at a moment, by series and hour."""
    driver = await session.driver()
    rows = await driver.fetch(
        _STANDING, session.scope.tenant_id, series, instant_of(low), instant_of(high), at
    )
    return {
        (row[0], hour_of(row[1])): None if row[2] is None else row[2] & 0xFFFFFFFF for row in rows
    }


async def begin(session: TenantSession, point: MeteringPointId, reason: str) -> int:
    """Open an act of correction; gives its id."""
    driver = await session.driver()
    scope = session.scope
    made: int = await driver.fetchval(_BEGIN, scope.tenant_id, point, reason, scope.actor)
    return made


async def put(session: TenantSession, change: int, edits: Sequence[Edit]) -> None:
    """Let edits stand; those that stood in their places no longer do."""
    driver = await session.driver()
    tenant = session.scope.tenant_id
    series = [edit.series for edit in edits]
    hours = [instant_of(edit.hour) for edit in edits]
    await driver.execute(_SUPERSEDE, tenant, series, hours)
    new = [edit for edit in edits if not edit.restore]
    await driver.execute(
        _PUT,
        tenant,
        change,
        [edit.series for edit in new],
        [instant_of(edit.hour) for edit in new],
        [None if edit.counter is None else as_int4(edit.counter) for edit in new],
    )


async def tell(session: TenantSession, change: int, differences: Differences) -> None:
    """Write down what an act of correction changed."""
    driver = await session.driver()
    told = orjson.dumps(differences).decode()
    await driver.execute(_TELL, session.scope.tenant_id, change, told)


async def changes_of(
    session: TenantSession, point: MeteringPointId, before: int, most: int
) -> list[ChangeRow]:
    """Acts of correction at a point with ids below ``before``, the newest first."""
    driver = await session.driver()
    rows = await driver.fetch(_CHANGES, session.scope.tenant_id, point, before, most)
    return [
        ChangeRow(row[0], row[1], row[2], row[3], [tuple(one) for one in orjson.loads(row[4])])
        for row in rows
    ]
