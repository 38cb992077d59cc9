"""Findings: what an analysis says is wrong, and what people make of it.

A finding is known by its subject (a metering point, or a group) and its family: a leak that is seen
again, or that begins to grow, is the same finding; a meter that is stuck besides is another one.
A judgement that is repeated changes nothing but figures. What a person has decided is remembered:
the same story is not told to them again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from domain.errors import ConflictError, InvalidError


class FindingKind(StrEnum):
    """What is found: leaks, faults, and what a tampered meter looks like from its readings."""

    LEAK_CONTINUOUS = "leak_continuous"
    LEAK_GROWING = "leak_growing"
    LEAK_INTERMITTENT = "leak_intermittent"
    LEAK_BURST = "leak_burst"
    LEAK_TRICKLE = "leak_trickle"
    METER_STUCK = "meter_stuck"
    REVERSE_FLOW = "reverse_flow"
    PULSE_LOSS = "pulse_loss"
    HEAT_FLOW_WITHOUT_DELTA = "heat_flow_without_delta"
    HEAT_DELTA_WITHOUT_FLOW = "heat_delta_without_flow"
    HEAT_NEGATIVE_DELTA = "heat_negative_delta"
    COOLANT_LOSS = "coolant_loss"
    METER_SLOWED = "meter_slowed"
    METER_SLOWED_BY_DAYS = "meter_slowed_by_days"
    METER_SILENT_HOURS = "meter_silent_hours"
    METER_CAPPED = "meter_capped"
    METER_OFFSET = "meter_offset"
    METER_CLOCK_SKEW = "meter_clock_skew"
    UNATTRIBUTED_LOSS = "unattributed_loss"
    BALANCE_METER_FAULT = "balance_meter_fault"
    HONEST_SAVING = "honest_saving"
    """Less is taken, and no imbalance rose with it: nothing is wrong."""


class Family(StrEnum):
    """Kinds that are one story: one of a family is open at a subject at a time."""

    LEAK = "leak"
    BURST = "burst"
    FLOW = "flow"
    HEAT = "heat"
    COOLANT = "coolant"
    """Heat carrier that does not come back to its source."""

    UNDERCOUNT = "undercount"
    """A meter that counts less than flows, by theft or by fault."""

    CLOCK = "clock"
    LOSS = "loss"
    BALANCE_METER = "balance_meter"
    SAVING = "saving"


K, F = FindingKind, Family

FAMILY: Mapping[FindingKind, Family] = MappingProxyType(
    {
        K.LEAK_CONTINUOUS: F.LEAK,
        K.LEAK_GROWING: F.LEAK,
        K.LEAK_INTERMITTENT: F.LEAK,
        K.LEAK_TRICKLE: F.LEAK,
        K.LEAK_BURST: F.BURST,
        K.REVERSE_FLOW: F.FLOW,
        K.HEAT_FLOW_WITHOUT_DELTA: F.HEAT,
        K.HEAT_DELTA_WITHOUT_FLOW: F.HEAT,
        K.HEAT_NEGATIVE_DELTA: F.HEAT,
        K.COOLANT_LOSS: F.COOLANT,
        K.METER_STUCK: F.UNDERCOUNT,
        K.PULSE_LOSS: F.UNDERCOUNT,
        K.METER_SLOWED: F.UNDERCOUNT,
        K.METER_SLOWED_BY_DAYS: F.UNDERCOUNT,
        K.METER_SILENT_HOURS: F.UNDERCOUNT,
        K.METER_CAPPED: F.UNDERCOUNT,
        K.METER_OFFSET: F.UNDERCOUNT,
        K.METER_CLOCK_SKEW: F.CLOCK,
        K.UNATTRIBUTED_LOSS: F.LOSS,
        K.BALANCE_METER_FAULT: F.BALANCE_METER,
        K.HONEST_SAVING: F.SAVING,
    }
)

FOR_RESIDENTS = frozenset(kind for kind in K if FAMILY[kind] in {F.LEAK, F.BURST})
"""What a household is told of its own meters. Suspicions are for those who may inspect."""


WRONG = frozenset(K) - {K.HONEST_SAVING}
"""Kinds that somebody should look at; the others are shown to who asks for them."""


class FindingState(StrEnum):
    """Where a finding stands; it is open until it is closed."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    INSPECTED = "inspected"
    CLOSED = "closed"


class FindingVerdict(StrEnum):
    """What an inspection on the spot found."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"


DEDUP = timedelta(hours=24)
"""What ends and comes back within a day is one finding."""

STILL_THERE = timedelta(days=14)
"""What a person closed and is still seen so long after is told again."""

PATIENCE: Mapping[Family, timedelta] = MappingProxyType(
    {
        F.LEAK: timedelta(days=2),
        F.BURST: timedelta(hours=6),
        F.FLOW: timedelta(days=2),
        F.HEAT: timedelta(days=1),
        F.COOLANT: timedelta(days=1),
        F.UNDERCOUNT: timedelta(days=3),
        F.CLOCK: timedelta(days=3),
        F.LOSS: timedelta(days=3),
        F.BALANCE_METER: timedelta(days=3),
        F.SAVING: timedelta(days=1),
    }
)
"""How long a judgement must be silent about a finding before it ends by itself."""

LEAK_PATIENCE: Mapping[FindingKind, timedelta] = MappingProxyType(
    {K.LEAK_INTERMITTENT: timedelta(days=14), K.LEAK_TRICKLE: timedelta(days=7)}
)
"""Of leaks whose own presence becomes the habit against which they are judged."""


_KEPT_BY: Mapping[FindingKind, frozenset[FindingKind]] = MappingProxyType(
    {
        K.LEAK_TRICKLE: frozenset((K.LEAK_CONTINUOUS, K.LEAK_GROWING, K.LEAK_INTERMITTENT)),
        K.LEAK_GROWING: frozenset((K.LEAK_INTERMITTENT,)),
    }
)
"""Leaks that a kind keeps open, and does not rename: about a pulse an hour, it is now this, now
that; and a cistern that runs more often takes away hours without flow as a leak that grows does."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest finding of a family at a subject."""

    id: int
    kind: FindingKind
    state: FindingState
    verdict: FindingVerdict | None
    since: datetime
    seen_at: datetime
    """The last moment at which a judgement still said so."""

    closed_at: datetime | None
    closed_by_person: bool
    from_group: bool
    """Whether the balance of a group says so, not the meter's own hours."""


