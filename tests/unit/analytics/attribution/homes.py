"""A make-believe group of homes with a balance meter, and what can be done to it."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from analytics.attribution.window import Window

LOSS = (0.02, 0.02)
NOISE = 0.002


@dataclass
class Homes:
    true: NDArray[Any]
    readings: NDArray[Any]
    extra: NDArray[Any]
    noise: NDArray[Any]

    @classmethod
    def made(cls, count: int = 12, days: int = 28, seed: int = 5) -> Self:
        chance = np.random.default_rng(seed)
        hours = np.arange(24 * days)
        level = chance.lognormal(6.5, 0.5, count)[:, None]
        phase = chance.uniform(15, 22, count)[:, None]
        shape = 1 + 0.6 * np.cos((hours % 24 - phase) * 2 * np.pi / 24)
        bursts = chance.gamma(1.2, 1 / 1.2, (count, len(hours)))
        true = np.rint(level * (0.2 + shape * bursts))
        noise = 1 + NOISE * chance.standard_normal(len(hours))
        return cls(true, true.copy(), np.zeros(len(hours)), noise)

    @property
    def supplied(self) -> NDArray[Any]:
        load = self.true.sum(axis=0) + self.extra
        return np.rint(load * (1 + LOSS[0] + LOSS[1] * load / load.mean()) * self.noise)

    def window(self, **changes: Any) -> Window:
        hours = np.arange(self.readings.shape[1])
        one = Window(self.supplied, self.readings, hours % 24, hours // 24)
        return replace(one, **changes)

    def since(self, day: int) -> slice:
        return slice(24 * day, None)

    def stolen(self, member: int) -> float:
        return float((self.true - self.readings)[member].sum())
