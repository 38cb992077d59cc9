"""No figures of groups side by side, one in the other or across tell of fewer than five homes."""

from collections.abc import Hashable
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from analytics.heat.comparing import LEAST_HOMES, Way, apart, tellable, tells_of_few

Placed = list[tuple[Hashable, Way]]
WAYS = st.lists(
    st.lists(st.sampled_from("AB"), max_size=3).map(tuple), min_size=0, max_size=40
).map(lambda ways: list(enumerate(ways)))


def inside(homes: Placed, way: Way) -> Placed:
    """Homes of a subgroup, seen from there."""
    depth = len(way)
    return [(home, own[depth:]) for home, own in homes if own[:depth] == way]


def shown(homes: Placed) -> dict[Way, frozenset[Hashable]]:
    """What each group of a tree is told with, where it is told."""
    every = {own[:depth] for _, own in homes for depth in range(len(own) + 1)}
    found = {way: tellable(inside(homes, way)) for way in every}
    return {way: own for way, own in found.items() if own}


@given(WAYS)
def test_a_group_beside_its_parts_tells_of_five_homes_or_of_none(homes: Placed) -> None:
    told = shown(homes)
    for way, own in told.items():
        assert len(own) >= LEAST_HOMES
        parts = [part for one, part in told.items() if one[:-1] == way and one != way]
        for size in range(len(parts) + 1):
            for chosen in combinations(parts, size):
                left = own.difference(*chosen)
                assert not left or len(left) >= LEAST_HOMES


@given(WAYS)
def test_no_two_groups_of_a_tree_tell_of_few(homes: Placed) -> None:
    for one, other in combinations(shown(homes).values(), 2):
        assert not tells_of_few(one, other)


@given(WAYS)
def test_where_no_part_is_told_the_whole_is(homes: Placed) -> None:
    told = tellable(homes)
    if len(homes) < LEAST_HOMES:
        assert not told
    elif not any(tellable(inside(homes, (name,))) for name in "AB"):
        assert len(told) == len(homes)


def test_a_flat_alone_in_its_entrance_is_in_no_figure_of_the_street() -> None:
    homes: Placed = [(f"A{flat}", ("A",)) for flat in range(6)]
    homes += [(f"B{flat}", ("B",)) for flat in range(5)] + [("C0", ("C",))]
    assert tellable(homes) == {home for home, _ in homes} - {"C0"}
    assert tellable(inside(homes, ("C",))) == frozenset()


def test_small_entrances_are_told_together_where_they_are_enough() -> None:
    homes: Placed = [(f"{name}{flat}", (name,)) for name in "ABC" for flat in range(4)]
    assert len(tellable(homes)) == 12
    assert len(tellable([*homes, *((f"D{flat}", ("D",)) for flat in range(7))])) == 19


def test_neighbours_that_differ_by_one_home_are_not_both_told() -> None:
    six, five, others = frozenset(range(6)), frozenset(range(5)), frozenset(range(10, 15))
    assert apart([six, five, others]) == [six, frozenset(), others]
    assert apart([frozenset(), five, six]) == [frozenset(), five, frozenset()]


def test_two_groups_tell_of_what_they_share_as_well() -> None:
    assert tells_of_few(frozenset(range(10)), frozenset(range(9, 19)))
    assert not tells_of_few(frozenset(range(10)), frozenset(range(5, 15)))
    assert not tells_of_few(frozenset(range(10)), frozenset(range(5)))
