"""Two houses in which every kind of alert has its cause, pushed as a concentrator pushes."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import redis.asyncio
from sqlalchemy import text

from backend.graphql.context import Context
from backend.graphql.schema import schema
from backend.services import upkeep
from backend.services.notifications import devices
from backend.store.notifications import webhooks
from domain.alerts import AlertKind
from domain.hours import day_of, instant_of, midnight
from domain.identity import Scope, UserId
from tenants.session import Database
from tests.daytime import NAME
from tests.factories import MASTER_KEY, PushingConcentrator, block, make_tenant, place
from tests.integration.alerts.at_work import AtWork, frames_of, until
from tests.integration.alerts.house import END, NOW, TODAY, ZONE, House, move_in, someone

K = AlertKind
MONTH = midnight(NOW.astimezone(ZONE).date().replace(day=1), ZONE)
LOW = TODAY - 12 * 24
WAVE = END - 2
"""First hour of what is pushed once people have their rules."""

QUIET_H = 40
LEAKS_H = 60
SERIAL = "JKINDS"
FIRST, SECOND = "Region/City/House 1", "Region/City/House 2"
PLACES = {1: FIRST, 2: FIRST, 3: SECOND, 4: SECOND}
"""Flats; each has a meter of electricity on its own channel, and of water on 200 more."""

INLET = 100
LIMITS = {K.DAY_LIMIT: 30.0, K.HOUR_LIMIT: 30.0, K.MONTH_FORECAST: 31.0}
GONE = "gone"
"""A telephone that the provider no longer knows."""

POINTS = "{ viewer { meteringPoints(first: 50) { edges { node { id name } } } } }"
RULES = "{ viewer { alertRules { id } } }"
SITE = "query Q($path: String!) { viewer { site(path: $path) { id } } }"
SAVE = """mutation S($input: SaveAlertRuleInput!) { saveAlertRule(input: $input) {
  rule { id } errors { code field } } }"""
PHONE = """mutation P($input: SaveNotificationPreferencesInput!) {
  saveNotificationPreferences(input: $input) { errors { code field } } }"""
PROGRAM = """mutation P($input: CreateProgramInput!) { createProgram(input: $input) {
  program { id } errors { code field } } }"""
EVENT = """mutation E($input: DispatchDrEventInput!) { dispatchDrEvent(input: $input) {
  event { id } errors { code field message } } }"""
EVENT_OF = "query E($id: ID!) { viewer { drEvent(id: $id) { state } } }"
CALL_OFF = """mutation X($id: ID!) { cancelDrEvent(input: {event: $id}) {
  errors { code field } } }"""
INBOX = """query A($under: ID) { viewer { alerts(first: 100, under: $under) { edges { node {
  id kind value limit text closedAt drEvent { id } } } } } }"""


@dataclass
class KindsTown:
    """The houses at work, and who is there to be told."""

    house: House
    work: AtWork
    concentrator: PushingConcentrator
    valkey: redis.asyncio.Redis

    @property
    def people(self) -> dict[str, Scope]:
        """Whoever may be told, by a name that is their telephone's token, too."""
        flats = {f"flat {flat}": one for flat, one in self.house.households.items()}
        return {**flats, "operator": self.house.operator}

    async def push(self, low: int, high: int, events: list[dict[str, Any]]) -> None:
        """Push hours, a frame for each day, and what happened."""
        blocks = [block(hour, 1, self._counted(hour)) for hour in range(low, high)]
        parts = [blocks[at : at + 24] for at in range(0, len(blocks), 24)] or [[]]
        frames = [self.concentrator.frame(*part) for part in parts]
        frames[-1]["events"] = events
        frames_of(await self.concentrator.push(*frames))

    def _counted(self, hour: int) -> dict[int, int]:
        """Counters at the end of an hour; the inlet knows of more than twice what flats do."""
        used = dict.fromkeys(PLACES, 300) | {200 + flat: _water(flat, hour) for flat in PLACES}
        used |= {INLET: 1_400}
        if hour >= WAVE:
            used[1] = 40_000
        counters = self.house.counters
        for channel, amount in used.items():
            counters[channel] = counters.get(channel, 0) + amount
        silent = {3} if hour >= END - QUIET_H else set()
        return {channel: counters[channel] for channel in used if channel not in silent}

    async def inbox(self, name: str, under: str | None = None) -> list[dict[str, Any]]:
        """Alerts as somebody sees them."""
        asking = Context(self.house.database, self.people[name], self.work.events, MASTER_KEY)
        async with asking as context:
            result = await schema.execute(INBOX, {"under": under}, context_value=context)
        assert result.data is not None, result.errors
        return [edge["node"] for edge in result.data["viewer"]["alerts"]["edges"]]

    async def judged(self) -> None:
        """Wait until what was pushed is judged; analyses wait for no second push of a wave."""
        await self.silent("fold", "roll_up", "alerts")
        await self.change("UPDATE work_bell SET due_at = now() WHERE kind = 'findings'")
        await self.silent("findings", "alerts")

    async def silent(self, *kinds: str) -> None:
        """Wait until no bell of some kinds rings."""
        ringing = "SELECT kind FROM work_bell WHERE tenant_id = :t"
        await until(
            lambda: self.house.rows(ringing),
            lambda rows: not {row[0] for row in rows} & set(kinds),
        )

    async def change(self, *statements: str, **given: Any) -> None:
        """Change rows of the tenant."""
        async with self.house.database.session(self.house.scope) as session:
            for statement in statements:
                await session.execute(text(statement), given)

    async def region(self) -> str:
        """The site above both houses."""
        found = await self.house.ask(SITE, path="Region")
        return str(found["viewer"]["site"]["id"])


