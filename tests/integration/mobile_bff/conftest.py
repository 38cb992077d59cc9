"""A house of flats whose hours are told, people who live there, and phones in their hands."""

import base64
import hashlib
import re
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import numpy as np
import pytest_asyncio
from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.routing import Route

from backend.assembly import Assembly
from backend.clients.events import Events
from backend.graphql.schema import schema
from backend.graphql.transport.budget import Budgets
from backend.graphql.transport.http import GraphQLEndpoint
from backend.graphql.transport.operations import Operations
from backend.graphql.transport.streams import Streams
from backend.services.households import members
from backend.services.metering_import import Imported
from backend.services.model import premises
from backend.settings import read_settings
from backend.store.model import metered
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from backend.web.own_apps import own_apps
from domain.hours import hour_of, instant_of
from domain.identity import PremiseId, Scope, UserId
from mobile_bff.app import bff_routes
from tenants import provisioning
from tenants.oauth.routes import oauth_routes
from tenants.oauth.service import OAuthService
from tenants.oauth.tokens import Grant
from tenants.passwords import Passwords
from tenants.permissions import Permission, Role
from tenants.session import Database
from tests import daytime
from tests.desk import Desk, count
from tests.factories import MASTER_KEY, make_tenant, place

ISSUER = "http://balance.test"
NOW = hour_of(datetime.now(UTC))
LOW = NOW - 24 * 40
FLATS = 8
ALL = frozenset(str(permission) for permission in Permission)
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
APP = {"X-Balance-App": "android/1.0.0"}


@dataclass
class Somebody:
    """A person with a password, and the flat where they live."""

    user: UserId
    login: str
    password: str
    resident: int = 0


class Phone(httpx.AsyncClient):
    """An app at its server: it signs in as the app does and keeps what it is given."""

    access = refresh = ""

    async def sign_in(self, login: str, password: str) -> httpx.Response:
        """Through the pages of sign-in, to a code and to tokens."""
        verifier = secrets.token_urlsafe(32)
        code = await self.code(login, password, verifier)
        return await self.take(code, verifier)

    async def code(self, login: str, password: str, verifier: str) -> str:
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": "app",
            "redirect_uri": "balance://callback",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "scope": "openid profile read metering control",
            "state": "s",
        }
        page = await self.get(f"/oauth/authorize?{urlencode(asked)}")
        action = re.search(r'<form method="post" action="([^"]+)"', page.text)
        assert action is not None, page.text
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        form = hidden | {"login": login, "password": password}
        answer = await self.post(action[1].replace("&amp;", "&"), data=form)
        assert answer.status_code == 303, answer.text
        answer = await self.get(answer.headers["location"])
        assert answer.status_code == 303, answer.text
        target = urlsplit(answer.headers["location"])
        assert f"{target.scheme}://{target.netloc}" == "balance://callback"
        return parse_qs(target.query)["code"][0]

    async def take(
        self, code: str, verifier: str, more: Mapping[str, Any] | None = None
    ) -> httpx.Response:
        told = {"client": "native", "code": code, "verifier": verifier, **(more or {})}
        return self._kept(await self.post("/bff/session", json=told, headers=APP))

    async def renew(self) -> httpx.Response:
        told = {"client": "native", "refreshToken": self.refresh}
        return self._kept(await self.post("/bff/session/refresh", json=told, headers=APP))

    def _kept(self, answer: httpx.Response) -> httpx.Response:
        if answer.status_code == 200:
            told = answer.json()
            self.access, self.refresh = told["accessToken"], told.get("refreshToken", "")
        return answer

    @property
    def headers_of_it(self) -> dict[str, str]:
        return {**APP, "Authorization": f"Bearer {self.access}"}

    async def ask(self, document: str, **variables: Any) -> Any:
        """By the free endpoint, for what no document of the app asks."""
        answer = await self.post(
            "/graphql",
            json={"query": document, "variables": variables},
            headers=self.headers_of_it,
        )
        assert answer.status_code == 200, answer.text
        return answer.json()


