"""The delivery ledger in SQL: what is expected below groups hour by hour, and which points."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from domain.identity import BalanceGroupId, MeteringPointId
from tenants.session import TenantSession

_HOUR = 3600

_BELOW = """
FROM unnest($2::bigint[]) AS asked (id)
JOIN balance_group AS top ON top.tenant_id = $1 AND top.id = asked.id
JOIN balance_group AS g ON g.tenant_id = $1 AND g.path <@ top.path
JOIN group_member AS m ON m.tenant_id = $1 AND m.group_id = g.id
"""

# Meters come and go in few hours of a range: those are counted, and no row of a meter is read.
_EDGES = f"""
WITH standing AS (
    SELECT asked.id,
        greatest($3, ceil(extract(epoch FROM i.installed_at) / {_HOUR})::bigint) AS low,
        least($4, floor(extract(epoch FROM coalesce(i.removed_at, '3000-01-01')) / {_HOUR})::bigint)
            AS high
    {_BELOW} JOIN installation AS i ON i.tenant_id = $1 AND i.point_id = m.point_id
)
SELECT id, hour, sum(step)::bigint FROM (
    SELECT id, low AS hour, 1 AS step FROM standing WHERE low < high
    UNION ALL SELECT id, high, -1 FROM standing WHERE low < high
) AS edge GROUP BY id, hour
"""  # noqa: S608 - constants

_POINTS = f"SELECT DISTINCT m.point_id {_BELOW} ORDER BY m.point_id LIMIT $3"


async def expected_by_hour(
    session: TenantSession, groups: Sequence[BalanceGroupId], start: int, end: int
) -> NDArray[np.int64]:
    """Channel-hours that the ledger expects below each group, shape ``(g, t)``."""
    driver = await session.driver()
    rows = await driver.fetch(_EDGES, session.scope.tenant_id, groups, start, end)
    steps = np.zeros((len(groups), end - start + 1), dtype=np.int64)
    place = {group: at for at, group in enumerate(groups)}
    for group, hour, step in rows:
        steps[place[group], hour - start] += step
    return steps.cumsum(axis=1)[:, :-1]


async def points_below(
    session: TenantSession, group: BalanceGroupId, most: int
) -> list[MeteringPointId]:
    """Metering points at and below a group, whatever their role."""
    driver = await session.driver()
    rows = await driver.fetch(_POINTS, session.scope.tenant_id, [group], most)
    return [row[0] for row in rows]
