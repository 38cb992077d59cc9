"""Months of points up to a midnight, in SQL: what a forecast needs besides the hours of today."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenants.session import TenantSession

_LOAD = """
SELECT point_id, midnight, so_far, level FROM month_level
WHERE tenant_id = $1 AND point_id = ANY($2::bigint[])
"""

_SAVE = """
INSERT INTO month_level (tenant_id, point_id, midnight, so_far, level)
SELECT $1, u.id, $3, u.so_far, u.level
FROM unnest($2::bigint[], $4::bigint[], $5::float8[]) AS u (id, so_far, level) ORDER BY u.id
ON CONFLICT (tenant_id, point_id) DO UPDATE
SET midnight = excluded.midnight, so_far = excluded.so_far, level = excluded.level
"""

_WATCHED = """
SELECT DISTINCT r.point_id, s.timezone FROM alert_rule AS r
JOIN metering_point AS p ON p.tenant_id = $1 AND p.id = r.point_id
JOIN site AS s ON s.tenant_id = $1 AND s.id = p.site_id
WHERE r.tenant_id = $1 AND r.enabled AND r.kind = 'month_forecast' AND r.point_id > $2
ORDER BY r.point_id LIMIT $3
"""


@dataclass(frozen=True, slots=True)
class Levels:
    """Months of points up to a midnight; arrays of shape ``(n,)``."""

    midnight: NDArray[np.int64]
    """0 where nothing is kept."""

    so_far: NDArray[np.float64]
    level: NDArray[np.float64]
    """Wh or litres of a day; NaN where too little is known."""


async def load(session: TenantSession, points: NDArray[np.int64]) -> Levels:
    """What is kept of points, given in ascending order."""
    driver = await session.driver()
    found = Levels(
        np.zeros(len(points), np.int64), np.zeros(len(points)), np.full(len(points), np.nan)
    )
    rows = await driver.fetch(_LOAD, session.scope.tenant_id, points.tolist())
    if rows:
        at = np.searchsorted(points, [row[0] for row in rows])
        found.midnight[at] = [row[1] for row in rows]
        found.so_far[at] = [row[2] for row in rows]
        found.level[at] = [row[3] for row in rows]
    return found


async def save(
    session: TenantSession,
    points: NDArray[np.int64],
    midnight: int,
    so_far: NDArray[np.int64],
    level: NDArray[np.float64],
) -> None:
    """Keep the months of points up to a midnight."""
    driver = await session.driver()
    columns = points.tolist(), midnight, so_far.tolist(), level.tolist()
    await driver.execute(_SAVE, session.scope.tenant_id, *columns)


async def watched(session: TenantSession, after: int, most: int) -> Sequence[tuple[int, str]]:
    """Points whose months rules watch, with their zones, in the order of their ids."""
    driver = await session.driver()
    rows = await driver.fetch(_WATCHED, session.scope.tenant_id, after, most)
    return [(row[0], row[1]) for row in rows]
