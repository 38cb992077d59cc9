"""Hours of balance groups into rows: the writing side of ``group_hours``."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.balance import GroupHours
from backend.models.readings import HOUR_COLUMNS, QUALITY_COLUMNS
from backend.store.groups.group_hours import (
    ABSENT,
    COLUMNS,
    FIELDS,
    HOURS,
    NO_INLET,
    SAME_IN_LEAVES,
    SPARSE,
    Stored,
)
from backend.store.hours import months
from backend.store.literals import array_literal
from domain.quality import code_at
from tenants.session import TenantSession

_KEYS = 3
_ARRAYS = ", ".join(
    f"${place}::text::{'bigint' if place < 2 + _KEYS + HOURS else 'int'}[]"
    for place in range(2, 2 + _KEYS + len(COLUMNS))
)
_WRITE = f"""
INSERT INTO group_day (tenant_id, group_id, quantity, day, {", ".join(COLUMNS)})
SELECT $1, u.group_id, u.quantity, date '1970-01-01' + u.day::int,
       {", ".join(f"nullif(u.{name}, {ABSENT})" for name in HOUR_COLUMNS)},
       {", ".join(f"nullif(u.{name}, 0)" for name in QUALITY_COLUMNS)}
FROM unnest({_ARRAYS}) AS u (group_id, quantity, day, {", ".join(COLUMNS)})
ON CONFLICT (tenant_id, group_id, quantity, day) DO UPDATE
SET {", ".join(f"{name} = excluded.{name}" for name in COLUMNS)}
"""  # noqa: S608 - names of columns are constants


@dataclass(frozen=True, slots=True)
class Rolled:
    """Outcome of a roll-up on an axis of whole days."""

    hours: GroupHours
    before: GroupHours
    """What was stored."""

    changed: NDArray[np.bool_]
    """Days to write, shape ``(g, days)``."""

    leaf: NDArray[np.bool_]
    """Groups without children, shape ``(g,)``."""


async def save_groups(
    session: TenantSession, groups: NDArray[np.int64], start: int, rolled: Rolled
) -> int:
    """Write the days in which something changed, whole; gives the number of rows.

    These may be days in which no reading came: like days of a late hour are shaped anew.

    Parameters
    ----------
    groups
        Ids, shape ``(g,)``.
    start
        First hour of the axis; a multiple of 24, as is its length.

    Raises
    ------
    MonthsMissingError
        Days lie in months that have no partition yet; make them and come back.
    """
    parts = [part for quantity in Stored for part in _rows_of(quantity, groups, start, rolled)]
    if not parts:
        return 0
    rows = np.concatenate(parts)
    await months.require(session, np.unique(rows[:, _KEYS - 1]))
    rows = rows[np.lexsort(rows[:, _KEYS - 1 :: -1].T)]  # in the order of the key
    driver = await session.driver()
    columns = np.ascontiguousarray(rows.T)
    await driver.execute(_WRITE, session.scope.tenant_id, *map(array_literal, columns))
    return len(rows)


def _rows_of(
    quantity: Stored, groups: NDArray[np.int64], start: int, rolled: Rolled
) -> Iterator[NDArray[np.int64]]:
    """Rows of one quantity; none where it says nothing that its absence would not."""
    values, told = (_by_day(one) for one in _cells(quantity, rolled.hours))
    wanted = rolled.changed
    if quantity in SAME_IN_LEAVES:
        wanted = wanted & ~rolled.leaf[:, None]
    if quantity in SPARSE:
        before, told_before = (_by_day(one) for one in _cells(quantity, rolled.before))
        said = _says(quantity, values, told) | _says(quantity, before, told_before)
        wanted = wanted & said
    group, day = np.nonzero(wanted)
    if not len(group):
        return
    rows = np.zeros((len(group), _KEYS + len(COLUMNS)), np.int64)
    rows[:, 0], rows[:, 1], rows[:, 2] = groups[group], quantity, start // HOURS + day
    rows[:, _KEYS : _KEYS + HOURS] = np.where(told[group, day], values[group, day], ABSENT)
    if quantity is Stored.CONSUMPTION:
        expected = _by_day(rolled.hours.expected)[group, day] > 0
        codes = np.where(expected, code_at(_by_day(rolled.hours.place)[group, day]), 0)
        weights = 1 << np.arange(HOURS)
        for plane in range(len(QUALITY_COLUMNS)):
            rows[:, _KEYS + HOURS + plane] = ((codes >> plane & 1) * weights).sum(axis=1)
    yield rows


def _by_day(hours: NDArray[Any]) -> NDArray[Any]:
    """The same memory, by group, day and hour."""
    return hours.reshape(len(hours), -1, HOURS)


def _cells(quantity: Stored, hours: GroupHours) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Values of a quantity as they are stored, and where they are not NULL."""
    values: NDArray[np.int64] = getattr(hours, FIELDS[quantity])
    if quantity is Stored.SUPPLIED:
        return np.where(hours.supplied_known, values, NO_INLET), hours.supplied_expected
    if quantity is Stored.CONSUMPTION:
        return values, hours.known > 0
    return values, (hours.expected > 0) | (hours.arrived > 0) | (hours.direct_expected > 0)


def _says(
    quantity: Stored, amounts: NDArray[np.int64], told: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Days for which a sparse row is needed: a measured zero at the inlet is, no late is not."""
    said = told if quantity is Stored.SUPPLIED else told & (amounts != 0)
    days: NDArray[np.bool_] = np.logical_or.reduce(said, axis=2)
    return days
