"""The demo town: the real homes to the pulse, exact balances, known thefts, an importable file."""

import csv
import io
from collections import Counter
from datetime import UTC, date, datetime
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from domain.errors import InvalidError
from domain.hours import hour_of, parse_instant
from domain.metering_file import COLUMNS
from domain.quantities import Commodity, Role
from simulator.metering import metering_csv
from simulator.meters import Channel, Device
from simulator.sources import DATA, PATTERN_HOURS, homes_wh, house_litres
from simulator.town import Town, demo_town, founding_monday, town_of, week_code

MONDAY = date(2026, 11, 16)
NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
HISTORY = PATTERN_HOURS + 1
"""Hours of the six weeks before the founding Monday: the clock goes back once in them."""


@pytest.fixture(scope="module")
def town() -> Town:
    return demo_town(MONDAY)


@pytest.fixture(scope="module")
def homes() -> np.ndarray:
    return homes_wh()


def rows_of(town: Town) -> list[dict[str, str]]:
    return [
        row for tenant in town.tenants for row in csv.DictReader(io.StringIO(metering_csv(tenant)))
    ]


def channels_of(town: Town, commodity: Commodity, role: Role) -> list[tuple[Device, int, Channel]]:
    return [
        (device, position, channel)
        for device in town.devices.values()
        for position, channel in enumerate(device.channels)
        if (channel.commodity, channel.role) == (commodity, role)
    ]


def registers(device: Device, position: int, start: int, hours: int) -> list[int]:
    """Registers by the contract's rule, from what the channel alone says [Wh or litres]."""
    channel = device.channels[position]
    installation = channel.installations[0]
    constant, unwrapped, last = channel.pulses_per_unit, 0, installation.initial_counter
    found = []
    for instant in range(start, start + hours + 1):
        counter = int(device.counters(instant)[position])
        unwrapped += (counter - last) % channel.wrap
        last = counter
        index = installation.initial_index + unwrapped / constant
        found.append(int(1000 * index + Fraction(1, 2)))
    return found


def test_the_flats_are_the_300_homes_to_the_pulse(town: Town, homes: np.ndarray) -> None:
    flats = channels_of(town, Commodity.ELECTRICITY, Role.CONSUMER)
    assert len(flats) == 300
    wronged = {h.meter_serial for tenant in town.tenants for h in tenant.happenings}
    rows = [
        town.tenants[0].devices[0].patterns.calendar.wall_hour(town.origin + h)
        for h in range(HISTORY)
    ]
    checked = 0
    for home, (device, position, channel) in enumerate(flats):
        if channel.installations[0].meter_serial in wronged or home % 7:
            continue
        read = registers(device, position, town.origin, HISTORY)
        truth = np.cumsum(homes[rows, home])
        drift = np.abs(np.array(read[1:]) - read[0] - truth)
        assert drift.max() <= 1, f"home {home + 1}"
        checked += 1
    assert checked > 35


