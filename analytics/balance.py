"""Hours of balance groups: what flowed in, what was delivered, and how much of it is known.

One model for an entrance and for a region: a node has members of its own (consumer, common, inlet
and export meters) and children. Definitions: the public contract, "What a reading means", *Group*.
"""

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from analytics.registers import Hourly
from domain.errors import ShapeError
from domain.quality import CodeArray, Quality, code_at, place_of
from domain.quantities import EnergyArray, Mask, Role

Counts = NDArray[np.int64]

LEAST_COVERAGE = 0.98
"""Below it an imbalance is unknown, lest a silent meter be taken for a loss."""

_TYPES: dict[str, type] = {
    "place": np.uint8,
    "supplied_known": np.bool_,
    "supplied_expected": np.bool_,
}

LEDGER = (Quality.ON_TIME, Quality.LATE, Quality.BACKFILLED, Quality.MANUAL)
"""Ways in which a reading can have arrived."""


@dataclass(frozen=True, slots=True)
class Members:
    """Metering points with the group each belongs to directly; ``m`` points, ``t`` hours."""

    group: NDArray[np.int64]
    """Index of the group, shape ``(m,)``."""

    role: NDArray[np.str_]
    """A :class:`Role` each, shape ``(m,)``."""

    hourly: Hourly
    """Consumption of each point, shape ``(m, t)``."""

    arrivals: CodeArray
    """How the counter of an expected hour arrived: a code of :data:`LEDGER`, MISSING, or
    NOT_EXPECTED where the ledger expects none; shape ``(m, t)``."""


@dataclass(frozen=True, slots=True)
class GroupHours:
    """Sums and counts of ``g`` groups; all arrays have shape ``(g, t)``."""

    consumption: EnergyArray
    """Of all consumer and common meters at and below the node."""

    known: Counts
    expected: Counts
    """How many of those meters are known, and expected."""

    place: CodeArray
    """Quality of the consumption, as a place in :data:`domain.quality.ORDER`."""

    supplied: EnergyArray
    supplied_known: Mask
    supplied_expected: Mask
    """Whether the node has an inlet in that hour."""

    delivered: EnergyArray
    direct_known: Counts
    direct_expected: Counts
    """How many direct members of ``delivered`` are known, and expected."""

    arrived: Counts
    late: Counts
    backfilled: Counts
    manual: Counts
    """Readings of all meters at and below the node that arrived, and of these how many so."""

    @classmethod
    def empty(cls, groups: int, hours: int) -> Self:
        """Groups without members."""
        shape = (groups, hours)
        kinds: dict[str, type] = {
            "place": np.uint8,
            "supplied_known": np.bool_,
            "supplied_expected": np.bool_,
        }
        made: dict[str, NDArray[Any]] = {
            f.name: np.zeros(shape, kinds.get(f.name, np.int64)) for f in fields(cls)
        }
        made["place"][:] = place_of(np.array([Quality.NOT_EXPECTED], dtype=np.uint8))
        return cls(**made)

    def take(self, rows: NDArray[np.int64]) -> Self:
        """Choose some groups."""
        return type(self)(*(getattr(self, f.name)[rows] for f in fields(self)))

    def at(self, hours: NDArray[np.int64]) -> Self:
        """Choose some hours."""
        return type(self)(*(getattr(self, f.name)[:, hours] for f in fields(self)))


def roll_up(
    parent: NDArray[np.int64],
    depth: NDArray[np.int64],
    members: Members,
    settled: GroupHours,
    settled_parent: NDArray[np.int64],
) -> GroupHours:
    """Hours of groups out of their members and children.

    Parameters
    ----------
    parent, depth
        Index of each group's parent among the groups, or -1; and its depth; shape ``(g,)``.
    members
        All direct members of the groups.
    settled, settled_parent
        Children that are not rolled up here, and the index of the parent of each, shape ``(k,)``.

    Raises
    ------
    ShapeError
        The members and the settled children do not cover the same hours.

    Notes
    -----
    ``O(m t + g t)``. Every sum is over integers, so the tree closes exactly.
    """
    hours = members.hourly.values.shape[1]
    if settled.known.shape[1] != hours:
        raise ShapeError(f"members over {hours} hours, children over {settled.known.shape[1]}")
    result = GroupHours.empty(len(parent), hours)
    _add_members(result, members)
    _add_children(result, settled, settled_parent)
    for level in np.unique(depth)[::-1]:
        rows = np.flatnonzero((depth == level) & (parent >= 0))
        _add_children(result, result.take(rows), parent[rows])
    return result


def _sum_into(target: Counts, group: NDArray[np.int64], amounts: NDArray[np.generic]) -> None:
    """Add rows of ``amounts`` to the rows of their groups."""
    if not len(group):
        return
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    target[group[order][starts]] += np.add.reduceat(amounts[order].astype(np.int64), starts)


def _first_into(target: CodeArray, group: NDArray[np.int64], places: CodeArray) -> None:
    if not len(group):
        return
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    rows = group[order][starts]
    target[rows] = np.minimum(target[rows], np.minimum.reduceat(places[order], starts))


