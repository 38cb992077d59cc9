"""A person's own hours as a file: every hour of every meter of their home, since they moved in."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from backend.services.reading import profiles
from backend.services.reading.profiles import Profile, Range, own_part
from backend.store.model import metered
from backend.store.model.metered import PointRow
from domain.errors import InvalidError
from domain.hours import instant_of
from domain.identity import PremiseId
from domain.quality import Quality
from tenants.session import TenantSession

LONGEST_HOURS = 24 * 366
MOST_POINTS = 40
COLUMNS = ("meter", "resource", "start_local", "start_utc", "value", "unit", "quality")


@dataclass(frozen=True, slots=True)
class OwnHours:
    """Points of a home with their hours."""

    points: list[PointRow]
    hours: list[Profile]

    def lines(self) -> Iterator[str]:
        """Give the file in CSV (RFC 4180), one line an hour; unknown hours have no value."""
        yield _line(COLUMNS)
        for point, profile in zip(self.points, self.hours, strict=True):
            zone = ZoneInfo(point.timezone)
            for at, known in enumerate(profile.known.tolist()):
                start = instant_of(profile.start + at)
                yield _line(
                    (
                        point.name,
                        point.commodity,
                        start.astimezone(zone).isoformat(),
                        start.isoformat(),
                        f"{int(profile.values[at]) / 1000:.3f}" if known else "",
                        profile.unit,
                        Quality(int(profile.codes[at])).name.lower(),
                    )
                )


async def of_home(
    session: TenantSession, premise: PremiseId | None, asked: Range, now: datetime
) -> OwnHours:
    """Hours of one home, or of all the principal's.

    Raises
    ------
    InvalidError
        RANGE_TOO_LONG
    """
    if asked.end - asked.start > LONGEST_HOURS:
        raise InvalidError(
            f"at most {LONGEST_HOURS} hours at once", code="RANGE_TOO_LONG", field="to"
        )
    points = [
        point
        for point in await metered.list_points(session, 0, MOST_POINTS)
        if premise is None or point.premise_id == premise
    ]
    hours = []
    for point in points:
        mine = own_part(point, asked)
        hours += await profiles.of_points(session, [point], mine, now)
    return OwnHours(points, hours)


def _line(cells: tuple[object, ...]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
