"""How the town's channels are fitted out: serials, dials, pulse constants, widths of counters.

Choices are drawn by chance that repeats (:mod:`simulator.chance`), so that a town is the same
wherever it is founded again.
"""

from dataclasses import dataclass, replace
from fractions import Fraction

from domain.quantities import Commodity, EnergyArray, Phase, Role
from simulator.calendars import TownCalendar
from simulator.chance import between, chance
from simulator.loads import Loads
from simulator.meters import Channel, Flow, Installation, Place
from simulator.patterns import Patterns

WRAPS = (2**16, 2**24, 2**32)

CAPACITIES = {
    Commodity.ELECTRICITY: (6, 10, 15, 25, 40, 63, 100, 160, 250, 400, 630),
    Commodity.WATER_COLD: (2, 3, 6, 10, 25, 60, 100),
    Commodity.WATER_HOT: (2, 3, 6),
    Commodity.GAS: (3, 6, 10, 25),
}
"""Ratings that meters are sold with, in kW or m3/h."""

FIRST_ADDRESS = 101
INPUTS = 6
"""Pulse inputs of a radio module D100FC."""

_HEADROOM = 1.25
_FIRST_SERIAL = {
    Commodity.ELECTRICITY: 31_000_000,
    Commodity.WATER_COLD: 62_000_000,
    Commodity.WATER_HOT: 72_000_000,
    Commodity.GAS: 83_000_000,
}


@dataclass(frozen=True, slots=True)
class Socket:
    """Where a channel is wired: network, radio module of it (from 0) and input (from 1)."""

    network: int
    module: int
    input: int

    @property
    def address(self) -> int:
        """Channel address in the network."""
        return FIRST_ADDRESS + INPUTS * self.module + self.input - 1


@dataclass(frozen=True, slots=True)
class Fitting:
    """What kind of meter goes where."""

    place: Place
    commodity: Commodity
    role: Role
    pulse_constant: str
    accuracy_class: str = "1"
    phase: Phase | None = None


class Fitter:
    """Fits out the channels of one tenant.

    Parameters
    ----------
    calendar
        Its first Monday is the day on which everything was installed.
    code
        The founding week as serials carry it.
    tenant
        Number of the tenant in the town, for serials.
    """

    def __init__(self, calendar: TownCalendar, code: str, tenant: int) -> None:
        self.calendar, self.code, self.tenant = calendar, code, tenant
        self.loads = Loads()
        self._meters = dict.fromkeys(_FIRST_SERIAL, 0)

    def device_serial(self, number: int) -> str:
        """Serial of a concentrator; numbers are two digits over all tenants of the town."""
        return f"J100-{self.code}-{number:02}"

    def meter_serial(self, commodity: Commodity) -> str:
        """Serial of the next meter of a commodity."""
        self._meters[commodity] += 1
        number = _FIRST_SERIAL[commodity] + 100_000 * self.tenant + self._meters[commodity]
        return str(number)

    def channel(self, fitting: Fitting, socket: Socket, device: str, true: EnergyArray) -> Channel:
        """A channel through which the amounts ``true``, shape ``(1008,)``, run."""
        serial = self.meter_serial(fitting.commodity)
        capacity = _capacity(fitting.commodity, int(true.max()))
        wrap = _wrap(fitting.pulse_constant, capacity, serial)
        index, counter = _dial(fitting, wrap, serial)
        installation = Installation(
            meter_serial=serial,
            module=f"D100-{device[5:]}-{socket.network}{socket.module:02}",
            input=socket.input,
            start=self.calendar.origin,
            initial_index=index,
            initial_counter=counter,
        )
        return Channel(
            place=fitting.place,
            commodity=fitting.commodity,
            role=fitting.role,
            network=socket.network,
            address=socket.address,
            pulse_constant=fitting.pulse_constant,
            wrap=wrap,
            capacity=capacity,
            flows=(Flow(self.calendar.origin, self.loads.add(true)),),
            installations=(installation,),
            accuracy_class=fitting.accuracy_class,
            phase=fitting.phase,
        )

    def change_flow(self, channel: Channel, start: int, seen: EnergyArray) -> Channel:
        """The channel with other amounts seen by its meter from ``start`` on."""
        flows = (*channel.flows, Flow(start, self.loads.add(seen)))
        return replace(channel, flows=flows)

    def exchange(self, channel: Channel, start: int, patterns: Patterns) -> Channel:
        """The channel with a new meter from ``start`` on; its dial and its pulses start at 0."""
        serial = self.meter_serial(channel.commodity)
        gone = _removed(channel, start, patterns)
        new = replace(gone, meter_serial=serial, initial_index=Fraction(0))
        return _succeed(channel, gone, new)

    def exchange_module(self, channel: Channel, start: int, patterns: Patterns) -> Channel:
        """The channel with a new radio module: the dial goes on, the pulses start at 0."""
        gone = _removed(channel, start, patterns)
        index = gone.initial_index if gone.final_index is None else gone.final_index
        new = replace(gone, module=gone.module + "R", initial_index=index)
        return _succeed(channel, gone, new)


def _removed(channel: Channel, instant: int, patterns: Patterns) -> Installation:
    """The last installation of a channel, ended, with the dial at its end."""
    installation = channel.installations[-1]
    pulses = channel.pulses(patterns, installation, instant)
    index = installation.initial_index + pulses / channel.pulses_per_unit
    return replace(installation, end=instant, final_index=index)


def _succeed(channel: Channel, gone: Installation, new: Installation) -> Channel:
    """The channel with ``gone`` ended and ``new`` begun where it ended, its pulses at 0."""
    start = new.start if gone.end is None else gone.end
    begun = replace(new, start=start, end=None, final_index=None, initial_counter=0)
    return replace(channel, installations=(*channel.installations[:-1], gone, begun))


def _capacity(commodity: Commodity, largest: int) -> int:
    """Smallest rating with room above the largest hour [Wh or litres]."""
    ladder = CAPACITIES[commodity]
    return next((size for size in ladder if size * 1000 >= largest * _HEADROOM), ladder[-1])


def _wrap(constant: str, capacity: int, serial: str) -> int:
    """Width of a module's counter: any in which an hour at full capacity leaves no doubt.

    Narrow ones where several hours may pass unheard, as an installer would choose them.
    """
    top, _, bottom = constant.partition("/")
    hourly = capacity * Fraction(top) / Fraction(bottom or "1")
    lot = chance("wrap", serial)
    narrow = WRAPS[0] if lot < 0.15 else WRAPS[1] if lot < 0.5 else WRAPS[2]
    return next((wrap for wrap in WRAPS if wrap >= narrow and hourly * 4 < wrap), WRAPS[2])


def _dial(fitting: Fitting, wrap: int, serial: str) -> tuple[Fraction, int]:
    """Dial and counter on the day of installation.

    Most counters were set from the dial; a fifth were left as they came from the factory, or
    stand shortly before their wrap.
    """
    top, _, bottom = fitting.pulse_constant.partition("/")
    constant = Fraction(top) / Fraction(bottom or "1")
    electricity = fitting.commodity is Commodity.ELECTRICITY
    size = between(900, 48_000, "dial", serial) if electricity else between(15, 900, "dial", serial)
    index = Fraction(size) if fitting.role is not Role.INLET else Fraction(size * 12)
    lot = chance("counter", serial)
    if lot < 0.1:
        return index, between(0, 99, "factory", serial)
    if lot < 0.2:
        return index, wrap - between(1, 2000, "before wrap", serial)
    return index, int(index * constant + Fraction(1, 2)) % wrap