def _add_members(result: GroupHours, members: Members) -> None:
    codes, known = members.hourly.codes, members.hourly.known
    due = codes != Quality.NOT_EXPECTED
    values = np.where(known, members.hourly.values, 0)
    consumers = np.flatnonzero(np.isin(members.role, (Role.CONSUMER, Role.COMMON)))
    group = members.group[consumers]
    for target, amounts in (
        (result.consumption, values),
        (result.delivered, values),
        (result.known, known & due),
        (result.expected, due),
        (result.direct_known, known & due),
        (result.direct_expected, due),
    ):
        _sum_into(target, group, amounts[consumers])
    _first_into(result.place, group, place_of(codes[consumers]))
    _add_supplied(result, members, values, known, due)
    arrivals = members.arrivals
    came = (arrivals != Quality.MISSING) & (arrivals != Quality.NOT_EXPECTED)
    for target, amounts in (
        (result.arrived, came),
        (result.late, arrivals == Quality.LATE),
        (result.backfilled, arrivals == Quality.BACKFILLED),
        (result.manual, arrivals == Quality.MANUAL),
    ):
        _sum_into(target, members.group, amounts)


def _add_supplied(
    result: GroupHours, members: Members, values: EnergyArray, known: Mask, due: Mask
) -> None:
    """Supplied = inlets - exports, known when each of them that stands is known."""
    feeds = np.flatnonzero(np.isin(members.role, (Role.INLET, Role.EXPORT)))
    inlet = (members.role[feeds] == Role.INLET)[:, None]
    group = members.group[feeds]
    _sum_into(result.supplied, group, np.where(inlet, values[feeds], -values[feeds]))
    inlets, lacking = np.zeros_like(result.known), np.zeros_like(result.known)
    _sum_into(inlets, group, inlet & due[feeds])
    _sum_into(lacking, group, due[feeds] & ~known[feeds])
    result.supplied_expected[:] = inlets > 0
    result.supplied_known[:] = (inlets > 0) & (lacking == 0)
    result.supplied[~result.supplied_known] = 0


def _add_children(result: GroupHours, child: GroupHours, parent: NDArray[np.int64]) -> None:
    measured = child.supplied_expected
    delivered = np.where(
        measured, np.where(child.supplied_known, child.supplied, 0), child.delivered
    )
    part_known = np.where(measured, child.supplied_known, child.direct_known > 0)
    part_expected = measured | (child.direct_expected > 0)
    for target, amounts in (
        (result.consumption, child.consumption),
        (result.known, child.known),
        (result.expected, child.expected),
        (result.delivered, delivered),
        (result.direct_known, part_known),
        (result.direct_expected, part_expected),
        (result.arrived, child.arrived),
        (result.late, child.late),
        (result.backfilled, child.backfilled),
        (result.manual, child.manual),
    ):
        _sum_into(target, parent, amounts)
    _first_into(result.place, parent, child.place)


@dataclass(frozen=True, slots=True)
class Imbalance:
    """Balance of one group by hour; all arrays have shape ``(t,)``."""

    supplied: EnergyArray
    supplied_known: Mask
    delivered: EnergyArray
    delivered_known: Mask
    imbalance: EnergyArray
    imbalance_known: Mask
    coverage: NDArray[np.float64]
    """Known over expected direct members of ``delivered``, 0 to 1."""

    members: Counts
    """Direct members of ``delivered`` that were due."""


def imbalance(hours: GroupHours, by_energy: NDArray[np.float64] | None = None) -> Imbalance:
    """Supplied minus delivered of one group, ``hours`` having one row.

    Unknown where the inlet is, or where less than 98 % of the direct members is known: a silent
    meter is no loss.

    Parameters
    ----------
    by_energy
        Coverage weighted by what the members usually take, shape ``(t,)``; where it is NaN, and
        without it, members are counted.
    """
    if len(hours.known) != 1:
        raise ShapeError(f"imbalance of one group, not of {len(hours.known)}")
    coverage = share(hours.direct_known[0], hours.direct_expected[0])
    if by_energy is not None:
        coverage = np.where(np.isnan(by_energy), coverage, by_energy)
    delivered_known = hours.direct_known[0] > 0
    known = hours.supplied_known[0] & delivered_known & (coverage >= LEAST_COVERAGE)
    return Imbalance(
        supplied=hours.supplied[0],
        supplied_known=hours.supplied_known[0],
        delivered=hours.delivered[0],
        delivered_known=delivered_known,
        imbalance=np.where(known, hours.supplied[0] - hours.delivered[0], 0),
        imbalance_known=known,
        coverage=coverage,
        members=hours.direct_expected[0],
    )


def share(known: Counts, expected: Counts) -> NDArray[np.float64]:
    """Known over expected, 0 where nothing is expected."""
    return np.divide(known, expected, out=np.zeros(known.shape), where=expected > 0)


def codes_of(hours: GroupHours) -> CodeArray:
    """Quality codes of the consumption, shape ``(g, t)``."""
    return code_at(hours.place)
