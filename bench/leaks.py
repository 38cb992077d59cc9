"""Leaks in a file of water or gas meters, decided hour by hour before the next hour is read.

The cases are leaks injected into real loads. Beside the figures of the file stand those of fresh
cases: the same kinds of leaks, injected by three seeds into the house of simulator/data/ca_house.
"""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from analytics.leaks.faults import Surroundings
from analytics.leaks.habits import Habits
from analytics.leaks.judging import RECENT_HOURS, WINDOW_HOURS, review, watch
from analytics.leaks.signs import HOURS, FloatArray, Flow, Kind, Sign
from analytics.leaks.thresholds import Thresholds
from bench.rig.bounds import SPAN_HOURS, most_found
from domain.quantities import Commodity

HOUSE = Path(__file__).parent.parent / "simulator" / "data" / "ca_house"
FRESH_SEEDS = (9511, 9512, 9513)
"""Never used to choose a threshold."""

MONTH_HOURS = 30 * HOURS
LEAKS = (Kind.CONTINUOUS, Kind.GROWING, Kind.INTERMITTENT, Kind.BURST, Kind.TRICKLE)
SAME_KIND = {
    "constant": {Kind.CONTINUOUS},
    "growing": {Kind.CONTINUOUS, Kind.GROWING},
    "toilet_intermittent": {Kind.INTERMITTENT},
    "burst": {Kind.BURST},
    "drip": {Kind.TRICKLE},
}


WATER_RATES: dict[str, tuple[float, ...]] = {
    "constant": (1, 2, 10, 25),
    "growing": (1, 2, 10, 25),
    "toilet_intermittent": (2, 5, 10, 25),
    "burst": (200, 400),
}
"""Litres an hour of the public cases."""

GAS_RATES: dict[str, tuple[float, ...]] = {
    "constant": (30, 60, 120),
    "growing": (30, 60, 120),
    "burst": (1500, 3000),
}
"""dm3 an hour; a pulse is 28 dm3."""

DRIP_RATES: dict[str, tuple[float, ...]] = {"drip": (0.1, 0.2, 0.3, 0.5, 0.7, 0.9)}
"""Litres an hour of taps that drip: less than a pulse of the meter."""


class Case(NamedTuple):
    """What was injected into a meter."""

    meter: str
    leak: str
    rate: float
    start: int | None
    """Hour of the file."""

    shows: int | None
    """Hour in which the leak alone comes to a litre, or a pulse, an hour."""


@dataclass(frozen=True, slots=True)
class Cases:
    """Meters of one commodity."""

    hours: FloatArray
    """Litres, shape ``(n, t)``."""

    first_slot: int
    labels: list[Case]
    quantum: float = 1.0
    commodity: Commodity = Commodity.WATER_COLD


class Alarm(NamedTuple):
    """One alarm as it was raised: at the end of an hour."""

    meter: str
    kind: str
    hour: int
    since: int
    flow: float
    confidence: float


def load(readings: Path, labels: Path) -> Cases:
    """Read a file of cumulative litres and its labels."""
    table = pd.read_parquet(readings)
    if not isinstance(table.index, pd.DatetimeIndex):
        table = table.set_index(table.columns[0])
    table = table.sort_index()
    counter = table.to_numpy(dtype=float).T
    hours = np.diff(counter, axis=1, prepend=np.nan)
    told = {row["meter"]: row for row in json.loads(labels.read_text())}
    cases = [_case(told.get(str(name), {}), str(name), hours.shape[1]) for name in table.columns]
    return Cases(hours, table.index[0].hour, cases)


def _case(row: dict[str, object], meter: str, hours: int) -> Case:
    leak, rate = str(row.get("leak", "none")), float(str(row.get("rate_l_per_h") or 0))
    day = row.get("start_day")
    start = None if leak == "none" or day is None else int(str(day)) * HOURS
    shows = start
    if leak == "growing" and start is not None:
        shows = start + int(np.ceil((hours - start) / (2 * rate)))
    return Case(meter, leak, rate, start, shows)


