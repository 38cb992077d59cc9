"""People: sign in, choose, agree, exchange, refresh, sign out."""

import asyncio
import re
import time
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import update

from domain.errors import UnauthenticatedError
from tenants.models import (
    Tenant,
    UserAccount,
)
from tests.integration.tenants.conftest import (
    CALLBACK,
    ISSUER,
    Pkce,
    Visitor,
    World,
    actions_of,
    code_in,
    exchange,
    link,
    query_of,
    refresh,
)


async def test_from_sign_in_to_tokens_and_who_it_was(world: World, browser: Visitor) -> None:
    made = await world.tenant()
    ann, pkce = await world.person((made.tenant, "operator", None)), Pkce()
    asked = link("console", pkce, scope="openid profile email read metering", nonce="n-1")
    page = await browser.get(asked)
    assert page.status_code == 200
    assert "script-src" not in page.headers["content-security-policy"]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "<script" not in page.text
    answer = await exchange(browser, await browser.code_for(asked, ann), pkce)
    assert answer.status_code == 200, answer.text
    tokens = answer.json()
    scope = await world.service.authenticator.scope_of(tokens["access_token"])
    assert (scope.tenant_id, scope.actor) == (made.tenant, f"user:{ann.id}")
    assert "metering:write" in scope.permissions
    assert "control:execute" not in scope.permissions
    keys = KeySet.import_key_set((await browser.get("/.well-known/jwks.json")).json())
    who = jwt.decode(tokens["id_token"], keys, algorithms=["ES256"]).claims
    assert (who["iss"], who["aud"], who["nonce"]) == (ISSUER, "console", "n-1")
    assert who["email"] == ann.email
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    info = (await browser.get("/oauth/userinfo", headers=bearer)).json()
    assert (info["sub"], info["tid"]) == (f"user:{ann.id}", made.tenant)
    with pytest.raises(UnauthenticatedError):
        await world.service.authenticator.scope_of(tokens["id_token"])
    assert "authorization.grant" in await actions_of(world, made.tenant)


async def test_the_trail_tells_of_a_sign_in_once_and_not_of_each_reload(
    world: World, browser: Visitor
) -> None:
    made, other = await world.tenant(), await world.tenant("Hillside")
    ann = await world.person((made.tenant, "operator", None), (other.tenant, "manager", None))
    pages = await browser.log_in(await browser.get(link("console", Pkce())), ann)
    keys = re.findall(r'name="seat" value="([^"]+)"', pages.text)
    mine, theirs = (
        next(key for key in keys if key.startswith(f"{one.tenant}:")) for one in (made, other)
    )

    async def reload(**fields: str) -> httpx.Response:
        asked = link("console", Pkce(), prompt="none", **fields)
        return await browser.get(asked)

    for _ in range(3):
        code_in(await reload(seat=mine))
    code_in(await reload(seat=theirs))
    code_in(await reload(seat=mine, scope="openid profile read"))
    assert (await actions_of(world, made.tenant)).count("authorization.grant") == 2
    assert (await actions_of(world, other.tenant)).count("authorization.grant") == 1


async def test_signing_in_again_is_told_again(world: World, browser: Visitor) -> None:
    made = await world.tenant()
    ann = await world.person((made.tenant, "operator", None))
    await browser.code_for(link("console", Pkce()), ann)
    await asyncio.sleep(1.1 - time.time() % 1)  # sign-ins are known by their second
    await browser.code_for(link("console", Pkce(), prompt="login"), ann)
    code_in(await browser.get(link("console", Pkce())))
    assert (await actions_of(world, made.tenant)).count("authorization.grant") == 2


async def test_whoever_agrees_to_a_client_of_the_organisation_is_told_of_each_time(
    world: World, browser: Visitor
) -> None:
    made = await world.tenant()
    ann = await world.person((made.tenant, "operator", None))
    client = (await world.web_client(made.tenant)).client_id
    await browser.code_for(link(client, Pkce()), ann)
    page = await browser.get(link(client, Pkce()))
    code_in(await browser.submit(page, decision="allow"))
    assert (await actions_of(world, made.tenant)).count("authorization.grant") == 2


