"""What a concentrator has to say: the frames of its rounds, one round after each full hour."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.hours import instant_of
from simulator.faults import LOST, Faults, moment_text
from simulator.meters import Device
from simulator.radio import RadioNetwork

Positions = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Gap:
    """Hours of some channels that the gateway asks for again; ``[start, end)``."""

    network: int
    channels: frozenset[int]
    start: int
    end: int


class Voice:
    """The content of one concentrator's frames, a function of the hour alone.

    The round of hour ``h`` is made once the hour is over. It carries the readings of ``h`` that the
    radio brought in time, and late ones of earlier hours that came in since the last round.
    """

    def __init__(self, device: Device, faults: Faults) -> None:
        self.device, self.faults = device, faults
        self.origin = device.patterns.calendar.origin
        self._radio = RadioNetwork(device)

    def blocks(self, hour: int) -> list[dict[str, Any]]:
        """Hour blocks of one round, oldest hour first."""
        found: list[dict[str, Any]] = []
        for delay in range(self.faults.longest_delay, -1, -1):
            if hour - delay >= self.origin:
                heard = self.faults.delays(hour - delay) == delay
                found += self._blocks_of(hour - delay, np.flatnonzero(heard))
        return found

    def events(self, hour: int) -> list[dict[str, Any]]:
        """Events of one round."""
        return self.faults.events(hour)

    def topology(self, hour: int) -> dict[str, Any] | None:
        """What one round tells of the mesh, and when it was seen; None in most rounds."""
        return self._radio.report(hour)

    def again(self, gap: Gap, last_round: int) -> list[dict[str, Any]]:
        """Hour blocks that answer a gap: what was heard of it up to the last round.

        What the radio lost is asked of the modules, which remember it unless they forgot.
        """
        found: list[dict[str, Any]] = []
        for hour in range(max(gap.start, self.origin), min(gap.end, last_round + 1)):
            delays = self.faults.delays(hour)
            heard = (hour + np.maximum(delays, 0) <= last_round) & ~self.faults.forgotten(hour)
            wanted = (self.device.networks == gap.network) & np.isin(
                self.device.addresses, list(gap.channels)
            )
            found += self._blocks_of(hour, np.flatnonzero(heard & wanted))
        return found

    def lost(self, hour: int) -> list[list[int]]:
        """Network and address of each channel whose hour never comes by itself."""
        silent = np.flatnonzero(self.faults.delays(hour) == LOST)
        pairs = np.column_stack((self.device.networks[silent], self.device.addresses[silent]))
        found: list[list[int]] = pairs.tolist()
        return found

    def _blocks_of(self, hour: int, positions: Positions) -> list[dict[str, Any]]:
        if not len(positions):
            return []
        counters = self.faults.counters(hour + 1)
        status = self.faults.status(hour)
        name = moment_text(instant_of(hour).timestamp())
        networks = self.device.networks[positions]
        found: list[dict[str, Any]] = []
        for network in np.unique(networks):
            chosen = positions[networks == network]
            block = {
                "network": int(network),
                "hour": name,
                "channels": self.device.addresses[chosen].tolist(),
                "counters": counters[chosen].tolist(),
            }
            if status[chosen].any():
                block["status"] = status[chosen].tolist()
            found.append(block)
        return found
