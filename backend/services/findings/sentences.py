"""What a finding says to the people who act on it: whole sentences, in clear text."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from analytics.heat.coolant import Leak
from analytics.leaks.signs import Kind, Sign
from backend.store.findings.due import WatchedPoint
from domain.quantities import Commodity, unit_of

_NAMES: Mapping[Commodity, str] = {
    Commodity.ELECTRICITY: "electricity",
    Commodity.WATER_COLD: "cold water",
    Commodity.WATER_HOT: "hot water",
    Commodity.GAS: "gas",
    Commodity.HEAT: "heat",
}

_ADVICE: Mapping[Kind, str] = {
    Kind.CONTINUOUS: "Look for a running cistern, a dripping tap, a boiler valve or a pipe.",
    Kind.GROWING: "Look for it soon: it will not stay as small as it is.",
    Kind.INTERMITTENT: "Look at cisterns and at appliances that refill by themselves.",
    Kind.BURST: "Have the valve of the premise closed and somebody look at once.",
    Kind.TRICKLE: "Check the installation for tightness.",
    Kind.STUCK: "Compare the dial with the reading, then check meter, pulse sensor and cable.",
    Kind.PULSE_LOSS: "Compare the dial with the reading, then check sensor, cable and contacts.",
    Kind.REVERSE: "Check the direction of the meter and the non-return valve.",
    Kind.FLOW_WITHOUT_DELTA: "Check whether both sensors sit on the right pipes.",
    Kind.DELTA_WITHOUT_FLOW: "Check the flow meter and its pulse sensor.",
    Kind.NEGATIVE_DELTA: "Check whether supply and return sensors are exchanged.",
}

GAS_ADVICE = "Gas may be escaping: have the supply closed and the installation checked at once."


def moment(at: datetime, timezone: str) -> str:
    """A moment as people at the site write it.

    Examples
    --------
    >>> from datetime import UTC
    >>> moment(datetime(2026, 11, 5, 16, tzinfo=UTC), "Europe/Chisinau")
    '5 November 2026, 18:00'
    """
    local = at.astimezone(ZoneInfo(timezone))
    return f"{local.day} {local:%B %Y, %H:%M}"


def quantity(amount: float, commodity: Commodity) -> str:
    """Wh or litres in the unit that people read, with three digits that count.

    Examples
    --------
    >>> quantity(12_345, Commodity.GAS), quantity(12, Commodity.WATER_COLD)
    ('12.3 m3', '12 l')
    """
    unit = unit_of(commodity)
    if amount < 1000 and unit == "m3":
        return f"{amount:.3g} l"
    value = amount / 1000
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"


def meter(point: WatchedPoint) -> str:
    """A meter and where it is."""
    name = _NAMES[point.commodity]
    return f"{name[0].upper()}{name[1:]} meter {point.serial} ({point.place})"


def of_sign(point: WatchedPoint, sign: Sign, since: datetime) -> str:
    """All that a sign of a leak or a fault says."""
    told = f"{meter(point)}: {_what(point, sign, moment(since, point.timezone))}"
    gas = point.commodity is Commodity.GAS and sign.kind in _GAS_DANGERS
    return f"{told} {GAS_ADVICE if gas else _ADVICE[sign.kind]}"


_GAS_DANGERS = (Kind.CONTINUOUS, Kind.GROWING, Kind.BURST, Kind.TRICKLE)


def _what(point: WatchedPoint, sign: Sign, since: str) -> str:
    told = _TOLD.get(sign.kind)
    return _heat(sign, since) if told is None else told(point.commodity, sign, since)


def _continuous(commodity: Commodity, sign: Sign, since: str) -> str:
    told = sign.figures
    before = f"the longest such run before was {told['habit_longest']:.0f} hours"
    if not told["habit_hours"]:
        before = "an hour without flow was never seen, so it may also be how the place is used"
    return (
        f"{_NAMES[commodity]} has flowed without a pause for {told['hours']:.0f} hours, since"
        f" {since}, at no less than {quantity(sign.flow, commodity)} an hour; {before}. About"
        f" {quantity(sign.amount, commodity)} have flowed in that way."
    )


def _growing(commodity: Commodity, sign: Sign, since: str) -> str:
    before = quantity(sign.figures["floor_before"], commodity)
    return (
        f"{_NAMES[commodity]} flows without a pause since {since}, and more every day: no less than"
        f" {quantity(sign.flow, commodity)} an hour now, {before} three days ago. At least"
        f" {quantity(sign.amount, commodity)} are lost so far."
    )


def _intermittent(commodity: Commodity, sign: Sign, since: str) -> str:
    told = sign.figures
    return (
        f"for about a week, since {since}, flows of about {quantity(told['level'], commodity)} an"
        f" hour recur by day and night; {told['quiet_now_pct']:.0f} % of the hours are quiet,"
        f" {told['quiet_before_pct']:.0f} % were before. About"
        f" {quantity(sign.amount, commodity)} were lost in that week."
    )


def _burst(commodity: Commodity, sign: Sign, since: str) -> str:
    told = sign.figures
    return (
        f"{quantity(told['flow'], commodity)} an hour flow since {since}, for"
        f" {told['hours']:.0f} hours now; more than {quantity(told['habit_highest'], commodity)} an"
        " hour was never usual at this time. About"
        f" {quantity(sign.amount, commodity)} flowed beyond the usual."
    )


def _trickle(commodity: Commodity, sign: Sign, since: str) -> str:
    told = sign.figures
    return (
        f"single pulses come in hours that were always quiet, since {since}: the longest quiet"
        f" stretch of the last three days was {told['longest_quiet']:.0f} hours, never below"
        f" {told['habit_shortest']:.0f} before. About {quantity(sign.flow, commodity)} an hour"
        " flow."
    )


def _stuck(commodity: Commodity, sign: Sign, since: str) -> str:
    told = sign.figures
    neighbours = told.get("siblings_pct")
    others = "" if neighbours is None else f"; the neighbours use {neighbours:.0f} % of theirs"
    return (
        f"nothing was counted for {told['hours']:.0f} hours, since {since}. It used to count"
        f" {quantity(sign.flow, commodity)} an hour and never stood still for more than"
        f" {told['habit_longest_zero']:.0f} hours{others}. About"
        f" {quantity(sign.amount, commodity)} were not counted."
    )


def _pulse_loss(commodity: Commodity, sign: Sign, since: str) -> str:
    told = sign.figures
    return (
        f"it counts {told['level_pct']:.0f} % of what it used to since {since}, in the same hours"
        f" and with {told['zeros']:.0f} hours of zero. About"
        f" {quantity(sign.amount, commodity)} were not counted."
    )


def _reverse(commodity: Commodity, sign: Sign, since: str) -> str:
    counted, hours = quantity(sign.amount, commodity), sign.figures["hours"]
    return f"it counted {counted} backwards in {hours:.0f} hours since {since}."


_TOLD: Mapping[Kind, Callable[[Commodity, Sign, str], str]] = {
    Kind.CONTINUOUS: _continuous,
    Kind.GROWING: _growing,
    Kind.INTERMITTENT: _intermittent,
    Kind.BURST: _burst,
    Kind.TRICKLE: _trickle,
    Kind.STUCK: _stuck,
    Kind.PULSE_LOSS: _pulse_loss,
    Kind.REVERSE: _reverse,
}


def _heat(sign: Sign, since: str) -> str:
    hours, delta = sign.figures["hours"], sign.figures["delta_k"]
    match sign.kind:
        case Kind.FLOW_WITHOUT_DELTA:
            what = f"heat is counted though supply and return differ by {delta:.1f} K only"
        case Kind.DELTA_WITHOUT_FLOW:
            what = f"supply and return differ by {delta:.1f} K, but nothing is counted"
        case _:
            what = f"the return is {-delta:.1f} K warmer than the supply"
    return f"{what}, for {hours:.0f} hours, since {since}."


def of_coolant(subject: str, lost: Leak, since: str) -> str:
    """What the volumes of both pipes of a source say of the water between them."""
    return (
        f"{subject}: {lost.lost_kg:.0f} kg of heat carrier went out since {since} and did not come"
        f" back, {lost.share:.1%} of what was sent and {lost.lost_kg / lost.hours:.0f} kg an hour:"
        " more than two volume meters of class 2 may differ by. With it went about"
        f" {quantity(lost.lost_wh, Commodity.HEAT)} of heat. Walk the mains and look for leaks,"
        " for taps of heat carrier, and compare both volume meters."
    )


class Missing(NamedTuple):
    """Wh or litres that were not counted, the band that holds them with 80 %, and the share."""

    amount: float
    low: float
    high: float
    share: float

    def told(self, commodity: Commodity) -> str:
        """The amount with its band."""
        low, high = quantity(self.low, commodity), quantity(self.high, commodity)
        return f"{quantity(self.amount, commodity)} (with 80 % {low} to {high})"


def of_suspect(
    about: tuple[str, Commodity, str], missing: Missing, explanation: str, causes: Sequence[str]
) -> str:
    """What the balance of a group says of one of its meters; ``about`` it, and since when."""
    subject, commodity, since = about
    told = f"{subject}: {explanation.partition(' Look for:')[0].rstrip('.')}."
    if missing.amount > 0:
        told += (
            f" Since {since} about {missing.told(commodity)} were not counted,"
            f" {missing.share:.0%} of its flow."
        )
    else:
        told += f" It has been so since {since}."
    return f"{told} Look for: {'; '.join(causes)}." if causes else told


def of_loss(about: tuple[str, Commodity, str], missing: Missing, words: str) -> str:
    """What the balance of a group says where it names nobody."""
    subject, commodity, since = about
    return (
        f"{subject}: {words.rstrip('.')}. Since {since} about {missing.told(commodity)} vanished."
        " No meter is suspected: walk the lines before the meters and look for connections that"
        " have none."
    )


def of_balance_meter(subject: str, since: str, explanation: str) -> str:
    """What is wrong with the balance meter itself."""
    return (
        f"{subject}: {explanation.rstrip('.')}, since {since}. Until it is checked, the balance of"
        " the group tells nothing of the meters below it."
    )


def of_saving(subject: str, commodity: Commodity, since: str, saved: float, words: str) -> str:
    """What is no suspicion: somebody takes less, and the balance agrees."""
    return (
        f"{subject}: {words.rstrip('.')}. About {quantity(saved, commodity)} less than expected"
        f" were taken since {since}; the balance of the group agrees, so nothing needs to be done."
    )
