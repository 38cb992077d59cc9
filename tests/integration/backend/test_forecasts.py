"""Forecasts from pushes: learnt at night, told over GraphQL of meters and groups, and scored."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import pytest_asyncio

from backend.clients.events import Events
from backend.clients.weather import ConstantWeather
from backend.services.forecasting import learning
from backend.store import bells
from backend.store.forecasts import FORECAST
from backend.tasks import forecasting
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.hours import hour_of, instant_of, midnight
from domain.identity import Scope
from domain.quantities import Commodity
from tenants.permissions import Permission
from tenants.session import Database
from tests.desk import Desk, count
from tests.factories import make_tenant, place

ZONE = ZoneInfo("Europe/Chisinau")
NOW = datetime.now(UTC)
TODAY = NOW.astimezone(ZONE).date()
METERS, DAYS = 24, 40
LOW = midnight(TODAY - timedelta(days=DAYS), ZONE)
HIGH = hour_of(NOW)
ALL = frozenset(str(permission) for permission in Permission)

FORECAST_OF = """query ($id: ID!, $day: Date) { node(id: $id) { ... on Metered {
  forecast(day: $day) { start unit timezone p10 p50 p90 mean learnt stepsAhead weather }
  forecastScore { hours wape wapeLag24 covered } } } }"""
MODELS = """query ($from: Date!, $to: Date!) { viewer {
  forecastModels(commodity: ELECTRICITY, from: $from, to: $to) {
    day sample weather score { hours wape wapeLag24 covered } } } }"""
IDS = """query { viewer { site(path: "Forecast") { balanceGroups { id } }
  meteringPoints(first: 1) { edges { node { id } } } } }"""


async def ids(desk: Desk) -> tuple[str, str]:
    viewer = (await desk.ask(IDS))["viewer"]
    point = viewer["meteringPoints"]["edges"][0]["node"]["id"]
    return point, viewer["site"]["balanceGroups"][0]["id"]


@pytest_asyncio.fixture(scope="module")
async def desk(database: Database, redis_url: str) -> AsyncIterator[Desk]:
    events = Events(redis_url)
    made = await make_tenant(database, "forecast")
    rows = [
        {
            "site_path": "Forecast",
            "site_kinds": "house",
            "premise": str(at),
            "meter_serial": f"F{at}",
            "channel": str(at),
            "concentrator": "JF",
            "installed_at": instant_of(LOW).isoformat(),
        }
        for at in range(METERS)
    ]
    imported = await place(database, made, *rows)
    chance = np.random.default_rng(6)
    hours = np.arange(LOW, HIGH)
    shape = 400 + 300 * np.sin((hours % 24) / 24 * 2 * np.pi)
    load = (
        shape * chance.uniform(0.5, 2, (METERS, 1)) * chance.gamma(8, 1 / 8, (METERS, len(hours)))
    )
    counters = load.cumsum(axis=1).astype(int)
    work = Work(database, SilentQueue(), events)
    await count(work, made, imported, LOW, dict(enumerate(counters)))
    yield Desk(work, Scope(made.tenant_id, "planner", ALL))
    await events.close()


async def test_without_a_model_the_hours_of_the_day_tell(desk: Desk) -> None:
    point, _ = await ids(desk)
    found = (await desk.ask(FORECAST_OF, id=point))["node"]["forecast"]
    assert found["learnt"] is None
    assert None not in found["p50"]


async def test_a_night_learns_and_everybody_is_told(desk: Desk) -> None:
    tenant = desk.scope.tenant_id
    await learning.announce_for(desk.work.database, tenant, NOW)
    await forecasting.learn(desk.work, tenant)
    async with desk.work.database.session(desk.scope) as session:
        assert await bells.heard(session, FORECAST) == []
        again = await learning.learn(session, Commodity.ELECTRICITY, NOW, desk.work.weather)
        assert not again
    point, group = await ids(desk)
    for one, size in ((point, 1), (group, METERS)):
        for day, steps in ((TODAY, 1), (TODAY + timedelta(days=1), 2)):
            found = (await desk.ask(FORECAST_OF, id=one, day=day.isoformat()))["node"]["forecast"]
            assert found["learnt"] == TODAY.isoformat()
            assert (found["stepsAhead"], found["unit"], found["weather"]) == (steps, "kWh", False)
            start = midnight(day, ZONE)
            assert datetime.fromisoformat(found["start"]) == instant_of(start)
            assert len(found["p50"]) == midnight(day + timedelta(days=1), ZONE) - start
            low, middle, high = (np.array(found[name]) for name in ("p10", "p50", "p90"))
            assert (low <= middle).all()
            assert (middle <= high).all()
            assert 0.2 * size < middle.mean() < 1.2 * size


async def test_days_that_came_score_their_models(desk: Desk) -> None:
    tenant = desk.scope.tenant_id
    point, group = await ids(desk)
    async with desk.work.database.session(desk.scope) as session:
        for back in (2, 1):
            past = instant_of(midnight(TODAY - timedelta(days=back), ZONE)) + timedelta(hours=2)
            await learning.learn(session, Commodity.ELECTRICITY, past, desk.work.weather)
    async with desk.work.database.session(desk.scope) as session:
        driver = await session.driver()
        await driver.execute(
            "DELETE FROM forecast_model WHERE tenant_id = $1 AND day = $2", tenant, TODAY
        )
    await learning.announce_for(desk.work.database, tenant, NOW)
    await forecasting.learn(desk.work, tenant)
    span = {"from": (TODAY - timedelta(days=3)).isoformat(), "to": "2100-01-01"}
    assert await desk.refused(MODELS, **span) == [("RANGE_TOO_LONG", "to")]
    span["to"] = (TODAY + timedelta(days=1)).isoformat()
    models = (await desk.ask(MODELS, **span))["viewer"]["forecastModels"]
    assert [one["sample"] for one in models] == [METERS] * 3
    *over, today = models
    assert today["score"] is None
    for one in over:
        assert one["score"]["hours"] >= METERS * 23
        assert one["score"]["wape"] < one["score"]["wapeLag24"]
        assert 0.6 < one["score"]["covered"] < 0.95
    for owner in (point, group):
        own = (await desk.ask(FORECAST_OF, id=owner))["node"]["forecastScore"]
        assert own["hours"] >= 9 * 23
        assert 0 < own["wape"] < 1


async def test_the_day_after_tomorrow_is_refused(desk: Desk) -> None:
    point, _ = await ids(desk)
    late = (TODAY + timedelta(days=2)).isoformat()
    assert ("BAD_DAY", "day") in await desk.refused(FORECAST_OF, id=point, day=late)


async def test_weather_that_is_known_is_learnt_and_needed(desk: Desk) -> None:
    day: date = TODAY - timedelta(days=4)
    past = instant_of(midnight(day, ZONE)) + timedelta(hours=2)
    async with desk.work.database.session(desk.scope) as session:
        await learning.learn(session, Commodity.ELECTRICITY, past, ConstantWeather(3.0))
    span = {"from": day.isoformat(), "to": (day + timedelta(days=1)).isoformat()}
    (model,) = (await desk.ask(MODELS, **span))["viewer"]["forecastModels"]
    assert model["weather"]


@pytest.mark.parametrize("hour", [0, 1, 2])
async def test_tenants_are_rung_for_in_their_own_night(database: Database, hour: int) -> None:
    made = await make_tenant(database, f"night {hour} {NOW.timestamp()}", "America/New_York")
    zone = ZoneInfo("America/New_York")
    moment = datetime(2026, 11, 20, hour, 30, tzinfo=zone)
    await learning.announce(database, moment.astimezone(UTC))
    async with database.session(made) as session:
        assert bool(await bells.heard(session, FORECAST)) == (hour == learning.AT_HOUR)
