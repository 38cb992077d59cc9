"""Indicators of a home, and curves beside the balance of a group, in the schema."""

from datetime import datetime
from typing import Annotated, Self

import numpy as np
import strawberry

from analytics.simultaneity import Simultaneity
from backend.graphql.context import Context
from backend.graphql.findings import Amount
from backend.graphql.metered import From, Profile, To, edge_values
from backend.graphql.scalars import HOURLY, Duration, SeriesArray
from backend.services.reading import group_curves, house_average, indicators
from backend.services.reading.balances import Amounts
from backend.services.reading.group_curves import CommonNeeds
from backend.services.reading.indicators import Question, Told
from backend.services.reading.profiles import Range, own_part
from backend.store.model.metered import GroupRow, PointRow
from domain.hours import instant_of
from domain.quantities import unit_of
from tenants.permissions import Permission

Info = strawberry.Info[Context, None]

Buckets = Annotated[Duration, strawberry.argument(description="PT1H, P1D, P1W, P1M or P1Y.")]


@strawberry.type(description="A home against its house and its norm.")
class HomeIndicators:
    """Null where too little is known, or fewer than five other homes stand behind an average."""

    homes: int = strawberry.field(description="Other homes of the house that are known.")
    average: Amount | None = strawberry.field(description="Of a home of the house.")
    by_area: bool = strawberry.field(description="Whether consumption goes by square metre.")
    consumption: float | None = strawberry.field(
        description="Its consumption over the average of the house: 1 is as the others."
    )
    norm: float | None = strawberry.field(description="Its consumption over its norm.")
    temperature: float | None = strawberry.field(
        description="Its temperature over the average of the house."
    )
    efficiency: float | None = strawberry.field(
        description="Heat by area and by degree above outdoors, over the average of the house."
    )

    @classmethod
    def of(cls, told: Told, row: PointRow) -> Self:
        """Build the view."""
        found = told.found
        used = None if found is None else found.consumption
        average = None if used is None else used.average
        unit = unit_of(row.commodity, row.energy_kind)
        return cls(
            homes=0 if used is None else used.homes,
            average=None if average is None else Amount(value=round(average / 1000, 3), unit=unit),
            by_area=used is not None and used.by_area,
            consumption=None if used is None else used.consumption,
            norm=told.norm,
            temperature=None if found is None else found.warmth.temperature,
            efficiency=None if found is None else found.warmth.efficiency,
        )


@strawberry.type
class PointIndicators:
    """What a metering point shows of its house."""

    row: strawberry.Private[PointRow]

    @strawberry.field(description="Against the other homes of the house, and the norm.")
    async def indicators(self, info: Info, from_: From, to: To) -> HomeIndicators:
        """Resolve through the loader."""
        info.context.require(Permission.READINGS_READ)
        asked = own_part(self.row, Range.of(from_, to))
        info.context.spend(10 * (asked.end - asked.start))
        question = Question(asked, info.context.weather)
        told = await info.context.read(indicators.of_points, self.row, question)
        return HomeIndicators.of(told, self.row)


@strawberry.type
class PointNeighbours:
    """What a metering point shows of its neighbours."""

    row: strawberry.Private[PointRow]

    @strawberry.field(
        description=(
            "What the other homes of the house use on average, hour by hour; null where fewer than"
            " five of them are known."
        )
    )
    async def house_average(
        self, info: Info, from_: From, to: To, step: Buckets = HOURLY
    ) -> Profile:
        """Resolve through the loader."""
        info.context.require(Permission.READINGS_READ)
        asked = own_part(self.row, Range.of(from_, to, step))
        info.context.spend(10 * (asked.end - asked.start))
        return Profile.of(await info.context.read(house_average.of_points, self.row, asked))


@strawberry.type(description="What a house takes beyond its homes and shops; packed.")
class CommonHouseNeeds:
    """``total = metered + technicalLoss + rest``; arrays of one length."""

    start: datetime
    step: Duration
    unit: str
    total: SeriesArray = strawberry.field(description="Supplied minus what homes metered.")
    metered: SeriesArray = strawberry.field(description="By the common meters.")
    technical_loss: SeriesArray
    rest: SeriesArray = strawberry.field(
        description="Neither metered nor lost in conductors: thefts, and what nobody metered."
    )

    @classmethod
    def of(cls, found: CommonNeeds, group: GroupRow) -> Self:
        """Build the view."""
        asked = found.balance.asked
        return cls(
            start=instant_of(asked.start),
            step=Duration(asked.step),
            unit=unit_of(group.commodity),
            total=_packed(found.total),
            metered=_packed(found.metered),
            technical_loss=_packed(found.balance.technical),
            rest=_packed(found.rest),
        )


def _packed(amounts: Amounts) -> SeriesArray:
    return SeriesArray(edge_values(amounts.values, amounts.known))


@strawberry.type(description="How much of the load of a group's members coincides; packed.")
class GroupSimultaneity:
    """Arrays of one length, the curves in the unit of the imbalance."""

    start: datetime
    step: Duration
    unit: str
    coefficient: SeriesArray = strawberry.field(
        description="What all take, as a share of what each takes at most."
    )
    least: SeriesArray = strawberry.field(
        description="CS-min: the imbalance if every member had conductors of its own."
    )
    most: SeriesArray = strawberry.field(
        description="CS-max: the imbalance if all shared one conductor."
    )
    mixture: float | None = strawberry.field(
        description="Where the imbalance lies: 0 like CS-min, 1 like CS-max."
    )
    coincidence: float | None = strawberry.field(
        description="Largest sum over the sum of the largest."
    )

    @classmethod
    def of(cls, found: Simultaneity, asked: Range, group: GroupRow) -> Self:
        """Build the view."""
        return cls(
            start=instant_of(asked.start),
            step=Duration(asked.step),
            unit=unit_of(group.commodity),
            coefficient=SeriesArray(np.round(found.coefficient, 6)),
            least=SeriesArray(np.round(found.least / 1000, 6)),
            most=SeriesArray(np.round(found.most / 1000, 6)),
            mixture=None if np.isnan(found.mixture) else round(found.mixture, 4),
            coincidence=None if np.isnan(found.coincidence) else round(found.coincidence, 4),
        )


@strawberry.type
class GroupCurves:
    """Curves beside the balance of a group."""

    row: strawberry.Private[GroupRow]

    @strawberry.field(description="Common-house needs; null where the balance is unknown.")
    async def common_needs(
        self, info: Info, from_: From, to: To, step: Buckets = HOURLY
    ) -> CommonHouseNeeds:
        """Resolve through the loader."""
        info.context.require(Permission.BALANCES_READ)
        asked = Range.of(from_, to, step)
        info.context.spend(2 * (asked.end - asked.start))
        found = await info.context.read(group_curves.common_needs_of, self.row, asked)
        return CommonHouseNeeds.of(found, self.row)

    @strawberry.field(description="CS-min and CS-max beside the imbalance, and coincidence.")
    async def simultaneity(
        self, info: Info, from_: From, to: To, step: Buckets = HOURLY
    ) -> GroupSimultaneity:
        """Resolve through the loader: every member is read for it."""
        info.context.require(Permission.BALANCES_READ)
        asked = Range.of(from_, to, step)
        info.context.spend(10 * (asked.end - asked.start))
        found = await info.context.read(group_curves.simultaneities_of, self.row, asked)
        return GroupSimultaneity.of(found, asked, self.row)
