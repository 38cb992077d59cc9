"""Heat in the schema: who used what of a house's, what mains lose, what flow and sensors tell."""

from datetime import datetime
from typing import Annotated

import numpy as np
import strawberry

from backend.graphql.context import Context
from backend.graphql.metered import From, To
from backend.graphql.scalars import SeriesArray
from backend.graphql.sites import Premise
from backend.services.reading import heat_allocation, heat_losses, heat_streams
from backend.services.reading.heat_allocation import HeatAllocation as Allocation
from backend.services.reading.heat_allocation import Part, Rule
from backend.services.reading.heat_losses import Loss
from backend.services.reading.heat_measures import Scheme
from backend.services.reading.profiles import Range, own_part
from backend.store.model.heat_points import HeatPoint
from backend.store.model.metered import GroupRow, PointRow
from domain.errors import InvalidError
from domain.hours import instant_of
from domain.identity import BalanceGroupId
from domain.quantities import Commodity
from tenants.permissions import Permission

Info = strawberry.Info[Context, None]

strawberry.enum(
    Scheme,
    name="HeatScheme",
    description=(
        "What of a flat is measured: HEAT_METERS is scheme H1, FLOW_METERS (flow and two"
        " temperatures) H2, HOT_WATER H3, RISER_SENSORS (a flow meter a riser, two temperatures a"
        " flat) V1, RISER_METERS (a meter a riser, shared by radiators) V2."
    ),
)


@strawberry.type(description="What falls to one premise.")
class HeatPart:
    """Whole watt-hours inside."""

    premise: Premise
    kwh: float
    own: float | None = strawberry.field(
        description="Its own measure: kWh of heat, or m3 of hot water; null if unknown."
    )
    known: float = strawberry.field(
        description="Share of its hours that are known; from 0.9 on they stand for all of them."
    )
    uncertainty: float | None = strawberry.field(
        description=(
            "Standard uncertainty of its own measure as a share of it, where flow and sensors tell:"
            " a pair of sensors may be 0.12 K off."
        )
    )
    estimated: bool = strawberry.field(
        description="Its own measure was unknown, and taken as the others' per square metre."
    )

    @classmethod
    def of(cls, part: Part) -> "HeatPart":
        """Build the view."""
        own = part.own
        return cls(
            premise=Premise.of(part.premise),
            kwh=part.energy / 1000,
            own=None if np.isnan(own.amount) else own.amount / 1000,
            known=round(own.known, 6),
            uncertainty=None if own.uncertainty is None else round(own.uncertainty, 6),
            estimated=part.estimated,
        )


@strawberry.type(description="A house's heat, shared to the last watt-hour.")
class HeatAllocation:
    """Parts sum to the total."""

    total_kwh: float = strawberry.field(
        description=(
            "What the house meter counted; without one, what flow and temperatures of its inlet"
            " come to."
        )
    )
    coverage: float = strawberry.field(
        description="Share of the hours in which the house meter is known, 0 to 1."
    )
    parts: list[HeatPart]

    @classmethod
    def of(cls, found: Allocation) -> "HeatAllocation":
        """Build the view."""
        return cls(
            total_kwh=found.total / 1000,
            coverage=found.coverage,
            parts=[HeatPart.of(part) for part in found.parts],
        )


@strawberry.type(description="Heat carrier out of and back to an inlet, hour by hour; packed.")
class CoolantBalance:
    """Arrays of one length; null where a volume or a temperature is unknown."""

    start: datetime
    out_kg: SeriesArray
    back_kg: SeriesArray
    lost_kg: SeriesArray = strawberry.field(description="Out minus back.")
    lost_kwh: SeriesArray = strawberry.field(
        description="Heat to warm as much cold water to the temperature of the return."
    )
    allowed_kg: SeriesArray = strawberry.field(
        description="What two sound meters of class 2 may differ by."
    )


@strawberry.type(description="What mains lose between a source and the houses; packed.")
class MainsLoss:
    """Arrays of one length; null where an end is unknown."""

    start: datetime
    houses: int = strawberry.field(description="Inlets next below that are metered.")
    sent_kwh: SeriesArray = strawberry.field(description="Heat of the supply less the return's.")
    warmth_kwh: SeriesArray = strawberry.field(description="Through the walls of both pipes.")
    coolant_kg: SeriesArray
    coolant_kwh: SeriesArray

    @classmethod
    def of(cls, found: Loss, start: int) -> "MainsLoss":
        """Build the view."""
        return cls(
            start=instant_of(start),
            houses=found.houses,
            sent_kwh=SeriesArray(found.sent_wh / 1000),
            warmth_kwh=SeriesArray(found.found.warmth_wh / 1000),
            coolant_kg=SeriesArray(found.found.coolant.lost_kg),
            coolant_kwh=SeriesArray(found.found.coolant.lost_wh / 1000),
        )


