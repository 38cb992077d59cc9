"""Meters, the points they stand at, and from when to when."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from backend.services.metering_import.devices import Devices
from backend.services.metering_import.draft import FOREVER, Draft
from backend.services.metering_import.places import Places
from backend.services.model.metering_rows import MeteringRow
from backend.store.model.metering import Row, Stood

_Span = tuple[datetime, datetime, MeteringRow | None]
"""From, to, and the line of the file that says so, if one does."""


@dataclass(slots=True)
class _Place:
    """A metering point while the file is laid over it: who stands there until when."""

    id: int
    until: datetime


class Installations:
    """Which meter of a file stands at which point, under which terms."""

    def __init__(self, draft: Draft, places: Places, devices: Devices) -> None:
        self.draft, self.places, self.devices = draft, places, devices

    async def lay_out_meters(self) -> None:
        """Find or make the meters."""
        wanted = {row.meter_serial: row for row in self.draft.rows}
        known = await self.draft.known.meters(wanted)
        self.meter = {serial: identity for serial, (identity, _) in known.items()}
        for row in self.draft.rows:
            if known.get(row.meter_serial, (0, row.commodity))[1] != row.commodity:
                why = f"the meter is known to measure {known[row.meter_serial][1]}"
                self.draft.refuse(row, "commodity", row.commodity, "METER_DIFFERS", why)
        missing = [serial for serial in wanted if serial not in known]
        for serial, identity in zip(
            missing, await self.draft.known.ids("meter", len(missing)), strict=True
        ):
            row = wanted[serial]
            self.draft.new.meter.append((identity, serial, str(row.commodity), row.accuracy_class))
            self.meter[serial] = identity

    def _key(self, row: MeteringRow) -> Row:
        """What tells metering points at one place apart."""
        phase = str(row.phase) if row.phase else None
        place = self.places.site_id(row), self.places.premise_id(row)
        return (*place, str(row.commodity), str(row.role), phase, str(row.energy_kind), row.riser)

    async def lay_out(self) -> None:
        """Find or make the installations, each at the point it continues or at a new one."""
        points = await self.draft.known.points(
            {self.places.site_id(row) for row in self.draft.rows}
        )
        channels = {
            self.devices.channel[self.devices.address_of(row)][0] for row in self.draft.rows
        }
        stood = await self.draft.known.installations(
            self.meter, channels, [row[0] for row in points]
        )
        by_row = {(one.meter_serial, one.installed_at): one for one in stood}
        self.point: dict[int, int] = {}
        self.updates: list[Row] = []
        self.touched: list[tuple[int, tuple[int, int, datetime, datetime]]] = []
        places = self._known_places(points, by_row)
        unknown = [row for row in self.draft.rows if self._row_key(row) not in by_row]
        fresh_points = iter(await self.draft.known.ids("metering_point", len(unknown)))
        fresh = iter(await self.draft.known.ids("installation", len(unknown)))
        key_of = {row[0]: row[1:] for row in points}
        for row in self.draft.rows:
            found = by_row.get(self._row_key(row))
            if found is None:
                key = self._key(row)
                point = self._point_for(row, key, places[key], fresh_points)
                self.point[row.line] = point
                self._install(row, next(fresh), point)
            elif key_of.get(found.point_id) != self._key(row):
                why = "the meter stands elsewhere since then; end that with removed_at"
                self.draft.refuse(row, "site_path", row.site_path, "METER_ELSEWHERE", why)
            else:
                self.point[row.line] = found.point_id
                self._update(row, found)
        self._check_overlaps(stood)

    @staticmethod
    def _row_key(row: MeteringRow) -> tuple[str, datetime]:
        return row.meter_serial, row.terms.installed_at

    def _known_places(
        self, points: list[Row], by_row: dict[tuple[str, datetime], Stood]
    ) -> dict[Row, list[_Place]]:
        """Known points by what tells them apart, each with the end of its last installation."""
        ends: dict[int, datetime] = {}
        told = {self._row_key(row): row.terms.removed_at for row in self.draft.rows}
        for key, one in by_row.items():
            end = told.get(key, one.removed_at) or FOREVER
            ends[one.point_id] = max(end, ends.get(one.point_id, end))
        places: dict[Row, list[_Place]] = defaultdict(list)
        for point in points:
            places[point[1:]].append(_Place(point[0], ends.get(point[0], FOREVER)))
        return places

    def _point_for(
        self, row: MeteringRow, key: Row, places: list[_Place], fresh: Iterator[int]
    ) -> int:
        """The point that the meter takes over from another, or a new one."""
        end = row.terms.removed_at or FOREVER
        free = [place for place in places if place.until <= row.terms.installed_at]
        if free:
            place = max(free, key=lambda one: one.until)
            place.until = end
            return place.id
        place = _Place(next(fresh), end)
        places.append(place)
        site, premise, commodity, role, phase, kind, riser = key
        name = f"{row.premise or row.site[-1]}, {row.meter_serial}"
        self.draft.new.metering_point.append(
            (place.id, site, premise, commodity, role, kind, phase, riser, name)
        )
        return place.id

    def _terms(self, row: MeteringRow) -> Row:
        """Columns of an installation that the terms decide."""
        terms = row.terms
        _, _, _, _, gap, offset, slope, divisor, final, wraps_matter = row.register
        channel, series = self.devices.channel[self.devices.address_of(row)]
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
            offset,
            slope,
            divisor,
            gap,
            final,
            bool(wraps_matter),
        )

    def _install(self, row: MeteringRow, identity: int, point: int) -> None:
        meter = self.meter[row.meter_serial]
        terms = self._terms(row)
        self.draft.new.installation.append((identity, point, meter, row.terms.installed_at, *terms))
        if (
            terms[1] in self.devices.known_series
        ):  # its channel has counted before the meter was placed
            self._touch(row, identity, point, terms[1])

    def _update(self, row: MeteringRow, found: Stood) -> None:
        terms = self._terms(row)
        self.updates.append((found.id, *terms))
        self._touch(row, found.id, found.point_id, terms[1])

    def _touch(self, row: MeteringRow, identity: int, point: int, series: int) -> None:
        until = min(row.terms.removed_at or FOREVER, datetime.now(UTC))
        self.touched.append((identity, (point, series, row.terms.installed_at, until)))

    def _check_overlaps(self, stood: list[Stood]) -> None:
        """No two meters on one channel or at one point at a time, and no meter in two places."""
        file = {self._row_key(row) for row in self.draft.rows}
        on_channel: dict[object, list[_Span]] = defaultdict(list)
        of_meter: dict[object, list[_Span]] = defaultdict(list)
        at_point: dict[object, list[_Span]] = defaultdict(list)
        for one in stood:
            if (one.meter_serial, one.installed_at) not in file:
                period: _Span = (one.installed_at, one.removed_at or FOREVER, None)
                on_channel[one.channel_id].append(period)
                of_meter[one.meter_serial].append(period)
                at_point[one.point_id].append(period)
        for row in self.draft.rows:
            span: _Span = (row.terms.installed_at, row.terms.removed_at or FOREVER, row)
            on_channel[self.devices.channel[self.devices.address_of(row)][0]].append(span)
            of_meter[row.meter_serial].append(span)
            if row.line in self.point:
                at_point[self.point[row.line]].append(span)
        for periods, name, code, why in (
            (on_channel, "channel", "CHANNEL_TAKEN", "another meter stands on the channel then"),
            (of_meter, "meter_serial", "METER_TAKEN", "the meter stands elsewhere then"),
            (at_point, "removed_at", "POINT_TAKEN", "another meter stands at the point then"),
        ):
            for row in _overlapping(periods.values()):
                ends = row.terms.removed_at
                value = ends if name == "removed_at" else getattr(row, name)
                self.draft.refuse(row, name, value or "", code, why)


def _overlapping(periods: Iterable[list[_Span]]) -> Iterator[MeteringRow]:
    """Rows of the file whose time overlaps that of another in the same list."""
    for spans in periods:
        spans.sort(key=lambda span: span[0])
        for (_, end, first), (start, _, second) in pairwise(spans):
            row = second or first
            if start < end and row is not None:
                yield row


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
