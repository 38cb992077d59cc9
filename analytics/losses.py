"""What an imbalance is made of: technical losses, the meters' own consumption, and the rest.

``imbalance = technical + own + non-technical``, to the watt-hour, with the band within which the
errors of the meters alone move it. :mod:`analytics.attribution` tells what is behind the rest.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from domain.errors import ShapeError
from domain.quantities import Commodity, EnergyArray, Mask

FloatArray = NDArray[np.float64]

OWN_POWER_W = 1.0
"""What an electricity meter takes for itself before it measures. IEC 62053-21 allows 2 W for each
voltage circuit; static meters in service take about half of that."""

LEAST_HOURS = 7 * 24
LEAST_PROVISIONAL = 0.98
SKEW_S = 60.0
COVERAGE_FACTOR = 2.0
"""Standard uncertainties that the band is wide to either side: about 95 % (JCGM 100, 6.2)."""

_TOLD_APART = 1e-9
"""Share of a determinant below which both coefficients are not told apart by normal equations."""

_ROUNDS = 10
_OUTLIER = 2.5
_ROOT3 = float(np.sqrt(3))


class Standing(StrEnum):
    """How much of an hour's balance is known, by energy."""

    FINAL = "final"
    PROVISIONAL = "provisional"
    INSUFFICIENT = "insufficient"
    """Too little for an alarm."""


@dataclass(frozen=True, slots=True)
class TechnicalLoss:
    """Losses of a network as a polynomial of what it delivers: a B + b B^2."""

    linear: float
    """a [1]: transformers and meters near their load, lines at constant voltage drop."""

    square: float
    """b [1 / (Wh an hour)]: heat of the conductors, which grows with the current squared."""

    def of(self, delivered: EnergyArray) -> EnergyArray:
        """Loss of each hour [Wh], never negative; shape as given."""
        load = np.maximum(delivered, 0).astype(float)
        loss = self.linear * load + self.square * load**2
        return np.rint(np.maximum(loss, 0)).astype(np.int64)


NO_LOSS = TechnicalLoss(0.0, 0.0)
"""Of water: what leaks is no technical loss."""


def fit(
    supplied: EnergyArray, delivered: EnergyArray, known: Mask, own: EnergyArray
) -> TechnicalLoss | None:
    """Fit the losses of a group on its own history; None with less than a week of it.

    Weighted least squares of ``supplied - delivered - own`` with the error of an hour proportional
    to its energy, hours far from the rest left out again and again (2.5 robust standard
    deviations); a coefficient that comes out negative is zero. A loss that began in the middle of
    the history is in it for a part: ``GroupJudgement.technical`` is free of what was found.

    Parameters
    ----------
    supplied, delivered, own
        Wh or litres an hour, shape ``(t,)``; ``own`` is what the meters take themselves.
    known
        Hours whose balance is known, shape ``(t,)``.

    Raises
    ------
    ShapeError
        They do not cover the same hours.
    """
    if not supplied.shape == delivered.shape == known.shape == own.shape:
        raise ShapeError(f"supplied {supplied.shape} against delivered {delivered.shape}")
    used = known & (delivered > 0)
    if np.count_nonzero(used) < LEAST_HOURS:
        return None
    load = delivered[used].astype(float)
    loss = (supplied - delivered - own)[used] / load
    kept = np.ones(len(load), dtype=bool)
    found = np.zeros(2)
    for _ in range(_ROUNDS):
        found = _not_negative(load[kept], loss[kept])
        apart = np.abs(loss - (found[0] + found[1] * load))
        usual = 1.4826 * _middle(apart[kept])
        again = apart <= max(_OUTLIER * usual, 1e-9)
        if np.array_equal(again, kept) or np.count_nonzero(again) < LEAST_HOURS // 2:
            break
        kept = again
    return TechnicalLoss(float(found[0]), float(found[1]))


