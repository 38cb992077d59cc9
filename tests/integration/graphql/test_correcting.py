"""Corrections over GraphQL: what stands, what follows, what is told, and what is refused."""

import base64
import io
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from openpyxl import Workbook
from sqlalchemy import text

from backend.clients.events import Events
from backend.store.groups.group_marks import GroupDirectory
from backend.store.hours import facts, tiers
from backend.store.hours.facts import Readings
from backend.tasks import metering
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.identity import Scope
from tenants.permissions import Permission
from tests.factories import make_tenant
from tests.integration.graphql.test_changing import (
    LOW,
    Desk,
    desk,
    events,
    house,
    placed,
    stamp,
)

__all__ = ["desk", "events"]

HOURS = 8
STEP = 100
"""Pulses, and Wh, of every hour."""

CORRECT = """mutation ($input: CorrectReadingsInput!) { correctReadings(input: $input) {
  corrections { id point { id } unit differences { hour before after } }
  groups { group { id } unit hours start end
           before { ...Totals } after { ...Totals } }
  errors { code field message } } }
  fragment Totals on GroupTotals { consumption supplied delivered imbalance }"""
IMPORT = """mutation ($input: ImportCorrectionsInput!) { importCorrections(input: $input) {
  corrections { id point { id } differences { hour before after } }
  groups { group { id name } hours before { consumption } after { consumption } }
  errors { code field message } } }"""
HISTORY = """query ($id: ID!) { node(id: $id) { ... on MeteringPoint {
  readingChanges { edges { node { reason actor recordedAt differences { hour before after } } }
  pageInfo { hasNextPage } } } } }"""
PROFILE = """query ($id: ID!, $from: DateTime!, $to: DateTime!) { node(id: $id) { ... on Metered {
  profile(from: $from, to: $to, step: "PT1H") { values quality coverage }
  deliveries(from: $from, to: $to) { expected onTime missing } } } }"""

IMBALANCE = """query ($id: ID!, $from: DateTime!, $to: DateTime!) { node(id: $id) {
  ... on BalanceGroup { imbalance(from: $from, to: $to, step: "PT1H") { imbalance } } } }"""


class Meter:
    """One meter in a house; counts 100 Wh every hour."""

    def __init__(self, desk: Desk, events: Events, point: str, group: str, site: str) -> None:
        self.desk, self.events, self.point, self.group = desk, events, point, group
        self.site = site

    async def profile(self, of: str) -> dict[str, Any]:
        answer: dict[str, Any] = await self.desk.ask(
            PROFILE, id=of, **{"from": stamp(LOW), "to": stamp(LOW + HOURS)}
        )
        return answer

    async def values(self, of: str | None = None) -> list[float | None]:
        found = (await self.profile(of or self.point))["profile"]["values"]
        return [None if np.isnan(value) else float(value) for value in found]

    async def roll_up(self) -> None:
        work = Work(self.desk.database, SilentQueue(), self.events)
        await metering.roll_up(work, self.desk.scope.tenant_id)

    async def imbalance(self) -> list[float]:
        span = {"from": stamp(LOW), "to": stamp(LOW + HOURS)}
        answer = await self.desk.ask(IMBALANCE, id=self.group, **span)
        return [float(value) for value in answer["imbalance"]["imbalance"]]

    async def beside(self, role: str, hourly: int) -> str:
        """Place another meter in the house, counting so many pulses an hour."""
        made = await placed(self.desk, self.site, 2, role=role, premise=None)
        await self.push(hourly)
        return str(made["point"]["id"])

    async def push(self, hourly: int) -> None:
        """Store its hours, as a fold does."""
        scope = self.desk.scope
        async with self.desk.database.session(scope) as session:
            series = await session.scalar(
                text("SELECT max(series_id) FROM installation WHERE tenant_id = :t"),
                {"t": scope.tenant_id},
            )
            counters = 5000 + hourly * np.arange(1, HOURS + 1)
            zeros = np.zeros(HOURS, np.int64)
            codes = zeros.astype(np.uint8)
            hours = LOW + np.arange(HOURS)
            readings = Readings(np.full(HOURS, series), hours, counters, codes, zeros)
            await facts.write(session, readings, await tiers.load(session, datetime.now(UTC)))
            await GroupDirectory().mark_due(session, readings.series, readings.hour)
        await self.roll_up()

    async def correct(self, *changes: dict[str, Any], **more: Any) -> dict[str, Any]:
        given = {"reason": "read on site", "idempotencyKey": "k1", **more}
        answer: dict[str, Any] = await self.desk.ask(
            CORRECT, input={"point": self.point, "changes": list(changes), **given}
        )
        await self.roll_up()
        return answer


