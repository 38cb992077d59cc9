"""Balance groups of real homes into which thefts and faults are injected.

The loads are those of the Swiss homes of the simulator (its notice names source and licence); what
is done to them is chance, by seed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Chance = np.random.Generator

HOMES = Path(__file__).parents[2] / "simulator/data/ch_electricity/ch_electricity_hourly.parquet"
MISSING = 0.003
_CLOCKS_H = 2 / 60
"""Hours by which clocks of members are off at most in groups that are worse by these."""

_LEAST_LOAD = 0.05
"""Mean kWh an hour below which a home has nothing to steal."""


@dataclass(frozen=True, slots=True)
class Case:
    """One theft or fault."""

    member: int | None
    """Row of the readings; None for a load that no meter sees."""

    kind: str
    start_day: int
    kwh: float
    """What was not counted; 0 for a clock that is off."""


@dataclass(frozen=True, slots=True)
class Group:
    """One balance group as its concentrator and its balance meter tell it [kWh]."""

    name: str
    hours: pd.DatetimeIndex
    readings: FloatArray
    """Shape ``(n, t)``; NaN did not arrive."""

    feeder: FloatArray
    cases: tuple[Case, ...]


WORSE = ("two", "old", "clocks")


def groups(count: int, size: int, seed: int, worse: str | None = None) -> Iterator[Group]:
    """Make groups, every second one clean.

    Of the others a part is worse than the public cases: two thieves, a clock that is off, or a
    theft that is as old as the data. With ``worse`` all have two culprits, or cases as old as the
    data; or the clocks of all members, of clean groups too, are off by up to two minutes.
    """
    table = pd.read_parquet(HOMES)
    homes = np.nan_to_num(table.to_numpy(dtype=float).T)
    for number in range(count):
        chance = np.random.default_rng([seed, size, number])
        yield _group(f"S{seed}-{size}-{number}", table.index, homes, size, chance, worse=worse)


def _group(  # noqa: PLR0913 - what a group is made of
    name: str,
    at: pd.DatetimeIndex,
    homes: FloatArray,
    size: int,
    chance: Chance,
    *,
    worse: str | None,
) -> Group:
    again = size > len(homes) // 2
    chosen = chance.choice(len(homes), size, replace=again)
    true = homes[chosen]
    if again:  # the same home twice is a home of another week
        weeks = chance.integers(0, 6, size)
        true = np.stack([np.roll(row, 168 * week) for row, week in zip(true, weeks, strict=True)])
    readings, extra = true.copy(), np.zeros(true.shape[1])
    plans = _plan(true, int(name.rpartition("-")[2]), chance)
    other = chance.spawn(1)[0]
    plans = _worse(plans, true, worse, other)
    cases = [_inject(plan, readings, extra, chance) for plan in plans]
    if worse == "clocks":
        readings = _off(readings, other)
    load = true.sum(axis=0) + extra
    linear, square = chance.uniform(0.01, 0.04), chance.uniform(0.005, 0.03)
    noise = 1 + chance.uniform(0.001, 0.003) * chance.standard_normal(len(load))
    feeder = load * (1 + linear + square * load / load.mean()) * noise
    readings = np.where(chance.random(readings.shape) < MISSING, np.nan, readings)
    return Group(name, at, np.round(readings, 3), np.round(feeder, 3), tuple(cases))


def _plan(true: FloatArray, number: int, chance: Chance) -> list[tuple[str, int, int]]:
    """What is done to whom from when; nothing to every second group."""
    if number % 2 == 0:
        return []
    alive = np.flatnonzero(true.mean(axis=1) > _LEAST_LOAD)
    first, second = (int(m) for m in chance.choice(alive, 2, replace=False))
    kinds = list(KINDS)
    kind = kinds[number // 2 % len(kinds)]
    start = int(chance.integers(14, 29))
    worse = chance.random()
    if worse < 0.15:
        other = kinds[int(chance.integers(0, 6))]
        return [(kind, first, start), (other, second, int(chance.integers(14, 29)))]
    return [(kind, first, 0 if worse < 0.25 else start)]


def _worse(
    plans: list[tuple[str, int, int]], true: FloatArray, worse: str | None, chance: Chance
) -> list[tuple[str, int, int]]:
    """The same from the first hour on, or with a second culprit."""
    if worse == "old":
        return [(kind, member, 0) for kind, member, _ in plans]
    if worse == "two" and len(plans) == 1:
        alive = np.flatnonzero(true.mean(axis=1) > _LEAST_LOAD)
        second = int(chance.choice(alive[alive != plans[0][1]]))
        kind = list(KINDS)[int(chance.integers(0, 5))]
        return [*plans, (kind, second, int(chance.integers(14, 29)))]
    return plans


def _off(readings: FloatArray, chance: Chance) -> FloatArray:
    """What meters count whose hours begin early or late: a part lies in the hour beside."""
    off = chance.uniform(-_CLOCKS_H, _CLOCKS_H, (len(readings), 1))
    before = np.concatenate((readings[:, :1], readings[:, :-1]), axis=1)
    after = np.concatenate((readings[:, 1:], readings[:, -1:]), axis=1)
    beside = np.where(off > 0, before, after)
    return np.asarray(readings + np.abs(off) * (beside - readings), dtype=np.float64)


def _inject(
    plan: tuple[str, int, int], readings: FloatArray, extra: FloatArray, chance: Chance
) -> Case:
    kind, member, start = plan
    hours = slice(24 * start, None)
    true = readings[member].copy()
    if kind == "unmetered":
        flow = chance.uniform(0.2, 1.0)
        extra[hours] += flow
        return Case(None, kind, start, flow * (len(extra) - 24 * start))
    readings[member, hours] = KINDS[kind](true, start, chance)[hours]
    stolen = 0.0 if kind == "clock_skew" else float((true - readings[member])[hours].sum())
    return Case(member, kind, start, stolen)


def _slowed(true: FloatArray, start: int, chance: Chance) -> FloatArray:  # noqa: ARG001
    return true * float(1 - chance.choice([0.2, 0.3, 0.5, 0.7, 0.9]))


def _by_hours(true: FloatArray, start: int, chance: Chance) -> FloatArray:  # noqa: ARG001
    window = (chance.integers(0, 24) + np.arange(chance.integers(5, 11))) % 24
    return np.where(np.isin(np.arange(len(true)) % 24, window), 0.0, true)


def _capped(true: FloatArray, start: int, chance: Chance) -> FloatArray:
    since = true[24 * start :]
    return np.minimum(true, np.quantile(since, chance.uniform(0.1, 0.6)))


def _by_days(true: FloatArray, start: int, chance: Chance) -> FloatArray:  # noqa: ARG001
    least = chance.choice([0.2, 0.5])
    return true * np.repeat(chance.uniform(least, 1, len(true) // 24), 24)


def _stuck(true: FloatArray, start: int, chance: Chance) -> FloatArray:  # noqa: ARG001
    return np.zeros(len(true))


def _skewed(true: FloatArray, start: int, chance: Chance) -> FloatArray:  # noqa: ARG001
    off = float(chance.choice([0.1, 0.25, 0.5, 1.0]))
    return (1 - off) * true + off * np.concatenate((true[:1], true[:-1]))


KINDS: dict[str, Callable[[FloatArray, int, Chance], FloatArray]] = {
    "slowed": _slowed,
    "silent_hours": _by_hours,
    "capped": _capped,
    "slowed_by_days": _by_days,
    "stuck": _stuck,
    "unmetered": _stuck,
    "clock_skew": _skewed,
}
"""What a meter reads of a true load; ``unmetered`` leaves the meters alone."""
