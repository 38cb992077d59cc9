"""Heat of a house in the schema: who used what of it."""

import strawberry

from backend.graphql.context import Context
from backend.graphql.sites import Premise
from backend.services.reading.heat_allocation import HeatAllocation as Allocation
from backend.services.reading.heat_allocation import Scheme

Info = strawberry.Info[Context, None]

strawberry.enum(
    Scheme,
    name="HeatScheme",
    description="What of a flat is measured: HEAT_METERS is scheme H1, HOT_WATER is H3.",
)


@strawberry.type(description="What falls to one premise.")
class HeatPart:
    """Whole watt-hours inside."""

    premise: Premise
    kwh: float
    own: float | None = strawberry.field(
        description="Its own measure: kWh of its heat meter, or m3 of hot water; null if unknown."
    )
    estimated: bool = strawberry.field(
        description="Its own measure was unknown, and taken as the others' per square metre."
    )


@strawberry.type(description="A house's heat, shared to the last watt-hour.")
class HeatAllocation:
    """Parts sum to the total."""

    total_kwh: float = strawberry.field(description="What the house meter counted.")
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
            parts=[
                HeatPart(
                    premise=Premise.of(part.premise),
                    kwh=part.energy / 1000,
                    own=None if part.own is None else part.own / 1000,
                    estimated=part.estimated,
                )
                for part in found.parts
            ],
        )