class Step(StrEnum):
    """What a judgement makes of what is known."""

    OPEN = "open"
    REFRESH = "refresh"
    TOUCH = "touch"
    """Still there, but what is known of it is better than what is said now."""

    CHANGE_KIND = "change_kind"
    REOPEN = "reopen"
    IGNORE = "ignore"


def reconcile(  # noqa: PLR0911 - one case a line
    standing: Standing | None,
    kind: FindingKind,
    since: datetime,
    now: datetime,
    *,
    from_group: bool = False,
) -> Step:
    """What to do with something that a judgement says now.

    Parameters
    ----------
    standing
        The newest finding of the same subject and family.
    since
        When what is said now began.
    from_group
        Whether the balance of a group says it: that weighs more than a meter's own hours.
    """
    if standing is None:
        return Step.OPEN
    if standing.state is FindingState.INSPECTED and standing.verdict is FindingVerdict.REFUTED:
        return Step.IGNORE
    if standing.closed_at is None:
        if standing.from_group and not from_group:
            return Step.TOUCH
        if standing.kind in _KEPT_BY.get(kind, ()):
            return Step.TOUCH
        if kind is standing.kind or standing.verdict is FindingVerdict.CONFIRMED:
            return Step.REFRESH
        return Step.CHANGE_KIND
    if not standing.closed_by_person:
        return Step.REOPEN if now - standing.seen_at <= DEDUP else Step.OPEN
    if since > standing.closed_at:
        return Step.OPEN
    if now - standing.closed_at >= STILL_THERE and standing.verdict is not FindingVerdict.REFUTED:
        return Step.REOPEN
    return Step.IGNORE


def ends(standing: Standing, now: datetime) -> bool:
    """Whether a finding that no judgement repeats is over; one that was confirmed is not.

    What people have confirmed, they close: it has been repaired, or it has not.
    """
    if standing.closed_at is not None or standing.verdict is not None:
        return False
    patience = LEAK_PATIENCE.get(standing.kind, PATIENCE[FAMILY[standing.kind]])
    return now - standing.seen_at >= patience


SAME_LOSS = timedelta(days=3)
"""A judgement with one more day may see the same loss begin somewhat earlier or later."""


def begin_together(one: datetime, other: datetime) -> bool:
    """Whether two losses of one balance may be the same by when they began."""
    return abs(one - other) <= SAME_LOSS


@dataclass(frozen=True, slots=True)
class Word:
    """What a person does with a finding."""

    state: FindingState
    verdict: FindingVerdict | None = None


def follow(state: FindingState, verdict: FindingVerdict | None, word: Word) -> bool:
    """Whether a person's word changes a finding; the same word again does not.

    Raises
    ------
    ConflictError
        FINDING_CLOSED: it is closed; what is seen again is another finding.
    """
    if (state, verdict) == (word.state, word.verdict):
        return False
    if word.state is FindingState.CLOSED:
        return state is not FindingState.CLOSED
    if state is FindingState.CLOSED:
        raise ConflictError("the finding is closed", code="FINDING_CLOSED", field="finding")
    # who acknowledges what was inspected says nothing new
    return not (word.state is FindingState.ACKNOWLEDGED and state is FindingState.INSPECTED)


LEAST_FACTOR, MOST_FACTOR = 0.8, 2.0
_REFUTED, _CONFIRMED = 1.15, 0.97


def moved(factor: float, verdict: FindingVerdict) -> float:
    """Factor on the thresholds of a family after one more inspection, within bounds.

    A refuted finding makes the rules a good deal more patient, a confirmed one a little stricter:
    at five confirmed to one refuted they stay where they are.

    Examples
    --------
    >>> moved(1.0, FindingVerdict.REFUTED), moved(2.0, FindingVerdict.REFUTED)
    (1.15, 2.0)
    """
    step = _REFUTED if verdict is FindingVerdict.REFUTED else _CONFIRMED
    return round(min(max(factor * step, LEAST_FACTOR), MOST_FACTOR), 4)


LONGEST_NOTE = 2000


def checked_note(note: str | None) -> str | None:
    """A note as it is kept.

    Raises
    ------
    InvalidError
        It is too long, or no text.
    """
    if note is None or not note.strip():
        return None
    if len(note) > LONGEST_NOTE or "\x00" in note:
        raise InvalidError(f"note has at most {LONGEST_NOTE} characters", field="note")
    return note.strip()
