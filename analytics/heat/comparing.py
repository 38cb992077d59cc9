"""Groups of flats on risers, compared: what a house sees of its own differences.

Source: deck item 39: groups of 10 to 20 flats, compared on site and in each entrance.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from analytics.heat.water import FloatArray

Home = TypeVar("Home", bound=Hashable)
Way = tuple[str, ...]
"""Subgroups from a group down to the one that a home belongs to directly; empty for its own."""

LEAST_HOMES = 5
"""An average of fewer would tell of a neighbour."""


@dataclass(frozen=True, slots=True)
class Group:
    """One group of flats."""

    homes: int
    per_m2: float | None
    """Heat a square metre [Wh]; None of fewer than :data:`LEAST_HOMES` homes."""

    against_house: float | None
    """As a share of the house's mean: 1.12 is 12 % above it."""


def groups(
    energy_wh: FloatArray, area_m2: FloatArray, group: NDArray[np.int64], count: int
) -> list[Group]:
    """Compare groups by heat a square metre; flats whose heat is unknown are left out of both sums.

    Parameters
    ----------
    energy_wh, area_m2, group
        Of each flat, shape ``(n,)``; group from 0 to ``count - 1``.
    """
    known = ~np.isnan(energy_wh)
    house = float(energy_wh[known].sum() / area_m2[known].sum()) if known.any() else 0.0
    found = []
    for number in range(count):
        inside = known & (group == number)
        homes = int(np.count_nonzero(inside))
        if homes < LEAST_HOMES:
            found.append(Group(homes, None, None))
            continue
        rate = float(energy_wh[inside].sum() / area_m2[inside].sum())
        found.append(Group(homes, rate, rate / house if house > 0 else None))
    return found


def tellable(homes: Collection[tuple[Home, Way]]) -> frozenset[Home]:
    """Homes that may stand behind the average of a group, its subgroups being told elsewhere.

    A subgroup of fewer than :data:`LEAST_HOMES` homes is told nowhere, so a group may be told with
    its homes only where they are at least so many together with the others that are told nowhere:
    else the average of the group beside those of its subgroups would tell of them.

    Examples
    --------
    >>> flats = [(f"A{n}", ("A",)) for n in range(6)] + [("B0", ("B",))]
    >>> sorted(tellable(flats))
    ['A0', 'A1', 'A2', 'A3', 'A4', 'A5']
    """
    below: dict[str, list[tuple[Home, Way]]] = defaultdict(list)
    hidden, told = set[Home](), set[Home]()
    for home, way in homes:
        if way:
            below[way[0]].append((home, way[1:]))
        else:
            hidden.add(home)
    for part in below.values():
        found = tellable(part)
        told |= found
        if not found:
            hidden |= {home for home, _ in part}
    hidden -= told
    if len(hidden) >= LEAST_HOMES:
        told |= hidden
    return frozenset(told)


def apart(groups: Sequence[frozenset[Home]]) -> list[frozenset[Home]]:
    """Of groups told beside each other those that share no home with one before; the rest empty.

    Two groups that differ by one home would tell of that home.
    """
    seen, found = set[Home](), list[frozenset[Home]]()
    for own in groups:
        found.append(frozenset() if own & seen else own)
        seen |= found[-1]
    return found


def tells_of_few(one: frozenset[Home], other: frozenset[Home]) -> bool:
    """Whether the averages of two groups of homes together tell of fewer than the least number.

    Examples
    --------
    >>> six, five = frozenset("abcdef"), frozenset("abcde")
    >>> tells_of_few(six, five), tells_of_few(six, six), tells_of_few(six, frozenset("uvwxyz"))
    (True, False, False)
    """
    if not one & other:
        return False
    return any(0 < len(part) < LEAST_HOMES for part in (one - other, other - one, one & other))
