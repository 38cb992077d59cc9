"""Every kind of alert from a push through the gateway to whoever is told of it, once.

Nothing here calls a judge: hours and events are pushed as a concentrator pushes them, while worker
and analyst run, Valkey is emptied again and again, and providers of ours stand for the real ones.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import redis.asyncio
from sqlalchemy import text

from backend.graphql.context import Context
from backend.graphql.ids import Kind, encode
from backend.graphql.schema import schema
from backend.services import upkeep
from backend.services.alerts import marking
from backend.services.notifications import devices
from backend.store.notifications import webhooks
from domain.alerts import WITHOUT_SOURCE, AlertKind
from domain.hours import day_of, instant_of, midnight
from domain.identity import Scope, UserId
from runtime.state import RuntimeState
from runtime.valkey import ValkeyServer
from tenants.session import Database
from tests.factories import PushingConcentrator, block, make_tenant, place
from tests.integration.alerts.at_work import AtWork, at_work, frames_of, until
from tests.integration.alerts.house import END, NOW, TODAY, ZONE, House, move_in, someone
from tests.servers import forget

MONTH = midnight(NOW.astimezone(ZONE).date().replace(day=1), ZONE)
LOW = min(MONTH, TODAY - 10 * 24)
QUIET_H = 40
LEAKS_H = 60
SERIAL = "JKINDS"
FIRST, SECOND = "Region/City/House 1", "Region/City/House 2"
INLET = 100
K = AlertKind

PLACES = {1: FIRST, 2: FIRST, 3: SECOND, 4: SECOND}
"""Flats of two houses; each has a meter of electricity on its channel, of water on 200 more."""

LIMITS = {K.DAY_LIMIT: 30.0, K.HOUR_LIMIT: 30.0, K.MONTH_FORECAST: 31.0}
WITH_SMS = ["PUSH", "EMAIL", "SMS"]

WHO = {
    K.DAY_LIMIT: ("flat 1",),
    K.HOUR_LIMIT: ("flat 1",),
    K.MONTH_FORECAST: ("flat 1",),
    K.AWAY: ("flat 4",),
    K.NO_CONSUMPTION: ("flat 3",),
    K.NO_DATA: ("flat 3", "operator"),
    K.LEAK: ("flat 1", "operator"),
    K.BURST: ("flat 2", "operator"),
    K.TAMPER: ("operator",),
    K.NEUTRAL_LOSS: ("flat 1", "operator"),
    K.PHASE_LOSS: ("flat 1", "operator"),
    K.VOLTAGE: ("operator",),
    K.ARCING: ("flat 1", "operator"),
    K.DELIVERY: ("operator",),
    K.IMBALANCE: ("operator",),
}
"""Who is told of what, and nobody else is."""

POINTS = "{ viewer { meteringPoints(first: 50) { edges { node { id name } } } } }"
SAVE = """mutation S($input: SaveAlertRuleInput!) { saveAlertRule(input: $input) {
  rule { id } errors { code field } } }"""
PHONE = """mutation P($input: SaveNotificationPreferencesInput!) {
  saveNotificationPreferences(input: $input) { errors { code field } } }"""
RULES = "{ viewer { alertRules { id } } }"
SITE = "query Q($path: String!) { viewer { site(path: $path) { id } } }"
INBOX = """query A($under: ID) { viewer { alerts(first: 100, under: $under) { edges { node {
  id kind value limit unit text owner { name } closedAt transitions { step } } } } } }"""
RINGING = "SELECT kind FROM work_bell WHERE tenant_id = :t"
LETTERS = """SELECT alert_id, channel, address, dedup_key FROM notification
WHERE tenant_id = :t AND alert_id IS NOT NULL"""


@dataclass
class Told:
    """Two houses at work, and who is there to be told."""

    house: House
    work: AtWork
    concentrator: PushingConcentrator
    valkey: redis.asyncio.Redis

    @property
    def people(self) -> dict[str, Scope]:
        """Whoever may be told, by a name."""
        flats = {f"flat {flat}": one for flat, one in self.house.households.items()}
        return {**flats, "operator": self.house.operator}

    async def push(self, hours: Iterator[int] | range, events: list[dict[str, Any]]) -> None:
        """Push hours in one frame for each day, as a concentrator does that was away."""
        blocks = [block(hour, 1, self.count(hour)) for hour in hours]
        parts = [blocks[at : at + 24] for at in range(0, len(blocks), 24)] or [[]]
        frames = [self.concentrator.frame(*part) for part in parts]
        frames[-1]["events"] = events
        for at in range(0, len(frames), 10):
            frames_of(await self.concentrator.push(*frames[at : at + 10]))

    def count(self, hour: int) -> dict[int, int]:
        """Counters at the end of an hour."""
        used = {flat: 300 for flat in PLACES} | {200 + flat: _water(flat, hour) for flat in PLACES}
        used[INLET] = 1_400  # of which the flats of the house know 600
        if hour >= END - 2:
            used[1] = 40_000
        counters = self.house.counters
        for channel, amount in used.items():
            counters[channel] = counters.get(channel, 0) + amount
        silent = {3} if hour >= END - QUIET_H else set()
        return {channel: counters[channel] for channel in used if channel not in silent}

    async def inbox(self, name: str, under: str | None = None) -> list[dict[str, Any]]:
        """Alerts as somebody sees them."""
        asking = Context(self.house.database, self.people[name], self.work.events, bytes(32))
        async with asking as context:
            result = await schema.execute(INBOX, {"under": under}, context_value=context)
        assert result.data is not None, result.errors
        return [edge["node"] for edge in result.data["viewer"]["alerts"]["edges"]]


def _water(flat: int, hour: int) -> int:
    """Litres: people sleep at night; a leak, a burst, nobody, and somebody where nobody is."""
    if flat == 3:
        return 0
    awake = 15 + 5 * (hour % 4) if hour % 24 not in range(6) else 0
    leak = 12 if flat == 1 and hour >= END - LEAKS_H else 0
    burst = 400 if flat == 2 and hour >= END - 2 else 0
    away = 7 if flat == 4 and hour >= END - 2 else 0
    return awake + leak + burst + away


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyServer]:
    """A Valkey of these tests' own: others would miss what is thrown away."""
    home = tmp_path_factory.mktemp("valkey")
    for directory in (home, *home.parents[:2]):
        directory.chmod(0o711)
    server = ValkeyServer(home, RuntimeState())
    server.start()
    yield server
    server.stop()
    forget(home)


