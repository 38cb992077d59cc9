"""How good forecasts of days were, beside what yesterday would have said."""

from dataclasses import dataclass

import numpy as np

from analytics.forecasting.history import FloatArray
from analytics.forecasting.linear import Quantiles


@dataclass(frozen=True, slots=True)
class Score:
    """Of some hours."""

    hours: int
    wape: float | None
    """Sum of absolute errors over the sum of what came; None where nothing came."""

    wape_lag24: float | None
    """The same of the hour a day before."""

    covered: float | None
    """Share of hours within the 80 % band."""


def score(told: Quantiles, came: FloatArray, day_before: FloatArray) -> Score:
    """Score days; all arrays have one shape, NaN is unknown and left out.

    Examples
    --------
    >>> one = np.ones((1, 24))
    >>> score(Quantiles(0 * one, one, 2 * one, one), 1.5 * one, 2 * one)
    Score(hours=24, wape=0.3333333333333333, wape_lag24=0.3333333333333333, covered=1.0)
    """
    known = ~(np.isnan(came) | np.isnan(told.p50) | np.isnan(day_before))
    hours, total = int(np.count_nonzero(known)), float(came[known].sum())
    if not hours:
        return Score(0, None, None, None)
    inside = (came[known] >= told.p10[known]) & (came[known] <= told.p90[known])
    if total <= 0:
        return Score(hours, None, None, float(inside.mean()))
    return Score(
        hours,
        float(np.abs(came - told.p50)[known].sum()) / total,
        float(np.abs(came - day_before)[known].sum()) / total,
        float(inside.mean()),
    )
