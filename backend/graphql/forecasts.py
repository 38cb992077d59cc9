"""Forecasts of days in the schema, and how good they were."""

from datetime import date, datetime

import numpy as np
import strawberry
from numpy.typing import NDArray

from analytics.forecasting.scores import Score
from backend.graphql.scalars import HOURLY, Duration, SeriesArray
from backend.services.forecasting import telling
from domain.hours import instant_of
from domain.quantities import Unit


@strawberry.type(description="A day by hours as it is expected; arrays of 23 to 25 hours.")
class DayForecast:
    """The band holds four of five hours."""

    start: datetime
    step: Duration
    timezone: str
    unit: str
    p10: SeriesArray
    p50: SeriesArray = strawberry.field(description="Median of each hour: for a person's chart.")
    p90: SeriesArray
    mean: SeriesArray = strawberry.field(description="For sums: medians do not add up.")
    learnt: date | None = strawberry.field(
        description=(
            "Local midnight at which the model was learnt; null where the hours of the day"
            " alone are known, as with less than four weeks."
        )
    )
    steps_ahead: int = strawberry.field(
        description="2 where the rest of today had to be expected first; its band is too narrow."
    )
    weather: bool = strawberry.field(description="Whether a temperature forecast was known.")

    @classmethod
    def of(cls, told: telling.Told, timezone: str, unit: Unit) -> "DayForecast":
        """Build the view."""

        def at_edge(values: NDArray[np.float64]) -> SeriesArray:
            return SeriesArray(np.round(values / 1000, 3))

        return cls(
            start=instant_of(told.start),
            step=HOURLY,
            timezone=timezone,
            unit=unit,
            p10=at_edge(told.p10),
            p50=at_edge(told.p50),
            p90=at_edge(told.p90),
            mean=at_edge(told.mean),
            learnt=told.learnt,
            steps_ahead=told.steps_ahead,
            weather=told.weather,
        )


@strawberry.type(description="How good forecasts were, beside the same hour of the day before.")
class ForecastScore:
    """Of hours that came."""

    hours: int
    wape: float | None = strawberry.field(
        description="Absolute errors over what came; null where nothing came."
    )
    wape_lag24: float | None = strawberry.field(
        description="The same, had one told the hour of the day before."
    )
    covered: float | None = strawberry.field(
        description="Share of hours within the 80 % band, 0 to 1."
    )


def score_view(found: Score) -> ForecastScore:
    """Build the view."""
    return ForecastScore(
        hours=found.hours,
        wape=found.wape,
        wape_lag24=found.wape_lag24,
        covered=found.covered,
    )
