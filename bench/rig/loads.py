"""Clean balance groups of real homes, below which a load without a meter runs from some day on.

Whoever is named in one of them is named wrongly.
"""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from bench.rig.thefts import HOMES, MISSING, Case, Chance, FloatArray, Group


def loads(count: int, size: int, seed: int, kind: str) -> Iterator[Group]:
    """Make groups with a load of 0.3 to 1.5 kW in its hours, from week three or four on."""
    table = pd.read_parquet(HOMES)
    homes = np.nan_to_num(table.to_numpy(dtype=float).T)
    for number in range(count):
        chance = np.random.default_rng([seed, size, number, len(kind)])
        true: FloatArray = homes[chance.choice(len(homes), size, replace=size > len(homes) // 2)]
        start = 24 * int(chance.integers(14, 29))
        extra: FloatArray = float(chance.uniform(0.3, 1.5)) * LOADS[kind](table.index, chance)
        extra[:start] = 0.0
        load = true.sum(axis=0) + extra
        linear, square = chance.uniform(0.01, 0.04), chance.uniform(0.005, 0.03)
        noise = 1 + chance.uniform(0.001, 0.003) * chance.standard_normal(len(load))
        feeder = load * (1 + linear + square * load / load.mean()) * noise
        known = chance.random(true.shape) >= MISSING
        readings = np.round(np.where(known, true, float("nan")), 3).astype(np.float64)
        case = Case(None, kind, start // 24, float(extra.sum()))
        name = f"L{seed}-{size}-{number}"
        yield Group(name, table.index, readings, np.round(feeder, 3), (case,))


def _night(at: pd.DatetimeIndex, chance: Chance) -> FloatArray:
    begin, end = int(chance.integers(20, 24)), int(chance.integers(5, 8))
    return np.asarray((at.hour >= begin) | (at.hour < end), float)


def _evening(at: pd.DatetimeIndex, chance: Chance) -> FloatArray:
    begin = int(chance.integers(16, 19))
    return np.asarray((at.hour >= begin) & (at.hour < begin + 5), float)


def _weekend(at: pd.DatetimeIndex, chance: Chance) -> FloatArray:  # noqa: ARG001
    return np.asarray(at.day_of_week >= 5, float)


def _chance(at: pd.DatetimeIndex, chance: Chance) -> FloatArray:
    return np.repeat(chance.random(len(at) // 6 + 1) < 0.5, 6)[: len(at)].astype(float)


def _days(at: pd.DatetimeIndex, chance: Chance) -> FloatArray:
    return np.repeat(chance.uniform(0.2, 1.0, len(at) // 24 + 1), 24)[: len(at)]


LOADS: dict[str, Callable[[pd.DatetimeIndex, Chance], FloatArray]] = {
    "night": _night,
    "evening": _evening,
    "weekend": _weekend,
    "chance": _chance,
    "days": _days,
}
"""By night, in the evening, on Saturdays and Sundays; on and off by chance, six hours at a time; of
another size each day."""
