"""What heat mains lose, hour by hour: coolant that does not return, warmth through the walls."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from analytics.balance import LEAST_COVERAGE
from analytics.heat import coolant, mains
from analytics.heat.coolant import Coolant
from analytics.heat.mains import Ends, MainsLoss
from analytics.heat.water import FloatArray, enthalpy
from backend.services.reading import heat_streams
from backend.services.reading.heat_streams import Streams
from backend.services.reading.profiles import Range
from backend.store.model import heat_points
from backend.store.model.heat_points import VOLUMES
from domain.identity import BalanceGroupId
from domain.quantities import Role
from tenants.session import TenantSession


@dataclass(frozen=True, slots=True)
class Loss:
    """Losses of a main with what the source sent out; arrays have shape ``(t,)``."""

    found: MainsLoss
    sent_wh: FloatArray
    """Heat that left the source and did not come back to it: of the supply, less the return's."""

    houses: int

    @property
    def walls(self) -> float | None:
        """Warmth lost through walls as a share of what was sent; None while too little is known."""
        known = ~np.isnan(self.found.warmth_wh) & ~np.isnan(self.sent_wh)
        sent = float(self.sent_wh[known].sum())
        if not len(known) or known.mean() < LEAST_COVERAGE or sent <= 0:
            return None
        return float(self.found.warmth_wh[known].sum()) / sent


@dataclass(frozen=True, slots=True)
class Metered:
    """Coolant at an inlet, and how coarse its meters are."""

    coolant: Coolant
    quantum: float
    """Litres of a pulse."""


async def coolant_of(
    session: TenantSession, group: BalanceGroupId, asked: Range, now: datetime
) -> Metered | None:
    """Coolant out of and back to the inlet of a group; None where not both pipes are metered."""
    streams = await heat_streams.of_inlet(session, group, asked, now)
    pipes = heat_streams.pipes(streams)
    if pipes is None:
        return None
    quantum = heat_streams.quantum(streams)
    return Metered(coolant.balance(pipes, quantum), quantum)


async def mains_of(
    session: TenantSession, group: BalanceGroupId, asked: Range, now: datetime
) -> Loss | None:
    """Losses between a group's inlet and the inlets next below it.

    None where the source is not metered in both pipes, or no house below has flow and
    temperatures. An hour in which a house is unknown is unknown.
    """
    inlets = await heat_points.below(session, group, [Role.INLET])
    volumes = [one for one in inlets if one.kind in VOLUMES]
    streams = await heat_streams.load(session, volumes, asked, now)
    own = [row for row, point in enumerate(volumes) if point.group_id == group]
    source = streams.take(own)
    pipes = heat_streams.pipes(source)
    houses = _houses(streams, group)
    if pipes is None or not houses:
        return None
    litres = np.stack([one.amounts.sum(axis=0) for one in houses])
    arrives = np.stack([mains.mixed(one.supply_c, one.amounts) for one in houses])
    leaves = np.stack([mains.mixed(one.return_c, one.amounts) for one in houses])
    ends = Ends(pipes, _together(arrives, litres), _together(leaves, litres))
    found = mains.loss(ends, heat_streams.quantum(source))
    sent = found.coolant.out_kg * enthalpy(pipes.supply_c)
    sent = (sent - found.coolant.back_kg * enthalpy(pipes.return_c)) / 3.6
    return Loss(found, sent, len(houses))


def _together(celsius: FloatArray, litres: FloatArray) -> FloatArray:
    """Mixed temperature; a house in which nothing flows has none and counts for nothing."""
    still = litres == 0
    return mains.mixed(np.where(still, 0.0, celsius), litres)


def _houses(streams: Streams, top: BalanceGroupId) -> list[Streams]:
    """Inlets next below a group, each one stream: those behind another inlet are left out."""
    metered: dict[BalanceGroupId, list[int]] = {}
    paths: dict[BalanceGroupId, tuple[int, ...]] = {}
    for row, point in enumerate(streams.points):
        if point.group_id != top:
            metered.setdefault(point.group_id, []).append(row)
            paths[point.group_id] = point.path
    next_below = [
        rows for group, rows in metered.items() if not _behind(paths[group], paths, group)
    ]
    return [heat_streams.one_of_each_pipe(streams.take(rows)) for rows in next_below]


def _behind(
    path: tuple[int, ...], paths: dict[BalanceGroupId, tuple[int, ...]], group: BalanceGroupId
) -> bool:
    return any(path[: len(other)] == other for one, other in paths.items() if one != group)
