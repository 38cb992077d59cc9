"""Theft and faulty meters: who is named, when, for how much, and how often wrongly.

Files are fed one day at a time; the decisions of a day are written before the next one is read. The
cases are injected into the loads of real homes: the homes are real, their thefts are not.
"""

import argparse
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as the product's own parts: the matrices are small

import numpy as np
import pandas as pd

from analytics.attribution.judgement import GroupJudgement
from analytics.attribution.judging import judge
from analytics.attribution.thresholds import Thresholds
from analytics.attribution.window import FloatArray, IntArray, Window
from bench.rig.loads import LOADS, loads
from bench.rig.thefts import WORSE, Group, groups

WH = 1000.0
UNMETERED = {"T4_partial_const"}
WINDOW_DAYS = 56
LARGE = 0.002
"""Share of a group's energy from which on the goals at 100 homes ask for a name."""


@dataclass(frozen=True, slots=True)
class Day:
    """One local day of all groups."""

    hours: pd.DatetimeIndex
    meters: dict[str, FloatArray]
    """kWh of each group's meters, shape ``(n, h)``."""

    feeder: dict[str, FloatArray]


def days_of(meters: pd.DataFrame, feeder: pd.DataFrame) -> Iterator[Day]:
    """Yield a copy of each day of a pair of files; nothing of the days after it."""
    names = {str(group): _columns(meters, str(group)) for group in feeder}
    for date in pd.DatetimeIndex(feeder.index.normalize().unique()):
        rows = np.flatnonzero(feeder.index.normalize() == date)
        yield Day(
            pd.DatetimeIndex(feeder.index[rows]),
            {g: meters[c].to_numpy(dtype=float)[rows].T.copy() for g, c in names.items()},
            {g: feeder[g].to_numpy(dtype=float)[rows].copy() for g in names},
        )


def _columns(meters: pd.DataFrame, group: str) -> list[str]:
    return [str(name) for name in meters if str(name).partition("/")[0] == group]


@dataclass(slots=True)
class Watch:
    """What is known of one group so far, and what was decided."""

    group: str
    meters: list[str]
    supplied: list[FloatArray] = field(default_factory=list)
    readings: list[FloatArray] = field(default_factory=list)
    hour: list[IntArray] = field(default_factory=list)
    last: pd.Timestamp = field(default_factory=lambda: pd.Timestamp(0))
    alarmed_at: str | None = None
    judgement: GroupJudgement | None = None
    busy_s: list[float] = field(default_factory=list)

    def see(self, at: pd.DatetimeIndex, readings: FloatArray, supplied: FloatArray) -> None:
        """Take in a day and decide again."""
        self.last = at[-1] + pd.Timedelta(hours=1)
        self.supplied.append(supplied * WH)
        self.readings.append(np.rint(readings * WH))
        self.hour.append(np.asarray(at.hour, dtype=np.int64))
        day = np.repeat(np.arange(len(self.hour)), [len(h) for h in self.hour])
        kept = day >= len(self.hour) - WINDOW_DAYS
        window = Window(
            np.concatenate(self.supplied)[kept],
            np.concatenate(self.readings, axis=1)[:, kept],
            np.concatenate(self.hour)[kept],
            day[kept],
            quantum=quantum_of(self.readings),
        )
        start = time.process_time()
        self.judgement = judge(window, Thresholds())
        self.busy_s.append(time.process_time() - start)
        if self.judgement.alarmed and self.alarmed_at is None:
            self.alarmed_at = self.last.isoformat()

    def line(self) -> dict[str, object]:
        """The decision as it stands."""
        said = self.judgement
        assert said is not None
        line: dict[str, object] = {
            "group": self.group,
            "alarmed_at": self.alarmed_at,
            "verdict": str(said.verdict),
            "suspects": [
                {
                    "meter": self.meters[one.member],
                    "kind": str(one.kind),
                    "kwh": round(one.energy / WH, 1),
                    "confidence": round(one.confidence, 3),
                }
                for one in said.suspects
            ],
        }
        if said.unattributed is not None:
            line["unattributed_kwh"] = round(said.unattributed.energy / WH, 1)
        return line


def quantum_of(readings: list[FloatArray]) -> float:
    """Largest of the usual steps of a reading [Wh] of which nearly all readings are multiples."""
    known = np.concatenate([day.ravel() for day in readings[:7]])
    known = known[np.isfinite(known)]
    for step in (1000.0, 100.0, 10.0):
        if len(known) and np.mean(known % step == 0) >= 0.9:
            return step
    return 1.0


def watch(meters: Path, feeder: Path, out: Path) -> dict[str, Watch]:
    """Decide day by day, from files."""
    table, supply = pd.read_parquet(meters), pd.read_parquet(feeder)
    watched = {str(g): Watch(str(g), _homes(table, str(g))) for g in supply}
    for day in days_of(table, supply):
        for group, one in watched.items():
            one.see(day.hours, day.meters[group], day.feeder[group])
        _write(out, [one.line() for one in watched.values()])
    return watched


