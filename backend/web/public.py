"""Pages for everybody who was told their address: comparisons that a house publishes."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from backend.documents import comparison
from backend.documents.comparison_words import WORDS
from backend.documents.words import language_of
from backend.services.reading import comparing
from backend.services.reading.comparing import Comparison
from backend.store.groups import publications
from backend.store.model import metered
from domain.errors import InvalidError
from tenants.session import Database

KEPT_S = 300.0
"""A comparison of thirty days is no other one five minutes later."""

_MOST_KEPT = 1_000
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self';"
    " frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cache-Control": "public, max-age=300",
    "X-Robots-Tag": "noindex",
    "Vary": "Accept-Language",
}


@dataclass(slots=True)
class PublicPages:
    """Comparisons as pages; nobody signs in here."""

    database: Database
    templates: Environment
    kept: dict[str, tuple[float, Comparison | None]] = field(default_factory=dict)

    async def comparison(self, request: Request) -> Response:
        """The comparison of a house, or that there is none."""
        address = request.path_params["address"]
        asked = request.query_params.get("lang", "")
        language = (
            asked if asked in WORDS else language_of(request.headers.get("accept-language", ""))
        )
        found = await self._found(address)
        template = self.templates.get_template("comparison.html")
        told = None if found is None else comparison.told(found, language)
        html = template.render(told=told, words=WORDS[language], language=language, all=list(WORDS))
        return HTMLResponse(html, 404 if told is None else 200, headers=_HEADERS)

    async def _found(self, address: str) -> Comparison | None:
        at = time.monotonic()
        known = self.kept.get(address)
        if known is not None and at - known[0] < KEPT_S:
            return known[1]
        found = await self._read(address)
        if len(self.kept) >= _MOST_KEPT:
            self.kept.clear()
        self.kept[address] = at, found
        return found

    async def _read(self, address: str) -> Comparison | None:
        scoped = comparing.scope_of(address)
        if scoped is None:
            return None
        scope, word = scoped
        async with self.database.session(scope) as session:
            number = await publications.find(session, word)
            if number is None:
                return None
            house = (await metered.load_groups(session, [number])).get(number)
            if house is None:
                return None
            try:
                return await comparing.of_group(session, house, datetime.now(UTC))
            except InvalidError:  # its groups were drawn anew since
                return None


def public_routes(pages: PublicPages) -> list[BaseRoute]:
    """Routes of the public pages."""
    return [Route("/public/comparison/{address}", pages.comparison, methods=["GET"])]
