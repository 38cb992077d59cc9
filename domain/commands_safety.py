"""What keeps commands from doing harm: policy, interlocks, the second person, the breaker.

Everything here is judged from facts that the caller brings; nothing looks at a clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from domain.commands import Cause, CommandKind, Order, SupplyState
from domain.errors import ConflictError, ForbiddenError, InvalidError
from domain.quantities import Commodity

SMALLEST_BREAK = 5
"""A share of a small tenant is less than a meter; so many disconnections are always allowed."""

COUNTED = timedelta(hours=1)
"""Time over which disconnections are counted."""

_HEATED_BY = frozenset({Commodity.HEAT, Commodity.GAS})


@dataclass(frozen=True, slots=True)
class CommandPolicy:
    """What a tenant allows; a new tenant allows nothing."""

    enabled: bool = False
    four_eyes_from: int = 10
    """Disconnections within an hour from which on a second person approves each."""

    disconnects_per_hour: int = 100
    tenant_share: float = 0.01
    network_share: float = 0.10
    """Share of the metering points of a tenant, or of the channels of a network, in an hour."""

    reconnects_per_minute: int = 60
    """Supplies that come back at once draw more than they drew before: they are staggered."""

    dwell_s: int = 10
    notice_days: int = 10
    night_from: int = 20
    night_to: int = 8
    heating_from: int = 1015
    heating_to: int = 415
    """Month and day, as 1015 for October 15."""

    holidays: frozenset[date] = field(default_factory=frozenset)
    gas_reconnect: bool = False
    residents_switch: bool = True
    switch_expiry_s: int = 600
    load_limit_expiry_s: int = 180
    reading_expiry_s: int = 120
    approval_s: int = 3600

    def good_for(self, kind: CommandKind) -> timedelta:
        """How long a command is good once it may leave."""
        seconds = {
            CommandKind.SWITCH_SUPPLY: self.switch_expiry_s,
            CommandKind.SET_LOAD_LIMIT: self.load_limit_expiry_s,
            CommandKind.REQUEST_READING: self.reading_expiry_s,
        }
        return timedelta(seconds=seconds[kind])


LIMITS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "four_eyes_from": (1, 10**6),
        "disconnects_per_hour": (0, 10**6),
        "tenant_share": (0, 1),
        "network_share": (0, 1),
        "reconnects_per_minute": (1, 10**6),
        "dwell_s": (0, 86_400),
        "notice_days": (0, 365),
        "night_from": (0, 23),
        "night_to": (0, 23),
        "switch_expiry_s": (10, 3600),
        "load_limit_expiry_s": (10, 3600),
        "reading_expiry_s": (10, 3600),
        "approval_s": (60, 86_400),
    }
)


def checked_policy(policy: CommandPolicy) -> CommandPolicy:
    """The policy, if its figures make sense.

    Raises
    ------
    InvalidError
        A figure is out of range, or a day is none.
    """
    for name, (low, high) in LIMITS.items():
        value = getattr(policy, name)
        if not low <= value <= high:
            raise InvalidError(f"{name} = {value}: must be {low} to {high}", field=name)
    for name in ("heating_from", "heating_to"):
        value = getattr(policy, name)
        try:
            date(2024, value // 100, value % 100)
        except ValueError as error:
            raise InvalidError(
                f"{name} = {value}: must be month and day, as 1015", field=name
            ) from error
    return policy


class Interlock(StrEnum):
    """Why a switch of supply must not be; the value is the code that tells it."""

    CRITICAL = "INTERLOCK_CRITICAL"
    HEATING = "INTERLOCK_HEATING_SEASON"
    NOTICE = "INTERLOCK_NOTICE"
    NIGHT = "INTERLOCK_NIGHT"
    HOLIDAY = "INTERLOCK_HOLIDAY"
    DWELL = "INTERLOCK_DWELL"
    GAS = "INTERLOCK_GAS"


_WHY: Mapping[Interlock, str] = MappingProxyType(
    {
        Interlock.CRITICAL: "a critical customer is not disconnected",
        Interlock.HEATING: "heating is not disconnected in the heating season",
        Interlock.NOTICE: "the legal notice was not given, or not long enough ago",
        Interlock.NIGHT: "nobody is disconnected for a debt at night",
        Interlock.HOLIDAY: "nobody is disconnected for a debt on a holiday or before one",
        Interlock.DWELL: "the actuator was switched a moment ago",
        Interlock.GAS: "gas is not opened again from afar",
    }
)


class InterlockError(ConflictError):
    """A circumstance of the point forbids the switch."""

    def __init__(self, interlock: Interlock) -> None:
        super().__init__(_WHY[interlock], code=str(interlock), field="point")
        self.interlock = interlock


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of a point and its actuator."""

    commodity: Commodity
    timezone: str
    critical: bool = False
    notice_given_at: datetime | None = None
    switched_at: datetime | None = None


