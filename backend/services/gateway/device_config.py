"""What the gateway tells a concentrator of itself: its networks, its numbers, its limits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backend.services.gateway import firmware
from backend.services.gateway.intake import Device
from backend.store import wire
from backend.store.network import devices
from backend.store.network.devices import Input
from domain.devices import MOST_INPUTS, limits_of
from domain.gaps import bounded
from tenants.session import TenantSession


async def of_device(
    session: TenantSession, device: Device, polled: int, now: datetime
) -> dict[str, Any]:
    """Configuration of a concentrator.

    Parameters
    ----------
    polled
        Highest counter of its polls, which have a window of their own.
    """
    talk = await devices.talk_of(session, device.concentrator_id)
    names = dict(await devices.networks_of(session, device.concentrator_id))
    inputs = await devices.inputs_of(session, device.concentrator_id, now)
    limits = limits_of(talk.generation)
    by_network: dict[int, list[Input]] = {number: [] for number in names}
    for one in inputs:
        by_network.setdefault(one.network, []).append(one)
    return {
        "device": device.serial,
        "generation": talk.generation,
        "secret_generation": talk.secret_generation,
        "last_sequence": talk.last_sequence,
        "last_counter": max(talk.last_counter, polled),
        "networks": [
            {
                "number": number,
                "name": names.get(number),
                "channels": [_channel(one) for one in found],
            }
            for number, found in sorted(by_network.items())
        ],
        "gaps": [gap.document() for gap in bounded(talk.gaps)],
        "firmware": await firmware.offered(session, device.concentrator_id),
        "limits": {
            "networks": limits.networks,
            "modules_per_network": limits.modules_per_network,
            "meters_per_network": limits.meters_per_network,
            "channels_per_network": limits.modules_per_network * MOST_INPUTS,
            "body_bytes": wire.LONGEST_BODY,
            "decoded_bytes": wire.LONGEST_DOCUMENT,
        },
    }


def _channel(one: Input) -> Mapping[str, Any]:
    return {
        "channel": one.address,
        "module": one.module,
        "input": one.input,
        "placed": one.wrap is not None,
        "wrap": one.wrap,
    }
