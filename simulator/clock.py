"""The clock of the town: that of the world, or one that runs faster until it has caught up."""

import asyncio
import time
from collections.abc import Callable

_SHORTEST_WAIT_S = 0.01
_LONGEST_WAIT_S = 60.0
"""Wait in pieces, since a machine may sleep or its clock be set in between."""


class Clock:
    """Moments as seconds since the epoch.

    Parameters
    ----------
    speed
        Seconds of the town in a second of the world; 1 is the world's own clock.
    start
        Moment at which a faster clock begins; without it now.
    """

    def __init__(
        self,
        speed: float = 1.0,
        start: float | None = None,
        world: Callable[[], float] = time.time,
    ) -> None:
        self.speed, self._world = speed, world
        self._began = world()
        self._start = self._began if start is None or speed <= 1 else start

    def now(self) -> float:
        """Moment in the town; never ahead of the world, which would refuse hours to come."""
        world = self._world()
        return min(self._start + (world - self._began) * self.speed, world)

    async def until(self, moment: float) -> None:
        """Wait until a moment of the town, or a while: look at the clock again afterwards."""
        left = (moment - self.now()) / max(self.speed, 1.0)
        await asyncio.sleep(min(max(left, _SHORTEST_WAIT_S), _LONGEST_WAIT_S))
