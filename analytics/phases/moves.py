"""Which consumers to move to another phase: few moves first, then how good it could be at all.

Phases are labels 0, 1, 2; consumers that stay as they are (three phases, or not to be touched) are
fixed. Assignment is a weighted max-3-cut: exact for few, local search with restarts for many.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analytics.phases.network import BALANCED, PHASES, FloatArray, IntArray
from analytics.phases.sharing import Coupling

EXACT = 8
"""Up to so many movable consumers every one of the ``3^8`` assignments is tried."""

RESTARTS, RESTARTS_OF_MANY, MANY = 12, 5, 30
SEED = 20260905
"""Restarts begin at random but the same ones: the same house gets the same advice."""


@dataclass(frozen=True, slots=True)
class Move:
    """One consumer to another phase."""

    consumer: int
    before: int
    after: int
    saves: float
    """Of the loss, once the moves before it are done [kWh]."""


@dataclass(frozen=True, slots=True)
class Split:
    """A consumer on two or three phases instead of one."""

    consumer: int
    share: tuple[float, float, float]
    saves: float
    """Of the loss, everybody else as now [kWh]."""


class House:
    """A coupling and who may be moved, with the sums that moves change."""

    def __init__(self, coupling: Coupling, share: FloatArray, movable: IntArray) -> None:
        self.coupling, self.movable = coupling, movable
        self.share = share.copy()
        self._meet = coupling.same @ self.share
        """``sum_j Q_ij x_jp``, shape ``(n, 3)``."""

        self._own = np.diag(coupling.same)

    def place(self, consumer: int, share: FloatArray) -> None:
        """Give a consumer other phases."""
        change = share - self.share[consumer]
        self._meet += np.outer(self.coupling.same[:, consumer], change)
        self.share[consumer] = share

    def gains(self) -> FloatArray:
        """What each movable consumer saves on each phase [kWh], shape ``(m, 3)``."""
        own = self._own[self.movable, None]
        now = self.share[self.movable]
        others = self._meet[self.movable] - own * now
        found: FloatArray = 2 * ((others * now).sum(axis=1)[:, None] - others)
        return found

    def best_move(self) -> tuple[int, int, float]:
        """Position among the movable, phase and saving of the best single move."""
        gains = self.gains()
        at = int(gains.argmax())
        return at // PHASES, at % PHASES, float(gains.flat[at])

    def best_swap(self) -> tuple[int, int, float]:
        """Positions and saving of the best exchange of two consumers' phases."""
        gains, now = self.gains(), self.share[self.movable].argmax(axis=1)
        to = gains[:, now]
        pair = self.coupling.same[np.ix_(self.movable, self.movable)]
        # each gain counts meeting the other one, who leaves at the same time
        both = to + to.T + 4 * pair
        both[now[:, None] == now[None, :]] = -np.inf
        at = int(both.argmax())
        return at // len(now), at % len(now), float(both.flat[at])


def recommended(
    coupling: Coupling, share: FloatArray, movable: IntArray, least: float = 0.0
) -> Iterator[Move]:
    """Moves one after another, each the best one left, while one saves more than ``least`` kWh."""
    house = House(coupling, share, movable)
    while len(movable):
        place, phase, saves = house.best_move()
        if saves <= max(least, _noise(coupling)):
            return
        consumer = int(movable[place])
        yield Move(consumer, int(house.share[consumer].argmax()), phase, saves)
        house.place(consumer, np.eye(PHASES)[phase])


def best(coupling: Coupling, share: FloatArray, movable: IntArray) -> FloatArray:
    """The assignment with the least loss: exact for up to :data:`EXACT` movable consumers.

    For more of them it is the best of some local searches, by moves and exchanges; on houses of up
    to eleven they find the optimum (tests/unit/analytics/phases).
    """
    if not len(movable):
        return share.copy()
    if len(movable) <= EXACT:
        return _exact(coupling, share, movable)
    chance = np.random.default_rng(SEED)
    found, least = share, coupling.loss(share)
    for attempt in range(RESTARTS if len(movable) <= MANY else RESTARTS_OF_MANY):
        start = share.copy()
        if attempt:
            start[movable] = np.eye(PHASES)[chance.integers(0, PHASES, len(movable))]
        settled = _descend(House(coupling, start, movable))
        loss = coupling.loss(settled)
        if loss < least:
            found, least = settled, loss
    return found


def _descend(house: House) -> FloatArray:
    """Move, and where no move helps exchange two, until neither does."""
    noise = _noise(house.coupling)
    while True:
        place, phase, saves = house.best_move()
        if saves > noise:
            house.place(int(house.movable[place]), np.eye(PHASES)[phase])
            continue
        one, other, saves = house.best_swap()
        if saves <= noise:
            return house.share
        first, second = int(house.movable[one]), int(house.movable[other])
        mine, theirs = house.share[first].copy(), house.share[second].copy()
        house.place(first, theirs)
        house.place(second, mine)


def _exact(coupling: Coupling, share: FloatArray, movable: IntArray) -> FloatArray:
    """Try every assignment."""
    count = len(movable)
    labels = np.indices((PHASES,) * count).reshape(count, -1).T
    placed = np.eye(PHASES)[labels]
    rest = share.copy()
    rest[movable] = 0
    met = (coupling.same @ rest)[movable]
    pair = coupling.same[np.ix_(movable, movable)]
    loss = 2 * np.einsum("anp,np->a", placed, met)
    loss += np.einsum("anp,nm,amp->a", placed, pair, placed, optimize=True)
    found = share.copy()
    found[movable] = placed[int(loss.argmin())]
    return found


def splits(coupling: Coupling, share: FloatArray, movable: IntArray) -> list[Split]:
    """The best two or three phases for each movable consumer, the greatest saving first.

    Three phases are taken only where they save more than two: they cost another conductor.
    """
    own, now = np.diag(coupling.same)[movable, None], share[movable]
    others = (coupling.same @ share)[movable] - own * now
    here = 2 * (others * now).sum(axis=1) + own[:, 0]
    found = []
    for place, consumer in enumerate(movable.tolist()):
        choices = [_two(int(others[place].argmax())), BALANCED]
        saved = [_split(choice, others[place], float(own[place, 0])) for choice in choices]
        saves = [float(here[place]) - loss for loss in saved]
        at = int(np.argmax(saves))
        if saves[at] > _noise(coupling):
            found.append(Split(consumer, choices[at], saves[at]))
    return sorted(found, key=lambda one: -one.saves)


def _two(without: int) -> tuple[float, float, float]:
    half = [0.5, 0.5, 0.5]
    half[without] = 0.0
    return half[0], half[1], half[2]


def _split(choice: tuple[float, float, float], others: FloatArray, own: float) -> float:
    """Loss that belongs to a consumer's shares of the phases."""
    x = np.array(choice)
    return float(2 * (others * x).sum() + own * (x * x).sum())


def _noise(coupling: Coupling) -> float:
    """Savings below it are rounding."""
    return 1e-12 * float(np.abs(coupling.same).sum())
