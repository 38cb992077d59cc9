"""From an alert to its letters: preferences, quiet hours, outages, deaths in between, webhooks."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest_asyncio
from sqlalchemy import text

from backend.clients.parcels import Delivery, Outcome, Parcel
from backend.graphql.context import Context, Terms
from backend.graphql.schema import schema
from backend.services.notifications import devices, posting, sending
from backend.services.notifications.sending import Post
from domain.hours import instant_of
from domain.identity import Scope, UserId
from tenants.permissions import permissions_granted
from tenants.session import Database
from tests.factories import MASTER_KEY
from tests.integration.alerts.house import END, NOW, House, make_house

PREFERENCES = """mutation P($input: SaveNotificationPreferencesInput!) {
  saveNotificationPreferences(input: $input) {
    preferences { zone locale quietFrom quietUntil digestAt phone kinds { kind push email } }
    errors { code field } } }"""
HOOKS = """query W { viewer { webhooks { id url kinds deliveries { edges { node {
  id event kind state attempts response body } } } } } }"""
CREATE = """mutation C($url: String!, $kinds: [AlertKind!]! = []) {
  createWebhook(input: {url: $url, kinds: $kinds}) {
    webhook { id url } secret errors { code field } } }"""
REPLAY = """mutation R($id: ID!) { replayDelivery(input: {delivery: $id}) {
  done errors { code field } } }"""
REMOVE = """mutation R($id: ID!) { removeWebhook(input: {webhook: $id}) {
  done errors { code field } } }"""


class Carrier:
    """Takes parcels, and answers as it was told."""

    def __init__(self) -> None:
        self.taken: list[Parcel] = []
        self.answer = Outcome.SENT
        self.dies = False

    async def deliver(self, parcels: Sequence[Parcel]) -> list[Delivery]:
        self.taken += parcels
        if self.dies:
            raise asyncio.CancelledError
        return [Delivery(self.answer, "as told")] * len(parcels)

    async def close(self) -> None:
        """Nothing."""


@pytest_asyncio.fixture(scope="module")
async def house(database: Database, redis_url: str) -> AsyncIterator[House]:
    made = await make_house(database, redis_url)
    await made.judge()
    await made.go_round()
    async with database.session(made.scope) as session:
        for flat, holder in made.households.items():
            await devices.register_device(
                session, person(holder), f"token {flat}", "android", "1.0", "ro", "Europe/Chisinau"
            )
    yield made
    await made.events.close()


def person(scope: Scope) -> UserId:
    return UserId(int(scope.actor.removeprefix("user:")))


async def report(house: House, kind: str, channel: int = 1, minutes: int = 0) -> None:
    at = (instant_of(END) + timedelta(minutes=minutes)).isoformat()
    event = {"network": 1, "channel": channel, "kind": kind, "at": at, "value": 1}
    await house.push(END - 1, {}, [event])
    await house.judge(datetime.now(UTC))


async def send(house: House, post: Post) -> None:
    while await sending.send_next(house.database, house.scope.tenant_id, post):
        pass


async def due_at_once(house: House) -> None:
    """As if the time of every letter and bell had come."""
    async with house.database.session(house.scope) as session:
        given = {"t": house.scope.tenant_id}
        for statement in (
            (
                "UPDATE notification SET due_at = now() - interval '1 s', claimed_until = NULL"
                " WHERE tenant_id = :t AND state = 'waiting'"
            ),
            "UPDATE work_bell SET due_at = now() - interval '1 s' WHERE tenant_id = :t",
        ):
            await session.execute(text(statement), given)


async def letters(house: House, kind: str) -> list[Any]:
    rows = await house.rows(
        "SELECT channel, address, state, attempts, manner, kind FROM notification"
        " WHERE tenant_id = :t AND channel <> 'webhook' ORDER BY channel, address"
    )
    return [row for row in rows if row[5] == kind]


async def test_a_letter_is_sent_once_and_says_so(house: House) -> None:
    push, mail = Carrier(), Carrier()
    post = Post({"push": push, "email": mail}, "https://balance.example", MASTER_KEY)
    await report(house, "arcing")
    await send(house, post)
    (told,) = push.taken
    assert told.address == "token 1"
    assert told.urgent
    assert told.data["path"].startswith("/app/alerts/")
    mailed = {one.address: one for one in mail.taken}
    assert len(mailed) == len(mail.taken) == 2
    own = next(one for one in mail.taken if one.locale == "ro")
    assert "Bună ziua" in own.text
    assert "https://balance.example/app/alerts/" in own.text
    assert "<h1" in own.html
    staff = next(one for one in mail.taken if one.locale == "en")
    assert "https://balance.example/console/alarms?alert=" in staff.text
    await report(house, "arcing", minutes=1)
    await due_at_once(house)
    await send(house, post)
    assert len(push.taken) == 1
    assert len(mail.taken) == 2
    assert {row[2] for row in await letters(house, "arcing")} == {"sent"}


async def test_a_provider_that_is_away_is_asked_again(house: House) -> None:
    mail = Carrier()
    mail.answer = Outcome.LATER
    post = Post({"email": mail, "push": Carrier()}, "", MASTER_KEY)
    await report(house, "neutral_voltage")
    for _ in range(3):
        await send(house, post)
        await due_at_once(house)
    waiting = [row for row in await letters(house, "neutral_loss") if row[0] == "email"]
    assert {row[2] for row in waiting} == {"waiting"}
    assert {row[3] for row in waiting} == {3}
    mail.answer = Outcome.SENT
    await send(house, post)
    rows = [row for row in await letters(house, "neutral_loss") if row[0] == "email"]
    assert {row[2] for row in rows} == {"sent"}


async def test_who_dies_between_handing_over_and_noting_loses_nothing(house: House) -> None:
    mail = Carrier()
    mail.dies = True
    post = Post({"email": mail, "push": Carrier()}, "", MASTER_KEY)
    await report(house, "phase_loss")
    task = asyncio.create_task(send(house, post))
    await asyncio.gather(task, return_exceptions=True)
    first = [one.number for one in mail.taken]
    assert first
    # nobody else may take what is claimed
    other = Carrier()
    await send(house, Post({"email": other, "push": Carrier()}, "", MASTER_KEY))
    assert other.taken == []
    bells = await house.rows("SELECT key FROM work_bell WHERE tenant_id = :t AND kind = 'send'")
    assert bells
    await due_at_once(house)
    await send(house, Post({"email": other, "push": Carrier()}, "", MASTER_KEY))
    assert [one.number for one in other.taken] == first
    assert {row[2] for row in await letters(house, "phase_loss")} == {"sent"}


async def test_two_senders_never_have_the_same_letter(house: House) -> None:
    async with house.database.session(house.scope) as session:
        for number in range(40):
            await posting.notify(
                session,
                kind="invitation",
                address=f"i{number}@example.org",
                subject="Welcome",
                body="Come in",
                locale="en",
                dedup_key="invitation",
                now=datetime.now(UTC),
            )
    carriers = [Carrier(), Carrier(), Carrier()]
    await asyncio.gather(*(send(house, Post({"email": one}, "", MASTER_KEY)) for one in carriers))
    taken = [one.address for carrier in carriers for one in carrier.taken]
    assert len(taken) == len(set(taken)) == 40


async def test_a_dead_token_is_forgotten(house: House) -> None:
    push = Carrier()
    push.answer = Outcome.GONE
    await report(house, "leak", channel=202)
    await send(house, Post({"push": push, "email": Carrier()}, "", MASTER_KEY))
    assert [one.address for one in push.taken] == ["token 2"]
    rows = await house.rows("SELECT token FROM push_device WHERE tenant_id = :t")
    assert [row[0] for row in rows] == ["token 1"]


async def test_quiet_hours_and_digests_hold_what_is_no_danger(house: House) -> None:
    zone = ZoneInfo("Asia/Tokyo")
    local = datetime.now(UTC).astimezone(zone)
    around = [(local + timedelta(hours=shift)).strftime("%H:%M") for shift in (-1, 2)]
    asked = {
        "zone": zone.key,
        "locale": "ru",
        "quietFrom": around[0],
        "quietUntil": around[1],
        "digestAt": around[1],
        "kinds": [{"kind": "TAMPER", "push": "OFF", "email": "DIGEST"}],
    }
    done = await house.ask(PREFERENCES, house.operator, input=asked)
    saved = done["saveNotificationPreferences"]
    assert saved["errors"] == []
    tamper = next(one for one in saved["preferences"]["kinds"] if one["kind"] == "TAMPER")
    assert tamper == {"kind": "TAMPER", "push": "OFF", "email": "DIGEST"}
    mail = Carrier()
    post = Post({"email": mail, "push": Carrier()}, "", MASTER_KEY)
    await report(house, "magnet", channel=2)
    await report(house, "cover", channel=201)
    await report(house, "phase_voltage", channel=2)
    await send(house, post)
    staff = [one for one in mail.taken if one.locale == "ru" and "operator" in one.text]
    assert [one.subject for one in staff] == ["Напряжение вне нормы"]
    held = {row[4] for row in await letters(house, "tamper")}
    assert "digest" in held
    await due_at_once(house)
    await send(house, post)
    together = [one for one in mail.taken if one.subject == "Сводка, сообщений: 2"]
    assert len(together) == 1
    assert "магнит" in together[0].text
    assert "крышка" in together[0].text
    wrong = await house.ask(PREFERENCES, house.operator, input=asked | {"quietFrom": "25:00"})
    assert wrong["saveNotificationPreferences"]["errors"] == [
        {"code": "INVALID", "field": "quietFrom"}
    ]


async def test_endpoints_hear_of_the_staffs_alerts_and_can_be_told_again(house: House) -> None:
    admin = house.admin
    made = (await house.ask(CREATE, admin, url="https://hooks.example.org/in", kinds=["LEAK"]))[
        "createWebhook"
    ]
    assert made["errors"] == []
    assert made["secret"].startswith("whsec_")
    assert made["secret"] not in str(await house.rows("SELECT salt, url FROM webhook"))
    for url in (
        "http://hooks.example.org",
        "https://user@hooks.example.org",
        "ftp://x",
        "https://",
    ):
        refused = (await house.ask(CREATE, admin, url=url))["createWebhook"]
        assert [one["code"] for one in refused["errors"]] == ["WEBHOOK_URL"]
    hook = Carrier()
    post = Post({"webhook": hook, "email": Carrier(), "push": Carrier()}, "", MASTER_KEY)
    await house.go_round(NOW + timedelta(hours=30))
    await report(house, "leak", channel=201, minutes=90)
    await send(house, post)
    mine = [one for one in hook.taken if b"alert.opened" in one.body]
    assert len(mine) == 1
    assert mine[0].secret == made["secret"]
    assert b"leak sensor" in mine[0].body
    (found,) = (await house.ask(HOOKS, admin))["viewer"]["webhooks"]
    edges = found["deliveries"]["edges"]
    delivery = edges[0]["node"]
    assert (delivery["state"], delivery["response"]) == ("SENT", "as told")
    before = len(hook.taken)
    assert (await house.ask(REPLAY, admin, id=delivery["id"]))["replayDelivery"]["done"]
    await send(house, post)
    assert len(hook.taken) == before + 1
    assert hook.taken[-1].body == hook.taken[-2].body or b"leak" in hook.taken[-1].body
    for other in (house.operator, house.households[1]):
        asking = Context(house.database, other, house.events, MASTER_KEY)
        async with asking as context:
            result = await schema.execute(HOOKS, context_value=context)
        assert result.errors
    assert (await house.ask(REMOVE, admin, id=found["id"]))["removeWebhook"]["done"]
    assert (await house.ask(HOOKS, admin))["viewer"]["webhooks"] == []
    again = (await house.ask(REPLAY, admin, id=delivery["id"]))["replayDelivery"]
    assert again["errors"] == [{"code": "NOT_FOUND", "field": "delivery"}]


async def test_a_program_of_the_tenant_may_have_endpoints(house: House) -> None:
    held = permissions_granted(["integrator"], ["read", "metering", "control"])
    program = replace(house.operator, actor="client:x", permissions=held)
    made = (await house.ask(CREATE, program, url="https://hooks.example.org/p"))["createWebhook"]
    assert made["errors"] == []


async def test_the_outbox_can_be_looked_at_in_a_demo_alone(house: House) -> None:
    document = "query O { viewer { outbox { edges { node { channel subject state } } } } }"
    for terms, allowed in ((Terms(), False), (Terms(demo=True), True)):
        asking = Context(house.database, house.admin, house.events, MASTER_KEY)
        asking.terms = terms
        async with asking as context:
            result = await schema.execute(document, context_value=context)
        assert (result.errors is None) is allowed
    assert result.data is not None
    assert result.data["viewer"]["outbox"]["edges"]
    without = Context(house.database, house.operator, house.events, MASTER_KEY)
    without.terms = Terms(demo=True)
    async with without as context:
        assert (await schema.execute(document, context_value=context)).errors


async def test_without_a_carrier_letters_are_kept(house: House) -> None:
    await report(house, "open_circuit", channel=202)
    await due_at_once(house)
    await send(house, Post({}, "", MASTER_KEY))
    rows = await house.rows(
        "SELECT count(*) FROM notification WHERE tenant_id = :t AND state = 'kept'"
    )
    assert rows[0][0] > 0