def interlock(
    order: Order, place: Circumstances, policy: CommandPolicy, now: datetime
) -> Interlock | None:
    """The first interlock that holds a switch of supply back; None when nothing does.

    Danger to life breaks all but the one of gas: what is on fire is cut off whoever lives there.
    """
    if order.kind is not CommandKind.SWITCH_SUPPLY:
        return None
    if order.supply is SupplyState.ON:
        if place.commodity is Commodity.GAS and not policy.gas_reconnect:
            return Interlock.GAS
        return _dwells(place, policy, now)
    if order.cause is Cause.DANGER:
        return None
    if place.critical and order.cause is not Cause.OWN_REQUEST:
        return Interlock.CRITICAL
    found = _for_debt(place, policy, now) if order.cause is Cause.NON_PAYMENT else None
    return found or _dwells(place, policy, now)


def _dwells(place: Circumstances, policy: CommandPolicy, now: datetime) -> Interlock | None:
    if place.switched_at is None:
        return None
    rest = timedelta(seconds=policy.dwell_s)
    return Interlock.DWELL if now - place.switched_at < rest else None


def _for_debt(place: Circumstances, policy: CommandPolicy, now: datetime) -> Interlock | None:
    """What the law wants of a disconnection for a debt; days and hours are local."""
    local = now.astimezone(ZoneInfo(place.timezone))
    given = place.notice_given_at
    if given is None or now - given < timedelta(days=policy.notice_days):
        return Interlock.NOTICE
    day = 100 * local.month + local.day
    if place.commodity in _HEATED_BY and _within(day, policy.heating_from, policy.heating_to):
        return Interlock.HEATING
    if _within(local.hour, policy.night_from, (policy.night_to - 1) % 24):
        return Interlock.NIGHT
    eve = (local + timedelta(days=1)).date()
    weekend = local.weekday() >= 4  # who is cut off on Friday finds nobody to pay to until Monday
    if weekend or {local.date(), eve} & policy.holidays:
        return Interlock.HOLIDAY
    return None


def _within(value: int, low: int, high: int) -> bool:
    """Whether a value lies in ``[low, high]`` of a circle."""
    return low <= value <= high if low <= high else value >= low or value <= high


def needs_second_person(order: Order, recent: int, new: int, policy: CommandPolicy) -> bool:
    """Whether a second person must approve.

    Parameters
    ----------
    recent
        Disconnections ordered within the last hour.
    new
        Disconnections of this order.
    """
    if not order.disconnects or order.cause is Cause.OWN_REQUEST:
        return False
    return recent + new >= policy.four_eyes_from


@dataclass(frozen=True, slots=True)
class Tally:
    """Disconnections of an hour in a tenant or in one network, those to come included."""

    disconnects: int
    points: int
    """Different points among them."""

    population: int
    """Metering points of the tenant, or channels of the network."""


def is_too_much(tally: Tally, policy: CommandPolicy, *, network: bool = False) -> bool:
    """Whether the breaker trips: by their number, or by the share of points they leave dark.

    Examples
    --------
    >>> is_too_much(Tally(disconnects=20, points=20, population=2000), CommandPolicy())
    False
    >>> is_too_much(Tally(disconnects=21, points=21, population=2000), CommandPolicy())
    True
    """
    share = policy.network_share if network else policy.tenant_share
    most = max(SMALLEST_BREAK, int(share * tally.population))
    return tally.disconnects > policy.disconnects_per_hour or tally.points > most


class ControlOffError(ForbiddenError):
    """The tenant has not turned control on."""

    code = "CONTROL_OFF"

    def __init__(self) -> None:
        super().__init__("control is off in this tenant; an administrator turns it on")


class ControlStoppedError(ConflictError):
    """Somebody pulled the kill switch, of the tenant or of the whole installation."""

    code = "CONTROL_STOPPED"

    def __init__(self) -> None:
        super().__init__("control was stopped by the kill switch; nothing is sent")


class BreakerOpenError(ConflictError):
    """Too much was disconnected at once; a second person must look at it first."""

    code = "BREAKER_OPEN"

    def __init__(self) -> None:
        super().__init__(
            "too many disconnections at once: the breaker is open until a second person closes it"
        )


class SamePersonError(ForbiddenError):
    """Whoever asked cannot be the second person."""

    code = "SECOND_PERSON_NEEDED"

    def __init__(self) -> None:
        super().__init__("this needs a second person: you asked for it yourself")
