"""Contradictions of a heat meter: flow, supply and return temperature do not fit one another."""

from collections.abc import Iterator

import numpy as np

from analytics.leaks import stretches
from analytics.leaks.signs import FloatArray, Kind, Sign
from analytics.leaks.thresholds import Thresholds
from domain.errors import ShapeError
from domain.quantities import Mask


def contradictions(
    flow: FloatArray, supply: FloatArray, back: FloatArray, thresholds: Thresholds
) -> list[Sign]:
    """Signs that stand at the end of some days.

    Parameters
    ----------
    flow
        Wh or litres an hour, shape ``(n, t)``; NaN for what was not measured.
    supply, back
        Temperatures of supply and return in degC, shape ``(n, t)``; NaN for what is unknown.

    Raises
    ------
    ShapeError
        The arrays do not line up.
    """
    if not flow.shape == supply.shape == back.shape:
        raise ShapeError(f"flow {flow.shape}, supply {supply.shape}, return {back.shape}")
    if not flow.size:
        return []
    delta = supply - back
    unknown = np.isnan(flow) | np.isnan(delta)
    rules: tuple[tuple[Kind, Mask, int], ...] = (
        (Kind.NEGATIVE_DELTA, (flow > 0) & (delta <= thresholds.negative_k),
         thresholds.negative_hours),
        (Kind.FLOW_WITHOUT_DELTA, (flow > 0) & (np.abs(delta) < thresholds.delta_k),
         thresholds.heat_hours),
        (Kind.DELTA_WITHOUT_FLOW, (flow == 0) & (delta >= thresholds.warm_k),
         thresholds.heat_hours),
    )  # fmt: skip
    found: list[Sign] = []
    for kind, holds, hours in rules:
        found += _standing(kind, stretches.without(~holds & ~unknown, unknown, 2), hours, delta)
    return found


def _standing(kind: Kind, runs: np.ndarray, least: int, delta: FloatArray) -> Iterator[Sign]:
    for row in np.flatnonzero(runs[:, -1] >= least).tolist():
        hours = int(runs[row, -1])
        figures = {"hours": float(hours), "delta_k": float(np.nanmean(delta[row, -hours:]))}
        yield Sign(row, kind, runs.shape[1] - hours, 0.0, 0.0, 0.9, figures)
