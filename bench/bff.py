"""The app's first screen in one answer, beside the same data asked of free GraphQL.

A house of thirty real homes, a resident of one of them, and the API with its BFF in a process of
its own. ``/bff/home`` and one GraphQL document that asks for as much are asked in turn, in short
rounds, since the machine may have other work. ``home_gzip_kb`` is what travels, ``ratio`` how many
screens are answered for each answer of GraphQL: while nothing in the home changes, and, with
``made_`` ahead, when every one is made anew. The last line is one JSON object.
"""

import argparse
import asyncio
import gzip
import json
import os
import statistics
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import orjson
from sqlalchemy import select

from backend.clients.events import Events
from backend.models.sites import Premise
from backend.services.households import members
from backend.services.model import premises
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from bench.rig import asking, homes
from bench.rig.asking import Clients
from bench.rig.installation import MASTER_KEY, Installation, part, temporary_installation
from domain.identity import PremiseId, Scope, UserId
from tenants.oauth.keys import KeyRing
from tenants.oauth.tokens import Grant, Mint
from tenants.permissions import Role
from tenants.provisioning import create_user
from tenants.session import Database

CONNECTIONS = 8
ZONE = ZoneInfo("Europe/Chisinau")
DOCUMENT = """
query Home($from: DateTime!, $to: DateTime!, $month: DateTime!, $now: DateTime!, $day: Date!) {
  viewer { permissions
  homes { premiseId since holder premise { name site { path } } }
  alerts(first: 1, onlyOpen: true) { edges { node { id kind severity openedAt title text } } }
  meteringPoints { edges { node { id name commodity quantity meter { serial }
    profile(from: $from, to: $to, step: "PT1H") { start timezone unit values quality }
    houseAverage(from: $from, to: $to, step: "PT1H") { values }
    monthToDate { soFar average forecast { p10 p50 p90 } }
    indicators(from: $month, to: $now) { homes byArea consumption norm temperature efficiency }
    forecast(day: $day) { start p10 p50 p90 }
    supply { state limitKw bar limits command }
} } } } }
"""


async def resident(installation: Installation, scope: Scope) -> str:
    """Somebody who lives in a flat of the house; the token of their app."""
    database = installation.database
    person = await create_user(database, name="Ana", email="ana@bench.example")
    await settle(database, scope, person.user)
    keys = KeyRing(database, MASTER_KEY)
    await keys.refresh()
    scopes = ("read", "metering", "control")
    grant = Grant(scope.tenant_id, f"user:{person.user}", "app", (Role.RESIDENT,), scopes)
    return Mint(keys, installation.settings.public_url).access_token(grant)


async def settle(database: Database, scope: Scope, person: UserId) -> None:
    """Let somebody live in the first flat, since before its history begins."""
    since = datetime.now(UTC) - timedelta(days=900)
    async with database.session(scope) as session:
        premise = (await session.scalars(select(Premise.id).order_by(Premise.id))).first()
        assert premise is not None
        move = premises.MoveIn(PremiseId(premise), "A-1", "Ana", 2, since)
        household = await premises.move_in(session, move)
        household.user_id = person
        await members.seat(session, household, person, Role.RESIDENT, since)


def variables() -> dict[str, str]:
    """Today in the house's zone, and its month."""
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    day = now.astimezone(ZONE).replace(hour=0)
    return {
        "from": day.isoformat(),
        "to": (day + timedelta(days=1)).replace(hour=0).isoformat(),
        "month": day.replace(day=1).isoformat(),
        "now": now.isoformat(),
        "day": day.date().isoformat(),
    }


def requests_of(token: str) -> tuple[str, str]:
    """Screen and document as they go over the wire."""
    told = f"Host: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nX-Balance-App: android/1.0.0\r\n"
    body = orjson.dumps({"query": DOCUMENT, "variables": variables()}).decode()
    screen = f"GET /bff/home HTTP/1.1\r\n{told}Accept-Encoding: gzip\r\n\r\n"
    kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return screen, f"POST /graphql HTTP/1.1\r\n{told}{kind}\r\n{body}"


async def sizes(port: int, token: str) -> dict[str, float]:
    """What travels for the screen; what the document answers must be whole."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
        screen = await client.get("/bff/home")
        screen.raise_for_status()
        free = await client.post("/graphql", json={"query": DOCUMENT, "variables": variables()})
        told = free.json()
        if "errors" in told or not told["data"]["viewer"]["meteringPoints"]["edges"]:
            raise RuntimeError(free.text[:500])
        print(json.dumps(screen.json())[:300])
    packed = len(gzip.compress(screen.content, 6, mtime=0))
    return {
        "home_kb": round(len(screen.content) / 1024, 2),
        "home_gzip_kb": round(packed / 1024, 2),
        "graphql_kb": round(len(free.content) / 1024, 2),
    }


async def measure(
    installation: Installation, token: str, rounds: int, kept: int
) -> dict[str, float]:
    """Ask both in turn, of a process that keeps so many screens."""
    os.environ["BALANCE_KEPT_SCREENS"] = str(kept)
    port = installation.settings.port
    with part(installation, "api", port):
        found = await sizes(port, token)
        screen, free = requests_of(token)
        async with asking.started() as clients:
            for request in (screen, free):
                await clients.ask(port, request, 2, CONNECTIONS)  # warm
            pairs = [await _pair(clients, port, screen, free) for _ in range(rounds)]
    found |= {
        "rps": round(statistics.median(one["rps"] for one, _ in pairs), 1),
        "p50_ms": round(statistics.median(one["p50"] for one, _ in pairs), 1),
        "p99_ms": round(statistics.median(one["p99"] for one, _ in pairs), 1),
        "graphql_rps": round(statistics.median(other["rps"] for _, other in pairs), 1),
        "ratio": round(statistics.median(one["rps"] / other["rps"] for one, other in pairs), 3),
    }
    return found


async def _pair(
    clients: Clients, port: int, screen: str, free: str
) -> tuple[dict[str, float], dict[str, float]]:
    one = await clients.ask(port, screen, 1.5, CONNECTIONS)
    other = await clients.ask(port, free, 1.5, CONNECTIONS)
    print(f"home {one['rps']:.0f} requests/s, GraphQL {other['rps']:.0f}")
    return one, other


async def main(rounds: int) -> None:
    """Fill, measure and print."""
    os.environ["BALANCE_REQUESTS_PER_MINUTE"] = "100000000"
    async with temporary_installation() as installation:
        events = Events(installation.settings.redis_url)
        work = Work(installation.database, SilentQueue(), events)
        made, _ = await homes.houses(installation, work, 1)
        token = await resident(installation, made.scope)
        print(f"one worker, {CONNECTIONS} kept connections, one meter in the home")
        made_anew = await measure(installation, token, rounds, kept=0)
        found = await measure(installation, token, rounds, kept=2000)
        found |= {f"made_{name}": made_anew[name] for name in ("rps", "p50_ms", "p99_ms", "ratio")}
        print(json.dumps(found))
        await events.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="of each, in turn")
    asyncio.run(main(parser.parse_args().rounds))
