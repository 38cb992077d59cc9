"""The forecast of a day for metering points and groups, and how good the last ones were."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from analytics.forecasting import slots
from analytics.forecasting.days import slots_of
from analytics.forecasting.history import FloatArray
from analytics.forecasting.linear import LEAST_HISTORY_DAYS, Quantiles
from analytics.forecasting.scores import Score, score
from backend.clients.weather import Weather
from backend.services.forecasting.past import Owner, Read, before, days_of_owners, past_of
from backend.services.reading import profiles
from backend.store import forecasts
from backend.store.forecasts import Learnt
from backend.store.model.metered import GroupRow, PointRow
from domain.errors import InvalidError
from domain.quantities import Commodity
from tenants.session import TenantSession

HISTORY_DAYS = 30
LONGEST_SCORE_DAYS = 9
"""Models are kept for ten days, and a day is scored by the model that it had."""


@dataclass(frozen=True, slots=True)
class Told:
    """One day by its own 23 to 25 hours [Wh or litres]; arrays of shape ``(h,)``."""

    start: int
    p10: FloatArray
    p50: FloatArray
    p90: FloatArray
    mean: FloatArray
    learnt: date | None
    """Midnight at which the model was learnt; None for quantiles of the slots alone."""

    steps_ahead: int
    """1 where everything before the day is known; 2 where the forecast of today stood in."""

    weather: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A day, and who knows the weather."""

    day: date
    weather: Weather


async def of_points(
    session: TenantSession,
    points: Sequence[PointRow],
    asked: Question,
    now: datetime,
    read: Read[PointRow] = profiles.of_points,
) -> list[Told | None]:
    """Forecasts of one day for metering points.

    Parameters
    ----------
    read
        How their hours are read; whoever has them already says so.

    Raises
    ------
    InvalidError
        The day is later than tomorrow at the site.
    """
    return await _of_owners(session, points, read, asked, now)


async def of_groups(
    session: TenantSession, groups: Sequence[GroupRow], asked: Question, now: datetime
) -> list[Told | None]:
    """Forecasts of one day for groups, each as a series of its own: better than sums of parts.

    Raises
    ------
    InvalidError
        The day is later than tomorrow at the site.
    """
    return await _of_owners(session, groups, profiles.of_groups, asked, now)


async def _of_owners(
    session: TenantSession,
    owners: Sequence[Owner],
    read: Read[Owner],
    asked: Question,
    now: datetime,
) -> list[Told | None]:
    found: dict[int, Told | None] = {}
    for (zone, commodity), places in _together(owners).items():
        chosen = [owners[at] for at in places]
        told = await _of_kind(session, chosen, read, commodity, ZoneInfo(zone), asked, now)
        found |= dict(zip(places, told, strict=True))
    return [found[at] for at in range(len(owners))]


def _together(owners: Sequence[Owner]) -> dict[tuple[str, Commodity], list[int]]:
    found: dict[tuple[str, Commodity], list[int]] = {}
    for at, owner in enumerate(owners):
        found.setdefault((owner.timezone, owner.commodity), []).append(at)
    return found


async def _of_kind(  # noqa: PLR0913, PLR0917 - what is asked of whom
    session: TenantSession,
    owners: Sequence[Owner],
    read: Read[Owner],
    commodity: Commodity,
    zone: ZoneInfo,
    asked: Question,
    now: datetime,
) -> list[Told | None]:
    today = now.astimezone(zone).date()
    if asked.day > today + timedelta(days=1):
        raise InvalidError("day must be tomorrow at the latest", code="BAD_DAY", field="day")
    steps = 2 if asked.day > today else 1
    last = min(asked.day, today)
    learnt = (await forecasts.load(session, commodity, [last])).get(last)
    days: list[date] = before(last, HISTORY_DAYS)
    values = await days_of_owners(session, owners, read, days, zone, now)
    quantiles = quantiles_of(values, days, learnt, asked.weather)
    if steps > 1:  # what is known of today, and for the rest of it what is expected
        came = await days_of_owners(session, owners, read, [last], zone, now)
        guessed = np.isnan(came).mean(axis=(1, 2))
        whole = np.where(np.isnan(came), quantiles.p50[:, None], came)
        values = np.concatenate([values, whole], axis=1)
        quantiles = quantiles_of(values, [*days, last], learnt, asked.weather, guessed)
    start, slot = slots_of(asked.day, zone)
    return [
        None
        if np.isnan(quantiles.p50[at]).all()
        else Told(
            start,
            quantiles.p10[at, slot],
            quantiles.p50[at, slot],
            quantiles.p90[at, slot],
            quantiles.mean[at, slot],
            None if learnt is None else learnt.day,
            steps,
            learnt is not None and learnt.weather,
        )
        for at in range(len(owners))
    ]


