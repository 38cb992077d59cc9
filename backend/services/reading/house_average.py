"""What the other homes of a house use on average, hour by hour, and never of fewer than five.

The average of each hour is over the other homes that are known in it. Longer buckets are sums of
those hours and nothing else: whatever ranges and steps are asked for, all answers follow from one
figure an hour, so that none can be taken from another to single out a home.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from analytics.indicators import LEAST_HOMES
from backend.services.reading.profiles import HourlyProfile, Profile, Range, cut
from backend.store.hours import series
from backend.store.model import peers
from backend.store.model.metered import PointRow
from backend.store.model.peers import Peer
from domain.hours import hour_of
from domain.identity import MeteringPointId
from domain.quality import Quality
from domain.quantities import unit_of
from tenants.session import TenantSession


async def of_points(
    session: TenantSession, points: Sequence[PointRow], asked: Range, now: datetime
) -> list[Profile]:
    """Average of the other homes of each point's house; unknown where fewer than five are."""
    homes = await peers.peers_of(session, [MeteringPointId(point.id) for point in points])
    every = sorted({one.point_id for own in homes.values() for one in own})
    place = {point: at for at, point in enumerate(every)}
    hourly = (await series.load_points(session, every, asked.start, asked.end, hour_of(now))).hourly
    found = []
    for point in points:
        own = homes.get(MeteringPointId(point.id), [])
        hours = _average(point, own, place, hourly.values, hourly.known)
        unit = unit_of(point.commodity, point.energy_kind)
        found.append(cut(hours, asked, point.timezone, unit))
    return found


def _average(
    point: PointRow,
    own: Sequence[Peer],
    place: dict[MeteringPointId, int],
    values: NDArray[np.int64],
    known: NDArray[np.bool_],
) -> HourlyProfile:
    """A home is all of its points of the commodity; it is known when all of them are."""
    size = values.shape[1]
    others = sorted({one.premise_id for one in own} - {point.premise_id})
    total, homes = np.zeros(size), np.zeros(size, dtype=np.int64)
    for premise in others:
        rows = [place[one.point_id] for one in own if one.premise_id == premise]
        whole = known[rows].all(axis=0)
        total += np.where(whole, values[rows].sum(axis=0), 0)
        homes += whole
    enough = homes >= LEAST_HOMES
    average = np.rint(total / np.maximum(homes, 1)).astype(np.int64)
    codes = np.where(enough, np.uint8(Quality.ON_TIME), np.uint8(Quality.MISSING)).astype(np.uint8)
    return HourlyProfile(np.where(enough, average, 0), enough, codes, enough.astype(np.float64))
