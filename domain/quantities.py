"""What is measured, and in which unit."""

from enum import StrEnum
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

EnergyArray = NDArray[np.int64]
"""Energy in Wh, volumes in litres: integers, so that sums are exact."""

Mask = NDArray[np.bool_]


class Commodity(StrEnum):
    """What a metering point meters."""

    ELECTRICITY = "electricity"
    WATER_COLD = "water_cold"
    WATER_HOT = "water_hot"
    GAS = "gas"
    HEAT = "heat"


class Role(StrEnum):
    """What a metering point is to the balance of its site."""

    CONSUMER = "consumer"
    INLET = "inlet"
    COMMON = "common"
    EXPORT = "export"


class SiteKind(StrEnum):
    """Levels of the site tree, from the largest."""

    REGION = "region"
    CITY = "city"
    DISTRICT = "district"
    STREET = "street"
    HOUSE = "house"
    ENTRANCE = "entrance"


class Phase(StrEnum):
    """Conductors an electricity meter is connected to."""

    A = "A"
    B = "B"
    C = "C"
    ABC = "ABC"


ASIDE = "aside"
"""What a point is to its groups whose quantity is no part of their balance: see EnergyKind."""


class EnergyKind(StrEnum):
    """What of its commodity a point measures; only active energy and plain volumes are balanced."""

    ACTIVE = "active"
    REACTIVE = "reactive"
    SUPPLY_VOLUME = "supply_volume"
    """Of heat: the heat carrier that goes out, metered in the supply pipe."""

    RETURN_VOLUME = "return_volume"
    """Of heat: the heat carrier that comes back, metered in the return pipe."""

    TEMPERATURE = "temperature"
    """Of heat: a pair of sensors before and after a flat, without a meter."""


OF_HEAT = (EnergyKind.SUPPLY_VOLUME, EnergyKind.RETURN_VOLUME, EnergyKind.TEMPERATURE)
"""Quantities that only heat has."""


class Heating(StrEnum):
    """Where a premise has its warmth from."""

    HOUSE = "house"
    OWN = "own"
    """A boiler or heated floors of its own; it bears its part of the basic share all the same."""

    WAIVED = "waived"
    """As OWN, and the basic share was waived."""


class Unit(StrEnum):
    """Units at the edge; inside are Wh, varh and litres as integers."""

    KWH = "kWh"
    KVARH = "kvarh"
    M3 = "m3"
    DEGC = "degC"


DEFAULT_CAPACITY: dict[Commodity, Fraction] = {
    Commodity.ELECTRICITY: Fraction(50),
    Commodity.HEAT: Fraction(50),
    Commodity.WATER_COLD: Fraction(6),
    Commodity.WATER_HOT: Fraction(6),
    Commodity.GAS: Fraction(10),
}
"""Largest flow of a point that names none, in kW or m3/h."""


def unit_of(commodity: Commodity, kind: EnergyKind = EnergyKind.ACTIVE) -> Unit:
    """Unit in which people read a commodity.

    Examples
    --------
    >>> unit_of(Commodity.GAS)
    <Unit.M3: 'm3'>
    """
    if kind in OF_HEAT:
        return Unit.M3
    if commodity in (Commodity.ELECTRICITY, Commodity.HEAT):
        return Unit.KVARH if kind is EnergyKind.REACTIVE else Unit.KWH
    return Unit.M3
