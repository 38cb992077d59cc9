"""Reconciling: what a judgement says now, against what stands.

Judging twice changes nothing but the moment at which a finding was seen last. A judgement says all
it sees of the subjects it looked at, so what it no longer says comes to its end, in time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.store.findings import findings
from backend.store.findings.findings import Said, Subject
from domain.findings import (
    FAMILY,
    WRONG,
    Family,
    FindingKind,
    FindingState,
    Standing,
    Step,
    begin_together,
    ends,
    reconcile,
)
from domain.identity import BalanceGroupId, MeteringPointId
from tenants.session import TenantSession

ENDED = "no longer seen"
CAME_BACK = "seen again"
STILL_THERE = "still seen after it was closed"
NAMED = "told by the finding of a meter that began with it"


@dataclass(frozen=True, slots=True)
class Look:
    """What a judgement has looked at: it would have said any of these kinds of any of these."""

    points: Sequence[MeteringPointId]
    groups: Sequence[BalanceGroupId]
    kinds: frozenset[FindingKind]
    from_group: bool


async def settle_all(
    session: TenantSession, judged: Sequence[tuple[Sequence[Said], Look]], now: datetime
) -> list[int]:
    """Let findings be what judgements say, one after the other; those that are worth telling of.

    Most judgements say nothing of subjects of which nothing stands: these are passed by.
    """
    await findings.become_the_judge(session)
    told: list[int] = []
    known: set[Subject] | None = None
    for place, (said, look) in enumerate(judged):
        if known is None:
            known = await _standing_at(session, [one for _, one in judged[place:]])
        if said or _anything_at(known, look):
            told += await settle(session, said, look, now)
            known = None if said else known
    return told


async def _standing_at(session: TenantSession, looks: Sequence[Look]) -> set[Subject]:
    points = sorted({point for look in looks for point in look.points})
    groups = sorted({group for look in looks for group in look.groups})
    return set(await findings.standing(session, points, groups))


def _anything_at(known: set[Subject], look: Look) -> bool:
    if not known:
        return False
    points, groups = set(look.points), set(look.groups)
    return any(one.point_id in points or one.group_id in groups for one in known)


async def settle(
    session: TenantSession, said: Sequence[Said], look: Look, now: datetime
) -> list[int]:
    """Let findings be what a judgement says; those that are worth telling of.

    Of one subject and family the surest counts.
    """
    await findings.become_the_judge(session)
    points = sorted({*look.points, *(one.point_id for one in said if one.point_id is not None)})
    groups = sorted({*look.groups, *(one.group_id for one in said if one.group_id is not None)})
    known = await findings.standing(session, points, groups)
    surest: dict[Subject, Said] = {}
    for one in sorted(said, key=lambda one: one.confidence):
        surest[one.subject] = one
    told: list[int] = []
    touched: list[int] = []
    for subject, one in surest.items():
        number = await _say(session, known.get(subject), one, now, touched)
        if number is not None and one.kind in WRONG:
            told.append(number)
    if touched:
        await findings.touch(session, touched, now)
    counted_less = _counted_less(known, surest)
    for subject, standing in known.items():
        if subject in surest or not _looked_at(standing, look):
            continue
        named = _named(standing, counted_less)
        if named or ends(standing, now):
            note = NAMED if named else ENDED
            await findings.step(
                session, standing.id, FindingState.CLOSED, None, now, by_person=False, note=note
            )
    return told


def _counted_less(
    known: Mapping[Subject, Standing], surest: Mapping[Subject, Said]
) -> list[datetime]:
    """Since when meters count less, of findings that stand or are said now."""
    found = [one.since for subject, one in surest.items() if subject.family is Family.UNDERCOUNT]
    return found + [
        one.since
        for subject, one in known.items()
        if subject.family is Family.UNDERCOUNT and one.closed_at is None and subject not in surest
    ]


def _named(standing: Standing, counted_less: list[datetime]) -> bool:
    """Whether a loss without a name, no longer said, has found the meter that causes it."""
    if standing.kind is not FindingKind.UNATTRIBUTED_LOSS or standing.verdict is not None:
        return False
    return standing.closed_at is None and any(
        begin_together(since, standing.since) for since in counted_less
    )


def _looked_at(standing: Standing, look: Look) -> bool:
    return standing.kind in look.kinds and standing.from_group is look.from_group


async def _say(
    session: TenantSession,
    standing: Standing | None,
    said: Said,
    now: datetime,
    touched: list[int],
) -> int | None:
    """Make one thing said true; the finding to tell of, if any."""
    group = said.group_id is not None
    step = reconcile(standing, said.kind, said.since, now, from_group=group)
    if step is Step.OPEN:
        return await findings.open_finding(session, said, now)
    assert standing is not None
    match step:
        case Step.TOUCH:
            touched.append(standing.id)
        case Step.REFRESH:
            await findings.refresh(session, standing.id, said, standing.kind, now)
        case Step.CHANGE_KIND:
            await findings.refresh(session, standing.id, said, said.kind, now)
            await findings.tell(session, standing.id, now, None)
            return standing.id
        case Step.REOPEN:
            await findings.refresh(session, standing.id, said, said.kind, now)
            note = STILL_THERE if standing.closed_by_person else CAME_BACK
            await findings.step(
                session, standing.id, FindingState.NEW, None, now, by_person=True, note=note
            )
            return standing.id if standing.closed_by_person else None
    return None


def kinds_of(*families: str) -> frozenset[FindingKind]:
    """Kinds of some families."""
    return frozenset(kind for kind, family in FAMILY.items() if family in families)