def quantiles_of(
    values: FloatArray,
    days: Sequence[date],
    learnt: Learnt | None,
    weather: Weather,
    guessed: FloatArray | float = 0.0,
) -> Quantiles:
    """The day after some days: by the model, or without one by the slots' own quantiles.

    A series whose four weeks are not known yet goes by its slots, too. ``guessed`` is the share of
    the last day that is expected, not known.
    """
    if learnt is None or values.shape[1] < LEAST_HISTORY_DAYS:
        return slots.State.of(values).forecast()
    past = past_of(values, days, weather, learnt.neighbours)
    if not learnt.weather:
        past = replace(past, temperature=None)
    elif past.temperature is None:
        return slots.State.of(values).forecast()
    told = learnt.model.forecast(past, guessed)
    recent = ~np.isnan(values[:, -LEAST_HISTORY_DAYS:]).all(axis=2)
    young = (recent.sum(axis=1) < LEAST_HISTORY_DAYS // 2)[:, None]
    if not young.any():
        return told
    plain = slots.State.of(values).forecast()
    return Quantiles(
        *(
            np.where(young, getattr(plain, name), getattr(told, name))
            for name in ("p10", "p50", "p90", "mean")
        )
    )


async def scores_of_points(
    session: TenantSession, points: Sequence[PointRow], asked: Question, now: datetime
) -> list[Score]:
    """How good the forecasts of the last days before a day were, each by its own model."""
    return await _scores(session, points, profiles.of_points, asked, now)


async def scores_of_groups(
    session: TenantSession, groups: Sequence[GroupRow], asked: Question, now: datetime
) -> list[Score]:
    """The same of groups."""
    return await _scores(session, groups, profiles.of_groups, asked, now)


async def _scores(
    session: TenantSession,
    owners: Sequence[Owner],
    read: Read[Owner],
    asked: Question,
    now: datetime,
) -> list[Score]:
    found: dict[int, Score] = {}
    for (timezone, commodity), places in _together(owners).items():
        zone = ZoneInfo(timezone)
        chosen = [owners[at] for at in places]
        last = min(asked.day, now.astimezone(zone).date())
        days = before(last, HISTORY_DAYS + LONGEST_SCORE_DAYS)
        values = await days_of_owners(session, chosen, read, days, zone, now)
        models = await forecasts.load(session, commodity, days[HISTORY_DAYS:])
        told = []
        for at in range(HISTORY_DAYS, len(days)):
            learnt = models.get(days[at])
            earlier = slice(at - HISTORY_DAYS, at)
            told.append(quantiles_of(values[:, earlier], days[earlier], learnt, asked.weather))
        came, previous = values[:, HISTORY_DAYS:], values[:, HISTORY_DAYS - 1 : -1]
        for row, place in enumerate(places):
            found[place] = score(_days(told, row), came[row], previous[row])
    return [found[at] for at in range(len(owners))]


def _days(told: Sequence[Quantiles], row: int) -> Quantiles:
    return Quantiles(
        *(
            np.stack([getattr(one, name)[row] for one in told])
            for name in ("p10", "p50", "p90", "mean")
        )
    )