@strawberry.type(description="Heat from flow and two temperatures, hour by hour; packed.")
class HeatFlow:
    """Arrays of one length; null where flow or a temperature is unknown."""

    start: datetime
    kwh: SeriesArray
    uncertainty: SeriesArray = strawberry.field(
        description="Standard uncertainty as a share of the value."
    )


@strawberry.type
class GroupHeat:
    """What a group shows of its heat."""

    row: strawberry.Private[GroupRow]

    @strawberry.field(description="Who used what of the heat that the house meter counted.")
    async def heat_allocation(
        self,
        info: Info,
        from_: From,
        to: To,
        scheme: Scheme = Scheme.HEAT_METERS,
        basic_share: Annotated[
            float, strawberry.argument(description="Share that goes by area, 0 to 1.")
        ] = 0.3,
    ) -> HeatAllocation:
        """Resolve by service."""
        info.context.require(Permission.BALANCES_READ)
        info.context.require(Permission.RESIDENTS_READ)
        asked = Range.of(from_, to)
        info.context.spend(asked.end - asked.start)
        rule = Rule(scheme, basic_share)
        async with info.context.db() as session:
            found = await heat_allocation.of_group(session, self.row, asked, info.context.now, rule)
        return HeatAllocation.of(found)

    @strawberry.field(
        description="Coolant at the inlet; null unless volumes are metered in both pipes."
    )
    async def coolant(self, info: Info, from_: From, to: To) -> CoolantBalance | None:
        """Resolve by service."""
        asked = self._heat(info, from_, to)
        async with info.context.db() as session:
            group = BalanceGroupId(self.row.id)
            metered = await heat_losses.coolant_of(session, group, asked, info.context.now)
        if metered is None:
            return None
        found = metered.coolant
        return CoolantBalance(
            start=instant_of(asked.start),
            out_kg=SeriesArray(found.out_kg),
            back_kg=SeriesArray(found.back_kg),
            lost_kg=SeriesArray(found.lost_kg),
            lost_kwh=SeriesArray(found.lost_wh / 1000),
            allowed_kg=SeriesArray(found.allowed_kg),
        )

    @strawberry.field(
        description=(
            "Losses between this group's inlet and those next below; null unless both ends are"
            " metered by flow and temperatures."
        )
    )
    async def mains_loss(self, info: Info, from_: From, to: To) -> MainsLoss | None:
        """Resolve by service."""
        asked = self._heat(info, from_, to)
        async with info.context.db() as session:
            group = BalanceGroupId(self.row.id)
            found = await heat_losses.mains_of(session, group, asked, info.context.now)
        return None if found is None else MainsLoss.of(found, asked.start)

    def _heat(self, info: Info, start: datetime, end: datetime) -> Range:
        """Check what was asked of heat."""
        info.context.require(Permission.BALANCES_READ)
        if self.row.commodity is not Commodity.HEAT:
            raise InvalidError(f"group must be of heat, not {self.row.commodity}", field="id")
        asked = Range.of(start, end)
        info.context.spend(4 * (asked.end - asked.start))
        return asked


@strawberry.type
class PointHeat:
    """What a metering point shows of heat."""

    row: strawberry.Private[PointRow]

    @strawberry.field(
        description=(
            "Heat of a volume meter with two temperatures (quantity SUPPLY_VOLUME or"
            " RETURN_VOLUME); null of other points."
        )
    )
    async def heat_flow(self, info: Info, from_: From, to: To) -> HeatFlow | None:
        """Resolve by service."""
        info.context.require(Permission.READINGS_READ)
        asked = own_part(self.row, Range.of(from_, to))
        info.context.spend(3 * (asked.end - asked.start))
        if self.row.energy_kind not in heat_streams.PLACE:
            return None
        point = HeatPoint.alone(self.row)
        async with info.context.db() as session:
            streams = await heat_streams.load(session, [point], asked, info.context.now)
        return HeatFlow(
            start=instant_of(asked.start),
            kwh=SeriesArray(streams.heat()[0] / 1000),
            uncertainty=SeriesArray(streams.uncertainty()[0]),
        )