def fresh(
    seed: int, commodity: Commodity, size: int, *, any_hour: bool = False, drips: bool = False
) -> Cases:
    """Inject leaks into windows of a real house, in the manner of the public cases.

    Those begin at midnight, when a burst shows best; ``any_hour`` lets them begin whenever.
    ``drips`` gives taps that drip instead.
    """
    chance = np.random.default_rng(seed)
    name = "water" if commodity is Commodity.WATER_COLD else "gas"
    table = pd.read_csv(HOUSE / f"ca_{name}_hourly_year1.csv.gz")
    year = table.iloc[:, 2].to_numpy(dtype=float)
    at = pd.DatetimeIndex(pd.to_datetime(table.iloc[:, 0])).tz_localize("UTC")
    local = at.tz_convert("America/Vancouver")
    midnights = np.flatnonzero(local.hour == 0)
    # gas heats: half a year has none to leak into but the summer's silence
    earliest = 0 if commodity is Commodity.WATER_COLD else 150
    length = 56 * HOURS
    midnights = midnights[(midnights + length < len(year)) & (midnights >= earliest * HOURS)]
    step = 1.0 if commodity is Commodity.WATER_COLD else 28.316847
    rates = WATER_RATES if commodity is Commodity.WATER_COLD else GAS_RATES
    rates = DRIP_RATES if drips else rates
    weights = [0.4, *[0.6 / len(rates)] * len(rates)]
    rows, cases = [], []
    for number in range(size):
        first = int(chance.choice(midnights))
        flow = np.nan_to_num(year[first : first + length]) * chance.choice((0.5, 1.0))
        leak = str(chance.choice(["none", *rates], p=weights))
        start = int(chance.integers(14, 49)) * HOURS
        start += int(chance.integers(0, HOURS)) if any_hour else 0
        rate = float(chance.choice(rates.get(leak, (0.0,))))
        added, shows = _leak(chance, leak, rate, (start, length, step))
        register = np.floor(np.cumsum(flow + added) / step) * step
        rows.append(np.diff(register, prepend=0.0))
        none = leak == "none"
        cases.append(
            Case(f"F{number:03}", leak, rate, None if none else start, None if none else shows)
        )
    return Cases(np.stack(rows), 0, cases, step, commodity)


def _leak(
    chance: np.random.Generator, leak: str, rate: float, span: tuple[int, int, float]
) -> tuple[FloatArray, int]:
    start, length, step = span
    added, rest = np.zeros(length), length - start
    shows = start
    match leak:
        case "constant" | "drip":
            added[start:] = rate
        case "growing":
            added[start:] = 2 * rate * np.arange(rest) / rest
            shows = start + int(np.argmax(added[start:] >= step))
        case "burst":
            added[start : start + int(chance.integers(12, 31))] = rate
        case "toilet_intermittent":
            on = np.zeros(rest, dtype=bool)
            at = 0
            while at < rest:
                long = int(chance.integers(1, 6))
                on[at : at + long] = True
                at += long + int(chance.integers(2, 11))
            added[start:] = np.where(on, 3 * rate, 0.0)
        case _:
            pass
    return added, shows


def hourly(cases: Cases) -> Iterator[tuple[int, FloatArray]]:
    """Hours one after the other; the next is read when the decision on this one stands."""
    for hour in range(cases.hours.shape[1]):
        yield hour, cases.hours[:, hour].copy()


