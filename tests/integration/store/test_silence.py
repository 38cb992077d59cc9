"""Silent devices: one alarm for each, for the one above when all below are silent, until heard."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select, text

from backend.clients.events import Events
from backend.graphql.context import Context
from backend.graphql.ids import Kind, encode
from backend.graphql.schema import schema
from backend.services.gateway import silence
from backend.store.network import network_alarms
from backend.store.network.network_alarms import AlarmRow, Limits
from domain.errors import InvalidError
from domain.hook_events import HookEvent
from domain.hours import instant_of
from domain.identity import Scope, UserId
from tenants.models import AuditEntry
from tenants.permissions import Permission
from tenants.session import Database
from tests.factories import MASTER_KEY, make_tenant, place
from tests.hooks import endpoint
from tests.hooks import told as told_of
from tests.integration.alerts.house import someone
from tests.integration.store.pushing import Store
from tests.integration.store.test_orders import LOW

CHANNELS = {0: "D1", 1: "D1", 2: "D2", 3: "D2"}
_numbers = count(1)
QUERY = """query($path: String!) { viewer { networkAlarms(first: 10) { edges { node {
  kind serial network channel silentSince closedAt site { path } concentrator { serial } } } }
  networkAlarmLimits { concentratorHours deviceHours }
  site(path: $path) { networkAlarmCount children { networkAlarmCount } } } }"""


@pytest_asyncio.fixture
async def store(database: Database) -> AsyncIterator[Store]:
    number = next(_numbers)
    scope = await make_tenant(database, f"silence {number}")
    scope = Scope(scope.tenant_id, "test", frozenset(map(str, Permission)))
    rows = [
        {
            "site_path": f"Region/House {1 + channel // 2}",
            "site_kinds": "region/house",
            "meter_serial": f"M{channel}",
            "channel": str(channel),
            "concentrator": f"JS{number}",
            "module": f"{module}-{number}",
            "input": str(1 + channel % 2),
            "premise": str(channel),
            "installed_at": instant_of(LOW).isoformat(),
        }
        for channel, module in CHANNELS.items()
    ]
    await place(database, scope, *rows)
    yield Store(database, scope, f"JS{number}", instant_of(LOW))


async def say(store: Store, hour: int, *channels: int) -> None:
    """Push one hour of some channels when it is over, fold it and look for the silent."""
    store.now = instant_of(LOW + hour + 1) + timedelta(minutes=1)
    if channels:
        await store.push(store.frame(store.counter + 1, LOW + hour, dict.fromkeys(channels, hour)))
        await store.fold()
    await look(store)


async def look(store: Store) -> None:
    for _ in range(2):  # whoever looks again finds the same
        async with store.database.session(store.scope) as session:
            found = await network_alarms.next_concentrators(session, 0, 10)
            await silence.look(session, found, store.now)


async def alarms(store: Store, *, only_open: bool = True) -> list[AlarmRow]:
    async with store.database.session(store.scope) as session:
        return await network_alarms.list_alarms(session, 0, 100, only_open=only_open)


async def told(store: Store) -> set[tuple[str, int | None]]:
    return {(row.kind, row.address) for row in await alarms(store)}


async def test_a_channel_is_silent_after_26_hours_and_until_it_is_heard(store: Store) -> None:
    for hour in range(25):
        await say(store, hour, 1, 2, 3)
    assert await told(store) == set()
    await say(store, 25, 1, 2, 3)
    assert await told(store) == {("channel_silent", 0)}
    (alarm,) = await alarms(store)
    assert alarm.silent_since == instant_of(LOW), "it never came: since it was installed"
    await say(store, 26, 0, 1, 2, 3)
    assert await told(store) == set()
    (alarm,) = await alarms(store, only_open=False)
    assert alarm.closed_at == store.now
    for hour in range(27, 53):
        await say(store, hour, 1, 2, 3)
    (again, _) = await alarms(store, only_open=False)
    assert again.closed_at is None
    assert again.silent_since == instant_of(LOW + 27)


async def test_who_comes_back_is_looked_at_without_waiting_for_the_round(store: Store) -> None:
    async def rings() -> int:
        async with store.database.session(store.scope) as session:
            driver = await session.driver()
            count: int = await driver.fetchval(
                "SELECT count(*) FROM work_bell WHERE tenant_id = $1 AND kind = $2"
                " AND key LIKE '0 back %' AND due_at <= $3",
                store.scope.tenant_id,
                network_alarms.SILENCE,
                store.now + timedelta(minutes=1),
            )
        return count

    await say(store, 0, 0, 1, 2, 3)
    await say(store, 1, 0, 1, 2, 3)
    assert await rings() == 0, "who pushes every hour was not away"
    await say(store, 60)
    await say(store, 61, 0, 1, 2, 3)
    assert await rings() == 1


async def test_programs_are_told_of_a_silent_concentrator_and_of_its_return(store: Store) -> None:
    names = HookEvent.CONCENTRATOR_SILENT, HookEvent.CONCENTRATOR_BACK
    hook = await endpoint(store.database, store.scope, *names)
    await say(store, 0, 0, 1, 2, 3)
    assert await told_of(store.database, store.scope, hook) == []
    await say(store, 60)
    await say(store, 61)
    await say(store, 62, 0, 1, 2, 3)
    await say(store, 130)
    bodies = await told_of(store.database, store.scope, hook)
    kinds = ["concentrator.silent", "concentrator.back", "concentrator.silent"]
    assert [kind for kind, _ in bodies] == [body["event"] for _, body in bodies] == kinds
    (device,) = {body["concentrator"]["id"] for _, body in bodies}
    async with store.database.session(store.scope) as session:
        numbers = (await session.scalars(text("SELECT id FROM concentrator"))).all()
    assert [encode(Kind.CONCENTRATOR, number) for number in numbers] == [device]


async def test_a_module_speaks_for_its_channels_and_a_concentrator_for_its_modules(
    store: Store,
) -> None:
    await say(store, 0, 0, 1, 2, 3)
    for hour in range(1, 27):
        await say(store, hour, 2, 3)
    assert await told(store) == {("module_silent", None)}
    await say(store, 30)
    assert {kind for kind, _ in await told(store)} == {"module_silent", "concentrator_silent"}
    await say(store, 80)
    assert len(await alarms(store)) == 2, "what hangs below a silent concentrator adds nothing"
    await say(store, 81, 0, 1, 2, 3)
    assert await told(store) == set()


async def test_limits_are_the_tenants_own(store: Store) -> None:
    await say(store, 0, 0, 1, 2, 3)
    await say(store, 2)
    assert await told(store) == set()
    async with store.database.session(store.scope) as session:
        await silence.set_limits(session, Limits(1, 26))
    await look(store)
    assert {kind for kind, _ in await told(store)} == {"concentrator_silent"}
    async with store.database.session(store.scope) as session:
        with pytest.raises(InvalidError, match="device_h must be 1 to 744 hours, not 0"):
            await silence.set_limits(session, Limits(3, 0))


async def test_alarms_are_counted_up_the_tree(store: Store, redis_url: str) -> None:
    for hour in range(26):
        await say(store, hour, 1, 2)
    events = Events(redis_url)
    async with Context(store.database, store.scope, events, MASTER_KEY) as context:
        result = await schema.execute(QUERY, {"path": "Region"}, context_value=context)
    await events.close()
    assert result.errors is None
    assert result.data is not None
    viewer = result.data["viewer"]
    assert viewer["site"] == {
        "networkAlarmCount": 2,
        "children": [{"networkAlarmCount": 1}, {"networkAlarmCount": 1}],
    }
    assert viewer["networkAlarmLimits"] == {"concentratorHours": 3, "deviceHours": 26}
    nodes = [edge["node"] for edge in viewer["networkAlarms"]["edges"]]
    assert {(node["kind"], node["channel"]) for node in nodes} == {
        ("CHANNEL_SILENT", 0),
        ("CHANNEL_SILENT", 3),
    }
    assert {node["site"]["path"] for node in nodes} == {"Region/House 1", "Region/House 2"}
    assert {node["concentrator"]["serial"] for node in nodes} == {store.serial}


async def test_a_round_visits_every_concentrator_once(database: Database) -> None:
    scope = await make_tenant(database, "silence round")
    rows = [
        {"meter_serial": f"R{at}", "concentrator": f"JR{at}", "channel": "1"} for at in range(45)
    ]
    await place(database, scope, *rows)
    now = instant_of(LOW) + timedelta(days=60)
    await silence.announce(database, now)
    turns = 0
    more = True
    while more:
        async with database.session(scope) as session:
            more = await silence.watch(session, now)
        turns += 1
    assert turns == 3
    async with database.session(scope) as session:
        found = await network_alarms.list_alarms(session, 0, 100, only_open=True)
        assert await silence.watch(session, now) is False
    assert len(found) == 45


WORK = """mutation($alarm: ID!, $assignee: ID, $note: String) { workOnNetworkAlarm(input: {
  alarm: $alarm, assignee: $assignee, note: $note}) {
  alarm { acknowledgedBy assignee assigneeId note acknowledgedAt closedAt }
  errors { code field } } }"""
OF_DEVICE = """query($id: ID!, $open: Boolean!) { node(id: $id) { ... on Concentrator {
  lastHeardAt alarms(onlyOpen: $open) { id } } } }"""


async def ask(store: Store, redis_url: str, document: str, **variables: object) -> dict[str, Any]:
    events = Events(redis_url)
    async with Context(store.database, store.scope, events, MASTER_KEY) as context:
        result = await schema.execute(document, variables, context_value=context)
    await events.close()
    assert result.errors is None
    assert result.data is not None
    return result.data


async def test_somebody_looks_after_a_silent_concentrator_until_it_is_heard(
    store: Store, redis_url: str
) -> None:
    scope = await someone(store.database, store.scope.tenant_id, "operator", "en")
    store.scope = replace(store.scope, actor=scope.actor)
    person = UserId(int(scope.actor.removeprefix("user:")))
    await say(store, 0, 0, 1, 2, 3)
    await say(store, 30)
    (row,) = await alarms(store)
    device = encode(Kind.CONCENTRATOR, row.concentrator_id)
    found = (await ask(store, redis_url, OF_DEVICE, id=device, open=True))["node"]
    assert found["lastHeardAt"] is not None
    (alarm,) = [one["id"] for one in found["alarms"]]
    asked = {"alarm": alarm, "assignee": encode(Kind.USER, person), "note": "no power"}
    for _ in range(2):  # said twice it is done once
        told = (await ask(store, redis_url, WORK, **asked))["workOnNetworkAlarm"]
        assert told["errors"] == []
    name = told["alarm"]["assignee"]
    assert name is not None
    assert (told["alarm"]["acknowledgedBy"], told["alarm"]["note"]) == (name, "no power")
    async with store.database.session(store.scope) as session:
        acts = select(func.count()).where(AuditEntry.action == "network_alarm.work")
        assert await session.scalar(acts) == 1
    await say(store, 31, 0, 1, 2, 3)
    assert await alarms(store) == []
    (over,) = await alarms(store, only_open=False)
    assert (over.assignee_id, over.note) == (person, "no power"), "what was done stays"
    for only_open, many in ((True, 0), (False, 1)):
        found = await ask(store, redis_url, OF_DEVICE, id=device, open=only_open)
        assert len(found["node"]["alarms"]) == many


async def test_only_colleagues_look_after_what_is_in_sight(store: Store, redis_url: str) -> None:
    await say(store, 0, 0, 1, 2, 3)
    await say(store, 30)
    (row,) = await alarms(store)
    alarm = encode(Kind.NETWORK_ALARM, row.id)
    stranger = encode(Kind.USER, 2**40)
    for asked, code, field in (
        ({"alarm": alarm, "assignee": stranger}, "NOT_A_COLLEAGUE", "assignee"),
        ({"alarm": encode(Kind.NETWORK_ALARM, 2**40)}, "NOT_FOUND", "alarm"),
        ({"alarm": "nonsense"}, "NOT_FOUND", "alarm"),
    ):
        told = (await ask(store, redis_url, WORK, **asked))["workOnNetworkAlarm"]
        assert told == {"alarm": None, "errors": [{"code": code, "field": field}]}
    store.scope = replace(store.scope, permissions=frozenset({str(Permission.HEALTH_READ)}))
    events = Events(redis_url)
    async with Context(store.database, store.scope, events, MASTER_KEY) as context:
        result = await schema.execute(WORK, {"alarm": alarm}, context_value=context)
    await events.close()
    assert result.errors is not None
    assert "alerts:write" in result.errors[0].message


UNHEARD = """query($path: String!) { viewer { site(path: $path) {
  unheardCount children { unheardCount } } } }"""


async def test_who_was_newly_placed_is_not_heard_yet(store: Store, redis_url: str) -> None:
    events = Events(redis_url)

    async def unheard() -> int:
        async with Context(store.database, store.scope, events, MASTER_KEY) as context:
            told = await schema.execute(UNHEARD, {"path": "Region"}, context_value=context)
        assert told.errors is None
        assert told.data is not None
        site = told.data["viewer"]["site"]
        assert {child["unheardCount"] for child in site["children"]} == {0}, "it spans both houses"
        return int(site["unheardCount"])

    def is_silent(kinds: set[tuple[str, int | None]]) -> bool:
        return ("concentrator_silent", None) in kinds

    store.now = datetime.now(UTC)
    await look(store)
    assert not is_silent(await told(store))
    assert await unheard() == 1, "neither silent nor heard"
    store.now += timedelta(hours=4)
    await look(store)
    assert is_silent(await told(store))
    assert await unheard() == 0, "silent too long, it is counted once"
    await say(store, 0, 1, 2, 3)
    assert not is_silent(await told(store))
    assert await unheard() == 0
    await events.close()
