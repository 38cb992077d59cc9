"""What devices report besides counters, into rows.

Each statement leaves the same rows in whatever order its facts come, and however often.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from backend.models.readings import HOUR_COLUMNS
from domain.hours import day_of, hour_of, instant_of
from domain.network_reports import ModuleReport
from domain.periods import Periods, union
from tenants.session import TenantSession

SLOTS = len(HOUR_COLUMNS)

# Of two reports for a day the later one stands; of two made in one moment always the same one.
_TOPOLOGY = """
INSERT INTO topology_day AS t (tenant_id, concentrator_id, day, module, network, parent, level,
                               rssi, relayed, battery_mv, firmware, made_at)
SELECT DISTINCT ON (u.concentrator_id, day, u.module)
       $1, u.concentrator_id, (u.made_at AT TIME ZONE 'UTC')::date AS day, u.module, u.network,
       u.parent, u.level, u.rssi, u.relayed, u.battery_mv, u.firmware, u.made_at
FROM unnest($2::bigint[], $3::timestamptz[], $4::smallint[], $5::text[], $6::text[],
            $7::smallint[], $8::smallint[], $9::int[], $10::int[], $11::text[])
    AS u (concentrator_id, made_at, network, module, parent, level, rssi, relayed, battery_mv,
          firmware)
ORDER BY u.concentrator_id, day, u.module, u.made_at DESC, u.network DESC, u.level DESC,
         coalesce(u.parent, '') DESC, coalesce(u.rssi, -999) DESC, coalesce(u.relayed, -1) DESC,
         coalesce(u.battery_mv, -1) DESC, coalesce(u.firmware, '') DESC
ON CONFLICT (tenant_id, concentrator_id, day, module) DO UPDATE
SET network = excluded.network, parent = excluded.parent, level = excluded.level,
    rssi = excluded.rssi, relayed = excluded.relayed, battery_mv = excluded.battery_mv,
    firmware = excluded.firmware, made_at = excluded.made_at
WHERE (excluded.made_at, excluded.network, excluded.level, coalesce(excluded.parent, ''),
       coalesce(excluded.rssi, -999), coalesce(excluded.relayed, -1),
       coalesce(excluded.battery_mv, -1), coalesce(excluded.firmware, ''))
    > (t.made_at, t.network, t.level, coalesce(t.parent, ''), coalesce(t.rssi, -999),
       coalesce(t.relayed, -1), coalesce(t.battery_mv, -1), coalesce(t.firmware, ''))
"""

_EVENTS = """
INSERT INTO event AS t (tenant_id, series_id, at, kind, value)
SELECT $1, u.series_id, u.at, u.kind, max(u.value)
FROM unnest($2::bigint[], $3::timestamptz[], $4::text[], $5::float8[])
    AS u (series_id, at, kind, value)
GROUP BY u.series_id, u.at, u.kind ORDER BY u.series_id, u.at, u.kind
ON CONFLICT (tenant_id, series_id, at, kind) DO UPDATE
SET value = greatest(t.value, excluded.value)
WHERE t.value IS DISTINCT FROM greatest(t.value, excluded.value)
"""

_SPOTS = """
INSERT INTO spot_reading AS t (tenant_id, series_id, at, counter)
SELECT $1, u.series_id, u.at, max(u.counter)
FROM unnest($2::bigint[], $3::timestamptz[], $4::bigint[]) AS u (series_id, at, counter)
GROUP BY u.series_id, u.at ORDER BY u.series_id, u.at
ON CONFLICT (tenant_id, series_id, at) DO UPDATE SET counter = excluded.counter
WHERE t.counter < excluded.counter
"""

_TOUCHING = """
SELECT DISTINCT p.series_id, p.bit, p.began_at, p.ended_at
FROM unnest($2::bigint[], $3::smallint[], $4::timestamptz[], $5::timestamptz[])
    AS u (series_id, bit, began_at, ended_at)
JOIN status_period AS p ON p.tenant_id = $1 AND p.series_id = u.series_id AND p.bit = u.bit
  AND p.began_at <= u.ended_at AND p.ended_at >= u.began_at
"""
_DROP_PERIODS = """
DELETE FROM status_period AS p
USING unnest($2::bigint[], $3::smallint[], $4::timestamptz[]) AS u (series_id, bit, began_at)
WHERE p.tenant_id = $1 AND p.series_id = u.series_id AND p.bit = u.bit AND p.began_at = u.began_at
"""
_PUT_PERIODS = """
INSERT INTO status_period AS t (tenant_id, series_id, bit, began_at, ended_at)
SELECT $1, * FROM unnest($2::bigint[], $3::smallint[], $4::timestamptz[], $5::timestamptz[])
ON CONFLICT (tenant_id, series_id, bit, began_at) DO UPDATE SET ended_at = excluded.ended_at
WHERE t.ended_at <> excluded.ended_at
"""

_TEMPERATURES = f"""
INSERT INTO temperature_day AS t (tenant_id, series_id, day, {", ".join(HOUR_COLUMNS)})
SELECT $1, * FROM unnest($2::bigint[], $3::date[],
                         {", ".join(f"${4 + slot}::smallint[]" for slot in range(SLOTS))})
