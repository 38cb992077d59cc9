"""Importing a metering file: all of it or nothing, and the same file twice changes nothing."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from uuid import uuid4

from sqlalchemy import select

from analytics.registers import Installations
from backend.services.metering_rows import MeteringRow, parse
from backend.store import bells, group_hours, journal
from backend.store.metering import Metering, Row, Stood
from domain.authenticity import device_secret
from domain.devices import CONCENTRATORS, DEFAULT_CONCENTRATOR, DEFAULT_MODULE
from domain.errors import RowError, RowsError
from tenants import audit
from tenants.models import DeviceKind, Tenant
from tenants.session import TenantSession

_Span = tuple[datetime, datetime, MeteringRow | None]
"""From, to, and the line of the file that says so, if one does."""

FOREVER = datetime.max.replace(tzinfo=UTC)
_COUNTED = ("site", "premise", "concentrator", "metering_point", "meter", "installation")


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A concentrator that the file made known; the secret is shown this once."""

    serial: str
    secret: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    rows: int
    created: dict[str, int]
    """New rows by table."""

    updated: int
    """Known installations that the file changed."""

    devices: tuple[NewDevice, ...]


async def import_metering(session: TenantSession, text: str, master_key: bytes) -> Imported:
    """Import a metering file into the session's tenant.

    Raises
    ------
    RowsError
        Cells are wrong or contradict what is known; nothing was imported.
    """
    rows = parse(text)
    if not rows:
        return Imported(0, dict.fromkeys(_COUNTED, 0), 0, ())
    await journal.wait_for_the_folder(session)
    importer = _Importer(session, rows)
    result = await importer.run(master_key)
    if any(result.created.values()) or result.updated:
        await audit.record(
            session,
            "metering.import",
            f"{result.rows} rows",
            {**result.created, "updated": result.updated},
        )
    return result


@dataclass(slots=True)
class _New:
    """Rows to be inserted, by table."""

    site: list[Row] = field(default_factory=list)
    premise: list[Row] = field(default_factory=list)
    concentrator: list[Row] = field(default_factory=list)
    concentrator_link: list[Row] = field(default_factory=list)
    logical_network: list[Row] = field(default_factory=list)
    radio_module: list[Row] = field(default_factory=list)
    series: list[Row] = field(default_factory=list)
    channel: list[Row] = field(default_factory=list)
    meter: list[Row] = field(default_factory=list)
    metering_point: list[Row] = field(default_factory=list)
    installation: list[Row] = field(default_factory=list)
    balance_group: list[Row] = field(default_factory=list)
    group_member: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class _Place:
    """A metering point while the file is laid over it: who stands there until when."""

    id: int
    until: datetime


