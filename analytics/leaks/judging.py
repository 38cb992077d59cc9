"""The two runs: each hour on what changed, each night on long windows."""

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
    window: Flow, habits: Habits, around: Surroundings, thresholds: Thresholds
) -> list[Sign]:
    """Signs of the nightly run; those of the hourly one are :func:`watch`'s.

    Parameters
    ----------
    window
        Five weeks up to a local midnight, fewer where fewer are known.
    habits
        Of the same meters without the last days, as the hourly run uses them.
    """
    if not window.values.size:
        return []
    found = list(recurring.trickles(window, thresholds))
    if thresholds.continuous:
        found += recurring.intermittent(window, thresholds)
    found += faults.stuck(window, habits, around, thresholds)
    found += faults.lost_pulses(window, habits, around, thresholds)
    return found
