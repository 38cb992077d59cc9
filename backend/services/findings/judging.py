"""Judging what changed: portion by portion, groups and the points that hang on them directly."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from backend.services.alerts import marking
from backend.services.findings import (
    attributing,
    coolant,
    once,
    outcomes,
    reconciling,
    shapes,
    signals,
    watching,
)
from backend.services.findings.attributing import Attributed
from backend.services.findings.ground import Ground
from backend.services.findings.reconciling import Look
from backend.services.notifications import events
from backend.store import bells
from backend.store.findings import due, finding_lists, group_losses
from backend.store.findings.due import FINDINGS, DueGroup, WatchedPoint
from backend.store.findings.findings import Said
from backend.store.findings.group_losses import LearntLoss
from backend.store.groups.group_hours import ROLL_UP
from backend.store.groups.structure import Structure, Structures
from backend.store.journal import FOLD
from domain.findings import FAMILY, Family
from domain.hook_events import HookEvent
from domain.hours import hour_of, midnight
from domain.identity import BalanceGroupId, MeteringPointId
from tenants.session import Database, TenantSession

GROUPS_AT_ONCE = 20
POINTS_AT_ONCE = 500

SETTLES = timedelta(seconds=15)
"""So long after the first change hours are judged: the others of a wave come meanwhile."""

LONGEST_WAIT = timedelta(minutes=10)
"""So long at most judging waits for a tenant's readings to come to an end."""

NIGHT = "night"


@dataclass(frozen=True, slots=True)
class Judged:
    """What one portion came to."""

    told: tuple[int, ...]
    """Findings worth telling of."""

    more: bool


async def announce(database: Database, now: datetime) -> None:
    """Ring for a night in which every group of every tenant is judged."""
    async with database.global_session() as session:
        await bells.ring_for_all(session, FINDINGS, f"{NIGHT} {now.date()}")


async def note_changes(
    session: TenantSession, groups: tuple[int, ...], hour: int, now: datetime
) -> None:
    """Have groups judged of which hours changed, from one on."""
    if not groups:
        return
    await due.mark(session, [BalanceGroupId(one) for one in groups], hour)
    # a key of its own for each second: whoever judges has heard of none that is still to come
    await bells.ring_later(session, FINDINGS, f"{int(now.timestamp())}", now + SETTLES)


async def must_wait(session: TenantSession, now: datetime) -> bool:
    """Whether readings of the tenant are still coming in, and have not been for too long."""
    keys = await bells.heard(session, FINDINGS)
    seconds = [int(key) for key in keys if key.isdigit()]
    if not seconds or len(seconds) < len(keys):
        return False
    if now.timestamp() - min(seconds) > LONGEST_WAIT.total_seconds():
        return False
    return await bells.rings(session, FOLD) or await bells.rings(session, ROLL_UP)


async def judge_next(session: TenantSession, now: datetime, structures: Structures) -> Judged:
    """Judge the next groups that are due, and ring on while some are left.

    Several processes may do so at once, each for groups of its own. The bells are answered before
    what is due is read: a change that comes later rings again.
    """
    if not await bells.heard(session, FINDINGS):
        return Judged((), more=False)
    keys = await bells.take(session, FINDINGS)
    if any(key.startswith(NIGHT) for key in keys):
        await due.mark_all(session, 0)
    groups = await due.next_groups(session, GROUPS_AT_ONCE)
    if not groups:
        return Judged((), more=False)
    told = await judge(session, groups, now, structures)
    await due.settle(session, groups)
    # a key of its own: two that ring the same bell would wait for one another
    await bells.ring(session, FINDINGS, f"more {uuid4()}")
    return Judged(tuple(told), more=True)


