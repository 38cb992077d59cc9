"""Rolling up: from the hours of metering points to the hours of every group above them.

What is due is recomputed from its parts, never added to; only what differs from the stored hours
is written. So a roll-up that runs twice changes nothing, and one late hour of one meter rewrites
that hour and the hour after it in each group above, however large the tenant is.
"""

from dataclasses import dataclass, fields, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from analytics.balance import GroupHours, Members, roll_up
from backend.services.alerts import marking
from backend.services.findings import judging
from backend.store import bells
from backend.store.groups import group_hours
from backend.store.groups.group_hours import Due, MemberRows, Tree
from backend.store.groups.group_rows import Rolled, save_groups
from backend.store.groups.structure import Structure, Structures
from backend.store.hours import series
from domain.hours import hour_of
from domain.identity import BalanceGroupId
from tenants.session import TenantSession

HOURS = 24
MOST_DUE = 20_000
LONGEST_BATCH_DAYS = 7
LONGEST_GAP_DAYS = 62
"""A gap is re-estimated as far as this around the hours that are due."""


@dataclass(frozen=True, slots=True)
class RolledUp:
    """What one batch did."""

    groups: tuple[BalanceGroupId, ...]
    """Groups in which something changed."""

    start: int
    end: int
    rows: int
    more: bool
    watched: bool = False
    """Whether rules have to be held against what changed."""


@dataclass(frozen=True, slots=True)
class Span:
    """The hours ``[start, end)`` as they stand when the hour ``now`` has begun."""

    start: int
    end: int
    now: int
    whole_gaps: bool = False
    """Take in the rest of the gaps that reach into them: a counter that came into a gap lets all
    of its hours be estimated anew."""


@dataclass(frozen=True, slots=True)
class Derived:
    """Hours of groups as their parts give them."""

    groups: NDArray[np.int64]
    leaf: NDArray[np.bool_]
    """Those without children."""

    start: int
    hours: GroupHours
    """From ``start`` on, shape ``(g, t)``."""


NOTHING = RolledUp((), 0, 0, 0, more=False)


async def roll_up_due(
    session: TenantSession,
    heard: list[str],
    now: datetime,
    structures: Structures | None = None,
) -> RolledUp:
    """Roll up the newest days that are due; answer the bells ``heard`` when nothing is left.

    Raises
    ------
    MonthsMissingError
        Days lie in months that have no partition yet; make them and come back.
    """
    if not await group_hours.become_the_roller(session):
        return NOTHING
    due = await group_hours.due_hours(session, MOST_DUE)
    batch = [one for one in due if one.day > due[0].day - LONGEST_BATCH_DAYS]
    result = NOTHING
    if batch:
        # after what is due: who places a meter marks its groups in the same transaction
        structure = await (structures or Structures()).of(session)
        result = await _roll_up(session, structure, batch, hour_of(now))
        await judging.note_changes(session, result.groups, _hull(batch)[0], now)
        watched = await marking.note_changes(session, result.groups, _hull(batch)[0], now)
        result = replace(result, watched=watched)
        await group_hours.settle_due(session, batch)
    more = len(batch) < len(due) or len(due) == MOST_DUE
    if not more:
        await bells.answer(session, group_hours.ROLL_UP, heard)
    return replace(result, more=more)


async def _roll_up(
    session: TenantSession, structure: Structure, due: list[Due], now: int
) -> RolledUp:
    ids = np.array(sorted({group for one in due for group in one.path}), dtype=np.int64)
    start, end = _hull(due)
    derived = await derive(session, structure, ids, Span(start, end, now, whole_gaps=True))
    return await _save(session, derived)


async def derive(
    session: TenantSession,
    structure: Structure,
    ids: NDArray[np.int64],
    span: Span,
) -> Derived:
    """Hours of groups out of their parts as these stand now; nothing is written.

    Parameters
    ----------
    ids
        The groups, in ascending order; with a group, its ancestors.
    """
    start, end, now = span.start, span.end, span.now
    tree = structure.around(ids)
    members = structure.members_of(ids)
    standing = structure.standing_at(np.unique(members.point_ids))
    points = await series.load_hours(session, standing, start, end, now)
    wanted_start = max(points.gap_start, start - LONGEST_GAP_DAYS * HOURS)
    wanted_end = min(points.gap_end, end + LONGEST_GAP_DAYS * HOURS)
    if span.whole_gaps and (wanted_start < start or wanted_end > end):
        start, end = wanted_start, wanted_end
        points = await series.load_hours(session, standing, start, end, now)

    inside = np.isin(tree.ids, ids)
    groups = tree.ids[inside]
    outside = tree.ids[~inside]
    settled = await group_hours.load_groups(session, outside, start, end)
    rolled = roll_up(
        _index(groups, tree.parent_ids[inside]),
        tree.depth[inside],
        _members(groups, members, standing, points),
        settled,
        _index(groups, tree.parent_ids[~inside]),
    )
    return Derived(groups, _leaves(tree, groups), start, rolled)


def _hull(due: list[Due]) -> tuple[int, int]:
    lows = [one.day * HOURS + (one.hours & -one.hours).bit_length() - 1 for one in due]
    highs = [one.day * HOURS + one.hours.bit_length() for one in due]
    return min(lows), max(highs)


def _index(groups: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Place of each wanted id among the groups, or -1."""
    order = np.argsort(groups)
    at = np.minimum(np.searchsorted(groups, wanted, sorter=order), len(groups) - 1)
    found = order[at]
    return np.where(groups[found] == wanted, found, -1)


def _members(
    groups: NDArray[np.int64],
    rows: MemberRows,
    standing: series.Standing,
    points: series.PointHours,
) -> Members:
    at = np.searchsorted(standing.points, rows.point_ids)
    hourly = points.hourly
    return Members(
        group=_index(groups, rows.group_ids),
        role=rows.role,
        hourly=type(hourly)(hourly.values[at], hourly.known[at], hourly.codes[at]),
        arrivals=points.arrivals()[at],
    )


def _leaves(tree: Tree, groups: NDArray[np.int64]) -> NDArray[np.bool_]:
    return ~np.isin(groups, tree.parent_ids)


async def _save(session: TenantSession, derived: Derived) -> RolledUp:
    """Lay the new hours over what is stored, and write the days that differ.

    Not only the hours that were due: a counter that comes into a gap changes what is estimated
    in the rest of the gap.
    """
    groups, start, rolled = derived.groups, derived.start, derived.hours
    end = start + rolled.known.shape[1]
    low, high = start // HOURS * HOURS, -(-end // HOURS) * HOURS
    before = await group_hours.load_groups(session, groups, low, high)
    after = before.take(np.arange(len(groups)))
    differs = np.zeros(before.known.shape, dtype=np.bool_)
    for field in fields(before):
        old, new = getattr(before, field.name), getattr(after, field.name)
        new[:, start - low : end - low] = getattr(rolled, field.name)
        differs |= new != old
    changed = np.logical_or.reduce(differs.reshape(len(groups), -1, HOURS), axis=2)
    rows = await save_groups(session, groups, low, Rolled(after, before, changed, derived.leaf))
    touched = tuple(BalanceGroupId(one) for one in groups[differs.any(axis=1)].tolist())
    return RolledUp(touched, start, end, rows, more=False)
