"""Users and roles, client programs, the audit log: nobody gives more than they may."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from argon2 import PasswordHasher
from sqlalchemy import select, text

from backend.clients.events import Events
from backend.graphql.context import Context
from backend.graphql.ids import Kind, encode
from backend.graphql.schema import schema
from backend.models.alerts import AlertRule
from domain.identity import Scope, SiteId, UserId
from tenants import provisioning
from tenants.oauth.accounts import account_for
from tenants.passwords import Passwords
from tenants.permissions import Role, permissions_of
from tenants.session import Database
from tests.factories import MASTER_KEY, make_tenant, place

CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
APPOINT = """mutation A($name: String!, $email: String!, $role: MemberRole!, $site: ID) {
  appointMember(input: {name: $name, email: $email, role: $role, site: $site}) {
    member { id name login role site { name } } password errors { code field } } }"""
DISMISS = """mutation D($member: ID!) { dismissMember(member: $member) {
  member { until } errors { code } } }"""
CLIENT = """mutation C($scopes: [ClientScope!]!) { createClient(input: {name: "Billing",
  scopes: $scopes}) { client { id scopes } secret errors { code } } }"""


class Office:
    def __init__(self, database: Database, events: Events, scope: Scope) -> None:
        self.database, self.events, self.scope = database, events, scope

    async def ask(self, document: str, scope: Scope | None = None, **values: Any) -> Any:
        asked = scope or self.scope
        async with Context(self.database, asked, self.events, MASTER_KEY) as context:
            context.passwords = CHEAP
            result = await schema.execute(document, values, context_value=context)
        assert result.errors is None, result.errors
        return result.data

    def as_role(self, role: Role, actor: str = "user:900", site: int | None = None) -> Scope:
        words = frozenset(str(word) for word in permissions_of(role))
        sites = None if site is None else frozenset({SiteId(site)})
        return Scope(self.scope.tenant_id, actor, words, sites)


@pytest_asyncio.fixture(scope="module")
async def office(database: Database, redis_url: str) -> AsyncIterator[Office]:
    made = await make_tenant(database, "An office")
    await place(database, made, {})
    admin = await provisioning.create_user(
        database,
        name="Admin",
        email="admin@office.example",
        password="a password for it",
        passwords=CHEAP,
        seat=provisioning.Seat(made.tenant_id, "tenant-admin"),
    )
    words = frozenset(str(word) for word in permissions_of(Role.TENANT_ADMIN))
    events = Events(redis_url)
    yield Office(database, events, Scope(made.tenant_id, f"user:{admin.user}", words))
    await events.close()


async def appointed(office: Office, scope: Scope | None = None, **values: Any) -> Any:
    told = {"name": "Somebody", "role": "OPERATOR"} | values
    return (await office.ask(APPOINT, scope, **told))["appointMember"]


async def test_a_new_member_signs_in_with_the_password_that_is_shown_once(office: Office) -> None:
    made = await appointed(office, email="Op@office.example", name="Olga")
    assert made["errors"] == []
    assert made["member"]["login"] == "op@office.example"
    account = await account_for(office.database, CHEAP, "op@office.example", made["password"])
    assert account is not None
    async with office.database.session(office.scope) as session:
        kinds = await session.scalars(select(AlertRule.kind).where(AlertRule.is_default))
        assert {"burst", "delivery"} <= set(kinds)  # from the first minute
    again = await appointed(office, email="op@office.example")
    assert again["errors"] == [{"code": "MEMBERSHIP_EXISTS", "field": "role"}]
    other = await appointed(office, email="op@office.example", role="AUDITOR")
    assert (other["password"], other["errors"]) == (None, [])
    listed = """query { viewer { members { edges { node { login role } } } grantableRoles } }"""
    viewer = (await office.ask(listed))["viewer"]
    found = {(one["node"]["login"], one["node"]["role"]) for one in viewer["members"]["edges"]}
    assert {("op@office.example", "OPERATOR"), ("op@office.example", "AUDITOR")} <= found
    assert "PARTNER_ADMIN" not in viewer["grantableRoles"]


async def test_nobody_gives_more_than_they_may(office: Office) -> None:
    partner = await appointed(office, email="x@office.example", role="PARTNER_ADMIN")
    assert [one["code"] for one in partner["errors"]] == ["GRANT_TOO_WIDE"]
    own = await appointed(office, email="admin@office.example", role="DISPATCHER")
    assert [one["code"] for one in own["errors"]] == ["GRANT_TOO_WIDE"]
    async with office.database.session(office.scope) as session:
        site = await session.scalar(text("SELECT id FROM site WHERE name = 'House 1'"))
    of_house = office.as_role(Role.TENANT_ADMIN, site=site)
    wide = await appointed(office, of_house, email="y@office.example")
    assert [one["code"] for one in wide["errors"]] == ["GRANT_TOO_WIDE"]
    here = await appointed(office, of_house, email="y@office.example", site=encode(Kind.SITE, site))
    assert here["errors"] == []
    assert here["member"]["site"] == {"name": "House 1"}
    reseller = office.as_role(Role.PARTNER_ADMIN)
    reading = await appointed(office, reseller, email="z@office.example", role="OPERATOR")
    assert [one["code"] for one in reading["errors"]] == ["GRANT_TOO_WIDE"]
    for words in (["READ", "CONTROL"], ["ADMINISTRATION"]):
        made = (await office.ask(CLIENT, scopes=words))["createClient"]
        wanted = [] if words == ["ADMINISTRATION"] else [{"code": "GRANT_TOO_WIDE"}]
        assert made["errors"] == wanted


async def test_the_last_administrator_stays_whoever_asks_at_once(office: Office) -> None:
    listed = "query { viewer { members { edges { node { id login role site { id } } } } } }"
    made = await appointed(office, email="second@office.example", role="TENANT_ADMIN")
    edges = (await office.ask(listed))["viewer"]["members"]["edges"]
    admins = [one["node"]["id"] for one in edges if one["node"]["role"] == "TENANT_ADMIN"]
    assert made["member"]["id"] in admins
    assert len(admins) == 2
    done = await asyncio.gather(*(office.ask(DISMISS, member=one) for one in admins))
    codes = [[error["code"] for error in one["dismissMember"]["errors"]] for one in done]
    assert sorted(codes) == [[], ["LAST_ADMIN"]]


async def test_programs_are_made_renewed_and_ended(office: Office) -> None:
    made = (await office.ask(CLIENT, scopes=["READ"]))["createClient"]
    assert made["errors"] == []
    client = made["client"]["id"]
    rotate = """mutation R($c: ID!) { rotateClientSecret(client: $c) { secret errors { code } } }"""
    fresh = (await office.ask(rotate, c=client))["rotateClientSecret"]
    assert fresh["secret"] not in {None, made["secret"]}
    revoke = """mutation E($c: ID!) { revokeClient(client: $c) { client { revokedAt }
      errors { code } } }"""
    ended = (await office.ask(revoke, c=client))["revokeClient"]
    assert ended["client"]["revokedAt"] is not None
    gone = (await office.ask(revoke, c=client))["revokeClient"]
    assert gone["errors"] == [{"code": "NOT_FOUND"}]


async def test_the_log_is_listed_filtered_and_verified(office: Office) -> None:
    await appointed(office, email="log@office.example", role="MANAGER")
    asked = """query L($action: String, $first: Int!) { viewer { auditCheck { entries brokenAt }
      auditLog(first: $first, action: $action) { edges { node { sequence action actor } }
        pageInfo { hasNextPage } } } }"""
    viewer = (await office.ask(asked, first=2))["viewer"]
    assert viewer["auditCheck"]["brokenAt"] is None
    assert viewer["auditCheck"]["entries"] >= len(viewer["auditLog"]["edges"]) == 2
    viewer = (await office.ask(asked, first=50, action="membership."))["viewer"]
    actions = {one["node"]["action"] for one in viewer["auditLog"]["edges"]}
    assert actions <= {"membership.add", "membership.end"}
    assert actions


async def test_a_person_dismissed_loses_the_sessions_of_that_role(office: Office) -> None:
    made = await appointed(office, email="gone@office.example", role="ACCOUNTANT")
    async with office.database.global_session() as session:
        user = await session.scalar(
            text("SELECT id FROM user_account WHERE email = 'gone@office.example'")
        )
    insert = text(
        "INSERT INTO refresh_token (tenant_id, token_hash, family, generation, client_id, user_id,"
        " roles, scope, authenticated_at, expires_at) VALUES (:t, :h, gen_random_uuid(), 1,"
        " 'console', :u, ARRAY['accountant'], 'read', now(), now() + interval '1 day')"
    )
    async with office.database.session(office.scope) as session:
        told = {"t": office.scope.tenant_id, "h": b"x", "u": UserId(int(user or 0))}
        await session.execute(insert, told)
    done = (await office.ask(DISMISS, member=made["member"]["id"]))["dismissMember"]
    assert done["errors"] == []
    async with office.database.session(office.scope) as session:
        ended = await session.scalar(
            text("SELECT revoked_at FROM refresh_token WHERE user_id = :u"), {"u": user}
        )
    assert ended is not None
