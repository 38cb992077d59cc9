"""Parts of a house compared: five homes at least, in public only while it is published."""

import math
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import pytest_asyncio

from backend.clients.events import Events
from backend.documents.comparison_words import WORDS, against, number
from backend.services.reading import comparing
from backend.tasks import metering
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.hours import instant_of, midnight
from domain.identity import Scope
from tenants.session import Database
from tests.factories import make_tenant, place
from tests.integration.graphql_http.conftest import Door
from tests.integration.store.pushing import Store

ZONE = ZoneInfo("Europe/Chisinau")
TODAY = datetime.now(ZONE).date()
LOW, HIGH = midnight(TODAY - timedelta(days=30), ZONE), midnight(TODAY, ZONE)
HOMES = {"A": 6, "B": 5, "C": 4}
"""Flats of each entrance; the last one has too few to be told."""

PACE = {"A": 300, "B": 500, "C": 9_000}
AREA = 50
SITE = "query($path: String!) { viewer { site(path: $path) { balanceGroups { id } } } }"
COMPARE = """query($id: ID!) { node(id: $id) { ... on BalanceGroup { comparison {
  unit mean homes first last publication { path }
  groups { name homes perM2 againstHouse } } } } }"""
PUBLISH = """mutation($group: ID!) { publishComparison(group: $group) {
  publication { path } errors { code } } }"""
FLATS = """query { viewer { meteringPoints(first: 100) { edges { node {
  id commodity meter { serial } } } } } }"""
DRAW = """mutation($input: DrawGroupInput!) { drawGroup(input: $input) {
  group { id } errors { code message } } }"""
TAKE_BACK = "mutation($group: ID!) { takeComparisonBack(group: $group) { errors { code } } }"


@pytest_asyncio.fixture(scope="module")
async def house(api: Door, database: Database, scope: Scope, redis_url: str) -> AsyncIterator[str]:
    """Id of the group of the house."""
    rows, paces = [], []
    for entrance, homes in HOMES.items():
        for flat in range(homes):
            rows.append(
                {
                    "site_path": f"Way/House/{entrance}",
                    "site_kinds": "street/house/entrance",
                    "premise": f"Flat {entrance}{flat}",
                    "area_m2": str(AREA),
                    "meter_serial": f"C{entrance}{flat}",
                    "channel": str(len(rows)),
                    "concentrator": "JCMP",
                    "installed_at": instant_of(LOW - 1).isoformat(),
                }
            )
            paces.append(PACE[entrance])
    await place(database, scope, *rows)
    store = Store(database, scope, "JCMP", datetime.now(UTC))
    frames = [
        store.frame(
            1 + hour - LOW + 1,
            hour,
            {channel: pace * (hour - LOW + 2) for channel, pace in enumerate(paces)},
        )
        for hour in range(LOW - 1, HIGH + 1)
    ]
    for start in range(0, len(frames), 240):
        await store.push(*frames[start : start + 240])
    await store.fold()
    events = Events(redis_url)
    await metering.roll_up(Work(database, SilentQueue(), events), scope.tenant_id)
    found = (await ask(api, SITE, path="Way/House"))["viewer"]["site"]
    yield found["balanceGroups"][0]["id"]
    await events.close()


async def ask(api: Door, document: str, token: str = "", **values: Any) -> Any:
    async with api.client(token or api.token("read", "metering")) as client:
        answer = await client.post("/graphql", json={"query": document, "variables": values})
    told = answer.json()
    assert "errors" not in told, told
    return told["data"]


async def page(api: Door, path: str, language: str = "en") -> httpx.Response:
    async with httpx.AsyncClient(base_url=api.url) as client:
        return await client.get(path, headers={"Accept-Language": language})


async def test_parts_are_compared_by_a_square_metre(api: Door, house: str) -> None:
    found = (await ask(api, COMPARE, id=house))["node"]["comparison"]
    hours = HIGH - LOW
    a, b, c = found["groups"]
    assert (a["name"], a["homes"], c["name"]) == ("A", 6, "C")
    assert a["perM2"] == pytest.approx(PACE["A"] * hours / 1000 / AREA)
    assert b["perM2"] == pytest.approx(PACE["B"] * hours / 1000 / AREA)
    assert (c["perM2"], c["againstHouse"]) == (None, None)


async def test_the_mean_tells_nothing_of_a_part_that_is_hidden(api: Door, house: str) -> None:
    found = (await ask(api, COMPARE, id=house))["node"]["comparison"]
    told = (6 * PACE["A"] + 5 * PACE["B"]) / 11 * (HIGH - LOW) / 1000 / AREA
    assert (found["mean"], found["homes"]) == (pytest.approx(told), 11)
    assert found["groups"][0]["againstHouse"] == pytest.approx(found["groups"][0]["perM2"] / told)


