"""Metering points and meters in the schema."""

from datetime import datetime
from typing import Annotated

import strawberry

from backend.graphql.actuators import PointActuator
from backend.graphql.context import Context
from backend.graphql.findings import PointFindings
from backend.graphql.heat import PointHeat
from backend.graphql.ids import Kind, encode
from backend.graphql.indicators import PointIndicators, PointNeighbours
from backend.graphql.lists import After, Connection, First, page, page_length, position
from backend.graphql.metered import From, Metered, Node, Profile, RegisterReading, To
from backend.graphql.point_reports import PointReports
from backend.graphql.reading_changes import ReadingChange
from backend.graphql.scalars import Duration
from backend.graphql.sites import Premise, Site
from backend.graphql.supplies import PointSupply
from backend.graphql.validation import ValidationFlag
from backend.models import metering_points as models
from backend.services import corrections
from backend.services.model import places
from backend.services.reading import hindsight, register_readings
from backend.services.reading.profiles import Range
from backend.store import validation
from backend.store.model.metered import PointRow
from domain.errors import InvalidError
from domain.quantities import Commodity, EnergyKind, Phase, Role
from tenants.permissions import Permission

Info = strawberry.Info[Context, None]


@strawberry.type(description="A meter, known by the serial on its face.")
class Meter(Node):
    """View of a :class:`models.Meter`."""

    id: strawberry.ID
    serial: str
    commodity: Commodity
    accuracy_class: str | None

    @classmethod
    def of(cls, row: models.Meter) -> "Meter":
        """Build the view of a row."""
        return cls(
            id=strawberry.ID(encode(Kind.METER, row.id)),
            serial=row.serial,
            commodity=Commodity(row.commodity),
            accuracy_class=row.accuracy_class,
        )


@strawberry.type(description="A meter at a point from .. to, and the terms of its pulses.")
class Installation:
    """View of a :class:`models.Installation`."""

    meter: Meter
    installed_at: datetime
    removed_at: datetime | None
    initial_index: float
    final_index: float | None
    pulse_constant: str = strawberry.field(
        description="Pulses per kWh or m3, a decimal or a fraction."
    )
    wrap: float = strawberry.field(description="Number of states of the counter.")
    capacity: float = strawberry.field(description="Largest flow, in kW or m3/h.")

    @classmethod
    def of(cls, row: models.Installation, meter: models.Meter) -> "Installation":
        """Build the view of a row."""
        whole = row.per_units == 1
        constant = str(row.pulses_per) if whole else f"{row.pulses_per}/{row.per_units}"
        return cls(
            meter=Meter.of(meter),
            installed_at=row.installed_at,
            removed_at=row.removed_at,
            initial_index=float(row.initial_index),
            final_index=None if row.final_index is None else float(row.final_index),
            pulse_constant=constant,
            wrap=row.wrap,
            capacity=float(row.capacity),
        )


@strawberry.type(description="Where a commodity is delivered; stays when meters change.")
class MeteringPoint(
    Node,
    PointActuator,
    PointReports,
    PointFindings,
    PointIndicators,
    PointNeighbours,
    PointHeat,
    PointSupply,
    Metered,
):
    """View of a point."""

    id: strawberry.ID
    name: str
    commodity: Commodity
    role: Role
    quantity: EnergyKind
    phase: Phase | None
    row: strawberry.Private[PointRow]

    @classmethod
    def of(cls, row: PointRow) -> "MeteringPoint":
        """Build the view of a row."""
        return cls(
            id=strawberry.ID(encode(Kind.METERING_POINT, row.id)),
            name=row.name,
            commodity=row.commodity,
            role=Role(row.role),
            quantity=row.energy_kind,
            phase=None if row.phase is None else Phase(row.phase),
            row=row,
        )

    @strawberry.field(description="The current meter, or the last one.")
    async def meter(self, info: Info) -> Meter | None:
        """Resolve through the loader."""
        loader = info.context.loader("point_meters", places.meters_of_points)
        rows = await loader.load(self.row.id)
        return Meter.of(rows[-1][1]) if rows else None

    @strawberry.field(description="All meters that ever stood here, from the first on.")
    async def installations(self, info: Info) -> list[Installation]:
        """Resolve through the loader."""
        loader = info.context.loader("point_meters", places.meters_of_points)
        return [Installation.of(*row) for row in await loader.load(self.row.id) or []]

    @strawberry.field(description="The site it belongs to.")
    async def site(self, info: Info) -> Site:
        """Resolve through the loader."""
        row = await info.context.site(self.row.site_id)
        assert row is not None, "whoever sees what is there sees the place"
        return Site.of(row)

    @strawberry.field(description="The flat or shop, if it belongs to one.")
    async def premise(self, info: Info) -> Premise | None:
        """Resolve through the loader."""
        if self.row.premise_id is None:
            return None
        loader = info.context.loader("premises", places.load_premises)
        row = await loader.load(self.row.premise_id)
        return None if row is None else Premise.of(row)

    @strawberry.field(description="The profile as it was known at a moment in the past.")
    async def profile_known_at(
        self, info: Info, from_: From, to: To, step: Duration, at: datetime
    ) -> Profile:
        """Resolve by service."""
        info.context.require(Permission.READINGS_READ)
        if at.tzinfo is None:
            raise InvalidError("at must have an offset", code="BAD_TIME", field="at")
        asked = Range.of(from_, to, step)
        info.context.spend(asked.end - asked.start)
        async with info.context.db() as session:
            found = await hindsight.of_point(session, self.row, asked, at, info.context.now)
        return Profile.of(found)

    @strawberry.field(description="Who corrected readings here, and what it changed; newest first.")
    async def reading_changes(
        self, info: Info, first: First = 20, after: After = None
    ) -> Connection[ReadingChange]:
        """Resolve by service."""
        info.context.require(Permission.READINGS_READ)
        count, before = page_length(first), position(after)
        async with info.context.db() as session:
            found = await corrections.history(session, self.row.id, before or None, count + 1)
        found = [row for row in found if self.row.sees(row.recorded_at)]
        shown = ((row, ReadingChange.of(row)) for row in found)
        return page([(row.id, self._own_part(change)) for row, change in shown], count)

    def _own_part(self, change: ReadingChange) -> ReadingChange:
        """A correction without the hours of those who lived here before."""
        change.differences = [one for one in change.differences if self.row.sees(one.hour)]
        return change

    @strawberry.field(description="Hours flagged by the rules of validation, newest first.")
    async def validation(
        self, info: Info, first: First = 20, after: After = None
    ) -> Connection[ValidationFlag]:
        """Resolve by service."""
        info.context.require(Permission.READINGS_READ)
        count, before = page_length(first), position(after)
        async with info.context.db() as session:
            found = await validation.list_flags(session, self.row.id, before, count + 1)
        found = [row for row in found if self.row.sees(row.began_at)]
        return page([(row.id, ValidationFlag.of(row)) for row in found], count)

    @strawberry.field(description="The last known register up to an instant.")
    async def reading_at(
        self,
        info: Info,
        at: Annotated[datetime, strawberry.argument(description="Instant with an offset.")],
    ) -> RegisterReading | None:
        """Resolve by service."""
        info.context.require(Permission.READINGS_READ)
        if at.tzinfo is None:
            raise InvalidError("at must have an offset", code="BAD_TIME", field="at")
        async with info.context.db() as session:
            found = await register_readings.reading_at(session, self.row, at)
        if found is None:
            return None
        return RegisterReading(
            at=found.at,
            value=found.register / 1000,
            unit=found.unit,
            counter=found.counter,
            meter_serial=found.meter_serial,
        )
