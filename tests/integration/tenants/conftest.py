"""One authorization server per module, and people and clients to use it with."""

import base64
import hashlib
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from sqlalchemy import select, text
from starlette.applications import Starlette

from domain.identity import Scope, SiteId, TenantId, UserId
from tenants import audit, clients, provisioning
from tenants.models import AuditEntry
from tenants.oauth.parties import Client
from tenants.oauth.routes import oauth_routes
from tenants.oauth.service import OAuthService
from tenants.passwords import Passwords
from tenants.session import Database

ISSUER = "http://balance.test"
CALLBACK = "https://app.example/callback"
MASTER_KEY = b"0123456789abcdef0123456789abcdef"
# The cost of a hash is not what is tested here.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

_numbers = count(1)
_SITE = text(
    "INSERT INTO site (tenant_id, kind, name, name_path, path, timezone)"
    " VALUES (:tenant, 'house', :name, :name, '1', 'UTC') RETURNING id"
)


@dataclass
class Someone:
    """A person with a password."""

    id: UserId
    email: str
    code: str
    password: str


@dataclass
class Pkce:
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass
class World:
    """Everything a flow needs."""

    database: Database
    service: OAuthService
    passwords: Passwords

    async def tenant(self, name: str = "Riverside") -> provisioning.CreatedTenant:
        return await provisioning.create_tenant(self.database, name=name, actor="test")

    async def person(self, *places: tuple[TenantId, str, int | None]) -> Someone:
        number = next(_numbers)
        email, code, password = f"p{number}@example.org", f"ACC-{number}", f"password {number} ok"
        made = await provisioning.create_user(
            self.database,
            name=f"Person {number}",
            email=email,
            account_code=code,
            password=password,
            passwords=self.passwords,
        )
        for tenant, role, site in places:
            await provisioning.add_membership(
                self.database,
                tenant=tenant,
                user=made.user,
                role=role,
                site=None if site is None else SiteId(site),
            )
        return Someone(made.user, email, code, password)

    async def site(self, tenant: TenantId) -> int:
        """A house of the tenant."""
        name = f"House {next(_numbers)}"
        async with self.database.session(Scope(tenant, "test")) as session:
            found = await session.scalar(_SITE, {"tenant": tenant, "name": name})
        assert found is not None
        return int(found)

    async def web_client(self, tenant: TenantId, **options: object) -> clients.ClientCredentials:
        async with self.database.session(Scope(tenant, "test")) as session:
            return await clients.add_client(
                session, name="Partner App", redirect_uris=[CALLBACK], **options
            )


class Visitor(httpx.AsyncClient):
    """A browser that follows nothing by itself and fills in forms."""

    def __init__(self, service: OAuthService) -> None:
        app = Starlette(routes=oauth_routes(service))
        super().__init__(transport=httpx.ASGITransport(app), base_url=service.issuer)

    async def submit(self, page: httpx.Response, **fields: str) -> httpx.Response:
        """Send the page's form with its hidden fields and these."""
        action = re.search(r'<form method="post" action="([^"]+)"', page.text)
        assert action is not None, page.text
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
        return await self.post(action[1].replace("&amp;", "&"), data=dict(hidden) | fields)

    async def log_in(self, page: httpx.Response, who: Someone) -> httpx.Response:
        """Sign in, and see where that leads."""
        answer = await self.submit(page, login=who.email, password=who.password)
        assert answer.status_code == 303, answer.text
        return await self.get(answer.headers["location"])

    async def code_for(self, link: str, who: Someone) -> str:
        """Go all the way to a code, agreeing to everything."""
        page = await self.log_in(await self.get(link), who)
        while page.status_code == 200:
            page = await self.submit(page, decision="allow")
        return code_in(page)


def link(client: str, pkce: Pkce, **fields: str) -> str:
    """Address of the authorization endpoint with a sound request."""
    asked = {
        "response_type": "code",
        "client_id": client,
        "redirect_uri": CALLBACK,
        "code_challenge": pkce.challenge,
        "code_challenge_method": "S256",
        "state": "st-1",
        "scope": "openid read",
    } | fields
    return f"/oauth/authorize?{urlencode({key: value for key, value in asked.items() if value})}"


def query_of(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith(CALLBACK), answer.headers["location"]
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return {key: values[0] for key, values in query.items()}


def code_in(answer: httpx.Response) -> str:
    query = query_of(answer)
    assert query["state"] == "st-1"
    return query["code"]


@pytest.fixture(scope="module")
def world(database: Database) -> World:
    passwords = Passwords(CHEAP)
    service = OAuthService.build(
        database,
        issuer=ISSUER,
        master_key=MASTER_KEY,
        apps=[Client.of_product("console", "Console", [CALLBACK])],
        passwords=passwords,
    )
    return World(database, service, passwords)


@pytest_asyncio.fixture
async def browser(world: World) -> AsyncIterator[Visitor]:
    async with Visitor(world.service) as visitor:
        yield visitor


async def exchange(browser: Visitor, given: str, pkce: Pkce, **fields: str) -> httpx.Response:
    body = {
        "grant_type": "authorization_code",
        "client_id": "console",
        "code": given,
        "redirect_uri": CALLBACK,
        "code_verifier": pkce.verifier,
    } | fields
    return await browser.post("/oauth/token", data={k: v for k, v in body.items() if v})


async def refresh(browser: Visitor, token: str) -> httpx.Response:
    body = {"grant_type": "refresh_token", "client_id": "console", "refresh_token": token}
    return await browser.post("/oauth/token", data=body)


async def actions_of(world: World, tenant: TenantId) -> list[str]:
    async with world.database.session(Scope(tenant)) as session:
        trail = (await session.scalars(select(AuditEntry).order_by(AuditEntry.sequence))).all()
    assert audit.first_broken(trail) is None
    return [entry.action for entry in trail]
