"""Findings from pushes to GraphQL: a thief and a leak in a house, and what people do with them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select, text

from backend.graphql.context import Context
from backend.graphql.schema import schema
from backend.models.accounts import Resident
from backend.services.households import members
from domain.hook_events import HookEvent
from domain.hours import instant_of, parse_instant
from domain.identity import SiteId, UserId
from tenants.permissions import Permission, Role
from tenants.session import Database
from tests.factories import MASTER_KEY, make_tenant
from tests.hooks import endpoint, told
from tests.integration.findings.town import (
    LEAK,
    LEAK_FROM,
    LOW,
    NOW,
    PATH,
    STOLEN_FROM,
    THIEF,
    TODAY,
    Town,
    make_town,
)

GROUPS = """query Groups($path: String!) { viewer { site(path: $path) {
  id balanceGroups { id commodity } } } }"""
FINDINGS = """query Findings($id: ID!) { node(id: $id) { ... on BalanceGroup {
  findings(first: 50) { edges { node { id kind since state confidence
    energy { value unit } point { id name } explanation } } } } } }"""
ALL = """query All($states: [FindingState!], $kinds: [FindingKind!], $under: ID) { viewer {
  findings(states: $states, kinds: $kinds, under: $under) { edges { node {
    id kind state verdict money { amount currency } site { path } group { name }
    causes figures { name value } evidence { name start step unit values }
    transitions { actor state verdict note } } } } } }"""
ACT = """mutation Act($id: ID!, $note: String) {
  acknowledgeFinding(input: {finding: $id, note: $note}) {
    finding { state } errors { code field } } }"""
INSPECT = """mutation Inspect($id: ID!, $verdict: FindingVerdict!) {
  inspectFinding(input: {finding: $id, verdict: $verdict}) {
    finding { id state verdict } errors { code field } } }"""
CLOSE = """mutation Close($id: ID!) { closeFinding(input: {finding: $id, note: "repaired"}) {
  finding { state verdict } errors { code field } } }"""
PRICE = """mutation Price($price: Decimal) {
  setCommodityPrice(input: {commodity: ELECTRICITY, price: $price, currency: "MDL"}) {
    price { price currency } errors { code field } } }"""
QUEUE = """query Queue($order: FindingOrder!, $after: String, $first: Int!) { viewer {
  findings(first: $first, after: $after, order: $order, kinds: [METER_SLOWED, LEAK_CONTINUOUS]) {
    edges { node { kind money { amount } } } pageInfo { endCursor hasNextPage } } } }"""
VERIFY = """query Verify($id: ID!, $from: DateTime!, $to: DateTime!) {
  node(id: $id) { ... on BalanceGroup { verifications(from: $from, to: $to,
    prices: {unit: 3, verification: 150, replacement: 600}) {
      meters { point { id } advice uncountedPercent finding { id kind } } } } } }"""
DRAW = """mutation Draw($input: DrawGroupInput!) { drawGroup(input: $input) {
  group { id } errors { code message } } }"""
SAID = """query Said($id: ID!, $locale: String) { node(id: $id) { ... on Finding {
  reason(locale: $locale) advice(locale: $locale) } } }"""
EXPERIENCE = "query E { viewer { findingExperience { family confirmed refuted factor } } }"


@pytest_asyncio.fixture(scope="module")
async def town(database: Database, redis_url: str) -> AsyncIterator[Town]:
    made = await make_town(database, redis_url)
    names = HookEvent.FINDING_OPENED, HookEvent.FINDING_CONFIRMED
    made.hook = await endpoint(database, made.scope, *names)
    made.raised = await made.judge()
    yield made
    await made.events.close()


async def listed(town: Town, **asked: Any) -> list[dict[str, Any]]:
    found = await town.ask(ALL, **asked)
    return [edge["node"] for edge in found["viewer"]["findings"]["edges"]]


async def group(town: Town, path: str, commodity: str) -> str:
    site = (await town.ask(GROUPS, path=path))["viewer"]["site"]
    (found,) = [one["id"] for one in site["balanceGroups"] if one["commodity"] == commodity]
    return str(found)


async def of_group(town: Town, path: str, commodity: str) -> list[dict[str, Any]]:
    found = await town.ask(FINDINGS, id=await group(town, path, commodity))
    return [edge["node"] for edge in found["node"]["findings"]["edges"]]


async def test_the_thief_is_named_and_nobody_else_all_the_way_up_the_tree(town: Town) -> None:
    for path in (PATH, "Region/City/Street", "Region"):
        (found,) = await of_group(town, path, "ELECTRICITY")
        assert found["kind"] == "METER_SLOWED"
        assert found["point"]["name"].endswith(f"E{THIEF}")
    since = instant_of(LOW + STOLEN_FROM)
    assert abs(parse_instant(found["since"], "since") - since) < timedelta(days=2)
    stolen = town.used[THIEF, STOLEN_FROM:].sum() * 0.7 / 1000
    assert found["energy"]["unit"] == "kWh"
    assert found["energy"]["value"] == pytest.approx(stolen, rel=0.15)
    assert found["confidence"] > 0.9
    for word in (
        f"meter E{THIEF}",
        PATH,
        f"Flat {THIEF + 1}",
        "shunt",
        "kWh",
        "reported a magnet on",
    ):
        assert word in found["explanation"]


TELL = """query T($id: ID!) { node(id: $id) { ... on BalanceGroup {
  checks { check en: explanation ru: explanation(locale: "ru") }
  findings { edges { node { explanation en: explanation(locale: "en")
    ru: explanation(locale: "ru-MD") ro: explanation(locale: "ro")
    causes(locale: "ro") } } } } } }"""


async def test_a_finding_and_its_checks_are_told_in_the_language_that_is_asked_for(
    town: Town,
) -> None:
    told = (await town.ask(TELL, id=await group(town, PATH, "ELECTRICITY")))["node"]
    (found,) = [edge["node"] for edge in told["findings"]["edges"]]
    assert found["explanation"] == found["en"]
    assert found["ru"].startswith(f"Счётчик электроэнергии E{THIEF} ({PATH}, Flat {THIEF + 1}):")
    assert "кВт·ч" in found["ru"]
    assert "Его модуль сообщил: магнит (" in found["ru"]  # noqa: RUF001 - Cyrillic
    assert found["ro"].startswith(f"Contorul de energie electrică E{THIEF} (")
    assert "șunt în circuitul de curent" in found["causes"]
    for check in told["checks"]:
        assert check["en"].isascii()
        assert not check["ru"].isascii()


async def test_a_theft_is_no_error_of_its_neighbours_meters(town: Town) -> None:
    (thief,) = await of_group(town, PATH, "ELECTRICITY")
    house = await group(town, PATH, "ELECTRICITY")
    span = {"from": instant_of(LOW).isoformat(), "to": instant_of(TODAY).isoformat()}
    meters = (await town.ask(VERIFY, id=house, **span))["node"]["verifications"]["meters"]
    first, *others = meters
    assert first["point"]["id"] == thief["point"]["id"]
    assert first["finding"] == {"id": thief["id"], "kind": "METER_SLOWED"}
    assert all(one["finding"] is None for one in others)
    assert [one for one in others if one["advice"] == "REPLACE"] == []
    assert max(abs(one["uncountedPercent"]) for one in meters) < 3


async def test_the_leak_is_found_where_it_is(town: Town) -> None:
    (found,) = await of_group(town, "Region/City", "WATER_COLD")
    assert found["kind"] == "LEAK_CONTINUOUS"
    assert found["point"]["name"].endswith(f"W{LEAK}")
    assert abs(parse_instant(found["since"], "since") - instant_of(LOW + LEAK_FROM)) < timedelta(
        hours=18
    )
    assert "without a pause" in found["explanation"]
    assert len(town.raised) == 2


async def test_a_finding_shows_its_evidence_and_its_worth(town: Town) -> None:
    (before,) = await listed(town, kinds=["METER_SLOWED"])
    assert before["money"] is None
    made = await town.ask(PRICE, price="2.35")
    assert made["setCommodityPrice"]["errors"] == []
    (thief,) = await listed(town, kinds=["METER_SLOWED"])
    stolen = town.used[THIEF, STOLEN_FROM:].sum() * 0.7 / 1000
    assert float(thief["money"]["amount"]) == pytest.approx(2.35 * stolen, rel=0.15)
    assert thief["money"]["currency"] == "MDL"
    assert thief["site"]["path"] == PATH
    assert thief["causes"]
    curves = {one["name"]: one for one in thief["evidence"]}
    assert set(curves) == {"metered", "expected", "missing", "unexplained"}
    sizes = {len(one["values"]) for one in curves.values()}
    assert len(sizes) == 1
    assert curves["missing"]["values"].sum() == pytest.approx(stolen, rel=0.15)
    wrong = await town.ask(PRICE, price="-1")
    assert wrong["setCommodityPrice"]["errors"] == [{"code": "INVALID", "field": "price"}]


CHECKS = """query C($id: ID!) { node(id: $id) { ... on BalanceGroup { checks {
  check outcome explanation findings { kind } } } } }"""


async def test_the_seven_checks_say_what_was_looked_at(town: Town) -> None:
    found = await town.ask(CHECKS, id=await group(town, PATH, "ELECTRICITY"))
    told = {one["check"]: one["outcome"] for one in found["node"]["checks"]}
    assert told == {
        "SUBSCRIBER_METERS": "PASSED",
        "BALANCE_METER": "PASSED",
        "MAINS_HEAT_LOSS": "NOT_APPLICABLE",
        "COOLANT_LOSS": "NOT_APPLICABLE",
        "UNAUTHORISED_CONNECTIONS": "PASSED",
        "MANIPULATION": "FAILED",
        "NAMED_FAULTS": "FAILED",
    }
    water = await town.ask(CHECKS, id=await group(town, PATH, "WATER_COLD"))
    told = {one["check"]: one["outcome"] for one in water["node"]["checks"]}
    assert (told["BALANCE_METER"], told["NAMED_FAULTS"]) == ("UNKNOWN", "FAILED")
    assert told["MANIPULATION"] == "UNKNOWN"


async def heard_in(town: Town, within: str) -> Any:
    """The finding that whoever listens to a group is told of first."""
    document = (
        """subscription F($under: ID) { findingRaised(under: $under) { kind point { name } } }"""
    )
    async with Context(town.database, town.scope, town.events, MASTER_KEY) as context:
        stream = await schema.subscribe(document, {"under": within}, context_value=context)
        hearing = asyncio.ensure_future(anext(stream))  # type: ignore[arg-type]  # it was granted
        for _ in range(200):
            if hearing.done():
                break
            await town.events.findings_raised(town.scope.tenant_id, sorted(town.raised))
            await asyncio.sleep(0.05)
        heard = await hearing
        await stream.aclose()  # type: ignore[union-attr]  # it was granted
    assert heard.errors is None
    return heard.data["findingRaised"]


async def test_whoever_listens_is_told_of_what_is_in_their_group(town: Town) -> None:
    heard = await heard_in(town, await group(town, PATH, "ELECTRICITY"))
    assert heard["kind"] == "METER_SLOWED"
    assert heard["point"]["name"].endswith(f"E{THIEF}")


async def test_a_drawn_group_hears_what_it_lists(town: Town) -> None:
    (thief,) = await of_group(town, PATH, "ELECTRICITY")
    members = [{"point": thief["point"]["id"], "role": "CONSUMER"}]
    drawing = {"name": "Riser 2", "commodity": "ELECTRICITY", "members": members}
    made = (await town.ask(DRAW, input=drawing))["drawGroup"]
    assert made["errors"] == []
    drawn = made["group"]["id"]
    listed_there = (await town.ask(FINDINGS, id=drawn))["node"]["findings"]["edges"]
    assert [edge["node"]["id"] for edge in listed_there] == [thief["id"]]
    assert (await heard_in(town, drawn))["point"]["name"] == thief["point"]["name"]


async def test_reason_and_advice_stand_apart(town: Town) -> None:
    (thief,) = await of_group(town, PATH, "ELECTRICITY")
    said = (await town.ask(SAID, id=thief["id"], locale="en"))["node"]
    assert said["reason"].startswith("The loss follows its readings hour by hour")
    assert f"E{THIEF}" not in said["reason"], "whom it is about has fields of its own"
    assert "Look for" not in said["reason"], "so have the causes"
    assert said["advice"].startswith("Inspect it on the spot")
    assert said["advice"] in thief["explanation"]
    russian = (await town.ask(SAID, id=thief["id"], locale="ru"))["node"]
    assert not russian["advice"].isascii()


async def test_judging_again_changes_nothing_that_people_see(town: Town) -> None:
    before = await listed(town)
    assert await town.night(NOW) == []
    after = await listed(town)
    assert [one["id"] for one in after] == [one["id"] for one in before]
    assert [one["transitions"] for one in after] == [one["transitions"] for one in before]


async def test_programs_are_told_of_each_finding_once(town: Town) -> None:
    bodies = await told(town.database, town.scope, town.hook)
    opened = [body["finding"] for kind, body in bodies if kind == "finding.opened"]
    found = {one["id"]: one for one in await listed(town)}
    assert {one["id"] for one in opened} == found.keys()
    assert len(opened) == len(found)
    for one in opened:
        assert one["kind"] == found[one["id"]]["kind"]
        assert (one["state"], one["verdict"]) == ("NEW", None)


async def test_people_acknowledge_inspect_and_close_once(town: Town) -> None:
    (leak,) = await listed(town, kinds=["LEAK_CONTINUOUS"])
    for _ in range(2):
        done = await town.ask(ACT, id=leak["id"], note="plumber ordered")
        assert done["acknowledgeFinding"] == {"finding": {"state": "ACKNOWLEDGED"}, "errors": []}
    for _ in range(2):
        done = await town.ask(INSPECT, id=leak["id"], verdict="CONFIRMED")
        assert done["inspectFinding"]["finding"]["verdict"] == "CONFIRMED"
    bodies = await told(town.database, town.scope, town.hook)
    (confirmed,) = [body["finding"] for kind, body in bodies if kind == "finding.confirmed"]
    assert (confirmed["id"], confirmed["verdict"]) == (leak["id"], "CONFIRMED")
    # a confirmed leak stays until a person closes it
    await town.night(NOW + timedelta(days=30))
    (leak,) = await listed(town, kinds=["LEAK_CONTINUOUS"])
    assert leak["state"] == "INSPECTED"
    for _ in range(2):
        done = await town.ask(CLOSE, id=leak["id"])
        assert done["closeFinding"]["finding"] == {"state": "CLOSED", "verdict": "CONFIRMED"}
    late = await town.ask(ACT, id=leak["id"])
    assert late["acknowledgeFinding"]["errors"] == [{"code": "FINDING_CLOSED", "field": "finding"}]
    (leak,) = await listed(town, kinds=["LEAK_CONTINUOUS"])
    assert [(one["state"], one["note"]) for one in leak["transitions"]] == [
        ("NEW", None),
        ("ACKNOWLEDGED", "plumber ordered"),
        ("INSPECTED", None),
        ("CLOSED", "repaired"),
    ]
    assert {one["actor"] for one in leak["transitions"]} == {"user:1"}
    # the same story is not told again
    assert await town.night(NOW) == []
    assert await listed(town, states=["NEW"], kinds=["LEAK_CONTINUOUS"]) == []


async def test_a_refuted_suspicion_is_remembered_and_moves_the_thresholds(town: Town) -> None:
    (thief,) = await listed(town, kinds=["METER_SLOWED"])
    await town.ask(INSPECT, id=thief["id"], verdict="REFUTED")
    rows = (await town.ask(EXPERIENCE))["viewer"]["findingExperience"]
    (own,) = [one for one in rows if one["family"] == "UNDERCOUNT"]
    assert own == {"family": "UNDERCOUNT", "confirmed": 0, "refuted": 1, "factor": 1.15}
    await town.ask(CLOSE, id=thief["id"])
    assert await town.night(NOW) == []
    assert await listed(town, states=["NEW"]) == []
    (again,) = await listed(town, kinds=["METER_SLOWED"])
    assert (again["id"], again["verdict"]) == (thief["id"], "REFUTED")


async def test_others_see_nothing_and_change_nothing(town: Town, database: Database) -> None:
    (thief,) = await listed(town, kinds=["METER_SLOWED"])
    other = await make_tenant(database, "findings of another")
    foreign = replace(other, permissions=town.scope.permissions)
    assert (await town.ask(ALL, scope=foreign))["viewer"]["findings"]["edges"] == []
    node = "query N($id: ID!) { node(id: $id) { id } }"
    assert (await town.ask(node, scope=foreign, id=thief["id"])) == {"node": None}
    done = await town.ask(CLOSE, scope=foreign, id=thief["id"])
    assert done["closeFinding"]["errors"] == [{"code": "NOT_FOUND", "field": "finding"}]
    elsewhere = replace(town.scope, sites=frozenset({SiteId(10**9)}))
    assert (await town.ask(ALL, scope=elsewhere))["viewer"]["findings"]["edges"] == []


async def test_a_household_sees_its_own_leaks_and_no_suspicion(town: Town) -> None:
    lives = {str(Permission.METERING_READ), str(Permission.ALERTS_READ)}
    resident = replace(
        town.scope, actor="user:77", permissions=frozenset(lives), sites=frozenset[SiteId]()
    )
    flats = """query P { viewer { meteringPoints(first: 50) { edges { node {
      name premise { id name } } } } } }"""
    edges = (await town.ask(flats))["viewer"]["meteringPoints"]["edges"]
    premises = {one["node"]["name"]: one["node"]["premise"] for one in edges}
    mine = """query O { viewer { findings { edges { node { kind } } } } }"""

    async def moved_in(user: str, name: str) -> None:
        (premise,) = [p["id"] for key, p in premises.items() if p and key.endswith(name)]
        move = """mutation M($p: ID!, $n: String!, $at: DateTime!) { moveIn(input: {
          premise: $p, accountNumber: $n, name: $n, at: $at}) { errors { code } } }"""
        at = instant_of(LOW).isoformat()
        assert (await town.ask(move, p=premise, n=user, at=at))["moveIn"]["errors"] == []
        async with town.database.session(town.scope) as session:
            resident = await session.scalar(select(Resident).where(Resident.name == user))
            assert resident is not None
            since = instant_of(LOW)
            await members.seat(session, resident, UserId(int(user)), Role.RESIDENT, since)

    people = "INSERT INTO user_account (id, email, name, locale) VALUES (:id, :login, 'x', 'en')"
    async with town.database.global_session() as session:
        for user in (77, 78):
            await session.execute(text(people), {"id": user, "login": f"{user}@findings.example"})
    await moved_in("77", f"W{LEAK}")
    await moved_in("78", f"E{THIEF}")
    shown = (await town.ask(mine, scope=resident))["viewer"]["findings"]["edges"]
    assert [one["node"]["kind"] for one in shown] == ["LEAK_CONTINUOUS"]
    thief = replace(resident, actor="user:78")
    assert (await town.ask(mine, scope=thief))["viewer"]["findings"]["edges"] == []


async def queue(town: Town, order: str) -> list[str]:
    """Kinds of the findings in an order, read in pages of one."""
    told: list[str] = []
    after: str | None = None
    while True:
        page = (await town.ask(QUEUE, order=order, after=after, first=1))["viewer"]["findings"]
        told += [edge["node"]["kind"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return told
        after = page["pageInfo"]["endCursor"]


async def test_what_costs_most_comes_first_where_that_is_asked_for(town: Town) -> None:
    found = await queue(town, "NEWEST")
    assert sorted(found) == ["LEAK_CONTINUOUS", "METER_SLOWED"]
    await town.ask(PRICE, price="3.45")
    assert await queue(town, "LARGEST") == ["METER_SLOWED", "LEAK_CONTINUOUS"], "water has no price"
    await town.ask(PRICE, price="0")
    by_amount = await queue(town, "LARGEST")
    assert sorted(by_amount) == sorted(found), "without prices each comes once all the same"
    await town.ask(PRICE, price=None)
