"""The API as an ASGI application: GraphQL, sign-in, pages and probes."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route, WebSocketRoute

from backend.assembly import Assembly, Beside
from backend.clients.events import Events
from backend.clients.weather import weather_of
from backend.documents.routes import Documents, document_routes
from backend.edge import Edge, answer_failure, answer_http_error
from backend.graphql.context import Terms
from backend.graphql.schema import schema
from backend.graphql.transport.budget import Budgets
from backend.graphql.transport.http import GraphQLEndpoint
from backend.graphql.transport.operations import Operations
from backend.graphql.transport.streams import Streams
from backend.graphql.transport.websocket import GraphQLSockets
from backend.health import Health, health_routes
from backend.leaving import on_the_way_out
from backend.master_key import load_master_key
from backend.services.limits import LimitDirectory
from backend.settings import Settings
from backend.web.own_apps import own_apps
from backend.web.routes import web_routes
from tenants.oauth.routes import oauth_routes
from tenants.oauth.service import OAuthService
from tenants.session import Database

VALKEY_PATIENCE_S = 0.5


def create_app(settings: Settings, *beside: Beside) -> Starlette:
    """Build the API; it connects when it is first asked for something.

    ``beside`` are edges that are served by the same process, on the same database and executor.
    """
    database = Database.connect(
        settings.database_url, pool_size=settings.database_pool_size, application="balance-api"
    )
    valkey: Redis = Redis.from_url(
        settings.redis_url,
        socket_timeout=VALKEY_PATIENCE_S,
        socket_connect_timeout=VALKEY_PATIENCE_S,
    )
    events = Events(settings.redis_url)
    master_key = load_master_key(settings)
    budgets = Budgets(
        settings.requests_per_minute, valkey, directory=LimitDirectory(database=database)
    )
    sign_in = OAuthService.build(
        database,
        issuer=settings.public_url,
        master_key=master_key,
        redis_url=settings.redis_url,
        apps=own_apps(settings),
    )
    operations = Operations(
        schema,
        database,
        events,
        budgets,
        introspection=settings.introspection,
        master_key=master_key,
        weather=weather_of(settings.weather),
        terms=Terms(settings.demo, settings.webhooks_private, settings.graphiql),
        public_url=settings.public_url,
        passwords=sign_in.passwords,
    )
    assembly = Assembly(settings, database, sign_in, operations)
    streams = Streams(operations)
    longest = settings.graphql_body_bytes
    endpoint = GraphQLEndpoint(
        streams,
        sign_in.authenticator,
        body_bytes=longest,
        file_bytes=settings.graphql_file_bytes,
    )
    sockets = GraphQLSockets(streams, sign_in.authenticator, message_bytes=longest)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        def leave() -> None:
            for part in assembly.leaving:
                part()

        try:
            with on_the_way_out(leave):
                yield
        finally:
            for end in assembly.ending:
                await end()
            await budgets.close()
            await sign_in.close()
            await events.close()
            await valkey.aclose()
            await database.close()

    return Starlette(
        routes=[
            Route("/graphql", endpoint),
            WebSocketRoute("/graphql", sockets),
            *health_routes(Health(settings, valkey)),
            *oauth_routes(sign_in),
            *document_routes(Documents(database, sign_in.authenticator, settings.public_url)),
            *web_routes(settings, schema.as_str(), database, sign_in.browser),
            *(route for edge in beside for route in edge(assembly)),
        ],
        lifespan=lifespan,
        middleware=[Middleware(Edge, secure=settings.public_url.startswith("https://"))],
        exception_handlers={HTTPException: answer_http_error, Exception: answer_failure},
    )
