"""What each analysis has to say, as stories: whom it is about, which parts, which numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from analytics.attribution.judgement import (
    BalanceMeter,
    BalanceMeterFault,
    Kind,
    Saving,
    Suspect,
    Unattributed,
)
from analytics.heat.coolant import Leak
from analytics.leaks.signs import Kind as SignKind
from analytics.leaks.signs import Sign
from backend.services.findings.stories import Closest, Story, tell
from backend.store.findings.due import WatchedPoint
from backend.store.findings.findings import Told
from domain.quantities import Commodity


class Subject(NamedTuple):
    """Whom a story is about: a meter, a group, or the balance meters of one."""

    head: str
    place: str
    serial: str = ""


def meter(point: WatchedPoint) -> Subject:
    """A meter and where it is."""
    return Subject(str(point.commodity), point.place, point.serial)


def told(story: Story, commodity: Commodity, since: datetime, causes: tuple[str, ...] = ()) -> Told:
    """A story as its finding keeps it: in no language, and in English for what cannot tell it."""
    return Told(tell(story, commodity, since, causes), story.packed())


_LOST = ("not_counted",)
_SAID = {SignKind.TRICKLE: "trickle_pulses"}  # what older releases kept tells of quiet stretches
_PARTS: Mapping[SignKind, tuple[str, ...]] = {
    SignKind.STUCK: _LOST,
    SignKind.PULSE_LOSS: _LOST,
}
_GAS_DANGERS = (SignKind.CONTINUOUS, SignKind.GROWING, SignKind.BURST, SignKind.TRICKLE)


def of_sign(point: WatchedPoint, sign: Sign) -> Story:
    """All that a sign of a leak or a fault says."""
    said = "growing_pulses" if "flow_before" in sign.figures else str(sign.kind)
    parts: list[str] = [_SAID.get(sign.kind, said)]
    if sign.kind is SignKind.CONTINUOUS:
        parts += [_usual(sign), "flowed"]
    if sign.kind is SignKind.STUCK and "siblings_pct" in sign.figures:
        parts.append("beside")
    parts += _PARTS.get(sign.kind, ())
    gas = point.commodity is Commodity.GAS and sign.kind in _GAS_DANGERS
    parts.append("do_gas" if gas else f"do_{sign.kind}")
    numbers = {"amount": sign.amount, "flow": sign.flow, **sign.figures}
    if "delta_k" in numbers:
        numbers["negative_k"] = -numbers["delta_k"]
    return _story(meter(point), point.timezone, parts, numbers)


def _usual(sign: Sign) -> str:
    """What is known of how long it flowed before: only hours before it began could be quiet."""
    if sign.figures["habit_hours"]:
        return "run_before"
    return "habit_unknown" if sign.since > 0 else "never_quiet"


def of_coolant(place: str, zone: str, lost: Leak) -> Story:
    """What the volumes of both pipes of a source say of the water between them."""
    numbers = {
        "lost_kg": lost.lost_kg,
        "kg_per_hour": lost.lost_kg / lost.hours,
        "share": lost.share,
        "amount": lost.lost_wh,
    }
    return _story(Subject("group", place), zone, ["coolant_loss", "do_coolant_loss"], numbers)


_SUSPECTS: Mapping[Kind, str] = {
    Kind.SLOWED: "meter_slowed",
    Kind.SLOWED_BY_DAYS: "meter_slowed_by_days",
    Kind.SILENT_HOURS: "meter_silent_hours",
    Kind.CAPPED: "meter_capped",
    Kind.STUCK: "suspect_stuck",
    Kind.OFFSET: "meter_offset",
    Kind.CLOCK_SKEW: "meter_clock_skew",
}


def of_suspect(subject: Subject, zone: str, suspect: Suspect, causes: tuple[str, ...]) -> Story:
    """What the balance of a group says of one of its meters."""
    parts = [_SUSPECTS[suspect.kind]]
    if suspect.older:
        parts.append("from_first")
    if suspect.level:
        parts.append("level_fell" if suspect.level > 0 else "level_stayed")
    parts.append("missing" if suspect.energy > 0 else "so_since")
    if causes:
        parts.append("look_for")
    parts.append("do_clock" if suspect.kind is Kind.CLOCK_SKEW else "do_suspect")
    numbers = {
        "amount": suspect.energy,
        "low": suspect.low,
        "high": suspect.high,
        "share": suspect.share,
    }
    return _story(subject, zone, parts, numbers)


def of_loss(place: str, zone: str, loss: Unattributed, near: Sequence[Closest] = ()) -> Story:
    """What the balance of a group says where it names nobody, and who comes near."""
    numbers = {"amount": loss.energy, "low": loss.low, "high": loss.high}
    if loss.norm is not None:
        numbers |= {"losses": loss.norm[0], "norm": loss.norm[1]}
        parts = ["above_norm", "vanished", "do_unattributed_loss"]
    else:
        who = "closest" if near else "nobody_close"
        parts = ["unattributed_loss", "vanished", who, "do_unattributed_loss"]
    return replace(_story(Subject("group", place), zone, parts, numbers), closest=tuple(near))


_FAULTS: Mapping[BalanceMeterFault, str] = {
    BalanceMeterFault.STUCK: "balance_stuck",
    BalanceMeterFault.GAIN_STEP: "balance_gain_step",
    BalanceMeterFault.OFFSET_STEP: "balance_offset_step",
    BalanceMeterFault.BELOW_MEMBERS: "balance_below_members",
}


def of_balance_meter(subject: Subject, zone: str, fault: BalanceMeter) -> Story:
    """What is wrong with the balance meter itself."""
    signed = fault.fault is BalanceMeterFault.GAIN_STEP
    numbers = {"size": fault.size if signed else abs(fault.size)}
    return _story(subject, zone, [_FAULTS[fault.fault], "do_balance_meter"], numbers)


def of_saving(subject: Subject, zone: str, saving: Saving) -> Story:
    """What is no suspicion: somebody takes less, and the balance agrees."""
    return _story(subject, zone, ["honest_saving"], {"amount": saving.energy})


def _story(subject: Subject, zone: str, parts: list[str], numbers: Mapping[str, float]) -> Story:
    return Story(
        subject.head, subject.place, zone, tuple(parts), dict(numbers), serial=subject.serial
    )
