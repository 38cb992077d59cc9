"""Profiles: hours of a meter or a group, cut into buckets of the site's calendar.

One shape for both. Inside are Wh and litres; the edge divides by 1000.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from analytics import balance
from analytics.balance import GroupHours
from backend.services.reading import completeness
from backend.store.groups import group_hours
from backend.store.groups.group_hours import Stored
from backend.store.hours import series
from backend.store.model import metered
from backend.store.model.metered import GroupRow, PointRow
from domain.errors import InvalidError
from domain.hours import Buckets, Step, buckets, hour_of, whole_hour
from domain.identity import BalanceGroupId, MeteringPointId
from domain.quality import CodeArray, Quality, code_at, place_of
from domain.quantities import EnergyArray, Mask, Unit, unit_of
from tenants.session import TenantSession

_OF_PROFILE = (Stored.CONSUMPTION, Stored.KNOWN, Stored.EXPECTED)
_OF_BALANCE = (*_OF_PROFILE, Stored.DELIVERED, Stored.DIRECT_KNOWN, Stored.DIRECT_EXPECTED)

_STEPS = {str(step): step for step in Step}

LONGEST_HOURS = 24 * 366 * 5
"""Five years of hours in one answer."""


class Quantity(StrEnum):
    """What of a metered thing a profile shows."""

    CONSUMPTION = "consumption"
    SUPPLIED = "supplied"


@dataclass(frozen=True, slots=True)
class Range:
    """What a profile was asked for: hours ``[start, end)`` in buckets of ``step``."""

    start: int
    end: int
    step: Step

    @classmethod
    def of(cls, start: datetime, end: datetime, step: str = Step.HOUR) -> "Range":
        """Check what was asked.

        Raises
        ------
        InvalidError
            An end is not on a whole hour, the range is empty or too long, or the step unknown.
        """
        if step not in _STEPS:
            raise InvalidError(
                f"step must be one of {', '.join(Step)}, not {step!r}",
                code="BAD_STEP",
                field="step",
            )
        low, high = whole_hour(start, "from"), whole_hour(end, "to")
        if high < low:
            raise InvalidError("to must not be before from", code="BAD_RANGE", field="to")
        if high - low > LONGEST_HOURS:
            raise InvalidError(
                f"a profile has at most {LONGEST_HOURS} hours", code="RANGE_TOO_LONG", field="to"
            )
        return cls(low, high, _STEPS[step])


def own_part(point: PointRow | GroupRow, asked: Range) -> Range:
    """The part of a range that the principal may see of a point; it may be empty."""
    if not isinstance(point, PointRow) or point.since is None:
        return asked
    return replace(asked, start=min(asked.end, max(asked.start, point.since)))


@dataclass(frozen=True, slots=True)
class HourlyProfile:
    """Hours as they were found; arrays have shape ``(t,)``."""

    values: EnergyArray
    known: Mask
    codes: CodeArray
    coverage: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile in buckets; arrays have shape ``(k,)``."""

    start: int
    step: Step
    timezone: str
    unit: Unit
    values: EnergyArray
    known: Mask
    codes: CodeArray
    coverage: NDArray[np.float64]


async def of_points(
    session: TenantSession, points: Sequence[PointRow], asked: Range, now: datetime
) -> list[Profile]:
    """Consumption of metering points, one statement for all of them."""
    ids = [MeteringPointId(point.id) for point in points]
    found = await series.load_points(session, ids, asked.start, asked.end, hour_of(now))
    hourly = found.hourly
    return [
        cut(
            seen(point, asked, hourly.values[at], hourly.known[at], hourly.codes[at]),
            asked,
            point.timezone,
            unit_of(point.commodity, point.energy_kind),
        )
        for at, point in enumerate(points)
    ]


def seen(
    point: PointRow, asked: Range, values: EnergyArray, known: Mask, codes: CodeArray
) -> HourlyProfile:
    """Hours of a point as the principal may see them: a household none before it moved in."""
    if point.since is not None and point.since > asked.start:
        mine = np.arange(asked.start, asked.end) >= point.since
        values, known = np.where(mine, values, 0), known & mine
        codes = np.where(mine, codes, np.uint8(Quality.NOT_EXPECTED)).astype(np.uint8)
    return HourlyProfile(values, known, codes, known.astype(np.float64))


def part(hours: Profile, asked: Range) -> Profile:
    """The part of hourly values within a range, which lies inside of theirs."""
    inside = slice(asked.start - hours.start, asked.end - hours.start)
    return replace(
        hours,
        start=asked.start,
        values=hours.values[inside],
        known=hours.known[inside],
        codes=hours.codes[inside],
        coverage=hours.coverage[inside],
    )


async def of_groups(
    session: TenantSession, groups: Sequence[GroupRow], asked: Range, now: datetime
) -> list[Profile]:
    """Consumption of all consumer and common meters below each group."""
    hours = await load_group_hours(session, groups, asked, now, _OF_PROFILE)
    codes = balance.codes_of(hours)
    coverage = balance.share(hours.known, hours.expected)
    partial = hours.known < hours.expected
    ids = [group.id for group in groups]
    share = await completeness.of_consumers(session, ids, partial, asked.start, now)
    coverage = np.where(np.isnan(share), coverage, share)
    return [
        cut(
            HourlyProfile(hours.consumption[at], hours.known[at] > 0, codes[at], coverage[at]),
            asked,
            group.timezone,
            unit_of(group.commodity),
        )
        for at, group in enumerate(groups)
    ]


