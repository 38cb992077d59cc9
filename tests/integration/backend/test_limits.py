"""Limits of tenants: who sets them, what is refused at gateway and API, and who else is served."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
import pytest_asyncio

from backend.clients.events import Events
from backend.graphql.transport.budget import Budgets
from backend.services import upkeep
from backend.services.gateway.devices import Devices
from backend.services.limits import HOUR_S, Ledger, LimitDirectory, ReadingQuota
from backend.store import bells
from backend.store.journal import FOLD
from backend.tasks import analyst, metering, worker
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from domain.errors import ForbiddenError, InvalidError, LimitError
from domain.hours import hour_of
from domain.identity import Scope, TenantId
from ingestion.app import application
from ingestion.gateway import Gateway
from tenants.limits import Limits, set_limits
from tenants.permissions import Permission
from tenants.session import Database
from tests.factories import MASTER_KEY, PushingConcentrator, block, make_tenant, place

NOW = hour_of(datetime.now(UTC))


def partner_of(scope: Scope) -> Scope:
    return Scope(scope.tenant_id, "partner", frozenset({str(Permission.PARTNER_ADMIN)}))


@pytest.fixture
def directory(database: Database) -> LimitDirectory:
    return LimitDirectory(database=database)


@pytest_asyncio.fixture
async def gateway(
    database: Database, directory: LimitDirectory
) -> AsyncIterator[httpx.AsyncClient]:
    quota = ReadingQuota(directory, Ledger("readings", HOUR_S))
    taker = Gateway(database, Devices(database, MASTER_KEY), SilentQueue(), None, quota)
    transport = httpx.ASGITransport(application(taker))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client
    await quota.close()


@pytest_asyncio.fixture
async def work(database: Database, redis_url: str) -> AsyncIterator[Work]:
    events = Events(redis_url)
    yield Work(database, SilentQueue(), events)
    await events.close()


async def concentrator(
    database: Database, client: httpx.AsyncClient, name: str
) -> tuple[Scope, PushingConcentrator]:
    scope = await make_tenant(database, name)
    imported = await place(database, scope, {"concentrator": f"JL-{name}"})
    return scope, PushingConcentrator(client, f"JL-{name}", imported.devices[0].secret)


async def send(device: PushingConcentrator, at: int) -> httpx.Response:
    return await device.push(device.frame(block(NOW - at, 1, {1: 100 - at, 2: 100 - at})))


async def test_a_tenant_over_its_readings_waits_and_the_others_do_not(
    database: Database, gateway: httpx.AsyncClient, directory: LimitDirectory
) -> None:
    busy, one = await concentrator(database, gateway, "busy")
    _, other = await concentrator(database, gateway, "quiet")
    await set_limits(database, partner_of(busy), {"readings_per_hour": 4})
    await directory.read()
    assert [(await send(one, at)).status_code for at in (9, 8, 7, 6)] == [200, 200, 429, 429]
    refused = await send(one, 5)
    assert refused.json()["code"] == "READINGS_LIMITED"
    assert 1 <= int(refused.headers["retry-after"]) <= HOUR_S
    assert (await send(other, 5)).status_code == 200
    await set_limits(database, partner_of(busy), {"readings_per_hour": None})
    await directory.read()
    assert (await send(one, 7)).json()["accepted"], "what was refused can be sent again"


async def test_requests_and_their_cost_have_limits_of_their_own(
    database: Database, directory: LimitDirectory
) -> None:
    scope = await make_tenant(database, "asking")
    changes = {"requests_per_minute": 2, "cost_per_minute": 10}
    await set_limits(database, partner_of(scope), changes)
    budgets = Budgets(1000, directory=directory, clock=lambda: 1_000_000_020.0)
    await directory.read()
    budgets.spend(scope.tenant_id, 1)
    budgets.spend(scope.tenant_id, 1)
    with pytest.raises(LimitError, match="2 requests") as refused:
        budgets.spend(scope.tenant_id, 1)
    assert refused.value.code == "RATE_LIMITED"
    assert refused.value.retry_after_s == 60  # the minute has just begun
    other = TenantId(scope.tenant_id + 1000)
    for _ in range(3):
        budgets.spend(other, 300)
    dear = Budgets(1000, directory=directory, clock=lambda: 1_000_000_020.0)
    dear.directory.defaults = Limits()
    dear.spend(scope.tenant_id, 50)
    assert dear.allowance(scope.tenant_id)[:2] == (10, 0)
    with pytest.raises(LimitError, match="cost"):
        dear.spend(scope.tenant_id, 1)


async def test_only_partner_and_platform_set_them(database: Database) -> None:
    scope = await make_tenant(database, "own")
    mine = Scope(scope.tenant_id, "admin", frozenset({str(Permission.TENANT_ADMIN)}))
    with pytest.raises(ForbiddenError):
        await set_limits(database, mine, {"readings_per_hour": 10**9})
    with pytest.raises(InvalidError, match="storage_months = 0"):
        await set_limits(database, partner_of(scope), {"storage_months": 0})
    with pytest.raises(InvalidError, match="meters"):
        await set_limits(database, partner_of(scope), {"meters": 5})
    shown = await set_limits(database, partner_of(scope), {"storage_months": 24})
    assert shown["storage_months"] == 24
    assert shown["readings_per_hour"] == Limits().readings_per_hour


async def test_one_tenant_at_fifty_times_takes_one_turn_among_the_others(
    database: Database, gateway: httpx.AsyncClient, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted in batches of folding, not in seconds: a turn ends after one batch here."""
    monkeypatch.setattr(metering, "TURN_S", -1.0)
    monkeypatch.setattr("backend.services.hours.folding._BATCH_PUSHES", 1)
    monkeypatch.setattr(worker, "OVERLOOKED", -worker.OVERLOOKED)
    busy, one = await concentrator(database, gateway, "fifty")
    for at in range(50, 0, -1):  # all of them before the others come
        assert (await send(one, at)).status_code == 200
    others = []
    for number in range(5):
        scope, other = await concentrator(database, gateway, f"once{number}")
        await send(other, 3)
        others.append(scope)
    await worker.sweep_overlooked(work)
    left = {scope.tenant_id: await ringing(database, scope) for scope in (busy, *others)}
    assert left == {busy.tenant_id: 49} | {scope.tenant_id: 0 for scope in others}


