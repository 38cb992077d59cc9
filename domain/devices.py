"""Limits of the devices, by hardware generation: configuration, never constants in the code."""

from dataclasses import dataclass

from domain.frames import Frame


@dataclass(frozen=True, slots=True)
class ConcentratorLimits:
    """What one concentrator carries."""

    networks: int
    modules_per_network: int
    meters_per_network: int


@dataclass(frozen=True, slots=True)
class ModuleLimits:
    """What one radio module carries."""

    inputs: int
    inputs_with_control_adapter: int


CONCENTRATORS: dict[str, ConcentratorLimits] = {
    "J100UC": ConcentratorLimits(networks=8, modules_per_network=240, meters_per_network=480),
    "J100UC-M": ConcentratorLimits(networks=8, modules_per_network=240, meters_per_network=480),
    "J100UC-2015": ConcentratorLimits(networks=1, modules_per_network=240, meters_per_network=720),
    "J100UC-2019": ConcentratorLimits(networks=8, modules_per_network=240, meters_per_network=540),
}
"""Source: the product decks; the newest generation is the default. M is carried by hand."""

MODULES: dict[str, ModuleLimits] = {
    "D100FC": ModuleLimits(inputs=6, inputs_with_control_adapter=2),
    "D100FC-2015": ModuleLimits(inputs=3, inputs_with_control_adapter=2),
}

DEFAULT_CONCENTRATOR = "J100UC"
DEFAULT_MODULE = "D100FC"

MOST_INPUTS = max(limits.inputs for limits in MODULES.values())


def limits_of(generation: str) -> ConcentratorLimits:
    """Limits of a hardware generation; one that nobody wrote down has those of the default."""
    return CONCENTRATORS.get(generation, CONCENTRATORS[DEFAULT_CONCENTRATOR])


def beyond(frame: Frame, limits: ConcentratorLimits) -> str | None:
    """What a frame tells of that such a device cannot have; None when all is possible.

    Inputs without a meter are told of, too, so a network has more channels than meters.
    """
    channels = limits.modules_per_network * MOST_INPUTS
    for block in frame.blocks:
        if block.network > limits.networks:
            return f"network {block.network}; such a device has {limits.networks}"
        if len(block.channels) > channels:
            return f"{len(block.channels)} channels of a network; such a device has {channels}"
    modules: dict[int, int] = {}
    for module in frame.topology:
        modules[module.network] = modules.get(module.network, 0) + 1
    for network, count in modules.items():
        if network > limits.networks:
            return f"network {network}; such a device has {limits.networks}"
        if count > limits.modules_per_network:
            most = limits.modules_per_network
            return f"{count} modules of a network; such a device has {most}"
    return None
