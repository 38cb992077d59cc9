"""Alerts: rules held against one fold, and how soon somebody is told after a push.

First 100,000 rules (limits of hours, days and months; four fifths of households, the rest of one
operator) about as many meters: all of them push an hour, it is folded and rolled up, and the time
is taken in which every rule is held against it, with what opens written and its letters with it.
One in a hundred is exceeded.

Then a town with gateway, worker and analyst as processes of their own, and a push provider of
ours: every concentrator pushes an hour that exceeds a limit of one meter in ten. The time of
a letter runs from the acknowledgement of its push, as the concentrator has it, to its handing over.
The last line is one JSON object.
"""

import argparse
import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime

import httpx
import numpy as np
import orjson
import uvicorn

from backend.clients.events import Events
from backend.services.alerts import judging, marking, rounds
from backend.services.gateway.devices import Devices
from backend.tasks import metering
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from bench.rig import town
from bench.rig.installation import (
    MASTER_KEY,
    Installation,
    background,
    part,
    temporary_installation,
)
from bench.rig.town import CHANNELS, NETWORKS, Town
from domain.authenticity import signature
from domain.hours import hour_of, instant_of
from domain.identity import Scope, UserId
from ingestion.app import application
from ingestion.gateway import Gateway
from simulator.providers.firebase import Firebase, write_account
from tenants import provisioning

FRAMES = "/gateway/v1/frames"
WH = 700
"""Of every meter in every hour."""

LOW, HIGH = 0.5, 50.0
"""Limits [kWh] that an hour exceeds, and that nothing does."""

PATIENCE_S = 300.0
NOW = hour_of(datetime.now(UTC))

_PEOPLE = """
INSERT INTO user_account (email, name, locale)
SELECT 'r' || p.id || '@bench.example', 'R ' || p.id, (ARRAY['en', 'ru', 'ro'])[1 + p.id % 3]
FROM metering_point AS p WHERE p.tenant_id = $1 AND p.role = 'consumer'
"""
_ACCOUNTS = """
INSERT INTO account (tenant_id, premise_id, number)
SELECT $1, premise_id, 'A' || id FROM metering_point
WHERE tenant_id = $1 AND role = 'consumer' AND premise_id IS NOT NULL
"""
_RESIDENTS = """
INSERT INTO resident (tenant_id, account_id, user_id, name, moved_in_at)
SELECT $1, a.id, u.id, u.name, now() - interval '90 days' FROM account AS a
JOIN user_account AS u ON u.email = 'r' || substr(a.number, 2) || '@bench.example'
WHERE a.tenant_id = $1
"""
_HOMES = """
INSERT INTO home_member (tenant_id, resident_id, premise_id, user_id, role, since)
SELECT $1, r.id, a.premise_id, r.user_id, 'resident', r.moved_in_at FROM resident AS r
JOIN account AS a ON a.tenant_id = $1 AND a.id = r.account_id WHERE r.tenant_id = $1
"""
_RULES = """
INSERT INTO alert_rule (tenant_id, user_id, kind, point_id, threshold, channels, set_at)
SELECT $1::int, CASE WHEN p.id % 5 = 0 THEN $2::bigint ELSE u.id END,
       (ARRAY['day_limit', 'hour_limit', 'day_limit', 'hour_limit', 'month_forecast'])[1 + p.n % 5],
       p.id, CASE WHEN p.n % $3 = 1 THEN $4::float8 ELSE 1000 * $5::float8 END,
       ARRAY['push', 'email'], now() - interval '1 day'
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM metering_point
      WHERE tenant_id = $1 AND role = 'consumer') AS p
JOIN user_account AS u ON u.email = 'r' || p.id || '@bench.example'
"""
_PHONES = """
INSERT INTO push_device (tenant_id, user_id, token, platform, version, locale, zone)
SELECT $1, user_id, 'token ' || user_id, 'android', '1', 'en', 'Europe/Chisinau' FROM resident
WHERE tenant_id = $1
"""
_TOLD = """
SELECT c.serial, extract(epoch FROM n.handed_at)::float8, extract(epoch FROM n.created_at)::float8,
       extract(epoch FROM n.sent_at)::float8
FROM notification AS n JOIN alert AS a ON a.tenant_id = n.tenant_id AND a.id = n.alert_id
JOIN installation AS i ON i.tenant_id = n.tenant_id AND i.point_id = a.point_id
JOIN channel AS h ON h.tenant_id = n.tenant_id AND h.series_id = i.series_id
JOIN concentrator AS c ON c.tenant_id = n.tenant_id AND c.id = h.concentrator_id
WHERE n.tenant_id = $1 AND n.channel = 'push' AND n.handed_at IS NOT NULL
"""
_WAITING = """
SELECT EXISTS (SELECT FROM work_bell WHERE kind IN ('fold', 'roll_up', 'alerts'))
    OR EXISTS (SELECT FROM notification WHERE state = 'waiting')
"""