@pytest_asyncio.fixture(scope="module")
async def told(
    database: Database,
    database_url: str,
    valkey: ValkeyServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Told]:
    home = tmp_path_factory.mktemp("work")
    async with at_work(database, database_url, valkey.url, home) as work:
        made = await _made(database, work, valkey)
        await _listened(made)
        await made.push(range(LOW, END - 2), [])
        await _judged(made)
        await _asked(made)
        emptying = asyncio.create_task(_keep_emptying(made))
        await made.push(range(END - 2, END), _events())
        await _judged(made)
        await marking.announce(database, NOW)  # what the clock of each hour does
        yield made
        emptying.cancel()
        await made.valkey.aclose()


async def _made(database: Database, work: AtWork, valkey: ValkeyServer) -> Told:
    scope = replace(await make_tenant(database, "every kind"), actor="alerts")
    common = {"concentrator": SERIAL, "installed_at": instant_of(LOW).isoformat()}
    common |= {"initial_index": "0"}
    rows = [
        common
        | {
            "site_path": path,
            "premise": f"Flat {flat}",
            "meter_serial": f"{letter}{flat}",
            "channel": str(channel + flat),
            "commodity": commodity,
        }
        for flat, path in PLACES.items()
        for letter, channel, commodity in (("E", 0, "electricity"), ("W", 200, "water_cold"))
    ]
    inlet = {"site_path": FIRST, "meter_serial": "IN", "channel": str(INLET), "role": "inlet"}
    imported = await place(database, scope, *rows, common | inlet)
    await upkeep.make_months(database, {day_of(LOW).replace(day=1), day_of(END).replace(day=1)})
    tenant = scope.tenant_id
    households = {flat: await someone(database, tenant, "resident", "en") for flat in PLACES}
    operator = await someone(database, tenant, "operator", "en")
    house = House(database, work.events, scope, operator, scope, households, None)  # type: ignore[arg-type]  # frames go through the gateway
    for flat, holder in households.items():
        await move_in(house, flat, holder, instant_of(LOW))
    async with database.session(scope) as session:
        for name, one in {**{f"flat {n}": s for n, s in households.items()}, "operator": operator}.items():
            zone = "Europe/Chisinau"
            await devices.register_device(session, _user(one), name, "android", "1.0", "en", zone)
        await devices.register_device(session, _user(households[4]), "gone", "ios", "1.0", "en", zone)
        await webhooks.insert(session, work.providers.hook_url, [], [], None, b"salt")
    work.providers.firebase.answers["gone"] = "UNREGISTERED"
    client = redis.asyncio.Redis.from_url(valkey.url)
    (device,) = imported.devices
    return Told(house, work, PushingConcentrator(work.client, SERIAL, device.secret), client)


