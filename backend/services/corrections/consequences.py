"""What corrections change in the groups above: read while they stand, before anything is rolled up.

Only the hours in which a corrected point itself changes are compared, so what is folded at the
same time in other hours is not taken for a consequence.
"""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from analytics import balance
from analytics.balance import GroupHours
from backend.services.hours import rolling_up
from backend.services.hours.rolling_up import Span
from backend.store.groups import group_hours, structure
from backend.store.groups.structure import Structure
from domain.identity import BalanceGroupId, MeteringPointId
from domain.quantities import EnergyArray, Mask
from tenants.session import TenantSession

DAY = 24
_LONGEST_SPAN_DAYS = 7
"""Days derived at once: months of a large group would not fit."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Wh or litres over the hours that change; each None where it is unknown in one of them."""

    consumption: int | None
    supplied: int | None
    delivered: int | None
    imbalance: int | None


@dataclass(frozen=True, slots=True)
class GroupDifference:
    """What a group's hours came to, and what they come to now."""

    group_id: BalanceGroupId
    hours: tuple[int, ...]
    """The hours that change, in order."""

    before: Totals
    after: Totals


async def of_hours(
    session: TenantSession,
    points: Sequence[MeteringPointId],
    hours: Iterable[int],
    now: int,
) -> list[GroupDifference]:
    """Differences of all groups above some points, in those of ``hours`` in which there are any.

    Call it where the new counters stand and the groups are not rolled up yet. Groups come from
    the root downwards.
    """
    wanted = sorted(set(hours))
    if not wanted:
        return []
    ids, above = await structure.load_above(session, points)
    if not len(ids):
        return []
    parts = [await _compare(session, above, ids, some, now) for some in _spans(wanted)]
    depth = dict(zip(above.tree.ids.tolist(), above.tree.depth.tolist(), strict=True))
    found = []
    for at in sorted(range(len(ids)), key=lambda at: (depth[int(ids[at])], int(ids[at]))):
        changed = [part for part in parts if part.differs[at].any()]
        if changed:
            found.append(
                GroupDifference(
                    BalanceGroupId(int(ids[at])),
                    tuple(
                        hour for part in changed for hour in part.hours[part.differs[at]].tolist()
                    ),
                    _total(part.totals(part.before, at) for part in changed),
                    _total(part.totals(part.after, at) for part in changed),
                )
            )
    return found


@dataclass(frozen=True, slots=True)
class _Part:
    """Some hours of the groups, before and after."""

    hours: NDArray[np.int64]
    before: GroupHours
    after: GroupHours
    differs: NDArray[np.bool_]

    def totals(self, side: GroupHours, at: int) -> Totals:
        """Of one group, over the hours in which it differs."""
        inside = np.flatnonzero(self.differs[at])
        own = side.take(np.array([at])).at(inside)
        balanced = balance.imbalance(own)
        whole = (own.known == own.expected) & (own.known > 0)
        complete = (own.direct_known == own.direct_expected) & (own.direct_known > 0)
        return Totals(
            _sum_where(own.consumption[0], whole[0]),
            _sum_where(balanced.supplied, balanced.supplied_known),
            _sum_where(balanced.delivered, complete[0]),
            _sum_where(balanced.imbalance, balanced.imbalance_known),
        )


def _sum_where(amounts: EnergyArray, known: Mask) -> int | None:
    return int(amounts.sum()) if known.all() else None


def _spans(hours: list[int]) -> list[list[int]]:
    """Hours of one week together."""
    width = _LONGEST_SPAN_DAYS * DAY
    return [list(some) for _, some in groupby(hours, key=lambda hour: hour // width)]


async def _compare(
    session: TenantSession, above: Structure, ids: NDArray[np.int64], hours: list[int], now: int
) -> _Part:
    start, end = hours[0], hours[-1] + 1
    derived = await rolling_up.derive(session, above, ids, Span(start, end, now))
    stored = await group_hours.load_groups(session, derived.groups, start, end)
    places = np.array(hours) - start
    before, after = stored.at(places), derived.hours.at(places)
    differs = (
        (before.consumption != after.consumption)
        | (before.known != after.known)
        | (before.supplied != after.supplied)
        | (before.supplied_known != after.supplied_known)
        | (before.delivered != after.delivered)
    )
    return _Part(np.array(hours), before, after, differs)


def _total(parts: Iterable[Totals]) -> Totals:
    columns = zip(*(astuple(one) for one in parts), strict=True)
    return Totals(*(None if None in column else sum(column) for column in columns))
