"""Hours of balance groups in SQL: which are due, what is stored, and the structure around them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.balance import GroupHours
from backend.models.readings import HOUR_COLUMNS, QUALITY_COLUMNS
from domain.hours import day_of
from domain.identity import BalanceGroupId
from domain.quality import Quality, place_of
from tenants.session import TenantSession

ROLL_UP = "roll_up"
"""Kind of the bell that a fold rings when groups must be rolled up again."""

HOURS = 24
_EPOCH = date(1970, 1, 1).toordinal()
_ROLLER_LOCK = 0x524F4C4C


class Stored(IntEnum):
    """Quantities of a group that are stored; the others follow from them when read."""

    CONSUMPTION = 1
    KNOWN = 2
    EXPECTED = 3
    DELIVERED = 4
    DIRECT_KNOWN = 5
    DIRECT_EXPECTED = 6
    ARRIVED = 7
    LATE = 8
    BACKFILLED = 9
    MANUAL = 10
    SUPPLIED = 11
    """Only for the roll-up of the parent; people read it from the inlets' own counters."""


FIELDS = {
    Stored.CONSUMPTION: "consumption",
    Stored.KNOWN: "known",
    Stored.EXPECTED: "expected",
    Stored.DELIVERED: "delivered",
    Stored.DIRECT_KNOWN: "direct_known",
    Stored.DIRECT_EXPECTED: "direct_expected",
    Stored.ARRIVED: "arrived",
    Stored.LATE: "late",
    Stored.BACKFILLED: "backfilled",
    Stored.MANUAL: "manual",
    Stored.SUPPLIED: "supplied",
}
SAME_IN_LEAVES = {
    Stored.DELIVERED: Stored.CONSUMPTION,
    Stored.DIRECT_KNOWN: Stored.KNOWN,
    Stored.DIRECT_EXPECTED: Stored.EXPECTED,
}
"""A group without children needs no row for these: they equal the other quantity."""

SPARSE = (Stored.LATE, Stored.BACKFILLED, Stored.MANUAL, Stored.SUPPLIED)
"""Quantities that most groups do not have: no row means none."""

_NOTHING = place_of(np.array([Quality.NOT_EXPECTED], np.uint8))[0]
"""Place of the quality of hours in which nothing is expected."""

NO_INLET = np.iinfo(np.int64).min
"""In SUPPLIED: the node had an inlet in that hour, but what it supplied is unknown."""

_BECOME = """
SELECT pg_try_advisory_xact_lock($1, $2) FROM set_config('synchronous_commit', 'off', true)
"""

_DUE = """
SELECT d.group_id, d.day, d.hours, d.marks, g.path::text FROM group_due AS d
JOIN balance_group AS g ON g.tenant_id = d.tenant_id AND g.id = d.group_id
WHERE d.tenant_id = $1 ORDER BY d.day DESC LIMIT $2
"""

_SETTLE = """
DELETE FROM group_due AS d USING unnest($2::bigint[], $3::date[], $4::int[]) AS u (id, day, marks)
WHERE d.tenant_id = $1 AND d.group_id = u.id AND d.day = u.day AND d.marks = u.marks
"""

COLUMNS = (*HOUR_COLUMNS, *QUALITY_COLUMNS)

ABSENT = int(NO_INLET) + 1
"""Stands for NULL in what is read; no amount is so low."""

_READ = f"""
SELECT string_agg(array_send(ARRAY[group_id, quantity, day - date '1970-01-01',
       {", ".join(f"coalesce({name}, {ABSENT})" for name in HOUR_COLUMNS)},
       {", ".join(f"coalesce({name}, 0)" for name in QUALITY_COLUMNS)}]), '') FROM group_day
WHERE tenant_id = $1 AND group_id = ANY($2::bigint[]) AND day BETWEEN $3 AND $4
  AND quantity = ANY($5::smallint[]) GROUP BY group_id
"""  # noqa: S608 - names of columns are constants

_CELL = np.dtype([("length", ">i4"), ("value", ">i8")])
_ROW = np.dtype([("head", "V20"), ("cells", _CELL, 3 + len(COLUMNS))])
"""A row as ``array_send`` writes it: what it is, then every cell behind its length. A month of a
group has two thousand cells, and no driver should make an object of each."""


@dataclass(frozen=True, slots=True)
class Due:
    """Hours of one group on one day that must be rolled up again, as a mask of 24 bits."""

    group_id: BalanceGroupId
    day: int
    """Days since the epoch."""

    hours: int
    marks: int
    path: tuple[BalanceGroupId, ...]
    """The group and its ancestors, from the root."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Some groups and their children, as arrays of one length."""

    ids: NDArray[np.int64]
    parent_ids: NDArray[np.int64]
    """-1 for a root."""

    depth: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MemberRows:
    """Direct members of some groups, as arrays of one length."""

    group_ids: NDArray[np.int64]
    point_ids: NDArray[np.int64]
    role: NDArray[np.str_]


async def become_the_roller(session: TenantSession) -> bool:
    """Be the one who rolls this tenant up until the transaction ends, if nobody else is.

    It commits without waiting for the disk: what is due is forgotten in the same transaction, so
    when the machine dies within the second after, both are as before, and it is done again.
    """
    driver = await session.driver()
    locked: bool = await driver.fetchval(_BECOME, _ROLLER_LOCK, session.scope.tenant_id)
    return locked