def _user(scope: Scope) -> UserId:
    return UserId(int(scope.actor.removeprefix("user:")))


async def _asked(told: Told) -> None:
    """Limits, watches, and a telephone number."""
    house = told.house
    found = await house.ask(POINTS)
    ids = {one["node"]["name"][-2:]: one["node"]["id"] for one in found["viewer"]["meteringPoints"]["edges"]}
    left = (NOW - timedelta(hours=3)).isoformat()
    wished: list[tuple[int, dict[str, Any]]] = [
        (1, {"kind": kind.upper(), "owner": ids["E1"], "limit": limit, "channels": WITH_SMS})
        for kind, limit in LIMITS.items()
    ]
    wished.append((3, {"kind": "NO_CONSUMPTION", "owner": ids["W3"], "limit": 48.0}))
    wished.append((4, {"kind": "AWAY", "owner": ids["W4"], "awayFrom": left}))
    for flat, rule in wished:
        done = await house.ask(SAVE, house.households[flat], input=rule)
        assert done["saveAlertRule"]["errors"] == []
    phone = {"phone": "+37369123456", "zone": ZONE.key, "locale": "en", "kinds": []}
    saved = await house.ask(PHONE, house.households[1], input=phone)
    assert saved["saveNotificationPreferences"]["errors"] == []
    async with house.database.session(house.scope) as session:
        # a concentrator that was made known today could not be silent since yesterday
        known = text("UPDATE concentrator SET created_at = :at WHERE tenant_id = :t")
        await session.execute(known, {"at": instant_of(LOW), "t": house.scope.tenant_id})


async def _listened(told: Told) -> None:
    """Everybody has the rules from the start, and listens."""
    region = (await told.house.ask(SITE, path="Region"))["viewer"]["site"]["id"]
    told.work.listen("region", told.house.operator, region)
    for name, scope in told.people.items():
        await told.house.ask(RULES, scope)
        told.work.listen(name, scope)
    await asyncio.sleep(0.3)


def _events() -> list[dict[str, Any]]:
    at = instant_of(END - 1).isoformat()
    causes = {1: ("neutral_voltage", "phase_loss", "arcing"), 2: ("phase_voltage",), INLET: ("magnet",)}
    return [
        {"network": 1, "channel": channel, "kind": kind, "at": at, "value": 1}
        for channel, kinds in causes.items()
        for kind in kinds
    ]


async def _judged(told: Told) -> None:
    """Wait until what was pushed is judged; analyses wait for no second push of a wave."""
    await _silent(told, "fold", "roll_up", "alerts")
    async with told.house.database.session(told.house.scope) as session:
        hasten = "UPDATE work_bell SET due_at = now() WHERE tenant_id = :t AND kind = 'findings'"
        await session.execute(text(hasten), {"t": told.house.scope.tenant_id})
    await _silent(told, "findings", "alerts")


async def _silent(told: Told, *kinds: str) -> None:
    """Wait until no bell of some kinds rings."""
    async with asyncio.timeout(60):
        while {row[0] for row in await told.house.rows(RINGING)} & set(kinds):
            await asyncio.sleep(0.1)


async def _at_once(told: Told) -> None:
    """As if the next attempt was due."""
    async with told.house.database.session(told.house.scope) as session:
        for statement in (
            "UPDATE notification SET due_at = now() WHERE tenant_id = :t AND state = 'waiting'",
            "UPDATE work_bell SET due_at = now() WHERE tenant_id = :t AND kind = 'send'",
        ):
            await session.execute(text(statement), {"t": told.house.scope.tenant_id})


async def _keep_emptying(told: Told) -> None:
    while True:
        await told.valkey.flushall()
        await asyncio.sleep(0.1)


def _kinds_of(told: Told) -> dict[str, Counter[str]]:
    return {name: Counter(one["kind"] for one in heard) for name, heard in told.work.heard.items()}


