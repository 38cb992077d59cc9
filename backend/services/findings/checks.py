"""The seven checks of a balance group: what has been looked at, and what it came to.

They gather what the balance of the last week and the open findings say, in the order in which an
operator goes through a group: the meters, the balance meter, the mains, the coolant, connections
before meters, manipulation, and what analyses name.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np

from analytics.balance import LEAST_COVERAGE, GroupHours, share
from analytics.heat.coolant import LIMIT_OF_ERROR
from backend.services.findings.stories import Figure
from backend.services.findings.words import words_of
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
    """Something is missing to tell; the words say what."""

    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Checked:
    """One check of a group."""

    check: Check
    outcome: Outcome
    told: str
    """Code of what it says; the languages have the words."""

    values: Mapping[str, float] = field(default_factory=dict)
    """Numbers that the words name."""

    findings: tuple[FindingRow, ...] = ()

    def explain(self, locale: str | None) -> str:
        """What it says, in a sentence."""
        words = words_of(locale)
        facts = {name: Figure(one, words, Commodity.HEAT) for name, one in self.values.items()}
        return words.checks[self.told].format(**facts)


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
    check = Check.SUBSCRIBER_METERS
    if coverage is None:
        return Checked(check, Outcome.UNKNOWN, "no_meter_due")
    if coverage < LEAST_COVERAGE or faulty:
        numbers = {"coverage": coverage, "count": float(len(faulty))}
        return Checked(check, Outcome.FAILED, "meters_bad", numbers, faulty)
    return Checked(check, Outcome.PASSED, "meters_good", {"coverage": coverage})


def _balance_meter(week: _Week) -> Checked:
    faulty, fed = week.of({FindingKind.BALANCE_METER_FAULT}), week.fed
    check = Check.BALANCE_METER
    if fed is None:
        return Checked(check, Outcome.UNKNOWN, "no_balance_meter")
    if faulty or fed < LEAST_COVERAGE:
        told = "balance_wrong" if faulty else "balance_few"
        return Checked(check, Outcome.FAILED, told, {"fed": fed}, faulty)
    return Checked(check, Outcome.PASSED, "balance_good", {"fed": fed})


def _mains(week: _Week) -> Checked:
    check = Check.MAINS_HEAT_LOSS
    if week.group.commodity is not Commodity.HEAT:
        return Checked(check, Outcome.NOT_APPLICABLE, "no_heat")
    lost = week.heat.walls if week.lost is None else week.lost
    if lost is None:
        return Checked(check, Outcome.UNKNOWN, "heat_unknown")
    outcome = Outcome.FAILED if lost > HEAT_NORM else Outcome.PASSED
    return Checked(check, outcome, "heat_lost", {"lost": lost, "norm": HEAT_NORM})


def _coolant(week: _Week) -> Checked:
    check = Check.COOLANT_LOSS
    if week.group.commodity is not Commodity.HEAT:
        return Checked(check, Outcome.NOT_APPLICABLE, "no_heat")
    found = week.of({FindingKind.COOLANT_LOSS})
    if found:
        return Checked(check, Outcome.FAILED, "coolant_found", findings=found)
    if week.heat.coolant is None:
        return Checked(check, Outcome.UNKNOWN, "coolant_unmetered")
    return _metered_coolant(week.heat.coolant)


def _metered_coolant(metered: Metered) -> Checked:
    """The sums of both pipes over the week, against what two sound meters may differ by."""
    check = Check.COOLANT_LOSS
    known = ~np.isnan(metered.coolant.lost_kg)
    out = float(metered.coolant.out_kg[known].sum())
    if known.mean() < LEAST_COVERAGE or out <= 0:
        return Checked(check, Outcome.UNKNOWN, "coolant_few", {"known": float(known.mean())})
    lost = float(metered.coolant.lost_kg[known].sum())
    allowed = LIMIT_OF_ERROR * float(np.hypot(out, out - lost)) + metered.quantum
    if lost < -allowed:
        return Checked(check, Outcome.FAILED, "coolant_gained", {"gained": -lost / out})
    if lost > allowed:
        return Checked(check, Outcome.FAILED, "coolant_lost", {"lost": lost / out})
    return Checked(check, Outcome.PASSED, "coolant_good", {"lost": lost / out})


def _connections(week: _Week) -> Checked:
    check, lost = Check.UNAUTHORISED_CONNECTIONS, week.of({FindingKind.UNATTRIBUTED_LOSS})
    if lost:
        return Checked(check, Outcome.FAILED, "vanishes", findings=lost)
    if week.lost is None:
        return Checked(check, Outcome.UNKNOWN, "no_balance")
    return Checked(check, Outcome.PASSED, "nothing_beyond", {"lost": week.lost})


def _manipulation(week: _Week) -> Checked:
    check = Check.MANIPULATION
    found = tuple(one for one in week.of(_MANIPULATED) if one.group_id is not None)
    if found:
        return Checked(check, Outcome.FAILED, "manipulated", {"count": float(len(found))}, found)
    if week.lost is None:
        return Checked(check, Outcome.UNKNOWN, "no_balance_of_meters")
    return Checked(check, Outcome.PASSED, "no_gap")


def _named(week: _Week) -> Checked:
    check, found = Check.NAMED_FAULTS, week.of(_NAMED)
    if found:
        return Checked(check, Outcome.FAILED, "named", {"count": float(len(found))}, found)
    if not week.coverage:
        return Checked(check, Outcome.UNKNOWN, "nothing_known")
    return Checked(check, Outcome.PASSED, "none_named")
