"""An app that waits hears of what changes at its home, at once, and of nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from backend.clients.events import Events
from backend.graphql.ids import Kind, encode
from backend.services.households import state
from backend.tasks import metering
from domain.hours import instant_of
from domain.identity import Scope
from mobile_bff.news import LINGER_S, MOST_OF_ONE, News
from tests.integration.mobile_bff.conftest import LOW, NOW, House, Phone

LONG, SHORT = 30, 1
PATIENCE_S = 20
CORRECT = """mutation C($input: CorrectReadingsInput!) { correctReadings(input: $input) {
  errors { code field message } } }"""
ALERT = text("""
INSERT INTO alert (tenant_id, kind, severity, condition, user_id, point_id, site_id, opened_at,
                   seen_at)
SELECT :t, 'leak', 'warning', :name, :u, p.id, p.site_id, now(), now()
FROM metering_point AS p WHERE p.tenant_id = :t AND p.id = :p RETURNING id
""")

Looks = list[Scope]


@pytest_asyncio.fixture
async def ann(house: House) -> AsyncIterator[Phone]:
    async with house.phone() as phone:
        await phone.sign_in(house.people[1].login, house.people[1].password)
        yield phone


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    """Who looked at what their home holds."""
    found: Looks = []
    look = state.of_household

    async def counted(session: Any, now: Any) -> state.State:
        found.append(session.scope)
        return await look(session, now)

    monkeypatch.setattr(state, "of_household", counted)
    return found


async def changes(phone: Phone, **asked: str | int) -> httpx.Response:
    return await phone.get("/bff/changes", params=asked, headers=phone.headers_of_it)


async def cursor(phone: Phone) -> str:
    return str((await changes(phone)).json()["cursor"])


@asynccontextmanager
async def waiting(phone: Phone, looks: Looks) -> AsyncIterator["asyncio.Task[httpx.Response]"]:
    """An app that has looked and waits."""
    since = await cursor(phone)
    looks.clear()
    task = asyncio.create_task(changes(phone, since=since, wait=LONG))
    try:
        await asyncio.sleep(6 * LINGER_S)
        assert looks
        looks.clear()
        assert not task.done()
        yield task
    finally:
        task.cancel()


async def heard(task: "asyncio.Task[httpx.Response]") -> Any:
    answer = await asyncio.wait_for(task, PATIENCE_S)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def alert(house: House, flat: int, name: str) -> int:
    async with house.work.database.session(house.scope) as session:
        values = {"t": house.scope.tenant_id, "u": house.people[flat].user, "name": name}
        point = {"p": house.points[f"E{flat}"].id}
        return int(await session.scalar(ALERT, values | point))


async def correct(house: House, name: str, wh: int) -> None:
    at, told = instant_of(NOW - 1).isoformat(), NOW - 1 - LOW
    register = str((100 * int(name[1:]) * told + wh) / 1000)
    change = {"hour": at, "index": register}
    given = {"point": encode(Kind.METERING_POINT, house.points[name].id), "changes": [change]}
    told_it = given | {"reason": "t", "idempotencyKey": f"news {name} {wh}"}
    done = await house.desk.ask(CORRECT, input=told_it)
    assert done["correctReadings"]["errors"] == []
    await metering.roll_up(house.work, house.scope.tenant_id)


async def test_an_hour_is_told_when_it_is_rolled_up(house: House, ann: Phone, looks: Looks) -> None:
    async with waiting(ann, looks) as task:
        await correct(house, "E1", 40)
        point = encode(Kind.METERING_POINT, house.points["E1"].id)
        assert (await heard(task))["updated"] == [{"type": "readings", "id": point}]


async def test_an_hour_of_a_neighbour_ends_no_wait(house: House, ann: Phone, looks: Looks) -> None:
    async with waiting(ann, looks) as task:
        await correct(house, "E7", 60)
        await asyncio.sleep(4 * LINGER_S)
        assert looks, "sums of the house changed"
        assert not task.done()


async def test_an_alert_is_told_to_its_home_alone(house: House, ann: Phone, looks: Looks) -> None:
    tenant = house.scope.tenant_id
    async with waiting(ann, looks) as task:
        await house.work.events.alerts_changed(tenant, [await alert(house, 2, "theirs")])
        await asyncio.sleep(4 * LINGER_S)
        assert not looks, "somebody else's alert is looked at"
        mine = await alert(house, 1, "mine")
        await house.work.events.alerts_changed(tenant, [mine])
        created = (await heard(task))["created"]
        assert created == [{"type": "alert", "id": encode(Kind.ALERT, mine)}]


async def test_another_tenants_events_are_nobodys_business(
    house: House, ann: Phone, looks: Looks
) -> None:
    async with waiting(ann, looks):
        mine = await alert(house, 1, "of another")
        await house.work.events.alerts_changed(house.scope.tenant_id + 1, [mine])
        await asyncio.sleep(4 * LINGER_S)
        assert not looks


async def test_a_quiet_wait_ends_with_nothing(ann: Phone) -> None:
    since = await cursor(ann)
    told = (await changes(ann, since=since, wait=SHORT)).json()
    assert told == {"created": [], "updated": [], "deleted": [], "cursor": since}


async def test_what_happened_before_the_wait_is_told_without_one(house: House, ann: Phone) -> None:
    since = await cursor(ann)
    mine = await alert(house, 1, "before")
    told = await asyncio.wait_for(changes(ann, since=since, wait=LONG), PATIENCE_S)
    assert told.json()["created"] == [{"type": "alert", "id": encode(Kind.ALERT, mine)}]


@pytest.mark.parametrize("wait", ["-1", "51", "1.5", "soon", "", "9" * 30])
async def test_an_absurd_wait_is_refused(ann: Phone, wait: str) -> None:
    answer = await changes(ann, since=await cursor(ann), wait=wait)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["field"] == "wait"


async def test_who_moves_out_waits_no_longer(house: House, looks: Looks) -> None:
    flat = 3
    await house.lives(flat, instant_of(LOW))
    async with house.phone() as phone:
        await phone.sign_in(house.people[flat].login, house.people[flat].password)
        async with waiting(phone, looks) as task:
            mine = await alert(house, flat, "last")
            await house.moves_out(flat, instant_of(NOW))
            await house.work.events.alerts_changed(house.scope.tenant_id, [mine])
            answer = await asyncio.wait_for(task, PATIENCE_S)
            assert answer.status_code == 401
            assert answer.json()["errors"][0]["extensions"]["code"] == "ACCESS_ENDED"


@pytest_asyncio.fixture
async def news(house: House) -> AsyncIterator[News]:
    made = News(house.work.database, house.work.events)
    yield made
    await made.stop()


async def test_nobody_takes_all_places(house: House, news: News) -> None:
    scope = house.scope_of(house.people[1])
    async with asyncio.timeout(PATIENCE_S):
        ears = [news.ear(scope) for _ in range(MOST_OF_ONE + 1)]
        taken = [await one.__aenter__() for one in ears]
        assert [one is not None for one in taken] == [True] * MOST_OF_ONE + [False]
        for one in ears:
            await one.__aexit__(None, None, None)
        async with news.ear(scope) as ear:
            assert ear is not None


async def test_a_process_that_stops_ends_all_waits(house: House, news: News) -> None:
    async with news.ear(house.scope_of(house.people[1])) as ear:
        assert ear is not None
        ear.changed.clear()
        wait = asyncio.create_task(ear.wait(LONG))
        await asyncio.sleep(0)
        news.close()
        assert await asyncio.wait_for(wait, PATIENCE_S)
    async with news.ear(house.scope_of(house.people[1])) as ear:
        assert ear is None


async def test_without_valkey_a_wait_is_a_wait(house: House) -> None:
    news = News(house.work.database, Events("redis://127.0.0.1:1"))
    async with news.ear(house.scope_of(house.people[1])) as ear:
        assert ear is not None
        assert not await ear.wait(0.1)
    await news.stop()