@pytest.mark.parametrize("kind", sorted(WHO), ids=str)
async def test_it_reaches_inbox_stream_telephone_and_mailbox(told: Told, kind: AlertKind) -> None:
    people, providers = told.people, told.work.providers
    emails = await told.house.rows("SELECT 'user:' || id, email FROM user_account")
    address = {name: dict(map(tuple, emails))[scope.actor] for name, scope in people.items()}
    for name in WHO[kind]:
        seen: list[dict[str, Any]] = []
        async with asyncio.timeout(60):
            while not (seen := [one for one in await told.inbox(name) if one["kind"] == kind.upper()]):
                await asyncio.sleep(0.1)
        heard = told.work.heard[name]
        ids = {one["id"] for one in seen}
        await until(lambda: ids <= {one["id"] for one in heard}, lambda: (kind, name, heard))  # noqa: B023 - awaited here
        title = (await _titles(told, seen[0]["id"]))[0]
        await until(lambda: title in providers.pushes(name), lambda: providers.pushes(name))  # noqa: B023 - awaited here
        await until(lambda: title in providers.letters(address[name]), lambda: providers.letters(address[name]))  # noqa: B023, E501 - awaited here
        assert all(one["text"] for one in seen)
    if kind in LIMITS:
        (mine,) = seen
        assert mine["value"] > mine["limit"] == LIMITS[kind]
        title = (await _titles(told, mine["id"]))[0]
        await until(lambda: any(title in one["text"] for one in providers.sms), lambda: providers.sms)
    if "operator" in WHO[kind]:
        hooked = [one["alert"]["kind"] for one in providers.hooks if one["event"] == "alert.opened"]
        await until(lambda: str(kind).upper() in hooked, lambda: hooked)


async def _titles(told: Told, alert: str) -> list[str]:
    rows = await told.house.rows(
        "SELECT alert_id, subject FROM notification WHERE tenant_id = :t AND channel = 'push'"
    )
    return [row[1] for row in rows if encode(Kind.ALERT, row[0]) == alert]


async def test_no_kind_is_left_out() -> None:
    assert set(WHO) | WITHOUT_SOURCE == set(AlertKind)


async def test_whoever_is_above_inherits_and_nobody_else_hears(told: Told) -> None:
    region = (await told.house.ask(SITE, path="Region"))["viewer"]["site"]["id"]
    below = {one["id"] for one in await told.inbox("operator", region)}
    assert below == {one["id"] for one in await told.inbox("operator")}
    kinds = {name: {one["kind"] for one in await told.inbox(name)} for name in told.people}
    expected = {
        name: {kind.upper() for kind, who in WHO.items() if name in who} for name in told.people
    }
    assert kinds == expected
    heard = {name: set(counted) for name, counted in _kinds_of(told).items()}
    assert heard["region"] == heard["operator"]
    assert all(heard[name] <= expected[name] for name in told.people), heard


async def test_pushed_and_looked_at_again_nobody_is_told_again(told: Told) -> None:
    before = await told.house.rows(LETTERS)
    assert len(before) == len(set(map(tuple, before)))
    again = [one | {"at": (NOW - timedelta(minutes=1)).isoformat()} for one in _events()]
    await told.push(range(0), again)
    await _judged(told)
    await marking.announce(told.house.database, NOW + timedelta(hours=1))
    await _silent(told, "alert_round")
    after = await told.house.rows(LETTERS)
    assert Counter(map(tuple, after)) == Counter(map(tuple, before))
    messages = told.work.providers.firebase.messages
    assert len(messages) == len({(one["token"], one["data"]["id"]) for one in messages})


async def test_a_telephone_that_is_gone_is_forgotten(told: Told) -> None:
    async with asyncio.timeout(60):
        while await told.house.rows("SELECT 1 FROM push_device WHERE tenant_id = :t AND token = 'gone'"):
            await asyncio.sleep(0.1)


async def test_what_a_provider_did_not_take_is_taken_when_it_is_back(told: Told) -> None:
    providers = told.work.providers
    providers.firebase.outage, providers.mail.outage = "QUOTA_EXCEEDED", True
    leak = {"network": 1, "channel": 204, "kind": "leak", "value": 1}
    await told.push(range(0), [leak | {"at": (NOW - timedelta(minutes=2)).isoformat()}])
    waiting = (
        "SELECT n.channel FROM notification AS n JOIN alert AS a ON a.tenant_id = :t AND a.id = n.alert_id"
        " WHERE n.tenant_id = :t AND a.cause = 'leak_sensor' AND n.state = 'waiting' AND n.attempts > 0"
    )
    async with asyncio.timeout(60):
        while {row[0] for row in await told.house.rows(waiting)} != {"push", "email"}:
            await asyncio.sleep(0.1)
    before = Counter(providers.pushes("flat 4"))
    providers.firebase.outage, providers.mail.outage = None, False
    await _at_once(told)
    await until(lambda: sum((Counter(providers.pushes("flat 4")) - before).values()) == 1, lambda: providers.pushes("flat 4"))
    async with asyncio.timeout(60):
        while await told.house.rows(waiting):
            await asyncio.sleep(0.1)
    assert sum((Counter(providers.pushes("flat 4")) - before).values()) == 1
