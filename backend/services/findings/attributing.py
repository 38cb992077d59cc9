"""Attributing: what the balance of a group says of its meters, over whole local days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from analytics import losses
from analytics.attribution import judging
from analytics.attribution.catalogue import causes
from analytics.attribution.judgement import (
    BalanceMeter,
    Evidence,
    GroupJudgement,
    Kind,
    Saving,
    Suspect,
    Unattributed,
    Verdict,
)
from analytics.attribution.thresholds import Thresholds
from analytics.attribution.window import Window
from analytics.losses import TechnicalLoss
from backend.services.findings import sentences, windows
from backend.services.findings.ground import Ground
from backend.services.findings.reconciling import Look, kinds_of
from backend.services.findings.sentences import Subject
from backend.services.findings.shapes import Member, Shape, shape_of
from backend.services.findings.stories import Closest, Story
from backend.store.findings.due import DueGroup, GroupName, WatchedPoint
from backend.store.findings.findings import Curve, Said, Told
from backend.store.groups.structure import Structure
from domain.findings import Family, FindingKind, begin_together
from domain.hours import instant_of, midnight
from domain.identity import BalanceGroupId, MeteringPointId
from domain.quantities import Commodity

WINDOW_DAYS = 56
LEAST_CONFIDENCE = 0.01
_CLEAR_SIGMA = 6.0
_LEAST_PULSES = 10
_LEAST_SEEN = 0.5
_LEAST_FAULT = 0.002
"""Share of what was supplied: half of what the best class of meter may be off."""

KINDS: Mapping[Kind, FindingKind] = {
    Kind.SLOWED: FindingKind.METER_SLOWED,
    Kind.SLOWED_BY_DAYS: FindingKind.METER_SLOWED_BY_DAYS,
    Kind.SILENT_HOURS: FindingKind.METER_SILENT_HOURS,
    Kind.CAPPED: FindingKind.METER_CAPPED,
    Kind.STUCK: FindingKind.METER_STUCK,
    Kind.OFFSET: FindingKind.METER_OFFSET,
    Kind.CLOCK_SKEW: FindingKind.METER_CLOCK_SKEW,
}
_SAID = kinds_of(Family.UNDERCOUNT, Family.CLOCK, Family.LOSS, Family.BALANCE_METER, Family.SAVING)


@dataclass(frozen=True, slots=True)
class Attributed:
    """What the balance of a group says, and of whom it would have said something."""

    said: list[Said]
    look: Look
    noise: float
    """Scatter of an hour's imbalance [Wh or l]."""

    losses: TechnicalLoss | None = None
    """What the conductors lose, with all that was found counted as delivered; None if unknown."""

    until: int = 0
    """Hour up to which the balance was judged."""

    def clears(self, said: Said) -> bool:
        """Whether a meter cannot have missed what its own hours suggest: the balance would show it.

        An empty flat uses nothing; a meter that stands still while its flat uses leaves a gap.
        """
        if said.point_id not in self.look.points or not said.flow or not said.amount:
            return False
        if any(one.point_id == said.point_id for one in self.said):
            return True  # its own finding says more
        losses = [one for one in self.said if one.kind is FindingKind.UNATTRIBUTED_LOSS]
        if any(self._misses(one, said) for one in losses):
            return False
        hours = said.amount / said.flow
        return bool(said.flow * hours**0.5 > _CLEAR_SIGMA * self.noise)

    @staticmethod
    def _misses(loss: Said, said: Said) -> bool:
        """Whether the balance misses about what a meter may not have counted.

        It names nobody, but the meter comes near what it misses.
        """
        near = (one.point_id for one in Story.of(loss.told.story).closest)
        return (
            begin_together(loss.since, said.since)
            and (loss.amount or 0) >= _LEAST_SEEN * (said.amount or 0)
            and said.point_id in near
        )


async def attribute(
    ground: Ground, structure: Structure, group: DueGroup, now: datetime
) -> Attributed | None:
    """What the balance of a group says now; None where it says nothing at all."""
    shape = shape_of(structure, group.id)
    if shape is None or not shape.members:
        return None
    zone = ZoneInfo(group.timezone)
    start, end = window_of(group, now)
    found = await ground.hours(shape.points, start, end)
    told = await ground.terms(shape.points)
    window, start = windows.window(shape, found, told, group, zone, (start, end))
    if window is None:
        return None
    judgement = judging.judge(window, _thresholds(await ground.factors()))
    if judgement.verdict is Verdict.UNKNOWN:
        return None
    lost = _losses(group, window, judgement)
    children = [one.group_id for one in shape.members if one.group_id is not None]
    judgement = replace(judgement, suspects=_named(window, judgement))
    if judgement.unattributed is not None and not _credible(window, judgement):
        judgement = replace(judgement, unattributed=None)
    if judgement.balance_meter is not None and not _material(window, judgement.balance_meter):
        judgement = replace(judgement, balance_meter=None)
    names = await ground.names([group.id, *children]) if _says(judgement) else {}
    writer = _Writer(group, shape, told, names, start)
    points = [one.point_id for one in (shape.supply, *shape.members) if one.point_id is not None]
    look = Look(points, [group.id, *children], _SAID, from_group=True)
    usual = float(np.nanmean(np.nan_to_num(window.readings).sum(axis=0)))
    return Attributed(writer.said(judgement), look, judgement.noise * usual, lost, end)


