"""Incremental state per slot: the forecast of series with little history, or of very many.

A night's step moves the state of each hour of the day by stochastic gradient of the pinball loss
(Koenker and Bassett 1978), in units of the spread it keeps; nothing older is read again.
"""

from dataclasses import dataclass

import numpy as np

from analytics.forecasting.history import HOURS, FloatArray
from analytics.forecasting.linear import Quantiles

RATE = 0.18
_LEVELS = np.array([0.1, 0.5, 0.9])[:, None, None]


@dataclass(frozen=True, slots=True)
class State:
    """What is kept of ``n`` series: 5 numbers a slot; NaN until a slot was seen."""

    quantiles: FloatArray
    """P10, P50 and P90, shape ``(3, n, 24)``."""

    mean: FloatArray
    """Shape ``(n, 24)``."""

    spread: FloatArray
    """Mean distance from the median, shape ``(n, 24)``."""

    @classmethod
    def empty(cls, size: int) -> "State":
        """Nothing is known yet."""
        blank = np.full((size, HOURS), np.nan)
        return cls(np.full((3, size, HOURS), np.nan), blank, np.zeros((size, HOURS)))

    @classmethod
    def of(cls, values: FloatArray) -> "State":
        """State after days of shape ``(n, d, 24)``."""
        state = cls.empty(len(values))
        for day in range(values.shape[1]):
            state = state.after(values[:, day])
        return state

    def after(self, day: FloatArray) -> "State":
        """State after one day more, shape ``(n, 24)``; unknown hours leave it as it was."""
        known = ~np.isnan(day)
        fresh = known & np.isnan(self.mean)
        came = np.where(known, day, 0.0)
        middle = np.where(fresh, came, self.quantiles[1])
        spread = np.where(fresh, np.abs(came) / 2, self.spread)
        apart = np.abs(came - middle)
        spread = np.where(known & ~fresh, spread + RATE * (apart - spread), spread)
        start = np.where(fresh, came, self.quantiles)
        pull = np.where(came > start, _LEVELS, np.where(came < start, _LEVELS - 1, 0.0))
        step = 2 * RATE * spread * pull
        # the median also goes part of the way: it follows a new level at once
        step[1] += np.clip(RATE * (came - middle), -spread, spread)
        seen = known & ~fresh
        moved = np.where(seen, np.maximum(start + step, 0), start)
        moved.sort(axis=0)
        mean = np.where(fresh, came, self.mean)
        mean = np.where(seen, mean + RATE * (came - mean), mean)
        return State(moved, mean, spread)

    def forecast(self) -> Quantiles:
        """The next day; NaN where a slot was never seen."""
        low, middle, high = self.quantiles
        return Quantiles(low, middle, high, self.mean)
