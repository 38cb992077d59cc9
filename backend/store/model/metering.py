"""Bulk SQL of the metering model: what an import must know, and what it writes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tenants.session import TenantSession

_SITES = (
    "SELECT name_path, id, kind, path::text FROM site WHERE tenant_id = $1 AND name_path = ANY($2)"
)
_PREMISES = "SELECT site_id, name, id FROM premise WHERE tenant_id = $1 AND site_id = ANY($2)"
_CONCENTRATORS = "SELECT serial, id FROM concentrator WHERE tenant_id = $1 AND serial = ANY($2)"
_CARRIED = """
SELECT c.id, c.generation, h.network, h.address
FROM concentrator AS c
LEFT JOIN channel AS h ON h.tenant_id = $1 AND h.concentrator_id = c.id AND EXISTS (
    SELECT FROM installation AS i WHERE i.tenant_id = $1 AND i.series_id = h.series_id
      AND (i.removed_at IS NULL OR i.removed_at > now()))
WHERE c.tenant_id = $1 AND c.id = ANY($2)
"""
_MODULES_ON = """
SELECT concentrator_id, network, serial FROM radio_module
WHERE tenant_id = $1 AND concentrator_id = ANY($2)
"""
_MODULES = (
    "SELECT serial, id, concentrator_id FROM radio_module WHERE tenant_id = $1 AND serial = ANY($2)"
)
_NETWORKS = """
SELECT concentrator_id, number FROM logical_network
WHERE tenant_id = $1 AND concentrator_id = ANY($2)
"""
_CHANNELS = """
SELECT concentrator_id, network, address, id, series_id FROM channel
WHERE tenant_id = $1 AND concentrator_id = ANY($2)
"""
_METERS = "SELECT serial, id, commodity FROM meter WHERE tenant_id = $1 AND serial = ANY($2)"
_POINTS = """
SELECT id, site_id, premise_id, commodity, role, phase, energy_kind, riser FROM metering_point
WHERE tenant_id = $1 AND site_id = ANY($2)
"""
_INSTALLATIONS = """
SELECT i.id, i.point_id, m.serial, i.channel_id, i.installed_at, i.removed_at
FROM installation AS i JOIN meter AS m ON m.tenant_id = i.tenant_id AND m.id = i.meter_id
WHERE i.tenant_id = $1 AND (m.serial = ANY($2) OR i.channel_id = ANY($3) OR i.point_id = ANY($4))
"""
_GROUPS = """
SELECT site_id, commodity, id, path::text FROM balance_group
WHERE tenant_id = $1 AND site_id = ANY($2)
"""
_DESCRIBE = """
WITH told AS (
    SELECT p.id, coalesce(u.area, p.area_m2) AS area_m2, coalesce(u.persons, p.persons) AS persons,
           coalesce(u.rooms, p.rooms) AS rooms, coalesce(u.heating, p.heating) AS heating,
           coalesce(u.radiators::jsonb, p.radiators) AS radiators
    FROM unnest($2::bigint[], $3::numeric[], $4::int[], $5::int[], $6::text[], $7::text[])
        AS u (id, area, persons, rooms, heating, radiators)
    JOIN premise AS p ON p.tenant_id = $1 AND p.id = u.id
)
UPDATE premise AS p SET area_m2 = t.area_m2, persons = t.persons, rooms = t.rooms,
       heating = t.heating, radiators = t.radiators
FROM told AS t WHERE p.tenant_id = $1 AND p.id = t.id
  AND (t.area_m2, t.persons, t.rooms, t.heating, t.radiators)
      IS DISTINCT FROM (p.area_m2, p.persons, p.rooms, p.heating, p.radiators)
RETURNING p.id
"""
_OWNERS = "SELECT serial, tenant_id, kind FROM device_directory WHERE serial = ANY($1)"

_IDS = """
WITH own AS MATERIALIZED (SELECT pg_get_serial_sequence($1, 'id')::regclass AS sequence)
SELECT nextval(sequence) FROM own, generate_series(1, $2)
"""

_INVALIDATE = """
INSERT INTO group_due AS d (tenant_id, group_id, day, hours)
SELECT DISTINCT $1::int, m.group_id, s.day, 16777215
FROM unnest($2::bigint[], $3::bigint[], $4::date[], $5::date[])
    AS u (point_id, series_id, low, high)
