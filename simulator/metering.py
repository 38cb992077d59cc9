"""The town's metering model as the file of the contract's "Metering import"."""

import csv
import io
from fractions import Fraction

from domain.hours import instant_of
from domain.metering_file import COLUMNS
from domain.quantities import Commodity
from simulator.meters import Channel, Device, Installation
from simulator.town import TownTenant


def metering_csv(tenant: TownTenant) -> str:
    """Every installation of a tenant that its file names, one line each, with a header."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    for device in tenant.devices:
        for channel in device.channels:
            for installation in channel.installations if channel.in_file else ():
                writer.writerow(_row(device, channel, installation))
    return out.getvalue()


def _row(device: Device, channel: Channel, part: Installation) -> dict[str, str]:
    place = channel.place
    electricity = channel.commodity is Commodity.ELECTRICITY
    values = {
        "site_path": place.path,
        "site_kinds": place.kinds,
        "premise": place.premise,
        "commodity": channel.commodity,
        "role": channel.role,
        "meter_serial": part.meter_serial,
        "pulse_constant": channel.pulse_constant,
        "installed_at": stamp(part.start),
        "initial_index": _decimal(part.initial_index),
        "concentrator": device.serial,
        "network": channel.network,
        "channel": channel.address,
        "initial_counter": _initial_counter(channel, part),
        "wrap": channel.wrap,
        "capacity": channel.capacity,
        "module": part.module,
        "input": part.input,
        "phase": channel.phase,
        "quantity": "active" if electricity else None,
        "accuracy_class": channel.accuracy_class,
        "area_m2": place.area_m2,
        "persons": place.persons,
        "rooms": place.rooms,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "removed_at": None if part.end is None else stamp(part.end),
        "final_index": None if part.final_index is None else _decimal(part.final_index),
    }
    return {name: "" if value is None else str(value) for name, value in values.items()}


def stamp(hour: int) -> str:
    """A whole hour as the contract writes it.

    Examples
    --------
    >>> stamp(5)
    '1970-01-01T05:00:00Z'
    """
    return instant_of(hour).strftime("%Y-%m-%dT%H:%M:%SZ")


def _initial_counter(channel: Channel, part: Installation) -> int | None:
    """Left empty where it is what the dial says, as the contract allows."""
    usual = int(part.initial_index * channel.pulses_per_unit + Fraction(1, 2)) % channel.wrap
    return None if usual == part.initial_counter else part.initial_counter


def _decimal(index: Fraction) -> str:
    """An index as a decimal; cut at a millionth of a unit where it does not end."""
    text = f"{float(index):.6f}" if index.denominator > 1 else str(index.numerator)
    return text.rstrip("0").rstrip(".") if "." in text else text
