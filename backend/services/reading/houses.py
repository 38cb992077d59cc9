"""The homes in the houses of some points, and their hours: read once for all that compares them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from analytics import neighbours
from analytics.neighbours import LEAD_H, Behind
from analytics.registers import Hourly
from backend.services.reading.profiles import Range
from backend.store.hours import series
from backend.store.model import peers
from backend.store.model.metered import PointRow
from backend.store.model.peers import Peer
from domain.hours import hour_of
from domain.identity import MeteringPointId, PremiseId
from domain.quality import CodeArray
from domain.quantities import Mask
from tenants.session import TenantSession

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Others:
    """The other homes of one house by hour."""

    values: FloatArray
    """Wh or litres; what is not known stands behind nothing. Shape ``(n, t)``."""

    areas_m2: FloatArray
    """NaN where unknown, shape ``(n,)``."""

    behind: Behind


@dataclass(frozen=True, slots=True)
class House:
    """Homes of one house, in the order of their premises; each is all of its points."""

    premises: NDArray[np.int64]
    areas_m2: FloatArray
    values: NDArray[np.int64]
    """Wh or litres, as wide as what was read; shape ``(n, t)``."""

    known: Mask
    arrivals: CodeArray
    """How the counters came; where a home has several, the least prompt of them."""

    @classmethod
    def of(
        cls, found: Sequence[Peer], hourly: Hourly, arrivals: CodeArray, rows: NDArray[np.int64]
    ) -> "House":
        """Join the points of each premise; ``rows`` are where their hours lie."""
        every = np.array([one.premise_id for one in found], np.int64)
        order = np.argsort(every, kind="stable")
        premises, first = np.unique(every[order], return_index=True)
        areas = [found[at].area_m2 for at in order[first]]
        rows = rows[order]
        return cls(
            premises,
            np.array([np.nan if area is None else area for area in areas]),
            np.add.reduceat(hourly.values[rows], first),
            np.logical_and.reduceat(hourly.known[rows], first),
            np.maximum.reduceat(arrivals[rows], first),
        )


@dataclass(frozen=True, slots=True)
class Houses:
    """The houses of some points, over a range of hours."""

    homes: Mapping[MeteringPointId, list[Peer]]
    """Consumer points in the house of each point, itself among them."""

    mine: frozenset[PremiseId]
    """Homes of the asking household: none of them is a neighbour to another one."""

    place: Mapping[MeteringPointId, int]
    hourly: Hourly
    """Hours of all of them, from :data:`LEAD_H` before the range on, by their places."""

    arrivals: CodeArray
    start: int
    now: int
    joined: dict[tuple[MeteringPointId, ...], House] = field(default_factory=dict)
    """Houses by their points, made as they are asked for."""

    @classmethod
    async def read(
        cls, session: TenantSession, points: Sequence[PointRow], asked: Range, now: datetime
    ) -> "Houses":
        """Over a range of hours, one look for all of them."""
        ids = [MeteringPointId(point.id) for point in points]
        homes = await peers.peers_of(session, ids)
        every = sorted({*ids, *(one.point_id for own in homes.values() for one in own)})
        start, over = asked.start - LEAD_H, hour_of(now)
        found = await series.load_points(session, every, start, asked.end, over)
        mine = frozenset(home.premise for home in session.scope.homes)
        place = {point: at for at, point in enumerate(every)}
        return cls(homes, mine, place, found.hourly, found.arrivals(), start, over)

    def home(self, point: PointRow) -> list[Peer]:
        """Points of its own home."""
        found = self.homes.get(MeteringPointId(point.id), [])
        return [one for one in found if one.premise_id == point.premise_id]

    def strangers(self, point: PointRow) -> dict[int, list[Peer]]:
        """Points of each home that is not of the same household, by premise."""
        found: dict[int, list[Peer]] = {}
        for one in self.homes.get(MeteringPointId(point.id), []):
            if one.premise_id != point.premise_id and one.premise_id not in self.mine:
                found.setdefault(one.premise_id, []).append(one)
        return dict(sorted(found.items()))

    def used(self, points: Sequence[MeteringPointId], asked: Range) -> FloatArray:
        """Together, by hour; NaN where one of them is unknown. Shape ``(t,)``."""
        rows, inside = [self.place[one] for one in points], self._inside(asked)
        known = self.hourly.known[rows, inside].all(axis=0)
        return np.where(known, self.hourly.values[rows, inside].sum(axis=0), np.nan)

    def others(self, point: PointRow, asked: Range) -> Others:
        """Neighbours of a point over a part of the range."""
        house, inside = self._house(point), self._inside(asked)
        strange = ~np.isin(house.premises, [point.premise_id or 0, *self.mine])
        wide = slice(inside.start - LEAD_H, inside.stop)
        over = self.now - (asked.start - LEAD_H)
        behind = neighbours.behind(house.known[strange, wide], house.arrivals[strange, wide], over)
        return Others(house.values[strange, inside].astype(float), house.areas_m2[strange], behind)

    def _house(self, point: PointRow) -> House:
        found = self.homes.get(MeteringPointId(point.id), [])
        key = tuple(one.point_id for one in found)
        if key not in self.joined:
            rows = np.array([self.place[one] for one in key], np.int64)
            self.joined[key] = House.of(found, self.hourly, self.arrivals, rows)
        return self.joined[key]

    def _inside(self, asked: Range) -> slice:
        return slice(asked.start - self.start, asked.end - self.start)