async def test_the_account_code_opens_the_door_too(world: World, browser: Visitor) -> None:
    made = await world.tenant()
    ann = await world.person((made.tenant, "resident", None))
    page = await browser.get(link("console", Pkce()))
    answer = await browser.submit(page, login=f" {ann.code.lower()} ", password=ann.password)
    assert answer.status_code == 303


async def test_unknown_people_and_wrong_passwords_look_the_same(
    world: World, browser: Visitor
) -> None:
    made = await world.tenant()
    ann = await world.person((made.tenant, "resident", None))
    page = await browser.get(link("console", Pkce()))
    wrong = await browser.submit(page, login=ann.email, password="not it at all")
    unknown = await browser.submit(page, login="x" + ann.email, password="not it at all")
    assert wrong.status_code == unknown.status_code == 401
    normal = [answer.text.replace(f"x{ann.email}", ann.email) for answer in (wrong, unknown)]
    nonceless = [text.split("<body>")[1] for text in normal]
    assert nonceless[0] == nonceless[1]


async def test_guessing_a_password_is_stopped_and_tells_when_to_return(
    world: World, browser: Visitor
) -> None:
    made = await world.tenant()
    ann = await world.person((made.tenant, "resident", None))
    page = await browser.get(link("console", Pkce()))
    seen = [(await browser.submit(page, login=ann.email, password="wrong")) for _ in range(11)]
    assert [answer.status_code for answer in seen] == [401] * 10 + [429]
    assert int(seen[-1].headers["retry-after"]) > 0
    right = await browser.submit(page, login=ann.email, password=ann.password)
    assert right.status_code == 429


async def test_a_form_from_elsewhere_does_not_sign_in(world: World, browser: Visitor) -> None:
    made = await world.tenant()
    ann = await world.person((made.tenant, "resident", None))
    asked = link("console", Pkce())
    page = await browser.get(asked)
    fields = {"step": "login", "login": ann.email, "password": ann.password}
    assert (await browser.post(asked, data=fields)).status_code == 403
    async with Visitor(world.service) as other:
        assert (await other.submit(page, login=ann.email, password=ann.password)).status_code == 403


async def test_a_planted_cookie_gains_nothing(world: World, browser: Visitor) -> None:
    made = await world.tenant()
    ann = await world.person((made.tenant, "resident", None))
    page = await browser.get(link("console", Pkce()))
    planted = browser.cookies["balance-login"]
    answer = await browser.submit(page, login=ann.email, password=ann.password)
    assert answer.status_code == 303
    assert browser.cookies["balance-login"] != planted
    flags = answer.headers["set-cookie"].lower()
    assert "httponly" in flags
    assert "samesite=lax" in flags
    async with Visitor(world.service) as thief:
        thief.cookies.set("balance-login", planted)
        assert 'name="password"' in (await thief.get(link("console", Pkce()))).text


async def test_several_seats_are_chosen_from_and_sites_do_not_mix(
    world: World, browser: Visitor
) -> None:
    home, work = await world.tenant("Riverside"), await world.tenant("Northwater")
    flat = await world.site(home.tenant)
    first, second = await world.site(work.tenant), await world.site(work.tenant)
    ann = await world.person(
        (home.tenant, "resident", flat),
        (work.tenant, "operator", first),
        (work.tenant, "operator", second),
    )
    pkce = Pkce()
    page = await browser.log_in(await browser.get(link("console", pkce)), ann)
    assert "Riverside" in page.text
    assert "Northwater" in page.text
    answer = await browser.submit(page, seat=f"{work.tenant}:operator:some")
    answer = await browser.get(answer.headers["location"])
    tokens = (await exchange(browser, code_in(answer), pkce)).json()
    scope = await world.service.authenticator.scope_of(tokens["access_token"])
    assert scope.tenant_id == work.tenant
    assert scope.sites == {first, second}
    forged = await browser.submit(page, seat=f"{home.tenant}:tenant-admin:all")
    assert "code=" not in forged.headers["location"]


