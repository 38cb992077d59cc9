"""The gateway through its application: what it takes, and how it refuses."""

import gzip
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import count

import httpx
import ormsgpack
import pytest
import pytest_asyncio

from backend.services.gateway.devices import Devices
from backend.store.wire import LONGEST_BODY
from backend.tasks.queue import SilentQueue
from domain.hours import hour_of
from domain.identity import Scope
from ingestion.app import application
from ingestion.gateway import Gateway
from tenants.session import Database
from tests.factories import FRAMES, MASTER_KEY, PushingConcentrator, block, make_tenant, place

HOUR = hour_of(datetime.now(UTC)) - 1
_numbers = count(1)


@pytest_asyncio.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    gateway = Gateway(database, Devices(database, MASTER_KEY), SilentQueue())
    transport = httpx.ASGITransport(application(gateway))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        yield client


@pytest_asyncio.fixture
async def device(database: Database, client: httpx.AsyncClient) -> PushingConcentrator:
    number = next(_numbers)
    scope = await make_tenant(database, f"gateway {number}")
    imported = await place(database, scope, {"concentrator": f"JG{number}"})
    return PushingConcentrator(client, f"JG{number}", imported.devices[0].secret)


async def pushes_kept(database: Database, device: PushingConcentrator) -> int:
    devices = Devices(database, MASTER_KEY)
    found = await devices.find(device.serial)
    assert found is not None
    async with database.session(Scope(found[0].tenant_id, actor="test")) as session:
        driver = await session.driver()
        kept: int = await driver.fetchval(
            "SELECT count(*) FROM frame WHERE tenant_id = $1", found[0].tenant_id
        )
    return kept


@pytest.mark.parametrize(
    "header",
    [
        {"Authorization": "HMAC 00"},
        {"Authorization": "Bearer x"},
        {"Authorization": "HMAC \u00e9"},
        {"X-Balance-Device": "nobody"},
        {"X-Balance-Counter": "2"},
        {"X-Balance-Counter": "-1"},
        {"X-Balance-Counter": "\u0661"},
        {"X-Balance-Time": "later"},
    ],
)
async def test_who_cannot_prove_who_he_is_gets_401(
    database: Database, device: PushingConcentrator, header: dict[str, str]
) -> None:
    sent = {name: value.encode() for name, value in header.items()}
    answer = await device.send(b'{"frames":[]}', **sent)  # type: ignore[arg-type]
    assert answer.status_code == 401
    assert answer.json()["code"] == "DEVICE_NOT_AUTHENTICATED"
    assert await pushes_kept(database, device) == 0


async def test_a_counter_is_used_once(device: PushingConcentrator) -> None:
    body = b'{"frames":[]}'
    assert (await device.send(body, counter=100)).status_code == 200
    for counter in (100, 36, 0):
        answer = await device.send(body, counter=counter)
        assert (answer.status_code, answer.json()["code"]) == (409, "COUNTER_USED")
        assert answer.json()["highest"] == 100
    assert (await device.send(body, counter=37)).status_code == 200
    assert (await device.send(body, counter=37)).status_code == 409


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"{", {}, 422, "BAD_BODY"),
        (b"[]", {}, 422, "BAD_BODY"),
        (b'{"frames": [{"sequence": "1"}]}', {}, 422, "BAD_BODY"),
        (b"{}", {"Content_Type": "text/plain"}, 422, "BAD_BODY"),
        (b"{}", {"Content_Encoding": "br"}, 422, "BAD_BODY"),
        (gzip.compress(b"{}", mtime=0)[:-6], {"Content_Encoding": "gzip"}, 422, "BAD_BODY"),
        (gzip.compress(bytes(65 * 2**20)), {"Content_Encoding": "gzip"}, 413, "BODY_TOO_LARGE"),
        (bytes(LONGEST_BODY + 1), {}, 413, "BODY_TOO_LARGE"),
    ],
)
async def test_what_cannot_be_read_is_refused_whole(  # noqa: PLR0917 - a table of cases
    database: Database,
    device: PushingConcentrator,
    body: bytes,
    headers: dict[str, str],
    status: int,
    code: str,
) -> None:
    answer = await device.send(body, **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await pushes_kept(database, device) == 0


async def test_good_frames_of_a_batch_are_kept_and_bad_ones_refused(
    device: PushingConcentrator,
) -> None:
    good = device.frame(block(HOUR, 1, {1: 5, 999: 7}))  # 999 is unknown: quarantine
    bad = device.frame(block(HOUR, 9, {1: 5}))
    ahead = device.frame(block(HOUR + 2, 1, {1: 5}))
    twin = {**good, "boot": 8}
    answer = (await device.push(good, bad, ahead, twin)).json()
    assert answer["accepted"] == [good["sequence"]]
    codes = {(one["sequence"], one["code"]) for one in answer["rejected"]}
    assert codes == {
        (bad["sequence"], "BAD_FRAME"),
        (ahead["sequence"], "HOUR_IN_FUTURE"),
        (good["sequence"], "SEQUENCE_CONFLICT"),
    }
    again = (await device.push(good)).json()
    assert (again["accepted"], again["duplicates"]) == ([], [good["sequence"]])


async def test_a_frame_is_the_same_in_every_encoding(device: PushingConcentrator) -> None:
    frame = device.frame(block(HOUR, 1, {1: 5}))
    document = {"frames": [frame]}
    assert (await device.push(frame)).json()["accepted"] == [frame["sequence"]]
    text = json.dumps(document, indent=1).encode()
    for body, headers in (
        (ormsgpack.packb(document), {"Content_Type": "application/msgpack"}),
        (gzip.compress(text, mtime=0), {"Content_Encoding": "gzip"}),
        (text, {"Content_Type": "application/json; charset=utf-8"}),
    ):
        answer = await device.send(body, **headers)
        assert answer.json()["duplicates"] == [frame["sequence"]]


async def test_an_outage_is_answered_with_503(device: PushingConcentrator) -> None:
    away = Database.connect("postgresql+asyncpg://balance_app:x@127.0.0.1:9/balance")
    gateway = Gateway(away, Devices(away, MASTER_KEY), SilentQueue())
    transport = httpx.ASGITransport(application(gateway))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        lost = PushingConcentrator(client, device.serial, device.secret)
        answer = await lost.push(lost.frame(block(HOUR, 1, {1: 5})))
    await away.close()
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.json()["code"] == "UNAVAILABLE"
    assert answer.request.url.path == FRAMES
