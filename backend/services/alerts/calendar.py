"""Days and months of a zone around a moment, as whole hours."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.hours import hour_of, midnight


@dataclass(frozen=True, slots=True)
class Calendar:
    """Hours since the epoch."""

    yesterday: int
    today: int
    """The midnight that was last."""

    tomorrow: int
    month: int
    next_month: int
    now: int
    """The hour that is not over yet."""

    @classmethod
    def of(cls, timezone: str, now: datetime) -> "Calendar":
        """Of a zone, at a moment."""
        zone = ZoneInfo(timezone)
        day = now.astimezone(zone).date()
        first = day.replace(day=1)
        return cls(
            yesterday=midnight(day - timedelta(days=1), zone),
            today=midnight(day, zone),
            tomorrow=midnight(day + timedelta(days=1), zone),
            month=midnight(first, zone),
            next_month=midnight((first + timedelta(days=32)).replace(day=1), zone),
            now=hour_of(now),
        )
