"""Learning a night's models, and scoring those of the days that are over.

One model for each commodity of a tenant, learnt at its local midnight from a sample of consumers.
Idempotent: learning a day twice gives the same model, since the sample and the days are the same.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from analytics.forecasting import linear
from analytics.forecasting.history import FloatArray, kind_of
from analytics.forecasting.scores import score
from backend.clients.weather import Weather
from backend.services.forecasting.past import before, days_of_owners, past_of
from backend.services.model import places
from backend.services.reading import profiles
from backend.store import bells, forecasts
from backend.store.forecasts import FORECAST, Learnt
from backend.store.model import metered
from domain.identity import Scope, TenantId
from domain.quantities import Commodity
from tenants.models import Tenant
from tenants.session import Database, TenantSession

AT_HOUR = 1
"""Local hour after midnight in which a day's models are learnt: late readings are in by then."""

HISTORY_DAYS = 48
LEAST_SAMPLE, MOST_SAMPLE = 20, 120


async def announce(database: Database, now: datetime) -> None:
    """Ring for tenants whose local night it is."""
    async with database.global_session() as session:
        tenants = (await session.execute(select(Tenant.id, Tenant.timezone))).all()
    due = [one.id for one in tenants if now.astimezone(ZoneInfo(one.timezone)).hour == AT_HOUR]
    for tenant in due:
        await announce_for(database, TenantId(tenant), now)


async def announce_for(database: Database, tenant: TenantId, now: datetime) -> None:
    """Ring for one tenant: its nights are not to be waited for."""
    async with database.session(Scope(tenant, actor="analyst")) as session:
        await bells.ring(session, FORECAST, now.isoformat())


async def learn(
    session: TenantSession, commodity: Commodity, now: datetime, weather: Weather
) -> bool:
    """Score what is over and learn today's model of a commodity; whether one was learnt now."""
    zone = ZoneInfo((await places.tenant_of(session)).timezone)
    today = now.astimezone(zone).date()
    known = await forecasts.load(session, commodity, [today])
    if today in known and known[today].day == today:
        return False
    since = before(today, linear.LEAST_HISTORY_DAYS)[0]
    chosen = await forecasts.sample(session, commodity, since, MOST_SAMPLE)
    if len(chosen) < LEAST_SAMPLE:
        return False
    rows = await metered.load_points(session, chosen)
    points = [rows[one] for one in chosen if one in rows]
    days = _history(today)
    values = await days_of_owners(session, points, profiles.of_points, days, zone, now)
    await _score(session, commodity, days, values, weather)
    past = past_of(values, days, weather)
    model = await asyncio.to_thread(linear.fit, past)
    if model is None:
        return False
    learnt = Learnt(today, model, kind_of(past), len(points), past.temperature is not None)
    await forecasts.save(session, commodity, learnt)
    await forecasts.forget(session, today)
    return True


def _history(today: date) -> list[date]:
    return before(today, HISTORY_DAYS)


async def _score(
    session: TenantSession,
    commodity: Commodity,
    days: Sequence[date],
    values: FloatArray,
    weather: Weather,
) -> None:
    """Score models of days that are over on the sample, as they would have been asked then."""
    waiting = await forecasts.unscored(session, commodity, days[-1] + timedelta(days=1))
    models = await forecasts.load(session, commodity, waiting)
    for day in waiting:
        at = days.index(day) if day in days else -1
        if at < linear.LEAST_HISTORY_DAYS:
            continue
        learnt = models[day]
        past = past_of(values[:, :at], days[:at], weather, learnt.neighbours)
        told = learnt.model.forecast(past if learnt.weather else replace(past, temperature=None))
        result = score(told, values[:, at], values[:, at - 1])
        await forecasts.save_score(session, commodity, day, result)


async def answer(session: TenantSession) -> None:
    """Tonight's work is done."""
    await bells.answer(session, FORECAST, await bells.heard(session, FORECAST))
