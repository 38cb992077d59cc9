"""Limits of the devices, by hardware generation: configuration, never constants in the code."""

from dataclasses import dataclass


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
    "J100UC-2015": ConcentratorLimits(networks=1, modules_per_network=240, meters_per_network=720),
    "J100UC-2019": ConcentratorLimits(networks=8, modules_per_network=240, meters_per_network=540),
}
"""Source: the product decks; the newest generation is the default."""

MODULES: dict[str, ModuleLimits] = {
    "D100FC": ModuleLimits(inputs=6, inputs_with_control_adapter=2),
    "D100FC-2015": ModuleLimits(inputs=3, inputs_with_control_adapter=2),
}

DEFAULT_CONCENTRATOR = "J100UC"
DEFAULT_MODULE = "D100FC"
