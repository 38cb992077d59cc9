"""Watching: leaks and meter faults at metering points, from their own hours.

A point of which an hour of today changed is watched: its last week is compared with the habits that
were learnt of it. One of which older hours changed, or whose habits are of yesterday, is reviewed
over five weeks, and its habits are learnt anew, unless something is open there: what is wrong must
not become a habit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from analytics.leaks import faults, heat, judging
from analytics.leaks.faults import Surroundings
from analytics.leaks.habits import Habits
from analytics.leaks.replay import REPLAY_HOURS, recurring
from analytics.leaks.signs import Flow, Kind, Sign
from analytics.leaks.thresholds import Thresholds
from backend.services.findings import sentences
from backend.services.findings.ground import Ground
from backend.services.findings.reconciling import Look
from backend.store.findings import due, findings
from backend.store.findings.due import KeptHabits, WatchedPoint
from backend.store.findings.findings import Curve, Said, Subject
from backend.store.network import report_lists
from domain.findings import FAMILY, LEAK_PATIENCE, Family, FindingKind
from domain.hours import hour_of, instant_of, midnight
from domain.identity import MeteringPointId
from domain.quality import Quality
from domain.quantities import Commodity, Role
from tenants.session import TenantSession

MEASURED = (Quality.ON_TIME, Quality.LATE, Quality.BACKFILLED, Quality.MANUAL, Quality.CORRECTED)
LEVEL_HOURS = 72
LATEST_LAG_HOURS = 6
"""A meter whose last hour is older is silent, and that is another alarm."""

LATE_LAG_HOURS = judging.RECENT_HOURS
"""The same where a past came late: what went on when a meter was heard last is told, too."""

EVIDENCE_HOURS = 14 * 24
_RECENT = frozenset((Kind.CONTINUOUS, Kind.GROWING, Kind.BURST, Kind.REVERSE))
_LEAKS = (Family.LEAK, Family.BURST)
_WATCHED = frozenset(
    FindingKind(kind)
    for kind in (
        *(FindingKind(str(kind)) for kind in _RECENT),
        FindingKind.HEAT_DELTA_WITHOUT_FLOW,
        FindingKind.HEAT_FLOW_WITHOUT_DELTA,
        FindingKind.HEAT_NEGATIVE_DELTA,
    )
)
_REVIEWED = frozenset(FindingKind(str(kind)) for kind in Kind)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Points of one commodity and zone, and their hours."""

    points: Sequence[WatchedPoint]
    start: int
    values: NDArray[np.float64]
    """Wh or litres, shape ``(n, t)``; NaN for what was not measured."""

    zone: ZoneInfo

    def lag(self) -> NDArray[np.int64]:
        """Hours since the last one of each meter that was measured, shape ``(n,)``."""
        known = ~np.isnan(self.values)
        last = known[:, ::-1].argmax(axis=1)
        return np.asarray(np.where(known.any(axis=1), last, self.values.shape[1]), np.int64)

    def heard(self) -> list[MeteringPointId]:
        """Points of which something is known of late: what they no longer show is over."""
        near = self.lag() <= LATEST_LAG_HOURS
        return [point.id for point, known in zip(self.points, near, strict=True) if known]

    def flow(self, rows: NDArray[np.int64], low: int, high: int) -> Flow:
        """Hours ``[low, high)`` of some rows."""
        part = slice(max(low, self.start) - self.start, high - self.start)
        hours = np.arange(max(low, self.start), high)
        chosen = [self.points[row] for row in rows.tolist()]
        return Flow(
            self.values[rows, part],
            _slots(hours, self.zone),
            np.array([point.quantum for point in chosen]),
            np.array([1000 * point.capacity for point in chosen]),
        )


