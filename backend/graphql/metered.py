"""What meters and groups have in common: profiles, the month, the register, the ledger."""

from datetime import date, datetime
from typing import Annotated, Self
from zoneinfo import ZoneInfo

import numpy as np
import strawberry
from numpy.typing import NDArray

from backend.graphql.context import Context
from backend.graphql.forecasts import DayForecast, ForecastScore, score_view
from backend.graphql.ledger import DeliverySeries, MissingPeriod
from backend.graphql.scalars import Duration, SeriesArray
from backend.services.forecasting import telling
from backend.services.forecasting.telling import Question
from backend.services.reading import deliveries, delivery_series, missing_hours, month
from backend.services.reading import profiles as services
from backend.services.reading.profiles import Quantity, Range, own_part
from backend.store.model.metered import GroupRow, PointRow
from domain.errors import InvalidError
from domain.hours import Step, instant_of
from domain.quantities import Commodity, EnergyKind, Phase, Role, Unit, unit_of
from tenants.permissions import Permission

Info = strawberry.Info[Context, None]

strawberry.enum(Commodity, description="What is metered.")
strawberry.enum(Role, description="What a metering point is to the balance of its site.")
strawberry.enum(EnergyKind, description="Active or reactive energy of an electricity meter.")
strawberry.enum(Phase, description="Conductors a meter is connected to.")
strawberry.enum(
    Quantity,
    description="CONSUMPTION of what is metered; SUPPLIED is what a group's balance meters read.",
)

From = Annotated[
    datetime,
    strawberry.argument(name="from", description="First instant, a whole hour with an offset."),
]
To = Annotated[
    datetime, strawberry.argument(description="End of the range, not part of it; a whole hour.")
]
LEDGER_LONGEST_HOURS = 24 * 366