def window_of(group: DueGroup, now: datetime) -> tuple[int, int]:
    """First hour of what a judge looks at, and the hour after its last one."""
    zone = ZoneInfo(group.timezone)
    end = midnight(now.astimezone(zone).date(), zone)
    return end - WINDOW_DAYS * 24, end


def _says(judgement: GroupJudgement) -> bool:
    """Whether a judgement comes to any finding."""
    loose = judgement.unattributed, judgement.balance_meter
    return bool(judgement.suspects or judgement.savings) or any(loose)


def _credible(window: Window, judgement: GroupJudgement) -> bool:
    """Whether what is said to vanish can be: it is in the sums, and more than some pulses."""
    loss = judgement.unattributed
    assert loss is not None
    # a loss above the norm from the first hour on is in the fitted losses itself
    technical = judgement.technical if loss.score > 0 else (0.0, 0.0)
    return _seen(window, technical, loss.since, loss.energy)


def _seen(window: Window, technical: tuple[float, float], since: int, energy: float) -> bool:
    delivered = np.nansum(window.readings[:, since:], axis=0)
    supplied = window.supplied[since:]
    known = ~np.isnan(supplied)
    lost = technical[0] * delivered + technical[1] * delivered**2
    gone = float((supplied - delivered - lost)[known].sum())
    return energy >= _LEAST_PULSES * window.quantum and gone >= _LEAST_SEEN * energy


def _named(window: Window, judgement: GroupJudgement) -> tuple[Suspect, ...]:
    """Suspects whose missing energy is in the sums; a clock that is off loses none."""
    return tuple(
        one
        for one in judgement.suspects
        if one.kind is Kind.CLOCK_SKEW or _seen(window, judgement.technical, one.since, one.energy)
    )


def _material(window: Window, fault: BalanceMeter) -> bool:
    """Whether a fault of the balance meter comes to more than its rounding."""
    supplied = float(np.nansum(window.supplied[fault.since :]))
    return abs(fault.energy) >= max(_LEAST_PULSES * window.quantum, _LEAST_FAULT * supplied)


def _losses(group: DueGroup, window: Window, judgement: GroupJudgement) -> TechnicalLoss | None:
    """What the conductors lose, with all that was found counted as delivered."""
    if group.commodity is not Commodity.ELECTRICITY:
        return None
    present = np.ones(window.readings.shape, bool) if window.present is None else window.present
    own = losses.own_consumption(present, group.commodity)
    found = [one.evidence.missing for one in judgement.suspects]
    if judgement.unattributed is not None:
        found.append(judgement.unattributed.evidence.missing)
    known = ~np.isnan(window.supplied) & ~(np.isnan(window.readings) & present).any(axis=0)
    delivered = np.nansum(window.readings, axis=0) + np.nansum(np.stack([*found, 0 * own]), axis=0)
    supplied = np.nan_to_num(window.supplied)
    return losses.fit(
        np.rint(supplied).astype(np.int64), np.rint(delivered).astype(np.int64), known, own
    )