def change(place: int, index: str | None = None, **more: Any) -> dict[str, Any]:
    return {"hour": stamp(LOW + place), "index": index, **more}


@pytest_asyncio.fixture
async def meter(desk: Desk, events: Events) -> Meter:
    site = await house(desk)
    point = str((await placed(desk, site, 1))["point"]["id"])
    groups = await desk.ask(
        'query { viewer { site(path: "Town/House") { balanceGroups { id } } } }'
    )
    made = Meter(desk, events, point, groups["site"]["balanceGroups"][0]["id"], site)
    await made.push(STEP)
    return made


async def test_a_corrected_dial_moves_energy_between_two_hours(meter: Meter) -> None:
    before = await meter.values(meter.group)
    assert before == [0.1] * HOURS
    done = await meter.correct(change(3, "5.43"))
    assert done["errors"] == []
    told = [
        {"hour": stamp(LOW + 3), "before": 0.1, "after": 0.13},
        {"hour": stamp(LOW + 4), "before": 0.1, "after": 0.07},
    ]
    given = done["corrections"][0]["differences"]
    assert [{**one, "hour": stamp(LOW + 3 + at)} for at, one in enumerate(given)] == told
    expected = [0.1, 0.1, 0.1, 0.13, 0.07, 0.1, 0.1, 0.1]
    assert await meter.values() == expected
    assert await meter.values(meter.group) == expected
    found = await meter.profile(meter.point)
    assert list(found["profile"]["quality"])[3] == 3
    assert found["deliveries"] == {"expected": HOURS, "onTime": HOURS, "missing": 0}
    history = await meter.desk.ask(HISTORY, id=meter.point)
    entries = [edge["node"] for edge in history["readingChanges"]["edges"]]
    assert [(one["reason"], one["actor"]) for one in entries] == [("read on site", "desk")]
    assert entries[0]["differences"] == given


async def test_a_void_counter_leaves_estimates_that_keep_the_sum(meter: Meter) -> None:
    assert (await meter.correct(change(2, void=True), change(3, void=True)))["errors"] == []
    values, found = await meter.values(), await meter.profile(meter.point)
    assert sum(value or 0 for value in values) == pytest.approx(0.1 * HOURS)
    assert list(found["profile"]["quality"]) == [0, 0, 4, 4, 4, 0, 0, 0]
    assert found["deliveries"]["missing"] == 0  # it came, although it is not believed
    assert await meter.values(meter.group) == values


async def test_a_correction_is_taken_back(meter: Meter) -> None:
    await meter.correct(change(7, void=True))
    assert (await meter.values())[7] is None
    assert (await meter.values(meter.group))[7] is None
    done = await meter.correct(change(7, restore=True), idempotencyKey="k2")
    assert done["errors"] == []
    assert await meter.values() == [0.1] * HOURS
    assert await meter.values(meter.group) == [0.1] * HOURS
    twice = await meter.correct(change(7, restore=True), idempotencyKey="k3")
    assert [one["code"] for one in twice["errors"]] == ["NOT_CORRECTED"]


async def test_what_was_known_before_and_between_corrections_can_be_read(meter: Meter) -> None:
    moments, seen = [], []
    for at, wanted in enumerate((None, change(3, "5.43"), change(3, void=True), change(3, "5.38"))):
        if wanted is not None:
            done = await meter.correct(wanted, idempotencyKey=f"k{at}")
            assert done["errors"] == []
        moments.append(datetime.now(UTC).isoformat())
        seen.append(await meter.values())
    assert len({tuple(values) for values in seen}) == 3  # a void hour is estimated as it had been
    document = """query ($id: ID!, $from: DateTime!, $to: DateTime!, $at: DateTime!) {
      node(id: $id) { ... on MeteringPoint {
        profileKnownAt(from: $from, to: $to, step: "PT1H", at: $at) { values quality } } } }"""
    span = {"from": stamp(LOW), "to": stamp(LOW + HOURS)}
    for moment, values in zip(moments, seen, strict=True):
        found = await meter.desk.ask(document, id=meter.point, at=moment, **span)
        assert [float(one) for one in found["profileKnownAt"]["values"]] == values


