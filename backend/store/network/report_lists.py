"""What devices reported, as people read it: events, temperatures, topology, found channels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.models.readings import HOUR_COLUMNS
from backend.store.model.access import sites_of, visible
from domain.frames import EventKind
from domain.hours import day_of, first_hour, hour_of, instant_of
from domain.identity import ChannelId, ConcentratorId, MeteringPointId
from domain.periods import StatusBit
from tenants.session import TenantSession

KINDS = tuple(str(kind) for kind in EventKind)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST_HOUR = 70_000_000
"""Beyond all that a device can report; a cursor may name anything."""

_KINDS_ROOM = 64
"""More than there are kinds: an event's place in its list is one number."""

_EVENTS = """
SELECT e.at, e.kind, e.value
FROM installation AS i
JOIN event AS e ON e.tenant_id = $1 AND e.series_id = i.series_id AND e.at >= i.installed_at
  AND (i.removed_at IS NULL OR e.at < i.removed_at)
WHERE i.tenant_id = $1 AND i.point_id = $2
  AND ($3::timestamptz IS NULL OR e.at < $3
       OR (e.at = $3 AND array_position($5::text[], e.kind) < $4))
ORDER BY e.at DESC, array_position($5::text[], e.kind) DESC LIMIT $6
"""

_STATUS = """
SELECT p.bit, p.began_at, p.ended_at
FROM installation AS i
JOIN status_period AS p ON p.tenant_id = $1 AND p.series_id = i.series_id
  AND p.ended_at > i.installed_at AND (i.removed_at IS NULL OR p.began_at < i.removed_at)
WHERE i.tenant_id = $1 AND i.point_id = $2
  AND ($3::timestamptz IS NULL OR p.began_at < $3 OR (p.began_at = $3 AND p.bit < $4))
ORDER BY p.began_at DESC, p.bit DESC LIMIT $5
"""

_TEMPERATURES = f"""
SELECT i.point_id, s.quantity, t.day, i.installed_at, i.removed_at, {", ".join(HOUR_COLUMNS)}
FROM installation AS i
JOIN series AS s ON s.tenant_id = $1 AND s.owner_id = i.channel_id AND s.owner_kind = 'channel'
  AND s.kind = 'instant'
JOIN temperature_day AS t ON t.tenant_id = $1 AND t.series_id = s.id AND t.day BETWEEN $3 AND $4
WHERE i.tenant_id = $1 AND i.point_id = ANY($2::bigint[])
"""  # noqa: S608 - names of columns are constants

_TOPOLOGY = """
SELECT concentrator_id, network, module, parent, level, rssi, relayed, battery_mv, firmware, made_at
FROM topology_day WHERE tenant_id = $1 AND concentrator_id = ANY($2::bigint[]) AND day = $3
ORDER BY concentrator_id, network, level, module
"""

_FOUND = f"""
SELECT c.id, c.concentrator_id, c.network, c.address, c.series_id, c.found_at, r.name
FROM channel AS c
LEFT JOIN channel_offer AS o ON o.tenant_id = $1 AND o.channel_id = c.id
LEFT JOIN premise AS r ON r.tenant_id = $1 AND r.id = o.premise_id
JOIN concentrator AS d ON d.tenant_id = $1 AND d.id = c.concentrator_id
LEFT JOIN site AS s ON s.tenant_id = $1 AND s.id = d.site_id
WHERE c.tenant_id = $1 AND c.id > $2 AND {visible("s", 4)}
  AND NOT EXISTS (
      SELECT FROM installation AS i WHERE i.tenant_id = $1 AND i.series_id = c.series_id)
ORDER BY c.id LIMIT $3
"""  # noqa: S608 - a condition made of constants


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that was noticed at a metering point."""

    at: datetime
    kind: str
    value: float | None

    @property
    def place(self) -> int:
        """Number that grows with time, and tells events of one moment apart."""
        moment = (self.at - _EPOCH) // timedelta(microseconds=1)
        return moment * _KINDS_ROOM + KINDS.index(self.kind) + 1


@dataclass(frozen=True, slots=True)
class StatusRow:
    """Hours in which a status bit was set at a metering point."""

    bit: StatusBit
    began_at: datetime
    ended_at: datetime

    @property
    def place(self) -> int:
        """Number that grows with time, and tells bits of one moment apart."""
        return hour_of(self.began_at) * _KINDS_ROOM + self.bit


@dataclass(frozen=True, slots=True)
class ModuleRow:
    """A radio module on one day."""

    network: int
    module: str
    parent: str | None
    level: int
    rssi: int | None
    relayed: int | None
    battery_mv: int | None
    firmware: str | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A channel on which no meter ever stood."""

    id: ChannelId
    concentrator_id: ConcentratorId
    network: int
    address: int
    series_id: int
    found_at: datetime
    offered_to: str | None = None
    """Name of the home to whose household it is left."""