JOIN group_member AS m ON m.tenant_id = $1 AND m.point_id = u.point_id
CROSS JOIN LATERAL (
    SELECT day FROM series_day
    WHERE tenant_id = $1 AND series_id = u.series_id AND day BETWEEN u.low AND u.high
    UNION
    SELECT (hour AT TIME ZONE 'UTC')::date FROM series_hour
    WHERE tenant_id = $1 AND block = u.series_id / 128
      AND get_bit(known, (u.series_id % 128)::int) = 1
      AND hour >= u.low::timestamp AT TIME ZONE 'UTC'
      AND hour < (u.high::timestamp AT TIME ZONE 'UTC') + interval '1 day'
    UNION
    SELECT generate_series(
        greatest(month, u.low), least((month + interval '1 month')::date - 1, u.high), '1 day'
    )::date FROM series_month
    WHERE tenant_id = $1 AND series_id = u.series_id
      AND month BETWEEN date_trunc('month', u.low)::date AND u.high
    UNION
    SELECT day FROM group_day
    WHERE tenant_id = $1 AND group_id = m.group_id AND day BETWEEN u.low AND u.high
) AS s
ON CONFLICT (tenant_id, group_id, day) DO UPDATE
SET hours = excluded.hours, marks = d.marks + 1
"""

_UPDATE_INSTALLATIONS = """
UPDATE installation AS i
SET channel_id = u.channel_id, series_id = u.series_id, removed_at = u.removed_at,
    pulses_per = u.pulses_per, per_units = u.per_units, initial_index = u.initial_index,
    final_index = u.final_index, initial_counter = u.initial_counter, wrap = u.wrap,
    capacity = u.capacity, register_offset = u.register_offset, register_slope = u.register_slope,
    register_divisor = u.register_divisor, longest_gap_h = u.longest_gap_h,
    final_register = u.final_register, wraps_matter = u.wraps_matter
FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::bigint[],
            $7::bigint[], $8::numeric[], $9::numeric[], $10::bigint[], $11::bigint[],
            $12::numeric[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[],
            $17::bigint[], $18::boolean[])
    AS u (id, channel_id, series_id, removed_at, pulses_per, per_units, initial_index,
          final_index, initial_counter, wrap, capacity, register_offset, register_slope,
          register_divisor, longest_gap_h, final_register, wraps_matter)
WHERE i.tenant_id = $1 AND i.id = u.id AND (
    (i.channel_id, i.removed_at, i.pulses_per, i.per_units, i.initial_index, i.final_index,
     i.initial_counter, i.wrap, i.capacity)
    IS DISTINCT FROM
    (u.channel_id, u.removed_at, u.pulses_per, u.per_units, u.initial_index, u.final_index,
     u.initial_counter, u.wrap, u.capacity))
