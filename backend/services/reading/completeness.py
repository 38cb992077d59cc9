"""Completeness by energy: a silent meter counts by what it usually takes, not as one of many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from analytics import losses
from analytics.registers import Hourly
from backend.store.groups import balance_members
from backend.store.groups.balance_members import BalanceMember
from backend.store.hours import series
from domain.hours import hour_of
from domain.identity import BalanceGroupId, MeteringPointId
from domain.quality import Quality
from domain.quantities import EnergyArray, Mask
from tenants.session import TenantSession

FloatArray = NDArray[np.float64]

WEEK_HOURS = 168
"""What a member usually takes is seen in the week before, too."""

_NOT_WHOLE = 0.999999
"""Most that is shown while anything is missing, however little it takes."""


@dataclass(frozen=True, slots=True)
class MemberHours:
    """What each member took, whether that is known, and whether it was due; ``(n, t)`` each."""

    values: EnergyArray
    known: Mask
    due: Mask


async def of_consumers(
    session: TenantSession,
    groups: Sequence[BalanceGroupId],
    partial: Mask,
    start: int,
    now: datetime,
) -> FloatArray:
    """Coverage of all that is consumed below groups, in the hours that are known in part.

    Parameters
    ----------
    partial
        Those hours, of all from ``start`` on, shape ``(g, t)``.

    Returns
    -------
    Shape ``(g, t)``; NaN in the other hours, and where there are too many members to tell.
    """
    wanted = _wanted(groups, partial)
    members = await balance_members.consumers_below(session, wanted)
    return await _coverage(session, groups, members, (partial, start), now)


async def of_members(
    session: TenantSession,
    groups: Sequence[BalanceGroupId],
    partial: Mask,
    start: int,
    now: datetime,
) -> FloatArray:
    """As :func:`of_consumers`, of the direct members of what groups deliver."""
    found = await balance_members.members_of(session, _wanted(groups, partial))
    members = {
        group: [one for one in own if not (one.of_top and one.feeds)]
        for group, own in found.items()
    }
    return await _coverage(session, groups, members, (partial, start), now)


def _wanted(groups: Sequence[BalanceGroupId], partial: Mask) -> list[BalanceGroupId]:
    return [group for group, own in zip(groups, partial, strict=True) if own.any()]


async def _coverage(
    session: TenantSession,
    groups: Sequence[BalanceGroupId],
    members: Mapping[BalanceGroupId, list[BalanceMember]],
    hours: tuple[Mask, int],
    now: datetime,
) -> FloatArray:
    partial, start = hours
    found = np.full(partial.shape, np.nan)
    at = np.flatnonzero(partial.any(axis=0))
    if not len(at) or not members:
        return found
    low, high = start + int(at[0]) - WEEK_HOURS, start + int(at[-1]) + 1
    loaded = await load_members(session, list(members.values()), low, high, now)
    told = dict(zip(members, loaded, strict=True))
    for row, group in enumerate(groups):
        own = told.get(group)
        if own is None:
            continue
        share = losses.coverage(own.known, own.due, own.values)
        whole = (own.known | ~own.due).all(axis=0)
        share = np.where(whole, share, np.minimum(share, _NOT_WHOLE))
        mine = np.flatnonzero(partial[row])
        found[row, mine] = share[start + mine - low]
    return found


async def load_members(
    session: TenantSession,
    groups: Sequence[list[BalanceMember]],
    low: int,
    high: int,
    now: datetime,
) -> list[MemberHours]:
    """Hours of the members of some groups; the feeds of a child are one member."""
    points = sorted({one.point_id for members in groups for one in members})
    ids = [MeteringPointId(one) for one in points]
    hourly = (await series.load_points(session, ids, low, high, hour_of(now))).hourly
    place = {point: row for row, point in enumerate(points)}
    return [_joined(together(members), hourly, place) for members in groups]


def together(members: Sequence[BalanceMember]) -> list[list[BalanceMember]]:
    """Points by what counts as one member."""
    found: dict[tuple[int, int], list[BalanceMember]] = {}
    for one in members:
        found.setdefault((one.child, 0) if one.child else (0, one.point_id), []).append(one)
    return list(found.values())


def _joined(
    members: list[list[BalanceMember]], hourly: Hourly, place: Mapping[MeteringPointId, int]
) -> MemberHours:
    size = len(members), hourly.values.shape[1]
    values, known = np.zeros(size, dtype=np.int64), np.ones(size, dtype=np.bool_)
    due = np.zeros(size, dtype=np.bool_)
    for row, own in enumerate(members):
        for one in own:
            at = place[one.point_id]
            there = hourly.codes[at] != Quality.NOT_EXPECTED
            values[row] += np.where(hourly.known[at], one.sign * hourly.values[at], 0)
            known[row] &= hourly.known[at] | ~there
            due[row] |= there
    return MemberHours(values, known & due, due)