async def events_of(
    session: TenantSession, point: MeteringPointId, before: int, most: int
) -> list[EventRow]:
    """Events at a point, the newest first; ``before`` a place in the list, 0 for all."""
    at, kind = None, 0
    if before:
        moment, kind = divmod(before, _KINDS_ROOM)
        try:
            at = _EPOCH + timedelta(microseconds=moment)
        except OverflowError:
            at = None
    driver = await session.driver()
    rows = await driver.fetch(_EVENTS, session.scope.tenant_id, point, at, kind, list(KINDS), most)
    return [EventRow(*row) for row in rows]


async def status_of(
    session: TenantSession, point: MeteringPointId, before: int, most: int
) -> list[StatusRow]:
    """Periods of status bits at a point, those that began last first; ``before`` as for events."""
    at, bit = None, 0
    if before:
        hour, bit = divmod(before, _KINDS_ROOM)
        at = instant_of(min(hour, LAST_HOUR))
    driver = await session.driver()
    rows = await driver.fetch(_STATUS, session.scope.tenant_id, point, at, bit, most)
    return [StatusRow(StatusBit(row[0]), row[1], row[2]) for row in rows]


async def temperatures_of(
    session: TenantSession, points: Sequence[MeteringPointId], low: int, high: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Supply and return temperature [degC] at the end of each hour, each of shape ``(n, t)``.

    NaN where none came.
    """
    driver = await session.driver()
    first, last = day_of(low), day_of(high - 1)
    rows = await driver.fetch(_TEMPERATURES, session.scope.tenant_id, list(points), first, last)
    place = {point: row for row, point in enumerate(points)}
    found = {name: np.full((len(points), high - low), np.nan) for name in ("supply", "return")}
    for point, quantity, day, installed, removed, *hours in rows:
        series = found[quantity.removeprefix("temperature_")][place[point]]
        for slot, value in enumerate(hours):
            hour = first_hour(day) + slot
            end = instant_of(hour + 1)
            stood = installed <= end and (removed is None or end <= removed)
            if value is not None and low <= hour < high and stood:
                series[hour - low] = value / 100
    return found["supply"], found["return"]


async def topology_of(
    session: TenantSession, concentrators: Sequence[ConcentratorId], day: date
) -> dict[ConcentratorId, list[ModuleRow]]:
    """Modules of each concentrator as they were reported for a UTC day, by level."""
    driver = await session.driver()
    rows = await driver.fetch(_TOPOLOGY, session.scope.tenant_id, concentrators, day)
    found: dict[ConcentratorId, list[ModuleRow]] = {}
    for concentrator, *rest in rows:
        columns: list[Any] = rest
        found.setdefault(concentrator, []).append(ModuleRow(*columns))
    return found


async def found_channels(session: TenantSession, after: int, most: int) -> list[FoundRow]:
    """Channels on which no meter ever stood, in the order in which they were found."""
    driver = await session.driver()
    sites = sites_of(session.scope)
    rows = await driver.fetch(_FOUND, session.scope.tenant_id, after, most, sites)
    return [FoundRow(*row) for row in rows]
