"""Findings end to end: from the concentrators' pushes to what GraphQL answers, as time goes by.

Groups with thefts and meters with leaks, in the files of ``bench.attribution`` and ``bench.leaks``,
become houses of a tenant. Their concentrators push to the gateway day by day (leaks hour by hour);
each push is folded, rolled up and judged before the next one is sent, with the clock of that hour.
In the end an operator's client asks GraphQL what was found, when, and how much. The cases are
injected into the loads of real homes. The last line is one JSON object.
"""

import argparse
import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.attribution import Truth, truth_of, truths, wilson
from bench.leaks import Alarm, Cases, load, score
from bench.rig.installation import Installation, temporary_installation
from bench.rig.street import House, Pushing, house_of, pushing
from bench.rig.thefts import groups
from domain.hours import hour_of, instant_of

DAY, WEEK = 24, 168
FEW = 6
"""Groups that are made where no file is given."""

JUDGED_AFTER = timedelta(minutes=3)
"""So long after the end of an hour its judgement is dated."""


def houses_of(meters: Path, feeder: Path, groups: int) -> list[House]:
    """Groups of a file of hourly kWh."""
    table, supply = pd.read_parquet(meters), pd.read_parquet(feeder)
    found = []
    for group in list(supply)[: groups or None]:
        names = [str(name) for name in table if str(name).partition("/")[0] == str(group)]
        serials = [name.partition("/")[2] for name in names]
        kwh = np.vstack([supply[group].to_numpy(float), table[names].to_numpy(float).T])
        found.append(house_of(str(group), serials, kwh))
    return found


async def live(one: Pushing, houses: Sequence[House], first: int, step: int) -> float:
    """Push and judge so many hours at a time; seconds that a turn took on average."""
    size = houses[0].counters.shape[1]
    start = time.perf_counter()
    for low in range(0, size, step):
        hours = range(low, min(low + step, size))
        for house in houses:
            await one.push(house, hours, first)
        now = instant_of(first + hours.stop) + JUDGED_AFTER
        await one.judge(now, night=(first + hours.stop) % DAY == 0)
    return (time.perf_counter() - start) / len(range(0, size, step))


async def at_once(one: Pushing, houses: Sequence[House], first: int) -> float:
    """Push all hours week by week and judge in the end, as when a building joins; seconds."""
    size = houses[0].counters.shape[1]
    start = time.perf_counter()
    for low in range(0, size, WEEK):
        for house in houses:
            await one.push(house, range(low, min(low + WEEK, size)), first)
    await one.judge(instant_of(first + size) + JUDGED_AFTER, night=True)
    return time.perf_counter() - start


def first_hour(size: int) -> int:
    """Hour in which a file begins when it ends at the last midnight."""
    return hour_of(datetime.now(UTC)) // DAY * DAY - size


async def thefts(
    installation: Installation,
    houses: Sequence[House],
    told: dict[str, Truth],
    asked: argparse.Namespace,
) -> dict[str, object]:
    """Thefts as they are found, day by day or at once."""
    first = first_hour(houses[0].counters.shape[1])
    async with pushing(installation, "thefts", houses, first) as one:
        once = asked.at_once
        turn = await (at_once(one, houses, first) if once else live(one, houses, first, DAY))
        found = await one.ask()
    if asked.out is not None:
        lines = "".join(json.dumps(row) + "\n" for row in found)
        await asyncio.to_thread(asked.out.write_text, lines)
    return {**stolen(houses, found, told), "all_s" if once else "day_s": round(turn, 2)}


def made(count: int, seed: int) -> tuple[list[House], dict[str, Truth]]:
    """Groups of 30 of real homes, every second one with a theft, a fault or two of them."""
    drawn = list(groups(count, 30, seed))
    members = [str(at) for at in range(30)]
    houses = [house_of(one.name, members, np.vstack([one.feeder, one.readings])) for one in drawn]
    told = {one.name: truth for one in drawn if (truth := truth_of(one)) is not None}
    return houses, moved(told, drawn[0].hours)


def read(asked: argparse.Namespace) -> tuple[list[House], dict[str, Truth]]:
    """Groups of files, and what was done to them."""
    hours = pd.DatetimeIndex(pd.read_parquet(asked.feeder).index)
    told = truths(asked.labels, hours[0].normalize())
    return houses_of(asked.meters, asked.feeder, asked.groups), moved(told, hours)


def moved(told: dict[str, Truth], hours: pd.DatetimeIndex) -> dict[str, Truth]:
    """The same with the moments at which the hours are pushed for those of the file."""
    begins = pd.Timestamp(instant_of(first_hour(len(hours))))
    return {name: replace(one, start=begins + (one.start - hours[0])) for name, one in told.items()}


