"""Streams of heat carrier: volumes by the hour with the temperatures of both pipes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from analytics.heat import mains
from analytics.heat.coolant import Pipes
from analytics.heat.water import FloatArray, MeterPlace, energy_wh, relative_uncertainty
from backend.services.reading.profiles import Range
from backend.store.hours import series
from backend.store.model import heat_points
from backend.store.model.heat_points import VOLUMES, HeatPoint
from backend.store.network import report_lists
from domain.hours import hour_of
from domain.identity import BalanceGroupId
from domain.quantities import EnergyKind, Role
from tenants.session import TenantSession

PLACE = {
    EnergyKind.SUPPLY_VOLUME: MeterPlace.FLOW,
    EnergyKind.RETURN_VOLUME: MeterPlace.RETURN,
}


@dataclass(frozen=True, slots=True)
class Streams:
    """Hours of ``n`` points of heat; arrays have shape ``(n, t)``, NaN where unknown."""

    points: Sequence[HeatPoint]
    amounts: FloatArray
    """Litres through a volume meter, Wh of a heat meter; nothing of a pair of sensors."""

    supply_c: FloatArray
    return_c: FloatArray

    def take(self, rows: Sequence[int]) -> "Streams":
        """Choose some."""
        chosen = list(rows)
        points = [self.points[row] for row in chosen]
        return Streams(points, self.amounts[chosen], self.supply_c[chosen], self.return_c[chosen])

    def rows(self, *kinds: EnergyKind) -> list[int]:
        """Rows of points of some kinds."""
        return [row for row, point in enumerate(self.points) if point.kind in kinds]

    def heat(self) -> FloatArray:
        """Wh of each point by the hour: as its heat meter says, or from flow and temperatures."""
        found = self.amounts.copy()
        for row, point in enumerate(self.points):
            if point.kind in PLACE:
                one = self.amounts[row], self.supply_c[row], self.return_c[row]
                found[row] = energy_wh(*one, PLACE[point.kind])
        return found

    def uncertainty(self) -> FloatArray:
        """Standard uncertainty of each point's heat by the hour, as a share of it."""
        return relative_uncertainty(self.supply_c - self.return_c)


async def load(
    session: TenantSession, points: Sequence[HeatPoint], asked: Range, now: datetime
) -> Streams:
    """Hours of points."""
    ids = [point.id for point in points]
    found = (await series.load_points(session, ids, asked.start, asked.end, hour_of(now))).hourly
    amounts = np.where(found.known, found.values.astype(np.float64), np.nan)
    supply, back = await report_lists.temperatures_of(session, ids, asked.start, asked.end)
    return Streams(points, amounts, supply, back)


def pipes(streams: Streams) -> Pipes | None:
    """Both pipes of one inlet, several meters of a pipe together; None without both."""
    out = streams.take(streams.rows(EnergyKind.SUPPLY_VOLUME))
    back = streams.take(streams.rows(EnergyKind.RETURN_VOLUME))
    if not out.points or not back.points:
        return None
    warm, cold = mains.mixed(out.supply_c, out.amounts), mains.mixed(back.return_c, back.amounts)
    # one pair of sensors may hang on the channel of the other meter
    other_warm = mains.mixed(back.supply_c, back.amounts)
    other_cold = mains.mixed(out.return_c, out.amounts)
    return Pipes(
        out.amounts.sum(axis=0),
        back.amounts.sum(axis=0),
        np.where(np.isnan(warm), other_warm, warm),
        np.where(np.isnan(cold), other_cold, cold),
    )


def quantum(streams: Streams) -> float:
    """Litres of a pulse of the coarsest volume meter."""
    rows = streams.rows(*VOLUMES)
    return max((streams.points[row].quantum for row in rows), default=0.0)


async def of_inlet(
    session: TenantSession, group: BalanceGroupId, asked: Range, now: datetime
) -> Streams:
    """Volume meters at the inlet of a group itself."""
    inlets = await heat_points.below(session, group, [Role.INLET])
    own = [one for one in inlets if one.group_id == group and one.kind in VOLUMES]
    return await load(session, own, asked, now)


def one_of_each_pipe(streams: Streams) -> Streams:
    """Without the return's meters where the supply is metered too: the same water counts once."""
    out = streams.rows(EnergyKind.SUPPLY_VOLUME)
    return streams.take(out or streams.rows(EnergyKind.RETURN_VOLUME))