async def test_a_preview_tells_and_does_nothing(meter: Meter) -> None:
    done = await meter.correct(change(3, "5.43"), preview=True)
    assert done["corrections"][0]["id"] is None
    assert len(done["corrections"][0]["differences"]) == 2
    assert await meter.values() == [0.1] * HOURS
    history = await meter.desk.ask(HISTORY, id=meter.point)
    assert history["readingChanges"]["edges"] == []


async def test_a_preview_tells_what_the_groups_above_come_to(meter: Meter) -> None:
    told = (await meter.correct(change(3, "5.43"), change(7, void=True), preview=True))["groups"]
    town, house = told
    assert house == {
        "group": {"id": meter.group},
        "unit": "kWh",
        "hours": 3,
        "start": stamp(LOW + 3),
        "end": stamp(LOW + 8),
        "before": {
            "consumption": pytest.approx(0.3),
            "supplied": None,
            "delivered": pytest.approx(0.3),
            "imbalance": None,
        },
        "after": dict.fromkeys(("consumption", "supplied", "delivered", "imbalance")),
    }
    assert {**town, "group": house["group"]} == house
    assert town["group"] != house["group"]
    assert await meter.values(meter.group) == [0.1] * HOURS


async def test_what_is_told_of_a_group_is_what_it_then_comes_to(meter: Meter) -> None:
    before = await meter.values(meter.group)
    told = (await meter.correct(change(2, "5.36")))["groups"][-1]
    after = await meter.values(meter.group)
    differs = [at for at in range(HOURS) if before[at] != after[at]]
    assert told["hours"] == len(differs) == 2
    assert (told["start"], told["end"]) == (stamp(LOW + differs[0]), stamp(LOW + differs[-1] + 1))
    for side, values in (("before", before), ("after", after)):
        total = sum(values[at] or 0 for at in differs)
        assert told[side]["consumption"] == pytest.approx(total)


async def test_an_inlet_that_is_corrected_moves_the_imbalance(meter: Meter) -> None:
    feeder = await meter.beside("INLET", hourly=150)
    assert await meter.imbalance() == pytest.approx([0.05] * HOURS)
    await meter.correct(change(7, void=True), point=feeder, idempotencyKey="v")
    lost = (await meter.correct(change(7, restore=True), point=feeder, preview=True))["groups"][-1]
    assert lost["before"]["imbalance"] is None
    assert lost["after"]["imbalance"] == pytest.approx(0.05)
    done = await meter.correct(change(7, "6.25"), point=feeder, idempotencyKey="i")
    town, house = done["groups"]
    assert house["after"] == {
        "consumption": pytest.approx(0.1),
        "supplied": pytest.approx(0.2),
        "delivered": pytest.approx(0.1),
        "imbalance": pytest.approx(0.1),
    }
    assert town["after"]["delivered"] == pytest.approx(0.2)  # to the house
    assert await meter.imbalance() == pytest.approx([0.05] * 7 + [0.1])


async def test_the_same_key_corrects_once(meter: Meter) -> None:
    first = await meter.correct(change(3, "5.43"))
    again = await meter.correct(change(3, "5.43"))
    assert again == first
    other = await meter.correct(change(3, "5.41"))
    assert [one["code"] for one in other["errors"]] == ["IDEMPOTENCY_CONFLICT"]


@pytest.mark.parametrize(
    ("changes", "more", "code", "field"),
    [
        ([change(3, "900")], {}, "NOT_PLAUSIBLE", "changes.0.index"),
        ([change(3, "5.05")], {}, "NOT_PLAUSIBLE", "changes.0.index"),
        ([change(3, "4")], {}, "INVALID", "changes.0.index"),
        ([change(3, "5.4"), change(3, "5.4")], {}, "INVALID", "changes.1.hour"),
        ([change(-30, "5.4")], {}, "NO_METER", "changes.0.hour"),
        ([change(40, "5.4")], {}, "HOUR_NOT_OVER", "changes.0.hour"),
        ([change(3)], {}, "INVALID", "changes.0.index"),
        ([change(3, "5.4", void=True)], {}, "INVALID", "changes.0.index"),
        ([change(3, "5.4")], {"reason": " "}, "INVALID", "reason"),
        ([], {}, "INVALID", "changes"),
    ],
)
async def test_what_cannot_stand_is_refused_and_nothing_done(
    meter: Meter, changes: list[dict[str, Any]], more: dict[str, Any], code: str, field: str
) -> None:
    done = await meter.correct(*changes, **more)
    assert [(one["code"], one["field"]) for one in done["errors"]] == [(code, field)]
    assert done["corrections"] == []
    assert await meter.values() == [0.1] * HOURS