def edge_values(values: NDArray[np.int64], known: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Wh or litres to kWh or m3; unknown is NaN, which is sent as null."""
    return np.where(known, values / 1000, np.nan)


def edge_value(value: int | None) -> float | None:
    """Wh or litres to kWh or m3."""
    return None if value is None else value / 1000


@strawberry.type(description="Values of one quantity in buckets of one length.")
class Profile:
    """Packed: arrays of one length, never a list of objects."""

    start: datetime = strawberry.field(description="Start of the first bucket.")
    step: Duration
    timezone: str = strawberry.field(description="IANA zone whose calendar cuts the buckets.")
    unit: str
    values: SeriesArray = strawberry.field(description="Amount in each bucket; null if unknown.")
    quality: SeriesArray = strawberry.field(
        description=(
            "Code of each bucket: 0 measured on time, 1 backfilled, 2 manual, 3 corrected,"
            " 4 estimated, 5 missing, 6 suspect, 7 late, 8 not expected, 9 quarantined."
        )
    )
    coverage: SeriesArray = strawberry.field(description="Known share of each bucket, 0 to 1.")

    @classmethod
    def of(cls, found: services.Profile) -> "Profile":
        """Build the view of a profile."""
        return cls(
            start=instant_of(found.start),
            step=Duration(found.step),
            timezone=found.timezone,
            unit=found.unit,
            values=SeriesArray(edge_values(found.values, found.known)),
            quality=SeriesArray(found.codes),
            coverage=SeriesArray(np.round(found.coverage, 6)),
        )


@strawberry.type(description="What a month is expected to come to.")
class MonthForecast:
    """Quantiles; p10 and p90 are null while less than a week is known."""

    p10: float | None
    p50: float
    p90: float | None

    @classmethod
    def of(cls, end: month.MonthEnd) -> Self:
        """At the edge, in the unit of people."""
        return cls(p10=edge_value(end.p10), p50=end.p50 / 1000, p90=edge_value(end.p90))


@strawberry.type(description="The running month in the site's calendar.")
class MonthToDate:
    """The month so far."""

    so_far: float | None
    forecast: MonthForecast | None = strawberry.field(description="The whole month.")
    average: float | None = strawberry.field(
        description="What the month before had used up to the same hour."
    )
    unit: str


@strawberry.type(description="A register at an instant.")
class RegisterReading:
    """What the dial showed."""

    at: datetime
    value: float
    unit: str
    counter: int = strawberry.field(description="Pulses on the channel, as it counts them.")
    meter_serial: str


@strawberry.type(description="The delivery ledger: channel-hours that were due, and how they came.")
class DeliveryLedger:
    """Counts of channel-hours."""

    expected: int
    on_time: int
    late: int
    backfilled: int
    manual: int
    missing: int
    percent: float | None


@strawberry.interface(description="Anything with a global id.")
class Node:
    """Relay's Node."""

    id: strawberry.ID


@strawberry.interface(description="What is metered: a metering point or a balance group.")
class Metered:
    """One interface for both, since both have hours."""

    id: strawberry.ID
    name: str
    commodity: Commodity
    row: strawberry.Private[PointRow | GroupRow]

    @strawberry.field(description="Values in buckets of one length, packed.")
    async def profile(
        self,
        info: Info,
        from_: From,
        to: To,
        step: Duration,
        quantity: Quantity = Quantity.CONSUMPTION,
    ) -> Profile:
        """Resolve through the loader: siblings over one range are read together."""
        supplied = quantity is Quantity.SUPPLIED
        if supplied and isinstance(self.row, PointRow):
            raise InvalidError("SUPPLIED is a quantity of groups", field="quantity")
        asked = Range.of(from_, to, step)
        info.context.require(Permission.READINGS_READ)
        info.context.spend(asked.end - asked.start)
        if isinstance(self.row, PointRow):
            found = await info.context.read(services.of_points, self.row, asked)
        else:
            read = services.supplied_of_groups if supplied else services.of_groups
            found = await info.context.read(read, self.row, asked)
        return Profile.of(found)

    @strawberry.field(description="The running month: so far, and what it will come to.")
    async def month_to_date(self, info: Info) -> MonthToDate:
        """Resolve through the loader, as profiles."""
        info.context.require(Permission.READINGS_READ)
        info.context.spend(24 * 62)
        asked = month.Question(self.row.timezone, info.context.weather)
        if isinstance(self.row, PointRow):
            found = await info.context.read(month.of_points, self.row, asked)
        else:
            found = await info.context.read(month.of_groups, self.row, asked)
        end = found.forecast
        return MonthToDate(
            so_far=edge_value(found.so_far),
            forecast=None if end is None else MonthForecast.of(end),
            average=edge_value(found.average),
            unit=found.unit,
        )

    @strawberry.field(
        description="A day by hours as expected at its local midnight; null if nothing is known."
    )
    async def forecast(
        self,
        info: Info,
        day: Annotated[
            date | None, strawberry.argument(description="Tomorrow at the latest; else today.")
        ] = None,
    ) -> DayForecast | None:
        """Resolve through the loader, as profiles."""
        info.context.require(Permission.READINGS_READ)
        info.context.spend(24 * telling.HISTORY_DAYS)
        asked = Question(day or self._today(info), info.context.weather)
        if isinstance(self.row, PointRow):
            told = await info.context.read(telling.of_points, self.row, asked)
        else:
            told = await info.context.read(telling.of_groups, self.row, asked)
        return None if told is None else DayForecast.of(told, self.row.timezone, self._unit())

    @strawberry.field(description="How good the forecasts of the last days were, up to yesterday.")
    async def forecast_score(self, info: Info) -> ForecastScore:
        """Resolve through the loader, as profiles."""
        info.context.require(Permission.READINGS_READ)
        info.context.spend(24 * (telling.HISTORY_DAYS + telling.LONGEST_SCORE_DAYS))
        asked = Question(self._today(info), info.context.weather)
        if isinstance(self.row, PointRow):
            found = await info.context.read(telling.scores_of_points, self.row, asked)
        else:
            found = await info.context.read(telling.scores_of_groups, self.row, asked)
        return score_view(found)

    def _today(self, info: Info) -> date:
        return info.context.now.astimezone(ZoneInfo(self.row.timezone)).date()

    def _unit(self) -> Unit:
        kind = self.row.energy_kind if isinstance(self.row, PointRow) else EnergyKind.ACTIVE
        return unit_of(self.row.commodity, kind)

    @strawberry.field(description="Channel-hours that were due within a range, and how they came.")
    async def deliveries(self, info: Info, from_: From, to: To) -> DeliveryLedger:
        """Resolve through the loader, as profiles."""
        info.context.require(Permission.READINGS_READ)
        asked = own_part(self.row, Range.of(from_, to, Step.HOUR))
        info.context.spend(asked.end - asked.start)
        if isinstance(self.row, PointRow):
            one = await info.context.read(deliveries.of_points, self.row, asked)
        else:
            one = await info.context.read(deliveries.of_groups, self.row, asked)
        return DeliveryLedger(
            expected=one.expected,
            on_time=one.on_time,
            late=one.late,
            backfilled=one.backfilled,
            manual=one.manual,
            missing=one.missing,
            percent=one.percent,
        )

    @strawberry.field(description="The delivery ledger in buckets of one length, packed.")
    async def delivery_series(
        self, info: Info, from_: From, to: To, step: Duration
    ) -> DeliverySeries:
        """Resolve through the loader, as profiles."""
        info.context.require(Permission.READINGS_READ)
        asked = own_part(self.row, Range.of(from_, to, step))
        info.context.spend(asked.end - asked.start)
        if isinstance(self.row, PointRow):
            found = await info.context.read(delivery_series.of_points, self.row, asked)
        else:
            found = await info.context.read(delivery_series.of_groups, self.row, asked)
        return DeliverySeries.of(found)

    @strawberry.field(
        description="Hours up to now that never came or whose value is unknown, and why."
    )
    async def missing(self, info: Info, from_: From, to: To) -> list[MissingPeriod]:
        """Resolve through the loader, as profiles."""
        info.context.require(Permission.READINGS_READ)
        asked = own_part(self.row, Range.of(from_, to, Step.HOUR))
        info.context.spend(asked.end - asked.start)
        if isinstance(self.row, PointRow):
            found = await info.context.read(missing_hours.of_points, self.row, asked)
        else:
            found = await info.context.read(missing_hours.of_groups, self.row, asked)
        return [MissingPeriod.of(one) for one in found]
