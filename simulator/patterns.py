"""Six weeks that go on for ever: hourly amounts of any hour, and exact sums up to any instant."""

import numpy as np

from domain.quantities import EnergyArray
from simulator.calendars import TownCalendar
from simulator.sources import PATTERN_HOURS, WEEK_HOURS

FIRST_REPEATED_WEEK = 2
"""After the six weeks the last four repeat: late autumn goes on, early autumn does not return."""

_REPEATED = FIRST_REPEATED_WEEK * WEEK_HOURS
_CYCLE = PATTERN_HOURS - _REPEATED
_REMEMBERED = 64


def source_row(wall_hour: int) -> int:
    """Row of the six weeks that is lived in a wall-clock hour of the town.

    Examples
    --------
    >>> source_row(1007), source_row(1008), source_row(-1)
    (1007, 336, 1007)
    """
    if wall_hour < PATTERN_HOURS:
        return wall_hour % PATTERN_HOURS
    return _REPEATED + (wall_hour - PATTERN_HOURS) % _CYCLE


class Patterns:
    """Hourly amounts of many flows, defined for every hour, and their running sums.

    Parameters
    ----------
    hourly
        Amounts of the six weeks, shape ``(1008, n)`` [Wh or litres].
    calendar
        Where the six weeks lie.
    """

    def __init__(self, hourly: EnergyArray, calendar: TownCalendar) -> None:
        self.calendar = calendar
        self._sums = np.zeros((PATTERN_HOURS + 1, hourly.shape[1]), dtype=np.int64)
        np.cumsum(hourly, axis=0, out=self._sums[1:])
        self._known: dict[int, EnergyArray] = {}

    def amounts(self, hour: int) -> EnergyArray:
        """Amounts in one UTC hour, shape ``(n,)``."""
        row = source_row(self.calendar.wall_hour(hour))
        amounts: EnergyArray = self._sums[row + 1] - self._sums[row]
        return amounts

    def sums(self, instant: int) -> EnergyArray:
        """Amounts from the first Monday to the start of UTC hour ``instant``, shape ``(n,)``.

        It is the sum of :meth:`amounts`, in closed form: nothing is carried from hour to hour,
        so nothing drifts and any instant can be asked for first.
        """
        known = self._known.get(instant)
        if known is None:
            known = self._sum_to(instant)
            if len(self._known) >= _REMEMBERED:
                del self._known[next(iter(self._known))]
            self._known[instant] = known
        return known

    def _sum_to(self, instant: int) -> EnergyArray:
        origin = self.calendar.origin
        low, high = min(origin, instant), max(origin, instant)
        total = np.zeros(self._sums.shape[1], dtype=np.int64)
        for first, last in self.calendar.runs(low, high):
            total += self._to_wall_hour(last) - self._to_wall_hour(first)
        return total if instant >= origin else -total

    def _to_wall_hour(self, wall_hour: int) -> EnergyArray:
        """Sum over ``[0, wall_hour)`` of a wall clock that never jumps."""
        whole: EnergyArray = self._sums[PATTERN_HOURS]
        total: EnergyArray
        if wall_hour < PATTERN_HOURS:
            times, row = divmod(wall_hour, PATTERN_HOURS)
            total = times * whole + self._sums[row]
            return total
        times, row = divmod(wall_hour - PATTERN_HOURS, _CYCLE)
        before = self._sums[_REPEATED]
        total = whole + times * (whole - before) + self._sums[_REPEATED + row] - before
        return total