async def found(installation: Installation, meters: int, name: str) -> Town:
    """A tenant of whole concentrators with at least so many meters."""
    serials = [f"{name}{n}" for n in range(-(-meters // (NETWORKS * CHANNELS)))]
    rows = town.full_rows(serials, instant_of(NOW - 4))
    return await town.found(installation, f"alerts {name}", town.file_of(rows))


async def people(installation: Installation, one: Town, every: int) -> int:
    """Households with a rule each, and an operator with the rest; how many rules there are."""
    made = await provisioning.create_user(
        installation.database, name="Operator", email=f"op{one.scope.tenant_id}@bench.example"
    )
    await provisioning.add_membership(
        installation.database, tenant=one.scope.tenant_id, user=UserId(made.user), role="operator"
    )
    connection = await installation.superuser()
    tenant = one.scope.tenant_id
    for statement in (_PEOPLE, _ACCOUNTS, _RESIDENTS, _HOMES):
        await connection.execute(statement, tenant)
    await connection.execute(_RULES, tenant, made.user, every, LOW, HIGH)
    await connection.execute(_PHONES, tenant)
    await connection.execute("VACUUM ANALYZE")
    count: int = await connection.fetchval(
        "SELECT count(*) FROM alert_rule WHERE tenant_id = $1", tenant
    )
    await connection.close()
    return count


def request_of(serial: str, secret: str, hour: int, sequence: int) -> tuple[bytes, dict[str, str]]:
    """A signed push of one hour of every channel of a concentrator."""
    counted = WH * (hour - (NOW - 4) + 1)
    block = {
        "hour": instant_of(hour).isoformat().replace("+00:00", "Z"),
        "channels": list(range(CHANNELS)),
        "counters": [counted] * CHANNELS,
    }
    hours = [block | {"network": network} for network in range(1, NETWORKS + 1)]
    body = orjson.dumps({"frames": [{"sequence": sequence, "hours": hours}]})
    now = datetime.now(UTC).isoformat()
    mark = signature(secret, "POST", FRAMES, serial, sequence + 1, now, body)
    return body, {
        "Content-Type": "application/json",
        "X-Balance-Device": serial,
        "X-Balance-Counter": str(sequence + 1),
        "X-Balance-Time": now,
        "Authorization": f"HMAC {mark}",
    }


async def push(
    client: httpx.AsyncClient, devices: Sequence[tuple[str, str]], hour: int, sequence: int
) -> dict[str, float]:
    """Push an hour of all concentrators; when each was acknowledged."""
    acknowledged: dict[str, float] = {}
    turns = asyncio.Semaphore(8)

    async def one(serial: str, secret: str) -> None:
        body, headers = request_of(serial, secret, hour, sequence)
        async with turns:
            answer = await client.post(FRAMES, content=body, headers=headers, timeout=120)
        if answer.json()["accepted"] != [sequence]:
            raise RuntimeError(f"not accepted: {answer.text[:500]}")
        acknowledged[serial] = time.time()

    await asyncio.gather(*(one(*device) for device in devices))
    return acknowledged


async def rate(installation: Installation, meters: int) -> dict[str, object]:
    """Rules held against one fold in a second."""
    one = await found(installation, meters, "R")
    scope = Scope(one.scope.tenant_id, actor="bench")
    events = Events(installation.settings.redis_url)
    work = Work(installation.database, SilentQueue(), events)
    gateway = Gateway(
        installation.database, Devices(installation.database, MASTER_KEY), SilentQueue()
    )
    transport = httpx.ASGITransport(application(gateway))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        for sequence, hour in enumerate((NOW - 4, NOW - 3, NOW - 2)):
            await push(client, one.devices, hour, sequence)
        await metering.fold(work, scope.tenant_id)
        await metering.roll_up(work, scope.tenant_id)
        await judged(work, scope)
        count = await people(installation, one, 100)
        await _round(work, scope)
        print(f"{count:,} rules, {len(one.devices)} concentrators", flush=True)
        await push(client, one.devices, NOW - 1, 3)
        await metering.fold(work, scope.tenant_id)
        await metering.roll_up(work, scope.tenant_id)
        start = time.perf_counter()
        held, opened = await judged(work, scope)
        took = time.perf_counter() - start
        start = time.perf_counter()
        await _round(work, scope)
        went = time.perf_counter() - start
    await events.close()
    print(f"{held:,} rules in {took:.2f} s, {opened:,} alerts; the round {went:.1f} s", flush=True)
    return {
        "rules": held,
        "alerts_opened": opened,
        "judged_s": round(took, 3),
        "rules_per_s": round(held / took),
        "round_s": round(went, 2),
    }


async def judged(work: Work, scope: Scope) -> tuple[int, int]:
    """Rules that were held against what is new, and alerts that changed by it."""
    held = opened = 0
    more = True
    while more:
        async with work.database.session(scope) as session:
            done = await judging.judge_next(session, datetime.now(UTC), work.structures)
        held, opened, more = held + done.rules, opened + len(done.alerts), done.more
    return held, opened


async def _round(work: Work, scope: Scope) -> None:
    await marking.announce(work.database, datetime.now(UTC))
    more = True
    while more:
        async with work.database.session(scope) as session:
            more = (await rounds.go_on(session, datetime.now(UTC), work.structures)).more


@asynccontextmanager
async def provider(installation: Installation) -> AsyncIterator[Firebase]:
    """A push provider of ours, to which the parts of the product are pointed."""
    firebase = Firebase()
    config = uvicorn.Config(firebase.application(), port=0, log_level="error")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody
        await asyncio.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    account = installation.settings.home / "push.json"
    write_account(account, url)
    os.environ["BALANCE_FCM_CREDENTIALS"], os.environ["BALANCE_FCM_URL"] = str(account), url
    yield firebase
    server.should_exit = True
    await serving


async def delay(installation: Installation, meters: int) -> dict[str, object]:
    """How soon people are told, in a town at work."""
    one = await found(installation, meters, "T")
    settings = installation.settings
    base = f"http://127.0.0.1:{settings.gateway_port}"
    async with provider(installation) as firebase, httpx.AsyncClient(base_url=base) as client:
        with ExitStack() as stack:
            stack.enter_context(part(installation, "gateway", settings.gateway_port))
            for name in ("worker", "analyst"):
                stack.enter_context(background(installation, name))
            for sequence, hour in enumerate((NOW - 4, NOW - 3, NOW - 2)):
                await push(client, one.devices, hour, sequence)
            await _settled(installation)
            await people(installation, one, 10)
            acknowledged = await push(client, one.devices, NOW - 1, 3)
            await _settled(installation)
        arrived = len(firebase.messages)
    connection = await installation.superuser()
    rows = await connection.fetch(_TOLD, one.scope.tenant_id)
    await connection.close()
    waits = np.array([row[1] - acknowledged[row[0]] for row in rows])
    written = np.array([row[2] - acknowledged[row[0]] for row in rows])
    print(
        f"{len(rows):,} letters of {len(one.devices) * NETWORKS * CHANNELS:,} meters,"
        f" {arrived:,} arrived; written after p50 {np.median(written):.2f} s",
        flush=True,
    )
    return {
        "meters": len(one.devices) * NETWORKS * CHANNELS,
        "letters": len(rows),
        "arrived": arrived,
        "p50_s": round(float(np.median(waits)), 2),
        "p99_s": round(float(np.quantile(waits, 0.99)), 2),
    }


async def _settled(installation: Installation) -> None:
    until = time.monotonic() + PATIENCE_S
    connection = await installation.superuser()
    while await connection.fetchval(_WAITING):
        if time.monotonic() > until:
            raise RuntimeError("what was pushed is still not told")
        await asyncio.sleep(0.2)
    await connection.close()


async def main(options: argparse.Namespace) -> None:
    """Measure and print."""
    answer: dict[str, object] = {}
    async with temporary_installation() as installation:
        answer |= await rate(installation, options.rules)
    async with temporary_installation() as installation:
        answer |= await delay(installation, options.meters)
    print(json.dumps(answer))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=int, default=100_000)
    parser.add_argument("--meters", type=int, default=10_000)
    asyncio.run(main(parser.parse_args()))
