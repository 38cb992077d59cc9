"""A live server around the transport: with a small schema that can misbehave, or the whole API."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated, Any

import httpx
import pytest_asyncio
import strawberry
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from backend.app import create_app
from backend.clients.events import Events
from backend.graphql.context import Context
from backend.graphql.transport.budget import Budgets
from backend.graphql.transport.http import GraphQLEndpoint
from backend.graphql.transport.operations import Operations
from backend.graphql.transport.streams import Streams
from backend.graphql.transport.websocket import GraphQLSockets
from backend.settings import Settings, read_settings
from domain.errors import InvalidError, UnauthenticatedError, UnavailableError
from domain.identity import Scope, TenantId
from tenants.audit import record
from tenants.authentication import Authenticator
from tenants.oauth.service import OAuthService
from tenants.oauth.tokens import Grant
from tenants.permissions import Role
from tenants.session import Database
from tests.factories import MASTER_KEY, make_tenant
from tests.live import live

Info = strawberry.Info[Context, None]
SECRET = "the password is swordfish"
BODY_BYTES = 64 * 1024
FILE_BYTES = 4 * BODY_BYTES


@strawberry.type
class Pond:
    """Lists in pages, and series from .. to, as the real schema has."""

    name: str = "pond"

    @strawberry.field
    def ponds(self, first: int = 50) -> list["Pond"]:
        return [Pond() for _ in range(first)]

    @strawberry.field
    def profile(self, start: Annotated[str, strawberry.argument(name="from")], to: str) -> str:
        return f"{start} {to}"

    @strawberry.field
    def month_to_date(self) -> int:
        return 1


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "you") -> str:
        return f"hello {name}"

    @strawberry.field
    def pond(self) -> Pond:
        return Pond()

    @strawberry.field
    async def tenant(self, info: Info) -> int:
        async with info.context.db() as session:
            found = await session.scalar(text("SELECT current_setting('app.tenant_id')::int"))
        assert found is not None
        return int(found)

    @strawberry.field
    def refused(self) -> str | None:
        raise InvalidError("path = 'x': no such", code="PATH_UNKNOWN", field="path")

    @strawberry.field
    def bug(self) -> str | None:
        raise RuntimeError(SECRET)

    @strawberry.field
    def away(self) -> str | None:
        raise UnavailableError("busy")

    @strawberry.field
    def lost(self) -> str | None:
        raise ConnectionRefusedError(SECRET)

    @strawberry.field
    def unprintable(self) -> int | None:
        return SECRET  # type: ignore[return-value]

    @strawberry.field
    def remaining(self, info: Info) -> int:
        assert info.context.allowance is not None
        return info.context.allowance.remaining


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def write(self, info: Info, fail: str = "") -> int:
        async with info.context.db() as session:
            await record(session, "test.write", "test")
        if fail:
            raise InvalidError(f"fail = {fail!r}: as asked", field="fail")
        return 1


@dataclass
class Taps:
    """What the streams of the small schema did."""

    open: int = 0
    go: asyncio.Event = field(default_factory=asyncio.Event)
    closed: asyncio.Event = field(default_factory=asyncio.Event)


taps = Taps()


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, to: int = 3) -> AsyncGenerator[int, None]:
        for number in range(to):
            yield number

    @strawberry.subscription
    async def drip(self) -> AsyncGenerator[int, None]:
        taps.open += 1
        taps.closed.clear()
        try:
            yield 1
            await taps.go.wait()
            yield 2
        finally:
            taps.open -= 1
            if not taps.open:
                taps.closed.set()

    @strawberry.subscription
    async def breaks(self) -> AsyncGenerator[int, None]:
        yield 1
        raise RuntimeError(SECRET)

    @strawberry.subscription
    async def refuses(self) -> AsyncGenerator[int, None]:
        raise InvalidError("under = 'x': no such", field="under")
        yield 1


schema = strawberry.Schema(query=Query, mutation=Mutation, subscription=Subscription)


@dataclass
class Door:
    """What a test needs to knock: addresses, tokens, the database behind."""

    url: str
    database: Database
    service: OAuthService
    scope: Scope
    authenticator: Authenticator | None = None

    def token(self, *scopes: str, tenant: TenantId | None = None) -> str:
        grant = Grant(
            tenant_id=tenant or self.scope.tenant_id,
            subject="test",
            client_id="test",
            roles=(Role.INTEGRATOR,),
            scopes=scopes or ("read", "metering"),
        )
        return self.service.mint.access_token(grant)

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {token or self.token()}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers)


@pytest_asyncio.fixture(scope="module")
async def scope(database: Database) -> Scope:
    return await make_tenant(database, "Pond Keepers")


class ShortLived(Authenticator):
    """The real one, until a test lets every token expire."""

    expired = False

    async def scope_of(self, token: str) -> Scope:
        if self.expired:
            raise UnauthenticatedError("the token has expired", code="TOKEN_EXPIRED")
        return await super().scope_of(token)


@pytest_asyncio.fixture(scope="module")
async def small(database: Database, redis_url: str, scope: Scope) -> AsyncIterator[Door]:
    """The transport with the small schema."""
    service = OAuthService.build(
        database, issuer="http://balance.test", master_key=MASTER_KEY, redis_url=redis_url
    )
    await service.keys.refresh()
    authenticator = ShortLived(service.mint)
    events = Events(redis_url)
    operations = Operations(schema, database, events, Budgets(1_000_000))
    streams = Streams(operations, most_of_tenant=4)
    endpoint = GraphQLEndpoint(
        streams, authenticator, body_bytes=BODY_BYTES, file_bytes=FILE_BYTES, recheck_s=0.1
    )
    sockets = GraphQLSockets(
        streams, authenticator, message_bytes=BODY_BYTES, init_patience_s=0.3, recheck_s=0.1
    )
    app = Starlette(routes=[Route("/graphql", endpoint), WebSocketRoute("/graphql", sockets)])
    async with live(app) as url:
        door = Door(url, database, service, scope, authenticator)
        yield door
    await service.close()
    await events.close()


@pytest_asyncio.fixture(scope="module")
async def settings(database_url: str, redis_url: str, tmp_path_factory: Any) -> Settings:
    return read_settings(
        home=tmp_path_factory.mktemp("home"),
        database_url=database_url,
        redis_url=redis_url,
        master_key=MASTER_KEY.hex(),
        public_url="http://balance.test",
        demo=True,
    )


@pytest_asyncio.fixture(scope="module")
async def api(settings: Settings, database: Database, scope: Scope) -> AsyncIterator[Door]:
    """The whole API."""
    service = OAuthService.build(
        database, issuer="http://balance.test", master_key=MASTER_KEY, redis_url=None
    )
    await service.keys.refresh()
    async with live(create_app(settings)) as url:
        yield Door(url, database, service, scope)
    await service.close()
