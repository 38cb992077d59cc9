"""How much too little each meter of a group counts, from the balance of its hours.

``supplied - delivered = a B + b B^2 + c + sum_i g_i r_i + noise``: technical losses grow with the
group's load ``B``, what meter ``i`` does not count is a share ``g_i`` of its reading ``r_i``.
Bayesian linear regression (Bishop, Pattern Recognition and Machine Learning, 2006, 3.3): meters are
right within a few percent before anything is seen, so a common share belongs to the losses and not
to everybody. The noise is estimated along with it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.errors import ShapeError
from domain.quantities import Mask

FloatArray = NDArray[np.float64]

PRIOR = 0.03
"""Standard deviation of the gain error of a meter in service of which nothing is known."""

LEAST_HOURS = 7 * 24
ROUNDS = 20
SETTLED = 1e-4
_FREE = 1e-9
"""Precision of the coefficients of the losses before anything is seen: next to none."""


@dataclass(frozen=True, slots=True)
class Gains:
    """Of ``n`` meters; a share is positive where the meter counts too little."""

    share: FloatArray
    """Mean after the hours were seen, shape ``(n,)``."""

    error: FloatArray
    """Standard deviation of it."""

    hours: int
    """That were used: those in which the inlet and every meter are known."""


def estimate(supplied: FloatArray, readings: FloatArray, prior: float = PRIOR) -> Gains | None:
    """Estimate the gains of a group's meters; None with fewer than a week of whole hours.

    Parameters
    ----------
    supplied
        By the inlet, shape ``(t,)``; NaN where unknown.
    readings
        Of each meter below it, shape ``(n, t)``; NaN where unknown. Of one unit with ``supplied``.

    Raises
    ------
    ShapeError
        They do not cover the same hours.
    """
    if readings.shape[1:] != supplied.shape:
        raise ShapeError(
            f"readings {readings.shape} and supplied {supplied.shape} must share hours"
        )
    whole: Mask = ~np.isnan(supplied) & ~np.isnan(readings).any(axis=0)
    hours = int(np.count_nonzero(whole))
    load = readings[:, whole].sum(axis=0)
    if hours < LEAST_HOURS or load.sum() <= 0:
        return None
    return _fit(supplied[whole] - load, readings[:, whole], load, prior)


def _fit(lost: FloatArray, readings: FloatArray, load: FloatArray, prior: float) -> Gains:
    size = float(load.mean())
    losses = np.stack([load, load**2 / size, np.full_like(load, size)])
    design = np.concatenate([losses, readings])
    precision = np.full(len(design), prior**-2)
    precision[: len(losses)] = _FREE
    square, met = design @ design.T, design @ lost
    noise = float(np.var(lost)) + 1e-12 * size**2
    floor = 1e-12 * size**2
    mean, spread = np.zeros(len(design)), np.eye(len(design))
    for _ in range(ROUNDS):
        spread = np.linalg.inv(square / noise + np.diag(precision))
        mean = spread @ met / noise
        # effective number of parameters that the hours have determined (Bishop, 3.91)
        known = len(design) - float((precision * np.diag(spread)).sum())
        left = lost - mean @ design
        before, noise = noise, max(floor, float(left @ left) / max(1.0, len(lost) - known))
        if abs(noise - before) < SETTLED * before:
            break
    meters = slice(len(losses), None)
    return Gains(mean[meters], np.sqrt(np.diag(spread)[meters]), len(lost))
