"""What hangs on a concentrator: channels, the meters installed on them, their true counters."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from domain.quantities import Commodity, EnergyArray, Phase, Role
from simulator.patterns import Patterns


@dataclass(frozen=True, slots=True)
class Place:
    """Where a meter is: a node of the site tree, and the flat in it, if any."""

    path: str
    kinds: str
    premise: str = ""
    latitude: float | None = None
    longitude: float | None = None
    area_m2: float | None = None
    persons: int | None = None
    rooms: int | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """What runs through a meter as it registers it, from an hour on: a column of the patterns."""

    start: int
    column: int


@dataclass(frozen=True, slots=True)
class Installation:
    """One meter on one pulse input from an hour on, until ``end`` if it was taken away."""

    meter_serial: str
    module: str
    input: int
    start: int
    initial_index: Fraction
    initial_counter: int
    end: int | None = None
    final_index: Fraction | None = None


_Part = TypeVar("_Part", Flow, Installation)


@dataclass(frozen=True, slots=True)
class Channel:
    """A pulse input: what is metered there, how, and by which meters one after the other."""

    place: Place
    commodity: Commodity
    role: Role
    network: int
    address: int
    pulse_constant: str
    wrap: int
    capacity: int
    flows: tuple[Flow, ...]
    installations: tuple[Installation, ...]
    accuracy_class: str = "1"
    phase: Phase | None = None
    in_file: bool = True
    """Whether the metering file names it; another is heard by the network and waits for a meter."""

    @property
    def pulses_per_unit(self) -> Fraction:
        """Pulses per kWh or m3, exactly; the text may be a decimal or a fraction of decimals."""
        top, _, bottom = self.pulse_constant.partition("/")
        return Fraction(top) / Fraction(bottom or "1")

    def registered(self, patterns: Patterns, instant: int) -> int:
        """Amount that ran through as the meter saw it, first Monday to ``instant``."""
        total = 0
        for place, flow in enumerate(self.flows):
            later = self.flows[place + 1].start if place + 1 < len(self.flows) else instant
            if instant <= flow.start and place:
                break
            low = flow.start if place else patterns.calendar.origin
            high = min(later, instant)
            total += int(patterns.sums(high)[flow.column] - patterns.sums(low)[flow.column])
        return total

    def pulses(self, patterns: Patterns, installation: Installation, instant: int) -> int:
        """Pulses of one installation from its start to ``instant``, never wrapped."""
        run = self.registered(patterns, instant) - self.registered(patterns, installation.start)
        return int(run * self.pulses_per_unit / 1000 // 1)


@dataclass(frozen=True, slots=True)
class _Epoch:
    """A time in which no meter, and no flow, of the device changes; arrays of shape ``(n,)``."""

    columns: NDArray[np.int64]
    offsets: EnergyArray
    initial: NDArray[np.int64]


@dataclass(frozen=True)
class Device:
    """A concentrator and its channels, in the order in which it lists them."""

    serial: str
    channels: tuple[Channel, ...]
    patterns: Patterns

    @cached_property
    def networks(self) -> NDArray[np.int64]:
        """Network of each channel, shape ``(n,)``."""
        return np.array([channel.network for channel in self.channels], dtype=np.int64)

    @cached_property
    def addresses(self) -> NDArray[np.int64]:
        """Address of each channel in its network, shape ``(n,)``."""
        return np.array([channel.address for channel in self.channels], dtype=np.int64)

    @cached_property
    def wraps(self) -> NDArray[np.int64]:
        """Counts after which each counter starts again at 0, shape ``(n,)``."""
        return np.array([channel.wrap for channel in self.channels], dtype=np.int64)

    @cached_property
    def modules(self) -> NDArray[np.int64]:
        """Number of the radio module of each channel, from 0, shape ``(n,)``."""
        names = [(channel.network, channel.installations[0].module) for channel in self.channels]
        numbers = {name: place for place, name in enumerate(dict.fromkeys(names))}
        return np.array([numbers[name] for name in names], dtype=np.int64)

    @cached_property
    def _ratios(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pulses per Wh or litre as whole numerators and denominators."""
        ratios = [channel.pulses_per_unit / 1000 for channel in self.channels]
        tops = np.array([ratio.numerator for ratio in ratios], dtype=np.int64)
        return tops, np.array([ratio.denominator for ratio in ratios], dtype=np.int64)

    @cached_property
    def _changes(self) -> list[int]:
        """Instants at which a flow or an installation of some channel begins, but for the first."""
        flows = {flow.start for channel in self.channels for flow in channel.flows[1:]}
        installed = {new.start for channel in self.channels for new in channel.installations[1:]}
        return sorted(flows | installed)

    @cached_property
    def _epochs(self) -> list[_Epoch]:
        """One epoch between neighbouring changes."""
        instants = [self.patterns.calendar.origin, *self._changes]
        return [self._epoch(instant) for instant in instants]

    def _epoch(self, start: int) -> _Epoch:
        columns, offsets, initial = [], [], []
        for channel in self.channels:
            flow = _last(channel.flows, start)
            installation = _last(channel.installations, start)
            seen = channel.registered(self.patterns, start)
            before = channel.registered(self.patterns, installation.start)
            columns.append(flow.column)
            offsets.append(seen - before - int(self.patterns.sums(start)[flow.column]))
            initial.append(installation.initial_counter)
        arrays = (np.array(values, dtype=np.int64) for values in (columns, offsets, initial))
        return _Epoch(*arrays)

    def counters(self, instant: int) -> NDArray[np.int64]:
        """True counter of each channel at the start of UTC hour ``instant``, shape ``(n,)``.

        At the instant of an exchange it is still the counter of the meter taken away.
        """
        epoch = self._epochs[bisect_left(self._changes, instant)]
        tops, bottoms = self._ratios
        run = self.patterns.sums(instant)[epoch.columns] + epoch.offsets
        counters: NDArray[np.int64] = (epoch.initial + run * tops // bottoms) % self.wraps
        return counters


def _last(parts: Sequence[_Part], instant: int) -> _Part:
    """The part that runs just after ``instant``."""
    found = parts[0]
    for part in parts[1:]:
        if part.start <= instant:
            found = part
    return found
