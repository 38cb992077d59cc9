"""The delivery ledger in time: how the hours of every bucket came, at every level of the tree."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from backend.services.reading.profiles import Range
from backend.store.groups import group_hours
from backend.store.groups.group_hours import Stored
from backend.store.hours import series
from backend.store.model.metered import GroupRow, PointRow
from backend.store.network import ledger
from domain.hours import Step, buckets, hour_of
from domain.identity import MeteringPointId
from domain.quality import Quality
from tenants.session import TenantSession

Counts = NDArray[np.int64]

_OF_LEDGER = (Stored.ARRIVED, Stored.LATE, Stored.BACKFILLED, Stored.MANUAL)
_CODES = (Quality.LATE, Quality.BACKFILLED, Quality.MANUAL)


@dataclass(frozen=True, slots=True)
class LedgerSeries:
    """Counts of channel-hours in buckets; arrays have shape ``(k,)``."""

    start: int
    step: Step
    timezone: str
    expected: Counts
    on_time: Counts
    late: Counts
    backfilled: Counts
    manual: Counts

    @property
    def missing(self) -> Counts:
        """Hours that are over and never came."""
        return self.expected - self.on_time - self.late - self.backfilled - self.manual

    @property
    def percent(self) -> NDArray[np.float64]:
        """Share that came; NaN where nothing was expected."""
        due = np.maximum(self.expected, 1)
        return np.where(self.expected, 100 * (self.expected - self.missing) / due, np.nan)


async def of_points(
    session: TenantSession, points: Sequence[PointRow], asked: Range, now: datetime
) -> list[LedgerSeries]:
    """Ledger of metering points."""
    standing = await series.load_installations(session, [MeteringPointId(p.id) for p in points])
    found = await series.load_hours(session, standing, asked.start, asked.end, hour_of(now))
    arrivals = found.arrivals()
    wanted = (Quality.ON_TIME, *_CODES)
    return [
        _cut(
            asked,
            point.timezone,
            row != Quality.NOT_EXPECTED,
            *((row == code) for code in wanted),
        )
        for point, row in zip(points, arrivals, strict=True)
    ]


async def of_groups(
    session: TenantSession, groups: Sequence[GroupRow], asked: Range, now: datetime
) -> list[LedgerSeries]:
    """Ledger of all meters at and below each group."""
    ids = [group.id for group in groups]
    end = max(asked.start, min(asked.end, hour_of(now)))
    expected = np.zeros((len(groups), asked.end - asked.start), dtype=np.int64)
    expected[:, : end - asked.start] = await ledger.expected_by_hour(session, ids, asked.start, end)
    hours = await group_hours.load_groups(
        session, np.array(ids, dtype=np.int64), asked.start, asked.end, _OF_LEDGER
    )
    on_time = hours.arrived - hours.late - hours.backfilled - hours.manual
    return [
        _cut(
            asked,
            group.timezone,
            expected[at],
            on_time[at],
            hours.late[at],
            hours.backfilled[at],
            hours.manual[at],
        )
        for at, group in enumerate(groups)
    ]


def _cut(
    asked: Range, timezone: str, *hourly: NDArray[np.int64] | NDArray[np.bool_]
) -> LedgerSeries:
    """Sum hours into buckets of the local calendar."""
    counts = [one.astype(np.int64) for one in hourly]
    if asked.step is not Step.HOUR and asked.end > asked.start:
        cuts = buckets(asked.start, asked.end, asked.step, ZoneInfo(timezone)).starts - asked.start
        counts = [np.add.reduceat(one, cuts) for one in counts]
    return LedgerSeries(asked.start, asked.step, timezone, *counts)
