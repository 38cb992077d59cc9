"""Voltages and losses of an unbalanced radial network: the backward-forward sweep.

Source: Shirmohammadi et al. 1988, IEEE Trans. Power Systems 3(2), 753-762; for three phases and
neutral Ciric et al. 2003, IEEE Trans. Power Systems 18(4), 1307-1317. Loads are of constant power.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.phases.network import PHASES, Consumers, FloatArray, Network
from domain.errors import InvalidError

_Complex = NDArray[np.complex128]

TOLERANCE = 1e-9
"""Of the voltage at the head: change in a round below which the sweep has settled."""

MOST_ROUNDS = 100
WEEK = 168


@dataclass(frozen=True, slots=True)
class Flow:
    """What flows in ``t`` hours through ``s`` sections."""

    voltage: _Complex
    """Phase to neutral at the end of each section [V], shape ``(s, 3, t)``."""

    current: _Complex
    """In each phase of each section [A], shape ``(s, 3, t)``."""

    phase_loss: FloatArray
    """Heat in each phase conductor [kW], shape ``(s, 3, t)``."""

    neutral_loss: FloatArray
    """Heat in the neutral [kW], shape ``(s, t)``."""

    @property
    def loss(self) -> FloatArray:
        """Heat in all conductors [kW], shape ``(t,)``."""
        total: FloatArray = self.phase_loss.sum(axis=(0, 1)) + self.neutral_loss.sum(axis=0)
        return total


def solve(network: Network, consumers: Consumers) -> Flow:
    """Solve every hour.

    Raises
    ------
    InvalidError
        The network cannot carry the load: no voltage serves it.
    """
    demand = _demand(network, consumers)
    source = network.volts * np.exp(-2j * np.pi / 3 * np.arange(PHASES))[:, None]
    voltage = np.repeat(np.broadcast_to(source, demand.shape[1:])[None], network.sections, axis=0)
    current = np.zeros_like(demand)
    for _ in range(MOST_ROUNDS):
        with np.errstate(divide="ignore", invalid="ignore"):
            current = _backward(network, np.conj(demand / voltage))
        settled = _forward(network, source, current)
        change = np.abs(settled - voltage).max(initial=0.0)
        voltage = settled
        if not np.isfinite(change):
            break
        if change < TOLERANCE * network.volts:
            return _flow(network, voltage, current)
    raise InvalidError(
        "kilowatts must be a load that the network can carry: no voltage serves this one",
        code="NO_POWER_FLOW",
        field="kilowatts",
    )


@dataclass(frozen=True, slots=True)
class Totals:
    """Losses and extremes of ``s`` sections over all hours."""

    phase_kwh: FloatArray
    """Heat of each phase conductor, shape ``(s, 3)``."""

    neutral_kwh: FloatArray
    """Heat of each neutral, shape ``(s,)``."""

    largest_a: FloatArray
    """Largest current of any phase, shape ``(s,)``."""

    lowest_v: FloatArray
    """Lowest voltage of any phase at the end of each section, shape ``(s,)``."""


def totals(network: Network, consumers: Consumers) -> Totals:
    """Solve hour by hour, a week at a time so that memory stays flat, and add up.

    Raises
    ------
    InvalidError
        As of :func:`solve`.
    """
    sections = network.sections
    phase, neutral = np.zeros((sections, PHASES)), np.zeros(sections)
    largest, lowest = np.zeros(sections), np.full(sections, network.volts)
    for start in range(0, consumers.kilowatts.shape[1], WEEK):
        flow = solve(network, consumers.during(slice(start, start + WEEK)))
        phase += flow.phase_loss.sum(axis=2)
        neutral += flow.neutral_loss.sum(axis=1)
        largest = np.maximum(largest, np.abs(flow.current).max(axis=(1, 2)))
        lowest = np.minimum(lowest, np.abs(flow.voltage).min(axis=(1, 2)))
    return Totals(phase, neutral, largest, lowest)


def _demand(network: Network, consumers: Consumers) -> _Complex:
    """Complex power drawn at each node [VA], shape ``(s, 3, t)``."""
    active = np.nan_to_num(consumers.kilowatts, nan=0.0) * 1000
    reactive = active * np.tan(np.arccos(consumers.power_factor))[:, None]
    each = (active + 1j * reactive)[:, None, :] * consumers.share[:, :, None]
    found = np.zeros((network.sections, *each.shape[1:]), dtype=np.complex128)
    np.add.at(found, consumers.node, each)
    return found


def _backward(network: Network, drawn: _Complex) -> _Complex:
    current = drawn.copy()
    for node in range(network.sections - 1, -1, -1):
        if network.parent[node] >= 0:
            current[network.parent[node]] += current[node]
    return current


def _forward(network: Network, source: _Complex, current: _Complex) -> _Complex:
    drop = network.phase_ohm[:, None, None] * current + network.neutral_ohm[
        :, None, None
    ] * current.sum(axis=1, keepdims=True)
    voltage = np.empty_like(current)
    for node, parent in enumerate(network.parent):
        voltage[node] = (source if parent < 0 else voltage[parent]) - drop[node]
    return voltage


def _flow(network: Network, voltage: _Complex, current: _Complex) -> Flow:
    phase = network.phase_ohm.real[:, None, None] * np.abs(current) ** 2 / 1000
    neutral = network.neutral_ohm.real[:, None] * np.abs(current.sum(axis=1)) ** 2 / 1000
    return Flow(voltage, current, phase, neutral)