def stolen(
    houses: Sequence[House], found: Sequence[dict[str, Any]], told: dict[str, Truth]
) -> dict[str, object]:
    """Score what was found of each house against what was done to it."""
    detected, right, named, delays, errors, loose, false = [], [], [], [], [], [], []
    wrong, missed = 0, Counter[str]()
    for house in houses:
        own = [one for one in found if _house(one) == house.name]
        truth = told.get(house.name)
        if truth is None:
            false.append(bool(own))
            continue
        standing = [one for one in own if one["closedAt"] is None]
        points = [one for one in standing if one["point"]]
        meters = [one["point"]["meter"]["serial"].partition("/")[2] for one in points]
        if not truth.thieves:
            kwh = sum(_energy(one) for one in standing if not one["point"])
            loose.append((abs(kwh / truth.unmetered_kwh - 1), bool(points)))
            continue
        since = truth.start.to_pydatetime()
        opened = [_at(one["openedAt"]) for one in own if _at(one["openedAt"]) > since]
        detected.append(bool(opened))
        delays += [(min(opened) - since) / timedelta(days=1)] if opened else []
        by_size = sorted(zip(points, meters, strict=True), key=lambda one: -_weight(one[0]))
        right.append(bool(by_size) and by_size[0][1] in truth.thieves)
        named.append(set(truth.thieves) <= set(meters))
        wrong += len(set(meters) - set(truth.thieves))
        missed.update([] if right[-1] else [truth.kind])
        errors += [
            abs(_energy(one) / truth.thieves[meter] - 1)
            for one, meter in by_size
            if truth.thieves.get(meter)
        ]
    low, high = wilson(sum(false), len(false))
    return {
        "groups": len(houses),
        "metered": len(detected),
        "detected_pct": _share(detected),
        "top1_pct": _share(right),
        "all_named_pct": _share(named),
        "wrongly_named": wrong,
        "misnamed": dict(missed),
        "days_p90": round(float(np.quantile(delays, 0.9)), 1) if delays else None,
        "kwh_error_median_pct": round(100 * float(np.median(errors)), 1) if errors else None,
        "clean": len(false),
        "clean_alarmed_pct": _share(false),
        "clean_alarmed_95_pct": [round(100 * low, 1), round(100 * high, 1)],
        "unmetered": len(loose),
        "unmetered_kwh_error_pct": [round(100 * error, 1) for error, _ in loose],
        "unmetered_accused": sum(accused for _, accused in loose),
        "without_evidence": sum(not one["evidence"] or not one["explanation"] for one in found),
    }


def _house(one: dict[str, Any]) -> str:
    if one["point"]:
        return str(one["point"]["meter"]["serial"]).partition("/")[0]
    return str(one["group"]["site"]["name"])


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _energy(one: dict[str, Any]) -> float:
    """Energy [kWh] that was not counted; a clock that is off loses none."""
    return float(one["energy"]["value"]) if one["energy"] else 0.0


def _weight(one: dict[str, Any]) -> float:
    return float(one["confidence"]) * max(_energy(one), 1.0)


def _share(which: Sequence[bool]) -> float | None:
    return round(100 * sum(which) / len(which), 1) if which else None


async def leaks(installation: Installation, asked: argparse.Namespace) -> dict[str, object]:
    """Leaks as they are found, hour by hour."""
    cases = load(asked.readings, asked.leak_labels)
    used = np.nan_to_num(cases.hours, nan=0.0)
    names = tuple(case.meter for case in cases.labels)
    house = House("Water", "water_cold", names, np.cumsum(used, axis=1), inlet=False)
    first = first_hour(used.shape[1])
    async with pushing(installation, "leaks", [house], first) as one:
        if asked.at_once:
            await at_once(one, [house], first)
            return standing(cases, await one.ask())
        turn = await live(one, [house], first, 1)
        found = await one.ask()
    alarms = [
        Alarm(
            meter=row["point"]["meter"]["serial"].partition("/")[2],
            kind=str(row["kind"]).lower(),
            hour=hour_of(_at(row["openedAt"])) - first - 1,
            since=hour_of(_at(row["since"])) - first,
            flow=float(row["flow"]["value"]) if row["flow"] else 0.0,
            confidence=float(row["confidence"]),
        )
        for row in found
    ]
    told: dict[str, object] = {key: round(value, 2) for key, value in score(cases, alarms).items()}
    return {**told, "hour_s": round(turn, 2)}


def standing(cases: Cases, found: Sequence[dict[str, Any]]) -> dict[str, object]:
    """Of leaks that still flow in the end, how many are told; and how many are told of none."""
    told = Counter(row["point"]["meter"]["serial"].partition("/")[2] for row in found)
    still = [one for one in cases.labels if one.start is not None and one.leak != "burst"]
    answer: dict[str, object] = {
        f"{leak}_pct": _share([told[one.meter] > 0 for one in still if one.leak == leak])
        for leak in sorted({one.leak for one in still})
    }
    sound = [told[one.meter] > 0 for one in cases.labels if one.start is None]
    return {**answer, "sound": len(sound), "sound_told_of": sum(sound)}


async def main(asked: argparse.Namespace) -> None:
    """Measure and print."""
    answer: dict[str, object] = {}
    cases = {"thefts": read(asked)} if asked.meters is not None else {}
    if asked.simulate or not (cases or asked.readings):
        cases["simulated"] = made(asked.simulate or FEW, asked.seed)
    for name, (houses, told) in cases.items():
        async with temporary_installation() as installation:
            answer[name] = await thefts(installation, houses, told, asked)
        print(json.dumps(answer), flush=True)
    if asked.readings is not None:
        async with temporary_installation() as installation:
            answer["leaks"] = await leaks(installation, asked)
    print(json.dumps(answer))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meters", type=Path, help="hours of meters, columns group/home, kWh")
    parser.add_argument("--feeder", type=Path, help="hours of balance meters, a column a group")
    parser.add_argument("--labels", type=Path, help="what was done to each group")
    parser.add_argument("--groups", type=int, default=0, help="only the first so many; 0 for all")
    parser.add_argument("--simulate", type=int, default=0, help="groups of 30 to make")
    parser.add_argument("--seed", type=int, default=1, help="of chance")
    parser.add_argument(
        "--at-once", action="store_true", help="all hours come before the first look"
    )
    parser.add_argument("--out", type=Path, help="findings of thefts, a line each")
    parser.add_argument("--readings", type=Path, help="cumulative litres of water meters by hours")
    parser.add_argument("--leak-labels", type=Path, help="what leaks at each of them")
    asyncio.run(main(parser.parse_args()))
