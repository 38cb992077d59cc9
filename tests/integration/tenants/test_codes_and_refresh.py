"""Codes and refresh tokens: bound, used once, rotated, forgotten; a reused one ends the family."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from domain.identity import Scope
from tenants import clients
from tenants.models import (
    AuthorizationCode,
    Membership,
    RefreshToken,
)
from tests.integration.tenants.conftest import (
    Pkce,
    Visitor,
    World,
    actions_of,
    exchange,
    link,
    refresh,
)


async def test_a_code_is_bound_to_verifier_client_and_address(
    world: World, browser: Visitor
) -> None:
    made = await world.tenant()
    client = await world.web_client(made.tenant, public=True)
    ann, pkce = await world.person((made.tenant, "operator", None)), Pkce()
    code = await browser.code_for(link("console", pkce), ann)
    for fields in (
        {"code_verifier": Pkce().verifier},
        {"redirect_uri": "https://evil.example/"},
        {"client_id": client.client_id},
        {"code": code[:-1]},
        {"code": "nonsense"},
    ):
        answer = await exchange(browser, code, pkce, **fields)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant"), fields
    missing = await exchange(browser, code, pkce, code_verifier="")
    assert (missing.status_code, missing.json()["error"]) == (400, "invalid_request")
    assert (await exchange(browser, code, pkce)).status_code == 200


async def test_a_code_used_twice_ends_what_it_gave(world: World, browser: Visitor) -> None:
    made = await world.tenant()
    ann, pkce = await world.person((made.tenant, "operator", None)), Pkce()
    code = await browser.code_for(link("console", pkce), ann)
    first = (await exchange(browser, code, pkce)).json()
    again = await exchange(browser, code, pkce)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert (await refresh(browser, first["refresh_token"])).status_code == 400
    assert "code.reuse" in await actions_of(world, made.tenant)


async def test_an_expired_code_is_worth_nothing(world: World, browser: Visitor) -> None:
    made = await world.tenant()
    ann, pkce = await world.person((made.tenant, "operator", None)), Pkce()
    code = await browser.code_for(link("console", pkce), ann)
    async with world.database.session(Scope(made.tenant)) as session:
        past = datetime.now(UTC) - timedelta(seconds=1)
        await session.execute(update(AuthorizationCode).values(expires_at=past))
    assert (await exchange(browser, code, pkce)).json()["error"] == "invalid_grant"


async def test_refresh_tokens_rotate_and_a_reused_one_ends_the_family(
    world: World, browser: Visitor
) -> None:
    made = await world.tenant()
    ann, pkce = await world.person((made.tenant, "operator", None)), Pkce()
    code = await browser.code_for(link("console", pkce), ann)
    first = (await exchange(browser, code, pkce)).json()["refresh_token"]
    second = (await refresh(browser, first)).json()["refresh_token"]
    third = (await refresh(browser, second)).json()["refresh_token"]
    assert len({first, second, third}) == 3
    stolen = await refresh(browser, first)
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")
    assert (await refresh(browser, third)).json()["error"] == "invalid_grant"
    assert "refresh-token.reuse" in await actions_of(world, made.tenant)
    async with world.database.session(Scope(made.tenant)) as session:
        kept = (await session.scalars(select(RefreshToken))).all()
    assert len(kept) == 3
    assert not any(first.encode() in row.token_hash for row in kept)


async def test_who_lost_the_role_cannot_refresh(world: World, browser: Visitor) -> None:
    made = await world.tenant()
    ann, pkce = await world.person((made.tenant, "operator", None)), Pkce()
    code = await browser.code_for(link("console", pkce), ann)
    token = (await exchange(browser, code, pkce)).json()["refresh_token"]
    async with world.database.session(Scope(made.tenant)) as session:
        await session.execute(update(Membership).values(valid_to=datetime.now(UTC)))
    assert (await refresh(browser, token)).json()["error"] == "invalid_grant"


async def test_expired_codes_and_tokens_are_forgotten_and_live_ones_kept(
    world: World, browser: Visitor
) -> None:
    made = await world.tenant()
    ann, pkce = await world.person((made.tenant, "operator", None)), Pkce()
    await exchange(browser, await browser.code_for(link("console", pkce), ann), pkce)
    scope = Scope(made.tenant)
    for table in (AuthorizationCode, RefreshToken):
        async with world.database.session(scope) as session:
            await clients.forget_expired(session)
            assert len((await session.scalars(select(table))).all()) == 1
            long_ago = datetime.now(UTC) - timedelta(days=2)
            await session.execute(update(table).values(expires_at=long_ago))
            await clients.forget_expired(session)
            assert (await session.scalars(select(table))).all() == []


async def test_revoking_a_refresh_token_ends_its_family(world: World, browser: Visitor) -> None:
    made = await world.tenant()
    ann, pkce = await world.person((made.tenant, "operator", None)), Pkce()
    code = await browser.code_for(link("console", pkce), ann)
    token = (await exchange(browser, code, pkce)).json()["refresh_token"]
    body = {"client_id": "console", "token": token}
    assert (await browser.post("/oauth/revoke", data=body)).status_code == 200
    assert (await refresh(browser, token)).json()["error"] == "invalid_grant"
    assert "refresh-token.revoke" in await actions_of(world, made.tenant)