def test_every_counter_is_the_floor_of_the_amount_times_the_constant(town: Town) -> None:
    constants = set()
    for device in town.devices.values():
        instants = range(town.origin, town.origin + 2000, 211)
        counters = np.array([device.counters(instant) for instant in instants])
        for position, channel in enumerate(device.channels):
            if len(channel.installations) > 1:
                continue
            start = channel.installations[0].initial_counter
            amounts = [channel.registered(device.patterns, instant) for instant in instants]
            pulses = [Fraction(channel.pulses_per_unit * run, 1000) // 1 for run in amounts]
            expected = [(start + pulse) % channel.wrap for pulse in pulses]
            assert counters[:, position].tolist() == expected
            constants.add(channel.pulse_constant)
    assert constants == {"1000", "3200", "100", "10", "1/0.0283168"}


def test_counters_wrap_and_never_run_ahead_of_their_width(town: Town) -> None:
    wrapped: Counter[int] = Counter()
    for device in town.devices.values():
        before = device.counters(town.origin)
        for instant in range(town.origin + 1, town.origin + HISTORY):
            now = device.counters(instant)
            assert (now >= 0).all()
            assert (now < device.wraps).all()
            for position in np.flatnonzero(now < before):
                if len(device.channels[position].installations) == 1:
                    wrapped[int(device.wraps[position])] += 1
            before = now
    assert set(wrapped) == {2**16, 2**24, 2**32}


def test_no_hour_exceeds_the_capacity_and_no_capacity_the_wrap(town: Town) -> None:
    for device in town.devices.values():
        for channel in device.channels:
            assert channel.capacity * channel.pulses_per_unit < channel.wrap
            for flow in channel.flows:
                sums = device.patterns._sums[:, flow.column]
                assert np.diff(sums).max() <= channel.capacity * 1000


def test_an_inlet_sees_its_house_and_four_percent_of_loss(town: Town, homes: np.ndarray) -> None:
    device = town.devices["J100-2647-03"]
    kinds = {(c.commodity, c.role): i for i, c in enumerate(device.channels)}
    inlet = kinds[Commodity.ELECTRICITY, Role.INLET]
    common = kinds[Commodity.ELECTRICITY, Role.COMMON]
    hours = 14 * 24
    supplied = np.diff(registers(device, inlet, town.origin, hours))
    delivered = homes[:hours, 60:90].sum(axis=1) + np.diff(
        registers(device, common, town.origin, hours)
    )
    share = (supplied - delivered).sum() / supplied.sum()
    assert 0.03 < share < 0.05
    high, low = delivered > np.quantile(delivered, 0.9), delivered < np.quantile(delivered, 0.1)
    lost = (supplied - delivered) / supplied
    assert lost[high].mean() > lost[low].mean() + 0.01, "a part of the loss grows with the load"


def test_the_water_inlet_of_a_house_is_the_sum_of_its_flats(town: Town) -> None:
    device = town.devices["J100-2647-02"]
    water = [(i, c) for i, c in enumerate(device.channels) if c.commodity is Commodity.WATER_COLD]
    start, end = town.origin, town.origin + 1000
    amounts = {i: c.registered(device.patterns, end) for i, c in water}
    assert start < end
    inlets = [i for i, c in water if c.role is Role.INLET]
    assert len(inlets) == 1
    assert len(amounts) == 31
    assert amounts[inlets[0]] == sum(amount for i, amount in amounts.items() if i != inlets[0])
    assert len(set(amounts.values())) == 31, "every flat lives another life"


@pytest.mark.parametrize(
    ("kind", "home", "day"),
    [("T1_factor", 214, 18), ("T2_bypass_hours", 204, 26), ("T6_stuck", 87, 18)],
)
def test_the_labelled_meters_read_less_from_their_day_on(
    town: Town, homes: np.ndarray, kind: str, home: int, day: int
) -> None:
    (happening,) = [h for h in town.tenants[0].happenings if h.kind == kind]
    assert happening.start == town.devices["J100-2647-01"].patterns.calendar.day(day)
    device, position, channel = channels_of(town, Commodity.ELECTRICITY, Role.CONSUMER)[home - 1]
    assert channel.installations[0].meter_serial == happening.meter_serial
    assert happening.premise == f"Flat {(home - 1) % 30 + 1}"
    week = np.array(registers(device, position, town.origin, 7 * 24))
    assert abs(week[-1] - week[0] - homes[: 7 * 24, home - 1].sum()) <= 1
    calendar = device.patterns.calendar
    hours = np.arange(happening.start, happening.start + 7 * 24)
    true = homes[[calendar.wall_hour(int(h)) for h in hours], home - 1]
    before = registers(device, position, town.origin, happening.start - town.origin)[-1]
    seen = np.diff(registers(device, position, town.origin, int(hours[-1]) + 1 - town.origin))
    seen = seen[happening.start - town.origin :]
    assert before > 0
    if kind == "T6_stuck":
        assert not seen.any()
    elif kind == "T1_factor":
        assert 0.05 < seen.sum() / true.sum() < 0.11
    else:
        bridged = np.array([9 <= calendar.wall_hour(int(h)) % 24 < 19 for h in hours])
        assert not seen[bridged].any()
        assert abs(int(seen[~bridged].sum()) - int(true[~bridged].sum())) <= 1


def test_the_leak_shows_in_the_house_and_in_its_district(town: Town) -> None:
    (leak,) = town.tenants[1].happenings
    device = town.devices["J100-2647-52"]
    house = next(c for c in device.channels if c.place.path == leak.site)
    inlet = next(c for c in device.channels if c.role is Role.INLET)
    week = 7 * 24
    for channel in (house, inlet):
        before = channel.registered(device.patterns, leak.start)
        usual = device.patterns.sums(leak.start + week) - device.patterns.sums(leak.start)
        after = channel.registered(device.patterns, leak.start + week) - before
        assert after - usual[channel.flows[0].column] == 25 * week


def test_an_exchanged_meter_begins_at_zero_and_the_register_of_a_module_goes_on(
    town: Town,
) -> None:
    by_serial = {}
    for row in rows_of(town):
        by_serial.setdefault((row["meter_serial"], row["channel"], row["concentrator"]), []).append(
            row
        )
    modules = [rows for rows in by_serial.values() if len(rows) == 2]
    assert len(modules) >= 4
    for old, new in modules:
        assert (old["removed_at"], old["final_index"]) == (
            new["installed_at"],
            new["initial_index"],
        )
        assert old["module"] != new["module"]
        assert new["initial_counter"] == "0"
    (exchange,) = [h for h in town.tenants[0].happenings if h.kind == "meter_exchange"]
    device, position, channel = channels_of(town, Commodity.ELECTRICITY, Role.CONSUMER)[132]
    old_meter, new_meter = channel.installations
    assert (old_meter.meter_serial, old_meter.end) == (exchange.meter_serial, exchange.start)
    assert new_meter.initial_index == 0
    assert old_meter.final_index is not None
    assert (
        int(1000 * old_meter.final_index + Fraction(1, 2))
        == registers(device, position, town.origin, exchange.start - town.origin)[-1]
    )
    first_hour = device.patterns.amounts(exchange.start)[channel.flows[0].column]
    pulses = int(first_hour * channel.pulses_per_unit / 1000)
    assert device.counters(exchange.start + 1)[position] == pulses


def test_the_file_has_the_columns_of_the_contract_and_keeps_its_rules(town: Town) -> None:
    text = metering_csv(town.tenants[0])
    assert text.splitlines()[0] == ",".join(COLUMNS)
    assert "site_path,site_kinds,premise,commodity,role,meter_serial,pulse_constant" in text
    rows = rows_of(town)
    keys = [(row["meter_serial"], row["installed_at"]) for row in rows]
    assert len(set(keys)) == len(keys)
    for row in rows:
        assert row["site_path"].count("/") == row["site_kinds"].count("/")
        assert row["wrap"] in {"65536", "16777216", "4294967296"}
        assert 1 <= int(row["network"]) <= 8
        assert 1 <= int(row["input"]) <= 6
        assert parse_instant(row["installed_at"], "installed_at").minute == 0
        assert bool(row["removed_at"]) == bool(row["final_index"])
        assert bool(row["quantity"]) == (row["commodity"] == "electricity")
        assert bool(row["premise"]) == (row["role"] == "consumer")
    places = Counter(
        (r["concentrator"], r["network"], r["channel"], r["installed_at"]) for r in rows
    )
    assert max(places.values()) == 1
    inputs = Counter((row["module"], row["input"], row["installed_at"]) for row in rows)
    assert max(inputs.values()) == 1
    paths = {row["site_path"] for row in rows_of(town) if row["concentrator"] == "J100-2647-01"}
    assert len([path for path in paths if path.count("/") == 5]) == 3, "three entrances a house"


def test_the_counter_of_the_file_is_the_counter_of_the_device(town: Town) -> None:
    for row in rows_of(town):
        device = town.devices[row["concentrator"]]
        position = next(
            i
            for i, c in enumerate(device.channels)
            if (c.network, c.address) == (int(row["network"]), int(row["channel"]))
        )
        start = hour_of(parse_instant(row["installed_at"], "installed_at"))
        if start != town.origin:
            continue
        top, _, bottom = row["pulse_constant"].partition("/")
        constant = Fraction(top) / Fraction(bottom or "1")
        counter = int(Fraction(row["initial_index"]) * constant + Fraction(1, 2)) % int(row["wrap"])
        counter = int(row["initial_counter"] or counter)
        assert device.counters(town.origin)[position] == counter


def test_a_town_is_found_again_by_a_serial_of_its_devices(town: Town) -> None:
    again = town_of("demo", ["J100-2647-05", "J100-2647-51"])
    assert again.origin == town.origin
    for serial, device in town.devices.items():
        late = town.origin + 5000
        assert (again.devices[serial].counters(late) == device.counters(late)).all()
    assert [metering_csv(t) for t in again.tenants] == [metering_csv(t) for t in town.tenants]


@pytest.mark.parametrize(
    ("name", "serials", "code"),
    [
        ("demo", ["J100-2647-01", "J100-2648-01"], "MIXED_TOWNS"),
        ("demo", ["J100-2699-01"], "FOREIGN_DEVICE"),
        ("demo", ["J100-2647-77"], "FOREIGN_DEVICE"),
        ("atlantis", ["J100-2647-01"], "UNKNOWN_TOWN"),
    ],
)
def test_serials_of_no_town_are_refused(name: str, serials: list[str], code: str) -> None:
    with pytest.raises(InvalidError) as caught:
        town_of(name, serials)
    assert caught.value.code == code


def test_the_founding_monday_is_that_of_the_wall_clock() -> None:
    assert founding_monday(NOW) == MONDAY
    assert founding_monday(datetime(2026, 11, 15, 21, 59, tzinfo=UTC)) == date(2026, 11, 9)
    assert founding_monday(datetime(2026, 11, 15, 22, 0, tzinfo=UTC)) == MONDAY
    assert week_code(date(2026, 12, 28)) == "2653"


def test_the_homes_are_the_source_file(homes: np.ndarray, tmp_path: Path) -> None:
    assert homes.shape == (1008, 300)
    assert (homes >= 0).all()
    assert (homes.sum(axis=0) == 0).sum() == 4, "constantly zero homes are kept"
    assert homes[0, :4].tolist() == [100, 2990, 240, 4712]
    cache = tmp_path / "homes.npy"
    assert (homes_wh(cache) == homes).all(), "the cached numbers are the same"
    assert (homes_wh(cache) == homes).all()


def test_the_house_starts_on_a_local_monday() -> None:
    water = house_litres("water")
    assert len(water) % 168 == 0
    assert (water >= 0).all()
    nights = water.reshape(-1, 24)
    assert nights[:, 2:5].mean() < nights[:, 7:10].mean() / 2, "people sleep at night"


def test_the_data_lies_beside_its_notices() -> None:
    for folder in ("ch_electricity", "ca_house"):
        assert "creativecommons.org/licenses" in (DATA / folder / "NOTICE.md").read_text("utf-8")
