"""Alarms of the network in SQL: what stands where, which alarms are open, who was heard when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backend.store.model.access import sites_of, visible
from domain.identity import ConcentratorId, SiteId, UserId
from tenants.session import TenantSession

SILENCE = "silence"
"""Kind of the bells that have silent devices looked for."""

CONCENTRATOR, MODULE, CHANNEL = "concentrator_silent", "module_silent", "channel_silent"

_LIMITS = "SELECT concentrator_silent_h, device_silent_h FROM network_settings WHERE tenant_id = $1"
_SET_LIMITS = """
INSERT INTO network_settings (tenant_id, concentrator_silent_h, device_silent_h)
VALUES ($1, $2, $3) ON CONFLICT (tenant_id) DO UPDATE
SET concentrator_silent_h = excluded.concentrator_silent_h,
    device_silent_h = excluded.device_silent_h
"""

_NEXT = """
SELECT c.id, c.site_id, coalesce(l.last_received_at, c.created_at) FROM concentrator AS c
LEFT JOIN concentrator_link AS l ON l.tenant_id = $1 AND l.concentrator_id = c.id
WHERE c.tenant_id = $1 AND c.id > $2 ORDER BY c.id LIMIT $3
"""

_CHANNELS = """
SELECT c.id, c.concentrator_id, coalesce(c.module_id, 0), c.series_id,
       extract(epoch FROM i.installed_at)::bigint, p.site_id
FROM channel AS c
JOIN installation AS i ON i.tenant_id = $1 AND i.series_id = c.series_id
JOIN metering_point AS p ON p.tenant_id = $1 AND p.id = i.point_id
WHERE c.tenant_id = $1 AND c.concentrator_id = ANY($2::bigint[])
  AND i.installed_at <= $3 AND (i.removed_at IS NULL OR i.removed_at > $3)
ORDER BY c.series_id
"""

_OPEN = """
SELECT kind, device_id FROM network_alarm
WHERE tenant_id = $1 AND concentrator_id = ANY($2::bigint[]) AND closed_at IS NULL
"""

_RAISE = """
INSERT INTO network_alarm
    (tenant_id, kind, device_id, concentrator_id, site_id, silent_since, opened_at)
SELECT $1, u.kind, u.device, u.concentrator, u.site, u.since, $2
FROM unnest($3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::timestamptz[])
    AS u (kind, device, concentrator, site, since)
ON CONFLICT (tenant_id, kind, device_id) WHERE closed_at IS NULL DO NOTHING
"""

_CLOSE = """
UPDATE network_alarm AS a SET closed_at = $2
FROM unnest($3::text[], $4::bigint[]) AS u (kind, device)
WHERE a.tenant_id = $1 AND a.kind = u.kind AND a.device_id = u.device AND a.closed_at IS NULL
"""

_LIST = f"""
SELECT a.id, a.kind, a.concentrator_id, a.site_id, a.silent_since, a.opened_at, a.closed_at,
       CASE a.kind WHEN 'module_silent' THEN m.serial ELSE c.serial END,
       coalesce(h.network, m.network), h.address,
       a.acknowledged_at, a.acknowledged_by, a.assignee_id, a.note
FROM network_alarm AS a
JOIN concentrator AS c ON c.tenant_id = $1 AND c.id = a.concentrator_id
LEFT JOIN radio_module AS m
    ON m.tenant_id = $1 AND a.kind = 'module_silent' AND m.id = a.device_id
LEFT JOIN channel AS h ON h.tenant_id = $1 AND a.kind = 'channel_silent' AND h.id = a.device_id
LEFT JOIN site AS s ON s.tenant_id = $1 AND s.id = a.site_id
WHERE a.tenant_id = $1 AND {visible("s", 2)} AND ($3 = 0 OR a.id < $3)
  AND (NOT $5 OR a.closed_at IS NULL)
  AND ($6::bigint IS NULL OR EXISTS (
      SELECT FROM site AS top WHERE top.tenant_id = $1 AND top.id = $6 AND top.path @> s.path))
  AND ($7::bigint IS NULL OR a.concentrator_id = $7) AND ($8::bigint IS NULL OR a.id = $8)
