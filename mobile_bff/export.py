"""``GET /bff/export.csv``: a household's own hours, to keep."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from backend.graphql.ids import Kind, number_of
from backend.services.households import export
from backend.services.reading.profiles import Range
from domain.errors import ForbiddenError, InvalidError
from domain.identity import PremiseId
from mobile_bff.requests import Desk
from tenants.permissions import Permission
from tenants.session import Database

_USUAL = timedelta(days=31)
_LINES = 500


@dataclass(frozen=True, slots=True)
class Exports:
    """The export endpoint."""

    desk: Desk
    database: Database

    async def answer(self, request: Request) -> Response:
        """Hours ``[from, to)`` of one home, or of all of them; the last 31 days if not said."""
        scope = await self.desk.scope(request)
        if scope.household is None or Permission.READINGS_READ not in scope.permissions:
            raise ForbiddenError("this is for residents and their delegates")
        asked, now = request.query_params, datetime.now(UTC)
        end = _instant(asked.get("to"), "to") or now.replace(minute=0, second=0, microsecond=0)
        start = _instant(asked.get("from"), "from") or end - _USUAL
        home = asked.get("home")
        premise = None if home is None else PremiseId(number_of(Kind.PREMISE, home, "home"))
        async with self.database.session(scope) as session:
            found = await export.of_home(session, premise, Range.of(start, end), now)
        headers = {
            "Content-Disposition": 'attachment; filename="balance-hours.csv"',
            "Cache-Control": "no-store",
        }
        return StreamingResponse(
            _in_pieces(found), 200, headers, media_type="text/csv; charset=utf-8"
        )


async def _in_pieces(found: export.OwnHours) -> AsyncIterator[str]:
    piece: list[str] = []
    for line in found.lines():
        piece.append(line)
        if len(piece) == _LINES:
            yield "".join(piece)
            piece = []
    yield "".join(piece)


def _instant(text: str | None, field: str) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise InvalidError(
            f"{field} = {text[:40]!r}: not an instant with an offset", code="BAD_TIME", field=field
        )
    return found
