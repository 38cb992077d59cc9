"""What a concentrator of a hardware generation carries: a file cannot hang more on it."""

from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from backend.services.model.metering_rows import MeteringRow
from domain.devices import DEFAULT_CONCENTRATOR, ConcentratorLimits, limits_of

if TYPE_CHECKING:
    from backend.services.metering_import.devices import Devices

Network = tuple[int, int]
"""Concentrator and number."""


async def check_limits(devices: "Devices") -> None:
    """Refuse lines that ask more of a concentrator than it carries, file and database together."""
    known = set(devices.concentrator.values()) - {row[0] for row in devices.draft.new.concentrator}
    carried = await devices.draft.known.carried(known) if known else []
    generation = {row[0]: row[1] for row in carried}
    limits = {
        concentrator: limits_of(generation.get(concentrator, DEFAULT_CONCENTRATOR))
        for concentrator in devices.concentrator.values()
    }
    meters: dict[Network, set[int]] = defaultdict(set)
    for concentrator, _, network, address in carried:
        if network is not None:
            meters[concentrator, network].add(address)
    _check_meters(devices, limits, meters)
    await _check_modules(devices, limits, known)


def _check_meters(
    devices: "Devices", limits: dict[int, ConcentratorLimits], used: dict[Network, set[int]]
) -> None:
    now = datetime.now(UTC)
    standing: list[MeteringRow] = []
    for row in devices.draft.rows:
        concentrator, network, channel = devices.address_of(row)
        if network > limits[concentrator].networks:
            why = f"such a concentrator has {limits[concentrator].networks} networks"
            devices.draft.refuse(row, "network", network, "DEVICE_LIMIT", why)
        if row.terms.removed_at is None or row.terms.removed_at > now:
            standing.append(row)
        else:  # the file may say that a meter is gone
            used[concentrator, network].discard(channel)
    for row in standing:
        concentrator, network, channel = devices.address_of(row)
        most = limits[concentrator].meters_per_network
        there = used[concentrator, network]
        if channel not in there and len(there) == most:
            why = f"a logical network carries at most {most} meters"
            devices.draft.refuse(row, "channel", channel, "DEVICE_LIMIT", why)
        there.add(channel)


async def _check_modules(
    devices: "Devices", limits: dict[int, ConcentratorLimits], known: set[int]
) -> None:
    if not any(row.module for row in devices.draft.rows):
        return
    used: dict[Network, set[str]] = defaultdict(set)
    for concentrator, network, serial in await devices.draft.known.modules_on(known):
        used[concentrator, network].add(serial)
    for row in devices.draft.rows:
        if not row.module:
            continue
        concentrator, network, _ = devices.address_of(row)
        most = limits[concentrator].modules_per_network
        there = used[concentrator, network]
        if row.module not in there and len(there) == most:
            why = f"a logical network carries at most {most} radio modules"
            devices.draft.refuse(row, "module", row.module, "DEVICE_LIMIT", why)
        there.add(row.module)