async def test_it_is_public_while_it_is_published(api: Door, house: str) -> None:
    made = (await ask(api, PUBLISH, group=house))["publishComparison"]
    assert made["errors"] == []
    path = made["publication"]["path"]
    again = (await ask(api, PUBLISH, group=house))["publishComparison"]
    assert again["publication"]["path"] == path, "published twice it keeps its address"
    for language, words in WORDS.items():
        shown = await page(api, path, language)
        assert shown.status_code == 200
        assert words["hidden"] in shown.text
        assert "Flat" not in shown.text
        assert "CA0" not in shown.text
    assert (await page(api, f"{path}x")).status_code == 404
    await ask(api, TAKE_BACK, group=house)
    found = (await ask(api, COMPARE, id=house))["node"]["comparison"]
    assert found["publication"] is None


async def test_risers_that_differ_by_one_home_are_not_published_beside_the_house(
    api: Door, house: str
) -> None:
    nodes = [edge["node"] for edge in (await ask(api, FLATS))["viewer"]["meteringPoints"]["edges"]]
    flats = {node["meter"]["serial"]: node["id"] for node in nodes}

    async def draw(name: str, parent: str | None, serials: list[str]) -> str:
        members = [{"point": flats[serial], "role": "CONSUMER"} for serial in serials]
        asked = {"name": name, "commodity": "ELECTRICITY", "members": members, "parent": parent}
        made = (await ask(api, DRAW, input=asked))["drawGroup"]
        assert made["errors"] == []
        return str(made["group"]["id"])

    async def publish(group: str) -> list[str]:
        made = (await ask(api, PUBLISH, group=group))["publishComparison"]
        return [error["code"] for error in made["errors"]]

    risers = await draw("Risers", None, [])
    await draw("Riser 1", risers, [f"CA{flat}" for flat in range(5)])
    await draw("Riser 2", risers, [f"CB{flat}" for flat in range(5)])
    await draw("Riser 3", risers, [f"CB{flat}" for flat in range(4)] + ["CA5"])
    found = (await ask(api, COMPARE, id=risers))["node"]["comparison"]
    told = {one["name"]: one["perM2"] is not None for one in found["groups"]}
    assert told == {"Riser 1": True, "Riser 2": True, "Riser 3": False}, "it shares four homes"
    assert found["homes"] == 10
    assert await publish(house) == []
    assert await publish(risers) == ["TELLS_OF_FEW_HOMES"], "A without A0 to A4 is one flat"
    await ask(api, TAKE_BACK, group=house)
    assert await publish(risers) == []
    assert await publish(house) == ["TELLS_OF_FEW_HOMES"]
    await ask(api, TAKE_BACK, group=risers)


@pytest.mark.parametrize("word", ["nothing", "1-nothing", "-", "99999999999-x", "1-%27", "²-x"])
async def test_an_address_of_nothing_is_a_page_that_says_so(api: Door, word: str) -> None:
    shown = await page(api, f"/public/comparison/{word}")
    assert (shown.status_code, WORDS["en"]["closed"] in shown.text) == (404, True)


async def test_posters_are_set_for_each_part(api: Door, house: str) -> None:
    made = []
    for language in WORDS:
        async with api.client(api.token("read")) as client:
            answer = await client.get(
                f"/documents/comparison/{house}.pdf", headers={"Accept-Language": language}
            )
        assert answer.status_code == 200, answer.text
        assert answer.content.startswith(b"%PDF-")
        made.append(answer.content)
    assert len(set(made)) == len(WORDS)
    await ask(api, PUBLISH, group=house)
    async with api.client(api.token("read")) as client:
        published = await client.get(f"/documents/comparison/{house}.pdf")
    assert len(published.content) > len(made[0]), "a published one shows its address as a code"
    await ask(api, TAKE_BACK, group=house)


async def test_nobody_else_can_ask_or_publish(api: Door, house: str, database: Database) -> None:
    other = await make_tenant(database, "Curious")
    token = api.token("read", "metering", tenant=other.tenant_id)
    assert (await ask(api, COMPARE, token, id=house))["node"] is None
    refused = (await ask(api, PUBLISH, token, group=house))["publishComparison"]
    assert refused["errors"] == [{"code": "NOT_FOUND"}]


def test_words_are_whole_in_every_language() -> None:
    assert {frozenset(words) for words in WORDS.values()} == {frozenset(WORDS["en"])}
    assert against(0.8, "en") == "20 % below"
    assert against(1.001, "ro") == WORDS["ro"]["alike"]
    assert number(math.pi, "ru") == "3,14"


def test_an_address_holds_its_tenant() -> None:
    found = comparing.scope_of("12-abc-def")
    assert found is not None
    assert (found[0].tenant_id, found[0].permissions, found[1]) == (12, frozenset(), "abc-def")
