"""The sliding window that lets a request counter be used once.

As the anti-replay window of RFC 4303, section 3.4.3: a counter above the highest is always new;
one of the 63 below it is new until it was seen; older ones are refused.
"""

from dataclasses import dataclass

from domain.authenticity import REPLAY_WINDOW
from domain.errors import ConflictError

_BITS = (1 << REPLAY_WINDOW) - 1


class CounterUsedError(ConflictError):
    """The request counter was used already, or lies too far behind."""

    code = "COUNTER_USED"

    def __init__(self, counter: int, highest: int) -> None:
        super().__init__(
            f"counter {counter} was used or is too old; the highest is {highest}", field="counter"
        )
        self.highest = highest


@dataclass(frozen=True, slots=True)
class ReplayWindow:
    """Counters seen so far: the highest, and bit ``i`` of ``seen`` for ``highest - i``."""

    highest: int = -1
    seen: int = 0

    def use(self, counter: int) -> "ReplayWindow":
        """Window after ``counter`` was used.

        Raises
        ------
        CounterUsedError
            The counter was seen, or is more than 63 below the highest.

        Examples
        --------
        >>> ReplayWindow().use(100).use(37).highest
        100
        """
        if counter > self.highest:
            shift = min(counter - self.highest, REPLAY_WINDOW)
            return ReplayWindow(counter, ((self.seen << shift) | 1) & _BITS)
        back = self.highest - counter
        if back >= REPLAY_WINDOW or self.seen >> back & 1:
            raise CounterUsedError(counter, self.highest)
        return ReplayWindow(self.highest, self.seen | 1 << back)