@dataclass(slots=True)
class Watcher:
    """Decides each hour on what has come, and remembers what it has raised."""

    cases: Cases
    thresholds: Thresholds
    came: FloatArray = field(init=False)
    known: int = 0
    habits: Habits = field(init=False)
    raised: dict[tuple[int, str], int] = field(default_factory=dict)
    hour_s: float = 0.0
    night_s: float = 0.0

    def __post_init__(self) -> None:
        """Begin with no habits."""
        self.came = np.full(self.cases.hours.shape, np.nan)
        self.habits = Habits.none(len(self.came))

    def take(self, hour: int, values: FloatArray) -> list[Alarm]:
        """Alarms that are new at the end of an hour."""
        self.came[:, hour] = values
        self.known = hour + 1
        start = time.perf_counter()
        signs = watch(self._past(RECENT_HOURS), self.habits, self.thresholds)
        middle = time.perf_counter()
        self.hour_s += middle - start
        offset = max(0, self.known - RECENT_HOURS)
        found = [(sign, offset) for sign in signs]
        if (self.cases.first_slot + self.known) % HOURS == 0:
            window = self._past(WINDOW_HOURS)
            before = max(0, self.known - WINDOW_HOURS)
            around = Surroundings.unknown(len(self.came))
            told = review(window, self.habits, around, self.thresholds)
            found += [(sign, before) for sign in told]
            self.habits = Habits.of(window, self.thresholds)
            self.night_s += time.perf_counter() - middle
        return [alarm for sign, base in found if (alarm := self._new(sign, base)) is not None]

    def _past(self, hours: int) -> Flow:
        first = max(0, self.known - hours)
        slot = (self.cases.first_slot + first) % HOURS
        return Flow(self.came[:, first : self.known], slot, self.cases.quantum)

    def _new(self, sign: Sign, base: int) -> Alarm | None:
        key = sign.row, str(sign.kind)
        last = self.raised.get(key)
        self.raised[key] = self.known
        if last is not None and self.known - last <= HOURS:
            return None
        meter = self.cases.labels[sign.row].meter
        return Alarm(
            meter, sign.kind, self.known - 1, base + sign.since, sign.flow, sign.confidence
        )


def decide(cases: Cases) -> tuple[list[Alarm], dict[str, float]]:
    """All alarms, and what an hour and a night cost."""
    watcher = Watcher(cases, Thresholds.of(cases.commodity))
    alarms = [alarm for hour, values in hourly(cases) for alarm in watcher.take(hour, values)]
    size, hours = cases.hours.shape
    cost = {
        "hourly_ms_per_100": 1e5 * watcher.hour_s / hours / size,
        "nightly_ms_per_100": 1e5 * watcher.night_s / (hours / HOURS) / size,
    }
    return alarms, cost


