"""Water utility "Northwater": forty houses in two districts, each with an inlet meter, one leak."""

from domain.quantities import Commodity, EnergyArray, Role
from simulator.calendars import TownCalendar
from simulator.construction import Fitter, Fitting, Socket
from simulator.happenings import Happening
from simulator.loads import window_of
from simulator.meters import Channel, Device, Place
from simulator.patterns import Patterns

REGION, CITY = "Upper Valley", "Northwater"
STREETS = (
    ("Hill District", "Spring Street", 47.1104, 28.7711),
    ("Lake District", "Harbour Street", 47.1042, 28.7836),
)
"""District, its only street, latitude and longitude of the first house."""

HOUSES = 20
FIRST_DEVICE = 51
"""Number of the first concentrator; those of the other tenant lie below."""

INLET_NETWORK = 3

LEAKING = (1, 12)
"""Street (from 0) and house number of the leak: a line that runs behind the meter."""

LEAK_LITRES_PER_HOUR = 25
LEAK_DAY = 28


def build(
    calendar: TownCalendar, code: str, water: EnergyArray
) -> tuple[tuple[Device, ...], tuple[Happening, ...]]:
    """Build the utility: its concentrators with their channels, and its leak.

    Parameters
    ----------
    water
        Hourly cold water of the Canadian house [litres].
    """
    fitter = Fitter(calendar, code, tenant=2)
    start = calendar.day(LEAK_DAY)
    happenings: list[Happening] = []
    streets = []
    for street in range(len(STREETS)):
        channels = [_house(fitter, street, number, water) for number in range(1, HOUSES + 1)]
        inlet = _inlet(fitter, street, channels)
        if street == LEAKING[0]:
            position = LEAKING[1] - 1
            channels[position] = _leak(fitter, channels[position], start)
            inlet = _leak(fitter, inlet, start)
            place, serial = channels[position].place, channels[position].installations[0]
            detail = f"constant, {LEAK_LITRES_PER_HOUR} l/h behind the meter"
            leak = Happening("leak", place.path, place.premise, serial.meter_serial, start, detail)
            happenings.append(leak)
        streets.append((*channels, inlet))
    patterns = Patterns(fitter.loads.hourly(), calendar)
    devices = [
        Device(fitter.device_serial(FIRST_DEVICE + street), channels, patterns)
        for street, channels in enumerate(streets)
    ]
    return tuple(devices), tuple(happenings)


def _house(fitter: Fitter, street: int, number: int, water: EnergyArray) -> Channel:
    district, name, latitude, longitude = STREETS[street]
    names = (REGION, CITY, district, name, f"{name} {number}")
    place = Place(
        path="/".join(names),
        kinds="region/city/district/street/house",
        premise="Dwelling",
        latitude=round(latitude + 0.0002 * number, 4),
        longitude=round(longitude + 0.0003 * number, 4),
        area_m2=80.0 + 5 * (number % 9),
        persons=1 + number % 5,
        rooms=3 + number % 4,
    )
    socket = Socket(1 + number % 2, (number - 1) // 2, 1)
    amounts = window_of(water, (0.5, 1.4), "northwater", street, number)
    fitting = Fitting(place, Commodity.WATER_COLD, Role.CONSUMER, "100", "2")
    return fitter.channel(fitting, socket, fitter.device_serial(FIRST_DEVICE + street), amounts)


def _inlet(fitter: Fitter, street: int, channels: list[Channel]) -> Channel:
    district, _, latitude, longitude = STREETS[street]
    place = Place(f"{REGION}/{CITY}/{district}", "region/city/district", "", latitude, longitude)
    amounts = fitter.loads.total([channel.flows[0].column for channel in channels])
    # Two litres lost of every hundred on the way: joints and hydrants.
    amounts += amounts * 2 // 100
    fitting = Fitting(place, Commodity.WATER_COLD, Role.INLET, "10", "2")
    device = fitter.device_serial(FIRST_DEVICE + street)
    return fitter.channel(fitting, Socket(INLET_NETWORK, 0, 1), device, amounts)


def _leak(fitter: Fitter, channel: Channel, start: int) -> Channel:
    usual = fitter.loads.total([channel.flows[0].column])
    return fitter.change_flow(channel, start, usual + LEAK_LITRES_PER_HOUR)
