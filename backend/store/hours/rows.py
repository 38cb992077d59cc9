"""What the rows of every tier have in common: a key of two parts, and slots for facts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from domain.merging import Facts
from tenants.session import TenantSession

_CELLS_AT_ONCE = 2_500_000
"""Slots of the rows that are laid out in one go; bounds memory where facts are strewn."""

_OTHER_BITS = 24
_OTHER = (1 << _OTHER_BITS) - 1
"""Hours, days and months since the epoch fit in 24 bits, and series in the others."""

Numbers = NDArray[np.int64]


class Rows(Protocol):
    """A module that keeps facts in rows of one kind."""

    SLOTS: int

    def place(self, series: Numbers, hour: Numbers, /) -> tuple[Numbers, Numbers, Numbers]:
        """Both parts of the row's key, and the slot, of each series and hour."""
        ...

    async def read(self, session: TenantSession, one: Numbers, other: Numbers, /) -> Facts:
        """Rows that stand, shape ``(n, SLOTS)``."""
        ...

    async def write(
        self, session: TenantSession, one: Numbers, other: Numbers, facts: Facts, /
    ) -> None:
        """Write whole rows, in the order of their keys."""
        ...


@dataclass(frozen=True, slots=True)
class Portion:
    """Some facts, and where in which rows they belong."""

    chosen: Numbers
    """Which of all facts these are, shape ``(n,)``."""

    row: Numbers
    slot: Numbers
    one: Numbers
    other: Numbers
    """The two parts of each row's key, shape ``(rows,)``, in order."""

    def empty(self, rows: Rows) -> Facts:
        """Rows without any fact."""
        shape = (len(self.one), rows.SLOTS)
        return Facts(
            np.zeros(shape, np.int64), np.zeros(shape, np.uint8), np.zeros(shape, np.bool_)
        )


def portions(rows: Rows, series: Numbers, hour: Numbers) -> Iterator[Portion]:
    """Sort facts into rows, and rows into portions that fit into memory."""
    one, other, slot = rows.place(series, hour)
    keys, row = np.unique(one << _OTHER_BITS | other, return_inverse=True)
    most = max(1, _CELLS_AT_ONCE // rows.SLOTS)
    order = np.argsort(row, kind="stable") if len(keys) > most else np.arange(len(row))
    for start in range(0, len(keys), most):
        some = keys[start : start + most]
        chosen = order
        if len(keys) > most:
            low, high = np.searchsorted(row[order], (start, start + len(some)))
            chosen = order[low:high]
        yield Portion(chosen, row[chosen] - start, slot[chosen], some >> _OTHER_BITS, some & _OTHER)