async def await_the_roller(session: TenantSession) -> None:
    """Wait until nobody rolls this tenant up, and let nobody begin until the transaction ends."""
    driver = await session.driver()
    await driver.execute(
        "SELECT pg_advisory_xact_lock($1, $2)", _ROLLER_LOCK, session.scope.tenant_id
    )


async def due_hours(session: TenantSession, most: int) -> list[Due]:
    """What is due, the newest days first."""
    driver = await session.driver()
    rows = await driver.fetch(_DUE, session.scope.tenant_id, most)
    return [
        Due(
            BalanceGroupId(row[0]),
            row[1].toordinal() - _EPOCH,
            row[2],
            row[3],
            tuple(BalanceGroupId(int(one)) for one in row[4].split(".")),
        )
        for row in rows
    ]


async def settle_due(session: TenantSession, due: Sequence[Due]) -> None:
    """Forget what was due; a row that was marked again meanwhile stays."""
    driver = await session.driver()
    await driver.execute(
        _SETTLE,
        session.scope.tenant_id,
        [one.group_id for one in due],
        [day_of(one.day * HOURS) for one in due],
        [one.marks for one in due],
    )


async def load_groups(
    session: TenantSession,
    groups: NDArray[np.int64],
    start: int,
    end: int,
    quantities: Collection[Stored] = tuple(Stored),
) -> GroupHours:
    """Stored hours of groups over ``[start, end)``; what no row tells is unknown.

    Of ``quantities`` that are not asked for nothing is known either.
    """
    if not len(groups):
        return GroupHours.empty(0, end - start)
    first, last = start // HOURS, max(start, end - 1) // HOURS
    driver = await session.driver()
    rows = await driver.fetch(
        _READ,
        session.scope.tenant_id,
        groups.tolist(),
        day_of(start),
        day_of(last * HOURS),
        [int(quantity) for quantity in quantities],
    )
    read = _Read((len(groups), (last - first + 1) * HOURS))
    if rows:
        packed = np.frombuffer(b"".join(row[0] for row in rows), _ROW)
        table: NDArray[np.int64] = packed["cells"]["value"].astype(np.int64)
        order = np.argsort(groups)
        place = np.searchsorted(groups, table[:, 0], sorter=order)
        read.lay_out(order[place], table[:, 2] - first, table)
    for quantity, same in SAME_IN_LEAVES.items():
        absent = ~read.rowed[quantity]
        read.found[quantity][absent] = read.found[same][absent]
    inside = slice(start - first * HOURS, end - first * HOURS)
    return read.hours(inside)


class _Read:
    """Rows of days on their way to arrays of hours, quantity by quantity."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.found = {quantity: np.zeros(size, dtype=np.int64) for quantity in Stored}
        self.told = {quantity: np.zeros(size, dtype=np.bool_) for quantity in Stored}
        self.rowed = {quantity: np.zeros(size, dtype=np.bool_) for quantity in SAME_IN_LEAVES}
        self.places = np.full(size, _NOTHING, dtype=np.uint8)

    def lay_out(
        self, group: NDArray[np.int64], day: NDArray[np.int64], table: NDArray[np.int64]
    ) -> None:
        """Put the hours of rows where they belong: their group, and their place among the days."""
        kind = table[:, 1]
        for number in np.unique(kind).tolist():
            rows, quantity = np.flatnonzero(kind == number), Stored(number)
            at = group[rows], day[rows]
            values = table[rows, 3 : 3 + HOURS]
            told = values != ABSENT
            _by_day(self.told[quantity])[at] = told
            _by_day(self.found[quantity])[at] = np.where(told, values, 0)
            if quantity in self.rowed:
                _by_day(self.rowed[quantity])[at] = True
            if quantity is Stored.CONSUMPTION:
                _by_day(self.places)[at] = place_of(_codes(table[rows, 3 + HOURS :]))

    def hours(self, inside: slice) -> GroupHours:
        """Hours of the range alone."""
        supplied, told = self.found[Stored.SUPPLIED], self.told[Stored.SUPPLIED]
        unknown = supplied == NO_INLET
        found = {**self.found, Stored.SUPPLIED: np.where(unknown, 0, supplied)}
        return GroupHours(
            place=_as_expected(self.places, found[Stored.EXPECTED])[:, inside],
            supplied_known=(told & ~unknown)[:, inside],
            supplied_expected=told[:, inside],
            **{name: found[quantity][:, inside] for quantity, name in FIELDS.items()},
        )


def _by_day(hours: NDArray[Any]) -> NDArray[Any]:
    """The same memory, by group, day and hour."""
    return hours.reshape(len(hours), -1, HOURS)


def _as_expected(places: NDArray[np.uint8], expected: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Hours in which nothing is expected have no stored quality."""
    result = places.copy()
    result[expected == 0] = _NOTHING
    return result


def _codes(planes: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Codes of the hours of rows out of their three planes, shape ``(n, 24)``."""
    if not planes.any():
        return np.zeros((len(planes), HOURS), np.uint8)
    bits = planes[:, :, None] >> np.arange(HOURS) & 1
    codes: NDArray[np.uint8] = (bits[:, 0] | bits[:, 1] << 1 | bits[:, 2] << 2).astype(np.uint8)
    return codes
