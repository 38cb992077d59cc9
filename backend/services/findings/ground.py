"""The ground that judges of a portion stand on: what each of them asks for, read once for all.

At night the balance of a group and the rules on its meters look at the same hours, and twenty
groups at the same few terms. Asked one by one they cost as much as the judging itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics.registers import Hourly
from backend.store.findings import due, experience
from backend.store.findings.due import GroupName, KeptHabits, WatchedPoint
from backend.store.hours import series
from domain.findings import Family
from domain.hours import hour_of
from domain.identity import BalanceGroupId, MeteringPointId
from tenants.session import TenantSession

POINTS_AT_ONCE = 128
"""Eight weeks of so many points fit into the caches of a processor."""


class _Read(NamedTuple):
    """Hours of some points, arrays of shape ``(p, t)``."""

    start: int
    hourly: Hourly


class Ground:
    """What the judges of a portion know, each thing read once."""

    def __init__(self, session: TenantSession, now: datetime) -> None:
        self._session, self._now = session, hour_of(now)
        self._place: dict[MeteringPointId, tuple[_Read, int]] = {}
        self._terms: dict[MeteringPointId, WatchedPoint] = {}
        self._names: dict[BalanceGroupId, GroupName] = {}
        self._habits: dict[MeteringPointId, KeptHabits | None] = {}
        self._factors: dict[Family, float] | None = None

    async def read_ahead(self, points: Iterable[MeteringPointId], start: int) -> None:
        """Read all hours of points from one on, since several judges will ask for them."""
        wanted = sorted(set(points) - self._place.keys())
        for at in range(0, len(wanted), POINTS_AT_ONCE):
            part = wanted[at : at + POINTS_AT_ONCE]
            found = await series.load_points(self._session, part, start, self._now, self._now)
            read = _Read(start, found.hourly)
            self._place |= {point: (read, row) for row, point in enumerate(part)}

    async def hours(self, points: Sequence[MeteringPointId], start: int, end: int) -> Hourly:
        """Hours ``[start, end)`` of points, in their order; shape ``(p, t)``."""
        held = [self._place.get(point) for point in points]
        if all(one is not None and one[0].start <= start for one in held) and end <= self._now:
            return _taken([one for one in held if one is not None], start, end)
        return (await series.load_points(self._session, points, start, end, self._now)).hourly

    async def terms(self, points: Sequence[MeteringPointId]) -> dict[MeteringPointId, WatchedPoint]:
        """Points with the terms of their last meters."""
        if missing := [one for one in points if one not in self._terms]:
            found = await due.points_by_id(self._session, missing)
            self._terms |= {one.id: one for one in found}
        return {one: self._terms[one] for one in points if one in self._terms}

    async def names(self, groups: Sequence[BalanceGroupId]) -> Mapping[BalanceGroupId, GroupName]:
        """What people call groups."""
        if missing := [one for one in groups if one not in self._names]:
            self._names |= await due.names_of(self._session, missing)
        return {one: self._names[one] for one in groups if one in self._names}

    async def habits(self, points: Sequence[MeteringPointId]) -> dict[MeteringPointId, KeptHabits]:
        """Habits of meters as they were learnt before this portion."""
        if missing := [one for one in points if one not in self._habits]:
            found = await due.load_habits(self._session, missing)
            self._habits |= {one: found.get(one) for one in missing}
        held = ((one, self._habits[one]) for one in points)
        return {one: kept for one, kept in held if kept is not None}

    async def factors(self) -> Mapping[Family, float]:
        """What inspections taught of each family."""
        if self._factors is None:
            self._factors = await experience.factors(self._session)
        return self._factors


def _taken(held: Sequence[tuple[_Read, int]], start: int, end: int) -> Hourly:
    """Rows of what was read, in the order asked for."""
    size = len(held), end - start
    values, known = np.zeros(size, np.int64), np.zeros(size, np.bool_)
    codes, back = np.zeros(size, np.uint8), None
    reads = {id(read): read for read, _ in held}
    source = np.array([id(read) for read, _ in held], np.int64)
    place: NDArray[np.int64] = np.array([row for _, row in held], np.int64)
    for key, read in reads.items():
        into = np.flatnonzero(source == key)
        rows, part = place[into], slice(start - read.start, end - read.start)
        values[into] = read.hourly.values[rows, part]
        known[into] = read.hourly.known[rows, part]
        codes[into] = read.hourly.codes[rows, part]
        if read.hourly.back is not None:
            back = np.zeros(size, np.int64) if back is None else back
            back[into] = read.hourly.back[rows, part]
    return Hourly(values, known, codes, back)