async def test_a_link_may_name_the_tenant(world: World, browser: Visitor) -> None:
    home, work = await world.tenant("Riverside"), await world.tenant("Northwater")
    flat, other = await world.site(home.tenant), await world.site(home.tenant)
    ann = await world.person(
        (home.tenant, "operator", flat),
        (home.tenant, "manager", other),
        (work.tenant, "operator", None),
    )
    pkce = Pkce()
    await browser.log_in(await browser.get(link("console", pkce)), ann)
    answer = await browser.get(link("console", pkce, seat=str(work.tenant)))
    tokens = (await exchange(browser, code_in(answer), pkce)).json()
    scope = await world.service.authenticator.scope_of(tokens["access_token"])
    assert scope.tenant_id == work.tenant
    several = await browser.get(link("console", Pkce(), seat=str(home.tenant)))
    assert several.status_code == 200
    assert "Riverside" in several.text


async def test_a_tenants_client_asks_for_consent_and_sees_that_tenant_only(
    world: World, browser: Visitor
) -> None:
    home, work = await world.tenant("Riverside"), await world.tenant("Northwater")
    client = await world.web_client(work.tenant)
    ann, pkce = (
        await world.person((home.tenant, "manager", None), (work.tenant, "manager", None)),
        Pkce(),
    )
    asked = link(client.client_id, pkce)
    page = await browser.log_in(await browser.get(asked), ann)
    assert "Partner App" in page.text
    assert "Riverside" not in page.text
    assert (
        "form-action 'self' https://app.example;" in page.headers["content-security-policy"] + ";"
    )
    denied = query_of(await browser.submit(page, decision="deny"))
    assert (denied["error"], denied["state"]) == ("access_denied", "st-1")
    code = code_in(await browser.submit(page, decision="allow"))
    secret = client.client_secret or ""
    without = await exchange(browser, code, pkce, client_id=client.client_id)
    assert without.status_code == 401
    answer = await exchange(browser, code, pkce, client_id=client.client_id, client_secret=secret)
    assert answer.status_code == 200
    scope = await world.service.authenticator.scope_of(answer.json()["access_token"])
    assert scope.tenant_id == work.tenant


async def test_a_suspended_tenant_or_account_is_shut_out(world: World, browser: Visitor) -> None:
    made = await world.tenant()
    ann, pkce = await world.person((made.tenant, "operator", None)), Pkce()
    code = await browser.code_for(link("console", pkce), ann)
    token = (await exchange(browser, code, pkce)).json()["refresh_token"]
    async with world.database.global_session() as session:
        await session.execute(
            update(Tenant).where(Tenant.id == made.tenant).values(status="suspended")
        )
    assert (await refresh(browser, token)).status_code == 401
    assert "no_access" not in (await browser.get(link("console", Pkce()))).text
    assert (await browser.get(link("console", Pkce()))).status_code == 403
    async with world.database.global_session() as session:
        await session.execute(
            update(UserAccount).where(UserAccount.id == ann.id).values(status="suspended")
        )
    assert 'name="password"' in (await browser.get(link("console", Pkce()))).text


async def test_a_new_password_ends_the_browsers_sessions(world: World, browser: Visitor) -> None:
    made = await world.tenant()
    ann = await world.person((made.tenant, "operator", None))
    await browser.code_for(link("console", Pkce()), ann)
    assert "code=" in (await browser.get(link("console", Pkce()))).headers["location"]
    async with world.database.global_session() as session:
        changed = await world.passwords.hash("another password")
        await session.execute(
            update(UserAccount).where(UserAccount.id == ann.id).values(password_hash=changed)
        )
    assert 'name="password"' in (await browser.get(link("console", Pkce()))).text


