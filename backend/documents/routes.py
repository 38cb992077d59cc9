"""The addresses of documents, for whoever holds a token that may read."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TypeVar

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from backend.documents import acceptance as pdf
from backend.documents import comparison, reports
from backend.documents.reports import ReportFormat
from backend.documents.words import language_of
from backend.graphql.ids import Kind, number_of
from backend.graphql.transport.http import failure
from backend.graphql.transport.operations import request_id
from backend.graphql.transport.requests import bearer_token
from backend.services.reading import acceptance, comparing
from backend.services.reports import making
from backend.services.reports.tables import ReportKind
from backend.store.groups import publications
from backend.store.model import metered
from domain.errors import BalanceError, ForbiddenError, InvalidError, NotFoundError
from domain.identity import BalanceGroupId, Scope, SiteId
from domain.quantities import Commodity
from tenants.authentication import Authenticator
from tenants.permissions import Permission
from tenants.session import Database

_STATUS: dict[type[BalanceError], int] = {
    InvalidError: 400,
    ForbiddenError: 403,
    NotFoundError: 404,
}
AT_ONCE = 2
"""Documents that are set at the same time."""


Make = Callable[[Request, Scope], Awaitable[Response]]
Word = TypeVar("Word", bound=StrEnum)


class Documents:
    """The documents of one installation."""

    def __init__(self, database: Database, authenticator: Authenticator, public_url: str) -> None:
        self._database, self._authenticator = database, authenticator
        self._public_url = public_url
        self._places = asyncio.Semaphore(AT_ONCE)

    async def acceptance(self, request: Request) -> Response:
        """The acceptance certificate of a site."""
        return await self._answer(request, self._acceptance)

    async def report(self, request: Request) -> Response:
        """A report as a file."""
        return await self._answer(request, self._report)

    async def comparison(self, request: Request) -> Response:
        """Posters of a house's comparison, one for each group below it."""
        return await self._answer(request, self._comparison)

    async def _answer(self, request: Request, make: Make) -> Response:
        try:
            token = bearer_token(request.headers.get("authorization", ""))
            scope = await self._authenticator.scope_of(token)
            return await make(request, scope)
        except BalanceError as error:
            status, told, headers = failure(error, request_id())
            status = next((own for kind, own in _STATUS.items() if isinstance(error, kind)), status)
            body = orjson.dumps({"errors": [told]})
            return Response(body, status, {**headers, **_FRESH}, "application/json")

    async def _acceptance(self, request: Request, scope: Scope) -> Response:
        if Permission.REPORTS_READ not in scope.permissions:
            raise ForbiddenError(f"this needs the permission {Permission.REPORTS_READ}")
        site = SiteId(number_of(Kind.SITE, request.path_params["site"], "site"))
        first_day, days = _first_day(request), _days(request)
        async with self._places:
            async with self._database.session(scope) as session:
                found = await acceptance.issue(session, site, first_day, days, datetime.now(UTC))
            language = language_of(request.headers.get("accept-language", ""))
            made = await asyncio.to_thread(pdf.render, found, language)
        name = f"acceptance-{found.hash[:12]}.pdf"
        headers = {
            "Content-Disposition": f'inline; filename="{name}"',
            "Content-Language": language,
            "ETag": f'"{found.hash}-{language}"',
            "Vary": "Accept-Language, Authorization",
        }
        return Response(made, 200, {**headers, **_FRESH}, "application/pdf")

    async def _report(self, request: Request, scope: Scope) -> Response:
        if Permission.REPORTS_READ not in scope.permissions:
            raise ForbiddenError(f"this needs the permission {Permission.REPORTS_READ}")
        kind = _one_of(ReportKind, request.path_params["kind"], "kind")
        form = _one_of(ReportFormat, request.path_params["form"], "format")
        if kind is ReportKind.FINDINGS and Permission.FINDINGS_READ not in scope.permissions:
            raise ForbiddenError(f"this needs the permission {Permission.FINDINGS_READ}")
        under, commodity = request.query_params.get("under"), request.query_params.get("commodity")
        site = SiteId(number_of(Kind.SITE, under, "under")) if under else None
        wanted = _one_of(Commodity, commodity.lower(), "commodity") if commodity else None
        span = _day(request, "from"), _day(request, "to")
        language = language_of(request.headers.get("accept-language", ""))
        async with self._places:
            async with self._database.session(scope) as session:
                now = datetime.now(UTC)
                made = await making.make(session, kind, site, wanted, span, now, language)
            written = await asyncio.to_thread(reports.render, made, form, language)
        name = f"{kind}-{span[0]}-{span[1]}.{form}"
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Language": language,
            "Vary": "Accept-Language, Authorization",
        }
        return Response(written, 200, {**headers, **_FRESH}, reports.TYPES[form])

    async def _comparison(self, request: Request, scope: Scope) -> Response:
        if Permission.REPORTS_READ not in scope.permissions:
            raise ForbiddenError(f"this needs the permission {Permission.REPORTS_READ}")
        text = request.path_params["group"]
        number = BalanceGroupId(number_of(Kind.BALANCE_GROUP, text, "group"))
        language = language_of(request.headers.get("accept-language", ""))
        async with self._places:
            async with self._database.session(scope) as session:
                house = (await metered.load_groups(session, [number])).get(number)
                if house is None:
                    raise NotFoundError("group", text)
                found = await comparing.of_group(session, house, datetime.now(UTC))
                row = (await publications.of_groups(session, [number])).get(number)
            word = "" if row is None else comparing.address_of(scope.tenant_id, row.word)
            address = f"{self._public_url}/public/comparison/{word}" if word else ""
            made = await asyncio.to_thread(comparison.posters, found, language, address)
        headers = {
            "Content-Disposition": 'inline; filename="comparison.pdf"',
            "Content-Language": language,
            "Vary": "Accept-Language, Authorization",
        }
        return Response(made, 200, {**headers, **_FRESH}, "application/pdf")


_FRESH = {"Cache-Control": "no-store"}


def _one_of(words: type[Word], text: str, field: str) -> Word:
    try:
        return words(text)
    except ValueError:
        message = f"{field} = {text[:40]!r}: not one of {', '.join(words)}"
        raise InvalidError(message, field=field) from None


def _first_day(request: Request) -> date:
    return _day(request, "from")


def _day(request: Request, field: str) -> date:
    text = request.query_params.get(field, "")
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"{field} = {text[:40]!r}: not a day such as 2026-11-01"
        raise InvalidError(message, code="BAD_DAYS", field=field) from None


def _days(request: Request) -> int:
    text = request.query_params.get("days", "")
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        message = f"days = {text[:40]!r}: not a number of days"
        raise InvalidError(message, code="BAD_DAYS", field="days")
    return int(text)


def document_routes(documents: Documents) -> list[BaseRoute]:
    """Routes of the documents."""
    return [
        Route("/documents/acceptance/{site}.pdf", documents.acceptance, methods=["GET"]),
        Route("/documents/comparison/{group}.pdf", documents.comparison, methods=["GET"]),
        Route("/documents/reports/{kind}.{form}", documents.report, methods=["GET"]),
    ]