ORDER BY a.id DESC LIMIT $4
"""  # noqa: S608 - a condition made of constants

_WORK = """
UPDATE network_alarm
SET acknowledged_at = coalesce(acknowledged_at, $3),
    acknowledged_by = coalesce(acknowledged_by, $4),
    assignee_id = $5, note = $6
WHERE tenant_id = $1 AND id = $2
  AND (acknowledged_at, assignee_id, note) IS DISTINCT FROM (coalesce(acknowledged_at, $3), $5, $6)
RETURNING id
"""

_HEARD = """
SELECT concentrator_id, last_received_at FROM concentrator_link
WHERE tenant_id = $1 AND concentrator_id = ANY($2::bigint[])
"""

_COUNT = """
SELECT top.id, count(*) FROM site AS top
JOIN site AS s ON s.tenant_id = $1 AND s.path <@ top.path
JOIN network_alarm AS a ON a.tenant_id = $1 AND a.site_id = s.id AND a.closed_at IS NULL
WHERE top.tenant_id = $1 AND top.id = ANY($2::bigint[]) GROUP BY top.id
"""

# A place of its own has whoever meters stand on; silent too long, it is told as an alarm.
_UNHEARD = """
SELECT top.id, count(*) FROM site AS top
JOIN site AS s ON s.tenant_id = $1 AND s.path <@ top.path
JOIN concentrator AS c ON c.tenant_id = $1 AND c.site_id = s.id
LEFT JOIN concentrator_link AS l ON l.tenant_id = $1 AND l.concentrator_id = c.id
WHERE top.tenant_id = $1 AND top.id = ANY($2::bigint[]) AND l.last_received_at IS NULL
  AND NOT EXISTS (
      SELECT FROM network_alarm AS a
      WHERE a.tenant_id = $1 AND a.kind = 'concentrator_silent' AND a.device_id = c.id
        AND a.closed_at IS NULL)
