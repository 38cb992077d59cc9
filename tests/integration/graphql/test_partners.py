"""Partners run their own tenants from their office: no readings, and never another's tenants."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from sqlalchemy import select

from backend.clients.events import Events
from backend.graphql.context import Context
from backend.graphql.ids import Kind, decode, encode
from backend.graphql.schema import schema
from backend.services.gateway.devices import Devices
from backend.services.limits import LimitDirectory
from backend.tasks.queue import SilentQueue
from domain.errors import UnauthenticatedError
from domain.identity import Scope, TenantId
from ingestion.app import application
from ingestion.gateway import Gateway
from tenants import audit, provisioning
from tenants.limits import Limits
from tenants.models import AuditEntry, Tenant
from tenants.oauth.accounts import account_for, choices_of, suspended_of
from tenants.passwords import Passwords
from tenants.permissions import Role, permissions_of
from tenants.session import Database
from tenants.standing import Standing
from tests.factories import MASTER_KEY, PushingConcentrator, block, place

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


async def test_a_tenant_is_brought_and_gets_its_administrator(
    two: tuple[Reseller, Reseller],
) -> None:
    first, _ = two
    made = await first.tenant("  Green   Hill ", plan="TRIAL", locale="ro")
    assert (made["name"], made["status"], made["plan"]) == ("Green Hill", "ACTIVE", "TRIAL")
    assert made["limits"] == {"readingsPerHour": 100_000, "storageMonths": 3, "own": []}
    twice = await first.ask(CREATE, input={"name": "Green Hill"})
    assert twice["createTenant"]["errors"] == [{"code": "TENANT_EXISTS", "field": "name"}]
    wrong = await first.ask(CREATE, input={"name": "Kathmandu", "timezone": "Asia/Kathmandu"})
    assert wrong["createTenant"]["errors"] == [
        {"code": "TIMEZONE_NOT_WHOLE_HOUR", "field": "timezone"}
    ]
    told = {"tenant": made["id"], "name": "Ann", "email": "ann@hill.example"}
    appointed = (await first.ask(APPOINT, input=told))["appointTenantAdministrator"]
    assert appointed["errors"] == []
    assert await account_for(first.database, CHEAP, "ann@hill.example", appointed["password"])
    own = {"tenant": made["id"], "name": "Boss", "email": "boss@first.example"}
    refused = (await first.ask(APPOINT, input=own))["appointTenantAdministrator"]
    assert [one["code"] for one in refused["errors"]] == ["GRANT_TOO_WIDE"]
    last = await first.ask(DISMISS, t=made["id"], a=appointed["administrator"]["id"])
    assert last["dismissTenantAdministrator"]["errors"] == [{"code": "LAST_ADMIN"}]
    seen = (await first.ask(ONE, t=made["id"]))["viewer"]["partner"]["tenant"]
    assert [one["login"] for one in seen["administrators"]] == ["ann@hill.example"]
    assert seen["usage"] == {"meteringPoints": 0, "concentrators": 0, "houses": 0, "users": 1}
    assert len(seen["readingsByDay"]) == 7
    assert {one["readings"] for one in seen["readingsByDay"]} == {0}
    acts = [one["node"]["action"] for one in seen["auditLog"]["edges"]]
    assert acts == ["membership.add", "tenant.limits", "tenant.create"]
    office = await trail(first.database, first.scope.tenant_id)
    assert [one.action for one in office][-3:] == [
        *("tenant.create", "tenant.limits", "membership.add"),
    ]
    assert {one.actor for one in office[-3:]} == {first.scope.actor}


async def test_a_partner_finds_its_own_tenants_alone(two: tuple[Reseller, Reseller]) -> None:
    first, second = two
    mine = await first.tenant("Mine")
    other = await second.tenant("Theirs")
    assert "Theirs" not in await first.listed()
    assert "Mine" in await first.listed()
    assert await first.listed(s="mine") == ["Mine"]
    assert await first.listed(s="%") == []
    for foreign in (
        other["id"],
        encode(Kind.TENANT, second.scope.tenant_id),
        encode(Kind.TENANT, first.scope.tenant_id),
        encode(Kind.TENANT, 2**40),
        encode(Kind.SITE, number(other)),
        "nonsense",
    ):
        assert (await first.ask(ONE, t=foreign))["viewer"]["partner"]["tenant"] is None
        acts = [
            (SUSPEND, {"t": foreign, "why": "unpaid"}),
            (RESUME, {"t": foreign}),
            (PLAN, {"input": {"tenant": foreign, "plan": "LARGE"}}),
            (BRAND, {"input": {"tenant": foreign, "name": "Hijacked"}}),
            (APPOINT, {"input": {"tenant": foreign, "name": "E", "email": "eve@first.example"}}),
            (DISMISS, {"t": foreign, "a": encode(Kind.MEMBERSHIP, 1)}),
        ]
        for document, values in acts:
            (payload,) = (await first.ask(document, **values)).values()
            assert [one["code"] for one in payload["errors"]] == ["NOT_FOUND"], document
    async with first.database.global_session() as session:
        row = await session.get_one(Tenant, number(other))
    assert (row.status, row.plan, row.brand_name) == ("active", "standard", None)
    assert [one.action for one in await trail(first.database, number(other))] == ["tenant.create"]
    assert mine["status"] == "ACTIVE"


async def test_tenants_are_run_from_the_office_by_its_administrators(
    two: tuple[Reseller, Reseller],
) -> None:
    first, _ = two
    made = await first.tenant("Elsewhere")
    outside = [
        as_role(number(made), Role.PARTNER_ADMIN),
        as_role(number(made), Role.TENANT_ADMIN),
        as_role(first.scope.tenant_id, Role.TENANT_ADMIN),
    ]
    for scope in outside:
        seen = await first.ask("{ viewer { partner { name } } }", scope)
        assert seen == {"viewer": {"partner": None}}
    refused = await first.ask(CREATE, outside[0], input={"name": "More"})
    assert [one["code"] for one in refused["createTenant"]["errors"]] == ["NOT_A_PARTNER"]
    result = await first.result(CREATE, outside[1], input={"name": "More"})
    assert [one.original_error.code for one in result.errors] == ["FORBIDDEN"]
    roles = "{ viewer { grantableRoles partner { name } } }"
    home = (await first.ask(roles))["viewer"]
    assert home == {"grantableRoles": ["PARTNER_ADMIN"], "partner": {"name": "First"}}
    away = (await first.ask(roles, outside[0]))["viewer"]
    assert away["grantableRoles"] == ["TENANT_ADMIN"]


MEMBER = """mutation M($email: String!, $role: MemberRole!) {
  appointMember(input: {name: "N", email: $email, role: $role}) {
    member { id } errors { code } } }"""
END = """mutation E($member: ID!) { dismissMember(member: $member) { errors { code } } }"""


async def test_an_office_appoints_its_own_and_keeps_its_last_administrator(
    two: tuple[Reseller, Reseller],
) -> None:
    _, second = two
    wide = (await second.ask(MEMBER, email="x@second.example", role="OPERATOR"))["appointMember"]
    assert wide["errors"] == [{"code": "GRANT_TOO_WIDE"}]
    made = await second.ask(MEMBER, email="colleague@second.example", role="PARTNER_ADMIN")
    assert made["appointMember"]["errors"] == []
    colleague = made["appointMember"]["member"]["id"]
    assert (await second.ask(END, member=colleague))["dismissMember"]["errors"] == []
    listed = "{ viewer { members { edges { node { id login } } } } }"
    edges = (await second.ask(listed))["viewer"]["members"]["edges"]
    (boss,) = [one["node"] for one in edges]
    assert boss["login"] == "boss@second.example"
    last = (await second.ask(END, member=boss["id"]))["dismissMember"]
    assert last["errors"] == [{"code": "LAST_ADMIN"}]


async def test_a_partner_reads_no_meters(two: tuple[Reseller, Reseller]) -> None:
    first, _ = two
    made = await first.tenant("Private")
    await place(first.database, as_role(number(made), Role.TENANT_ADMIN), {"concentrator": "J9"})
    seen = (await first.ask(ONE, t=made["id"]))["viewer"]["partner"]["tenant"]
    assert seen["usage"]["meteringPoints"] == 1
    for field in (
        "sites { name }",
        "meteringPoints { edges { node { id } } }",
        "alerts { edges { node { id } } }",
    ):
        result = await first.result(f"{{ viewer {{ {field} }} }}")
        assert [one.original_error.code for one in result.errors] == ["FORBIDDEN"], field


async def test_plans_hold_and_own_figures_lie_over_them(two: tuple[Reseller, Reseller]) -> None:
    first, _ = two
    made = await first.tenant("Planned")
    asked = {"tenant": made["id"], "plan": "LARGE", "storageMonths": 60}
    changed = (await first.ask(PLAN, input=asked))["setTenantPlan"]
    assert changed["errors"] == []
    assert changed["tenant"]["limits"] == {
        "readingsPerHour": 100_000_000,
        "storageMonths": 60,
        "own": ["storageMonths"],
    }
    directory = LimitDirectory(database=first.database)
    await directory.read()
    assert directory.of(number(made)).storage_months == 60
    assert directory.of(number(made)).requests_per_minute == 15_000
    wrong = (await first.ask(PLAN, input=asked | {"storageMonths": 0}))["setTenantPlan"]
    assert wrong["errors"] == [{"code": "BAD_QUOTA", "field": "storage_months"}]
    back = await first.ask(PLAN, input={"tenant": made["id"], "plan": "STANDARD"})
    assert back["setTenantPlan"]["tenant"]["limits"]["own"] == []
    await directory.read()
    assert directory.of(number(made)) == Limits()


@pytest.mark.parametrize(
    ("brand", "error"),
    [
        ({"colour": "red"}, ("INVALID_COLOUR", "colour")),
        ({"colourDark": "#12345"}, ("INVALID_COLOUR", "colourDark")),
        ({"logoUrl": "http://plain.example/x.png"}, ("INVALID_ADDRESS", "logoUrl")),
        ({"logoUrl": "https://a.example/x.png; script-src *"}, ("INVALID_ADDRESS", "logoUrl")),
        ({"logoUrl": "https://a.example\n/x.png"}, ("INVALID_ADDRESS", "logoUrl")),
        ({"name": "a" * 201}, ("INVALID_NAME", "name")),
    ],
)
async def test_a_brand_that_cannot_be_shown_is_refused(
    two: tuple[Reseller, Reseller], brand: dict[str, str], error: tuple[str, str]
) -> None:
    first, _ = two
    known = await first.listed(s="Branded")
    if not known:
        await first.tenant("Branded")
    asked = '{ viewer { partner { tenants(search: "Branded") { edges { node { id } } } } } }'
    edges = (await first.ask(asked))["viewer"]["partner"]["tenants"]["edges"]
    told = {"tenant": edges[0]["node"]["id"], **brand}
    refused = (await first.ask(BRAND, input=told))["brandTenant"]
    assert refused["errors"] == [{"code": error[0], "field": error[1]}]


async def test_a_brand_shows_to_the_tenants_people(two: tuple[Reseller, Reseller]) -> None:
    first, _ = two
    made = await first.tenant("Waterworks of the Valley")
    told = {
        "tenant": made["id"],
        "name": "Aqua",
        "colour": "#1470b8",
        "logoUrl": "https://cdn.example:8443/logo-1.png",
    }
    branded = (await first.ask(BRAND, input=told))["brandTenant"]
    assert branded["tenant"]["brand"] == {"name": "Aqua", "colour": "#1470B8"}
    asked = "{ viewer { tenant { name brand { name colour colourDark logoUrl } } } }"
    seen = await first.ask(asked, as_role(number(made), Role.OPERATOR))
    assert seen["viewer"]["tenant"]["brand"] == {
        "name": "Aqua",
        "colour": "#1470B8",
        "colourDark": None,
        "logoUrl": "https://cdn.example:8443/logo-1.png",
    }
    plain = (await first.ask(BRAND, input={"tenant": made["id"], "name": " "}))["brandTenant"]
    assert plain["tenant"]["brand"] == {"name": None, "colour": None}


TILES = """mutation T($url: String, $by: String) {
  setMapTiles(input: {url: $url, attribution: $by}) {
  mapTiles { url attribution } errors { code field } } }"""


@pytest.mark.parametrize(
    "url",
    [
        "http://tiles.example/{z}/{x}/{y}.png",
        "https://tiles.example/{z}/{x}.png",
        "https://tiles.example/{z}/{x}/{y}/{y}.png",
        "https://tiles.example/{z}/{x}/{y}.png?k={key}",
        "https://{z}.example/{x}/{y}.png",
        "https://tiles.example/{z}/{x}/{y}.png; script-src *",
        "https://tiles.example/map.png",
    ],
)
async def test_tiles_that_cannot_be_fetched_are_refused(
    two: tuple[Reseller, Reseller], url: str
) -> None:
    first, _ = two
    admin = as_role(first.scope.tenant_id, Role.TENANT_ADMIN)
    refused = (await first.ask(TILES, admin, url=url))["setMapTiles"]
    assert refused == {"mapTiles": None, "errors": [{"code": "INVALID_TILES", "field": "url"}]}


async def test_an_administrator_sets_the_tiles_of_the_map(two: tuple[Reseller, Reseller]) -> None:
    first, _ = two
    admin = as_role(number(await first.tenant("Mapped")), Role.TENANT_ADMIN)
    seen = "{ viewer { tenant { mapTiles { url attribution } } } }"
    assert (await first.ask(seen, admin))["viewer"]["tenant"]["mapTiles"] is None
    for url in ("https://a.example/{z}/{x}/{y}@2x.png?k=1", "https://a.example/city.pmtiles"):
        done = (await first.ask(TILES, admin, url=url, by="© Surveyors"))["setMapTiles"]
        assert done == {"mapTiles": {"url": url, "attribution": "© Surveyors"}, "errors": []}
    operator = as_role(admin.tenant_id, Role.OPERATOR)
    shown = (await first.ask(seen, operator))["viewer"]["tenant"]["mapTiles"]
    assert shown["url"] == "https://a.example/city.pmtiles"
    result = await first.result(TILES, operator, url=None)
    assert [one.original_error.code for one in result.errors] == ["FORBIDDEN"]
    assert (await first.ask(TILES, admin, url=None))["setMapTiles"]["mapTiles"] is None
    acts = [one.action for one in await trail(first.database, admin.tenant_id)]
    assert acts[-3:] == ["tenant.map"] * 3


async def test_a_suspended_tenant_shuts_people_out_and_takes_readings(
    two: tuple[Reseller, Reseller],
) -> None:
    first, _ = two
    database = first.database
    made = await first.tenant("Unpaid")
    told = {"tenant": made["id"], "name": "Una", "email": "una@unpaid.example"}
    appointed = (await first.ask(APPOINT, input=told))["appointTenantAdministrator"]
    una = await account_for(database, CHEAP, "una@unpaid.example", appointed["password"])
    assert una is not None
    imported = await place(database, as_role(number(made), Role.TENANT_ADMIN), {})
    silent = (await first.ask(SUSPEND, t=made["id"], why="  "))["suspendTenant"]
    assert silent["errors"] == [{"code": "REASON_MISSING", "field": "reason"}]
    shut = (await first.ask(SUSPEND, t=made["id"], why="three months unpaid"))["suspendTenant"]
    assert shut == {"tenant": {"status": "SUSPENDED"}, "errors": []}
    again = (await first.ask(SUSPEND, t=made["id"], why="again"))["suspendTenant"]
    assert again["errors"] == [{"code": "TENANT_STATE", "field": "tenant"}]

    seats = "{ viewer { seats { key tenantName roles sitesCount } graphiql } }"
    seen = await first.ask(seats, as_role(number(made), Role.TENANT_ADMIN, f"user:{una.id}"))
    assert seen["viewer"] == {"seats": [], "graphiql": None}

    standing = Standing(database)
    await standing.read()
    with pytest.raises(UnauthenticatedError) as caught:
        standing.check(number(made))
    assert caught.value.code == "TENANT_SUSPENDED"
    standing.check(first.scope.tenant_id)
    assert await choices_of(database, una.id, None) == []
    assert await suspended_of(database, una.id, None) == ["Unpaid"]

    gateway = Gateway(database, Devices(database, MASTER_KEY), SilentQueue())
    transport = httpx.ASGITransport(application(gateway))
    (device,) = imported.devices
    hour = int(datetime.now(UTC).timestamp() // 3600) - 1
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        concentrator = PushingConcentrator(client, device.serial, device.secret)
        frame = concentrator.frame(block(hour, 1, {1: 120}))
        answer = await concentrator.push(frame)
    assert answer.status_code == 200, answer.text

    seen = (await first.ask(ONE, t=made["id"]))["viewer"]["partner"]["tenant"]
    details = [one["node"] for one in seen["auditLog"]["edges"]]
    assert (details[0]["action"], "three months unpaid" in details[0]["detail"]) == (
        *("tenant.suspend", True),
    )
    back = (await first.ask(RESUME, t=made["id"]))["resumeTenant"]
    assert back == {"tenant": {"status": "ACTIVE"}, "errors": []}
    await standing.read()
    standing.check(number(made))
    (seat,) = (await first.ask(seats, Scope(number(made), f"user:{una.id}")))["viewer"]["seats"]
    assert seat == {
        "key": f"{number(made)}:tenant-admin:all",
        "tenantName": "Unpaid",
        "roles": ["TENANT_ADMIN"],
        "sitesCount": None,
    }
    program = await first.ask(seats, Scope(number(made), "client:1"))
    assert program["viewer"]["seats"] == []
    await standing.close()


async def test_readings_of_a_day_are_counted_once_in_whichever_tier_they_lie(
    two: tuple[Reseller, Reseller],
) -> None:
    first, _ = two
    made = await first.tenant("Counted")
    scope = as_role(number(made), Role.TENANT_ADMIN)
    today = datetime.now(UTC).date()
    async with first.database.session(scope) as session:
        driver = await session.driver()
        await driver.execute(
            "INSERT INTO series_hour VALUES ($1, 0, $2, $3, '')",
            scope.tenant_id,
            datetime(today.year, today.month, today.day, tzinfo=UTC),
            bytes([0b101]) + bytes(15),
        )
        await driver.execute(
            "INSERT INTO series_day (tenant_id, series_id, day, h00, h05) VALUES ($1, 1, $2, 1, 2)",
            scope.tenant_id,
            today - timedelta(days=3),
        )
    seen = (await first.ask(ONE, t=made["id"]))["viewer"]["partner"]["tenant"]["readingsByDay"]
    assert [one["readings"] for one in seen] == [0, 0, 0, 2, 0, 0, 2]
    assert seen[-1]["day"] == today.isoformat()