def _thresholds(factors: Mapping[Family, float]) -> Thresholds:
    """Settings as inspections have moved them."""
    usual = Thresholds()
    factor = factors.get(Family.UNDERCOUNT, 1.0)
    return replace(usual, alarm=usual.alarm * factor, accuse=usual.accuse * factor)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Turns a judgement into findings."""

    group: DueGroup
    shape: Shape
    points: Mapping[MeteringPointId, WatchedPoint]
    names: Mapping[BalanceGroupId, GroupName]
    start: int

    def said(self, judgement: GroupJudgement) -> list[Said]:
        """Everything that somebody should look at."""
        found = [self._suspect(one) for one in judgement.suspects]
        found += [self._saving(one) for one in judgement.savings]
        if judgement.unattributed is not None:
            found.append(self._loss(judgement.unattributed, judgement.candidates))
        if judgement.balance_meter is not None:
            found.append(self._balance_meter(judgement.balance_meter))
        return found

    def _at(self, place: int) -> datetime:
        return instant_of(self.start + place)

    def _told(self, story: Story, place: int, causes: tuple[str, ...] = ()) -> Told:
        return sentences.told(story, self.group.commodity, self._at(place), causes)

    def _curves(self, evidence: Evidence) -> dict[str, Curve]:
        named: Mapping[str, NDArray[np.float64]] = {
            "metered": evidence.metered,
            "expected": evidence.expected,
            "missing": evidence.missing,
            "unexplained": evidence.unexplained,
        }
        return {
            name: Curve(self.start, values)
            for name, values in named.items()
            if not np.isnan(values).all()
        }

    def _subject(self, member: Member) -> tuple[Subject, MeteringPointId | None, int | None]:
        """What people call a member, its point, and its site."""
        point = None if member.point_id is None else self.points.get(member.point_id)
        if point is not None:
            return sentences.meter(point), point.id, point.site_id
        name = self.names.get(member.group_id or self.group.id)
        if name is None:
            return Subject("group", self.group.name), None, self.group.site_id
        return Subject("balance_meters", name.path), None, name.site_id

    def _suspect(self, suspect: Suspect) -> Said:
        member = self.shape.members[suspect.member]
        subject, point, site = self._subject(member)
        behind = causes(suspect.kind, self.group.commodity)
        story = sentences.of_suspect(subject, self.group.timezone, suspect, behind)
        amount = suspect.kind is not Kind.CLOCK_SKEW
        return Said(
            kind=KINDS[suspect.kind],
            commodity=self.group.commodity,
            point_id=point,
            group_id=self.group.id if point is not None else member.group_id,
            site_id=site,
            since=self._at(suspect.since),
            amount=round(suspect.energy) if amount else None,
            low=round(suspect.low) if amount else None,
            high=round(suspect.high) if amount else None,
            confidence=min(max(suspect.confidence, LEAST_CONFIDENCE), 1.0),
            told=self._told(story, suspect.since, behind),
            figures={"share_pct": 100 * suspect.share, "sigma": suspect.score},
            causes=behind,
            curves=self._curves(suspect.evidence),
        )

    def _saving(self, saving: Saving) -> Said:
        member = self.shape.members[saving.member]
        subject, point, site = self._subject(member)
        story = sentences.of_saving(subject, self.group.timezone, saving)
        return Said(
            kind=FindingKind.HONEST_SAVING,
            commodity=self.group.commodity,
            point_id=point,
            group_id=self.group.id if point is not None else member.group_id,
            site_id=site,
            since=self._at(saving.since),
            amount=round(saving.energy),
            confidence=0.9,
            told=self._told(story, saving.since),
            curves=self._curves(saving.evidence),
        )

    def _loss(self, loss: Unattributed, candidates: Sequence[Suspect]) -> Said:
        name = self.names.get(self.group.id)
        subject = self.group.name if name is None else name.path
        near = [self._closest(one) for one in candidates]
        story = sentences.of_loss(subject, self.group.timezone, loss, near)
        return Said(
            kind=FindingKind.UNATTRIBUTED_LOSS,
            commodity=self.group.commodity,
            point_id=None,
            group_id=self.group.id,
            site_id=self.group.site_id,
            since=self._at(loss.since),
            amount=round(loss.energy),
            low=round(loss.low),
            high=round(loss.high),
            confidence=float(np.clip(loss.score / (loss.score + 2.0), LEAST_CONFIDENCE, 0.99)),
            told=self._told(story, loss.since),
            figures={"sigma": loss.score},
            curves=self._curves(loss.evidence),
        )

    def _closest(self, candidate: Suspect) -> Closest:
        member = self.shape.members[candidate.member]
        subject, point, _ = self._subject(member)
        kind = str(KINDS[candidate.kind])
        return Closest(kind, subject.place, subject.serial, point, candidate.confidence)

    def _balance_meter(self, fault: BalanceMeter) -> Said:
        subject, point, site = self._subject(self.shape.supply)
        story = sentences.of_balance_meter(subject, self.group.timezone, fault)
        return Said(
            kind=FindingKind.BALANCE_METER_FAULT,
            commodity=self.group.commodity,
            point_id=point,
            group_id=self.group.id,
            site_id=site,
            since=self._at(fault.since),
            amount=round(abs(fault.energy)),
            confidence=float(np.clip(fault.score / (fault.score + 2.0), 0.5, 0.99)),
            told=self._told(story, fault.since),
            figures={"size": fault.size, "sigma": fault.score},
            curves=self._curves(fault.evidence),
        )
