"""The first look: every shape of every member, beginning on every day, in one pass.

For a shape x that begins on day s the weighted least squares coefficient beside the nuisance
columns Z (technical losses, common clock) needs only sums of x y, x x and x Z over the days from s
on. They are suffix sums of daily sums, so all start days cost as much as one.
"""

from dataclasses import dataclass

import numpy as np

from analytics.attribution.preparation import Prepared
from analytics.attribution.window import FloatArray, IntArray

_RIDGE = 1e-9
_LEAST_LEFT = 1e-4
"""A shape of which the nuisance columns explain all but this share is not told apart from them."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Weighted imbalance with what is always allowed to explain it."""

    weight: FloatArray
    """Inverse variance of each hour, 0 where it is not usable, shape ``(t,)``."""

    columns: FloatArray
    """Nuisance columns Z, shape ``(k, t)``."""

    inverse: FloatArray
    """(Z W Z')^-1, shape ``(k, k)``."""

    coefficients: FloatArray
    residual: FloatArray
    """Imbalance that Z leaves, shape ``(t,)``."""

    noise: float
    """Scatter of an hour as a share of its energy."""


def nuisance(prepared: Prepared) -> FloatArray:
    """Technical losses a B + b B^2 and a clock of the balance meter that is off; ``(4, t)``."""
    delivered = prepared.delivered
    later = np.append(delivered[1:], delivered[-1:]) - delivered
    earlier = np.concatenate((delivered[:1], delivered[:-1])) - delivered
    return np.stack((delivered, delivered**2, later, earlier))


def fit(prepared: Prepared, columns: FloatArray, noise: float, floor: float | None = None) -> Frame:
    """Regress the imbalance on the columns.

    Parameters
    ----------
    columns
        Shape ``(k, t)``.
    noise
        Scatter of an hour as a share of its energy: a first guess when there is a floor.
    floor
        The noise is fitted to what the columns leave, but not below this. None keeps the noise.
    """
    imbalance = prepared.imbalance
    hours = int(np.count_nonzero(prepared.usable))
    freedom = max(1.0 - len(columns) / max(hours, 1), 0.1)
    frame = _fit(prepared, columns, noise, imbalance)
    for _ in range(2 if floor is not None else 0):
        told = scatter(prepared, frame.residual, noise) / float(np.sqrt(freedom))
        noise = max(told, floor or 0.0)
        frame = _fit(prepared, columns, noise, imbalance)
    return frame


def _fit(prepared: Prepared, columns: FloatArray, noise: float, imbalance: FloatArray) -> Frame:
    weight = np.where(prepared.usable, 1 / prepared.variance(noise), 0.0)
    gram = (columns * weight) @ columns.T
    scale = np.sqrt(np.maximum(np.diag(gram), 1e-30))
    inverse = np.linalg.inv(gram / np.outer(scale, scale) + _RIDGE * np.eye(len(gram)))
    inverse /= np.outer(scale, scale)
    coefficients = inverse @ (columns @ (weight * imbalance))
    residual = np.where(prepared.usable, imbalance - coefficients @ columns, 0.0)
    return Frame(weight, columns, inverse, coefficients, residual, noise)


def scatter(prepared: Prepared, residual: FloatArray, noise: float) -> float:
    """Noise share with which the middle half of the residuals would be as wide as it is."""
    usable = prepared.usable
    extra = np.sqrt(prepared.variance(noise)[usable])
    apart = np.abs(residual[usable]) / extra
    return noise * float(np.median(apart)) / 0.6745 if len(apart) else noise


@dataclass(frozen=True, slots=True)
class Screen:
    """Scores of ``m`` shapes beginning on each of ``d`` days, shape ``(m, d)`` each."""

    score: FloatArray
    """Standard deviations, with the sign of the coefficient."""

    coefficient: FloatArray


def screen(frame: Frame, shapes: FloatArray, starts: IntArray) -> Screen:
    """Score shapes ``(m, t)`` from each start day to the window's end."""
    beside = np.concatenate((frame.residual[None, :], frame.columns)) * frame.weight
    daily = _daily_products(shapes, beside, starts)
    told_of = np.cumsum(daily[:, :, ::-1], axis=2)[:, :, ::-1]
    with_y, with_z = told_of[0], told_of[1:]
    with_self = _suffix(shapes**2 * frame.weight, starts)
    solved = np.tensordot(frame.inverse, with_z, 1)
    explained = (solved * with_z).sum(axis=0)
    left = with_self - explained
    told = left > _LEAST_LEFT * np.maximum(with_self, 1e-12)
    safe = np.where(told, left, 1.0)
    return Screen(np.where(told, with_y / np.sqrt(safe), 0.0), np.where(told, with_y / safe, 0.0))


def _daily_products(shapes: FloatArray, columns: FloatArray, starts: IntArray) -> FloatArray:
    """Sums of shapes ``(m, t)`` times columns ``(k, t)`` over each day, shape ``(k, m, d)``.

    Days of equal length, which nearly all are, are one product of matrices.
    """
    edges = np.append(starts, shapes.shape[1])
    length = np.diff(edges)
    runs = np.append(np.flatnonzero(np.diff(length, prepend=-1)), len(length))
    found = np.empty((len(length), len(shapes), len(columns)))
    for begin, end in zip(runs[:-1].tolist(), runs[1:].tolist(), strict=True):
        part = slice(edges[begin], edges[end])
        days = -1, end - begin, length[begin]
        np.matmul(
            shapes[:, part].reshape(days).transpose(1, 0, 2),
            columns[:, part].reshape(days).transpose(1, 2, 0),
            out=found[begin:end],
        )
    return found.transpose(2, 1, 0)


def _suffix(values: FloatArray, starts: IntArray) -> FloatArray:
    """Sums from the start of each day to the end, shape ``(m, d)``."""
    daily = np.add.reduceat(values, starts, axis=1)
    return np.asarray(np.cumsum(daily[:, ::-1], axis=1)[:, ::-1])