def _middle(values: FloatArray) -> float:
    """The median, without the looks that numpy's takes at axes and gaps."""
    half = len(values) // 2
    parted = np.partition(values, (max(half - 1, 0), half))
    return float(parted[half] if len(values) % 2 else (parted[half - 1] + parted[half]) / 2)


def _not_negative(load: FloatArray, aim: FloatArray) -> FloatArray:
    """Least squares of a constant and a slope, neither below zero; loads are above it."""
    scale = np.array([1.0, float(load.max())])
    slope = load / scale[1]
    across, square = float(slope.sum()), float(slope @ slope)
    gram = np.array([[len(load), across], [across, square]])
    told = np.array([float(aim.sum()), float(slope @ aim)])
    if len(load) * square - across**2 > _TOLD_APART * len(load) * square:
        both = np.linalg.solve(gram, told)
    else:  # the load is nearly constant: of all that fit the smallest
        both = np.linalg.lstsq(np.stack((np.ones(len(load)), slope), axis=1), aim, rcond=None)[0]
    if (both >= 0).all():
        return np.asarray(both / scale)
    scaled = np.stack((np.ones(len(load)), slope))
    alone = np.maximum(told / np.diag(gram), 0)
    errors = [float(((aim - alone[k] * scaled[k]) ** 2).sum()) for k in range(2)]
    best = int(np.argmin(errors))
    result = np.zeros(2)
    result[best] = alone[best]
    return np.asarray(result / scale)


def own_consumption(
    present: Mask, commodity: Commodity, power_w: float = OWN_POWER_W
) -> EnergyArray:
    """What the meters of a group take themselves [Wh an hour], shape ``(t,)``.

    Parameters
    ----------
    present
        Which meters stand in which hour, shape ``(n, t)``.
    commodity
        Only electricity meters take of what they measure.
    """
    if commodity is not Commodity.ELECTRICITY:
        return np.zeros(present.shape[1], dtype=np.int64)
    return np.asarray(np.rint(present.sum(axis=0) * power_w), dtype=np.int64)


def coverage(known: Mask, expected: Mask, readings: EnergyArray) -> FloatArray:
    """Share of an hour's usual energy that is known, 0 to 1, shape ``(t,)``; NaN: none is due.

    A member counts by its mean over the hours in which it is known, a member of which nothing is
    known by the mean of the others, so that a silent one is never worth nothing; if nobody ever
    took anything, all count alike.

    Parameters
    ----------
    known, expected
        Which member's hour is known, and which was due; shape ``(n, t)``.
    readings
        Shape ``(n, t)`` [Wh or l]; meaningless where not known.
    """
    counts = known.sum(axis=1)
    sums = np.sum(np.maximum(readings, 0), axis=1, where=known)
    usual = np.divide(sums, counts, out=np.full(len(counts), np.nan), where=counts > 0)
    told = ~np.isnan(usual)
    usual[~told] = usual[told].mean() if told.any() else 1.0
    if usual.sum() <= 0:
        usual[:] = 1.0
    due = usual @ expected.astype(float)
    have = usual @ (expected & known).astype(float)
    share = np.full(known.shape[1], np.nan)
    np.divide(have, due, out=share, where=due > 0)
    nothing = (due <= 0) & expected.any(axis=0)
    share[nothing] = (expected & known)[:, nothing].sum(axis=0) / expected[:, nothing].sum(axis=0)
    return np.asarray(np.minimum(share, 1.0))


def standing(share: float, *, estimated: bool = False) -> Standing:
    """Name how much is known.

    Examples
    --------
    >>> standing(0.985)
    <Standing.PROVISIONAL: 'provisional'>
    """
    if np.isnan(share) or share < LEAST_PROVISIONAL:
        return Standing.INSUFFICIENT
    return Standing.FINAL if share >= 1 and not estimated else Standing.PROVISIONAL