@pytest.mark.parametrize(
    ("spoiled", "error"),
    [
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"prompt": "none"}, "login_required"),
    ],
)
async def test_a_wrong_request_goes_back_to_the_client(
    browser: Visitor, spoiled: dict[str, str], error: str
) -> None:
    query = query_of(await browser.get(link("console", Pkce(), **spoiled)))
    assert (query["error"], query["state"]) == (error, "st-1")


@pytest.mark.parametrize(
    "spoiled",
    [
        {"client_id": "nobody"},
        {"client_id": "c1_" + "x" * 22},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": 'https://evil.example/"><script>'},
        {"redirect_uri": CALLBACK + "/more"},
        {"state": "\0"},
    ],
)
async def test_nobody_is_sent_to_an_address_that_is_not_the_clients(
    browser: Visitor, spoiled: dict[str, str]
) -> None:
    answer = await browser.get(link("console", Pkce(), **spoiled))
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "<script>" not in answer.text


async def test_a_client_may_insist_on_a_fresh_login_or_on_no_page(
    world: World, browser: Visitor
) -> None:
    made = await world.tenant()
    ann = await world.person((made.tenant, "operator", None))
    await browser.code_for(link("console", Pkce()), ann)
    assert "code" in query_of(await browser.get(link("console", Pkce(), prompt="none")))
    page = await browser.get(link("console", Pkce(), prompt="login"))
    assert 'name="password"' in page.text
    assert "code" in query_of(await browser.log_in(page, ann))
    assert 'name="password"' in (await browser.get(link("console", Pkce(), max_age="0"))).text
    consent = await browser.get(link("console", Pkce(), prompt="consent"))
    assert "Console" in consent.text


async def test_signing_out_needs_a_form_and_forgets_the_browser(
    world: World, browser: Visitor
) -> None:
    made = await world.tenant()
    ann = await world.person((made.tenant, "operator", None))
    await browser.code_for(link("console", Pkce()), ann)
    way_back = {"client_id": "console", "post_logout_redirect_uri": CALLBACK, "state": "bye"}
    page = await browser.get("/logout", params=way_back)
    assert page.status_code == 200
    assert "code" in query_of(await browser.get(link("console", Pkce())))
    answer = await browser.submit(page)
    assert parse_qs(urlsplit(answer.headers["location"]).query) == {"state": ["bye"]}
    assert 'name="password"' in (await browser.get(link("console", Pkce()))).text
    astray = await browser.get("/logout", params=way_back | {"post_logout_redirect_uri": ISSUER})
    assert "location" not in astray.headers


@pytest.mark.parametrize(
    ("accepted", "word"),
    [("ru-RU,ru;q=0.9", "Войти"), ("de, ro;q=0.5, en;q=0.1", "Intră"), ("de", "Sign in")],
)
async def test_the_page_speaks_the_browsers_language(
    browser: Visitor, accepted: str, word: str
) -> None:
    page = await browser.get(link("console", Pkce()), headers={"accept-language": accepted})
    assert word in page.text


async def test_a_tenants_brand_is_shown_to_its_clients_people(
    world: World, browser: Visitor
) -> None:
    made = await world.tenant()
    client = await world.web_client(made.tenant)
    async with world.database.global_session() as session:
        await session.execute(
            update(Tenant)
            .where(Tenant.id == made.tenant)
            .values(
                brand_name="River & Sons",
                brand_colour="#F2C14E",
                brand_logo_url="https://river.example/logo.svg",
            )
        )
    page = await browser.get(link(client.client_id, Pkce()))
    assert "River &amp; Sons" in page.text
    assert "--on-accent: #000000" in page.text
    assert "img-src 'self' https://river.example" in page.headers["content-security-policy"]
