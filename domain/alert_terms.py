"""The terms by which a tenant's alerts open, end and escalate: its own, or the product's."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.alerts import (
    ESCALATES_AFTER,
    HYSTERESIS,
    USUAL_LIMIT,
    AlertKind,
    checked_limit,
    cool_down_h,
)
from domain.errors import InvalidError

MOST_HYSTERESIS = 0.9
"""A limit that is over only near zero would hardly ever be over."""

MOST_COOL_DOWN_H = 168
MOST_ESCALATION_H = 168
USUAL_ESCALATION_H = round(ESCALATES_AFTER.total_seconds() / 3600)

_HAS_WAY_BACK = frozenset(HYSTERESIS)


@dataclass(frozen=True, slots=True)
class AlertTerms:
    """What a tenant set of its own; whatever it left out is as the product has it."""

    hysteresis: Mapping[AlertKind, float] = field(default_factory=dict)
    cool_down_h: Mapping[AlertKind, int] = field(default_factory=dict)
    limits: Mapping[AlertKind, float] = field(default_factory=dict)
    escalates_after_h: int = USUAL_ESCALATION_H

    def hysteresis_of(self, kind: AlertKind) -> float | None:
        """Share of its limit by which a value must come back; None where a kind has no limit."""
        return self.hysteresis.get(kind, HYSTERESIS.get(kind))

    def cool_down_of(self, kind: AlertKind) -> int:
        """Hours in which what begins anew is the same alert."""
        return self.cool_down_h.get(kind, cool_down_h(kind))

    def limit_of(self, kind: AlertKind) -> float | None:
        """Limit of a rule that names none: hours, or percent."""
        return self.limits.get(kind, USUAL_LIMIT.get(kind))


USUAL_TERMS = AlertTerms()


@dataclass(frozen=True, slots=True)
class KindTerms:
    """What is asked of one kind; None leaves it as the product has it."""

    kind: AlertKind
    hysteresis: float | None = None
    cool_down_h: int | None = None
    limit: float | None = None


def checked_terms(asked: "list[KindTerms]", escalates_after_h: int | None) -> AlertTerms:
    """Terms, if they make sense.

    Raises
    ------
    InvalidError
        ALERT_TERMS: a kind is named twice or has no such term, or a figure is out of range; the
        field says which. ALERT_LIMIT: a limit is none.
    """
    kinds = [one.kind for one in asked]
    if len(set(kinds)) < len(kinds):
        raise _bad("each kind may be named once", "kinds")
    after = USUAL_ESCALATION_H if escalates_after_h is None else escalates_after_h
    if not 1 <= after <= MOST_ESCALATION_H:
        raise _bad(f"{after} hours: must be 1 to {MOST_ESCALATION_H}", "escalatesAfterH")
    for one in asked:
        _check(one)
    return AlertTerms(
        {one.kind: one.hysteresis for one in asked if one.hysteresis is not None},
        {one.kind: one.cool_down_h for one in asked if one.cool_down_h is not None},
        {one.kind: one.limit for one in asked if one.limit is not None},
        after,
    )


def _check(one: KindTerms) -> None:
    if one.hysteresis is not None:
        if one.kind not in _HAS_WAY_BACK:
            raise _bad(f"{one.kind} has no limit to come back from", "hysteresis")
        if not 0 <= one.hysteresis <= MOST_HYSTERESIS:
            raise _bad(f"{one.hysteresis}: must be 0 to {MOST_HYSTERESIS}", "hysteresis")
    if one.cool_down_h is not None and not 0 <= one.cool_down_h <= MOST_COOL_DOWN_H:
        raise _bad(f"{one.cool_down_h} hours: must be 0 to {MOST_COOL_DOWN_H}", "coolDownH")
    if one.limit is not None:
        if one.kind not in USUAL_LIMIT:
            raise _bad(f"rules of {one.kind} have no usual limit", "limit")
        checked_limit(one.kind, one.limit)


def _bad(message: str, where: str) -> InvalidError:
    return InvalidError(message, code="ALERT_TERMS", field=where)
