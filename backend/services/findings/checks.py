"""The seven checks of a balance group: what has been looked at, and what it came to.

They gather what the balance of the last week and the open findings say, in the order in which an
operator goes through a group: the meters, the balance meter, the mains, the coolant, connections
before meters, manipulation, and what analyses name.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np

from analytics.balance import LEAST_COVERAGE, GroupHours, share
from analytics.heat.coolant import LIMIT_OF_ERROR
from backend.services.reading import heat_losses, profiles
from backend.services.reading.heat_losses import Metered
from backend.services.reading.profiles import Range
from backend.store.findings import finding_lists
from backend.store.findings.finding_lists import FindingRow, Wanted
from backend.store.model import metered
from backend.store.model.metered import GroupRow
from domain.findings import FAMILY, WRONG, Family, FindingKind, FindingState
from domain.hours import Step, midnight
from domain.identity import BalanceGroupId
from domain.quantities import Commodity
from tenants.session import TenantSession

HOURS = 7 * 24
HEAT_NORM = 0.12
"""Loss of heat on the mains that counts as normal, as a share of what was supplied."""

MOST_FINDINGS = 500
_OPEN = (FindingState.NEW, FindingState.ACKNOWLEDGED, FindingState.INSPECTED)


class Check(StrEnum):
    """What is looked at."""

    SUBSCRIBER_METERS = "subscriber_meters"
    BALANCE_METER = "balance_meter"
    MAINS_HEAT_LOSS = "mains_heat_loss"
    COOLANT_LOSS = "coolant_loss"
    UNAUTHORISED_CONNECTIONS = "unauthorised_connections"
    MANIPULATION = "manipulation"
    NAMED_FAULTS = "named_faults"


class Outcome(StrEnum):
    """What it came to."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """Something is missing to tell; the explanation says what."""

    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Checked:
    """One check of a group."""

    check: Check
    outcome: Outcome
    explanation: str
    findings: tuple[FindingRow, ...] = ()


_FAULTS = frozenset((FindingKind.METER_STUCK, FindingKind.PULSE_LOSS, FindingKind.METER_CLOCK_SKEW))
_MANIPULATED = frozenset(kind for kind, family in FAMILY.items() if family is Family.UNDERCOUNT) - {
    FindingKind.PULSE_LOSS
}
_NAMED = WRONG - {FindingKind.UNATTRIBUTED_LOSS}


@dataclass(frozen=True, slots=True)
class _Heat:
    """What flow and temperatures of a source of heat say of that week; None where they do not."""

    walls: float | None = None
    """Warmth lost through the walls of the mains, as a share of what was sent."""

    coolant: Metered | None = None


@dataclass(frozen=True, slots=True)
class _Week:
    """What a group's balance of the last whole week says."""

    group: GroupRow
    hours: GroupHours
    found: tuple[FindingRow, ...]
    metered: bool
    """Whether the group has a balance meter."""

    heat: "_Heat"

    @property
    def coverage(self) -> float | None:
        """Known share of what was due below; None where nothing was."""
        due = int(self.hours.expected.sum())
        return int(self.hours.known.sum()) / due if due else None

    @property
    def fed(self) -> float | None:
        """Known share of the hours of the balance meter; None without one."""
        return float(self.hours.supplied_known[0].mean()) if self.metered else None

    @property
    def lost(self) -> float | None:
        """Imbalance as a share of what was supplied, over the hours in which both are known."""
        whole = share(self.hours.direct_known[0], self.hours.direct_expected[0])
        known = self.hours.supplied_known[0] & (whole >= LEAST_COVERAGE)
        supplied = int(self.hours.supplied[0][known].sum())
        if not supplied:
            return None
        return 1 - int(self.hours.delivered[0][known].sum()) / supplied

    def of(self, kinds: Iterable[FindingKind]) -> tuple[FindingRow, ...]:
        """Open findings of some kinds."""
        wanted = set(kinds)
        return tuple(one for one in self.found if one.kind in wanted)


async def of_groups(
    session: TenantSession, groups: Sequence[GroupRow], asked: None, now: datetime
) -> list[list[Checked]]:
    """The checks of each group over its last seven whole local days."""
    assert asked is None
    ids = [BalanceGroupId(group.id) for group in groups]
    found = await finding_lists.of_groups(session, ids, Wanted(MOST_FINDINGS, states=_OPEN))
    feeds = await metered.feeds_of_groups(session, ids)
    checked: dict[int, list[Checked]] = {}
    for timezone in sorted({group.timezone for group in groups}):
        chosen = [group for group in groups if group.timezone == timezone]
        zone = ZoneInfo(timezone)
        end = midnight(now.astimezone(zone).date(), zone)
        week = Range(end - HOURS, end, Step.HOUR)
        hours = await profiles.balance_hours(session, chosen, week, now)
        for row, group in enumerate(chosen):
            fed = any(inlet for _, inlet in feeds.get(group.id, []))
            told = tuple(found.get(group.id, []))
            heat = await _heat(session, group, week, now)
            checked[group.id] = _checks(_Week(group, hours.take(np.array([row])), told, fed, heat))
    return [checked[group.id] for group in groups]


async def _heat(session: TenantSession, group: GroupRow, week: Range, now: datetime) -> _Heat:
    if group.commodity is not Commodity.HEAT:
        return _Heat()
    metered = await heat_losses.coolant_of(session, group.id, week, now)
    if metered is None:
        return _Heat()
    lost = await heat_losses.mains_of(session, group.id, week, now)
    walls = None if lost is None else lost.walls
    return _Heat(walls, metered)


