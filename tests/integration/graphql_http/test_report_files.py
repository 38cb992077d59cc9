"""Reports as files: the figures of the API, in three formats and languages, of what one may see."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from openpyxl import load_workbook

from backend.clients.events import Events
from backend.documents import report_words
from backend.documents.report_words import word
from backend.documents.reports import ReportFormat, render
from backend.services.reports.making import days_of
from backend.services.reports.tables import Column, ColumnKind, Report, ReportKind
from backend.tasks import metering
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.errors import InvalidError
from domain.findings import FindingKind, FindingState
from domain.hours import instant_of, midnight
from domain.identity import Scope
from domain.quantities import Commodity
from tenants.session import Database
from tests.factories import make_tenant, place
from tests.integration.graphql_http.conftest import Door
from tests.integration.store.pushing import Store

ZONE = ZoneInfo("Europe/Chisinau")
DAY = (datetime.now(ZONE) - timedelta(days=4)).date()
LOW, HIGH = midnight(DAY, ZONE), midnight(DAY + timedelta(days=2), ZONE)
HOURS = HIGH - LOW
LOST = LOW + 30
SPAN = {"from": str(DAY), "to": str(DAY + timedelta(days=1))}
SITE = "query($path: String!) { viewer { site(path: $path) { id balanceGroups { id } } } }"
BALANCE = """query($id: ID!, $from: DateTime!, $to: DateTime!) { node(id: $id) {
  ... on BalanceGroup { imbalance(from: $from, to: $to) { supplied delivered imbalance } } } }"""
PACE = {0: 700, 1: 200, 2: 300}
"""Pulses an hour: of the inlet and of two flats, one of which is called like a formula."""


@pytest_asyncio.fixture(scope="module")
async def store(
    api: Door, database: Database, scope: Scope, redis_url: str
) -> AsyncIterator[Store]:
    rows = [
        {
            "site_path": "Town/House",
            "site_kinds": "city/house",
            "role": "inlet" if channel == 0 else "consumer",
            "meter_serial": f"R{channel}",
            "channel": str(channel),
            "concentrator": "JREP",
            "premise": "" if channel == 0 else f"=1+{channel}",
            "installed_at": instant_of(LOW - 1).isoformat(),
        }
        for channel in PACE
    ]
    await place(database, scope, *rows)
    store = Store(database, scope, "JREP", datetime.now(UTC))
    frames = [
        store.frame(
            1 + hour - LOW,
            hour,
            {
                channel: pace * (hour - LOW + 2)
                for channel, pace in PACE.items()
                if not (channel == 2 and hour == LOST)
            },
        )
        for hour in range(LOW - 1, HIGH + 1)
    ]
    await store.push(*frames)
    await store.fold()
    events = Events(redis_url)
    await metering.roll_up(Work(database, SilentQueue(), events), scope.tenant_id)
    yield store
    await events.close()


async def ask(api: Door, name: str, language: str = "en", token: str = "", **query: str) -> Any:
    async with api.client(token or api.token("read")) as client:
        headers = {"Accept-Language": language}
        return await client.get(
            f"/documents/reports/{name}", params={**SPAN, **query}, headers=headers
        )


async def rows_of(api: Door, kind: str, **query: str) -> list[dict[str, str]]:
    answer = await ask(api, f"{kind}.csv", **query)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_consumption_is_what_the_registers_moved(api: Door, store: Store) -> None:
    rows = await rows_of(api, "consumption")
    assert [row["Meter"] for row in rows] == ["R0", "R1", "R2"]
    for row, pace in zip(rows, PACE.values(), strict=True):
        moved = float(row["Register at the end"]) - float(row["Register at the start"])
        assert moved == pytest.approx(pace * HOURS / 1000)
        assert float(row["Consumption"]) == pytest.approx(moved)
        assert row["Known share"] == "1.0000", "a gap between two counters is estimated exactly"
    assert rows[1]["Premise"] == "'=1+1", "a name must not become a formula"


async def test_delivery_names_the_lost_hour(api: Door, store: Store) -> None:
    rows = {row["Meter"]: row for row in await rows_of(api, "delivery")}
    assert (rows["R2"]["Expected"], rows["R2"]["Missing"]) == (str(HOURS), "1")
    assert (rows["R1"]["Missing"], rows["R1"]["Delivered"]) == ("0", "1.0000")


async def test_balances_are_those_of_the_api(api: Door, store: Store) -> None:
    async with api.client(api.token("read")) as client:

        async def data(document: str, **values: str) -> Any:
            answer = await client.post("/graphql", json={"query": document, "variables": values})
            return answer.json()["data"]

        site = (await data(SITE, path="Town/House"))["viewer"]["site"]
        span = {"from": instant_of(LOW).isoformat(), "to": instant_of(HIGH).isoformat()}
        group = site["balanceGroups"][0]["id"]
        told = (await data(BALANCE, id=group, **span))["node"]["imbalance"]
    (row,) = await rows_of(api, "balances", under=site["id"])
    judged = [at for at, value in enumerate(told["imbalance"]) if value is not None]
    assert (row["Hours judged"], row["Hours due"]) == (str(len(judged)), str(HOURS))
    for name in ("supplied", "delivered", "imbalance"):
        wanted = sum(told[name][at] for at in judged)
        assert float(row[name.capitalize()]) == pytest.approx(wanted)
    (needs,) = await rows_of(api, "common-needs")
    assert float(needs["Common-house needs"]) == pytest.approx(float(row["Imbalance"]))


async def test_every_format_in_every_language(api: Door, store: Store) -> None:
    for language in report_words.LANGUAGES:
        book = await ask(api, "consumption.xlsx", language)
        sheet = load_workbook(io.BytesIO(book.content)).active
        assert sheet is not None
        cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
        head = cells.index([word(language, key) for key in _keys()])
        assert cells[0][0] == word(language, "report.consumption")
        assert cells[head + 2][2] == "=1+1"
        assert sheet.cell(head + 3, 3).data_type == "s"
        paper = await ask(api, "consumption.pdf", language)
        assert paper.content.startswith(b"%PDF-")
        assert paper.headers["content-disposition"].endswith('.pdf"')


def _keys() -> list[str]:
    names = ("path", "address", "premise", "meter", "commodity", "unit", "consumption")
    return [*names, "register_first", "register_last", "known"]


async def test_nothing_of_another_tenant_is_told(
    api: Door, store: Store, database: Database
) -> None:
    other = await make_tenant(database, "Reporters")
    foreign = api.token("read", tenant=other.tenant_id)
    async with api.client(api.token("read")) as client:
        body = {"query": SITE, "variables": {"path": "Town/House"}}
        site = (await client.post("/graphql", json=body)).json()["data"]["viewer"]["site"]["id"]
    answer = await ask(api, "consumption.csv", token=foreign, under=site)
    assert answer.status_code == 404
    answer = await ask(api, "consumption.csv", token=foreign)
    assert len(answer.content.decode("utf-8-sig").splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "query", "refusal"),
    [
        ("balances.csv", {"from": "2026-13-01"}, (400, "BAD_DAYS")),
        ("balances.csv", {"to": "2999-01-01"}, (400, "BAD_DAYS")),
        ("balances.csv", {"from": "2020-01-01"}, (400, "BAD_DAYS")),
        ("balances.doc", {}, (400, "INVALID")),
        ("weather.csv", {}, (400, "INVALID")),
        ("balances.csv", {"commodity": "wine"}, (400, "INVALID")),
        ("balances.csv", {"under": "nothing"}, (404, "NOT_FOUND")),
    ],
)
async def test_bad_input_is_refused(
    api: Door, store: Store, name: str, query: dict[str, str], refusal: tuple[int, str]
) -> None:
    answer = await ask(api, name, **query)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == refusal


async def test_reports_need_their_right(api: Door, store: Store) -> None:
    answer = await ask(api, "consumption.csv", token=api.token("metering"))
    assert answer.status_code == 403


def test_every_word_of_a_report_is_known_in_every_language() -> None:
    words = [f"finding.{one}" for one in FindingKind] + [f"state.{one}" for one in FindingState]
    words += [f"commodity.{one}" for one in Commodity] + [f"report.{one}" for one in ReportKind]
    for language in report_words.LANGUAGES:
        assert all(word(language, one) for one in words)


def test_what_is_not_known_is_blank_and_never_zero() -> None:
    days = days_of(DAY, DAY, "Europe/Chisinau", datetime.now(UTC))
    columns = (Column("meter"), Column("consumption", ColumnKind.AMOUNT))
    report = Report(
        ReportKind.CONSUMPTION, "T", "", days, datetime.now(UTC), columns, [("M", None)]
    )
    written = render(report, ReportFormat.CSV, "en").decode("utf-8-sig")
    assert written == "Meter,Consumption\r\nM,\r\n"


def test_the_days_of_the_clock_change_have_their_hours() -> None:
    autumn = datetime(2026, 10, 25, tzinfo=ZONE).date()
    found = days_of(autumn, autumn, "Europe/Chisinau", datetime(2026, 11, 1, tzinfo=UTC))
    assert found.end - found.start == 25
    with pytest.raises(InvalidError):
        days_of(autumn, autumn - timedelta(days=1), "Europe/Chisinau", datetime.now(UTC))
