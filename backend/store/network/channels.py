"""From what a concentrator calls a channel to the series of its counters."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backend.store.groups.group_marks import GroupDirectory
from backend.store.hours.temperature_series import TemperatureDirectory
from domain.identity import TenantId
from tenants.session import TenantSession

UNPLACED_LIMIT = 10_000
"""Channels without a meter that one concentrator may make known; the journal keeps the rest."""

_KNOWN = """
SELECT c.concentrator_id, c.network, c.address, c.series_id FROM channel c
WHERE c.tenant_id = $1 AND c.concentrator_id = ANY($2::bigint[])
"""

_UNPLACED = """
SELECT c.concentrator_id, count(*) FROM channel c
WHERE c.tenant_id = $1 AND c.concentrator_id = ANY($2::bigint[]) AND NOT EXISTS (
    SELECT FROM installation i WHERE i.tenant_id = $1 AND i.series_id = c.series_id)
GROUP BY c.concentrator_id
"""

_MAKE = """
WITH asked AS (
    SELECT u.*, nextval(pg_get_serial_sequence('channel', 'id')) AS id,
           nextval(pg_get_serial_sequence('series', 'id')) AS series_id
    FROM unnest($2::bigint[], $3::smallint[], $4::int[]) AS u (concentrator_id, network, address)
), counters AS (
    INSERT INTO series (tenant_id, id, owner_kind, owner_id, quantity, kind, unit)
    SELECT $1, series_id, 'channel', id, 'pulses', 'counter', 'pulse' FROM asked
)
INSERT INTO channel (tenant_id, id, concentrator_id, network, address, series_id)
SELECT $1, id, concentrator_id, network, address, series_id FROM asked
"""

Addresses = NDArray[np.int64]
"""Rows of (concentrator, network, address), shape ``(n, 3)``."""


@dataclass(frozen=True, slots=True)
class _Known:
    keys: NDArray[np.int64]
    series: NDArray[np.int64]


def _key(network: NDArray[np.int64], address: NDArray[np.int64]) -> NDArray[np.int64]:
    return network << 16 | address


class ChannelDirectory:
    """Series of channels, remembered: a channel never changes its series; and what hangs on it."""

    def __init__(self, most_concentrators: int = 25_000) -> None:
        self._known: dict[tuple[TenantId, int], _Known] = {}
        self._most = most_concentrators
        self.groups = GroupDirectory()
        self.temperatures = TemperatureDirectory()

    async def series_of(self, session: TenantSession, addresses: Addresses) -> NDArray[np.int64]:
        """Series of each channel, shape ``(n,)``; unknown channels are made, into quarantine.

        -1 stands for a channel beyond :data:`UNPLACED_LIMIT`. The caller is the one folder of
        the tenant, so nobody makes the same channel meanwhile.
        """
        concentrators = np.unique(addresses[:, 0])
        missing = [c for c in concentrators.tolist() if not self._has(session, c)]
        if missing:
            await self._load(session, missing)
        found = self._look_up(session, addresses)
        if (found < 0).any():
            unknown = np.unique(addresses[found < 0], axis=0)
            concerned = np.unique(unknown[:, 0]).tolist()
            await self._load(session, concerned)  # an import may have placed it since
            unknown = unknown[self._look_up(session, unknown) < 0]
            await _make(session, await _within_limit(session, unknown))
            await self._load(session, concerned)
            found = self._look_up(session, addresses)
        return found

    def _has(self, session: TenantSession, concentrator: int) -> bool:
        return (session.scope.tenant_id, concentrator) in self._known

    async def _load(self, session: TenantSession, concentrators: Iterable[int]) -> None:
        wanted = list(concentrators)
        if len(self._known) + len(wanted) > self._most:
            self._known.clear()
        driver = await session.driver()
        rows = await driver.fetch(_KNOWN, session.scope.tenant_id, wanted)
        table = np.array([tuple(row) for row in rows], dtype=np.int64).reshape(-1, 4)
        for concentrator in wanted:
            own = table[table[:, 0] == concentrator]
            keys = _key(own[:, 1], own[:, 2])
            order = np.argsort(keys)
            known = _Known(keys[order], own[order, 3])
            self._known[session.scope.tenant_id, concentrator] = known

    def _look_up(self, session: TenantSession, addresses: Addresses) -> NDArray[np.int64]:
        found = np.full(len(addresses), -1, dtype=np.int64)
        keys = _key(addresses[:, 1], addresses[:, 2])
        order = np.argsort(addresses[:, 0], kind="stable")
        concentrators, first = np.unique(addresses[order, 0], return_index=True)
        for concentrator, rows in zip(
            concentrators.tolist(), np.split(order, first[1:]), strict=True
        ):
            known = self._known.get((session.scope.tenant_id, concentrator))
            if known is None or not len(known.keys):
                continue
            at = np.minimum(np.searchsorted(known.keys, keys[rows]), len(known.keys) - 1)
            found[rows] = np.where(known.keys[at] == keys[rows], known.series[at], -1)
        return found


async def _within_limit(session: TenantSession, unknown: Addresses) -> Addresses:
    driver = await session.driver()
    concerned = np.unique(unknown[:, 0]).tolist()
    rows = await driver.fetch(_UNPLACED, session.scope.tenant_id, concerned)
    room = {row[0]: UNPLACED_LIMIT - row[1] for row in rows}
    kept = [
        unknown[unknown[:, 0] == concentrator][: max(0, room.get(concentrator, UNPLACED_LIMIT))]
        for concentrator in concerned
    ]
    return np.concatenate([*kept, np.zeros((0, 3), dtype=np.int64)])


async def _make(session: TenantSession, addresses: Addresses) -> None:
    if len(addresses):
        driver = await session.driver()
        columns = (column.tolist() for column in addresses.T)
        await driver.execute(_MAKE, session.scope.tenant_id, *columns)
