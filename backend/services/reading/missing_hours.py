"""Missing hours of points and groups, each with its reason."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from analytics import missing, registers
from analytics.missing import Evidence, Period, Reason, ReasonArray
from backend.services.reading.profiles import Range
from backend.store.hours import edits, series
from backend.store.model.metered import GroupRow, PointRow
from backend.store.network import ledger
from domain.errors import LimitError
from domain.hours import hour_of
from domain.identity import MeteringPointId
from tenants.session import TenantSession

MOST_HOURS = 2_000_000
"""Hours of meters that one look reads."""


async def of_points(
    session: TenantSession, points: Sequence[PointRow], asked: Range, now: datetime
) -> list[list[Period]]:
    """Periods in which each metering point lacks hours."""
    found = await reasons_of(session, [MeteringPointId(point.id) for point in points], asked, now)
    return [missing.periods(found[at : at + 1], asked.start) for at in range(len(points))]


async def of_groups(
    session: TenantSession, groups: Sequence[GroupRow], asked: Range, now: datetime
) -> list[list[Period]]:
    """Periods in which meters below each group lack hours; not those nobody has installed yet.

    Raises
    ------
    LimitError
        COST_LIMIT: there are too many meters below for a range so long.
    """
    most = MOST_HOURS // max(1, asked.end - asked.start)
    result = []
    for group in groups:
        points = await ledger.points_below(session, group.id, most + 1)
        if len(points) > most:
            raise LimitError(
                f"over this range the missing hours of at most {most} meters can be told;"
                " ask for a shorter one, or for a group further down",
                code="COST_LIMIT",
            )
        found = await reasons_of(session, points, asked, now)
        found[found == Reason.NOT_INSTALLED] = Reason.NONE
        result.append(missing.periods(found, asked.start))
    return result


async def reasons_of(
    session: TenantSession, points: Sequence[MeteringPointId], asked: Range, now: datetime
) -> ReasonArray:
    """Reason of each missing hour of each point up to now, shape ``(p, t)``."""
    start, over = asked.start, hour_of(now)
    end = max(start, min(asked.end, over))
    if end == start or not points:
        return np.zeros((len(points), 0), dtype=np.uint8)
    standing = await series.load_installations(session, points)
    found = await series.load_hours(session, standing, start, end, over)
    axis = np.arange(start, end)
    inside = slice(start - found.counters.start, end - found.counters.start)
    dials = await series.load_dials(session, standing, over * registers.SECONDS)
    evidence = Evidence(
        covered=registers.covers(standing.terms, axis),
        due=registers.expects(standing.terms, axis, over),
        arrived=found.counters.arrived[:, inside],
        known=found.hourly.known[standing.row_point],
        codes=found.hourly.codes[standing.row_point],
        voided=await _voided(session, standing, start, end, now),
        last_s=dials.time_s,
        closed=standing.terms.final_register >= 0,
    )
    reasons = missing.reasons(evidence, start)
    return missing.by_point(standing.row_point, len(points), reasons)


async def _voided(
    session: TenantSession, standing: series.Standing, start: int, end: int, now: datetime
) -> NDArray[np.bool_]:
    """Hours whose counter somebody declared void, by installation."""
    stood = await edits.standing_at(session, standing.series.tolist(), start, end, now)
    found = np.zeros((len(standing.series), end - start), dtype=np.bool_)
    for (series_id, hour), value in stood.items():
        if value is None:
            found[standing.series == series_id, hour - start] = True
    return found
