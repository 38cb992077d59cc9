"""``GET /bff/home``: the first screen in one small answer, or that it has not changed."""

import gzip
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import Response

from backend.clients.weather import Weather
from backend.graphql.ids import Kind, encode, number_of
from backend.graphql.transport.operations import encode as as_json
from backend.services.alerts import sentences
from backend.services.commands.offering import Supply
from backend.services.forecasting.telling import Told as Forecast
from backend.services.households.home_screen import Card, Moment, Screen, screen_of
from backend.services.reading.profiles import Profile
from backend.store.alerts.alert_lists import AlertRow
from domain.errors import ForbiddenError, NotFoundError
from domain.hours import instant_of
from domain.identity import PremiseId, Scope
from mobile_bff.requests import Desk
from tenants.permissions import Permission
from tenants.session import Database

_WORTH_PACKING = 600


@dataclass(frozen=True, slots=True)
class Homes:
    """The home endpoint."""

    desk: Desk
    database: Database
    weather: Weather

    async def answer(self, request: Request) -> Response:
        """Screen of the home that ``object`` names, or of the first; 304 where it is known."""
        scope = await self.desk.scope(request)
        if Permission.READINGS_READ not in scope.permissions:
            raise ForbiddenError(f"this needs the permission {Permission.READINGS_READ}")
        named = request.query_params.get("object")
        premise = None if named is None else PremiseId(number_of(Kind.PREMISE, named, "object"))
        moment = Moment(datetime.now(UTC), self.weather)
        async with self.database.session(scope) as session:
            screen = await screen_of(session, premise, moment)
            person = _person(session.scope)
        if screen is None:
            raise NotFoundError("home", named)
        locale = request.query_params.get("locale", "en")
        own = scope.household is not None
        return kept(request, as_json(person | told(screen, locale, own=own)))


def _person(scope: Scope) -> dict[str, Any]:
    return {
        "household": scope.household is not None,
        "permissions": sorted(scope.permissions),
    }


def kept(request: Request, body: bytes) -> Response:
    """Answer with a body and the name of its content, or 304 where the app has it."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    headers = {
        "ETag": tag,
        "Cache-Control": "private, no-cache",
        "Vary": "Authorization, Accept-Encoding",
    }
    given = request.headers.get("if-none-match", "")
    if tag in {one.strip().removeprefix("W/") for one in given.split(",")}:
        return Response(status_code=304, headers=headers)
    if len(body) > _WORTH_PACKING and "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, 6, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(body, 200, headers, "application/json")


def told(screen: Screen, locale: str, *, own: bool = True) -> dict[str, Any]:
    """The screen as it is sent; nothing in it changes but with what it shows."""
    alert = screen.wrong.alert
    return {
        "object": None if screen.chosen is None else encode(Kind.PREMISE, screen.chosen),
        "objects": [
            {
                "id": encode(Kind.PREMISE, one.premise),
                "name": one.name,
                "path": one.path,
                "since": one.since,
                "holder": one.holder,
            }
            for one in screen.homes
        ],
        "meters": [_card(card) for card in screen.cards],
        "alert": None if alert is None else _alert(alert, locale, own=own),
        "unseen": screen.wrong.unseen,
    }


def _card(card: Card) -> dict[str, Any]:
    point, end, found = card.point, card.month.forecast, card.told.found
    return {
        "id": encode(Kind.METERING_POINT, point.id),
        "name": point.name,
        "serial": card.serial,
        "commodity": point.commodity.upper(),
        "quantity": point.energy_kind.upper(),
        "unit": card.today.unit,
        "timezone": point.timezone,
        "today": {
            "start": instant_of(card.today.start),
            "values": _values(card.today),
            "quality": card.today.codes,
            "average": _values(card.average),
            "usual": None if card.usual is None else _numbers(card.usual),
        },
        "ahead": None if card.ahead is None else _ahead(card.ahead, card.last),
        "month": {
            "soFar": _amount(card.month.so_far),
            "average": _amount(card.month.average),
            "p10": None if end is None else _amount(end.p10),
            "p50": None if end is None else _amount(end.p50),
            "p90": None if end is None else _amount(end.p90),
        },
        "indicators": {
            "homes": 0 if found is None else found.homes,
            "byArea": found is not None and found.by_area,
            "consumption": None if found is None else _share(found.consumption),
            "temperature": None if found is None else _share(found.temperature),
            "efficiency": None if found is None else _share(found.efficiency),
            "norm": _share(card.told.norm),
        },
        "supply": _supply(card.supply),
        "knownUntil": None if card.last is None else instant_of(card.last + 1),
    }


def _ahead(day: Forecast, last: int | None) -> dict[str, Any]:
    """The hours that did not come yet; the band is told in the unit of the values."""
    skip = 0 if last is None else min(max(0, last + 1 - day.start), len(day.p50))
    return {
        "start": instant_of(day.start + skip),
        "p10": _numbers(day.p10[skip:]),
        "p50": _numbers(day.p50[skip:]),
        "p90": _numbers(day.p90[skip:]),
    }


def _supply(found: Supply) -> dict[str, Any]:
    return {
        "state": None if found.state is None else found.state.upper(),
        "limitKw": _amount(found.limit_w),
        "bar": None if found.bar is None else found.bar.upper(),
        "limits": found.limits,
        "command": None if found.command is None else encode(Kind.COMMAND, found.command),
    }


def _alert(row: AlertRow, locale: str, *, own: bool) -> dict[str, Any]:
    said = sentences.say(row, locale, own=own)
    return {
        "id": encode(Kind.ALERT, row.id),
        "kind": row.kind.upper(),
        "severity": row.severity.upper(),
        "openedAt": row.opened_at,
        "closedAt": row.closed_at,
        "acknowledgedAt": row.acknowledged_at,
        "title": said.title,
        "text": said.body,
    }


def _values(hours: Profile) -> list[float | None]:
    pairs = zip(hours.values.tolist(), hours.known.tolist(), strict=True)
    return [value / 1000 if known else None for value, known in pairs]


def _numbers(values: NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(one) else round(one / 1000, 3) for one in values.tolist()]


def _amount(value: int | None) -> float | None:
    return None if value is None else value / 1000


def _share(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
