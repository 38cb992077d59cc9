"""Housing association "Riverside": ten houses of thirty flats, made of the 300 Swiss homes.

Flat ``f`` of house ``h`` is home ``CH`` number ``30 (h - 1) + f``. Thefts and the stuck meter are
those of the labelled development groups: the same homes, types and start days.
"""

from dataclasses import dataclass, replace

import numpy as np

from domain.quantities import Commodity, EnergyArray, Phase, Role
from simulator.calendars import TownCalendar
from simulator.chance import between
from simulator.construction import Fitter, Fitting, Socket
from simulator.happenings import Happening
from simulator.loads import at_inlet, bypassed, common_needs, scaled, window_of
from simulator.meters import Channel, Device, Place
from simulator.patterns import Patterns

FLATS = 30
ENTRANCES = 3
FLATS_PER_ENTRANCE = FLATS // ENTRANCES
HOUSE_NETWORK = ENTRANCES + 1
"""Each entrance has a network of its own; the house's meters in the cellar have another."""

REGION, CITY = "Lower Valley", "Portmere"
HOUSES = (
    ("Old Town", "Mill Street 2", 47.0231, 28.8302),
    ("Old Town", "Mill Street 4", 47.0234, 28.8309),
    ("Old Town", "Mill Street 6", 47.0237, 28.8316),
    ("Old Town", "Quay Street 11", 47.0219, 28.8341),
    ("Old Town", "Quay Street 13", 47.0216, 28.8349),
    ("Riverside", "Willow Street 1", 47.0188, 28.8402),
    ("Riverside", "Willow Street 3", 47.0184, 28.8410),
    ("Riverside", "Willow Street 5", 47.0180, 28.8418),
    ("Riverside", "Ferry Lane 7", 47.0163, 28.8437),
    ("Riverside", "Ferry Lane 9", 47.0159, 28.8444),
)
"""District, street with house number, latitude and longitude."""

SPARE_FLAT, SPARE = 4, Socket(1, 5, 1)
"""Flat of the first house whose household mounted a module on its hot water, and where it hangs."""

SPARE_CONSTANT = "100"
"""Pulses a m3 of the meter there."""

