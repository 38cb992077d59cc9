"""The addresses of the pages and of what they are made of."""

import re
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from backend.settings import Settings
from backend.web.console import console_routes
from backend.web.mobile import mobile_routes
from backend.web.public import PublicPages, public_routes
from backend.web.sources import TenantSources
from tenants.oauth.browser import Browser
from tenants.oauth.pages import TEMPLATES
from tenants.session import Database

HERE = Path(__file__).parent
SHARED: list[str | tuple[str, str]] = [("tenants", "static")]
"""Sign-in has the sheet and the mark that all pages share."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one installation."""

    settings: Settings
    sdl: str
    templates: Environment

    async def landing(self, _: Request) -> Response:
        """What runs here, and where to go."""
        return self._page("landing.html")

    async def graphiql(self, _: Request) -> Response:
        """A place to try documents."""
        return self._page("graphiql.html")

    async def outbox(self, _: Request) -> Response:
        """What people of the demo were told."""
        return self._page("outbox.html")

    async def schema(self, _: Request) -> Response:
        """The schema in its own language, for generators of clients."""
        return PlainTextResponse(self.sdl, headers={"Cache-Control": "no-cache"})

    def _page(self, template: str) -> Response:
        html = self.templates.get_template(template).render(
            base=self.settings.public_url,
            graphiql=self.settings.graphiql,
            introspection=self.settings.introspection,
            version=version("balance"),
        )
        return HTMLResponse(html, headers=_HEADERS)


class RevalidatedFiles(StaticFiles):
    """Files that browsers keep but ask about, so that an upgrade shows at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with a file, or that it has not changed."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


def web_routes(
    settings: Settings, sdl: str, database: Database, browser: Browser
) -> list[BaseRoute]:
    """Routes of the pages."""
    templates = Environment(
        loader=FileSystemLoader([HERE / "templates", TEMPLATES]),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages = Pages(settings, sdl, templates)
    sources = TenantSources(database, browser)
    routes: list[BaseRoute] = [
        Route("/", pages.landing),
        Mount("/static", RevalidatedFiles(directory=HERE / "static", packages=SHARED)),
        *console_routes(settings.console_files, sources),
        *mobile_routes(settings.mobile_files, sources),
        *public_routes(PublicPages(database, templates)),
    ]
    if settings.introspection:
        routes.append(Route("/schema.graphql", pages.schema))
    if settings.graphiql:
        routes.append(Route("/graphiql", pages.graphiql))
    if settings.demo:
        routes.append(Route("/outbox", pages.outbox))
    return routes


def own_addresses(public_url: str, path: str) -> list[str]:
    """Where sign-in may return to a page of ours; this machine goes by two names.

    Examples
    --------
    >>> own_addresses("http://127.0.0.1:8000", "/graphiql")
    ['http://127.0.0.1:8000/graphiql', 'http://localhost:8000/graphiql']
    >>> own_addresses("https://balance.example", "/graphiql")
    ['https://balance.example/graphiql']
    """
    address = f"{public_url}{path}"
    twin = re.sub(r"^http://127\.0\.0\.1(?=[:/])", "http://localhost", address)
    return [address] if twin == address else [address, twin]