async def judge(
    session: TenantSession, groups: list[DueGroup], now: datetime, structures: Structures
) -> list[int]:
    """Judge groups, and the points directly in them; findings worth telling of."""
    watched: list[tuple[list[Said], Look]] = []
    points = await due.points_of(session, [group.id for group in groups])
    ground = Ground(session, now)
    kept = await ground.habits([point.id for point in points])
    today = {group.id: _today(group, now) for group in groups}
    older = {group.id for group in groups if group.since_hour < today[group.id]}
    review: list[WatchedPoint] = []
    recent: list[WatchedPoint] = []
    for point in points:
        habits = kept.get(point.id)
        fresh = habits is not None and habits.until_hour >= today[point.group_id] - 48
        (recent if fresh and point.group_id not in older else review).append(point)
    structure = await structures.of(session)
    balances = _Balances(session, ground, structure, now)
    await _read_ahead(ground, structure, [one for one in groups if one.id in older], points, now)
    for chosen, over_weeks in ((review, True), (recent, False)):
        for at in range(0, len(chosen), POINTS_AT_ONCE):
            part = chosen[at : at + POINTS_AT_ONCE]
            said, look = await watching.watch(session, ground, part, now, review=over_weeks)
            said = await signals.with_reports(session, await balances.uncleared(said, part))
            watched.append((said, look))
    found = list(watched)
    for group in groups:
        if group.id in older:
            balance = await balances.of(group)
            if balance is not None:
                of_points = [one for told_of, _ in watched for one in told_of]
                said = await once.told_once(session, balance, of_points)
                said = await signals.with_reports(session, said)
                found.append((said, balance.look))
    await group_losses.save_losses(session, balances.losses())
    found.append(await coolant.judge(session, groups, now))
    # settled at last: from here on no other judge of the tenant settles until this one is done
    told = await reconciling.settle_all(session, found, now)
    await _alarm(session, told, now)
    return told


async def _read_ahead(
    ground: Ground,
    structure: Structure,
    groups: list[DueGroup],
    points: list[WatchedPoint],
    now: datetime,
) -> None:
    """Read what both the balance of groups and the rules on their meters will look at."""
    wanted: dict[int, set[MeteringPointId]] = {}
    inlets: set[MeteringPointId] = set()
    start_of = {group.id: attributing.window_of(group, now)[0] for group in groups}
    for group in groups:
        shape = shapes.shape_of(structure, group.id)
        if shape is not None:
            wanted.setdefault(start_of[group.id], set()).update(shape.points)
            inlets.update(shape.points)
    for point in points:
        if point.group_id in start_of:
            wanted.setdefault(start_of[point.group_id], set()).add(point.id)
    for start, some in sorted(wanted.items()):
        await ground.read_ahead(some, start)
    await ground.terms(sorted(inlets))


async def _alarm(session: TenantSession, told: list[int], now: datetime) -> None:
    rows = await finding_lists.load_findings(session, told)
    await marking.note_findings(session, [(row.id, row.kind) for row in rows.values()], now)
    new = [row for row in rows.values() if row.opened_at == now]
    things = [outcomes.thing_of(row) for row in new]
    await events.happened(session, HookEvent.FINDING_OPENED, things, now)


class _Balances:
    """What the balances of groups say, each asked once in a portion."""

    def __init__(
        self, session: TenantSession, ground: Ground, structure: Structure, now: datetime
    ) -> None:
        self._session, self._ground = session, ground
        self._structure, self._now = structure, now
        self._known: dict[BalanceGroupId, Attributed | None] = {}

    async def of(self, group: DueGroup) -> Attributed | None:
        """What the balance of a group says; None where it says nothing."""
        if group.id not in self._known:
            self._known[group.id] = await attributing.attribute(
                self._ground, self._structure, group, self._now
            )
        return self._known[group.id]

    def losses(self) -> list[LearntLoss]:
        """What was learnt of the conductors' losses."""
        return [
            LearntLoss(group, one.losses, one.until)
            for group, one in self._known.items()
            if one is not None and one.losses is not None
        ]

    async def uncleared(self, said: list[Said], points: list[WatchedPoint]) -> list[Said]:
        """Without meters that seem to stand still, but of which the balance misses nothing."""
        place = {point.id: point.group_id for point in points}
        found = []
        for one in said:
            if FAMILY[one.kind] is Family.UNDERCOUNT and one.point_id is not None:
                above = shapes.balanced_above(self._structure, place[one.point_id])
                group = None if above is None else await due.load_group(self._session, above)
                balance = None if group is None else await self.of(group)
                if balance is not None and balance.clears(one):
                    continue
            found.append(one)
        return found


def _today(group: DueGroup, now: datetime) -> int:
    zone = ZoneInfo(group.timezone)
    return min(midnight(now.astimezone(zone).date(), zone), hour_of(now))