def _water(flat: int, hour: int) -> int:
    """Litres: nobody at 3, a leak at 1, a burst at 2, somebody where nobody is at 4."""
    if flat == 3:
        return 0
    awake = 15 + 5 * (hour % 4) if hour % 24 >= 6 else 0
    leak = 12 if flat == 1 and hour >= END - LEAKS_H else 0
    more = {2: 400, 4: 7}.get(flat, 0) if hour >= WAVE else 0
    return awake + leak + more


def events_at(moment: str) -> list[dict[str, Any]]:
    """What modules report."""
    causes = {
        1: ("neutral_voltage", "phase_loss", "arcing"),
        2: ("phase_voltage",),
        INLET: ("magnet",),
    }
    return [
        {"network": 1, "channel": channel, "kind": kind, "at": moment, "value": 1}
        for channel, kinds in causes.items()
        for kind in kinds
    ]


async def kinds_town(database: Database, work: AtWork, valkey_url: str) -> KindsTown:
    """The houses with their people, who all listen, and nothing pushed yet."""
    scope = replace(await make_tenant(database, "every kind", NAME), actor="alerts")
    imported = await place(database, scope, *_rows())
    await upkeep.make_months(database, {day_of(LOW).replace(day=1), day_of(END).replace(day=1)})
    tenant = scope.tenant_id
    households = {flat: await someone(database, tenant, "resident", "en") for flat in PLACES}
    operator = await someone(database, tenant, "operator", "en")
    none: Any = None  # frames go through the gateway, not into the store
    house = House(database, work.events, scope, operator, scope, households, none)
    for flat, holder in households.items():
        # a household's month is one that it has lived through
        await move_in(house, flat, holder, instant_of(min(LOW, MONTH)))
    (device,) = imported.devices
    concentrator = PushingConcentrator(work.client, SERIAL, device.secret)
    made = KindsTown(house, work, concentrator, redis.asyncio.Redis.from_url(valkey_url))
    async with database.session(scope) as session:
        telephones = {**made.people, GONE: households[4]}
        for token, one in telephones.items():
            user = UserId(int(one.actor.removeprefix("user:")))
            await devices.register_device(
                session, user, token, "android", "1.0.0", "en", ZONE.key
            )  # fmt: skip
        await webhooks.insert(session, work.providers.hook_url, [], [], None, b"salt")
    work.providers.firebase.answers[GONE] = "UNREGISTERED"
    await _listened(made)
    return made


def _rows() -> list[dict[str, str]]:
    common = {
        "concentrator": SERIAL,
        "installed_at": instant_of(LOW).isoformat(),
        "initial_index": "0",
    }
    flats = [
        {
            **common,
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
    return [*flats, common | inlet]


async def call_event(town: KindsTown, begin: datetime, name: str) -> str:
    """Ask the second house to use less for two hours."""
    house = town.house
    site = (await house.ask(SITE, path=SECOND))["viewer"]["site"]["id"]
    asked = {"name": name, "idempotencyKey": name}
    made = (await house.ask(PROGRAM, input=asked))["createProgram"]
    asked |= {"program": made["program"]["id"], "targets": [site], "startsAt": begin.isoformat()}
    done = (await house.ask(EVENT, input=asked | {"durationMinutes": 120}))["dispatchDrEvent"]
    assert done["errors"] == []
    return str(done["event"]["id"])


async def _listened(town: KindsTown) -> None:
    """Everybody has the rules from the start, and listens."""
    town.work.listen("region", town.house.operator, await town.region())
    for name, scope in town.people.items():
        await town.house.ask(RULES, scope)
        town.work.listen(name, scope)
    await asyncio.sleep(0.3)


async def ask_for_alerts(town: KindsTown) -> None:
    """Limits, watches, and a telephone number."""
    house = town.house
    found = (await house.ask(POINTS))["viewer"]["meteringPoints"]["edges"]
    ids = {one["node"]["name"][-2:]: one["node"]["id"] for one in found}
    left = (NOW - timedelta(hours=3)).isoformat()
    ways = ["PUSH", "EMAIL", "SMS"]
    wished: list[tuple[int, dict[str, Any]]] = [
        (1, {"kind": kind.upper(), "owner": ids["E1"], "limit": limit, "channels": ways})
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
    # a concentrator that was made known today could not be silent since yesterday
    await town.change("UPDATE concentrator SET created_at = :at", at=instant_of(LOW))
    # the wave's hours may be those of a day that is just over
    await town.change("UPDATE alert_rule SET set_at = set_at - interval '1 day'")
