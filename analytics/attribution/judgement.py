"""What a judge says about a balance group, with the evidence for each word of it."""

from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum

import numpy as np

from analytics.attribution.window import FloatArray


class Verdict(StrEnum):
    """The sum of a judgement in one word."""

    UNKNOWN = "unknown"
    """Too little is known to say anything; ``reason`` says what is missing."""

    CLEAN = "clean"
    """Technical losses and the scatter of the meters explain the imbalance."""

    METERED = "metered"
    """Meters are named that count too little: thefts or faults."""

    UNATTRIBUTED = "unattributed"
    """Energy vanishes past all meters; nobody is named."""

    BALANCE_METER = "balance_meter"
    """The meter of the group itself counts wrong."""


class Kind(StrEnum):
    """How a meter's readings depart from what flowed; ``catalogue`` says what may be behind it."""

    SLOWED = "slowed"
    """Counts a constant share of what flows."""

    SLOWED_BY_DAYS = "slowed_by_days"
    """Counts a share that changes from day to day."""

    SILENT_HOURS = "silent_hours"
    """Counts nothing in some hours of the day."""

    CAPPED = "capped"
    """Never counts more than some flow."""

    STUCK = "stuck"
    """Counts nothing any more."""

    OFFSET = "offset"
    """A constant flow is missing whenever something flows."""

    CLOCK_SKEW = "clock_skew"
    """Counts everything, but in the wrong hours."""


class BalanceMeterFault(StrEnum):
    """How the balance meter itself counts wrong."""

    GAIN_STEP = "gain_step"
    """Its readings changed by a constant factor."""

    OFFSET_STEP = "offset_step"
    """Its readings fell by a constant flow."""

    STUCK = "stuck"
    """It counts nothing while its members do."""

    BELOW_MEMBERS = "below_members"
    """It counts less than its members together."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Curves of one explanation, hour by hour of the window, shape ``(t,)`` each [Wh or l]."""

    metered: FloatArray
    """What the meter said; NaN is unknown."""

    expected: FloatArray
    """What its own history lets expect."""

    missing: FloatArray
    """What the explanation says vanished; zero before it began."""

    unexplained: FloatArray
    """Imbalance without technical losses and without the other explanations; NaN is unknown."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """One member whose meter counts too little, by theft or by fault."""

    member: int
    """Row of the window's readings."""

    kind: Kind
    since: int
    """Hour of the window with which it began; 0 when it may be older than the window."""

    energy: float
    """What was not counted since then [Wh or l], within the window; 0 for a clock that is off."""

    low: float
    high: float
    """Band that holds the energy with 80 %."""

    share: float
    """Part of its flow that the meter does not count; of a clock, the part of an hour it is off."""

    confidence: float
    """Probability, by the likelihoods of all explanations tried, that it is this member."""

    score: float
    """Standard deviations by which the imbalance demands it."""

    explanation: str
    """What it rests on, in a sentence for the inspector."""

    evidence: Evidence
    level: int = 0
    """1 where its own level fell as the loss foretells, -1 where it did not, 0 where none tells."""

    older: bool = False
    """Whether it may be older than the window."""


@dataclass(frozen=True, slots=True)
class Unattributed:
    """Energy that vanished past all meters."""

    since: int
    energy: float
    low: float
    high: float
    score: float
    explanation: str
    evidence: Evidence
    norm: tuple[float, float] | None = None
    """Share that is lost and the norm, of a loss above it from the first hour on."""


@dataclass(frozen=True, slots=True)
class Saving:
    """A member that takes less than it used to, and no imbalance rose with it: honest."""

    member: int
    since: int
    energy: float
    """What it took less than expected since then [Wh or l]."""

    explanation: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class BalanceMeter:
    """The balance meter counts wrong."""

    fault: BalanceMeterFault
    since: int
    size: float
    """Relative change of its gain, or its offset [Wh or l an hour]."""

    energy: float
    """What it counts too much (positive) or too little since then [Wh or l]."""

    score: float
    explanation: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class GroupJudgement:
    """Everything that can be said of one group from one window."""

    verdict: Verdict
    reason: str
    """The verdict in a sentence; of an unknown one, what is missing."""

    suspects: tuple[Suspect, ...] = ()
    """The likeliest first."""

    candidates: tuple[Suspect, ...] = ()
    """Further members that would explain it nearly as well, for the inspector's list; not
    accused."""

    unattributed: Unattributed | None = None
    savings: tuple[Saving, ...] = ()
    balance_meter: BalanceMeter | None = None
    score: float = 0.0
    """Standard deviations of the strongest explanation; compare with ``Thresholds.alarm``."""

    placebo: float = 0.0
    """The same of the strongest impossible explanation."""

    noise: float = 0.0
    """Scatter of an hour's imbalance as a share of its energy."""

    technical: tuple[float, float] = (0.0, 0.0)
    """Technical loss a B + b B^2 of what the members metered: a [1], b [1 / (Wh or l an hour)]."""

    known_hours: int = 0
    """Hours of the window that could be used."""

    @property
    def alarmed(self) -> bool:
        """Whether somebody should look."""
        return self.verdict not in (Verdict.UNKNOWN, Verdict.CLEAN)

    def as_dict(self) -> dict[str, object]:
        """All of it as plain values for JSON; unknown numbers are None."""
        plain = _plain(self)
        assert isinstance(plain, dict)
        return plain | {"alarmed": self.alarmed}


def _plain(value: object) -> object:
    """Turn a dataclass, array or number into what JSON knows."""
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, np.ndarray | tuple):
        return [
            _plain(item) for item in (value.tolist() if isinstance(value, np.ndarray) else value)
        ]
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    return str(value) if isinstance(value, StrEnum) else value
