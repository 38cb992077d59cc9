"""What may be behind each kind of departure: the tamper catalogue, by commodity.

Causes are codes; faces have the words (``backend/services/findings/words``).

Source: the tamper catalogues of the field (demagnetised couplings, trimmed impellers, vertical
mounting of water meters; shunts, resistors, loose voltage circuits, magnets, swapped conductors of
electricity meters; clogged risers and added radiators for heat).
"""

from analytics.attribution.judgement import Kind
from domain.quantities import Commodity

_ELECTRICITY: dict[Kind, tuple[str, ...]] = {
    Kind.SLOWED: (
        "current_shunt",
        "voltage_resistor",
        "transformer_magnet",
        "phase_without_voltage",
    ),
    Kind.SLOWED_BY_DAYS: ("reset_daily",),
    Kind.SILENT_HOURS: ("bypass_by_hour", "voltage_by_hour"),
    Kind.CAPPED: ("saturated_transformer", "load_past_meter"),
    Kind.STUCK: (
        "voltage_unscrewed",
        "full_bypass",
        "meter_failed",
    ),
    Kind.OFFSET: ("circuit_past_meter",),
    Kind.CLOCK_SKEW: ("clock_off",),
}

_FLOW: dict[Kind, tuple[str, ...]] = {
    Kind.SLOWED: (
        "coupling_demagnetised",
        "impeller_trimmed",
        "magnet_brake",
        "worn_meter",
    ),
    Kind.SLOWED_BY_DAYS: ("magnet_daily",),
    Kind.SILENT_HOURS: (
        "magnet_by_hour",
        "below_start_upright",
    ),
    Kind.CAPPED: ("coupling_slips",),
    Kind.STUCK: ("magnet_stop", "reversed_or_blocked", "pulse_output_failed"),
    Kind.OFFSET: ("tap_before_meter", "below_start"),
    Kind.CLOCK_SKEW: ("clock_off",),
}

_HEAT: dict[Kind, tuple[str, ...]] = _FLOW | {
    Kind.SLOWED: ("sensor_displaced", "radiators_added", "worn_flow_meter"),
    Kind.STUCK: ("sensors_broken", "flow_meter_blocked"),
    Kind.OFFSET: ("unmetered_heated",),
}


def causes(kind: Kind, commodity: Commodity) -> tuple[str, ...]:
    """Physical causes to look for, the usual ones first.

    Examples
    --------
    >>> causes(Kind.CLOCK_SKEW, Commodity.GAS)
    ('clock_off',)
    """
    if commodity is Commodity.ELECTRICITY:
        return _ELECTRICITY[kind]
    return (_HEAT if commodity is Commodity.HEAT else _FLOW)[kind]