async def test_files_of_both_formats_correct_all_or_nothing(meter: Meter) -> None:
    serial = f"P{meter.desk.scope.tenant_id}-1"
    csv = (
        f"meter_serial,hour,index\n{serial},{stamp(LOW + 1)},5.22\n{serial},{stamp(LOW + 2)},void\n"
    )
    given = {"file": csv, "reason": "walk-by list", "idempotencyKey": "f1"}
    done = await meter.desk.ask(IMPORT, input=given)
    assert done["errors"] == []
    await meter.roll_up()
    assert (await meter.values())[:4] == [0.1, 0.12, 0.09, 0.09]
    assert await meter.values(meter.group) == await meter.values()
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["hour", "index", "meter_serial"])
    sheet.append([stamp(LOW + 1), "restore", serial])
    sheet.append([stamp(LOW + 2), "restore", serial])
    out = io.BytesIO()
    book.save(out)
    given = {
        "file": base64.b64encode(out.getvalue()).decode(),
        "format": "XLSX",
        "reason": "as it was",
        "idempotencyKey": "f2",
    }
    assert (await meter.desk.ask(IMPORT, input=given))["errors"] == []
    assert await meter.values() == [0.1] * HOURS


async def test_bad_rows_of_a_file_are_named(meter: Meter) -> None:
    serial = f"P{meter.desk.scope.tenant_id}-1"
    lines = [
        "meter_serial,hour,index",
        f"{serial},{stamp(LOW + 1)},5.22",
        f"{serial},{stamp(LOW + 1)},5.23",
        f"{serial},yesterday,5",
        f"{serial},{stamp(LOW + 2)},-1",
        f",{stamp(LOW + 2)},1",
        "1,2",
    ]
    given = {"file": "\n".join(lines), "reason": "list", "idempotencyKey": "f3"}
    done = await meter.desk.ask(IMPORT, input=given)
    assert [(one["field"], one["code"]) for one in done["errors"]] == [
        ("line 3.hour", "DUPLICATE_ROW"),
        ("line 4.hour", "BAD_TIME"),
        ("line 5.index", "BAD_VALUE"),
        ("line 6.meter_serial", "MISSING_VALUE"),
        ("line 7.", "BAD_ROW"),
    ]
    given["file"] = f"meter_serial,hour,index\nX,{stamp(LOW + 1)},5\n{serial},{stamp(LOW + 1)},900"
    done = await meter.desk.ask(IMPORT, input=given)
    assert [(one["field"], one["code"]) for one in done["errors"]] == [
        ("line 2.meter_serial", "NO_METER")
    ]
    assert await meter.values() == [0.1] * HOURS


async def test_who_may_only_read_and_who_is_elsewhere_corrects_nothing(meter: Meter) -> None:
    reader = meter.desk.scope.permissions - {str(Permission.READINGS_CORRECT)}
    weak = Desk(
        meter.desk.database, meter.events, Scope(meter.desk.scope.tenant_id, "reader", reader)
    )
    given = {"point": meter.point, "changes": [change(3, "5.43")], "reason": "r"}
    result = await weak.result(CORRECT, input={**given, "idempotencyKey": "w"})
    assert result.errors is not None
    assert "readings:correct" in str(result.errors[0])
    other = await make_tenant(meter.desk.database, f"other {datetime.now(UTC).timestamp()}")
    stranger = Desk(
        meter.desk.database,
        meter.events,
        Scope(other.tenant_id, "stranger", meter.desk.scope.permissions),
    )
    done = await stranger.ask(CORRECT, input={**given, "idempotencyKey": "s"})
    assert [one["code"] for one in done["errors"]] == ["NOT_FOUND"]
    assert await meter.values() == [0.1] * HOURS
