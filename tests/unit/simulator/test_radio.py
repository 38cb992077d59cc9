"""The mesh of the demo town: a tree a day that the gateway's own rules accept."""

from datetime import UTC, date, datetime

import pytest

from domain.frames import parse_frame
from domain.hours import hour_of
from domain.network_reports import ModuleReport
from simulator.meters import Device
from simulator.radio import REPORTS_AT, RadioNetwork
from simulator.town import Town, demo_town

MONDAY = date(2026, 11, 16)
REPORTED = hour_of(datetime(2026, 11, 12, REPORTS_AT, tzinfo=UTC))


@pytest.fixture(scope="module")
def town() -> Town:
    return demo_town(MONDAY)


def told(device: Device, hour: int) -> dict[str, ModuleReport]:
    report = RadioNetwork(device).report(hour)
    assert report is not None
    return {one.module: one for one in parse_frame({"sequence": 1, **report}).topology}


def test_once_a_day_every_module_that_hangs_there_is_named(town: Town) -> None:
    for device in town.devices.values():
        radio = RadioNetwork(device)
        assert [hour % 24 for hour in range(REPORTED, REPORTED + 48) if radio.report(hour)] == [
            REPORTS_AT
        ] * 2
        now = {
            part.module
            for channel in device.channels
            for part in channel.installations
            if part.start <= REPORTED and (part.end is None or part.end > REPORTED)
        }
        assert set(told(device, REPORTED)) == now


def test_levels_and_relayed_packets_are_those_of_a_tree(town: Town) -> None:
    for device in town.devices.values():
        modules = told(device, REPORTED)
        behind = dict.fromkeys(modules, 0)
        for one in modules.values():
            parent, steps = one.parent, 1
            while parent is not None:
                assert modules[parent].network == one.network
                behind[parent] += 1
                parent, steps = modules[parent].parent, steps + 1
            assert one.level == steps
        assert {name: 24 * count for name, count in behind.items()} == {
            name: one.relayed for name, one in modules.items()
        }
        assert max(one.level for one in modules.values()) > 1 or len(modules) < 3


def test_ways_change_over_the_weeks_and_batteries_fall(town: Town) -> None:
    device = next(iter(town.devices.values()))
    first, last = told(device, REPORTED - 30 * 24), told(device, REPORTED)
    both = first.keys() & last.keys()
    assert any(first[name].parent != last[name].parent for name in both)
    fallen = [(first[name].battery_mv or 0) - (last[name].battery_mv or 0) for name in both]
    assert sum(fallen) / len(fallen) > 1
    assert told(device, REPORTED) == last


def test_some_batteries_are_worn_and_some_hops_weak(town: Town) -> None:
    modules = [one for device in town.devices.values() for one in told(device, REPORTED).values()]
    worn = [one for one in modules if one.battery_mv is not None and one.battery_mv < 3_100]
    weak = [one for one in modules if one.rssi is not None and one.rssi < -105]
    assert 0 < len(worn) < len(modules) / 10
    assert 0 < len(weak) < len(modules) / 4
