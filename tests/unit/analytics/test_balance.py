"""Hours of groups: the recursion of the contract, hour by hour, on any tree."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from analytics.balance import GroupHours, Members, codes_of, imbalance, roll_up, share
from analytics.registers import Hourly
from domain.errors import ShapeError
from domain.quality import ORDER, Quality
from domain.quantities import Role

HOURS = 3
CODES = [
    Quality.ON_TIME,
    Quality.LATE,
    Quality.BACKFILLED,
    Quality.MISSING,
    Quality.ESTIMATED,
    Quality.NOT_EXPECTED,
]
KNOWN = {Quality.ON_TIME, Quality.LATE, Quality.BACKFILLED, Quality.ESTIMATED}


@dataclass
class Meter:
    role: Role
    values: list[int]
    codes: list[Quality]

    def at(self, hour: int) -> int | None:
        return self.values[hour] if self.codes[hour] in KNOWN else None

    def due(self, hour: int) -> bool:
        return self.codes[hour] is not Quality.NOT_EXPECTED


@dataclass
class Group:
    meters: list[Meter]
    children: list["Group"] = field(default_factory=list)

    def own(self, *roles: Role) -> list[Meter]:
        return [meter for meter in self.meters if meter.role in roles]

    def below(self) -> list[Meter]:
        nested = [meter for child in self.children for meter in child.below()]
        return self.own(Role.CONSUMER, Role.COMMON) + nested

    def measured(self, hour: int) -> bool:
        return any(meter.due(hour) for meter in self.own(Role.INLET))

    def supplied(self, hour: int) -> int | None:
        if not self.measured(hour):
            return None
        total = 0
        for meter in self.own(Role.INLET, Role.EXPORT):
            if not meter.due(hour):
                continue
            value = meter.at(hour)
            if value is None:
                return None
            total += value if meter.role is Role.INLET else -value
        return total

    def parts(self, hour: int) -> list[int | None]:
        own = [m.at(hour) for m in self.own(Role.CONSUMER, Role.COMMON) if m.due(hour)]
        nested = [
            child.supplied(hour) if child.measured(hour) else child.delivered(hour)
            for child in self.children
            if child.measured(hour) or child.parts(hour)
        ]
        return own + nested

    def delivered(self, hour: int) -> int | None:
        known = [part for part in self.parts(hour) if part is not None]
        return sum(known) if known else None


codes = st.lists(st.sampled_from(CODES), min_size=HOURS, max_size=HOURS)
amounts = st.lists(st.integers(0, 10**9), min_size=HOURS, max_size=HOURS)
meters = st.builds(Meter, st.sampled_from(list(Role)), amounts, codes)
leaves = st.builds(Group, st.lists(meters, max_size=4))
trees = st.recursive(
    leaves,
    lambda below: st.builds(Group, st.lists(meters, max_size=3), st.lists(below, max_size=3)),
    max_leaves=8,
)


def laid_out(top: Group) -> tuple[list[Group], list[int], list[int]]:
    groups, parents, depths = [top], [-1], [1]
    at = 0
    while at < len(groups):
        for child in groups[at].children:
            groups.append(child)
            parents.append(at)
            depths.append(depths[at] + 1)
        at += 1
    return groups, parents, depths


def members_of(groups: list[Group]) -> Members:
    rows = [(i, meter) for i, group in enumerate(groups) for meter in group.meters]
    shape = (len(rows), HOURS)
    code = np.array([m.codes for _, m in rows], dtype=np.uint8).reshape(shape)
    return Members(
        group=np.array([i for i, _ in rows], dtype=np.int64),
        role=np.array([str(m.role) for _, m in rows], dtype=np.str_),
        hourly=Hourly(
            np.array([m.values for _, m in rows], dtype=np.int64).reshape(shape),
            np.isin(code, [int(one) for one in KNOWN]),
            code,
        ),
        arrivals=np.where(code == Quality.ESTIMATED, Quality.MISSING, code).astype(np.uint8),
    )


def rolled(top: Group) -> tuple[list[Group], GroupHours]:
    groups, parents, depths = laid_out(top)
    hours = roll_up(
        np.array(parents),
        np.array(depths),
        members_of(groups),
        GroupHours.empty(0, HOURS),
        np.zeros(0, dtype=np.int64),
    )
    return groups, hours


@given(trees)
def test_every_node_of_every_tree_obeys_the_recursion(top: Group) -> None:
    groups, hours = rolled(top)
    for at, group in enumerate(groups):
        below = group.below()
        for hour in range(HOURS):
            values = [v for v in (meter.at(hour) for meter in below) if v is not None]
            assert hours.consumption[at, hour] == sum(values)
            assert hours.known[at, hour] == len(values)
            due = [meter for meter in below if meter.due(hour)]
            assert hours.expected[at, hour] == len(due)
            first = min((m.codes[hour] for m in below), key=ORDER.index, default=8)
            assert codes_of(hours)[at, hour] == first
            supplied = group.supplied(hour)
            assert hours.supplied_expected[at, hour] == group.measured(hour)
            assert hours.supplied_known[at, hour] == (supplied is not None)
            assert hours.supplied[at, hour] == (supplied or 0)
            parts = group.parts(hour)
            assert hours.direct_expected[at, hour] == len(parts)
            assert hours.direct_known[at, hour] == sum(part is not None for part in parts)
            assert hours.delivered[at, hour] == (group.delivered(hour) or 0)


@given(trees)
def test_an_imbalance_needs_the_inlet_and_nearly_all_members(top: Group) -> None:
    _, hours = rolled(top)
    found = imbalance(hours.take(np.array([0])))
    for hour in range(HOURS):
        supplied, delivered, parts = top.supplied(hour), top.delivered(hour), top.parts(hour)
        cover = sum(p is not None for p in parts) / len(parts) if parts else 0
        known = supplied is not None and delivered is not None and cover >= 0.98
        assert found.coverage[hour] == pytest.approx(cover)
        assert found.imbalance_known[hour] == known
        if known:
            assert supplied is not None
            assert delivered is not None
            assert found.imbalance[hour] == supplied - delivered


@given(trees)
def test_children_that_are_settled_count_as_if_rolled_up_here(top: Group) -> None:
    groups, hours = rolled(top)
    children = [at for at, parent in enumerate(laid_out(top)[1]) if parent == 0]
    again = roll_up(
        np.array([-1]),
        np.array([1]),
        members_of(groups[:1]),
        hours.take(np.array(children, dtype=np.int64)),
        np.zeros(len(children), dtype=np.int64),
    )
    for name in GroupHours.__dataclass_fields__:
        assert_array_equal(getattr(again, name)[0], getattr(hours, name)[0], err_msg=name)


def test_hours_of_different_length_are_refused() -> None:
    members = members_of([Group([])])
    with pytest.raises(ShapeError, match="3 hours"):
        roll_up(np.array([-1]), np.array([1]), members, GroupHours.empty(1, 2), np.array([0]))


def test_nothing_expected_is_covered_by_nothing() -> None:
    assert_array_equal(share(np.array([0, 1]), np.array([0, 2])), [0, 0.5])