ON CONFLICT (tenant_id, series_id, day) DO UPDATE
SET {", ".join(f"{name} = coalesce(t.{name}, excluded.{name})" for name in HOUR_COLUMNS)}
"""  # noqa: S608 - names of columns are constants

# Days of a concentrator lie together, and those past their time come first.
_FORGET = (
    """
DELETE FROM topology_day AS t USING concentrator AS c
WHERE c.tenant_id = $1 AND t.tenant_id = $1 AND t.concentrator_id = c.id
  AND t.day < ($2 AT TIME ZONE 'UTC')::date
""",
    "DELETE FROM status_period WHERE tenant_id = $1 AND ended_at < $2",
    "DELETE FROM event WHERE tenant_id = $1 AND at < $2",
    "DELETE FROM spot_reading WHERE tenant_id = $1 AND at < $2",
)


async def forget(session: TenantSession, before: datetime) -> None:
    """Drop what was reported of times before a moment: it lives as long as the pushes it came in.

    Temperatures are measured values and stay.
    """
    driver = await session.driver()
    for statement in _FORGET:
        await driver.execute(statement, session.scope.tenant_id, before)


async def save_topology(
    session: TenantSession, reports: Sequence[tuple[int, datetime, ModuleReport]]
) -> None:
    """Keep reports of modules: (concentrator, made at, report)."""
    driver = await session.driver()
    await driver.execute(
        _TOPOLOGY,
        session.scope.tenant_id,
        [concentrator for concentrator, _, _ in reports],
        [made_at for _, made_at, _ in reports],
        *(
            [getattr(one, name) for _, _, one in reports]
            for name in (
                "network",
                "module",
                "parent",
                "level",
                "rssi",
                "relayed",
                "battery_mv",
                "firmware",
            )
        ),
    )


async def save_events(
    session: TenantSession,
    series: Sequence[int],
    told: Sequence[tuple[datetime, str, float | None]],
) -> None:
    """Keep events: of two that differ in their value alone the greater one stands."""
    driver = await session.driver()
    columns = ([one[at] for one in told] for at in range(3))
    await driver.execute(_EVENTS, session.scope.tenant_id, series, *columns)


async def save_spots(
    session: TenantSession, series: Sequence[int], told: Sequence[tuple[datetime, int]]
) -> None:
    """Keep spot readings."""
    driver = await session.driver()
    columns = ([one[at] for one in told] for at in range(2))
    await driver.execute(_SPOTS, session.scope.tenant_id, series, *columns)


async def save_status(session: TenantSession, fresh: Periods) -> None:
    """Join hours in which bits were set to the periods that they overlap or touch."""
    driver = await session.driver()
    tenant = session.scope.tenant_id
    rows = await driver.fetch(_TOUCHING, tenant, *_columns(fresh))
    table = np.array(
        [(row[0], row[1], hour_of(row[2]), hour_of(row[3])) for row in rows], np.int64
    ).reshape(-1, 4)
    stood = Periods(*table.T)
    joined = union(stood.with_(fresh))
    starts = {tuple(row) for row in joined.starts().tolist()}
    gone = np.array([tuple(row) not in starts for row in stood.starts().tolist()], np.bool_)
    if gone.any():
        await driver.execute(_DROP_PERIODS, tenant, *_columns(stood.take(gone))[:3])
    await driver.execute(_PUT_PERIODS, tenant, *_columns(joined))


def _columns(periods: Periods) -> list[list[object]]:
    return [
        periods.series.tolist(),
        periods.bit.tolist(),
        [instant_of(hour) for hour in periods.start.tolist()],
        [instant_of(hour) for hour in periods.end.tolist()],
    ]


@dataclass(frozen=True, slots=True)
class Temperatures:
    """Temperatures of some series in 0.01 degC, in the order in which they came; shape ``(n,)``."""

    series: NDArray[np.int64]
    hour: NDArray[np.int64]
    value: NDArray[np.int64]


async def save_temperatures(session: TenantSession, found: Temperatures) -> None:
    """Keep temperatures; the one that came first for an hour stands."""
    day, slot = np.divmod(found.hour, SLOTS)
    rows, row = np.unique(np.stack([found.series, day]), axis=1, return_inverse=True)
    value = np.zeros((rows.shape[1], SLOTS), np.int64)
    known = np.zeros(value.shape, np.bool_)
    # backwards, so that the first of an hour is written last
    value[row[::-1], slot[::-1]], known[row, slot] = found.value[::-1], True
    columns = [
        [number if has else None for number, has in zip(*pair, strict=True)]
        for pair in zip(value.T.tolist(), known.T.tolist(), strict=True)
    ]
    driver = await session.driver()
    days = [day_of(one * SLOTS) for one in rows[1].tolist()]
    await driver.execute(_TEMPERATURES, session.scope.tenant_id, rows[0].tolist(), days, *columns)
