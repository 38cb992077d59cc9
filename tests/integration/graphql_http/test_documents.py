"""The acceptance certificate: as data, as PDF, and checked again by its hash."""

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from backend.documents.words import ACCEPTANCE, REASONS
from domain.hours import hour_of, instant_of, midnight
from domain.identity import Scope
from tenants.session import Database
from tests.factories import place
from tests.integration.graphql_http.conftest import Door
from tests.integration.store.pushing import Store

ZONE = ZoneInfo("Europe/Chisinau")
DAY = (datetime.now(ZONE) - timedelta(days=4)).date()
LOW, HIGH = midnight(DAY, ZONE), midnight(DAY + timedelta(days=2), ZONE)
LOST = LOW + 30
HOUSES = ("Whole", "Lacking")
SITE = """query($path: String!, $from: Date!, $days: Int!) { viewer { site(path: $path) { id
  acceptance(from: $from, days: $days) { accepted points expected missing percent hash content
    sites { path points expected missing }
    exceptions { site point meter reason from to } } } } }"""
CHECK = """query($hash: String!) { verifyDocument(hash: $hash) {
  kind valid current issuedBy content } }"""


@pytest_asyncio.fixture(scope="module")
async def store(api: Door, database: Database, scope: Scope) -> AsyncIterator[Store]:
    """Two houses: one of which every hour came, and one with a lost hour and a late meter."""
    installed = {0: LOW - 5, 1: LOW - 5, 2: LOW - 5, 3: LOW + 10}
    rows = [
        {
            "site_path": f"Region/{HOUSES[channel // 2]}",
            "site_kinds": "region/house",
            "meter_serial": f"M{channel}",
            "channel": str(channel),
            "concentrator": "JDOC",
            "premise": str(channel),
            "installed_at": instant_of(hour).isoformat(),
        }
        for channel, hour in installed.items()
    ]
    await place(database, scope, *rows)
    store = Store(database, scope, "JDOC", datetime.now(UTC))
    frames = [
        store.frame(
            1 + hour - LOW,
            hour,
            {
                channel: 100 + hour - LOW
                for channel in range(4)
                if hour >= installed[channel] and not (channel == 2 and hour == LOST)
            },
        )
        for hour in range(LOW, HIGH + 1)
    ]
    await store.push(*frames)
    await store.fold()
    yield store


ISSUE = """mutation ($input: IssueAcceptanceInput!) { issueAcceptance(input: $input) {
  acceptance { hash } errors { code field message } } }"""


async def ask(api: Door, document: str, **values: Any) -> dict[str, Any]:
    async with api.client(api.token("read")) as client:
        answer = await client.post("/graphql", json={"query": document, "variables": values})
    data: dict[str, Any] = answer.json()
    assert "errors" not in data, data
    return data["data"]


async def certificate(api: Door, path: str, days: int = 2) -> dict[str, Any]:
    found = await ask(api, SITE, path=path, **{"from": DAY.isoformat()}, days=days)
    site: dict[str, Any] = found["viewer"]["site"]
    return site


async def test_a_house_of_which_every_hour_came_is_accepted(api: Door, store: Store) -> None:
    found = (await certificate(api, "Region/Whole"))["acceptance"]
    assert found["accepted"] is True
    assert found["expected"] == 2 * (HIGH - LOW)
    assert (found["points"], found["missing"], found["percent"]) == (2, 0, 100)
    assert found["exceptions"] == []


async def test_every_exception_is_listed_with_its_reason(api: Door, store: Store) -> None:
    found = (await certificate(api, "Region"))["acceptance"]
    assert found["accepted"] is False
    assert (found["points"], found["missing"]) == (4, 1)
    assert {
        (one["meter"], one["reason"], one["from"], one["to"]) for one in found["exceptions"]
    } == {
        ("M2", "NOT_ARRIVED", instant_of(LOST).isoformat(), instant_of(LOST + 1).isoformat()),
        (None, "NOT_INSTALLED", instant_of(LOW).isoformat(), instant_of(LOW + 10).isoformat()),
    }
    sites = {one["path"]: (one["expected"], one["missing"]) for one in found["sites"]}
    hours = HIGH - LOW
    assert sites == {"Region/Whole": (2 * hours, 0), "Region/Lacking": (2 * hours - 10, 1)}


async def pdf(api: Door, site: str, query: str, language: str = "en", token: str = "") -> Any:
    async with api.client(token or api.token("read")) as client:
        address = f"/documents/acceptance/{site}.pdf?{query}"
        return await client.get(address, headers={"Accept-Language": language})


