"""The delivery ledger: every channel-hour that was due, and how it came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from backend.services.reading.profiles import Range
from backend.store.groups import group_hours
from backend.store.groups.group_hours import Stored
from backend.store.hours import series
from backend.store.model import metered
from backend.store.model.metered import GroupRow, PointRow
from domain.hours import hour_of
from domain.identity import MeteringPointId
from domain.quality import Quality
from tenants.session import TenantSession

_OF_LEDGER = (Stored.ARRIVED, Stored.LATE, Stored.BACKFILLED, Stored.MANUAL)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Counts of channel-hours."""

    expected: int
    on_time: int
    late: int
    backfilled: int
    manual: int

    @property
    def missing(self) -> int:
        """Hours that are over and never came."""
        return self.expected - self.on_time - self.late - self.backfilled - self.manual

    @property
    def percent(self) -> float | None:
        """Share that came; None when nothing was expected."""
        if not self.expected:
            return None
        return 100 * (self.expected - self.missing) / self.expected


async def of_points(
    session: TenantSession, points: Sequence[PointRow], asked: Range, now: datetime
) -> list[Ledger]:
    """Ledger of metering points."""
    ids = [MeteringPointId(point.id) for point in points]
    found = await series.load_points(session, ids, asked.start, asked.end, hour_of(now))

    arrivals = found.arrivals()

    def count(row: int, code: Quality) -> int:
        return int(np.count_nonzero(arrivals[row] == code))

    return [
        Ledger(
            expected=asked.end - asked.start - count(row, Quality.NOT_EXPECTED),
            on_time=count(row, Quality.ON_TIME),
            late=count(row, Quality.LATE),
            backfilled=count(row, Quality.BACKFILLED),
            manual=count(row, Quality.MANUAL),
        )
        for row in range(len(points))
    ]


async def of_groups(
    session: TenantSession, groups: Sequence[GroupRow], asked: Range, now: datetime
) -> list[Ledger]:
    """Ledger of all meters at and below each group."""
    ids = [group.id for group in groups]
    end = max(asked.start, min(asked.end, hour_of(now)))
    expected = await metered.expected_of_groups(session, ids, asked.start, end)
    hours = await group_hours.load_groups(
        session, np.array(ids, dtype=np.int64), asked.start, asked.end, _OF_LEDGER
    )
    ledgers = []
    for row, group in enumerate(groups):
        late, backfilled, manual, arrived = (
            int(counts[row].sum())
            for counts in (hours.late, hours.backfilled, hours.manual, hours.arrived)
        )
        on_time = arrived - late - backfilled - manual
        ledgers.append(Ledger(expected.get(group.id, 0), on_time, late, backfilled, manual))
    return ledgers