_STUCK = np.zeros(1, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A theft or a broken meter, as the labels name it."""

    kind: str
    parameter: float
    start_day: int


WRONG = {
    214: Wrong("T1_factor", 0.9, 18),
    204: Wrong("T2_bypass_hours", 10, 26),
    87: Wrong("T6_stuck", 1.0, 18),
}
"""By the number of the home."""

BYPASS_FROM = 9
"""Wall-clock hour at which the bypass is put in each day."""

METER_EXCHANGED = (133, 22)
MODULE_EXCHANGED = (291, 30)
"""Home, and the local day of the history after which the new device hangs there."""

_SIZES = ((36.0, 1), (54.0, 2), (72.0, 3), (90.0, 4))


def build(
    calendar: TownCalendar, code: str, homes: EnergyArray, water: EnergyArray, gas: EnergyArray
) -> tuple[tuple[Device, ...], tuple[Happening, ...]]:
    """Build the association: its concentrators with their channels, and what goes wrong there.

    Parameters
    ----------
    homes
        Hourly energy of the homes, shape ``(1008, 300)`` [Wh].
    water, gas
        Hourly amounts of the Canadian house [litres].
    """
    fitter = Fitter(calendar, code, tenant=1)
    houses = [House(fitter, number, homes, water, gas) for number in range(1, len(HOUSES) + 1)]
    channels = [house.channels() for house in houses]
    patterns = Patterns(fitter.loads.hourly(), calendar)
    happenings = [happening for house in houses for happening in house.happenings]
    devices = []
    for house, built in zip(houses, channels, strict=True):
        done, more = _exchange(fitter, house, built, patterns)
        happenings += more
        devices.append(Device(house.device, tuple(done), patterns))
    return tuple(devices), tuple(happenings)


class House:
    """One house under construction: flats of three entrances and the meters in the cellar."""

    def __init__(
        self, fitter: Fitter, number: int, homes: EnergyArray, water: EnergyArray, gas: EnergyArray
    ) -> None:
        self.fitter, self.number = fitter, number
        self.homes, self.water, self.gas = homes, water, gas
        self.device = fitter.device_serial(number)
        self.happenings: list[Happening] = []
        self._drawn: dict[Commodity, list[int]] = {}

    def home(self, flat: int) -> int:
        """Number of the home that is played by a flat."""
        return FLATS * (self.number - 1) + flat

    def channels(self) -> list[Channel]:
        """Every channel of the house, flats first."""
        flats = [part for flat in range(1, FLATS + 1) for part in self._flat(flat)]
        spare = [self._spare()] if self.number == 1 else []
        return flats + self._cellar() + spare

    def _spare(self) -> Channel:
        """A module that the network hears and no file names: its household is to connect it."""
        place = self._place(SPARE.network, SPARE_FLAT)
        fitting = Fitting(place, Commodity.WATER_HOT, Role.CONSUMER, SPARE_CONSTANT, "2")
        amounts = window_of(self.water, (0.2, 0.5), "hot water", self.home(SPARE_FLAT))
        return replace(self.fitter.channel(fitting, SPARE, self.device, amounts), in_file=False)

    def _place(self, entrance: int | None = None, flat: int | None = None) -> Place:
        district, address, latitude, longitude = HOUSES[self.number - 1]
        street = address.rsplit(" ", 1)[0]
        names = [REGION, CITY, district, street, address]
        kinds = ["region", "city", "district", "street", "house"]
        if entrance is not None:
            names.append(f"Entrance {entrance}")
            kinds.append("entrance")
        if flat is None:
            return Place("/".join(names), "/".join(kinds), "", latitude, longitude)
        area, rooms = _SIZES[between(0, len(_SIZES) - 1, "size", self.home(flat))]
        area += between(0, 12, "area", self.home(flat))
        persons = between(1, rooms + 1, "persons", self.home(flat))
        where = ("/".join(names), "/".join(kinds), f"Flat {flat}", latitude, longitude)
        return Place(*where, area, persons, rooms)

    def _flat(self, flat: int) -> list[Channel]:
        entrance, place_in = divmod(flat - 1, FLATS_PER_ENTRANCE)
        place, home = self._place(entrance + 1, flat), self.home(flat)
        module, half = divmod(place_in, 2)
        sockets = [Socket(entrance + 1, module, 3 * half + place) for place in (1, 2, 3)]
        constant = "3200" if between(0, 2, "constant", home) == 0 else "1000"
        phase = (Phase.A, Phase.B, Phase.C)[flat % 3]
        built = [
            self._electricity(
                Fitting(place, Commodity.ELECTRICITY, Role.CONSUMER, constant, "1", phase),
                sockets[0],
                home,
            ),
            self._consumer(
                Fitting(place, Commodity.WATER_COLD, Role.CONSUMER, "100", "2"),
                sockets[1],
                window_of(self.water, (0.35, 1.1), "water", home),
            ),
        ]
        if between(0, 9, "has gas", home) < 4:
            # Older gas meters count cubic feet: one pulse is 0.0283168 m3.
            constant = "1/0.0283168" if between(0, 3, "cubic feet", home) == 0 else "100"
            fitting = Fitting(place, Commodity.GAS, Role.CONSUMER, constant, "1.5")
            amounts = window_of(self.gas, (0.3, 1.0), "gas", home)
            built.append(self._consumer(fitting, sockets[2], amounts))
        return built

    def _consumer(self, fitting: Fitting, socket: Socket, amounts: EnergyArray) -> Channel:
        channel = self.fitter.channel(fitting, socket, self.device, amounts)
        self._drawn.setdefault(fitting.commodity, []).append(channel.flows[0].column)
        return channel

    def _electricity(self, fitting: Fitting, socket: Socket, home: int) -> Channel:
        true = self.homes[:, home - 1]
        channel = self._consumer(fitting, socket, true)
        wrong = WRONG.get(home)
        if wrong is None:
            return channel
        start = self.fitter.calendar.day(wrong.start_day)
        seen = _STUCK.repeat(len(true))
        if wrong.kind == "T1_factor":
            seen = scaled(true, wrong.parameter)
        elif wrong.kind == "T2_bypass_hours":
            seen = bypassed(true, BYPASS_FROM, int(wrong.parameter))
        detail = f"home CH{home:03}, parameter {wrong.parameter}"
        self.happenings.append(_happening(wrong.kind, channel, start, detail))
        return self.fitter.change_flow(channel, start, seen)

    def _cellar(self) -> list[Channel]:
        loads, house = self.fitter.loads, self._place()
        power = loads.total(self._drawn[Commodity.ELECTRICITY])
        common = common_needs(power, self.number)
        water = loads.total(self._drawn[Commodity.WATER_COLD])
        whole = at_inlet(power + common, self.number)
        kinds = (
            (Commodity.ELECTRICITY, Role.INLET, "1000", "0.5", Phase.ABC, whole),
            (Commodity.ELECTRICITY, Role.COMMON, "1000", "1", Phase.ABC, common),
            (Commodity.WATER_COLD, Role.INLET, "10", "2", None, water),
        )
        return [
            self.fitter.channel(
                Fitting(house, commodity, role, constant, accuracy, phase),
                Socket(HOUSE_NETWORK, 0, place),
                self.device,
                amounts,
            )
            for place, (commodity, role, constant, accuracy, phase, amounts) in enumerate(kinds, 1)
        ]


def _happening(kind: str, channel: Channel, start: int, detail: str) -> Happening:
    serial = channel.installations[-1].meter_serial
    return Happening(kind, channel.place.path, channel.place.premise, serial, start, detail)


def _exchange(
    fitter: Fitter, house: House, channels: list[Channel], patterns: Patterns
) -> tuple[list[Channel], list[Happening]]:
    """Exchange the meter of one flat and the radio module of another, as installers do."""
    done, happenings = list(channels), []
    for home, day, kind in ((*METER_EXCHANGED, "meter"), (*MODULE_EXCHANGED, "module")):
        number, flat = divmod(home - 1, FLATS)
        if number + 1 != house.number:
            continue
        start = fitter.calendar.day(day) + 10
        place = f"Flat {flat + 1}"
        shared = next(c.installations[0].module for c in channels if c.place.premise == place)
        for position, channel in enumerate(done):
            if kind == "meter":
                metered = channel.place.premise, channel.commodity
                if metered == (place, Commodity.ELECTRICITY):
                    done[position] = fitter.exchange(channel, start, patterns)
                    happenings.append(_happening("meter_exchange", channel, start, place))
            elif channel.installations[0].module == shared:
                done[position] = fitter.exchange_module(channel, start, patterns)
                happenings.append(_happening("module_exchange", channel, start, shared))
    return done, happenings
