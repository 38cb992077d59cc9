"""What the gateway tells a concentrator of itself, its keys, and what it cannot carry."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

import httpx
import pytest
import pytest_asyncio

from backend.services.gateway import device_keys
from backend.services.gateway import devices as known_devices
from backend.services.gateway.devices import Devices
from backend.tasks.queue import SilentQueue
from domain.authenticity import claim_code, device_secret, is_claim_code
from domain.errors import ConflictError, InvalidError, LimitError, NotFoundError, RowsError
from domain.hours import hour_of
from domain.identity import Scope
from ingestion.app import CONFIG, application
from ingestion.gateway import Gateway
from tenants.session import Database
from tests.factories import MASTER_KEY, PushingConcentrator, block, make_tenant, place

HOUR = hour_of(datetime.now(UTC)) - 1
_numbers = count(1)


@dataclass
class House:
    database: Database
    scope: Scope
    client: httpx.AsyncClient
    device: PushingConcentrator

    async def rotate(self) -> device_keys.NewKey:
        async with self.database.session(self.scope) as session:
            return await device_keys.rotate(session, self.device.serial, MASTER_KEY)

    def with_secret(self, secret: str) -> PushingConcentrator:
        """The same device with another secret; its counter goes on."""
        other = PushingConcentrator(self.client, self.device.serial, secret)
        other.counter, other.sequence = self.device.counter + 100, self.device.sequence + 100
        return other


@pytest_asyncio.fixture
async def house(database: Database) -> AsyncIterator[House]:
    number = next(_numbers)
    scope = await make_tenant(database, f"config {number}")
    serial = f"JC{number}"
    imported = await place(
        database,
        scope,
        {"concentrator": serial, "module": f"D{number}", "input": "2"},
        {"concentrator": serial, "network": "3", "channel": "9", "premise": "2",
         "meter_serial": "M2", "wrap": "65536"},
    )  # fmt: skip
    transport = httpx.ASGITransport(
        application(Gateway(database, Devices(database, MASTER_KEY), SilentQueue()))
    )
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        device = PushingConcentrator(client, serial, imported.devices[0].secret)
        yield House(database, scope, client, device)


async def test_a_concentrator_learns_what_it_is(house: House) -> None:
    number = house.device.serial.removeprefix("JC")
    told = (await house.device.get(CONFIG)).json()
    assert (told["device"], told["generation"], told["secret_generation"]) == (
        house.device.serial,
        "J100UC",
        1,
    )
    assert (told["last_sequence"], told["last_counter"], told["gaps"]) == (-1, -1, [])
    assert told["limits"]["networks"] == 8
    assert told["limits"]["meters_per_network"] == 480
    first, third = told["networks"]
    assert (first["number"], third["number"]) == (1, 3)
    assert first["channels"] == [
        {"channel": 1, "module": f"D{number}", "input": 2, "placed": True, "wrap": 2**32}
    ]
    assert third["channels"] == [
        {"channel": 9, "module": None, "input": None, "placed": True, "wrap": 65536}
    ]
    await house.device.push(house.device.frame(block(HOUR, 1, {1: 5})))
    told = (await house.device.get(CONFIG)).json()
    assert (told["last_sequence"], told["last_counter"]) == (1, house.device.counter - 1)


async def test_only_the_config_takes_an_old_counter(house: House) -> None:
    await house.device.send(b'{"frames":[]}', counter=1000)
    for counter in (1000, 1, 0):
        assert (await house.device.get(CONFIG, counter=counter)).status_code == 200
        assert (await house.device.send(b'{"frames":[]}', counter=counter)).status_code == 409
    # nor is one used up by it
    assert (await house.device.get(CONFIG, counter=2000)).status_code == 200
    assert (await house.device.send(b'{"frames":[]}', counter=1001)).status_code == 200
    wrong = house.with_secret("x" * 64)
    assert (await wrong.get(CONFIG)).status_code == 401


async def test_who_has_the_config_is_told_no_more_of_it(house: House) -> None:
    first = await house.device.get(CONFIG)
    tag = first.headers["etag"]
    again = await house.device.get(CONFIG, If_None_Match=tag)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (await house.device.get(CONFIG, If_None_Match='"other"')).status_code == 200
    await house.device.push(house.device.frame(block(HOUR, 1, {1: 5})))
    changed = await house.device.get(CONFIG, If_None_Match=tag)
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


async def test_two_secrets_live_until_the_new_one_is_used(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.gateway.SHORTLY_S", 0.0)
    frames = b'{"frames":[]}'
    old = house.device
    assert (await old.send(frames)).status_code == 200
    second = await house.rotate()
    assert second.secret == device_secret(MASTER_KEY, old.serial, 2) != old.secret
    third = await house.rotate()
    assert (second.generation, third.generation) == (2, 3)
    assert (await old.send(frames)).status_code == 200
    assert (await house.with_secret(second.secret).send(frames)).status_code == 401
    new = house.with_secret(third.secret)
    told = (await new.get(CONFIG)).json()  # known at once, although the gateway remembers
    assert told["secret_generation"] == 3
    assert (await new.send(frames)).status_code == 200
    old.counter = new.counter + 100
    assert (await old.send(frames)).status_code == 401


async def test_a_rotated_key_is_not_looked_up_for_every_bad_signature(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = 0
    entries = known_devices.Devices._entries

    async def count_looks(self: Devices, serials: list[str]) -> object:
        nonlocal looked
        looked += 1
        return await entries(self, serials)

    monkeypatch.setattr(known_devices.Devices, "_entries", count_looks)
    stranger = house.with_secret("x" * 64)
    for _ in range(20):
        assert (await stranger.send(b"{}")).status_code == 401
    assert looked <= 2


async def test_only_ones_own_keys_are_rotated(house: House, database: Database) -> None:
    other = await make_tenant(database, "not the owner")
    async with database.session(other) as session:
        with pytest.raises(NotFoundError):
            await device_keys.rotate(session, house.device.serial, MASTER_KEY)
    assert (await house.device.send(b'{"frames":[]}')).status_code == 200


async def test_a_device_is_claimed_by_the_code_on_its_label(
    house: House, database: Database
) -> None:
    serial = f"{house.device.serial}-NEW"
    code = claim_code(MASTER_KEY, serial)
    assert is_claim_code(MASTER_KEY, serial, code.lower().replace("-", " "))

    async def claim(scope: Scope, serial: str, code: str) -> str | None:
        async with database.session(scope) as session:
            arguments = serial, code, "J100UC", None, MASTER_KEY
            return getattr((await device_keys.claim(session, *arguments))[1], "secret", None)

    for wrong in ("", "AAAA-AAAA-AAAA", claim_code(MASTER_KEY, "other"), "\u0661" * 12):
        with pytest.raises(InvalidError) as refused:
            await claim(house.scope, serial, wrong)
        assert refused.value.code == "CLAIM_REFUSED"
    secret = await claim(house.scope, serial, code)
    assert secret == device_secret(MASTER_KEY, serial, 1)
    assert await claim(house.scope, serial, code) is None  # once more changes nothing
    new = PushingConcentrator(house.client, serial, secret)
    answer = await new.push(new.frame(block(HOUR, 1, {7: 5})))
    assert answer.json()["accepted"] == [1]
    stranger = await make_tenant(database, "stranger")
    with pytest.raises(ConflictError) as taken:
        await claim(stranger, serial, code)
    assert taken.value.code == "SERIAL_NOT_AVAILABLE"


async def test_claims_are_limited(house: House, database: Database) -> None:
    for _ in range(device_keys.MOST_ATTEMPTS):
        async with database.session(house.scope) as session:
            await device_keys.count_claim(session, "J")
    async with database.session(house.scope) as session:
        with pytest.raises(LimitError) as refused:
            await device_keys.count_claim(session, "J")
    assert refused.value.code == "TOO_MANY_ATTEMPTS"


async def test_frames_beyond_the_hardware_are_refused_by_number(house: House) -> None:
    wide = house.device.frame(block(HOUR, 1, dict.fromkeys(range(1441), 5)))
    fits = house.device.frame(block(HOUR, 2, dict.fromkeys(range(1440), 5)))
    module = {"network": 1, "level": 1}
    many = house.device.frame(topology=[{**module, "module": f"D{i}"} for i in range(241)])
    answer = (await house.device.push(wide, fits, many)).json()
    assert answer["accepted"] == [fits["sequence"]]
    assert [(one["sequence"], one["code"]) for one in answer["rejected"]] == [
        (wide["sequence"], "DEVICE_LIMIT"),
        (many["sequence"], "DEVICE_LIMIT"),
    ]
    async with house.database.session(house.scope) as session:
        driver = await session.driver()
        await driver.execute(
            "UPDATE concentrator SET generation = 'J100UC-2015' WHERE tenant_id = $1",
            house.scope.tenant_id,
        )
    answer = (await house.device.push(house.device.frame(block(HOUR, 2, {1: 5})))).json()
    assert [one["code"] for one in answer["rejected"]] == ["DEVICE_LIMIT"]


async def test_an_import_cannot_hang_more_on_a_concentrator_than_it_carries(house: House) -> None:
    row = {"concentrator": house.device.serial}
    many = [
        {**row, "meter_serial": f"X{i}", "channel": str(10 + i), "premise": f"x{i}"}
        for i in range(480)
    ]
    with pytest.raises(RowsError) as refused:  # one stands there already
        await place(house.database, house.scope, *many)
    assert [error.code for error in refused.value.errors] == ["DEVICE_LIMIT"]
    await place(house.database, house.scope, *many[:-1])
    with pytest.raises(RowsError):
        await place(house.database, house.scope, many[-1])
    modules = [
        {**row, "network": "4", "meter_serial": f"Y{i}", "channel": str(i), "premise": f"y{i}",
         "module": f"{house.device.serial}-{i}"}
        for i in range(241)
    ]  # fmt: skip
    with pytest.raises(RowsError) as refused:
        await place(house.database, house.scope, *modules)
    assert [(error.field, error.code) for error in refused.value.errors] == [
        ("module", "DEVICE_LIMIT")
    ]
