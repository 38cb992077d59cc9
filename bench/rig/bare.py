"""The bare route beside which GraphQL is measured: same rows, same bytes, no understanding."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backend.settings import get_settings
from domain.hours import day_of
from domain.identity import Scope, TenantId
from runtime.asgi import serve
from tenants.session import Database

_POINTS = (
    "SELECT p.*, s.timezone FROM metering_point AS p"
    " JOIN site AS s ON s.tenant_id = p.tenant_id AND s.id = p.site_id"
    " WHERE p.tenant_id = $1 AND p.id = ANY($2::bigint[])"
)
_INSTALLATIONS = "SELECT * FROM installation WHERE tenant_id = $1 AND point_id = ANY($2::bigint[])"
_TIERS = (
    """
    SELECT * FROM series_day WHERE tenant_id = $1 AND series_id = ANY($2::bigint[])
    AND day BETWEEN $3 AND $4
    """,
    """
    SELECT * FROM series_hour WHERE tenant_id = $1
    AND block IN (SELECT unnest($2::bigint[]) / 128) AND hour BETWEEN $3::date AND $4::date + 1
    """,
    """
    SELECT * FROM series_month WHERE tenant_id = $1 AND series_id = ANY($2::bigint[])
    AND month BETWEEN date_trunc('month', $3::date)::date AND $4
    """,
)
"""One for each tier: what the API reads in one statement over all of them."""


def serve_bare(
    port: int, tenant: int, points: list[int], answer: Path, span: tuple[int, int]
) -> None:
    """Serve what was recorded, after reading the rows that hours ``span`` were made of."""
    settings = get_settings()
    database = Database.connect(settings.database_url, pool_size=settings.database_pool_size)
    scope = Scope(TenantId(tenant), actor="bench")
    body = answer.read_bytes()
    start, end = span
    first, last = day_of(start - 24), day_of(end + 23)  # the reader's margin

    async def bare(_: Request) -> Response:
        async with database.session(scope) as session:
            driver = await session.driver()
            await driver.fetch(_POINTS, tenant, points)
            standing = await driver.fetch(_INSTALLATIONS, tenant, points)
            series = [row["series_id"] for row in standing]
            days, hours, _ = [
                await driver.fetch(tier, tenant, series, first, last) for tier in _TIERS
            ]
            assert len(days) * 24 + len(hours) * len(points) >= len(points) * (end - start)
        return Response(body, media_type="application/json")

    serve(Starlette(routes=[Route("/raw", bare)]), host="127.0.0.1", port=port)
