"""What a frame tells of the radio network itself: its topology, and readings asked for just now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.frame_fields import (
    CHANNELS,
    COUNTERS,
    NETWORKS,
    entries,
    happened,
    name,
    optional_whole,
    refuse,
    whole,
)

LEVELS = range(1, 31)
"""Relays between a module and the concentrator, the module itself included."""

RSSI = range(-150, 1)
"""Strength at which the parent hears the module [dBm]."""

RELAYED = range(2**31)
BATTERY_MV = range(20_001)

MOST_MODULES = 4_000
"""Entries of one block: more than any hardware generation carries modules."""

MOST_SPOTS = 10_000


@dataclass(frozen=True, slots=True)
class ModuleReport:
    """How one radio module stands in its network; None where it does not say."""

    network: int
    module: str
    """Serial."""

    parent: str | None
    """Serial of the module that relays it; None for one that the concentrator hears itself."""

    level: int
    rssi: int | None
    relayed: int | None
    """Packets relayed for others within the last day."""

    battery_mv: int | None
    firmware: str | None


@dataclass(frozen=True, slots=True)
class SpotReading:
    """The counter of one channel at a moment between two hours: the answer to a question."""

    network: int
    channel: int
    at: datetime
    counter: int
    command: int | None
    """Id of the command that asked; without it any that waits for this channel is meant."""


def parse_topology(raw: object) -> tuple[ModuleReport, ...]:
    """Judge the block ``topology``.

    Raises
    ------
    BadFrameError
        An entry breaks a rule, or two speak of one module.
    """
    listed = entries(raw, MOST_MODULES, "topology")
    found = tuple(_module(one, f"topology[{i}]") for i, one in enumerate(listed))
    if len({one.module for one in found}) != len(found):
        refuse("topology", "must not name a module twice", "a repeated module")
    return found


def _module(raw: object, where: str) -> ModuleReport:
    if not isinstance(raw, Mapping):
        refuse(where, "must be an object", raw)
    parent, firmware = raw.get("parent"), raw.get("firmware")
    return ModuleReport(
        network=whole(raw.get("network"), NETWORKS, f"{where}.network"),
        module=name(raw.get("module"), f"{where}.module"),
        parent=None if parent is None else name(parent, f"{where}.parent"),
        level=whole(raw.get("level"), LEVELS, f"{where}.level"),
        rssi=optional_whole(raw.get("rssi"), RSSI, f"{where}.rssi"),
        relayed=optional_whole(raw.get("relayed"), RELAYED, f"{where}.relayed"),
        battery_mv=optional_whole(raw.get("battery_mv"), BATTERY_MV, f"{where}.battery_mv"),
        firmware=None if firmware is None else name(firmware, f"{where}.firmware"),
    )


def parse_spots(raw: object) -> tuple[SpotReading, ...]:
    """Judge the block ``spot``.

    Raises
    ------
    BadFrameError
        An entry breaks a rule.
    """
    listed = entries(raw, MOST_SPOTS, "spot")
    return tuple(_spot(one, f"spot[{i}]") for i, one in enumerate(listed))


def _spot(raw: object, where: str) -> SpotReading:
    if not isinstance(raw, Mapping):
        refuse(where, "must be an object", raw)
    return SpotReading(
        network=whole(raw.get("network"), NETWORKS, f"{where}.network"),
        channel=whole(raw.get("channel"), CHANNELS, f"{where}.channel"),
        at=happened(raw.get("at"), f"{where}.at"),
        counter=whole(raw.get("counter"), COUNTERS, f"{where}.counter"),
        command=optional_whole(raw.get("command"), range(2**63), f"{where}.command"),
    )
