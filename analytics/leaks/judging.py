"""The two runs: each hour on what changed, each night on long windows."""

import numpy as np
from numpy.typing import NDArray

from analytics.leaks import faults, recurring
from analytics.leaks.faults import Surroundings
from analytics.leaks.flowing import watch
from analytics.leaks.habits import Habits
from analytics.leaks.signs import Flow, Sign
from analytics.leaks.thresholds import Thresholds

__all__ = ["review", "watch"]

WINDOW_HOURS = 35 * 24
"""What the nightly run looks at."""

RECENT_HOURS = 7 * 24
"""What the hourly run looks at."""


def review(
    window: Flow,
    habits: Habits,
    around: Surroundings,
    thresholds: Thresholds,
    wrong_since: NDArray[np.int64] | None = None,
) -> list[Sign]:
    """Signs of the nightly run; those of the hourly one are :func:`watch`'s.

    Parameters
    ----------
    window
        Five weeks up to a local midnight, fewer where fewer are known.
    habits
        Of the same meters without the last days, as the hourly run uses them.
    wrong_since
        Column from which a flow is known to recur, shape ``(n,)``: hours from there on are no past
        against which it is judged. The number of columns where none is known.
    """
    if not window.values.size:
        return []
    found = list(recurring.trickles(window, thresholds))
    if thresholds.continuous:
        found += recurring.intermittent(window, thresholds, wrong_since)
    found += faults.stuck(window, habits, around, thresholds)
    found += faults.lost_pulses(window, habits, around, thresholds)
    return found
