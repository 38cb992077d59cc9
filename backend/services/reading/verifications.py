"""Which meters of a group are worth verifying: their errors from its balance, and the money."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from analytics import gains, verification
from analytics.verification import Costs, Verification
from backend.services.model import places
from backend.services.reading import profiles
from backend.services.reading.profiles import Range
from backend.store.findings import finding_lists
from backend.store.hours import series
from backend.store.model import metered
from backend.store.model.metered import GroupRow, PointRow
from domain.errors import InvalidError
from domain.hours import hour_of
from domain.identity import BalanceGroupId, MeteringPointId
from domain.quality import Quality
from domain.quantities import Role
from tenants.session import TenantSession

FloatArray = NDArray[np.float64]

HOURS_A_YEAR = 8766
LONGEST_HOURS = 24 * 366
MOST_METERS = 500


@dataclass(frozen=True, slots=True)
class Prices:
    """Money of one currency."""

    unit: float
    """A kWh or m3."""

    verification: float
    replacement: float


@dataclass(frozen=True, slots=True)
class Verified:
    """One meter."""

    point: PointRow
    meter: str
    """Serial of the meter that stands there."""

    share: float
    """What it counts too little."""

    error: float
    """Standard uncertainty of that."""

    advised: Verification
    finding: int | None = None
    """Open finding that says that it counts too little, and by what is not in the figures."""


@dataclass(frozen=True, slots=True)
class Verifications:
    """Meters of a group: those that are suspected first, then those that lose most."""

    hours: int
    meters: list[Verified]


async def of_group(
    session: TenantSession, group: GroupRow, asked: Range, now: datetime, prices: Prices
) -> Verifications:
    """Advise on each consumer's and common meter that stands directly below the group's inlet.

    Of a meter that stands there for less than a week nothing is said.

    Raises
    ------
    InvalidError
        The range is too long, there is no inlet, or fewer than a week of whole hours is known.
    """
    if asked.end - asked.start > LONGEST_HOURS:
        raise InvalidError(
            f"to must be at most {LONGEST_HOURS} hours after from",
            code="RANGE_TOO_LONG",
            field="to",
        )
    points = [
        point
        for role in (Role.CONSUMER, Role.COMMON)
        for point in await metered.points_below(session, group.id, role)
    ]
    if len(points) > MOST_METERS:
        raise InvalidError(
            f"a group of more than {MOST_METERS} meters tells nothing of one", field="id"
        )
    (supplied,) = await profiles.supplied_of_groups(session, [group], asked, now)
    ids = [MeteringPointId(point.id) for point in points]
    found = await series.load_points(session, ids, asked.start, asked.end, hour_of(now))
    stood = found.hourly.codes != Quality.NOT_EXPECTED
    readings = np.where(found.hourly.known, found.hourly.values / 1000, np.nan)
    # nothing flowed through a meter before it stood there: a new one must not hide the others
    readings = np.where(stood, readings, 0.0)
    fed = np.where(supplied.known, supplied.values / 1000, np.nan)
    suspects = await _without_findings(session, group, ids, asked, (fed, readings))
    estimated = gains.estimate(fed, readings)
    if estimated is None:
        raise InvalidError(
            "fewer than a week of hours is known of the inlet and every meter",
            code="TOO_FEW_HOURS",
            field="from",
        )
    standing = await _standing(session, ids)
    known = stood & ~np.isnan(readings)
    hours = known.sum(axis=1)
    yearly = np.where(known, readings, 0).sum(axis=1) / np.maximum(hours, 1) * HOURS_A_YEAR
    meters = [
        _advised(point, standing[ids[at]], (share, error), flow, now, prices)
        for at, (point, share, error, flow) in enumerate(
            zip(points, estimated.share, estimated.error, yearly, strict=True)
        )
        if ids[at] in standing and hours[at] >= gains.LEAST_HOURS
    ]
    meters = [replace(one, finding=suspects.get(one.point.id)) for one in meters]
    meters.sort(key=lambda one: (one.finding is None, -one.advised.loss_a_year))
    return Verifications(estimated.hours, meters)


async def _without_findings(
    session: TenantSession,
    group: GroupRow,
    points: Sequence[MeteringPointId],
    asked: Range,
    hours: tuple[FloatArray, FloatArray],
) -> dict[int, int]:
    """Count what findings say was not counted, so that a theft is no error of the others.

    What a suspect does not count is added to its readings, what nobody counts is taken from the
    supply; both in kWh or m3, in place. Gives the open finding of each suspect's point.
    """
    fed, readings = hours
    row = {point: at for at, point in enumerate(points)}
    suspects: dict[int, int] = {}
    for told in await finding_lists.uncounted(session, BalanceGroupId(group.id), points):
        low, high = max(told.start, asked.start), min(told.start + len(told.values), asked.end)
        if told.point_id is not None and told.is_open:
            suspects[told.point_id] = told.finding
        if low >= high:
            continue
        own = np.nan_to_num(told.values[low - told.start : high - told.start]) / 1000
        part = slice(low - asked.start, high - asked.start)
        if told.point_id is None:
            fed[part] -= own
        else:
            readings[row[told.point_id], part] += own
    return suspects


async def _standing(
    session: TenantSession, points: list[MeteringPointId]
) -> dict[MeteringPointId, tuple[str, datetime]]:
    """Serial of the meter at each point, and since when it stands there."""
    installed = await places.meters_of_points(session, points)
    found: dict[MeteringPointId, tuple[str, datetime]] = {}
    for point, rows in installed.items():
        last, meter = rows[-1]
        if last.removed_at is None:
            since = min(row.installed_at for row, other in rows if other.id == meter.id)
            found[point] = meter.serial, since
    return found


def _advised(  # noqa: PLR0913, PLR0917 - of one meter, each thing once
    point: PointRow,
    standing: tuple[str, datetime],
    gain: tuple[float, float],
    yearly: float,
    now: datetime,
    prices: Prices,
) -> Verified:
    serial, since = standing
    share, error = gain
    drift = verification.grown(float(share), float(error), (now - since) / timedelta(days=365.25))
    costs = Costs(float(yearly) * prices.unit, prices.verification, prices.replacement)
    return Verified(point, serial, float(share), float(error), verification.advise(drift, costs))


def on(years: float, now: datetime) -> datetime | None:
    """The moment so many years from now; None for never, or beyond all calendars."""
    if not isfinite(years) or years > 100:
        return None
    return now.astimezone(UTC) + timedelta(days=years * 365.25)
