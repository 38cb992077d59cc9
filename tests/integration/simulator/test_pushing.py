"""The concentrators against a gateway: whatever goes wrong, all that was heard arrives."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from starlette.responses import JSONResponse, Response

from domain.errors import ConflictError, InvalidError
from domain.hours import hour_of, instant_of, parse_instant
from simulator import link
from simulator.run import Options, read_devices
from simulator.run import simulate as run_simulator
from simulator.sources import homes_wh
from simulator.town import Town, demo_town
from tests.integration.simulator.small_gateway import PowerCutError, Reading, SmallGateway

MONDAY = date(2026, 3, 30)
"""The six weeks before it hold the day on which the clock goes forward."""

SERIALS = ("J100-2614-01", "J100-2614-51", "J100-2614-52")
URL = "http://gateway.test"


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The homes as numbers, made once by a process of its own as in production."""
    path = tmp_path_factory.mktemp("town") / "simulator-homes-wh.npy"
    homes_wh(path)
    return path


@pytest.fixture(scope="module")
def town(homes: Path) -> Town:
    return demo_town(MONDAY, cache=homes)


@pytest.fixture
def devices(homes: Path, tmp_path: Path) -> Path:
    path = tmp_path / "devices.json"
    entries = [{"serial": serial, "secret": f"secret of {serial}"} for serial in SERIALS]
    path.write_bytes(orjson.dumps({"devices": entries}))
    (tmp_path / homes.name).write_bytes(homes.read_bytes())
    return path


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Waits between attempts are noted instead of waited for."""
    waits: list[float] = []

    async def note(_: object, attempt: int, at_least: float = 0.0) -> None:
        waits.append(max(at_least, attempt))
        await asyncio.sleep(0)

    monkeypatch.setattr(link.Link, "pause", note)
    return waits


async def simulate(wanted: Options, **more: Any) -> int:
    """A concentrator that is never satisfied fails its test instead of running for ever."""
    async with asyncio.timeout(60):
        return await run_simulator(wanted, **more)


def options(devices: Path, town: Town, hours: int, first: int = 0, **more: Any) -> Options:
    start = instant_of(town.origin + first)
    return Options(URL, devices, start=start, end=start + timedelta(hours=hours), **more)


def gateway_of(devices: Path, **more: Any) -> SmallGateway:
    return SmallGateway(read_devices(devices), **more)


def true_readings(town: Town, hours: int, first: int = 0) -> dict[Reading, int]:
    found: dict[Reading, int] = {}
    for serial in SERIALS:
        device = town.devices[serial]
        for hour in range(town.origin + first, town.origin + first + hours):
            counters = device.counters(hour + 1).tolist()
            for channel, counter in zip(device.channels, counters, strict=True):
                found[serial, hour, channel.network, channel.address] = counter
    return found


def rows(log: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in log.read_bytes().splitlines()]


async def test_without_faults_every_counter_of_every_hour_arrives_once(
    devices: Path, town: Town
) -> None:
    gateway = gateway_of(devices)
    wanted = options(devices, town, hours=200)
    assert await simulate(wanted, transport=gateway.transport()) == 0
    assert gateway.readings == true_readings(town, 200)
    assert not gateway.conflicts
    assert gateway.duplicates == 0
    assert set(gateway.statuses) == {200}


async def test_both_wire_formats_and_compression_are_spoken(devices: Path, town: Town) -> None:
    gateway = gateway_of(devices)
    await simulate(options(devices, town, hours=24), transport=gateway.transport())
    assert {kind for kind, _ in gateway.kinds} == {"application/json", "application/msgpack"}
    assert "gzip" in {encoding for _, encoding in gateway.kinds}


async def test_an_unkind_gateway_gets_everything_in_the_end(
    devices: Path, town: Town, impatient: list[float]
) -> None:
    tricks: list[Response | Exception | str | None] = [
        JSONResponse({"code": "RATE_LIMITED"}, 429, {"Retry-After": "7"}),
        JSONResponse({"code": "UNAVAILABLE"}, 503, {"Retry-After": "11"}),
        httpx.ConnectError("no route"),
        "drop",
        JSONResponse({"code": "INTERNAL"}, 500),
        "drop",
        None,
    ]
    gateway = gateway_of(devices, unkind=lambda number: tricks[number % len(tricks)])
    await simulate(options(devices, town, hours=400), transport=gateway.transport())
    assert gateway.readings == true_readings(town, 400)
    assert not gateway.conflicts
    assert gateway.duplicates > 0, "a dropped answer must lead to the same frames again"
    assert {7.0, 11.0} <= set(impatient), "Retry-After is waited for"


async def test_counters_never_repeat_and_restart_above_those_the_gateway_knows(
    devices: Path, town: Town
) -> None:
    gateway = gateway_of(devices, highest=dict.fromkeys(SERIALS, 5000))
    await simulate(options(devices, town, hours=30), transport=gateway.transport())
    assert gateway.readings == true_readings(town, 30)
    assert 409 in gateway.statuses
    for serial in SERIALS:
        assert gateway.counters[serial] == sorted(set(gateway.counters[serial]))
        assert min(gateway.counters[serial]) > 5000


async def test_a_restart_goes_on_after_the_last_acknowledged_hour(
    devices: Path, town: Town
) -> None:
    gateway = gateway_of(devices)
    await simulate(options(devices, town, hours=50), transport=gateway.transport())
    frames = set(gateway.frames)
    end = instant_of(town.origin + 80)
    await simulate(Options(URL, devices, end=end), transport=gateway.transport())
    assert gateway.readings == true_readings(town, 80)
    newer = {key for key in gateway.frames if key not in frames}
    for serial in SERIALS:
        old = max(sequence for owner, sequence in frames if owner == serial)
        assert min(sequence for owner, sequence in newer if owner == serial) > old
        hours = [
            block["hour"]
            for key in newer
            if key[0] == serial
            for block in orjson.loads(gateway.frames[key])["hours"]
        ]
        assert min(hours) == instant_of(town.origin + 50).strftime("%Y-%m-%dT%H:%M:%SZ")


async def test_a_crash_costs_numbers_but_never_repeats_one(devices: Path, town: Town) -> None:
    gateway = gateway_of(devices)
    state, kept = devices.with_name("devices.state.json"), []

    def cut(number: int) -> Exception | None:
        if number < 5:
            return None
        kept.append(state.read_bytes())
        return PowerCutError(committed=number == 5)

    gateway.unkind = cut
    with pytest.raises(PowerCutError):
        await simulate(options(devices, town, hours=900), transport=gateway.transport())
    gateway.unkind = lambda _: None
    # What was on the disk at that moment, not what a tidy end wrote afterwards.
    assert kept
    await asyncio.to_thread(state.write_bytes, kept[0])
    await simulate(
        Options(URL, devices, end=instant_of(town.origin + 900)), transport=gateway.transport()
    )
    assert gateway.readings == true_readings(town, 900)
    assert 409 not in gateway.statuses
    assert not gateway.rejections, "a number was used again for other content"
    assert not gateway.conflicts


@pytest.mark.parametrize("knows", [True, False])
async def test_a_lost_state_file_is_recovered_from(
    devices: Path, town: Town, *, knows: bool
) -> None:
    gateway = gateway_of(devices)
    await simulate(options(devices, town, hours=100), transport=gateway.transport())
    devices.with_name("devices.state.json").unlink()
    if knows:
        highest = max(gateway.highest.values())
        gateway.config = {"last_sequence": 600, "last_counter": highest}
    await simulate(options(devices, town, hours=120), transport=gateway.transport())
    assert gateway.readings == true_readings(town, 120)
    assert not gateway.conflicts


async def test_hours_asked_for_again_are_sent_again(devices: Path, town: Town) -> None:
    gateway = gateway_of(devices)
    forgotten = {"from": instant_of(town.origin + 3), "to": instant_of(town.origin + 6)}
    gateway.gaps = [
        {"network": 1, "channels": [101, 9999]}
        | {name: moment.isoformat() for name, moment in forgotten.items()}
    ]
    await simulate(options(devices, town, hours=24), transport=gateway.transport())
    told: dict[Reading, int] = {}
    for (serial, _), raw in gateway.frames.items():
        for block in orjson.loads(raw)["hours"]:
            hour = hour_of(parse_instant(block["hour"], "hour"))
            for channel in block["channels"]:
                key = (serial, hour - town.origin, block["network"], channel)
                told[key] = told.get(key, 0) + 1
    twice = sorted(key[1:] for key, times in told.items() if times == 2)
    assert twice == [(3, 1, 101), (4, 1, 101), (5, 1, 101)]


async def test_a_gateway_that_asks_for_ever_is_answered_a_few_times(
    devices: Path, town: Town
) -> None:
    gateway = gateway_of(devices)
    gap = {"network": 1, "channels": [101], "from": instant_of(town.origin).isoformat()}
    endless = [{**gap, "to": instant_of(town.origin + 1).isoformat()}]

    def ask(_: int) -> None:
        gateway.gaps = list(endless)

    gateway.unkind = ask
    await simulate(options(devices, town, hours=600), transport=gateway.transport())
    assert gateway.readings == true_readings(town, 600)
    assert gateway.requests < 40


async def test_the_log_of_a_hostile_run_tells_what_the_gateway_got(
    devices: Path, town: Town, tmp_path: Path
) -> None:
    log = tmp_path / "truth.jsonl"
    gateway = gateway_of(devices, unkind=lambda number: "drop" if number % 5 == 0 else None)
    wanted = options(devices, town, hours=1100, faults="hostile", seed=3, log=log)
    await simulate(wanted, transport=gateway.transport())
    head, *noted = rows(log)
    assert head["kind"] == "run"
    truth: dict[Reading, int] = {}
    lost: set[Reading] = set()
    for row in noted:
        if row["kind"] != "hour":
            continue
        hour = hour_of(parse_instant(row["hour"], "hour"))
        for channel, counter in zip(head["devices"][row["device"]], row["counters"], strict=True):
            truth[row["device"], hour, channel[0], channel[1]] = counter
        lost |= {
            (row["device"], hour, network, address) for network, address in row.get("lost", [])
        }
    assert len(truth) == 1100 * sum(len(town.devices[serial].channels) for serial in SERIALS)
    assert 0 < len(lost) < 0.03 * len(truth)
    # The last hours may still be under way by radio when the run ends.
    settled = {key for key in truth if key[1] < town.origin + 1100 - 30} - lost
    assert settled <= set(gateway.readings)
    assert not lost & set(gateway.readings)
    assert all(truth[key] == counter for key, counter in gateway.readings.items())
    assert not gateway.conflicts
    assert gateway.duplicates > 0
    assert {kind for _, kind in gateway.events} >= {"magnet", "neutral_voltage"}


async def test_what_the_log_calls_acknowledged_is_exactly_what_was_committed(
    devices: Path, town: Town, tmp_path: Path
) -> None:
    log = tmp_path / "truth.jsonl"
    gateway = gateway_of(devices, unkind=lambda number: "drop" if number % 3 == 0 else None)
    await simulate(options(devices, town, hours=500, log=log), transport=gateway.transport())
    pushes = [row for row in rows(log) if row["kind"] == "push"]
    acknowledged = {
        (row["device"], frame["sequence"])
        for row in pushes
        for frame in row["frames"]
        if frame["acknowledged"]
    }
    assert acknowledged == set(gateway.frames)
    silent = [row for row in pushes if row["acknowledged_at"] is None]
    assert silent
    assert not any(frame["acknowledged"] for row in silent for frame in row["frames"])
    assert len({(row["device"], row["counter"]) for row in pushes}) == len(pushes)
    day = next(row for row in pushes if row["device"] == SERIALS[0])["frames"][0]["blocks"]
    assert [block[1] for block in day[:4]] == [1, 2, 3, 4]
    assert all(channels is None for _, _, channels in day)


async def test_an_hour_of_the_future_waits(devices: Path, town: Town) -> None:
    gateway = gateway_of(devices)
    late = [datetime(2026, 2, 16, 12, tzinfo=UTC)]

    def tick() -> datetime:
        late[0] += timedelta(minutes=10)
        return late[0]

    gateway.now = tick
    await simulate(options(devices, town, hours=48), transport=gateway.transport())
    assert gateway.readings == true_readings(town, 48)


async def test_too_large_a_batch_is_halved(devices: Path, town: Town) -> None:
    gateway = gateway_of(devices, longest_body=20_000)
    await simulate(options(devices, town, hours=192), transport=gateway.transport())
    assert gateway.readings == true_readings(town, 192)
    assert 413 in gateway.statuses


async def test_a_refused_device_stops_alone(
    devices: Path, town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway = gateway_of(devices)
    del gateway.secrets[SERIALS[0]]
    assert await simulate(options(devices, town, hours=24), transport=gateway.transport()) == 1
    said = capsys.readouterr().err
    assert f"device {SERIALS[0]}: the gateway answered 401 BAD_SIGNATURE" in said
    assert {key[0] for key in gateway.readings} == set(SERIALS[1:])


async def test_two_simulators_cannot_share_a_state_file(devices: Path, town: Town) -> None:
    gateway = gateway_of(devices)
    entered = asyncio.Event()

    def hold(_: int) -> None:
        entered.set()

    gateway.unkind = hold
    first = asyncio.create_task(
        simulate(options(devices, town, hours=1000), transport=gateway.transport())
    )
    await entered.wait()
    with pytest.raises(ConflictError) as caught:
        await simulate(options(devices, town, hours=1), transport=gateway.transport())
    assert caught.value.code == "STATE_FILE_IN_USE"
    assert await first == 0


async def test_an_accelerated_clock_sends_hour_by_hour(devices: Path, town: Town) -> None:
    gateway = gateway_of(devices)
    # A day in a fifth of a second.
    wanted = options(devices, town, hours=24, speed=432_000.0)
    await simulate(wanted, transport=gateway.transport())
    assert gateway.readings == true_readings(town, 24)
    assert gateway.requests > len(SERIALS) * 3


async def test_progress_is_told_in_rounds(devices: Path, town: Town) -> None:
    told: list[tuple[int, int]] = []
    gateway = gateway_of(devices)
    wanted = options(devices, town, hours=300, progress=lambda *counts: told.append(counts))
    await simulate(wanted, transport=gateway.transport())
    assert told[-1] == (900, 900)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"{", "BAD_DEVICES_FILE"),
        (b'{"devices": []}', "BAD_DEVICES_FILE"),
        (b'{"devices": [{"serial": "J100-2614-99", "secret": "s"}]}', "FOREIGN_DEVICE"),
        (b'{"devices": [{"serial": "X", "secret": "s"}]}', "FOREIGN_DEVICE"),
    ],
)
def test_a_bad_devices_file_is_refused(devices: Path, document: bytes, code: str) -> None:
    devices.write_bytes(document)
    with pytest.raises(InvalidError) as caught:
        asyncio.run(simulate(Options(URL, devices)))
    assert caught.value.code == code
