"""A past that came at once: what somebody would have seen who had watched as its days ended.

History is handed in when a building joins, or when a concentrator was offline for weeks. A flow
that recurs shows against the weeks before it, and once it has gone on for weeks it is these weeks.
"""

from dataclasses import replace

import numpy as np

from analytics.leaks.judging import WINDOW_HOURS
from analytics.leaks.recurring import intermittent
from analytics.leaks.signs import Flow, Sign
from analytics.leaks.thresholds import Thresholds

REPLAY_HOURS = 56 * 24
"""How far back a past is gone through."""

FORGOTTEN_HOURS = 14 * 24
"""A flow that recurs and was not seen for so long is over."""

_EVERY_DAYS = 2
_SAME_SIZE = 1.5


def recurring(past: Flow, thresholds: Thresholds) -> list[Sign]:
    """Flows that recur at the end of a past, at most one a meter, as they were seen last.

    Parameters
    ----------
    past
        Whole local days, shape ``(n, t)``; at most :data:`REPLAY_HOURS` are of use.
    thresholds
        Of the meters' commodity.

    Returns
    -------
    list of Sign
        On the columns of the past, each from where it was seen first.
    """
    size, hours = past.values.shape
    since = np.full(size, hours)
    seen: dict[int, tuple[int, Sign]] = {}
    midnights = [*np.flatnonzero(past.slots == 0).tolist(), hours]
    for end in midnights[-1::-_EVERY_DAYS][::-1]:
        first = max(0, end - WINDOW_HOURS)
        part = slice(first, end)
        window = Flow(past.values[:, part], past.slots[part], past.quantum, past.largest)
        for sign in intermittent(window, thresholds, np.maximum(since - first, 0)):
            if sign.row in seen and not _same_flow(sign, seen[sign.row][1]):
                continue
            since[sign.row] = min(since[sign.row], first + sign.since)
            seen[sign.row] = end, replace(sign, since=int(since[sign.row]))
        for row in [row for row, (at, _) in seen.items() if end - at >= FORGOTTEN_HOURS]:
            del seen[row]
            since[row] = hours
    return [sign for _, sign in seen.values()]


def _same_flow(one: Sign, other: Sign) -> bool:
    """Whether two signs are of one flow: a leak keeps its size, guests do not."""
    sizes = sorted((one.figures["level"], other.figures["level"]))
    return sizes[1] <= _SAME_SIZE * sizes[0]
