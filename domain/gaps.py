"""Hours that never came, as a concentrator is asked for them: spans of channels, newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.hours import hour_of, instant_of, parse_instant

MOST_ASKED = 100
"""Spans that one answer asks for."""

MOST_CHANNELS = 5_000
"""Channels that all spans of one answer name together: lines are slow."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Hours ``[start, end)`` that are missing of some channels of one network."""

    network: int
    channels: tuple[int, ...]
    start: int
    end: int

    def document(self) -> dict[str, Any]:
        """The gap as JSON."""
        return {
            "network": self.network,
            "channels": list(self.channels),
            "from": _stamp(self.start),
            "to": _stamp(self.end),
        }


def _stamp(hour: int) -> str:
    return instant_of(hour).isoformat().replace("+00:00", "Z")


def gap_of(document: Mapping[str, Any]) -> Gap:
    """Read a gap as it was written."""
    start, end = (hour_of(parse_instant(document[name], name)) for name in ("from", "to"))
    return Gap(document["network"], tuple(document["channels"]), start, end)


def gaps_of(
    network: NDArray[np.int64], address: NDArray[np.int64], missing: NDArray[np.bool_], start: int
) -> list[Gap]:
    """The newest spans of what is missing; channels with the same span stand together.

    Parameters
    ----------
    network, address
        Of each channel, shape ``(n,)``.
    missing
        Hours from ``start`` on, shape ``(n, t)``.

    Examples
    --------
    >>> missing = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]], dtype=bool)
    >>> [(g.channels, g.start, g.end)
    ...  for g in gaps_of(np.array([1, 1, 1]), np.array([7, 5, 6]), missing, 10)]
    [((6,), 12, 13), ((5, 7), 10, 12)]
    """
    edges = np.diff(missing.astype(np.int8), prepend=0, append=0, axis=1)
    row, first = np.nonzero(edges == 1)
    last = np.nonzero(edges == -1)[1]  # row by row, as the first ones
    order = np.lexsort((address[row], network[row], -first, -last))
    keys = np.stack([network[row], first, last])[:, order]
    begins = np.flatnonzero(np.diff(keys, prepend=-1).any(axis=0))
    found: list[Gap] = []
    for some in np.split(order, begins[1:]) if len(order) else []:
        one = some[0]
        channels = tuple(address[row[some]].tolist())
        span = start + int(first[one]), start + int(last[one])
        found.append(Gap(int(network[row[one]]), channels, *span))
        if len(found) == MOST_ASKED:
            break
    return bounded(found)


def bounded(gaps: Sequence[Gap]) -> list[Gap]:
    """As many gaps as one answer carries, from the first on."""
    kept: list[Gap] = []
    room = MOST_CHANNELS
    for gap in gaps[:MOST_ASKED]:
        if room <= 0:
            break
        kept.append(Gap(gap.network, gap.channels[:room], gap.start, gap.end))
        room -= len(gap.channels)
    return kept


def unanswered(gaps: Sequence[Gap], brought: Mapping[tuple[int, int], set[int]]) -> list[Gap]:
    """Gaps but those of which a push just brought every hour.

    ``brought`` holds channels by network and hour.
    """
    return [
        gap
        for gap in gaps
        if not all(
            set(gap.channels) <= brought.get((gap.network, hour), set())
            for hour in range(gap.start, gap.end)
        )
    ]
