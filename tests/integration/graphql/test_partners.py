"""Partners run their own tenants from their office: no readings, and never another's tenants."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from backend.graphql.ids import Kind, encode
from backend.services.gateway.devices import Devices
from backend.services.limits import LimitDirectory
from backend.tasks.queue import SilentQueue
from domain.errors import UnauthenticatedError
from domain.identity import Scope
from ingestion.app import application
from ingestion.gateway import Gateway
from tenants.limits import Limits
from tenants.models import Tenant
from tenants.oauth.accounts import account_for, choices_of, suspended_of
from tenants.permissions import Role
from tenants.standing import Standing
from tests.factories import MASTER_KEY, PushingConcentrator, block, place
from tests.integration.graphql.partner import (
    APPOINT,
    BRAND,
    CHEAP,
    CREATE,
    DISMISS,
    ONE,
    PLAN,
    RESUME,
    SUSPEND,
    Reseller,
    as_role,
    number,
    trail,
    two,
)

__all__ = ["two"]


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
