"""Models that forecast days in the schema: by day, with their scores."""

from datetime import date
from typing import Annotated

import strawberry

from backend.graphql.context import Context
from backend.graphql.forecasts import ForecastScore, score_view
from backend.graphql.metered import Node  # noqa: F401 - declares the enums used here
from backend.store import forecasts
from domain.errors import InvalidError
from domain.quantities import Commodity
from tenants.permissions import Permission

Info = strawberry.Info[Context, None]

FromDay = Annotated[date, strawberry.argument(name="from", description="The first day.")]

LONGEST_DAYS = 400


@strawberry.type(description="The model of one commodity and day, and its score on its sample.")
class ForecastModel:
    """Scored once its day is over and read."""

    day: date
    sample: int = strawberry.field(description="Meters it was learnt from.")
    weather: bool
    score: ForecastScore | None


@strawberry.type
class ForecastEntrance:
    """Entrances of this noun."""

    @strawberry.field(description="Models of a commodity by day with their scores, [from, to).")
    async def forecast_models(
        self, info: Info, commodity: Commodity, from_: FromDay, to: date
    ) -> list[ForecastModel]:
        """Resolve by store."""
        info.context.require(Permission.BALANCES_READ)
        if (to - from_).days > LONGEST_DAYS:
            raise InvalidError(
                f"to must be at most {LONGEST_DAYS} days after from",
                code="RANGE_TOO_LONG",
                field="to",
            )
        async with info.context.db() as session:
            found = await forecasts.scores(session, commodity, from_, to)
        return [
            ForecastModel(
                day=one.day,
                sample=one.sample,
                weather=one.weather,
                score=None if one.score is None else score_view(one.score),
            )
            for one in found
        ]
