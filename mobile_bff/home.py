"""``GET /bff/home``: the first screen in one small answer, or that it has not changed."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
from backend.services.households.home_screen import (
    Brand,
    Called,
    Card,
    Moment,
    Screen,
    screen_of,
)
from backend.services.reading.indicators import Told
from backend.services.reading.profiles import Profile
from backend.store import home_versions
from backend.store.alerts.alert_lists import AlertRow
from domain.demand_response import words_for
from domain.errors import ForbiddenError, NotFoundError
from domain.hours import hour_of, instant_of
from domain.identity import PremiseId, Scope
from mobile_bff.requests import Desk
from mobile_bff.snapshots import Snapshot, Snapshots
from tenants.permissions import Permission
from tenants.session import Database, TenantSession

_WEATHER_DAYS = 40
"""More than any part of the screen looks back for the weather."""


@dataclass(frozen=True, slots=True)
class Homes:
    """The home endpoint."""

    desk: Desk
    database: Database
    weather: Weather
    snapshots: Snapshots

    async def answer(self, request: Request) -> Response:
        """Screen of the home that ``object`` names, or of the first; 304 where it is known."""
        scope = await self.desk.scope(request)
        if Permission.READINGS_READ not in scope.permissions:
            raise ForbiddenError(f"this needs the permission {Permission.READINGS_READ}")
        named = request.query_params.get("object")
        premise = None if named is None else PremiseId(number_of(Kind.PREMISE, named, "object"))
        locale = request.query_params.get("locale", "en")
        moment = Moment(datetime.now(UTC), self.weather)
        question = scope.tenant_id, scope.actor, scope.permissions, premise, locale
        async with self.database.session(scope) as session:
            version = await _version(session, moment)
            known = self.snapshots.find(question, version)
            if known is not None:
                return known.answer(request)
            screen = await screen_of(session, premise, moment)
            person = _person(session.scope)
        if screen is None:
            raise NotFoundError("home", named)
        own = scope.household is not None
        made = Snapshot.of(as_json(person | told(screen, locale, own=own)))
        if version is not None:
            self.snapshots.keep(question, version, made)
        return made.answer(request)


async def _version(session: TenantSession, moment: Moment) -> Hashable | None:
    """Version of a household's screens: that of its rows, of the hour, and of the weather.

    None for others, whose sight is too wide to be looked over.
    """
    if session.scope.household is None:
        return None
    now = moment.now
    days = [now.date() + timedelta(days=at) for at in range(-_WEATHER_DAYS, 3)]
    weather = moment.weather.temperatures(days)
    told_of_it = None if weather is None else weather.tobytes()
    return hour_of(now), told_of_it, await home_versions.version_of(session, now)


def _person(scope: Scope) -> dict[str, Any]:
    return {
        "household": scope.household is not None,
        "permissions": sorted(scope.permissions),
    }


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
        "event": None if screen.called is None else _event(screen.called, locale),
        "brand": None if screen.brand is None else _brand(screen.brand),
    }


def _event(called: Called, locale: str) -> dict[str, Any]:
    event = called.event
    return {
        "id": encode(Kind.DR_EVENT, event.id),
        "commodity": None if event.commodity is None else event.commodity.upper(),
        "level": event.level,
        "state": event.state.upper(),
        "startsAt": event.starts_at,
        "endsAt": event.ends_at,
        "message": words_for(event.messages, locale),
        "participate": called.answer,
    }


def _brand(own: Brand) -> dict[str, str | None]:
    return {
        "name": own.name,
        "colour": own.colour,
        "colourDark": own.colour_dark,
        "logo": own.logo_url,
    }


def _card(card: Card) -> dict[str, Any]:
    point, end = card.point, card.month.forecast
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
        "indicators": _indicators(card.told),
        "supply": _supply(card.supply),
        "knownUntil": None if card.last is None else instant_of(card.last + 1),
    }


def _indicators(told: Told) -> dict[str, Any]:
    found = told.found
    return {
        "homes": 0 if found is None else found.consumption.homes,
        "byArea": found is not None and found.consumption.by_area,
        "consumption": None if found is None else _share(found.consumption.consumption),
        "temperature": None if found is None else _share(found.warmth.temperature),
        "efficiency": None if found is None else _share(found.warmth.efficiency),
        "norm": _share(told.norm),
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