@dataclass
class House:
    """One house, its people and its server."""

    work: Work
    scope: Scope
    service: OAuthService
    app: Starlette
    imported: Imported
    points: dict[str, metered.PointRow]
    passwords: Passwords
    trusted: dict[str, str]
    """Documents of the app, to which a test may add."""

    people: dict[int, Somebody] = field(default_factory=dict)

    @property
    def desk(self) -> Desk:
        return Desk(self.work, self.scope)

    def phone(self) -> Phone:
        return Phone(transport=httpx.ASGITransport(self.app), base_url=ISSUER)

    def premise(self, flat: int) -> PremiseId:
        found = self.points[f"E{flat}"].premise_id
        assert found is not None
        return PremiseId(found)

    async def person(self, name: str) -> Somebody:
        login, password = f"{name}-{secrets.token_hex(4)}@house.example", f"password of {name}"
        made = await provisioning.create_user(
            self.work.database,
            name=name.title(),
            email=login,
            password=password,
            passwords=self.passwords,
        )
        return Somebody(made.user, login, password)

    async def lives(self, flat: int, since: datetime, role: Role = Role.RESIDENT) -> Somebody:
        """Somebody moves in and sees their home."""
        somebody = await self.person(f"flat{flat}")
        async with self.work.database.session(self.scope) as session:
            name = f"Household {flat}"
            move = premises.MoveIn(self.premise(flat), f"A-{secrets.token_hex(3)}", name, 2, since)
            resident = await premises.move_in(session, move)
            resident.user_id = somebody.user
            await members.seat(session, resident, somebody.user, role, since)
            somebody.resident = resident.id
        self.people[flat] = somebody
        return somebody

    async def moves_out(self, flat: int, at: datetime) -> None:
        async with self.work.database.session(self.scope) as session:
            await premises.move_out(session, self.people.pop(flat).resident, at)

    def scope_of(self, somebody: Somebody, role: Role = Role.RESIDENT) -> Scope:
        """As whom a token of theirs acts."""
        return Grant(
            self.scope.tenant_id,
            f"user:{somebody.user}",
            "app",
            (role,),
            ("read", "metering", "control"),
        ).scope()


def flat_row(flat: int, commodity: str, letter: str, channel: int) -> dict[str, str]:
    return {
        "site_path": "Region/City/House 1/Entrance 1",
        "site_kinds": "region/city/house/entrance",
        "premise": f"Flat {flat}",
        "commodity": commodity,
        "meter_serial": f"{letter}{flat}",
        "installed_at": instant_of(LOW).isoformat(),
        "channel": str(channel),
        "area_m2": "50",
        "persons": "2",
    }


def counters() -> dict[int, np.ndarray]:
    """Flat ``k`` takes ``100 k`` Wh an hour, and a litre of water for each ten of them."""
    hours = np.arange(1, NOW - LOW + 1)
    told = {flat: 100 * flat * hours for flat in range(1, FLATS + 1)}
    told |= {20 + flat: flat * hours for flat in range(1, 3)}
    return told | {50: sum(100 * flat for flat in range(1, FLATS + 1)) * hours + 3 * hours}


@pytest_asyncio.fixture(scope="module")
async def house(database: Database, redis_url: str, tmp_path_factory: Any) -> AsyncIterator[House]:
    made = await make_tenant(database, f"House {secrets.token_hex(4)}", daytime.NAME)
    scope = Scope(made.tenant_id, actor="user:1", permissions=ALL)
    rows = [flat_row(flat, "electricity", "E", flat) for flat in range(1, FLATS + 1)]
    rows += [flat_row(flat, "water_cold", "W", 20 + flat) for flat in range(1, 3)]
    inlet = flat_row(0, "electricity", "IN", 50) | {"premise": "", "role": "inlet"}
    inlet |= {"site_path": "Region/City/House 1", "site_kinds": "region/city/house"}
    imported = await place(database, scope, *rows, inlet)
    settings = read_settings(
        home=tmp_path_factory.mktemp("home"),
        redis_url=redis_url,
        master_key=MASTER_KEY.hex(),
        public_url=ISSUER,
        app_oldest_version="1.0.0",
        app_newest_version="1.2.0",
        app_store_android="https://store.example/balance",
    )
    events = Events(redis_url)
    work = Work(database, SilentQueue(), events)
    await count(work, scope, imported, LOW, counters())
    passwords = Passwords(CHEAP)
    service = OAuthService.build(
        database,
        issuer=ISSUER,
        master_key=MASTER_KEY,
        apps=own_apps(settings),
        passwords=passwords,
    )
    await service.keys.refresh()
    operations = Operations(
        schema,
        database,
        events,
        Budgets(1_000_000),
        master_key=MASTER_KEY,
        public_url=ISSUER,
        passwords=passwords,
    )
    endpoint = GraphQLEndpoint(
        Streams(operations), service.authenticator, body_bytes=settings.graphql_body_bytes
    )
    trusted: dict[str, str] = {}
    assembly = Assembly(settings, database, service, operations)
    app = Starlette(
        routes=[
            Route("/graphql", endpoint),
            *oauth_routes(service),
            *bff_routes(assembly, trusted),
        ]
    )
    async with database.session(scope) as session:
        points = {row.name: row for row in await metered.list_points(session, 0, 100)}
    points = {name.rpartition(" ")[2]: row for name, row in points.items()}
    found = House(work, scope, service, app, imported, points, passwords, trusted)
    await found.lives(1, instant_of(LOW) - timedelta(days=400))
    await found.lives(2, instant_of(LOW) - timedelta(days=400))
    yield found
    for end in assembly.ending:
        await end()
    await service.close()
    await events.close()
