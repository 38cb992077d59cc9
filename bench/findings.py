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
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import orjson
import pandas as pd
from numpy.typing import NDArray

from backend.clients.events import Events
from backend.graphql.context import Context
from backend.graphql.schema import schema
from backend.services.findings import judging
from backend.services.gateway.devices import Devices
from backend.tasks import metering
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from bench.attribution import Truth, truth_of, truths, wilson
from bench.leaks import Alarm, load, score
from bench.rig import town
from bench.rig.concentrators import FRAMES
from bench.rig.installation import MASTER_KEY, Installation, temporary_installation
from bench.rig.thefts import groups
from bench.rig.town import Town
from domain.authenticity import signature
from domain.hours import hour_of, instant_of
from ingestion.app import application
from ingestion.gateway import Gateway
from tenants.permissions import Permission

ZONE = "Etc/UTC"
"""The files have days of 24 hours."""

PLACE = "Region/City/Street"
KINDS = "region/city/street/house"
DAY = 24
FEW = 6
"""Groups that are made where no file is given."""

JUDGED_AFTER = timedelta(minutes=3)
"""So long after the end of an hour its judgement is dated."""

_ASK = """
query Found($after: String) { viewer { findings(first: 100, after: $after) {
  pageInfo { hasNextPage endCursor }
  edges { node { kind state openedAt closedAt since confidence energy { value } flow { value }
    point { meter { serial } } group { site { name } } explanation evidence { name } } } } } }
"""
_DUE_NOW = "UPDATE work_bell SET due_at = now() - interval '1 second' WHERE due_at > now()"


@dataclass(frozen=True, slots=True)
class House:
    """One house as its concentrator reads it, in Wh or litres."""

    name: str
    commodity: str
    meters: tuple[str, ...]
    """Serials; the first is the balance meter where there is one."""

    counters: NDArray[np.float64]
    """At the end of each hour, shape ``(n, t)``; NaN was not read."""

    inlet: bool = True

    def rows(self, installed: int) -> Iterator[tuple[str, ...]]:
        """Its lines of a metering file; serials of meters are unique in the tenant."""
        for at, serial in enumerate(self.meters):
            inlet = self.inlet and at == 0
            yield (
                f"{PLACE}/{self.name}",
                KINDS,
                "" if inlet else f"Flat {at}",
                self.commodity,
                "inlet" if inlet else "consumer",
                f"{self.name}/{serial}",
                "1000",
                instant_of(installed).isoformat(),
                "0",
                f"C-{self.name}",
                "1",
                str(at),
            )


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


def house_of(name: str, serials: Sequence[str], kwh: NDArray[np.float64]) -> House:
    """A house of a balance meter and others, shape ``(1 + n, t)``.

    A reading that was lost is one that the concentrator did not get; the register counted on.
    """
    near = pd.DataFrame(kwh.T).interpolate(limit_direction="both").to_numpy().T
    counters = np.cumsum(np.rint(1000 * near), axis=1)
    counters[np.isnan(kwh)] = np.nan
    return House(name, "electricity", ("inlet", *serials), counters)


