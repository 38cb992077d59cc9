"""A house with two flats and water, its operator, its administrator, and two households."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select, text

from backend.clients.events import Events
from backend.graphql.context import Context
from backend.graphql.schema import schema
from backend.models.accounts import Resident
from backend.models.sites import Premise
from backend.services import upkeep
from backend.services.alerts import judging, marking, rounds
from backend.services.hours import rolling_up
from backend.services.households import members
from backend.services.model import premises
from backend.services.model.premises import MoveIn
from backend.store import bells
from backend.store.groups.structure import Structures
from domain.hours import day_of, hour_of, instant_of, midnight
from domain.identity import PremiseId, Scope, TenantId, UserId
from tenants import provisioning
from tenants.permissions import Role, permissions_of
from tenants.session import Database
from tests.daytime import NAME, ZONE
from tests.factories import MASTER_KEY, make_tenant, place
from tests.integration.store.pushing import Store

NOW = datetime.now(UTC)
END = hour_of(NOW)
TODAY = midnight(NOW.astimezone(ZONE).date(), ZONE)
LOW = TODAY - 10 * 24
PATH = "Region/City/House 1"
_numbers = count(1)

POWER = {1: 300, 2: 400, 100: 710}
"""Wh of an hour by channel; the inlet knows of a little more than the flats."""


@dataclass
class House:
    """The tenant, who acts in it, and what was pushed."""

    database: Database
    events: Events
    scope: Scope
    operator: Scope
    admin: Scope
    households: dict[int, Scope]
    store: Store
    counters: dict[int, int] = field(default_factory=dict)
    structures: Structures = field(default_factory=Structures)
    sequence: int = 0

    async def ask(self, document: str, scope: Scope | None = None, **values: Any) -> Any:
        asking = Context(self.database, scope or self.operator, self.events, MASTER_KEY)
        async with asking as context:
            result = await schema.execute(document, values, context_value=context)
        assert result.errors is None, result.errors
        return result.data

    async def push(
        self,
        hour: int,
        used: Mapping[int, int],
        events: list[dict[str, Any]] | None = None,
        status: dict[int, int] | None = None,
    ) -> None:
        """Push one hour of what was used by channel, and fold it."""
        for channel, amount in used.items():
            self.counters[channel] = self.counters.get(channel, 0) + amount
        self.sequence += 1
        self.store.now = max(NOW, instant_of(hour + 1) + timedelta(minutes=1))
        told = {channel: self.counters[channel] for channel in used}
        (block,) = self.store.frame(0, hour, told)["hours"]
        if status is not None:
            block["status"] = [status.get(channel, 0) for channel in used]
        frame = {"sequence": self.sequence, "hours": [block], "events": events or []}
        assert (await self.store.push(frame)).rejected == []
        await self.store.fold()

    async def judge(self, now: datetime = NOW) -> list[int]:
        """Roll up what is due, then hold rules against it; alerts that changed."""
        more = True
        while more:
            async with self.database.session(self.scope) as session:
                heard = await bells.heard(session, "roll_up")
                more = (await rolling_up.roll_up_due(session, heard, now, self.structures)).more
        changed: list[int] = []
        more = True
        while more:
            async with self.database.session(self.scope) as session:
                done = await judging.judge_next(session, now, self.structures)
            changed += done.alerts
            more = done.more
        return changed

    async def go_round(self, now: datetime = NOW) -> list[int]:
        """The round of an hour; alerts that changed."""
        await marking.announce(self.database, now)
        changed: list[int] = []
        more = True
        while more:
            async with self.database.session(self.scope) as session:
                done = await rounds.go_on(session, now, self.structures)
            changed += done.alerts
            more = done.more
        return changed

    async def rows(self, statement: str) -> list[Any]:
        async with self.database.session(self.scope) as session:
            given = {"t": self.scope.tenant_id}
            return list((await session.execute(text(statement), given)).all())


async def someone(database: Database, tenant: TenantId, role: str, locale: str) -> Scope:
    number = next(_numbers)
    made = await provisioning.create_user(
        database,
        name=f"{role} {number}",
        email=f"a{number}@alerts.example",
        password=None,
        locale=locale,
        actor="test",
    )
    await provisioning.add_membership(
        database, tenant=tenant, user=made.user, role=role, valid_from=NOW - timedelta(days=30)
    )
    held = frozenset(str(one) for one in permissions_of(role))
    return Scope(tenant, actor=f"user:{made.user}", permissions=held)


async def make_house(database: Database, redis_url: str) -> House:
    """Import the meters and push ten days of them."""
    number = next(_numbers)
    scope = replace(await make_tenant(database, f"alerts {number}", NAME), actor="alerts")
    serial, begun = f"JA{number}", instant_of(LOW - 1).isoformat()
    common = {
        "site_path": PATH,
        "concentrator": serial,
        "installed_at": begun,
        "initial_counter": "0",
    }
    rows = [
        common | {"meter_serial": f"E{one}", "channel": str(one), "premise": f"Flat {one}"}
        for one in (1, 2)
    ]
    rows.append(common | {"meter_serial": "IN", "channel": "100", "role": "inlet"})
    rows += [
        common
        | {
            "meter_serial": f"W{one}",
            "channel": str(200 + one),
            "premise": f"Flat {one}",
            "commodity": "water_cold",
        }
        for one in (1, 2)
    ]
    await place(database, scope, *rows)
    days = range(-2, 14)
    await upkeep.make_months(database, {day_of(LOW + 24 * at).replace(day=1) for at in days})
    tenant = scope.tenant_id
    house = House(
        database,
        Events(redis_url),
        scope,
        await someone(database, tenant, "operator", "en"),
        await someone(database, tenant, "tenant-admin", "en"),
        {
            1: await someone(database, tenant, "resident", "ro"),
            2: await someone(database, tenant, "resident", "ru"),
        },
        Store(database, scope, serial, NOW),
    )
    for flat, holder in house.households.items():
        await move_in(house, flat, holder, NOW - timedelta(days=8))
    blocks = []
    for hour in range(LOW, END - 1):
        for channel, amount in {**POWER, 201: 10, 202: 0}.items():
            house.counters[channel] = house.counters.get(channel, 0) + amount
        blocks += house.store.frame(0, hour, dict(house.counters))["hours"]
    for at in range(0, len(blocks), 24):
        house.sequence += 1
        await house.store.push({"sequence": house.sequence, "hours": blocks[at : at + 24]})
    await house.store.fold()
    return house


async def move_in(house: House, flat: int, holder: Scope, at: datetime) -> int:
    async with house.database.session(house.scope) as session:
        premise = await session.scalar(select(Premise.id).where(Premise.name == f"Flat {flat}"))
        assert premise is not None
        move = MoveIn(PremiseId(premise), f"ACC {flat}", f"Household {flat}", 2, at)
        made = await premises.move_in(session, move)
        resident = await session.get(Resident, {"tenant_id": made.tenant_id, "id": made.id})
        assert resident is not None
        user = UserId(int(holder.actor.removeprefix("user:")))
        await members.seat(session, resident, user, Role.RESIDENT, at)
        return made.id