async def test_what_fails_for_one_tenant_keeps_nobody_else_waiting(
    database: Database, gateway: httpx.AsyncClient, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "OVERLOOKED", -worker.OVERLOOKED)
    broken, one = await concentrator(database, gateway, "broken")
    whole, other = await concentrator(database, gateway, "whole")
    await send(one, 3)
    await send(other, 3)

    async def fold(work: Work, tenant_id: TenantId) -> None:
        if tenant_id == broken.tenant_id:
            raise RuntimeError("as if a push could not be folded")
        await metering.fold(work, tenant_id)

    monkeypatch.setitem(worker.TASKS, FOLD, fold)
    await worker.sweep_overlooked(work)
    assert await ringing(database, broken) == 1
    assert await ringing(database, whole) == 0


async def test_the_analyst_lets_readings_pass_but_not_for_ever(
    database: Database, gateway: httpx.AsyncClient, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order is looked at; how long it takes is not."""
    monkeypatch.setattr(worker, "OVERLOOKED", -worker.OVERLOOKED)
    order: list[str] = []

    async def analyse(within_s: float) -> None:
        await analyst.let_readings_pass(work, within_s)
        order.append("analysis")

    scope, device = await concentrator(database, gateway, "passing")
    await send(device, 3)
    await analyse(0.0)
    patient = asyncio.create_task(analyse(60.0))
    await asyncio.sleep(3 * analyst.LULL_S)
    order.append("fold")
    while await upkeep.readings_wait(database):
        await worker.sweep_overlooked(work)
    await patient
    assert order == ["analysis", "fold", "analysis"]
    assert await ringing(database, scope) == 0


async def ringing(database: Database, scope: Scope) -> int:
    async with database.session(scope) as session:
        return len(await bells.heard(session, FOLD))


async def test_frames_are_kept_as_long_as_the_tenant_has_storage(
    database: Database, gateway: httpx.AsyncClient
) -> None:
    short, one = await concentrator(database, gateway, "short")
    plain, two = await concentrator(database, gateway, "plain")
    await set_limits(database, partner_of(short), {"storage_months": 1})
    for device in (one, two):
        await send(device, 3)
    await upkeep.clear_out(database, datetime.now(UTC).replace(year=NOW_YEAR + 1, month=1), 24)
    assert await frames(database, short) == 0
    assert await frames(database, plain) == 1


NOW_YEAR = datetime.now(UTC).year


async def frames(database: Database, scope: Scope) -> int:
    async with database.session(scope) as session:
        driver = await session.driver()
        found: int = await driver.fetchval(
            "SELECT count(*) FROM frame WHERE tenant_id = $1", scope.tenant_id
        )
        return found
