"""Tokens of programs: client credentials, introspection, the public documents."""

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from domain.errors import UnauthenticatedError
from domain.identity import Scope
from tenants import clients
from tenants.authentication import Authenticator
from tenants.oauth.keys import KeyRing
from tenants.oauth.tokens import Mint
from tests.integration.tenants.conftest import ISSUER, MASTER_KEY, Visitor, World

GRANT = {"grant_type": "client_credentials"}


async def test_a_program_gets_a_token_of_its_tenant(world: World, browser: Visitor) -> None:
    made = await world.tenant()
    basic = httpx.BasicAuth(made.client_id, made.client_secret)
    answer = await browser.post("/oauth/token", data=GRANT, auth=basic)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 600)
    assert "refresh_token" not in body
    scope = await world.service.authenticator.scope_of(body["access_token"])
    assert scope.tenant_id == made.tenant
    assert scope.actor == f"client:{made.client_id}"
    assert {"readings:read", "metering:write", "control:execute"} <= scope.permissions
    assert "tenant:admin" not in scope.permissions
    assert scope.sites is None


async def test_the_secret_may_come_in_the_body(world: World, browser: Visitor) -> None:
    made = await world.tenant()
    body = GRANT | {"client_id": made.client_id, "client_secret": made.client_secret}
    answer = await browser.post("/oauth/token", data=body | {"scope": "read"})
    assert answer.status_code == 200
    scope = await world.service.authenticator.scope_of(answer.json()["access_token"])
    assert "readings:read" in scope.permissions
    assert "metering:write" not in scope.permissions


@pytest.mark.parametrize("spoil", ["secret", "id", "other tenant", "none", "shape", "latin"])
async def test_a_client_not_recognised_learns_nothing_more(
    world: World, browser: Visitor, spoil: str
) -> None:
    made, other = await world.tenant(), await world.tenant("Northwater")
    wrong = {
        "secret": (made.client_id, "wrong"),
        "id": (made.client_id[:-1] + "~", made.client_secret),
        "other tenant": (made.client_id.replace("c", f"c{other.tenant}", 1), made.client_secret),
        "none": ("", ""),
        "shape": ("nobody", made.client_secret),
        "latin": ("ÿ", "ÿ"),
    }[spoil]
    auth = httpx.BasicAuth(wrong[0].encode("latin-1"), wrong[1].encode("latin-1"))
    answer = await browser.post("/oauth/token", data=GRANT, auth=auth)
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"
    assert answer.headers["www-authenticate"].startswith("Basic")
    if spoil in {"secret", "id", "shape"}:
        description = "The client is unknown or its credentials are wrong"
        assert answer.json()["error_description"] == description


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "invalid_request"),
        ({"scope": "read"}, "unsupported_grant_type"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        (GRANT | {"scope": "world-domination"}, "invalid_scope"),
        (GRANT | {"scope": 'a"b'}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x"}, "unauthorized_client"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "unauthorized_client"),
    ],
)
async def test_a_wrong_request_is_refused_by_name(
    world: World, browser: Visitor, body: dict[str, str], error: str
) -> None:
    made = await world.tenant()
    basic = httpx.BasicAuth(made.client_id, made.client_secret)
    answer = await browser.post("/oauth/token", data=body, auth=basic)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"grant_type=a&grant_type=b", "application/x-www-form-urlencoded"),
        (b'{"grant_type": "client_credentials"}', "application/json"),
        (b"a=" + b"x" * 40_000, "application/x-www-form-urlencoded"),
        (b"a=%ff%fe", "application/x-www-form-urlencoded"),
        (b"\xff=1", "application/x-www-form-urlencoded"),
    ],
)
async def test_a_body_that_is_no_form_is_refused(
    browser: Visitor, content: bytes, kind: str
) -> None:
    answer = await browser.post("/oauth/token", content=content, headers={"content-type": kind})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_new_secret_ends_the_old_and_a_revoked_client_is_gone(
    world: World, browser: Visitor
) -> None:
    made = await world.tenant()
    async with world.database.session(Scope(made.tenant, "test")) as session:
        changed = await clients.rotate_secret(session, made.client_id)

    async def status(secret: str | None) -> int:
        auth = httpx.BasicAuth(made.client_id, secret or "")
        return (await browser.post("/oauth/token", data=GRANT, auth=auth)).status_code

    assert [await status(made.client_secret), await status(changed.client_secret)] == [401, 200]
    async with world.database.session(Scope(made.tenant, "test")) as session:
        await clients.revoke_client(session, made.client_id)
    assert await status(changed.client_secret) == 401


