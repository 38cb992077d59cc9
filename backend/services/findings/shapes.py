"""What the balance of a group is made of: its feeds, and the members that it delivers to."""

from dataclasses import dataclass, replace

import numpy as np

from backend.store.groups.structure import Structure
from domain.identity import BalanceGroupId, MeteringPointId
from domain.quantities import Role


@dataclass(frozen=True, slots=True)
class Member:
    """A direct member of what a group delivers: a point, or a child group with its own inlet."""

    plus: tuple[MeteringPointId, ...]
    minus: tuple[MeteringPointId, ...] = ()
    group_id: BalanceGroupId | None = None
    """The child; none for a point."""

    @property
    def point_id(self) -> MeteringPointId | None:
        """The one meter behind it, if it is one."""
        return self.plus[0] if len(self.plus) == 1 and not self.minus else None


@dataclass(frozen=True, slots=True)
class Shape:
    """What a group is made of."""

    supply: Member
    members: tuple[Member, ...]

    @property
    def points(self) -> list[MeteringPointId]:
        """All meters that are read for it."""
        every = (self.supply, *self.members)
        return sorted({point for one in every for point in (*one.plus, *one.minus)})


def shape_of(structure: Structure, group: BalanceGroupId) -> Shape | None:
    """Inlets and members of a group; None without an inlet.

    A child without an inlet stands for its own members.
    """
    supply = _feed(structure, group)
    if supply is None:
        return None
    return Shape(replace(supply, group_id=None), tuple(_members(structure, group)))


def _of_role(structure: Structure, group: int, *roles: Role) -> list[MeteringPointId]:
    members = structure.members
    low, high = np.searchsorted(members.group_ids, [group, group + 1])
    part = slice(int(low), int(high))
    wanted = np.isin(members.role[part], [str(role) for role in roles])
    return [MeteringPointId(one) for one in members.point_ids[part][wanted].tolist()]


def _feed(structure: Structure, group: BalanceGroupId) -> Member | None:
    inlets = _of_role(structure, group, Role.INLET)
    if not inlets:
        return None
    exports = _of_role(structure, group, Role.EXPORT)
    return Member(tuple(inlets), tuple(exports), group)


def _members(structure: Structure, group: BalanceGroupId) -> list[Member]:
    found = [Member((one,)) for one in _of_role(structure, group, Role.CONSUMER, Role.COMMON)]
    tree = structure.tree
    for child in tree.ids[tree.parent_ids == group].tolist():
        feed = _feed(structure, BalanceGroupId(child))
        found += [feed] if feed is not None else _members(structure, BalanceGroupId(child))
    return found


def balanced_above(structure: Structure, group: BalanceGroupId) -> BalanceGroupId | None:
    """The nearest group with an inlet, from a group upward."""
    tree = structure.tree
    at: int | None = group
    while at is not None and at >= 0:
        if _feed(structure, BalanceGroupId(at)) is not None:
            return BalanceGroupId(at)
        place = int(np.searchsorted(tree.ids, at))
        found = place < len(tree.ids) and int(tree.ids[place]) == at
        at = int(tree.parent_ids[place]) if found else None
    return None
