"""Alerts: what people want to be told of, how bad it is, and whom it concerns.

A rule asks for one kind of alert about something metered, about a site, or about everything in its
owner's sight. Rules that ask the same of the same thing are one condition, and a condition that is
met is one alert, however many rules stand behind it: operators share the alerts of their tenant,
while an alert of a household is that person's own.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from domain.errors import InvalidError
from domain.findings import FAMILY, Family, FindingKind
from domain.frames import EventKind
from domain.periods import StatusBit


class AlertKind(StrEnum):
    """What an alert is about."""

    DAY_LIMIT = "day_limit"
    HOUR_LIMIT = "hour_limit"
    MONTH_FORECAST = "month_forecast"
    LEAK = "leak"
    BURST = "burst"
    NO_DATA = "no_data"
    NO_CONSUMPTION = "no_consumption"
    AWAY = "away"
    """Something is used although nobody should be there."""

    TAMPER = "tamper"
    NEUTRAL_LOSS = "neutral_loss"
    PHASE_LOSS = "phase_loss"
    VOLTAGE = "voltage"
    ARCING = "arcing"
    DELIVERY = "delivery"
    IMBALANCE = "imbalance"
    DR_EVENT = "dr_event"


K = AlertKind


class Severity(StrEnum):
    """How bad it is, the worst last."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class AlertStep(StrEnum):
    """What happened to an alert."""

    OPENED = "opened"
    REOPENED = "reopened"
    CLOSED = "closed"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    NOTED = "noted"
    ESCALATED = "escalated"


class Channel(StrEnum):
    """Ways to tell a person."""

    PUSH = "push"
    EMAIL = "email"
    SMS = "sms"


class Mode(StrEnum):
    """When a person wants to be told of a kind over a channel."""

    NOW = "now"
    DIGEST = "digest"
    OFF = "off"


OWN_LIMIT = frozenset({K.DAY_LIMIT, K.HOUR_LIMIT, K.MONTH_FORECAST})
"""Limits in the unit of what they watch, so they name it."""

IN_HOURS = frozenset({K.NO_DATA, K.NO_CONSUMPTION})
IN_PERCENT = frozenset({K.DELIVERY, K.IMBALANCE})
OF_GROUPS = IN_PERCENT
"""Kinds that speak of groups alone."""

USUAL_LIMIT: Mapping[AlertKind, float] = MappingProxyType(
    {K.NO_DATA: 26.0, K.NO_CONSUMPTION: 72.0, K.DELIVERY: 98.0, K.IMBALANCE: 10.0}
)
"""Where a rule names none: hours, or percent."""

MOST_HOURS = 744

OF_PLACES = frozenset({K.DR_EVENT})
"""Kinds that speak of homes and of what lies around them, never of one meter."""

FOR_HOUSEHOLDS = frozenset(K) - OF_GROUPS
"""What a household may ask for; each of its own meters."""

HOUSEHOLD_DEFAULTS = (
    K.LEAK,
    K.BURST,
    K.NO_DATA,
    K.NEUTRAL_LOSS,
    K.PHASE_LOSS,
    K.ARCING,
    K.DR_EVENT,
)
STAFF_DEFAULTS = (
    K.LEAK,
    K.BURST,
    K.TAMPER,
    K.NO_DATA,
    K.DELIVERY,
    K.IMBALANCE,
    K.NEUTRAL_LOSS,
    K.PHASE_LOSS,
    K.VOLTAGE,
    K.ARCING,
)
"""Rules that people have from the start, about everything in their sight."""

DANGERS = frozenset({K.LEAK, K.BURST, K.NEUTRAL_LOSS, K.PHASE_LOSS, K.VOLTAGE, K.ARCING, K.AWAY})
"""What breaks through quiet hours."""

_SEVERITY: Mapping[AlertKind, Severity] = MappingProxyType(
    {
        K.BURST: Severity.CRITICAL,
        K.NEUTRAL_LOSS: Severity.CRITICAL,
        K.ARCING: Severity.CRITICAL,
        K.DAY_LIMIT: Severity.INFO,
        K.HOUR_LIMIT: Severity.INFO,
        K.MONTH_FORECAST: Severity.INFO,
        K.DR_EVENT: Severity.INFO,
    }
)

SENSOR = "leak_sensor"

EVENT_CAUSES: Mapping[EventKind, tuple[AlertKind, str]] = MappingProxyType(
    {
        EventKind.LEAK: (K.LEAK, SENSOR),
        EventKind.MAGNET: (K.TAMPER, "magnet"),
        EventKind.OPEN_CIRCUIT: (K.TAMPER, "open_circuit"),
        EventKind.SHORT_CIRCUIT: (K.TAMPER, "short_circuit"),
        EventKind.ZERO_CROSSING: (K.TAMPER, "zero_crossing"),
        EventKind.COVER: (K.TAMPER, "cover"),
        EventKind.PHASE_LOSS: (K.PHASE_LOSS, "phase_loss"),
        EventKind.NEUTRAL_VOLTAGE: (K.NEUTRAL_LOSS, "neutral_voltage"),
        EventKind.PHASE_VOLTAGE: (K.VOLTAGE, "phase_voltage"),
        EventKind.ARCING: (K.ARCING, "arcing"),
    }
)
"""What a module reports, and the alert it raises."""