async def test_guessing_a_secret_is_stopped(world: World, browser: Visitor) -> None:
    made = await world.tenant()
    wrong = httpx.BasicAuth(made.client_id, "wrong")
    seen = [
        (await browser.post("/oauth/token", data=GRANT, auth=wrong)).status_code for _ in range(22)
    ]
    assert seen == [401] * 20 + [429] * 2


async def test_introspection_tells_clients_of_the_tenant_only(
    world: World, browser: Visitor
) -> None:
    made, other = await world.tenant(), await world.tenant("Northwater")
    mine = httpx.BasicAuth(made.client_id, made.client_secret)
    theirs = httpx.BasicAuth(other.client_id, other.client_secret)
    token = (await browser.post("/oauth/token", data=GRANT, auth=mine)).json()["access_token"]

    async def introspect(token: str, auth: httpx.BasicAuth) -> dict[str, object]:
        answer = await browser.post("/oauth/introspect", data={"token": token}, auth=auth)
        assert answer.status_code == 200
        body: dict[str, object] = answer.json()
        return body

    seen = await introspect(token, mine)
    assert (seen["active"], seen["tid"], seen["sub"]) == (True, made.tenant, made.client_id)
    assert await introspect(token, theirs) == {"active": False}
    assert await introspect(token[:-4] + "AAAA", mine) == {"active": False}
    assert await introspect("r1_" + "x" * 43, mine) == {"active": False}
    bare = await browser.post("/oauth/introspect", data={"token": token})
    assert bare.status_code == 401


async def test_access_tokens_cannot_be_revoked_and_the_answer_says_so(
    world: World, browser: Visitor
) -> None:
    made = await world.tenant()
    auth = httpx.BasicAuth(made.client_id, made.client_secret)
    token = (await browser.post("/oauth/token", data=GRANT, auth=auth)).json()["access_token"]
    answer = await browser.post("/oauth/revoke", data={"token": token}, auth=auth)
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_token_type")


async def test_the_published_keys_verify_what_is_signed_before_and_after_a_rotation(
    world: World, browser: Visitor
) -> None:
    made = await world.tenant()
    auth = httpx.BasicAuth(made.client_id, made.client_secret)
    old = (await browser.post("/oauth/token", data=GRANT, auth=auth)).json()["access_token"]
    await world.service.keys.rotate("test")
    document = (await browser.get("/.well-known/jwks.json")).json()
    assert len(document["keys"]) == 2
    assert all("d" not in key for key in document["keys"])
    read = jwt.decode(old, KeySet.import_key_set(document), algorithms=["ES256"])
    assert read.claims["tid"] == made.tenant
    # The next key is published an hour before it signs.
    assert world.service.keys.signer().kid == read.header["kid"]


async def test_another_process_verifies_by_reading_the_keys_once(
    world: World, browser: Visitor
) -> None:
    made = await world.tenant()
    auth = httpx.BasicAuth(made.client_id, made.client_secret)
    token = (await browser.post("/oauth/token", data=GRANT, auth=auth)).json()["access_token"]
    elsewhere = Authenticator(Mint(KeyRing(world.database, MASTER_KEY), ISSUER))
    assert (await elsewhere.scope_of(token)).tenant_id == made.tenant
    stranger = Authenticator(Mint(KeyRing(world.database, MASTER_KEY), "http://elsewhere.test"))
    with pytest.raises(UnauthenticatedError):
        await stranger.scope_of(token)


async def test_without_the_master_key_the_database_cannot_sign(world: World) -> None:
    await world.service.keys.refresh()
    thief = KeyRing(world.database, b"another master key of 32 bytes!!")
    await thief.refresh()
    # It could only make a key of its own; those of the installation stay sealed.
    assert thief.signer().kid != world.service.keys.signer().kid


async def test_discovery_names_only_what_is_there(browser: Visitor) -> None:
    document = (await browser.get("/.well-known/openid-configuration")).json()
    assert document["issuer"] == ISSUER
    assert document["code_challenge_methods_supported"] == ["S256"]
    for name, address in document.items():
        if name.endswith(("_endpoint", "_uri")):
            answer = await browser.get(address.removeprefix(ISSUER))
            assert answer.status_code != 404, name
