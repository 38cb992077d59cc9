"""A partner as its administrator asks, for the tests of what partners do."""

from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from argon2 import PasswordHasher
from sqlalchemy import select

from backend.clients.events import Events
from backend.graphql.context import Context
from backend.graphql.ids import decode
from backend.graphql.schema import schema
from domain.identity import Scope, TenantId
from tenants import audit, provisioning
from tenants.models import AuditEntry
from tenants.passwords import Passwords
from tenants.permissions import Role, permissions_of
from tenants.session import Database
from tests.factories import MASTER_KEY

CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))

TENANT = "id name status plan limits { readingsPerHour storageMonths own } brand { name colour }"
CREATE = f"""mutation C($input: CreateTenantInput!) {{ createTenant(input: $input) {{
  tenant {{ {TENANT} }} errors {{ code field }} }} }}"""
APPOINT = """mutation A($input: AppointAdministratorInput!) {
  appointTenantAdministrator(input: $input) {
    administrator { id login } password errors { code field } } }"""
DISMISS = """mutation D($t: ID!, $a: ID!) { dismissTenantAdministrator(tenant: $t,
  administrator: $a) { administrator { id } errors { code } } }"""
SUSPEND = """mutation S($t: ID!, $why: String!) { suspendTenant(tenant: $t, reason: $why) {
  tenant { status } errors { code field } } }"""
RESUME = """mutation R($t: ID!) { resumeTenant(tenant: $t) {
  tenant { status } errors { code field } } }"""
PLAN = f"""mutation P($input: TenantPlanInput!) {{ setTenantPlan(input: $input) {{
  tenant {{ {TENANT} }} errors {{ code field }} }} }}"""
BRAND = f"""mutation B($input: TenantBrandInput!) {{ brandTenant(input: $input) {{
  tenant {{ {TENANT} }} errors {{ code field }} }} }}"""
ONE = """query One($t: ID!) { viewer { partner { tenant(id: $t) { name
  usage { meteringPoints concentrators houses users } readingsByDay { day readings }
  administrators { login } auditLog { edges { node { action detail } } } } } } }"""


class Reseller:
    """A partner, as its administrator asks."""

    def __init__(self, database: Database, events: Events, scope: Scope) -> None:
        self.database, self.events, self.scope = database, events, scope

    async def result(self, document: str, scope: Scope | None = None, **values: Any) -> Any:
        async with Context(self.database, scope or self.scope, self.events, MASTER_KEY) as context:
            context.passwords = CHEAP
            return await schema.execute(document, values, context_value=context)

    async def ask(self, document: str, scope: Scope | None = None, **values: Any) -> Any:
        result = await self.result(document, scope, **values)
        assert result.errors is None, result.errors
        return result.data

    async def tenant(self, name: str, **more: Any) -> Any:
        made = (await self.ask(CREATE, input={"name": name, **more}))["createTenant"]
        assert made["errors"] == []
        return made["tenant"]

    async def listed(self, **values: Any) -> list[str]:
        asked = "query L($s: String) { viewer { partner { tenants(search: $s) { edges { node { name } } } } } }"  # noqa: E501
        found = (await self.ask(asked, **values))["viewer"]["partner"]["tenants"]["edges"]
        return [one["node"]["name"] for one in found]


async def reseller(database: Database, events: Events, name: str) -> Reseller:
    made = await provisioning.create_partner(database, name=name)
    user = await provisioning.create_user(
        database,
        name="Boss",
        email=f"boss@{name.lower()}.example",
        password="a password for it",
        passwords=CHEAP,
        seat=provisioning.Seat(made.office, "partner-admin"),
    )
    return Reseller(database, events, as_role(made.office, Role.PARTNER_ADMIN, f"user:{user.user}"))


def as_role(tenant: TenantId, role: Role, actor: str = "user:1") -> Scope:
    return Scope(tenant, actor, frozenset(str(word) for word in permissions_of(role)))


@pytest_asyncio.fixture(scope="module")
async def two(database: Database, redis_url: str) -> AsyncIterator[tuple[Reseller, Reseller]]:
    events = Events(redis_url)
    yield await reseller(database, events, "First"), await reseller(database, events, "Second")
    await events.close()


def number(tenant: Any) -> TenantId:
    found = decode(tenant["id"])
    assert found is not None
    return TenantId(found[1])


async def trail(database: Database, tenant: TenantId) -> list[AuditEntry]:
    async with database.session(Scope(tenant)) as session:
        rows = list(await session.scalars(select(AuditEntry).order_by(AuditEntry.sequence)))
    assert audit.first_broken(rows) is None
    return rows
