"""Which series hold the temperatures of a channel: one of the supply, one of the return."""

import numpy as np
from numpy.typing import NDArray

from domain.identity import TenantId
from tenants.session import TenantSession

QUANTITIES = ("temperature_supply", "temperature_return")
MOST_KEPT = 500_000

_KNOWN = """
SELECT c.series_id, s.quantity, s.id FROM channel AS c
JOIN series AS s ON s.tenant_id = $1 AND s.owner_id = c.id AND s.owner_kind = 'channel'
  AND s.kind = 'instant'
WHERE c.tenant_id = $1 AND c.series_id = ANY($2::bigint[])
"""

_MAKE = """
INSERT INTO series (tenant_id, owner_kind, owner_id, quantity, kind, unit, scale)
SELECT $1, 'channel', c.id, u.quantity, 'instant', 'degC', -2
FROM unnest($2::bigint[], $3::text[]) AS u (series_id, quantity)
JOIN channel AS c ON c.tenant_id = $1 AND c.series_id = u.series_id
"""

Asked = tuple[int, int]
"""Series of a channel's counters, and 0 for supply or 1 for return."""


class TemperatureDirectory:
    """Series of temperatures, remembered: they never change."""

    def __init__(self) -> None:
        self._known: dict[tuple[TenantId, int, int], int] = {}

    async def series_of(
        self, session: TenantSession, channel: NDArray[np.int64], which: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Series of each temperature, made where there is none; all of shape ``(n,)``.

        The caller is the one folder of the tenant.
        """
        asked, back = np.unique(np.stack([channel, which]), axis=1, return_inverse=True)
        pairs: list[Asked] = [(one[0], one[1]) for one in asked.T.tolist()]
        tenant = session.scope.tenant_id
        found = {
            pair: self._known[tenant, *pair] for pair in pairs if (tenant, *pair) in self._known
        }
        missing = [pair for pair in pairs if pair not in found]
        if missing:
            stood = await _load(session, missing)
            self._keep(tenant, stood)
            found |= stood
            fresh = [pair for pair in missing if pair not in stood]
            if fresh:
                # not remembered before they are committed
                found |= await _make(session, fresh)
        return np.array([found[pair] for pair in pairs], np.int64)[back]

    def _keep(self, tenant: TenantId, found: dict[Asked, int]) -> None:
        if len(self._known) + len(found) > MOST_KEPT:
            self._known.clear()
        self._known |= {(tenant, *pair): series for pair, series in found.items()}


async def _load(session: TenantSession, pairs: list[Asked]) -> dict[Asked, int]:
    driver = await session.driver()
    channels = sorted({pair[0] for pair in pairs})
    rows = await driver.fetch(_KNOWN, session.scope.tenant_id, channels)
    return {(row[0], QUANTITIES.index(row[1])): row[2] for row in rows}


async def _make(session: TenantSession, pairs: list[Asked]) -> dict[Asked, int]:
    driver = await session.driver()
    channels = [pair[0] for pair in pairs]
    names = [QUANTITIES[pair[1]] for pair in pairs]
    await driver.execute(_MAKE, session.scope.tenant_id, channels, names)
    return await _load(session, pairs)