@dataclass(frozen=True, slots=True)
class Accuracy:
    """What is known of the errors of a group's meters."""

    inlet_class: float
    """Accuracy class of the balance meter [%]."""

    member_class: FloatArray
    """Of each member [%], shape ``(n,)``."""

    quantum: FloatArray
    """What a pulse of each member stands for [Wh or l], shape ``(n,)``."""

    inlet_quantum: float = 1.0
    skew_s: float = SKEW_S
    """Most that a clock is off, either way."""


def uncertainty(
    supplied: EnergyArray,
    readings: EnergyArray,
    accuracy: Accuracy,
    estimated: FloatArray | None = None,
) -> FloatArray:
    """Half-width of the 95 % band of an hour's imbalance [Wh or l], shape ``(t,)``.

    Independent errors add by their squares: the class of each meter as a uniform error (class /
    sqrt 3), a pulse at either end of the hour (q^2 / 12 each, q^2 / 6 together), the energy that a
    clock that is off moves over the hour's ends, and what estimated readings may be wrong by.

    Parameters
    ----------
    supplied, readings
        Shape ``(t,)`` and ``(n, t)`` [Wh or l]; unknown readings as 0.
    estimated
        Standard deviation of estimated readings, 0 where measured, shape ``(n, t)``.

    Raises
    ------
    ShapeError
        They do not describe the same hours and members.

    Notes
    -----
    JCGM 100:2008 (GUM). An error of class is the same in every hour: the band of a month is not
    that of an hour times the root of its hours, but that of the month's sums.
    """
    if readings.shape[1:] != supplied.shape or len(accuracy.member_class) != len(readings):
        raise ShapeError(f"supplied {supplied.shape} against readings {readings.shape}")
    classes = accuracy.member_class[:, None] / 100 / _ROOT3
    inlet = (accuracy.inlet_class / 100 / _ROOT3 * supplied) ** 2
    pulses = (np.sum(accuracy.quantum**2) + accuracy.inlet_quantum**2) / 6
    variance = inlet + ((classes * readings) ** 2).sum(axis=0) + pulses
    moved = accuracy.skew_s / 3600 / _ROOT3
    both = np.concatenate((readings, supplied[None, :])).astype(float)
    variance += ((moved * _slope(both)) ** 2).sum(axis=0)
    if estimated is not None:
        variance += (estimated**2).sum(axis=0)
    return np.asarray(COVERAGE_FACTOR * np.sqrt(variance))


def _slope(values: FloatArray) -> FloatArray:
    """Half of the change from the hour before to the hour after, along the last axis."""
    if values.shape[-1] < 2:
        return np.zeros(values.shape)
    return np.asarray(np.gradient(values, axis=-1))


@dataclass(frozen=True, slots=True)
class Losses:
    """An imbalance taken apart; ``imbalance = technical + own + non_technical``, ``(t,)`` each."""

    imbalance: EnergyArray
    technical: EnergyArray
    own: EnergyArray
    non_technical: EnergyArray
    known: Mask
    """Where the numbers mean something."""


def take_apart(
    supplied: EnergyArray,
    delivered: EnergyArray,
    known: Mask,
    model: TechnicalLoss,
    own: EnergyArray,
) -> Losses:
    """Take an imbalance apart, hour by hour; unknown hours are 0 and not known.

    Raises
    ------
    ShapeError
        The arrays do not cover the same hours.

    Examples
    --------
    >>> one = np.array([1000])
    >>> take_apart(one, one - 60, one > 0, TechnicalLoss(0.05, 0), one - 999).non_technical
    array([12])
    """
    if not supplied.shape == delivered.shape == known.shape == own.shape:
        raise ShapeError(f"supplied {supplied.shape} against delivered {delivered.shape}")
    whole = np.where(known, supplied - delivered, 0)
    technical = np.where(known, model.of(delivered), 0)
    mine = np.where(known, own, 0)
    return Losses(whole, technical, mine, whole - technical - mine, known)
