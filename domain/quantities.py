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


class EnergyKind(StrEnum):
    """Active or reactive energy of an electricity meter."""

    ACTIVE = "active"
    REACTIVE = "reactive"


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
    if commodity in (Commodity.ELECTRICITY, Commodity.HEAT):
        return Unit.KVARH if kind is EnergyKind.REACTIVE else Unit.KWH
    return Unit.M3