class _Importer:
    """One import: learns what is known, decides row by row, then writes table by table."""

    def __init__(self, session: TenantSession, rows: list[MeteringRow]) -> None:
        self.session = session
        self.rows = sorted(rows, key=lambda row: (row.terms.installed_at, row.line))
        self.known = Metering(session)
        self.new = _New()
        self.errors: list[RowError] = []

    def refuse(self, row: MeteringRow, name: str, value: object, code: str, why: str) -> None:
        self.errors.append(RowError(row.line, name, str(value), code, why))

    def stop_if_refused(self) -> None:
        if self.errors:
            raise RowsError(sorted(self.errors, key=lambda error: error.line))

    async def run(self, master_key: bytes) -> Imported:
        await self._sites()
        await self._premises()
        await self._devices()
        self.stop_if_refused()
        await self._channels()
        await self._meters()
        self.stop_if_refused()
        await self._installations()
        self.stop_if_refused()
        await self._groups()
        updated = await self._write()
        secrets = [
            NewDevice(serial, device_secret(master_key, serial, 1))
            for _, serial, *_ in self.new.concentrator
        ]
        return Imported(
            rows=len(self.rows),
            created={table: len(getattr(self.new, table)) for table in _COUNTED},
            updated=updated,
            devices=tuple(secrets),
        )

    # ---- places

    async def _sites(self) -> None:
        tenant = await self.session.scalar(
            select(Tenant).where(Tenant.id == self.session.scope.tenant_id)
        )
        assert tenant is not None
        self.timezone = tenant.timezone
        wanted: dict[tuple[str, ...], MeteringRow] = {}
        for row in self.rows:
            for depth in range(1, len(row.site) + 1):
                wanted.setdefault(row.site[:depth], row)
        paths = {names: "/".join(names) for names in wanted}
        known = await self.known.sites(paths.values())
        fresh = iter(await self.known.ids("site", len(paths) - len(known)))
        self.site: dict[tuple[str, ...], tuple[int, str]] = {}
        for names in sorted(wanted, key=len):
            row = wanted[names]
            kind = row.kinds[len(names) - 1]
            found = known.get(paths[names])
            if found is None:
                above = self.site.get(names[:-1])
                site_id = next(fresh)
                path = f"{above[1]}.{site_id}" if above else str(site_id)
                own = row if row.site == names else None
                self.new.site.append(
                    (
                        site_id,
                        above[0] if above else None,
                        str(kind),
                        names[-1],
                        paths[names],
                        path,
                        self.timezone,
                        own.latitude if own else None,
                        own.longitude if own else None,
                    )
                )
                self.site[names] = site_id, path
                continue
            if found[1] != kind:
                why = f"{paths[names]} is a {found[1]}"
                self.refuse(row, "site_kinds", "/".join(row.kinds), "KIND_DIFFERS", why)
            self.site[names] = found[0], found[2]

    def site_id(self, row: MeteringRow) -> int:
        return self.site[row.site][0]

    async def _premises(self) -> None:
        self.premise = await self.known.premises({self.site_id(row) for row in self.rows})
        named = {(self.site_id(row), row.premise): row for row in self.rows if row.premise}
        missing = [key for key in named if key not in self.premise]
        for key, premise_id in zip(
            missing, await self.known.ids("premise", len(missing)), strict=True
        ):
            row = named[key]
            self.new.premise.append((premise_id, *key, row.area_m2, row.persons, row.rooms))
            self.premise[key] = premise_id
        self.described = [
            (self.premise[key], row.area_m2, row.persons, row.rooms)
            for key, row in named.items()
            if (row.area_m2, row.persons, row.rooms) != (None, None, None)
        ]

    def premise_id(self, row: MeteringRow) -> int | None:
        return self.premise[self.site_id(row), row.premise] if row.premise else None

    # ---- devices

    async def _devices(self) -> None:
        concentrators: dict[str, list[MeteringRow]] = defaultdict(list)
        modules: dict[str, list[MeteringRow]] = defaultdict(list)
        for row in self.rows:
            concentrators[row.concentrator].append(row)
            if row.module:
                modules[row.module].append(row)
        owners = await self.known.owners([*concentrators, *modules])
        for name, kind, found in (
            ("concentrator", DeviceKind.CONCENTRATOR, concentrators),
            ("module", DeviceKind.MODULE, modules),
        ):
            for serial, rows in found.items():
                if owners.get(serial, (self.session.scope.tenant_id, kind)) != (
                    self.session.scope.tenant_id,
                    kind,
                ):
                    why = "the serial is not available"
                    self.refuse(rows[0], name, serial, "SERIAL_NOT_AVAILABLE", why)
        await self._concentrators(concentrators)
        await self._modules(modules)

    async def _concentrators(self, wanted: dict[str, list[MeteringRow]]) -> None:
        self.concentrator = await self.known.concentrators(wanted)
        missing = [serial for serial in wanted if serial not in self.concentrator]
        for serial, identity in zip(
            missing, await self.known.ids("concentrator", len(missing)), strict=True
        ):
            site = self._common_site(wanted[serial])
            self.new.concentrator.append((identity, serial, DEFAULT_CONCENTRATOR, site))
            self.new.concentrator_link.append((identity,))
            self.concentrator[serial] = identity
        networks = await self.known.networks(self.concentrator.values())
        asked = {(self.concentrator[row.concentrator], row.network) for row in self.rows}
        self.new.logical_network += sorted(asked - networks)

    def _common_site(self, rows: Iterable[MeteringRow]) -> int | None:
        """The smallest site that holds all meters of a concentrator."""
        common: tuple[str, ...] | None = None
        for row in rows:
            if common is None:
                common = row.site
            while common and row.site[: len(common)] != common:
                common = common[:-1]
        return self.site[common][0] if common else None

    async def _modules(self, wanted: dict[str, list[MeteringRow]]) -> None:
        known = await self.known.modules(wanted)
        self.module = {serial: identity for serial, (identity, _) in known.items()}
        missing = [serial for serial in wanted if serial not in known]
        for serial, identity in zip(
            missing, await self.known.ids("radio_module", len(missing)), strict=True
        ):
            row = wanted[serial][0]
            concentrator = self.concentrator[row.concentrator]
            self.new.radio_module.append(
                (identity, concentrator, serial, DEFAULT_MODULE, row.network)
            )
            self.module[serial] = identity

    async def _channels(self) -> None:
        self.channel = await self.known.channels(set(self.concentrator.values()))
        self.known_series = {series for _, series in self.channel.values()}
        placed: dict[tuple[int, int, int], MeteringRow] = {
            self._address(row): row for row in self.rows
        }
        missing = [address for address in placed if address not in self.channel]
        ids = await self.known.ids("channel", len(missing))
        series_ids = await self.known.ids("series", len(missing))
        for address, identity, series in zip(missing, ids, series_ids, strict=True):
            row = placed[address]
            module = self.module.get(row.module)
            self.new.series.append((series, "channel", identity, "pulses", "counter", "pulse"))
            self.new.channel.append((identity, *address, module, row.input, series))
            self.channel[address] = identity, series
        self.placed = [
            (self.channel[address][0], self.module[row.module], row.input)
            for address, row in placed.items()
            if row.module
        ]
        self._check_network_limits()

    def _address(self, row: MeteringRow) -> tuple[int, int, int]:
        return self.concentrator[row.concentrator], row.network, row.channel

    def _check_network_limits(self) -> None:
        """Refuse more meters on a logical network than the hardware generation carries."""
        limit = CONCENTRATORS[DEFAULT_CONCENTRATOR].meters_per_network
        used: dict[tuple[int, int], set[int]] = defaultdict(set)
        now = datetime.now(UTC)
        for row in self.rows:
            if row.terms.removed_at is not None and row.terms.removed_at <= now:
                continue
            concentrator, network, channel = self._address(row)
            used[concentrator, network].add(channel)
            if len(used[concentrator, network]) == limit + 1:
                why = f"a logical network carries at most {limit} meters"
                self.refuse(row, "channel", row.channel, "DEVICE_LIMIT", why)

    # ---- meters and points

    async def _meters(self) -> None:
        wanted = {row.meter_serial: row for row in self.rows}
        known = await self.known.meters(wanted)
        self.meter = {serial: identity for serial, (identity, _) in known.items()}
        for row in self.rows:
            if known.get(row.meter_serial, (0, row.commodity))[1] != row.commodity:
                why = f"the meter is known to measure {known[row.meter_serial][1]}"
                self.refuse(row, "commodity", row.commodity, "METER_DIFFERS", why)
        missing = [serial for serial in wanted if serial not in known]
        for serial, identity in zip(
            missing, await self.known.ids("meter", len(missing)), strict=True
        ):
            row = wanted[serial]
            self.new.meter.append((identity, serial, str(row.commodity), row.accuracy_class))
            self.meter[serial] = identity

    def _key(self, row: MeteringRow) -> Row:
        """What tells metering points at one place apart."""
        phase = str(row.phase) if row.phase else None
        place = self.site_id(row), self.premise_id(row)
        return (*place, str(row.commodity), str(row.role), phase, str(row.energy_kind))

    async def _installations(self) -> None:
        points = await self.known.points({self.site_id(row) for row in self.rows})
        channels = {self.channel[self._address(row)][0] for row in self.rows}
        stood = await self.known.installations(self.meter, channels, [row[0] for row in points])
        by_row = {(one.meter_serial, one.installed_at): one for one in stood}
        self.updates: list[Row] = []
        self.touched: list[tuple[int, tuple[int, int, datetime, datetime]]] = []
        places = self._places(points, by_row)
        unknown = [row for row in self.rows if self._row_key(row) not in by_row]
        fresh_points = iter(await self.known.ids("metering_point", len(unknown)))
        fresh = iter(await self.known.ids("installation", len(unknown)))
        key_of = {row[0]: row[1:] for row in points}
        for row in self.rows:
            found = by_row.get(self._row_key(row))
            if found is None:
                point = self._point_for(row, places[self._key(row)], fresh_points)
                self._install(row, next(fresh), point)
            elif key_of.get(found.point_id) != self._key(row):
                why = "the meter stands elsewhere since then; end that with removed_at"
                self.refuse(row, "site_path", row.site_path, "METER_ELSEWHERE", why)
            else:
                self._update(row, found)
        self._check_overlaps(stood)

    @staticmethod
    def _row_key(row: MeteringRow) -> tuple[str, datetime]:
        return row.meter_serial, row.terms.installed_at

    def _places(
        self, points: list[Row], by_row: dict[tuple[str, datetime], Stood]
    ) -> dict[Row, list[_Place]]:
        """Known points by what tells them apart, each with the end of its last installation."""
        ends: dict[int, datetime] = {}
        told = {self._row_key(row): row.terms.removed_at for row in self.rows}
        for key, one in by_row.items():
            end = told.get(key, one.removed_at) or FOREVER
            ends[one.point_id] = max(end, ends.get(one.point_id, end))
        places: dict[Row, list[_Place]] = defaultdict(list)
        for point in points:
            places[point[1:]].append(_Place(point[0], ends.get(point[0], FOREVER)))
        return places

    def _point_for(self, row: MeteringRow, places: list[_Place], fresh: Iterable[int]) -> int:
        """The point that the meter takes over from another, or a new one."""
        end = row.terms.removed_at or FOREVER
        free = [place for place in places if place.until <= row.terms.installed_at]
        if free:
            place = max(free, key=lambda one: one.until)
            place.until = end
            return place.id
        place = _Place(next(iter(fresh)), end)
        places.append(place)
        site, premise, *rest = self._key(row)
        commodity, role, phase, kind = rest
        name = f"{row.premise or row.site[-1]}, {row.meter_serial}"
        self.new.metering_point.append(
            (place.id, site, premise, commodity, role, kind, phase, name)
        )
        return place.id

    def _terms(self, row: MeteringRow) -> Row:
        """Columns of an installation that the terms decide."""
        terms = row.terms
        columns = Installations.of([terms])
        channel, series = self.channel[self._address(row)]
        return (
            channel,
            series,
            terms.removed_at,
            terms.pulse_constant.numerator,
            terms.pulse_constant.denominator,
            _decimal(terms.initial_index),
            None if terms.final_index is None else _decimal(terms.final_index),
            terms.initial_counter,
            terms.wrap,
            _decimal(terms.capacity),
            int(columns.offset[0]),
            int(columns.slope[0]),
            int(columns.divisor[0]),
            int(columns.longest_gap_h[0]),
            int(columns.final_register[0]),
            bool(columns.wraps_matter[0]),
        )

    def _install(self, row: MeteringRow, identity: int, point: int) -> None:
        meter = self.meter[row.meter_serial]
        terms = self._terms(row)
        self.new.installation.append((identity, point, meter, row.terms.installed_at, *terms))
        if terms[1] in self.known_series:  # its channel has counted before the meter was placed
            self._touch(row, identity, point, terms[1])

    def _update(self, row: MeteringRow, found: Stood) -> None:
        terms = self._terms(row)
        self.updates.append((found.id, *terms))
        self._touch(row, found.id, found.point_id, terms[1])

    def _touch(self, row: MeteringRow, identity: int, point: int, series: int) -> None:
        until = min(row.terms.removed_at or FOREVER, datetime.now(UTC))
        self.touched.append((identity, (point, series, row.terms.installed_at, until)))

    def _check_overlaps(self, stood: list[Stood]) -> None:
        """No two meters on one channel at a time, and no meter in two places at a time."""
        file = {self._row_key(row) for row in self.rows}
        on_channel: dict[object, list[_Span]] = defaultdict(list)
        of_meter: dict[object, list[_Span]] = defaultdict(list)
        for one in stood:
            if (one.meter_serial, one.installed_at) not in file:
                period: _Span = (one.installed_at, one.removed_at or FOREVER, None)
                on_channel[one.channel_id].append(period)
                of_meter[one.meter_serial].append(period)
        for row in self.rows:
            span: _Span = (row.terms.installed_at, row.terms.removed_at or FOREVER, row)
            on_channel[self.channel[self._address(row)][0]].append(span)
            of_meter[row.meter_serial].append(span)
        for periods, name, code, why in (
            (on_channel, "channel", "CHANNEL_TAKEN", "another meter stands on the channel then"),
            (of_meter, "meter_serial", "METER_TAKEN", "the meter stands elsewhere then"),
        ):
            for spans in periods.values():
                spans.sort(key=lambda span: span[0])
                for (_, end, first), (start, _, second) in pairwise(spans):
                    row_at_fault = second or first
                    if start < end and row_at_fault is not None:
                        value = getattr(row_at_fault, name)
                        self.refuse(row_at_fault, name, value, code, why)

    # ---- groups

    async def _groups(self) -> None:
        """Every site at and above a new point is a group of its commodity."""
        names = {identity: path for path, (identity, _) in self.site.items()}
        points = [(row[0], names[row[1]], row[3], row[4]) for row in self.new.metering_point]
        wanted: dict[tuple[tuple[str, ...], str], None] = {}
        for _, path, commodity, _ in points:
            for depth in range(1, len(path) + 1):
                wanted[path[:depth], commodity] = None
        sites = [self.site[path][0] for path, _ in wanted]
        groups = await self.known.groups(set(sites))
        fresh = iter(await self.known.ids("balance_group", len(wanted)))
        for path, commodity in sorted(wanted, key=lambda key: len(key[0])):
            site = self.site[path][0]
            if (site, commodity) in groups:
                continue
            identity = next(fresh)
            above = groups.get((self.site[path[:-1]][0], commodity)) if path[:-1] else None
            ids = f"{above[1]}.{identity}" if above else str(identity)
            parent = above[0] if above else None
            self.new.balance_group.append(
                (identity, parent, ids, site, commodity, path[-1], self.timezone)
            )
            groups[site, commodity] = identity, ids
        self.new.group_member += [
            (groups[self.site[path][0], commodity][0], point, role)
            for point, path, commodity, role in points
        ]

    # ---- writing

    async def _write(self) -> int:
        claims = [
            (row[1], str(DeviceKind.CONCENTRATOR), row[0]) for row in self.new.concentrator
        ] + [(row[2], str(DeviceKind.MODULE), row[0]) for row in self.new.radio_module]
        for serial in await self.known.register_devices(claims):
            row = next(row for row in self.rows if serial in (row.concentrator, row.module))
            name = "concentrator" if serial == row.concentrator else "module"
            self.refuse(row, name, serial, "SERIAL_NOT_AVAILABLE", "the serial is not available")
        self.stop_if_refused()
        updated = await self.known.update_installations(self.updates)
        for table in fields(self.new):
            await self.known.insert(table.name, getattr(self.new, table.name))
        await self.known.place_channels(self.placed)
        await self.known.describe_premises(self.described)
        changed = updated | {row[0] for row in self.new.installation}
        touched = [span for identity, span in self.touched if identity in changed]
        if touched:
            await self.known.invalidate(touched)
            await bells.ring(self.session, group_hours.ROLL_UP, f"import:{uuid4()}")
        return len(updated)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