def _slots(hours: NDArray[np.int64], zone: ZoneInfo) -> NDArray[np.int64]:
    """Local hour of the day of each hour."""
    days = np.unique(hours // 24)
    offset = {day: instant_of(day * 24 + 12).astimezone(zone).utcoffset() for day in days.tolist()}
    shift = np.array(
        [0 if delta is None else round(delta.total_seconds() / 3600) for delta in offset.values()]
    )
    return np.asarray((hours + shift[np.searchsorted(days, hours // 24)]) % 24)


async def watch(
    session: TenantSession,
    ground: Ground,
    points: Sequence[WatchedPoint],
    now: datetime,
    *,
    review: bool,
) -> tuple[list[Said], Look]:
    """What can be said of points now; reviewed over weeks, or watched over days."""
    factors = await ground.factors()
    leaks, meters = factors.get(Family.LEAK, 1.0), factors.get(Family.UNDERCOUNT, 1.0)
    said: list[Said] = []
    heard: list[MeteringPointId] = []
    together: dict[tuple[Commodity, str], list[WatchedPoint]] = {}
    for point in points:
        together.setdefault((point.commodity, point.timezone), []).append(point)
    for (commodity, timezone), chosen in together.items():
        thresholds = Thresholds.of(commodity).scaled(leaks, meters)
        judge = _review if review else _watch
        batch, own = await judge(session, ground, chosen, ZoneInfo(timezone), thresholds, now)
        said += own
        heard += batch.heard()
    return said, Look(heard, [], _REVIEWED if review else _WATCHED, from_group=False)


async def _load(
    ground: Ground, points: Sequence[WatchedPoint], zone: ZoneInfo, span: tuple[int, int]
) -> _Batch:
    start, end = span
    found = await ground.hours([point.id for point in points], start, end)
    measured = found.known & np.isin(found.codes, MEASURED)
    values = np.where(measured, found.values, np.nan)
    if found.back is not None:  # the hour is not believed, but that it ran backwards is measured
        values = np.where(found.back > 0, -found.back.astype(np.float64), values)
    return _Batch(points, start, values, zone)


async def _watch(  # noqa: PLR0913, PLR0917 - points, what they are judged by, and until when
    session: TenantSession,
    ground: Ground,
    points: Sequence[WatchedPoint],
    zone: ZoneInfo,
    thresholds: Thresholds,
    now: datetime,
) -> tuple[_Batch, list[Said]]:
    end = hour_of(now)
    batch = await _load(ground, points, zone, (end - judging.RECENT_HOURS, end))
    habits = await _habits(ground, points)
    return batch, await _recent_signs(session, batch, habits, thresholds, LATEST_LAG_HOURS)


async def _habits(ground: Ground, points: Sequence[WatchedPoint]) -> Habits:
    kept = await ground.habits([point.id for point in points])
    rows = Habits.none(len(points)).to_rows()
    for row, point in enumerate(points):
        own = kept.get(point.id)
        if own is not None:  # an older release knew less
            rows[row, : len(own.habits)] = own.habits
    return Habits.from_rows(rows)


async def _recent_signs(
    session: TenantSession, batch: _Batch, habits: Habits, thresholds: Thresholds, latest_lag: int
) -> list[Said]:
    """Signs of the hourly rules, each meter judged at the end of its own last hour.

    How long something has been going on is seen as far as the hours of the batch reach.
    """
    size, lag = batch.values.shape[1], batch.lag()
    said: list[Said] = []
    for behind in np.unique(lag[lag <= latest_lag]).tolist():
        rows = np.flatnonzero(lag == behind)
        end = batch.start + size - behind
        low = batch.start
        flow = batch.flow(rows, low, end)
        own = Habits.from_rows(habits.to_rows()[rows])
        signs = judging.watch(flow, own, thresholds)
        signs += await _heat_signs(session, batch, rows, flow, end, thresholds)
        said += _said(batch, rows, signs, end - flow.values.shape[1])
    return said


async def _heat_signs(  # noqa: PLR0913, PLR0917 - meters, their hours and where these end
    session: TenantSession,
    batch: _Batch,
    rows: NDArray[np.int64],
    flow: Flow,
    end: int,
    thresholds: Thresholds,
) -> list[Sign]:
    if batch.points[0].commodity is not Commodity.HEAT:
        return []
    ids = [batch.points[row].id for row in rows.tolist()]
    low = end - flow.values.shape[1]
    supply, back = await report_lists.temperatures_of(session, ids, low, end)
    return heat.contradictions(flow.values, supply, back, thresholds)


async def _review(  # noqa: PLR0913, PLR0917 - as above
    session: TenantSession,
    ground: Ground,
    points: Sequence[WatchedPoint],
    zone: ZoneInfo,
    thresholds: Thresholds,
    now: datetime,
) -> tuple[_Batch, list[Said]]:
    end = hour_of(now)
    today = midnight(now.astimezone(zone).date(), zone)
    start = today - judging.WINDOW_HOURS
    batch = await _load(ground, points, zone, (start, end))
    rows = np.arange(len(points))
    window = batch.flow(rows, start, today)
    kept = await ground.habits([point.id for point in points])
    since = await _wrong_since(session, batch, thresholds, today)
    past = await _came_at_once(ground, batch, kept, thresholds, today)
    for row, sign in past.items():
        since[row] = min(since[row], max(sign.since, 0))
    habits = _learnt(window, points, kept, since)
    around = await _surroundings(session, ground, batch, window, today)
    signs = judging.review(window, habits, around, thresholds, since)
    for sign in signs:
        if sign.kind is Kind.INTERMITTENT and sign.row in past:
            past[sign.row] = replace(sign, since=min(sign.since, past[sign.row].since))
    signs = [sign for sign in signs if sign.kind is not Kind.INTERMITTENT or sign.row not in past]
    said = _said(batch, rows, [*signs, *past.values()], start)
    said += await _recent_signs(session, batch, habits, thresholds, LATE_LAG_HOURS)
    said = _most_telling(said)
    ill = {one.point_id for one in said}
    await _learn(session, points, window, ill, today)
    return batch, said


def _most_telling(said: list[Said]) -> list[Said]:
    """Without trickles at points of which it is said that their leak grows."""
    grows = {one.point_id for one in said if one.kind is FindingKind.LEAK_GROWING}
    trickle = FindingKind.LEAK_TRICKLE
    return [one for one in said if one.kind is not trickle or one.point_id not in grows]


async def _wrong_since(
    session: TenantSession, batch: _Batch, thresholds: Thresholds, today: int
) -> NDArray[np.int64]:
    """Column from which a flow is known to recur or to trickle, shape ``(n,)``.

    Past the last where none is.
    """
    since = np.full(len(batch.points), today - batch.start)
    if not (thresholds.intermittent or thresholds.trickle):  # then no such flow is ever told
        return since
    known = await findings.standing(session, [point.id for point in batch.points], [])
    for row, point in enumerate(batch.points):
        found = known.get(Subject(point.id, None, Family.LEAK))
        if found and found.kind in LEAK_PATIENCE and found.closed_at is None:
            since[row] = min(max(hour_of(found.since) - batch.start, 0), today - batch.start)
    return since


async def _came_at_once(
    ground: Ground,
    batch: _Batch,
    kept: Mapping[MeteringPointId, KeptHabits],
    thresholds: Thresholds,
    today: int,
) -> dict[int, Sign]:
    """Flows that recur at meters whose past nobody watched, by row; on the columns of the batch."""
    fresh = [row for row, point in enumerate(batch.points) if point.id not in kept]
    if not fresh or not (thresholds.continuous and thresholds.intermittent):
        return {}
    start = today - REPLAY_HOURS
    points = [batch.points[row] for row in fresh]
    weeks = await _load(ground, points, batch.zone, (start, today))
    signs = recurring(weeks.flow(np.arange(len(fresh)), start, today), thresholds)
    moved = start - batch.start
    return {
        fresh[sign.row]: replace(sign, row=fresh[sign.row], since=sign.since + moved)
        for sign in signs
    }


def _learnt(
    window: Flow,
    points: Sequence[WatchedPoint],
    kept: Mapping[MeteringPointId, KeptHabits],
    since: NDArray[np.int64],
) -> Habits:
    """Habits that were kept; where none are, those of the window without its last days."""
    rows = Habits.none(len(points)).to_rows()
    fresh = []
    for row, point in enumerate(points):
        own = kept.get(point.id)
        if own is not None:
            rows[row, : len(own.habits)] = own.habits
        else:
            fresh.append(row)
    if fresh:
        hours = window.values.shape[1] - LEVEL_HOURS
        wrong = np.arange(hours) >= since[fresh][:, None]
        earlier = Flow(
            np.where(wrong, np.nan, window.values[fresh, :hours]),
            window.slots[:hours],
            window.step[fresh],
            window.most[fresh],
        )
        rows[fresh] = Habits.of(earlier, Thresholds.of(points[0].commodity)).to_rows()
    return Habits.from_rows(rows)


async def _learn(
    session: TenantSession,
    points: Sequence[WatchedPoint],
    window: Flow,
    ill: set[MeteringPointId | None],
    until: int,
) -> None:
    """Keep the habits of what is well."""
    rows = [row for row, point in enumerate(points) if point.id not in ill]
    if rows:
        fresh = Habits.of(window, Thresholds.of(points[0].commodity)).to_rows()[rows]
        await due.save_habits(session, [points[row].id for row in rows], until, fresh)


async def _surroundings(
    session: TenantSession, ground: Ground, batch: _Batch, window: Flow, today: int
) -> Surroundings:
    """How the neighbours use, and whether somebody lives where a meter stands still."""
    level = faults.levels(window, LEVEL_HOURS)
    group = np.array([point.group_id for point in batch.points], dtype=np.int64)
    alive = np.full(len(batch.points), np.nan)
    still = (np.nan_to_num(window.values[:, -LEVEL_HOURS:], nan=0.0) <= 0).all(axis=1)
    premises = {batch.points[row].premise_id for row in np.flatnonzero(still).tolist()} - {0}
    others = await due.points_of_premises(session, sorted(premises))
    own = {point.id for point in batch.points}
    others = [(point, premise) for point, premise in others if point not in own]
    if others:
        ids = [point for point, _ in others]
        start = today - judging.WINDOW_HOURS
        found = await ground.hours(ids, start, today)
        values = np.where(found.known, found.values, np.nan)
        levels = faults.levels(Flow(values), LEVEL_HOURS)
        for row, point in enumerate(batch.points):
            told = [
                float(one)
                for one, (_, premise) in zip(levels, others, strict=True)
                if premise == point.premise_id and not np.isnan(one)
            ]
            if told:
                alive[row] = max(told)
    return Surroundings(faults.neighbours(level, group), alive)


def _said(batch: _Batch, rows: NDArray[np.int64], signs: Sequence[Sign], start: int) -> list[Said]:
    """Signs as findings; what leaks at a balance meter is the group's affair."""
    said = []
    for sign in signs:
        point = batch.points[int(rows[sign.row])]
        kind = FindingKind(str(sign.kind))
        if FAMILY[kind] in _LEAKS and point.role != Role.CONSUMER:
            continue
        since = start + sign.since
        said.append(
            Said(
                kind=kind,
                commodity=point.commodity,
                point_id=point.id,
                group_id=None,
                site_id=point.site_id,
                since=instant_of(since),
                amount=round(sign.amount),
                confidence=sign.confidence,
                told=sentences.told(
                    sentences.of_sign(point, sign), point.commodity, instant_of(since)
                ),
                flow=sign.flow,
                figures=sign.figures,
                curves=_curves(batch, int(rows[sign.row]), since, sign.flow),
            )
        )
    return said


def _curves(batch: _Batch, row: int, since: int, flow: float) -> dict[str, Curve]:
    end = batch.start + batch.values.shape[1]
    start = max(batch.start, min(since, end) - EVIDENCE_HOURS)
    hours = np.arange(start, end)
    return {
        "metered": Curve(start, batch.values[row, start - batch.start :]),
        "missing": Curve(start, np.where(hours >= since, flow, 0.0)),
    }