async def test_it_is_set_as_pdf_in_three_languages(api: Door, store: Store) -> None:
    site = (await certificate(api, "Region"))["id"]
    made = {}
    for language in ("en", "ru-MD", "ro"):
        answer = await pdf(api, site, f"from={DAY}&days=2", language)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-language"] == language[:2]
        assert answer.content.startswith(b"%PDF-")
        made[language] = answer.content
        again = await pdf(api, site, f"from={DAY}&days=2", language)
        assert again.content == answer.content, "the same content is the same document"
    assert len(set(made.values())) == 3


def test_every_language_has_every_word() -> None:
    assert {frozenset(words) for words in ACCEPTANCE.values()} == {frozenset(ACCEPTANCE["en"])}
    assert {frozenset(words) for words in REASONS.values()} == {frozenset(REASONS["en"])}
    assert set(ACCEPTANCE) == set(REASONS)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("days=2", 400, "BAD_DAYS"),
        (f"from={DAY}", 400, "BAD_DAYS"),
        (f"from={DAY}&days=0", 400, "BAD_DAYS"),
        (f"from={DAY}&days=93", 400, "BAD_DAYS"),
        (f"from={DAY}&days=9", 400, "DAYS_NOT_OVER"),
        ("from=9999-12-30&days=5", 400, "BAD_DAYS"),
        ("from=0001-01-01&days=5", 400, "BAD_DAYS"),
        ("from=2000-01-01&days=5", 200, None),
    ],
)
async def test_days_that_cannot_be_certified(
    api: Door, store: Store, query: str, status: int, code: str | None
) -> None:
    site = (await certificate(api, "Region"))["id"]
    answer = await pdf(api, site, query)
    assert answer.status_code == status
    assert code is None or answer.json()["errors"][0]["extensions"]["code"] == code


async def test_strangers_and_absent_sites_are_refused(api: Door, store: Store) -> None:
    site = (await certificate(api, "Region"))["id"]
    absent = base64.b64encode(b"Site:99999999").decode()
    for name in (absent, "garbage", "%D0%AF"):
        assert (await pdf(api, name, f"from={DAY}&days=2")).status_code == 404
    assert (await pdf(api, site, f"from={DAY}&days=2", token="nobody")).status_code == 401
    refused = await pdf(api, site, f"from={DAY}&days=2", token=api.token("control"))
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (
        403,
        "FORBIDDEN",
    )


async def test_the_hash_shows_what_changed_since_and_what_was_tampered_with(
    api: Door, store: Store, migration_url: str
) -> None:
    site = await certificate(api, "Region/Lacking")
    found = site["acceptance"]
    assert await ask(api, CHECK, hash=found["hash"]) == {"verifyDocument": None}  # a look is no act
    given = {"site": site["id"], "from": DAY.isoformat(), "days": 2}
    for _ in range(2):  # issued once
        issued = (await ask(api, ISSUE, input=given))["issueAcceptance"]
        assert issued == {"acceptance": {"hash": found["hash"]}, "errors": []}
    check = (await ask(api, CHECK, hash=found["hash"].upper()))["verifyDocument"]
    assert (check["kind"], check["valid"], check["current"]) == ("acceptance", True, True)
    assert check["content"] == found["content"]
    assert orjson.loads(check["content"])["missing"] == 1
    assert (await ask(api, CHECK, hash="0" * 64)) == {"verifyDocument": None}

    await store.push(store.frame(9999, LOST, {2: 100 + LOST - LOW}))
    await store.fold()
    check = (await ask(api, CHECK, hash=found["hash"]))["verifyDocument"]
    assert (check["valid"], check["current"]) == (True, False)
    better = (await certificate(api, "Region/Lacking"))["acceptance"]
    assert better["hash"] != found["hash"]
    assert better["missing"] == 0

    engine = create_async_engine(migration_url)
    async with engine.begin() as connection:
        await connection.execute(text("SET ROLE balance_owner"))
        tenant = int(store.scope.tenant_id)
        await connection.execute(text(f"SET LOCAL app.tenant_id = '{tenant}'"))
        await connection.execute(
            text("UPDATE issued_document SET content = replace(content, 'accepted', 'excepted')")
        )
    await engine.dispose()
    check = (await ask(api, CHECK, hash=found["hash"]))["verifyDocument"]
    assert (check["valid"], check["current"]) == (False, False)


def test_now_is_after_the_days() -> None:
    assert hour_of(datetime.now(UTC)) > HIGH