@dataclass(slots=True)
class Pushing:
    """A tenant at work on a clock of its own."""

    work: Work
    town: Town
    client: httpx.AsyncClient
    installation: Installation
    sequence: int = 0

    async def push(self, house: House, hours: range, first: int) -> None:
        """One push of a house's concentrator."""
        secret = dict(self.town.devices)[f"C-{house.name}"]
        self.sequence += 1
        blocks = []
        for at in hours:
            known = np.flatnonzero(~np.isnan(house.counters[:, at]))
            blocks.append(
                {
                    "network": 1,
                    "hour": instant_of(first + at).isoformat(),
                    "channels": known.tolist(),
                    "counters": house.counters[known, at].astype(np.int64).tolist(),
                }
            )
        now = datetime.now(UTC).isoformat()
        frame = {"sequence": self.sequence, "made_at": now, "hours": blocks}
        body = orjson.dumps({"frames": [frame]})
        serial, counter = f"C-{house.name}", self.sequence
        mark = signature(secret, "POST", FRAMES, serial, counter, now, body)
        headers = {
            "Content-Type": "application/json",
            "X-Balance-Device": serial,
            "X-Balance-Counter": str(counter),
            "X-Balance-Time": now,
            "Authorization": f"HMAC {mark}",
        }
        answer = await self.client.post(FRAMES, content=body, headers=headers)
        if answer.json()["accepted"] != [self.sequence]:
            raise RuntimeError(f"not accepted: {answer.text[:500]}")

    async def judge(self, now: datetime, *, night: bool) -> None:
        """Fold, roll up and judge what has come, as if it were some moment."""
        tenant = self.town.scope.tenant_id
        while not (await metering.fold_pushes(self.work, tenant)).whole:
            pass
        await metering.roll_up(self.work, tenant)
        if night:
            await judging.announce(self.work.database, now)
        connection = await self.installation.superuser()
        await connection.execute(_DUE_NOW)  # a wave is waited for in seconds that do not pass here
        await connection.close()
        more = True
        while more:
            async with self.work.database.session(self.town.scope) as session:
                more = (await judging.judge_next(session, now, self.work.structures)).more

    async def ask(self) -> list[dict[str, Any]]:
        """All findings, as an operator's client reads them."""
        found, after = [], None
        scope = replace(self.town.scope, permissions=frozenset(map(str, Permission)))
        while True:
            asking = Context(self.work.database, scope, self.work.events, MASTER_KEY)
            async with asking as context:
                answer = await schema.execute(_ASK, {"after": after}, context_value=context)
            if answer.errors or answer.data is None:
                raise RuntimeError(f"not answered: {answer.errors}")
            page = answer.data["viewer"]["findings"]
            found += [edge["node"] for edge in page["edges"]]
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]


@asynccontextmanager
async def pushing(
    installation: Installation, name: str, houses: Sequence[House], first: int
) -> AsyncIterator[Pushing]:
    """A tenant of some houses, whose meters stood at nothing an hour before the first."""
    rows = [row for house in houses for row in house.rows(first - 1)]
    made = await town.found(installation, name, town.file_of(rows), timezone=ZONE)
    events = Events(installation.settings.redis_url)
    work = Work(installation.database, SilentQueue(), events)
    devices = Devices(installation.database, MASTER_KEY)
    transport = httpx.ASGITransport(application(Gateway(work.database, devices, SilentQueue())))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield Pushing(work, made, client, installation)
    await events.close()


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


def first_hour(size: int) -> int:
    """Hour in which a file begins when it ends at the last midnight."""
    return hour_of(datetime.now(UTC)) // DAY * DAY - size


async def thefts(
    installation: Installation,
    houses: Sequence[House],
    told: dict[str, Truth],
    out: Path | None,
) -> dict[str, object]:
    """Thefts as they are found, day by day."""
    first = first_hour(houses[0].counters.shape[1])
    async with pushing(installation, "thefts", houses, first) as one:
        turn = await live(one, houses, first, DAY)
        found = await one.ask()
    if out is not None:
        lines = "".join(json.dumps(row) + "\n" for row in found)
        await asyncio.to_thread(out.write_text, lines)
    return {**stolen(houses, found, told), "day_s": round(turn, 2)}


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


async def main(asked: argparse.Namespace) -> None:
    """Measure and print."""
    answer: dict[str, object] = {}
    cases = {"thefts": read(asked)} if asked.meters is not None else {}
    if asked.simulate or not (cases or asked.readings):
        cases["simulated"] = made(asked.simulate or FEW, asked.seed)
    for name, (houses, told) in cases.items():
        async with temporary_installation() as installation:
            answer[name] = await thefts(installation, houses, told, asked.out)
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
    parser.add_argument("--out", type=Path, help="findings of thefts, a line each")
    parser.add_argument("--readings", type=Path, help="cumulative litres of water meters by hours")
    parser.add_argument("--leak-labels", type=Path, help="what leaks at each of them")
    asyncio.run(main(parser.parse_args()))
