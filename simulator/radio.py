"""How the radio modules of a concentrator stand in their mesh: who relays whom, how loud, how full.

A report is a function of the day alone. Modules seek a way to the concentrator through those that
hang nearer to it, find another one now and then, and use up their batteries by what they relay.
"""

from dataclasses import dataclass
from typing import Any

from domain.hours import instant_of
from simulator.chance import between, chance
from simulator.faults import moment_text
from simulator.meters import Device

REPORTS_AT = 2
"""UTC hour after which the concentrator tells of its mesh, once a day."""

DELAY_S = 180
"""The mesh is asked when the readings of the hour are in."""

DIRECT = 2
"""So many modules of a network, at most, that the concentrator hears itself."""

NEIGHBOURS = 3
"""A module is heard by so many of those before it."""

WAY_LASTS_DAYS = 12
"""A module looks for another way about so often."""

WEAK_ONE_IN, WEAK_DB = 40, 104
"""Some hops barely reach."""

PACKETS_A_DAY = 24
FULL_MV, FULL_SPREAD_MV = 3_580, 60
IDLE_MV_A_YEAR = 55
RELAYING_MV_A_YEAR = 16
"""More for each module behind it."""

WORN_ONE_IN, WORN_MV, WORN_MV_A_YEAR = 40, 3_050, 160
NOISE_MV = 3
FIRMWARE = ("2.4.1", "2.4.1", "2.4.1", "2.3.0")


@dataclass(frozen=True, slots=True)
class _Way:
    """A module's way on one day."""

    parent: str | None
    level: int
    rssi: int


class RadioNetwork:
    """The mesh of one concentrator."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._origin = device.patterns.calendar.origin

    def report(self, hour: int) -> dict[str, Any] | None:
        """The frame of a round that tells of the mesh, without its number; None in other rounds."""
        if hour % 24 != REPORTS_AT:
            return None
        return {
            "made_at": moment_text(instant_of(hour + 1).timestamp() + DELAY_S),
            "topology": [
                entry
                for network in sorted(self._networks(hour))
                for entry in self._of(network, hour)
            ],
        }

    def _networks(self, hour: int) -> set[int]:
        return {
            channel.network
            for channel in self._device.channels
            if channel.installations[0].start <= hour
        }

    def _of(self, network: int, hour: int) -> list[dict[str, Any]]:
        names = self._modules(network, hour)
        ways: dict[str, _Way] = {}
        for place, name in enumerate(names):
            ways[name] = self._way(names[:place], ways, name, hour // 24)
        return [
            {
                "network": network,
                "module": name,
                "parent": way.parent,
                "level": way.level,
                "rssi": way.rssi,
                "relayed": PACKETS_A_DAY * _behind(name, ways),
                "battery_mv": self._battery(name, _behind(name, ways), hour),
                "firmware": FIRMWARE[between(0, len(FIRMWARE) - 1, "firmware", name)],
            }
            for name, way in ways.items()
        ]

    def _modules(self, network: int, hour: int) -> list[str]:
        """Serials of the modules that hang in a network at an hour, nearest first."""
        found: dict[str, None] = {}
        for channel in self._device.channels:
            if channel.network != network:
                continue
            for part in channel.installations:
                if part.start <= hour and (part.end is None or hour < part.end):
                    found[part.module] = None
        return list(found)

    def _way(self, before: list[str], ways: dict[str, _Way], name: str, day: int) -> _Way:
        """Over which of the modules before it, or none, a module speaks on a day."""
        since = (day + between(0, WAY_LASTS_DAYS - 1, "way", name)) // WAY_LASTS_DAYS
        near = before[-NEIGHBOURS:]
        if len(before) < DIRECT:
            near = []
        parent = near[between(0, len(near) - 1, "parent", name, since)] if near else None
        quiet = between(62, 97, "rssi", name, parent or "")
        if between(1, WEAK_ONE_IN, "weak", name, parent or "") == 1:
            quiet = WEAK_DB
        rssi = -quiet - between(0, 6, "rssi", name, day)
        return _Way(parent, 1 + (ways[parent].level if parent else 0), rssi)

    def _battery(self, name: str, behind: int, hour: int) -> int:
        """Voltage of a battery: it falls with the years, faster for who relays many."""
        years = (hour - self._origin) / 8766
        full = FULL_MV - between(0, FULL_SPREAD_MV, "battery", name)
        fall = IDLE_MV_A_YEAR + RELAYING_MV_A_YEAR * behind
        if between(1, WORN_ONE_IN, "worn", name) == 1:
            full, fall = WORN_MV - between(0, FULL_SPREAD_MV, "battery", name), WORN_MV_A_YEAR
        noise = (2 * chance("battery", name, hour // 24) - 1) * NOISE_MV
        return max(0, round(full - fall * years + noise))


def _behind(name: str, ways: dict[str, _Way]) -> int:
    """Modules whose packets pass through one."""
    passed = 0
    for way in ways.values():
        parent = way.parent
        while parent is not None:
            if parent == name:
                passed += 1
                break
            parent = ways[parent].parent
    return passed