def _homes(table: pd.DataFrame, group: str) -> list[str]:
    return [name.partition("/")[2] for name in _columns(table, group)]


def _write(out: Path, lines: list[dict[str, object]]) -> None:
    """Replace the file as a whole."""
    fresh = out.with_name(out.name + ".new")
    fresh.write_text("".join(json.dumps(line) + "\n" for line in lines))
    os.replace(fresh, out)  # noqa: PTH105 - atomic, and Path.replace says less


@dataclass(frozen=True, slots=True)
class Truth:
    """What was done to one group."""

    group: str
    thieves: dict[str, float]
    """kWh of each meter that counts too little, and of a clock that is off 0."""

    unmetered_kwh: float
    start: pd.Timestamp
    kind: str


def truths(labels: Path, start: pd.Timestamp) -> dict[str, Truth]:
    """Read labels; a group without theft is not in the answer.

    ``theft`` is one case or a list of them: home, type, start_day, stolen_kwh.
    """
    found = {}
    for row in json.loads(labels.read_text())["labels"]:
        cases = row["theft"] or []
        cases = [cases] if isinstance(cases, dict) else cases
        if not cases:
            continue
        loose = [case for case in cases if case["type"] in UNMETERED]
        found[row["group"]] = Truth(
            row["group"],
            {
                str(case["home"]): float(case["stolen_kwh"])
                for case in cases
                if case["type"] not in UNMETERED
            },
            sum(float(case["stolen_kwh"]) for case in loose),
            start + pd.Timedelta(days=min(int(case["start_day"]) for case in cases)),
            "+".join(str(case["type"]) for case in cases),
        )
    return found


def figures(watched: dict[str, Watch], told: dict[str, Truth]) -> dict[str, object]:
    """Score the last decisions against the truth."""
    rows = [(one, told.get(group)) for group, one in watched.items()]
    clean = [one for one, truth in rows if truth is None]
    metered = [(one, truth) for one, truth in rows if truth is not None and truth.thieves]
    loose = [(one, truth) for one, truth in rows if truth is not None and not truth.thieves]
    delays = [_delay(one, truth) for one, truth in metered]
    seen = [delay for delay in delays if delay is not None]
    false = sum(one.alarmed_at is not None for one in clean)
    low, high = wilson(false, len(clean))
    busy = [seconds for one in watched.values() for seconds in one.busy_s[28:]]
    return {
        "groups": len(rows),
        "metered": len(metered),
        "detected_pct": _share([delay is not None for delay in delays]),
        "top1_pct": _share([_first(one) in truth.thieves for one, truth in metered]),
        "all_named_pct": _share([set(truth.thieves) <= _named(one) for one, truth in metered]),
        "top1_of_02_pct": _share(
            [_first(one) in truth.thieves for one, truth in metered if _part(one, truth) >= LARGE]
        ),
        "auc_of_02": _auc(
            [_score(one) for one, truth in metered if _part(one, truth) >= LARGE],
            [_score(one) for one in clean],
        ),
        "auc": _auc([_score(one) for one, _ in metered], [_score(one) for one in clean]),
        "wrongly_named": sum(len(_named(one) - set(truth.thieves)) for one, truth in metered),
        "days_p50": round(float(np.quantile(seen, 0.5)), 1) if seen else None,
        "days_p90": round(float(np.quantile(seen, 0.9)), 1) if seen else None,
        "kwh_error_median_pct": _median_error(metered),
        "clean": len(clean),
        "clean_alarmed_pct": _share([one.alarmed_at is not None for one in clean]),
        "clean_alarmed_95_pct": [round(100 * low, 2), round(100 * high, 2)],
        "unmetered": len(loose),
        "unmetered_kwh_error_pct": _loose_errors(loose),
        "unmetered_accused": sum(bool(_named(one)) for one, _ in loose),
        "missed": dict(
            Counter(truth.kind for (_, truth), d in zip(metered, delays, strict=True) if d is None)
        ),
        "misnamed": dict(
            Counter(truth.kind for one, truth in metered if _first(one) not in truth.thieves)
        ),
        "ms_per_group_night": round(1000 * float(np.mean(busy)), 1) if busy else None,
    }


def _delay(one: Watch, truth: Truth) -> float | None:
    """Days from the start of a theft to its alarm; None without one, or with one before."""
    if one.alarmed_at is None:
        return None
    days = (pd.Timestamp(one.alarmed_at) - truth.start) / pd.Timedelta(days=1)
    return float(days) if days > 0 else None


def _score(one: Watch) -> float:
    assert one.judgement is not None
    return one.judgement.score


def _auc(guilty: list[float], clean: list[float]) -> float | None:
    """Probability that a group with a case scores higher than a clean one (Mann and Whitney)."""
    if not guilty or not clean:
        return None
    higher = np.subtract.outer(guilty, clean)
    return round(float(np.mean((higher > 0) + 0.5 * (higher == 0))), 3)


