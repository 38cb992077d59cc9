"""Hours of a group's meters as the judge of its balance sees them."""

from collections.abc import Mapping
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from analytics.attribution.window import IntArray, Window
from analytics.registers import Hourly
from backend.services.findings.shapes import Member, Shape
from backend.store.findings.due import DueGroup, WatchedPoint
from domain.hours import instant_of
from domain.identity import MeteringPointId
from domain.quality import Quality


def window(  # noqa: PLR0913, PLR0917 - what was read, and where it belongs
    shape: Shape,
    hourly: Hourly,
    told: Mapping[MeteringPointId, WatchedPoint],
    group: DueGroup,
    zone: ZoneInfo,
    span: tuple[int, int],
) -> tuple[Window | None, int]:
    """Hours of a group as its judge sees them, from the first that its balance meter knows."""
    start, end = span
    place = {point: row for row, point in enumerate(shape.points)}
    values = np.where(hourly.known, hourly.values, np.nan)
    there = hourly.codes != Quality.NOT_EXPECTED
    estimated = hourly.codes == Quality.ESTIMATED
    inlets = [place[one] for one in shape.supply.plus]
    total = _total(shape.supply, place, values, there)
    supplied = np.where(estimated[inlets].any(axis=0), np.nan, total)
    known = np.flatnonzero(~np.isnan(supplied))
    if not len(known):
        return None, start
    first = (int(known[0]) + 23) // 24 * 24
    rows = [[place[one] for one in (*member.plus, *member.minus)] for member in shape.members]
    lead = np.array([own[0] for own in rows])
    readings = np.where(there[lead], values[lead], np.nan)[:, first:]
    guessed, present = estimated[lead, first:], there[lead, first:]
    for at, (member, own) in enumerate(zip(shape.members, rows, strict=True)):
        if len(own) > 1:  # a child group of several meters
            readings[at] = _total(member, place, values, there)[first:]
            guessed[at] = estimated[own, first:].any(axis=0)
            present[at] = there[own, first:].any(axis=0)
    local_hour, local_day = _local(start + first, end, zone)
    quanta = [told[point].quantum for point in shape.points if point in told]
    coarse = max((told[one].quantum for one in shape.supply.plus if one in told), default=1.0)
    return (
        Window(
            supplied=supplied[first:],
            readings=readings,
            hour=local_hour,
            day=local_day,
            estimated=guessed,
            present=present,
            commodity=group.commodity,
            quantum=max(float(np.median(quanta)), coarse) if quanta else coarse,
        ),
        start + first,
    )


def _total(
    member: Member,
    place: Mapping[MeteringPointId, int],
    values: NDArray[np.float64],
    there: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """What went through the meters of a member, NaN where it was not there; shape ``(t,)``."""
    plus = [place[one] for one in member.plus]
    minus = [place[one] for one in member.minus]
    flow = np.where(there[plus], values[plus], 0.0).sum(axis=0)
    flow -= np.where(there[minus], values[minus], 0.0).sum(axis=0)
    return np.where(there[plus].any(axis=0), flow, np.nan)


@lru_cache(maxsize=64)
def _local(start: int, end: int, zone: ZoneInfo) -> tuple[IntArray, IntArray]:
    """Local hour of the day of each hour, and the number of its local day; shape ``(t,)`` each."""
    local = [instant_of(hour).astimezone(zone) for hour in range(start, end)]
    hour = np.array([one.hour for one in local], dtype=np.int64)
    day = np.array([one.toordinal() for one in local], dtype=np.int64)
    hour.flags.writeable = day.flags.writeable = False  # many windows share them
    return hour, day