def _checks(week: _Week) -> list[Checked]:
    return [
        _subscribers(week),
        _balance_meter(week),
        _mains(week),
        _coolant(week),
        _connections(week),
        _manipulation(week),
        _named(week),
    ]


def _subscribers(week: _Week) -> Checked:
    faulty, coverage = week.of(_FAULTS), week.coverage
    if coverage is None:
        return _unknown(Check.SUBSCRIBER_METERS, "No meter of a subscriber was due in that week.")
    told = f"{coverage:.1%} of the hours of all meters below are known"
    if coverage < LEAST_COVERAGE or faulty:
        text = f"{told}; {len(faulty)} meters seem to be faulty."
        return Checked(Check.SUBSCRIBER_METERS, Outcome.FAILED, text, faulty)
    return Checked(Check.SUBSCRIBER_METERS, Outcome.PASSED, f"{told}, and none seems faulty.")


def _balance_meter(week: _Week) -> Checked:
    faulty, fed = week.of({FindingKind.BALANCE_METER_FAULT}), week.fed
    if fed is None:
        text = "The group has no balance meter; put one before at most 100 meters."
        return _unknown(Check.BALANCE_METER, text)
    told = f"{fed:.1%} of its hours are known"
    if faulty or fed < LEAST_COVERAGE:
        what = "it seems to count wrong" if faulty else "too few to tell"
        return Checked(Check.BALANCE_METER, Outcome.FAILED, f"{told}; {what}.", faulty)
    return Checked(Check.BALANCE_METER, Outcome.PASSED, f"{told}, and they fit those below.")


def _mains(week: _Week) -> Checked:
    if week.group.commodity is not Commodity.HEAT:
        return Checked(Check.MAINS_HEAT_LOSS, Outcome.NOT_APPLICABLE, "No heat is delivered here.")
    lost = week.heat.walls if week.lost is None else week.lost
    if lost is None:
        return _unknown(Check.MAINS_HEAT_LOSS, "Heat in and heat out are not both known.")
    text = f"{lost:.1%} of the heat is lost on the way; {HEAT_NORM:.0%} is the norm."
    outcome = Outcome.FAILED if lost > HEAT_NORM else Outcome.PASSED
    return Checked(Check.MAINS_HEAT_LOSS, outcome, text)


def _coolant(week: _Week) -> Checked:
    if week.group.commodity is not Commodity.HEAT:
        return Checked(Check.COOLANT_LOSS, Outcome.NOT_APPLICABLE, "No coolant flows here.")
    found = week.of({FindingKind.COOLANT_LOSS})
    if found:
        text = "More coolant went out than came back: look for leaks and taps."
        return Checked(Check.COOLANT_LOSS, Outcome.FAILED, text, found)
    if week.heat.coolant is None:
        text = "The coolant is not metered in both pipes at the inlet."
        return _unknown(Check.COOLANT_LOSS, text)
    return _metered_coolant(week.heat.coolant)


def _metered_coolant(metered: Metered) -> Checked:
    """The sums of both pipes over the week, against what two sound meters may differ by."""
    known = ~np.isnan(metered.coolant.lost_kg)
    out = float(metered.coolant.out_kg[known].sum())
    if known.mean() < LEAST_COVERAGE or out <= 0:
        text = f"Volumes and temperatures are known in {known.mean():.1%} of the week."
        return _unknown(Check.COOLANT_LOSS, text)
    lost = float(metered.coolant.lost_kg[known].sum())
    told = f"{lost / out:.1%} of the coolant that went out did not come back"
    allowed = LIMIT_OF_ERROR * float(np.hypot(out, out - lost)) + metered.quantum
    if lost > allowed:
        return Checked(Check.COOLANT_LOSS, Outcome.FAILED, f"{told}: look for leaks and taps.")
    if lost < -allowed:
        text = f"{-lost / out:.1%} more coolant comes back than goes out: a volume meter is wrong."
        return Checked(Check.COOLANT_LOSS, Outcome.FAILED, text)
    text = f"{told}, within what two meters may differ by."
    return Checked(Check.COOLANT_LOSS, Outcome.PASSED, text)


def _connections(week: _Week) -> Checked:
    check, lost = Check.UNAUTHORISED_CONNECTIONS, week.of({FindingKind.UNATTRIBUTED_LOSS})
    if lost:
        text = "Energy vanishes that no meter explains: look for connections before the meters."
        return Checked(check, Outcome.FAILED, text, lost)
    if week.lost is None:
        return _unknown(check, "Without a balance nothing can be said of what no meter sees.")
    text = f"The balance misses {week.lost:.1%}, and nothing beyond losses and named meters."
    return Checked(check, Outcome.PASSED, text)


def _manipulation(week: _Week) -> Checked:
    check = Check.MANIPULATION
    found = tuple(one for one in week.of(_MANIPULATED) if one.group_id is not None)
    if found:
        text = f"{len(found)} meters count less than flows, by their balance: inspect them."
        return Checked(check, Outcome.FAILED, text, found)
    if week.lost is None:
        return _unknown(check, "Without a balance nothing can be said of what meters leave out.")
    return Checked(check, Outcome.PASSED, "No meter leaves a gap in the balance.")


def _named(week: _Week) -> Checked:
    found = week.of(_NAMED)
    if found:
        text = f"{len(found)} meters or leaks are named; each finding says what to do."
        return Checked(Check.NAMED_FAULTS, Outcome.FAILED, text, found)
    if not week.coverage:
        return _unknown(Check.NAMED_FAULTS, "Nothing of the meters below is known.")
    return Checked(Check.NAMED_FAULTS, Outcome.PASSED, "No meter and no leak is named.")


def _unknown(check: Check, text: str) -> Checked:
    return Checked(check, Outcome.UNKNOWN, text)