def _part(one: Watch, truth: Truth) -> float:
    """Share of a group's energy since the start that was not counted."""
    days = [float(np.nansum(day)) for day in one.supplied]
    since = days[-max(int((one.last - truth.start) / pd.Timedelta(days=1)), 1) :]
    return sum(truth.thieves.values()) * WH / max(sum(since), 1e-9)


def _first(one: Watch) -> str:
    assert one.judgement is not None
    return one.meters[one.judgement.suspects[0].member] if one.judgement.suspects else ""


def _named(one: Watch) -> set[str]:
    assert one.judgement is not None
    return {one.meters[suspect.member] for suspect in one.judgement.suspects}


def _share(which: list[bool]) -> float | None:
    return round(100 * sum(which) / len(which), 2) if which else None


def _median_error(metered: list[tuple[Watch, Truth]]) -> float | None:
    errors = []
    for one, truth in metered:
        assert one.judgement is not None
        for suspect in one.judgement.suspects:
            kwh = truth.thieves.get(one.meters[suspect.member], 0.0)
            if kwh > 0:
                errors.append(abs(suspect.energy / WH / kwh - 1))
    return round(100 * float(np.median(errors)), 1) if errors else None


def _loose_errors(loose: list[tuple[Watch, Truth]]) -> list[float]:
    """Median and largest error of the energy that nobody metered; one that was not seen is 100."""
    errors = []
    for one, truth in loose:
        assert one.judgement is not None
        said = one.judgement.unattributed
        errors.append(100 * abs((said.energy / WH if said else 0.0) / truth.unmetered_kwh - 1))
    return [round(float(f(errors)), 1) for f in (np.median, np.max)] if errors else []


def wilson(hits: int, of: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    if not of:
        return 0.0, 1.0
    z, p = 1.96, hits / of
    middle = (p + z**2 / (2 * of)) / (1 + z**2 / of)
    half = z * np.sqrt(p * (1 - p) / of + z**2 / (4 * of**2)) / (1 + z**2 / of)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def simulated(group: Group) -> tuple[Watch, Truth | None]:
    """Decide day by day on one group made of real homes."""
    one = Watch(group.name, [str(n) for n in range(len(group.readings))])
    for day in range(len(group.hours) // 24):
        part = slice(24 * day, 24 * day + 24)
        one.see(group.hours[part], group.readings[:, part], group.feeder[part])
    return one, truth_of(group)


def truth_of(group: Group) -> Truth | None:
    """What was done to a made group; meters are named by their rows."""
    if not group.cases:
        return None
    thieves = {str(case.member): case.kwh for case in group.cases if case.member is not None}
    loose = sum(case.kwh for case in group.cases if case.member is None)
    first = min(case.start_day for case in group.cases)
    start = group.hours[0] + pd.Timedelta(days=first)
    kind = "+".join(case.kind for case in group.cases)
    return Truth(group.name, thieves, loose, start, kind)


def simulate(
    count: int, seed: int, sizes: list[int], load: str | None, worse: str | None = None
) -> dict[str, object]:
    """Figures on groups of each size with injected cases, half of them clean; or with a load."""
    found: dict[str, object] = {"seed": seed}
    with ProcessPoolExecutor(max_workers=2) as pool:
        for size in sizes:
            made = loads(count, size, seed, load) if load else groups(count, size, seed, worse)
            done = list(pool.map(simulated, made, chunksize=2))
            watched = {one.group: one for one, _ in done}
            told = {truth.group: truth for _, truth in done if truth is not None}
            found[f"n{size}"] = figures(watched, told)
    return found


def main() -> None:
    """Print the figures; the last line is one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meters", type=Path, help="hours of meters, columns group/home, kWh")
    parser.add_argument("--feeder", type=Path, help="hours of balance meters, a column a group")
    parser.add_argument("--labels", type=Path, help="what was done to each group")
    parser.add_argument("--out", type=Path, help="decisions, a line a group")
    parser.add_argument("--simulate", type=int, default=0, help="groups of each size to make")
    parser.add_argument("--seed", type=int, action="append", help="of chance; may be repeated")
    parser.add_argument("--size", type=int, action="append", help="homes a group; 30, 100, 300")
    parser.add_argument("--load", choices=sorted(LOADS), help="a load without a meter in each")
    parser.add_argument("--worse", choices=WORSE, help="how all groups are worse than usual")
    asked = parser.parse_args()
    found: dict[str, object] = {}
    if asked.meters is not None:
        watched = watch(asked.meters, asked.feeder, asked.out)
        start = pd.read_parquet(asked.feeder).index[0].normalize()
        told = truths(asked.labels, start) if asked.labels else {}
        found = figures(watched, told)
    if asked.simulate:
        fresh = [
            simulate(asked.simulate, seed, asked.size or [30, 100, 300], asked.load, asked.worse)
            for seed in asked.seed or [1]
        ]
        found["simulated"] = fresh
    print(json.dumps(found))


if __name__ == "__main__":
    main()
