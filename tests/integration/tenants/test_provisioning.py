"""Partners, tenants, people: made whole or not at all, and always written down."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from domain.errors import (
    BalanceError,
    ConflictError,
    InvalidError,
    NotFoundError,
    UnauthenticatedError,
)
from domain.identity import Scope, SiteId, TenantId, UserId
from tenants import audit, clients, provisioning
from tenants.models import AuditEntry, Partner, PlatformAuditEntry, Tenant
from tenants.oauth.throttle import Throttle, client_attempts
from tenants.oauth.tokens import Grant, subject_of
from tenants.permissions import ClientScope, Role
from tenants.session import Database
from tests.integration.tenants.conftest import World


async def trail_of(database: Database, tenant: TenantId) -> list[AuditEntry]:
    async with database.session(Scope(tenant)) as session:
        return list(await session.scalars(select(AuditEntry).order_by(AuditEntry.sequence)))


async def test_a_tenant_comes_with_its_partner_and_its_trail(database: Database) -> None:
    await provisioning.create_partner(database, name="Reseller")
    made = await provisioning.create_tenant(
        database, name=" River  side ", partner="Reseller", timezone="Europe/Berlin", actor="ann"
    )
    async with database.global_session() as session:
        tenant = await session.get_one(Tenant, made.tenant)
    assert (tenant.name, tenant.timezone) == ("River side", "Europe/Berlin")
    trail = await trail_of(database, made.tenant)
    assert [entry.action for entry in trail] == ["tenant.create", "client.create"]
    assert {entry.actor for entry in trail} == {"ann"}
    assert made.client_secret not in repr(made)
    assert made.client_secret not in "".join(str(entry.detail) for entry in trail)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": ""}, "INVALID_NAME"),
        ({"name": "x", "timezone": "Asia/Kathmandu"}, "TIMEZONE_NOT_WHOLE_HOUR"),
        ({"name": "x", "timezone": "nowhere"}, "INVALID_TIMEZONE"),
        ({"name": "x", "locale": "de"}, "INVALID_LOCALE"),
        ({"name": "x", "partner": "nobody"}, "NOT_FOUND"),
    ],
)
async def test_a_refused_tenant_leaves_nothing(
    database: Database, given: dict[str, str], code: str
) -> None:
    async with database.global_session() as session:
        before = await session.scalar(select(func.count()).select_from(Tenant))
    with pytest.raises(BalanceError) as caught:
        await provisioning.create_tenant(database, **given)  # type: ignore[arg-type]  # spoiled
    assert caught.value.code == code
    async with database.global_session() as session:
        assert await session.scalar(select(func.count()).select_from(Tenant)) == before


async def test_names_of_partners_and_logins_of_people_are_taken_once(world: World) -> None:
    database = world.database
    await provisioning.create_partner(database, name="Twice")
    with pytest.raises(ConflictError, match="Twice"):
        await provisioning.create_partner(database, name="Twice")
    ann = await world.person()
    for login in ({"email": ann.email.upper()}, {"account_code": ann.code.lower()}):
        with pytest.raises(ConflictError) as caught:
            await provisioning.create_user(
                database, name="Other", passwords=world.passwords, **login
            )
        assert caught.value.code == "ACCOUNT_EXISTS"
    async with database.global_session() as session:
        assert await session.scalar(select(func.count()).where(Partner.name == "Twice")) == 1
        chain = await session.scalars(
            select(PlatformAuditEntry).order_by(PlatformAuditEntry.sequence)
        )
        assert audit.first_broken(chain) is None


async def test_memberships_are_checked(world: World) -> None:
    made, ann = await world.tenant(), await world.person()
    add = provisioning.add_membership
    with pytest.raises(InvalidError, match="king"):
        await add(world.database, tenant=made.tenant, user=ann.id, role="king")
    with pytest.raises(NotFoundError, match="no user"):
        await add(world.database, tenant=made.tenant, user=UserId(10**9), role="operator")
    with pytest.raises(NotFoundError, match="no tenant"):
        await add(world.database, tenant=TenantId(10**9), user=ann.id, role="operator")
    await add(world.database, tenant=made.tenant, user=ann.id, role="operator")
    with pytest.raises(ConflictError, match="already"):
        await add(world.database, tenant=made.tenant, user=ann.id, role="operator")
    theirs = SiteId(await world.site((await world.tenant()).tenant))
    for absent in (SiteId(10**9), theirs):
        with pytest.raises(NotFoundError, match="no site"):
            await add(world.database, tenant=made.tenant, user=ann.id, role="manager", site=absent)


@pytest.mark.parametrize(
    ("seat", "code"),
    [
        (provisioning.Seat(TenantId(10**9), "operator"), "NOT_FOUND"),
        (provisioning.Seat(TenantId(1), "king"), "UNKNOWN_ROLE"),
    ],
)
async def test_a_person_without_the_seat_asked_for_is_not_made(
    world: World, seat: provisioning.Seat, code: str
) -> None:
    login = f"seated-{code.lower()}@example.org"
    with pytest.raises(BalanceError) as caught:
        await provisioning.create_user(
            world.database, name="Nobody", email=login, passwords=world.passwords, seat=seat
        )
    assert caught.value.code == code
    made = await world.tenant()
    await provisioning.create_user(
        world.database,
        name="Somebody",
        email=login,
        passwords=world.passwords,
        seat=provisioning.Seat(made.tenant, "operator"),
    )
    trail = await trail_of(world.database, made.tenant)
    assert "membership.add" in [entry.action for entry in trail]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"scopes": ["everything"]}, "UNKNOWN_SCOPE"),
        ({"redirect_uris": ["http://example.org/"]}, "INVALID_REDIRECT_URI"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "INVALID_REDIRECT_URI"),
        ({"redirect_uris": ["https://example.org/#x"]}, "INVALID_REDIRECT_URI"),
        ({"public": True}, "PUBLIC_CLIENT_WITHOUT_REDIRECT"),
    ],
)
async def test_an_unsound_client_is_refused(
    world: World, options: dict[str, list[str]], code: str
) -> None:
    made = await world.tenant()
    with pytest.raises(InvalidError) as caught:
        async with world.database.session(Scope(made.tenant)) as session:
            await clients.add_client(session, name="x", **options)  # type: ignore[arg-type]  # spoiled
    assert caught.value.code == code


async def test_acts_at_the_same_time_still_make_one_chain(database: Database) -> None:
    made = await provisioning.create_tenant(database, name="Busy")

    async def act(number: int) -> None:
        async with database.session(Scope(made.tenant, "test")) as session:
            await audit.record(session, "test", f"n:{number}", {"number": number})

    await asyncio.gather(*(act(number) for number in range(20)))
    trail = await trail_of(database, made.tenant)
    assert [entry.sequence for entry in trail] == list(range(1, 23))
    assert audit.first_broken(trail) is None


async def test_a_changed_or_missing_row_breaks_the_chain(database: Database) -> None:
    made = await provisioning.create_tenant(database, name="Chain")
    async with database.session(Scope(made.tenant, "test")) as session:
        for number in range(3):
            await audit.record(session, "test", f"n:{number}")
        lines = [line async for line in audit.export(session)]
    assert len(lines) == 5
    trail = await trail_of(database, made.tenant)
    assert audit.first_broken([*trail[:2], *trail[3:]]) == 3
    assert audit.first_broken([trail[1], trail[0], *trail[2:]]) == 1
    trail[3].actor = "somebody else"
    assert audit.first_broken(trail) == 4


async def test_a_refused_act_leaves_no_row(database: Database) -> None:
    made = await provisioning.create_tenant(database, name="Rolled back")
    with pytest.raises(RuntimeError):
        async with database.session(Scope(made.tenant)) as session:
            await audit.record(session, "test", "x")
            raise RuntimeError
    assert len(await trail_of(database, made.tenant)) == 2


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tenant=st.integers(1, 2**31 - 1).map(TenantId),
    user=st.integers(1, 2**63 - 1).map(UserId),
    roles=st.lists(st.sampled_from(Role), min_size=1, unique=True).map(tuple),
    scopes=st.lists(st.sampled_from(ClientScope), min_size=1, unique=True).map(tuple),
    sites=st.none() | st.lists(st.integers(1, 2**63 - 1).map(SiteId), max_size=5).map(tuple),
    cut=st.integers(0, 400),
)
async def test_a_token_says_what_was_granted_and_nothing_when_touched(  # noqa: PLR0917 - by name
    world: World,
    tenant: TenantId,
    user: UserId,
    roles: tuple[Role, ...],
    scopes: tuple[str, ...],
    sites: tuple[SiteId, ...] | None,
    cut: int,
) -> None:
    await world.service.keys.refresh()
    grant = Grant(tenant, subject_of(user), "console", roles, scopes, sites)
    token = world.service.mint.access_token(grant)
    assert await world.service.authenticator.scope_of(token) == grant.scope()
    place = cut % (len(token) - 2)
    other = "A" if token[place] != "A" else "B"
    with pytest.raises(UnauthenticatedError):
        await world.service.authenticator.scope_of(token[:place] + other + token[place + 1 :])


async def test_an_expired_token_is_refused_as_such_even_when_remembered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.service.keys.refresh()
    monkeypatch.setattr("tenants.oauth.tokens.ACCESS_TOKEN_S", -5)
    mint = world.service.mint
    token = mint.access_token(Grant(TenantId(1), "user:1", "console", (Role.OPERATOR,), ("read",)))
    with pytest.raises(UnauthenticatedError) as caught:
        await world.service.authenticator.scope_of(token)
    assert caught.value.code == "TOKEN_EXPIRED"
    monkeypatch.undo()
    token = mint.access_token(Grant(TenantId(1), "user:1", "console", (Role.OPERATOR,), ("read",)))
    await world.service.authenticator.scope_of(token)
    monkeypatch.setattr("tenants.authentication.time.time", lambda: 9e9)
    with pytest.raises(UnauthenticatedError) as caught:
        await world.service.authenticator.scope_of(token)
    assert caught.value.code == "TOKEN_EXPIRED"


async def test_limits_are_shared_over_valkey_and_kept_without_it(redis_url: str) -> None:
    attempts = client_attempts("c1_x", "192.0.2.1")
    here, there = Throttle(redis_url), Throttle(redis_url)
    for _ in range(20):
        await here.count(attempts)
    with pytest.raises(BalanceError, match="too many"):
        await there.check(attempts)
    alone = Throttle("redis://127.0.0.1:1/0")
    for _ in range(20):
        await alone.check(attempts)
        await alone.count(attempts)
    with pytest.raises(BalanceError, match="too many"):
        await alone.check(attempts)
    for throttle in (here, there, alone):
        await throttle.close()