GROUP BY top.id
"""


class Limits(NamedTuple):
    """Whole hours of silence above which an alarm is raised."""

    concentrator_h: int = 3
    device_h: int = 26


class Heard(NamedTuple):
    """A concentrator and when it was heard last, or else when it was made known."""

    id: ConcentratorId
    site_id: SiteId | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Placed:
    """Channels on which a meter stands; arrays of one length, in the order of their series."""

    channel: NDArray[np.int64]
    concentrator: NDArray[np.int64]
    module: NDArray[np.int64]
    """0 where none is known."""

    series: NDArray[np.int64]
    since_s: NDArray[np.int64]
    site: NDArray[np.int64]


class Alarm(NamedTuple):
    """What an alarm says of a device."""

    kind: str
    device: int
    concentrator: int
    site: int | None
    since: datetime


class AlarmRow(NamedTuple):
    """An alarm as people see it."""

    id: int
    kind: str
    concentrator_id: ConcentratorId
    site_id: SiteId | None
    silent_since: datetime
    opened_at: datetime
    closed_at: datetime | None
    serial: str
    network: int | None
    address: int | None
    acknowledged_at: datetime | None
    acknowledged_by: UserId | None
    assignee_id: UserId | None
    note: str | None


class Work(NamedTuple):
    """Who acknowledged an alarm, who looks after it, and what is known."""

    person: UserId | None
    assignee: UserId | None
    note: str | None


class Wanted(NamedTuple):
    """Which alarms are listed; None does not narrow."""

    under: SiteId | None = None
    concentrator: ConcentratorId | None = None
    number: int | None = None


EVERYWHERE = Wanted()


async def limits(session: TenantSession) -> Limits:
    """Limits of the tenant."""
    driver = await session.driver()
    row = await driver.fetchrow(_LIMITS, session.scope.tenant_id)
    return Limits() if row is None else Limits(*row)


async def set_limits(session: TenantSession, wanted: Limits) -> None:
    """Set the limits of the tenant."""
    driver = await session.driver()
    await driver.execute(_SET_LIMITS, session.scope.tenant_id, *wanted)


async def next_concentrators(session: TenantSession, after: int, most: int) -> list[Heard]:
    """Concentrators in the order of their ids."""
    driver = await session.driver()
    return [Heard(*row) for row in await driver.fetch(_NEXT, session.scope.tenant_id, after, most)]


async def placed(session: TenantSession, concentrators: Sequence[int], now: datetime) -> Placed:
    """Channels of concentrators on which a meter stands now."""
    driver = await session.driver()
    rows = await driver.fetch(_CHANNELS, session.scope.tenant_id, concentrators, now)
    table = np.array([tuple(row) for row in rows], np.int64).reshape(-1, 6)
    return Placed(*(np.ascontiguousarray(column) for column in table.T))


async def open_alarms(session: TenantSession, concentrators: Sequence[int]) -> set[tuple[str, int]]:
    """Kind and device of the alarms that are open on concentrators."""
    driver = await session.driver()
    rows = await driver.fetch(_OPEN, session.scope.tenant_id, concentrators)
    return {(row[0], row[1]) for row in rows}


async def raise_alarms(session: TenantSession, alarms: Sequence[Alarm], now: datetime) -> None:
    """Open alarms; one that is open stays as it is."""
    driver = await session.driver()
    columns = [list(column) for column in zip(*alarms, strict=True)] or [[]] * len(Alarm._fields)
    await driver.execute(_RAISE, session.scope.tenant_id, now, *columns)


async def close_alarms(
    session: TenantSession, heard: Sequence[tuple[str, int]], now: datetime
) -> None:
    """Close the alarms of devices that were heard again."""
    driver = await session.driver()
    kinds, devices = [kind for kind, _ in heard], [device for _, device in heard]
    await driver.execute(_CLOSE, session.scope.tenant_id, now, kinds, devices)


async def list_alarms(
    session: TenantSession,
    before: int,
    most: int,
    *,
    only_open: bool,
    wanted: Wanted = EVERYWHERE,
) -> list[AlarmRow]:
    """Alarms, the newest first; ``before`` is an id, or 0."""
    driver = await session.driver()
    scope = session.scope
    rows = await driver.fetch(
        _LIST, scope.tenant_id, sites_of(scope), before, most, only_open, *wanted
    )
    return [AlarmRow(*row) for row in rows]


async def work_on(session: TenantSession, number: int, work: Work, now: datetime) -> bool:
    """Somebody looks after an alarm; whether anything of it is new."""
    driver = await session.driver()
    return await driver.fetchval(_WORK, session.scope.tenant_id, number, now, *work) is not None


async def heard_at(
    session: TenantSession, concentrators: Sequence[ConcentratorId]
) -> Mapping[ConcentratorId, datetime | None]:
    """When each concentrator was heard last."""
    driver = await session.driver()
    rows = await driver.fetch(_HEARD, session.scope.tenant_id, concentrators)
    return {row[0]: row[1] for row in rows}


async def count_open(session: TenantSession, sites: Sequence[SiteId]) -> Mapping[SiteId, int]:
    """Open alarms at and below each site."""
    driver = await session.driver()
    rows = await driver.fetch(_COUNT, session.scope.tenant_id, sites)
    return dict.fromkeys(sites, 0) | {row[0]: row[1] for row in rows}


async def count_unheard(session: TenantSession, sites: Sequence[SiteId]) -> Mapping[SiteId, int]:
    """Concentrators at and below each site that were never heard, and are not silent too long."""
    driver = await session.driver()
    rows = await driver.fetch(_UNHEARD, session.scope.tenant_id, sites)
    return dict.fromkeys(sites, 0) | {row[0]: row[1] for row in rows}
