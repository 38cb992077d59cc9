"""What may be behind each kind of departure: the tamper catalogue, by commodity.

Source: the tamper catalogues of the field (demagnetised couplings, trimmed impellers, vertical
mounting of water meters; shunts, resistors, loose voltage circuits, magnets, swapped conductors of
electricity meters; clogged risers and added radiators for heat).
"""

from analytics.attribution.judgement import Kind
from domain.quantities import Commodity

_ELECTRICITY: dict[Kind, tuple[str, ...]] = {
    Kind.SLOWED: (
        "shunt across the current circuit",
        "resistor in the voltage circuit",
        "magnet on the current transformers",
        "one or two phases of a three-phase meter without voltage",
    ),
    Kind.SLOWED_BY_DAYS: ("shunt or magnet set anew from day to day",),
    Kind.SILENT_HOURS: ("bypass switched in by the hour", "voltage circuit opened by the hour"),
    Kind.CAPPED: ("saturated current transformer", "load above a limit led past the meter"),
    Kind.STUCK: (
        "voltage circuit unscrewed",
        "full bypass",
        "meter or pulse output failed",
    ),
    Kind.OFFSET: ("one appliance or circuit led past the meter",),
    Kind.CLOCK_SKEW: ("clock of the meter or its module is off",),
}

_FLOW: dict[Kind, tuple[str, ...]] = {
    Kind.SLOWED: (
        "demagnetised coupling",
        "trimmed impeller",
        "magnet braking a dry meter",
        "worn meter",
    ),
    Kind.SLOWED_BY_DAYS: ("magnet set anew from day to day",),
    Kind.SILENT_HOURS: (
        "magnet stops a dry meter by the hour",
        "flow below the starting flow of a meter mounted upright",
    ),
    Kind.CAPPED: ("slipping coupling at high flow",),
    Kind.STUCK: ("magnet stops a dry meter", "reversed or blocked meter", "pulse output failed"),
    Kind.OFFSET: ("a tap or branch before the meter", "flow below the starting flow"),
    Kind.CLOCK_SKEW: ("clock of the meter or its module is off",),
}

_HEAT: dict[Kind, tuple[str, ...]] = _FLOW | {
    Kind.SLOWED: ("temperature sensor displaced", "radiator sections added", "worn flow meter"),
    Kind.STUCK: ("temperature sensors open or short", "flow meter blocked"),
    Kind.OFFSET: ("unmetered premises or balcony heated",),
}


def causes(kind: Kind, commodity: Commodity) -> tuple[str, ...]:
    """Physical causes to look for, the usual ones first.

    Examples
    --------
    >>> causes(Kind.CLOCK_SKEW, Commodity.GAS)
    ('clock of the meter or its module is off',)
    """
    if commodity is Commodity.ELECTRICITY:
        return _ELECTRICITY[kind]
    return (_HEAT if commodity is Commodity.HEAT else _FLOW)[kind]