def score(cases: Cases, alarms: list[Alarm]) -> dict[str, float]:
    """Shares found in time, and false alarms a month of a meter without a leak."""
    by_meter: dict[str, list[Alarm]] = {}
    for alarm in alarms:
        by_meter.setdefault(alarm.meter, []).append(alarm)
    delays: dict[str, list[float]] = {}
    from_shows, named, false, sound = [], [], 0, 0.0
    for case in cases.labels:
        own = by_meter.get(case.meter, [])
        clean = cases.hours.shape[1] if case.start is None else case.start
        sound += clean / MONTH_HOURS
        months = {alarm.hour // MONTH_HOURS for alarm in own if alarm.hour < clean}
        false += len(months)
        if case.start is None or case.shows is None:
            continue
        good = [
            alarm.hour + 1
            for alarm in own
            if alarm.hour >= case.start
            and (alarm.kind in SAME_KIND["burst"] if case.leak == "burst" else alarm.kind in LEAKS)
        ]
        named.append(any(alarm.kind in SAME_KIND[case.leak] for alarm in own))
        first = min(good, default=np.inf)
        delays.setdefault(case.leak, []).append(first - case.start)
        if case.leak in ("constant", "growing"):
            from_shows.append(first - case.shows)
    within = {"constant": 48, "growing": 48, "toilet_intermittent": np.inf, "burst": 2}
    found = {
        f"{leak}_pct": _share(np.array(delays.get(leak, [])), limit)
        for leak, limit in within.items()
    }
    both = np.array(delays.get("constant", []) + delays.get("growing", []))
    intermittent = np.array(delays.get("toilet_intermittent", []))
    return {
        "constant_growing_48h_of_1_l_per_h_pct": _share(np.array(from_shows), 48),
        "constant_growing_48h_of_start_pct": _share(both, 48),
        **found,
        "intermittent_median_h": float(np.median(intermittent)) if len(intermittent) else np.nan,
        "burst_1h_pct": _share(np.array(delays.get("burst", [])), 1),
        "burst_4h_pct": _share(np.array(delays.get("burst", [])), 4),
        "bursts": float(len(delays.get("burst", []))),
        "kind_named_pct": 100 * float(np.mean(named)) if named else np.nan,
        "false_alarms": float(false),
        "meter_months": sound,
        "false_alarms_per_meter_month_pct": 100 * false / max(sound, 1e-9),
    }


def drips_found(cases: Cases, alarms: list[Alarm]) -> dict[str, float]:
    """Shares of dripping taps told within a week and ever, by their litres an hour."""
    first: dict[str, int] = {}
    flow: dict[str, float] = {}
    for alarm in alarms:
        if alarm.kind in LEAKS:
            first.setdefault(alarm.meter, alarm.hour + 1)
            flow.setdefault(alarm.meter, alarm.flow)
    found = {}
    for rate in sorted({case.rate for case in cases.labels if case.start is not None}):
        own = [case for case in cases.labels if case.rate == rate and case.start is not None]
        delays = np.array([first.get(case.meter, np.inf) - (case.start or 0) for case in own])
        told = [flow[case.meter] / rate for case in own if case.meter in flow]
        found[f"drip_{rate}_week_pct"] = _share(delays, 7 * HOURS)
        found[f"drip_{rate}_ever_pct"] = _share(delays, np.inf)
        found[f"drip_{rate}_flow_ratio"] = float(np.median(told)) if told else np.nan
    return found


def growing_bound(cases: Cases, seed: int) -> dict[str, float]:
    """What growing leaks come to within 48 h, and how many of them any rule could tell by then."""
    litres, most = [], []
    hours = cases.hours.shape[1]
    for row, case in enumerate(cases.labels):
        if case.leak != "growing" or case.start is None or case.start + SPAN_HOURS > hours:
            continue
        leak = 2 * case.rate * np.arange(SPAN_HOURS) / (hours - case.start)
        litres.append(float(leak.sum()))
        past = cases.hours[row, : case.start] / cases.quantum
        most.append(most_found(past, cases.first_slot, leak / cases.quantum, seed))
    if not litres:
        return {}
    return {
        "growing_litres_48h": float(np.median(litres)),
        "growing_most_any_rule_could_pct": 100 * float(np.mean(most)),
    }


def _share(delays: FloatArray, limit: float) -> float:
    """Share found within some hours; NaN where there is no such case."""
    found = np.isfinite(delays) & (delays <= limit)
    return 100 * float(found.mean()) if len(delays) else float("nan")


def _told(found: dict[str, float]) -> dict[str, float | None]:
    return {key: None if np.isnan(value) else round(value, 3) for key, value in found.items()}


def main() -> None:
    """Print the figures of the file beside those of fresh seeds; the last line is JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=Path)
    parser.add_argument("--labels", type=Path)
    parser.add_argument("--out", type=Path, help="one line an alarm, as it was raised")
    parser.add_argument("--seeds", type=int, nargs="*", default=FRESH_SEEDS)
    parser.add_argument("--fresh", type=int, default=100, help="meters of a fresh seed; 0 for none")
    asked = parser.parse_args()
    told: dict[str, object] = {}
    for commodity in (Commodity.WATER_COLD, Commodity.GAS) if asked.fresh else ():
        name = "water" if commodity is Commodity.WATER_COLD else "gas"
        for seed in asked.seeds:
            for any_hour in (False, True):
                cases = fresh(seed, commodity, asked.fresh, any_hour=any_hour)
                key = f"fresh_{name}_{seed}{'_any_hour' if any_hour else ''}"
                bound = growing_bound(cases, seed)
                told[key] = found = _told({**score(cases, decide(cases)[0]), **bound})
                print(f"{key}:", json.dumps(found))
    for seed in asked.seeds if asked.fresh else ():
        cases = fresh(seed, Commodity.WATER_COLD, asked.fresh, any_hour=True, drips=True)
        alarms, _ = decide(cases)
        figures = score(cases, alarms)
        sound = {key: figures[key] for key in ("false_alarms", "meter_months", "kind_named_pct")}
        told[f"drips_{seed}"] = found = _told({**drips_found(cases, alarms), **sound})
        print(f"drips_{seed}:", json.dumps(found))
    if asked.readings is not None:
        cases = load(asked.readings, asked.labels)
        alarms, cost = decide(cases)
        if asked.out is not None:
            asked.out.write_text("".join(json.dumps(a._asdict()) + "\n" for a in alarms))
        told = {**_told(score(cases, alarms)), **_told(cost), **told}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
