"""What the other homes of a house use on average, hour by hour, and never of fewer than five.

Who stands behind an hour is settled (:mod:`analytics.neighbours`). Longer buckets are sums
of those hours and nothing else: whatever ranges and steps are asked for, all answers come from one
figure an hour, so that none can be taken from another to single out a home.
"""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from backend.services.reading.houses import Houses
from backend.services.reading.profiles import HourlyProfile, Profile, Range, cut
from backend.store.model.metered import PointRow
from domain.quality import Quality
from domain.quantities import unit_of
from tenants.session import TenantSession


async def of_points(
    session: TenantSession, points: Sequence[PointRow], asked: Range, now: datetime
) -> list[Profile]:
    """Average of the other homes of each point's house; unknown where fewer than five are."""
    houses = await Houses.read(session, points, asked, now)
    return [of_house(houses, point, asked) for point in points]


def of_house(houses: Houses, point: PointRow, asked: Range) -> Profile:
    """Average over a part of what was read."""
    others = houses.others(point, asked)
    who = others.behind
    total = np.where(who.homes, others.values, 0).sum(axis=0)
    average = np.rint(total / np.maximum(who.homes.sum(axis=0), 1)).astype(np.int64)
    codes = np.where(who.told, np.uint8(Quality.ON_TIME), np.uint8(Quality.MISSING))
    hours = HourlyProfile(
        np.where(who.told, average, 0), who.told, codes.astype(np.uint8), who.told.astype(float)
    )
    return cut(hours, asked, point.timezone, unit_of(point.commodity, point.energy_kind))