async def supplied_of_groups(
    session: TenantSession, groups: Sequence[GroupRow], asked: Range, now: datetime
) -> list[Profile]:
    """What the inlets of each group supplied, read from their own counters."""
    hours = await _supplied(session, groups, asked, now)
    return [
        cut(one, asked, group.timezone, unit_of(group.commodity))
        for one, group in zip(hours, groups, strict=True)
    ]


async def load_group_hours(
    session: TenantSession,
    groups: Sequence[GroupRow],
    asked: Range,
    now: datetime,
    quantities: Collection[Stored],
) -> GroupHours:
    """Stored hours of groups; silent hours that are over count as expected and missing."""
    ids = np.array([group.id for group in groups], dtype=np.int64)
    hours = await group_hours.load_groups(session, ids, asked.start, asked.end, quantities)
    axis = np.arange(asked.start, asked.end)
    silent = (hours.expected == 0) & (axis < hour_of(now))
    if silent.any():
        spans = await metered.spans_of_groups(session, [BalanceGroupId(g.id) for g in groups])
        low = np.array([spans.get(group.id, (0, 0))[0] for group in groups])[:, None]
        high = np.array([spans.get(group.id, (0, 0))[1] for group in groups])[:, None]
        missing = silent & (axis >= low) & (axis < high)
        hours.place[missing] = place_of(np.array([Quality.MISSING], dtype=np.uint8))[0]
    return hours


async def _supplied(
    session: TenantSession, groups: Sequence[GroupRow], asked: Range, now: datetime
) -> list[HourlyProfile]:
    """Inlets minus exports of each group, hour by hour."""
    feeds = await metered.feeds_of_groups(session, [BalanceGroupId(group.id) for group in groups])
    points = sorted({point for rows in feeds.values() for point, _ in rows})
    ids = [MeteringPointId(one) for one in points]
    found = await series.load_points(session, ids, asked.start, asked.end, hour_of(now))
    place = {point: at for at, point in enumerate(points)}
    return [
        _sum_of_feeds(
            [place[point] for point, _ in feeds.get(group.id, [])],
            np.array([1 if inlet else -1 for _, inlet in feeds.get(group.id, [])], dtype=np.int64),
            found,
            asked.end - asked.start,
        )
        for group in groups
    ]


def _sum_of_feeds(
    rows: list[int], sign: NDArray[np.int64], found: series.PointHours, hours: int
) -> HourlyProfile:
    codes = found.hourly.codes[rows]
    due = codes != Quality.NOT_EXPECTED
    has_inlet = (due & (sign == 1)[:, None]).any(axis=0)
    known = has_inlet & (found.hourly.known[rows] | ~due).all(axis=0)
    values = (found.hourly.values[rows] * sign[:, None]).sum(axis=0)
    places = place_of(codes).min(axis=0, initial=place_of(_NOT_EXPECTED)[0])
    of_inlets = np.where(has_inlet, code_at(places), np.uint8(Quality.NOT_EXPECTED))
    assert len(known) == hours
    return HourlyProfile(
        np.where(known, values, 0), known, of_inlets.astype(np.uint8), known.astype(np.float64)
    )


_NOT_EXPECTED = np.array([Quality.NOT_EXPECTED], dtype=np.uint8)


async def balance_hours(
    session: TenantSession, groups: Sequence[GroupRow], asked: Range, now: datetime
) -> GroupHours:
    """Hours of groups with what their inlets supplied, of which balances are made."""
    hours = await load_group_hours(session, groups, asked, now, _OF_BALANCE)
    for at, supplied in enumerate(await _supplied(session, groups, asked, now)):
        hours.supplied[at], hours.supplied_known[at] = supplied.values, supplied.known
    return hours


def cut(hours: HourlyProfile, asked: Range, timezone: str, unit: Unit) -> Profile:
    """Cut hours into buckets of the local calendar."""
    if asked.step is Step.HOUR or not len(hours.values):
        return Profile(
            asked.start,
            asked.step,
            timezone,
            unit,
            hours.values,
            hours.known,
            hours.codes,
            hours.coverage,
        )
    cuts = buckets(asked.start, asked.end, asked.step, ZoneInfo(timezone))
    values, known, codes, coverage = _sum(hours, cuts, asked.start)
    return Profile(asked.start, asked.step, timezone, unit, values, known, codes, coverage)


def _sum(
    hours: HourlyProfile, cuts: Buckets, start: int
) -> tuple[EnergyArray, Mask, CodeArray, NDArray[np.float64]]:
    at = cuts.starts - start
    values = np.add.reduceat(np.where(hours.known, hours.values, 0), at)
    known = np.logical_or.reduceat(hours.known, at)
    codes = code_at(np.minimum.reduceat(place_of(hours.codes), at))
    coverage = np.add.reduceat(hours.coverage, at) / cuts.whole_hours
    return values, known, codes, coverage