RETURNING i.id
"""

TYPES = {
    "site": {
        "id": "bigint",
        "parent_id": "bigint",
        "kind": "text",
        "name": "text",
        "name_path": "text",
        "path": "text",
        "timezone": "text",
        "latitude": "float8",
        "longitude": "float8",
    },
    "premise": {
        "id": "bigint",
        "site_id": "bigint",
        "name": "text",
        "area_m2": "numeric",
        "persons": "int",
        "rooms": "int",
        "heating": "text",
        "radiators": "text",
    },
    "concentrator": {"id": "bigint", "serial": "text", "generation": "text", "site_id": "bigint"},
    "concentrator_link": {"concentrator_id": "bigint"},
    "logical_network": {"concentrator_id": "bigint", "number": "int"},
    "radio_module": {
        "id": "bigint",
        "concentrator_id": "bigint",
        "serial": "text",
        "generation": "text",
        "network": "int",
    },
    "series": {
        "id": "bigint",
        "owner_kind": "text",
        "owner_id": "bigint",
        "quantity": "text",
        "kind": "text",
        "unit": "text",
    },
    "channel": {
        "id": "bigint",
        "concentrator_id": "bigint",
        "network": "int",
        "address": "int",
        "module_id": "bigint",
        "input": "int",
        "series_id": "bigint",
    },
    "meter": {"id": "bigint", "serial": "text", "commodity": "text", "accuracy_class": "text"},
    "metering_point": {
        "id": "bigint",
        "site_id": "bigint",
        "premise_id": "bigint",
        "commodity": "text",
        "role": "text",
        "energy_kind": "text",
        "phase": "text",
        "riser": "text",
        "name": "text",
    },
    "installation": {
        "id": "bigint",
        "point_id": "bigint",
        "meter_id": "bigint",
        "installed_at": "timestamptz",
        "channel_id": "bigint",
        "series_id": "bigint",
        "removed_at": "timestamptz",
        "pulses_per": "bigint",
        "per_units": "bigint",
        "initial_index": "numeric",
        "final_index": "numeric",
        "initial_counter": "bigint",
        "wrap": "bigint",
        "capacity": "numeric",
        "register_offset": "bigint",
        "register_slope": "bigint",
        "register_divisor": "bigint",
        "longest_gap_h": "bigint",
        "final_register": "bigint",
        "wraps_matter": "boolean",
    },
    "balance_group": {
        "id": "bigint",
        "parent_id": "bigint",
        "path": "text",
        "site_id": "bigint",
        "commodity": "text",
        "name": "text",
        "timezone": "text",
    },
    "group_member": {"group_id": "bigint", "point_id": "bigint", "role": "text"},
}
"""Columns that an import writes, and their types as array parameters."""

_CAST = {"path": "path::ltree", "radiators": "radiators::jsonb"}
_INSERTS = {
    table: f"INSERT INTO {table} (tenant_id, {', '.join(types)})"  # noqa: S608 - constants
    f" SELECT $1, {', '.join(_CAST.get(name, name) for name in types)}"
    f" FROM unnest({', '.join(f'${i}::{kind}[]' for i, kind in enumerate(types.values(), 2))})"
    f" AS u ({', '.join(types)})"
    for table, types in TYPES.items()
}

Row = tuple[Any, ...]
"""One row as the driver gives and takes it."""


@dataclass(frozen=True, slots=True)
class Stood:
    """An installation that the database knows already."""

    id: int
    point_id: int
    meter_serial: str
    channel_id: int
    installed_at: datetime
    removed_at: datetime | None


class Metering:
    """The metering model of one tenant, as an import reads and writes it."""

    def __init__(self, session: TenantSession) -> None:
        self._session = session
        self._tenant = session.scope.tenant_id

    async def _fetch(self, statement: str, *arguments: object) -> list[Row]:
        driver = await self._session.driver()
        return [tuple(row) for row in await driver.fetch(statement, self._tenant, *arguments)]

    async def sites(self, paths: Iterable[str]) -> dict[str, tuple[int, str, str]]:
        """Id, kind and path of ids of sites, by path of names."""
        rows = await self._fetch(_SITES, list(paths))
        return {row[0]: row[1:] for row in rows}

    async def premises(self, sites: Iterable[int]) -> dict[tuple[int, str], int]:
        """Premises of sites, by site and name."""
        rows = await self._fetch(_PREMISES, list(sites))
        return {(row[0], row[1]): row[2] for row in rows}

    async def concentrators(self, serials: Iterable[str]) -> dict[str, int]:
        """Concentrators by serial."""
        return dict(await self._fetch(_CONCENTRATORS, list(serials)))

    async def carried(self, concentrators: Iterable[int]) -> list[Row]:
        """Hardware generation of concentrators, and the channels on which meters stand now."""
        return await self._fetch(_CARRIED, list(concentrators))

    async def modules_on(self, concentrators: Iterable[int]) -> list[Row]:
        """Concentrator, network and serial of radio modules."""
        return await self._fetch(_MODULES_ON, list(concentrators))

    async def modules(self, serials: Iterable[str]) -> dict[str, tuple[int, int]]:
        """Id and concentrator of radio modules, by serial."""
        rows = await self._fetch(_MODULES, list(serials))
        return {row[0]: (row[1], row[2]) for row in rows}

    async def networks(self, concentrators: Iterable[int]) -> set[tuple[int, int]]:
        """Logical networks as (concentrator, number)."""
        return set(await self._fetch(_NETWORKS, list(concentrators)))

    async def channels(
        self, concentrators: Iterable[int]
    ) -> dict[tuple[int, int, int], tuple[int, int]]:
        """Id and series of channels, by concentrator, network and address."""
        rows = await self._fetch(_CHANNELS, list(concentrators))
        return {row[:3]: row[3:] for row in rows}

    async def meters(self, serials: Iterable[str]) -> dict[str, tuple[int, str]]:
        """Id and commodity of meters, by serial."""
        rows = await self._fetch(_METERS, list(serials))
        return {row[0]: (row[1], row[2]) for row in rows}

    async def points(self, sites: Iterable[int]) -> list[Row]:
        """Points of sites: id and what tells places apart."""
        return await self._fetch(_POINTS, list(sites))

    async def installations(
        self, serials: Iterable[str], channels: Iterable[int], points: Iterable[int]
    ) -> list[Stood]:
        """Installations of meters, on channels or at points."""
        rows = await self._fetch(_INSTALLATIONS, list(serials), list(channels), list(points))
        return [Stood(*row) for row in rows]

    async def groups(self, sites: Iterable[int]) -> dict[tuple[int, str], tuple[int, str]]:
        """Id and path of the groups of sites, by site and commodity."""
        rows = await self._fetch(_GROUPS, list(sites))
        return {(row[0], row[1]): (row[2], row[3]) for row in rows}

    async def owners(self, serials: Iterable[str]) -> dict[str, tuple[int, str]]:
        """Tenant and kind of device serials, whoever owns them."""
        driver = await self._session.driver()
        rows = await driver.fetch(_OWNERS, list(serials))
        return {row[0]: (row[1], row[2]) for row in rows}

    async def ids(self, table: str, count: int) -> list[int]:
        """Fresh ids of a table."""
        driver = await self._session.driver()
        return [row[0] for row in await driver.fetch(_IDS, table, count)]

    async def insert(self, table: str, rows: Sequence[Row]) -> None:
        """Insert rows whose columns are those of :data:`TYPES`."""
        if not rows:
            return
        driver = await self._session.driver()
        await driver.execute(_INSERTS[table], self._tenant, *map(list, zip(*rows, strict=True)))

    async def register_devices(self, rows: Sequence[tuple[str, str, int]]) -> list[str]:
        """Claim serials for this tenant; gives those that somebody else was quicker to claim."""
        driver = await self._session.driver()
        claimed = await driver.fetch(
            "INSERT INTO device_directory (serial, kind, tenant_id, device_id)"
            " SELECT u.serial, u.kind, $1, u.id"
            " FROM unnest($2::text[], $3::text[], $4::bigint[]) AS u (serial, kind, id)"
            " ON CONFLICT DO NOTHING RETURNING serial",
            self._tenant,
            *([list(column) for column in zip(*rows, strict=True)] or [[], [], []]),
        )
        return sorted({row[0] for row in rows} - {row[0] for row in claimed})

    async def update_installations(self, rows: Sequence[Row]) -> set[int]:
        """Bring known installations up to date; gives the ids of those that differed."""
        if not rows:
            return set()
        columns = map(list, zip(*rows, strict=True))
        changed = await self._fetch(_UPDATE_INSTALLATIONS, *columns)
        return {row[0] for row in changed}

    async def place_channels(self, rows: Sequence[tuple[int, int | None, int | None]]) -> None:
        """Tell channels which module and input they are."""
        if rows:
            driver = await self._session.driver()
            await driver.execute(
                "UPDATE channel AS c SET module_id = u.module_id, input = u.input"
                " FROM unnest($2::bigint[], $3::bigint[], $4::int[]) AS u (id, module_id, input)"
                " WHERE c.tenant_id = $1 AND c.id = u.id"
                " AND (c.module_id, c.input) IS DISTINCT FROM (u.module_id, u.input::smallint)",
                self._tenant,
                *([list(column) for column in zip(*rows, strict=True)]),
            )

    async def describe_premises(self, rows: Sequence[Row]) -> set[int]:
        """Fill in what a file says of known premises; an empty cell changes nothing.

        ``rows`` are premise, area, persons, rooms, heating, and radiators as JSON. Returns the
        premises of which something else is known now.
        """
        if not rows:
            return set()
        columns = (list(column) for column in zip(*rows, strict=True))
        driver = await self._session.driver()
        changed = await driver.fetch(_DESCRIBE, self._tenant, *columns)
        return {row[0] for row in changed}

    async def invalidate(self, rows: Sequence[tuple[int, int, datetime, datetime]]) -> None:
        """Have groups rolled up again where readings of newly placed points may lie.

        ``rows`` are point, series, and the first and last moment concerned.
        """
        if rows:
            driver = await self._session.driver()
            points, series, low, high = (list(column) for column in zip(*rows, strict=True))
            await driver.execute(
                _INVALIDATE,
                self._tenant,
                points,
                series,
                [moment.date() for moment in low],
                [moment.date() for moment in high],
            )