STATUS_CAUSES: Mapping[StatusBit, tuple[AlertKind, str]] = MappingProxyType(
    {
        StatusBit.OPEN_CIRCUIT: (K.TAMPER, "open_circuit"),
        StatusBit.SHORT_CIRCUIT: (K.TAMPER, "short_circuit"),
        StatusBit.MAGNET: (K.TAMPER, "magnet"),
        StatusBit.TAMPER: (K.TAMPER, "cover"),
    }
)

_BY_FAMILY: Mapping[Family, AlertKind] = MappingProxyType(
    {
        Family.LEAK: K.LEAK,
        Family.BURST: K.BURST,
        Family.COOLANT: K.LEAK,
        Family.UNDERCOUNT: K.TAMPER,
        Family.FLOW: K.TAMPER,
        Family.CLOCK: K.TAMPER,
        Family.LOSS: K.IMBALANCE,
        Family.BALANCE_METER: K.IMBALANCE,
    }
)

EVENT_PATIENCE = timedelta(hours=24)
"""What a module no longer reports for so long is over."""

NEWS = timedelta(hours=48)
"""What happened longer ago is history: a backlog that comes late raises no alarms of last week."""

ESCALATES_AFTER = timedelta(hours=4)
"""A critical alert that nobody acknowledged for so long is told to the administrators."""

COOL_DOWN_H: Mapping[AlertKind, int] = MappingProxyType(
    {K.HOUR_LIMIT: 6, K.AWAY: 12, K.MONTH_FORECAST: 72, K.NO_DATA: 2, K.IMBALANCE: 24}
)
"""Hours in which what is over and begins anew is the same alert, of which nobody is told again."""

USUAL_COOL_DOWN_H = 12

HYSTERESIS: Mapping[AlertKind, float] = MappingProxyType(
    {
        K.DAY_LIMIT: 0.0,
        K.HOUR_LIMIT: 0.1,
        K.MONTH_FORECAST: 0.05,
        K.AWAY: 0.0,
        K.NO_DATA: 0.0,
        K.NO_CONSUMPTION: 0.0,
        K.DELIVERY: 0.005,
        K.IMBALANCE: 0.1,
    }
)
"""Share of its limit by which a value must come back before the alert is over."""


def severity_of(kind: AlertKind, cause: str | None = None) -> Severity:
    """How bad an alert is; water on the floor is worse than a tap that runs."""
    if cause == SENSOR:
        return Severity.CRITICAL
    return _SEVERITY.get(kind, Severity.WARNING)


def alert_of(finding: FindingKind) -> AlertKind | None:
    """Kind of the alert that a finding raises; None where nobody has to hurry."""
    return _BY_FAMILY.get(FAMILY[finding])


def cool_down_h(kind: AlertKind) -> int:
    """Hours in which what is over and begins anew is the same alert."""
    return COOL_DOWN_H.get(kind, USUAL_COOL_DOWN_H)


def checked_kind(kind: AlertKind, *, household: bool) -> AlertKind:
    """A kind for which somebody may hold a rule.

    Raises
    ------
    InvalidError
        ALERT_KIND_NOT_YOURS: it speaks of more than a household's own home.
    """
    if household and kind not in FOR_HOUSEHOLDS:
        raise InvalidError(
            f"{kind} is for those who run the network", code="ALERT_KIND_NOT_YOURS", field="kind"
        )
    return kind


def checked_limit(kind: AlertKind, limit: float | None) -> float | None:
    """A rule's limit, or the usual one of its kind; None where it has none.

    Raises
    ------
    InvalidError
        ALERT_LIMIT: the kind needs one, or takes none, or it is out of range.
    """
    if limit is None:
        if kind in OWN_LIMIT:
            raise _bad_limit(f"{kind} needs a limit")
        return USUAL_LIMIT.get(kind)
    if kind not in OWN_LIMIT | IN_HOURS | IN_PERCENT | {K.AWAY}:
        raise _bad_limit(f"{kind} takes no limit")
    most = MOST_HOURS if kind in IN_HOURS else 100.0 if kind in IN_PERCENT else 1e9
    least = 1.0 if kind in IN_HOURS else 0.0
    if not least <= limit <= most or (limit == 0 and kind is not K.AWAY):
        raise _bad_limit(f"the limit of {kind} must be within {least:g} and {most:g}")
    return float(int(limit)) if kind in IN_HOURS else float(limit)


def _bad_limit(message: str) -> InvalidError:
    return InvalidError(message, code="ALERT_LIMIT", field="limit")


def checked_window(
    kind: AlertKind, begin: datetime | None, end: datetime | None, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """From when until when a rule watches an empty home; only AWAY has a window.

    Raises
    ------
    InvalidError
        INVALID_PERIOD: another kind names one, or it ends before it begins or before now.
    """
    if kind is not K.AWAY:
        if begin is not None or end is not None:
            raise InvalidError(
                "awayFrom and awayUntil belong to AWAY", code="INVALID_PERIOD", field="awayFrom"
            )
        return None, None
    begin = begin or now
    if end is not None and end <= max(begin, now):
        raise InvalidError(
            "awayUntil must be later than awayFrom and now",
            code="INVALID_PERIOD",
            field="awayUntil",
        )
    return begin, end
