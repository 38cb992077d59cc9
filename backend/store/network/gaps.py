"""Gaps in SQL: what is installed on a concentrator, and what it is asked for again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
import orjson
from numpy.typing import NDArray

from domain.gaps import Gap, gap_of
from domain.identity import ConcentratorId
from tenants.session import TenantSession

GAPS = "gaps"
"""Kind of the bells that have gaps found: by the hour, by the day, and where late hours came."""

DEBOUNCE_S = 20
"""A concentrator that catches up pushes again and again."""


class Reach(StrEnum):
    """How far back is looked."""

    RECENT = "recent"
    OLDER = "older"


_NEXT = """
SELECT c.id FROM concentrator AS c
LEFT JOIN concentrator_gaps AS g ON g.tenant_id = $1 AND g.concentrator_id = c.id
WHERE c.tenant_id = $1 AND (g.{column} IS NULL OR g.{column} < $2)
ORDER BY c.id LIMIT $3
"""
_COLUMN = {Reach.RECENT: "computed_at", Reach.OLDER: "older_computed_at"}

_INSTALLED = """
SELECT c.concentrator_id, c.network, c.address, i.series_id,
       extract(epoch FROM i.installed_at)::bigint,
       coalesce(extract(epoch FROM i.removed_at)::bigint, $4)
FROM channel AS c
JOIN installation AS i ON i.tenant_id = $1 AND i.series_id = c.series_id
WHERE c.tenant_id = $1 AND c.concentrator_id = ANY($2::bigint[])
  AND (i.removed_at IS NULL OR i.removed_at > $3)
ORDER BY c.concentrator_id, i.series_id
"""

_SAVE = """
INSERT INTO concentrator_gaps AS g (tenant_id, concentrator_id, {what}, {when})
SELECT $1, u.id, u.found::jsonb, $2 FROM unnest($3::bigint[], $4::text[]) AS u (id, found)
ORDER BY u.id
ON CONFLICT (tenant_id, concentrator_id) DO UPDATE
SET {what} = excluded.{what}, {when} = excluded.{when}
"""

_RING = """
INSERT INTO work_bell (tenant_id, kind, key, due_at)
SELECT $1, $2, u.id::text, now() + make_interval(secs => $4)
FROM unnest($3::bigint[]) AS u (id) ORDER BY u.id
ON CONFLICT DO NOTHING
"""

_TAKE = """
DELETE FROM work_bell WHERE tenant_id = $1 AND kind = $2 AND key ~ '^[0-9]+$' AND due_at <= now()
RETURNING key::bigint
"""

_OPEN = """
SELECT recent::text, older::text FROM concentrator_gaps
WHERE tenant_id = $1 AND concentrator_id = $2
"""

FOREVER_S = 2**40


@dataclass(frozen=True, slots=True)
class Installed:
    """Meters on the channels of some concentrators; arrays have shape ``(n,)``."""

    concentrator: NDArray[np.int64]
    network: NDArray[np.int64]
    address: NDArray[np.int64]
    series: NDArray[np.int64]
    start_s: NDArray[np.int64]
    end_s: NDArray[np.int64]

    def of(self, concentrator: int) -> "Installed":
        """Those of one concentrator."""
        own = self.concentrator == concentrator
        return Installed(
            self.concentrator[own],
            self.network[own],
            self.address[own],
            self.series[own],
            self.start_s[own],
            self.end_s[own],
        )


async def next_due(
    session: TenantSession, reach: Reach, before: datetime, most: int
) -> list[ConcentratorId]:
    """Concentrators whose gaps were not looked for since a moment."""
    driver = await session.driver()
    text = _NEXT.format(column=_COLUMN[reach])
    return [row[0] for row in await driver.fetch(text, session.scope.tenant_id, before, most)]


async def installed(
    session: TenantSession, concentrators: Sequence[int], since: datetime
) -> Installed:
    """Meters that stood on concentrators at any time since a moment."""
    driver = await session.driver()
    rows = await driver.fetch(_INSTALLED, session.scope.tenant_id, concentrators, since, FOREVER_S)
    table = np.array([tuple(row) for row in rows], np.int64).reshape(-1, 6)
    return Installed(*(np.ascontiguousarray(column) for column in table.T))


async def save(
    session: TenantSession, reach: Reach, at: datetime, found: Sequence[tuple[int, Sequence[Gap]]]
) -> None:
    """Keep what concentrators are asked for, by concentrator."""
    driver = await session.driver()
    await driver.execute(
        _SAVE.format(what=str(reach), when=_COLUMN[reach]),
        session.scope.tenant_id,
        at,
        [concentrator for concentrator, _ in found],
        [orjson.dumps([gap.document() for gap in gaps]).decode() for _, gaps in found],
    )


async def ring(session: TenantSession, concentrators: Sequence[int]) -> None:
    """Have the gaps of concentrators looked for again soon."""
    driver = await session.driver()
    tenant = session.scope.tenant_id
    await driver.execute(_RING, tenant, GAPS, concentrators, float(DEBOUNCE_S))


async def take_rung(session: TenantSession) -> list[int]:
    """Concentrators for which somebody rang; what is lost with a crash, the next hour finds."""
    driver = await session.driver()
    return sorted(row[0] for row in await driver.fetch(_TAKE, session.scope.tenant_id, GAPS))


async def open_gaps(session: TenantSession, concentrator_id: ConcentratorId) -> list[Gap]:
    """What a concentrator is asked for."""
    driver = await session.driver()
    row = await driver.fetchrow(_OPEN, session.scope.tenant_id, concentrator_id)
    return [] if row is None else read(row[0], row[1])


def read(recent: str | None, older: str | None) -> list[Gap]:
    """Gaps out of their columns, the newest first."""
    return [
        gap_of(document)
        for text in (recent, older)
        if text is not None and text != "[]"
        for document in orjson.loads(text)
    ]
