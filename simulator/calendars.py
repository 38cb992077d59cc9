"""Hours of the town's clock: UTC hours against the wall clock that people live by.

The source data is stamped by wall clock. Shifting it by whole weeks of wall clock keeps the hour of
the day and the weekday; where the clock jumps, an hour of the source is skipped or lived twice.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from domain.hours import instant_of, midnight

_STEP = 24
"""No zone changes its offset twice within a day."""


@lru_cache(maxsize=4096)
def _offset(zone: ZoneInfo, hour: int) -> int:
    shift = instant_of(hour).astimezone(zone).utcoffset() or timedelta()
    return int(shift / timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class TownCalendar:
    """Wall-clock hours counted from midnight of a first Monday."""

    zone: ZoneInfo
    monday: date

    @property
    def origin(self) -> int:
        """UTC hour in which the first Monday starts."""
        return midnight(self.monday, self.zone)

    def wall_hour(self, hour: int) -> int:
        """Wall-clock hours from the first Monday to a UTC hour; may be negative."""
        return hour - self.origin + _offset(self.zone, hour) - _offset(self.zone, self.origin)

    def day(self, number: int) -> int:
        """UTC hour at which the local day ``number`` after the first Monday starts."""
        return midnight(self.monday + timedelta(days=number), self.zone)

    def runs(self, start: int, end: int) -> list[tuple[int, int]]:
        """Cut ``[start, end)`` of UTC hours into runs of wall-clock hours without a jump.

        Examples
        --------
        >>> calendar = TownCalendar(ZoneInfo("Europe/Chisinau"), date(2026, 10, 19))
        >>> calendar.runs(calendar.origin, calendar.origin + 7 * 24 + 1)  # 25 October has 25 hours
        [(0, 147), (146, 168)]
        """
        found: list[tuple[int, int]] = []
        low = start
        while low < end:
            high = self._jump_after(low, end)
            first = self.wall_hour(low)
            found.append((first, first + high - low))
            low = high
        return found

    def _jump_after(self, start: int, end: int) -> int:
        """First hour after ``start`` with another offset, at most ``end``."""
        here = _offset(self.zone, start)
        low = start
        while True:
            high = min(low + _STEP, end - 1)
            if _offset(self.zone, high) != here:
                break
            if high == end - 1:
                return end
            low = high
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if _offset(self.zone, middle) == here else (low, middle)
        return high
