"""An event of demand response that a whole city is asked for: how long until everybody is told.

Households in flats of their own, each with a telephone and the rules that everybody has from the
start. ``call_s`` is the transaction that calls the event, ``raised_s`` the one that raises an alert
for each home and writes its letters, ``answers_per_s`` what households answer one after the other,
``moved_s`` and ``called_off_s`` telling all of them again. The last line is one JSON object.
"""

import argparse
import asyncio
import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from backend.clients.events import Events
from backend.services.demand_response import answering, calling
from backend.services.demand_response.calling import Asked
from backend.store.demand_response.events import Target
from backend.store.model import sites
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from bench import alerts
from bench.rig.installation import Installation, temporary_installation
from domain.identity import Scope, UserId
from domain.quantities import Commodity
from tenants.oauth.tokens import Grant
from tenants.permissions import Permission, Role

HOMES = 10_000
ANSWERS = 500
HOUR = timedelta(hours=1)
_LETTERS = "SELECT count(*) FROM notification WHERE tenant_id = $1"
_HOUSEHOLDS = "SELECT user_id, premise_id FROM home_member WHERE tenant_id = $1 LIMIT $2"


async def city(installation: Installation, homes: int) -> tuple[Scope, list[tuple[int, int]]]:
    """A tenant of so many households; its staff, and people with their homes."""
    one = await alerts.found(installation, homes, "D")
    await alerts.people(installation, one, homes)
    connection = await installation.superuser()
    people = await connection.fetch(_HOUSEHOLDS, one.scope.tenant_id, ANSWERS)
    await connection.close()
    staff = frozenset(str(permission) for permission in Permission)
    scope = Scope(one.scope.tenant_id, actor="user:1", permissions=staff)
    return scope, [(row[0], row[1]) for row in people]


async def called(work: Work, scope: Scope, now: datetime) -> tuple[int, float]:
    """An event for the whole tree; its number, and the seconds it took to call."""
    start = time.perf_counter()
    async with work.database.session(scope) as session:
        (top,) = await sites.tops(session)
        program = await calling.create_program(session, "Evenings", None, now)
        asked = Asked(
            program=program.id,
            name="Cold evening",
            commodity=Commodity.ELECTRICITY,
            level=2,
            priority=0,
            starts_at=now.replace(minute=0, second=0, microsecond=0) + 3 * HOUR,
            duration=HOUR,
            messages={"en": "Please use less."},
            targets=(Target(top.id, None),),
        )
        event = await calling.call(session, asked, now)
    return event.id, time.perf_counter() - start


async def answered(
    work: Work, scope: Scope, event: int, people: list[tuple[int, int]], now: datetime
) -> float:
    """Answers a second."""
    start = time.perf_counter()
    for user, premise in people:
        grant = Grant(scope.tenant_id, f"user:{UserId(user)}", "app", (Role.RESIDENT,), ("read",))
        async with work.database.session(replace(grant.scope(), actor=f"user:{user}")) as session:
            home = next(one.premise for one in session.scope.homes if one.premise == premise)
            await answering.answer(session, event, home, now, taking_part=premise % 3 != 0)
    return len(people) / (time.perf_counter() - start)


async def told(work: Work, scope: Scope) -> tuple[int, float]:
    """Alerts that changed, and the seconds it took."""
    start = time.perf_counter()
    _, changed = await alerts.judged(work, scope)
    return changed, time.perf_counter() - start


async def main(homes: int) -> None:
    """Measure and print."""
    now = datetime.now(UTC)
    async with temporary_installation() as installation:
        scope, people = await city(installation, homes)
        work = Work(installation.database, SilentQueue(), Events(installation.settings.redis_url))
        await told(work, scope)
        event, call_s = await called(work, scope, now)
        raised, raised_s = await told(work, scope)
        rate = await answered(work, scope, event, people, now)
        async with work.database.session(scope) as session:
            start = now.replace(minute=0, second=0, microsecond=0) + 4 * HOUR
            await calling.change(session, event, start, HOUR, now)
        _, moved_s = await told(work, scope)
        async with work.database.session(scope) as session:
            await calling.cancel(session, event, None, now)
        _, called_off_s = await told(work, scope)
        connection = await installation.superuser()
        letters = await connection.fetchval(_LETTERS, scope.tenant_id)
        await connection.close()
        await work.events.close()
    print(
        json.dumps(
            {
                "homes": raised,
                "call_s": round(call_s, 2),
                "raised_s": round(raised_s, 2),
                "answers_per_s": round(rate),
                "moved_s": round(moved_s, 2),
                "called_off_s": round(called_off_s, 2),
                "letters": letters,
            }
        )
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--homes", type=int, default=HOMES)
    asyncio.run(main(parser.parse_args().homes))
