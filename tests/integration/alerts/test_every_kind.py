"""Every kind of alert from a push through the gateway to whoever is told of it, once.

Nothing here calls a judge: hours and events are pushed as a concentrator pushes them, while worker
and analyst run, Valkey is emptied again and again, and providers of ours stand for the real ones.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from backend.graphql.ids import Kind, encode
from backend.services.alerts import marking
from domain.alerts import AlertKind
from domain.hours import instant_of
from runtime.state import RuntimeState
from runtime.valkey import ValkeyServer
from tenants.session import Database
from tests.integration.alerts.at_work import at_work, until
from tests.integration.alerts.house import END, NOW
from tests.integration.alerts.kinds_town import (
    CALL_OFF,
    EVENT_OF,
    GONE,
    LIMITS,
    LOW,
    WAVE,
    KindsTown,
    ask_for_alerts,
    call_event,
    events_at,
    kinds_town,
)
from tests.servers import forget

K = AlertKind
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
    K.DR_EVENT: ("flat 3", "flat 4"),
}
"""Who is told of what; and nobody else is."""

LETTERS = """SELECT alert_id, channel, address, dedup_key FROM notification
WHERE tenant_id = :t AND alert_id IS NOT NULL"""
TITLES = "SELECT alert_id, subject FROM notification WHERE tenant_id = :t AND channel = 'push'"
ADDRESSES = "SELECT 'user:' || id, email FROM user_account"
WAITING = """SELECT n.channel FROM notification AS n
JOIN alert AS a ON a.tenant_id = n.tenant_id AND a.id = n.alert_id
WHERE n.tenant_id = :t AND a.cause = 'leak_sensor' AND n.state = 'waiting' AND n.attempts > 0"""


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
async def town(
    database: Database,
    database_url: str,
    valkey: ValkeyServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[KindsTown]:
    home = tmp_path_factory.mktemp("work")
    async with at_work(database, database_url, valkey.url, home) as work:
        made = await kinds_town(database, work, valkey.url)
        await made.push(LOW, WAVE, [])
        await made.judged()
        await ask_for_alerts(made)
        await call_event(made, NOW + timedelta(hours=6), "tonight")
        emptying = asyncio.create_task(_keep_emptying(made))
        await made.push(WAVE, END, events_at(instant_of(END - 1).isoformat()))
        await made.judged()
        await marking.announce(database, NOW)  # what the clock of each hour does
        yield made
        emptying.cancel()
        await made.valkey.aclose()


async def _keep_emptying(town: KindsTown) -> None:
    while True:
        await town.valkey.flushall()
        await asyncio.sleep(0.3)


@pytest.mark.parametrize("kind", sorted(WHO), ids=str)
async def test_it_reaches_inbox_stream_telephone_and_mailbox(
    town: KindsTown, kind: AlertKind
) -> None:
    providers = town.work.providers
    address = dict(map(tuple, await town.house.rows(ADDRESSES)))
    for name in WHO[kind]:
        mailbox = address[town.people[name].actor]

        async def reached(name: str = name, mailbox: str = mailbox) -> dict[str, Any]:
            mine = [one for one in await town.inbox(name) if one["kind"] == kind.upper()]
            title = None if not mine else await _title(town, mine[0]["id"])
            heard = {one["id"] for one in town.work.heard[name]}
            texts = "" if kind not in LIMITS else " ".join(one["text"] for one in providers.sms)
            return {
                "inbox": bool(mine) and all(one["text"] for one in mine),
                "stream": {one["id"] for one in mine} <= heard,
                "telephone": title in providers.pushes(name),
                "mailbox": title in providers.letters(mailbox),
                "sms": kind not in LIMITS or str(title) in texts,
                "over": all(one["value"] > one["limit"] for one in mine if kind in LIMITS),
            }

        await until(reached, lambda found: all(found.values()))


async def _title(town: KindsTown, alert: str) -> str | None:
    rows = await town.house.rows(TITLES)
    return next((row[1] for row in rows if encode(Kind.ALERT, row[0]) == alert), None)


def test_no_kind_is_left_out() -> None:
    assert set(WHO) == set(AlertKind)


async def test_whoever_is_above_inherits_and_nobody_else_hears(town: KindsTown) -> None:
    below = {one["id"] for one in await town.inbox("operator", await town.region())}
    assert below == {one["id"] for one in await town.inbox("operator")}
    due = {name: {kind.upper() for kind in WHO if name in WHO[kind]} for name in town.people}
    kinds = {name: {one["kind"] for one in await town.inbox(name)} for name in town.people}
    assert kinds == due
    heard = {name: {one["kind"] for one in told} for name, told in town.work.heard.items()}
    assert heard.pop("region") == heard["operator"]
    assert heard == due


async def test_an_endpoint_hears_of_the_staffs_alerts_alone(town: KindsTown) -> None:
    async def opened() -> set[str]:
        hooks = town.work.providers.hooks
        return {one["alert"]["kind"] for one in hooks if one["event"] == "alert.opened"}

    due = {kind.upper() for kind, who in WHO.items() if "operator" in who}
    await until(opened, lambda kinds: kinds >= due)
    assert await opened() == due


async def test_pushed_and_looked_at_again_nobody_is_told_again(town: KindsTown) -> None:
    before = list(map(tuple, await town.house.rows(LETTERS)))
    assert len(before) == len(set(before))
    await town.push(END, END, events_at((NOW - timedelta(minutes=1)).isoformat()))
    await town.judged()
    await marking.announce(town.house.database, NOW + timedelta(hours=1))
    await town.silent("alert_round")
    after = map(tuple, await town.house.rows(LETTERS))
    assert Counter(after) == Counter(before)
    messages = town.work.providers.firebase.messages
    assert len(messages) == len({(one["token"], one["data"]["id"]) for one in messages})


async def test_a_telephone_that_is_gone_is_forgotten(town: KindsTown) -> None:
    known = "SELECT token FROM push_device WHERE tenant_id = :t"
    await until(
        lambda: town.house.rows(known), lambda rows: {row[0] for row in rows} == set(town.people)
    )
    assert town.work.providers.pushes(GONE) == []


async def test_what_a_provider_did_not_take_is_taken_when_it_is_back(town: KindsTown) -> None:
    providers = town.work.providers
    before = len(providers.pushes("flat 4"))
    providers.firebase.outage, providers.mail.outage = "QUOTA_EXCEEDED", True
    moment = (NOW - timedelta(minutes=2)).isoformat()
    leak = {"network": 1, "channel": 204, "kind": "leak", "value": 1, "at": moment}
    await town.push(END, END, [leak])
    both = {"push", "email"}
    await until(lambda: town.house.rows(WAITING), lambda rows: {row[0] for row in rows} == both)
    assert len(providers.pushes("flat 4")) == before
    providers.firebase.outage, providers.mail.outage = None, False
    await town.change(  # as if the next attempt was due
        "UPDATE notification SET due_at = now() WHERE state = 'waiting'",
        "UPDATE work_bell SET due_at = now() WHERE kind = 'send'",
    )
    await until(lambda: town.house.rows(WAITING), lambda rows: not rows)
    assert len(providers.pushes("flat 4")) == before + 1


async def test_an_event_begins_by_itself_and_is_called_off_while_valkey_is_emptied(
    town: KindsTown,
) -> None:
    """Last here: the households of the second house are told of one event more."""
    event = await call_event(town, datetime.now(UTC) + timedelta(seconds=1), "soon")
    asked = {"id": event}

    async def seen() -> tuple[str, set[bool]]:
        found = (await town.house.ask(EVENT_OF, **asked))["viewer"]["drEvent"]
        inbox = [one for one in await town.inbox("flat 3") if one["drEvent"] == asked]
        return found["state"], {one["closedAt"] is None for one in inbox}

    await until(seen, lambda found: found == ("ACTIVE", {True}))
    done = await town.house.ask(CALL_OFF, **asked)
    assert done["cancelDrEvent"]["errors"] == []
    await until(seen, lambda found: found == ("CANCELLED", {False}))
    await until(lambda: _called_off(town), lambda pushes: len(pushes) == 1)


async def _called_off(town: KindsTown) -> list[str]:
    pushes = town.work.providers.pushes("flat 3")
    return [one for one in pushes if one.startswith("Called off")]
