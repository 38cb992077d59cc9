"""A house network as data: a tree of sections, and the consumers that hang on its nodes."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from domain.errors import InvalidError, ShapeError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

PHASES = 3
BALANCED = (1 / 3, 1 / 3, 1 / 3)
"""Share of each phase in a consumer of three phases."""


@dataclass(frozen=True)
class Network:
    """A radial network of ``s`` sections; section ``k`` ends in node ``k``, its parent comes first.

    Ideal voltage stands at the head, parent ``-1``. Neutral and phases are conductors of their own;
    mutual inductance is left out, so that ``Z_pp = z + z_n`` and ``Z_pq = z_n`` (with sequence
    impedances: ``z = Z1``, ``z_n = (Z0 - Z1) / 3``).
    """

    parent: IntArray
    """Node at the head of each section, shape ``(s,)``; -1 is the head of the network."""

    phase_ohm: NDArray[np.complex128]
    """Impedance of one phase conductor of each section [ohm], shape ``(s,)``."""

    neutral_ohm: NDArray[np.complex128]
    """The same of the neutral."""

    volts: float = 230.0
    """Phase to neutral at the head [V]."""

    def __post_init__(self) -> None:
        sections = self.parent.shape
        if not self.phase_ohm.shape == self.neutral_ohm.shape == sections:
            raise ShapeError(
                f"parent {sections}, phase_ohm {self.phase_ohm.shape} and neutral_ohm"
                f" {self.neutral_ohm.shape} must have one shape"
            )
        late = np.flatnonzero(self.parent >= np.arange(len(self.parent)))
        if len(late) or (self.parent < -1).any():
            where = int(late[0]) if len(late) else int(np.flatnonzero(self.parent < -1)[0])
            raise InvalidError(
                f"section {where} must come after the one it hangs on, not on {self.parent[where]}",
                code="BAD_NETWORK",
                field="parent",
            )

    @property
    def sections(self) -> int:
        """Their number."""
        return len(self.parent)

    @cached_property
    def above(self) -> NDArray[np.bool_]:
        """Whether the current of a node flows through a section, shape ``(s nodes, s)``."""
        found = np.eye(self.sections, dtype=bool)
        for node, parent in enumerate(self.parent):
            if parent >= 0:
                found[node] |= found[parent]
        return found

    def shared(self, nodes: IntArray) -> tuple[FloatArray, FloatArray]:
        """Resistance that the ways to two consumers have in common, of phase and neutral [ohm].

        Parameters
        ----------
        nodes
            Node of each consumer, shape ``(n,)``.

        Returns
        -------
        Two arrays of shape ``(n, n)``.
        """
        ways = self.above[nodes].astype(np.float64)
        return (
            (ways * self.phase_ohm.real) @ ways.T,
            (ways * self.neutral_ohm.real) @ ways.T,
        )


@dataclass(frozen=True, slots=True)
class Consumers:
    """``n`` consumers of a network over ``t`` hours."""

    node: IntArray
    """Where each hangs, shape ``(n,)``."""

    share: FloatArray
    """Share of each phase in its load, shape ``(n, 3)``; rows sum to 1."""

    kilowatts: FloatArray
    """Mean active power of each hour [kW], shape ``(n, t)``."""

    power_factor: FloatArray
    """Of each, in (0, 1], shape ``(n,)``."""

    def __post_init__(self) -> None:
        count = len(self.node)
        if self.share.shape != (count, PHASES) or self.kilowatts.shape[:1] != (count,):
            raise ShapeError(
                f"node ({count},), share {self.share.shape} and kilowatts {self.kilowatts.shape}"
                " must speak of the same consumers"
            )
        if not np.allclose(self.share.sum(axis=1), 1):
            raise InvalidError("each row of share must sum to 1", code="BAD_PHASES", field="share")

    def during(self, hours: slice) -> "Consumers":
        """The same consumers in some of the hours."""
        return Consumers(self.node, self.share, self.kilowatts[:, hours], self.power_factor)

    @property
    def amperes_at(self) -> FloatArray:
        """Current at one volt, ``P / cos phi`` [VA], shape ``(n, t)``; unknown power is none."""
        known = np.nan_to_num(self.kilowatts, nan=0.0) * 1000
        return known / self.power_factor[:, None]


def one_hot(phases: IntArray) -> FloatArray:
    """Shares of consumers on one phase each (0, 1, 2), or on all three (-1); shape ``(n, 3)``.

    Examples
    --------
    >>> one_hot(np.array([1])).tolist()
    [[0.0, 1.0, 0.0]]
    """
    found = np.full((len(phases), PHASES), 1 / PHASES)
    single = phases >= 0
    found[single] = np.eye(PHASES)[phases[single]]
    return found
