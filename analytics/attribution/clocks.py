"""Clocks of members that are off by little: set right together before anybody is suspected.

Where a meter's hours begin late, a part of each hour lies in the next one. No single one of them is
worth a finding, and all of them together look like thefts: of whoever takes in the right hours.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from analytics.attribution.preparation import Prepared
from analytics.attribution.screening import Frame
from analytics.attribution.thresholds import Thresholds
from analytics.attribution.window import FloatArray, IntArray

_SPREADS_S = (60.0, 120.0, 240.0)
"""Standard deviations of clocks that are tried [s]; each wanders evenly through the window, too."""

_EVIDENCE = 10.0
"""Log marginal likelihood by which clocks that are off must explain the imbalance better."""

_ROUNDS = 3


class Clocks(NamedTuple):
    """What clocks that are off by little explain."""

    evidence: float
    """Log marginal likelihood gained."""

    moved: FloatArray
    """Energy that they move into each hour, shape ``(t,)``."""

    @property
    def off(self) -> bool:
        """Whether clocks are shown to be off."""
        return self.evidence >= _EVIDENCE


def estimate(prepared: Prepared, frame: Frame, thresholds: Thresholds) -> Clocks:
    """How clocks are off, beside what a frame explains already.

    One normal prior for the clocks of all members, whose width is the likeliest of some (empirical
    Bayes; Bishop 2006, section 3.5). A clock that is off by enough for a finding is left to it.
    """
    shapes, members = _displaced(prepared)
    left = np.ones(len(prepared.readings), dtype=bool)
    evidence, moved = 0.0, np.zeros(len(prepared.hour))
    for _ in range(_ROUNDS):
        used = left[members]
        evidence, found = _fitted(shapes[used], frame)
        moved = np.asarray(found @ shapes[used])
        off = np.zeros(len(left))
        np.add.at(off, members[used], np.abs(found))
        far = off > thresholds.least_skew_s / 3600
        if not far.any():
            break
        left &= ~far
    return Clocks(evidence, moved)


def set_right(prepared: Prepared, clocks: Clocks) -> Prepared:
    """The same as if the clocks were right."""
    return replace(prepared, supplied=prepared.supplied - clocks.moved)


def _displaced(prepared: Prepared) -> tuple[FloatArray, IntArray]:
    """What an hour later or earlier would change, steady and wandering; and whose, ``(4 n, t)``."""
    readings = prepared.readings
    alive = np.flatnonzero(readings.any(axis=1))
    own = readings[alive]
    later = np.concatenate((own[:, 1:], own[:, -1:]), axis=1) - own
    earlier = np.concatenate((own[:, :1], own[:, :-1]), axis=1) - own
    time = np.linspace(-1.0, 1.0, own.shape[1])
    shapes = np.concatenate((later, earlier, later * time, earlier * time))
    return shapes, np.tile(alive, 4)


def _fitted(shapes: FloatArray, frame: Frame) -> tuple[float, FloatArray]:
    """Log marginal likelihood gained, and the parts of an hour by which clocks are off."""
    if not len(shapes):
        return 0.0, np.zeros(0)
    weighted = shapes * frame.weight
    beside = weighted @ frame.columns.T
    gram = weighted @ shapes.T - beside @ frame.inverse @ beside.T
    aim = weighted @ frame.residual
    best, likeliest = -np.inf, np.zeros(len(shapes))
    for spread_s in _SPREADS_S:
        spread = spread_s / 3600
        whole = gram * spread**2 + np.eye(len(gram))
        own = spread**2 * np.linalg.solve(whole, aim)
        gained = 0.5 * float(aim @ own) - 0.5 * float(np.linalg.slogdet(whole)[1])
        if gained > best:
            best, likeliest = gained, np.asarray(own)
    return best, likeliest
