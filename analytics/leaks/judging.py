"""The two runs: each hour on what changed, each night on long windows."""

import numpy as np
from numpy.typing import NDArray

from analytics.leaks import faults, flowing, growing, recurring, trickling
from analytics.leaks.faults import Surroundings
from analytics.leaks.habits import Habits
from analytics.leaks.signs import Flow, Kind, Sign
from analytics.leaks.thresholds import Thresholds

WINDOW_HOURS = 35 * 24
"""What the nightly run looks at."""

RECENT_HOURS = 7 * 24
"""What the hourly run looks at."""

_ENDLESS = (Kind.CONTINUOUS, Kind.GROWING)


def watch(recent: Flow, habits: Habits, thresholds: Thresholds) -> list[Sign]:
    """Signs of the hourly run, that stand at the end of some days; a few operations a meter.

    Parameters
    ----------
    recent
        The newest two to seven days; a run can only be seen as far as they reach.
    habits
        Of the same meters, from the weeks before.
    """
    if not recent.values.shape[1]:
        return []
    found = list(flowing.reversed_flow(recent, thresholds))
    if thresholds.continuous:
        found += flowing.continuous(recent, habits, thresholds)
        found += flowing.bursts(recent, habits, thresholds)
        endless = np.zeros(len(recent.values), np.bool_)
        endless[[sign.row for sign in found if sign.kind in _ENDLESS]] = True
        grown = list(growing.hourly(recent, habits, thresholds, endless))
        rows = {sign.row for sign in grown}  # what grows says more than that it trickles
        trickles = trickling.hourly(recent, habits, thresholds)
        found += [*grown, *(sign for sign in trickles if sign.row not in rows)]
    return found


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
    found: list[Sign] = []
    if thresholds.continuous:
        found += recurring.intermittent(window, thresholds, wrong_since)
        found += trickling.nightly(window, habits, thresholds, wrong_since)
    found += faults.stuck(window, habits, around, thresholds)
    found += faults.lost_pulses(window, habits, around, thresholds)
    return found
