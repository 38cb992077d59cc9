"""One linear quantile model for many series, and its calibrated band.

The absolute error is minimised by iteratively reweighted least squares (Schlossmacher 1973), once
over all hours of the day and then hour by hour, drawn to the first. The band is split-conformal
(Vovk 2005; Lei et al. 2018): quantiles of errors of days that the model was not fitted on, in
units of how far the slots of the series itself usually spread.
"""

from dataclasses import dataclass

import numpy as np

from analytics.forecasting.features import LEAST_DAYS, features
from analytics.forecasting.history import HOURS, FloatArray, Past, filled

LEAST_HISTORY_DAYS = 28
TRAINING_DAYS = 20
CALIBRATION_DAYS = 5
MOST_ROWS = 300_000
"""Series beyond it are thinned evenly: the coefficients are common to all."""

_CLASSES = 6
_LEAST_CALIBRATED = 200
_RIDGE, _TO_COMMON, _KINK = 1e-3, 3e-3, 0.01


@dataclass(frozen=True, slots=True)
class Quantiles:
    """A day ahead by hours in the unit of the values, each of shape ``(n, 24)``."""

    p10: FloatArray
    p50: FloatArray
    p90: FloatArray
    mean: FloatArray
    """For sums: medians of parts do not add up to the median of the whole."""


@dataclass(frozen=True, slots=True)
class Model:
    """Coefficients by hour, and errors by class of how widely a slot spreads."""

    coefficients: FloatArray
    """Shape ``(24, p)``."""

    edges: FloatArray
    """Between classes of the spread relative to the scale, shape ``(c - 1,)``."""

    errors: FloatArray
    """P10, P90 and mean of (came - forecast) / spread by class, shape ``(3, c)``."""

    ahead: FloatArray | None = None
    """The same where the last day of the past is itself forecast; None of older models."""

    def forecast(self, past: Past, guessed: float | FloatArray = 0.0) -> Quantiles:
        """The day after ``past``; a series without a known hour gives NaN.

        Parameters
        ----------
        guessed
            Share of the last day that is forecast, not known, a number or shape ``(n,)``: the band
            is between that of the next day and that of the one after it.
        """
        found, scale = features(past)
        middle = np.maximum(np.einsum("nhp,hp->nh", found, self.coefficients), 0)
        spread = spreads(past) / scale[:, None]
        at = np.searchsorted(self.edges, spread)
        later = self.errors if self.ahead is None else self.ahead
        part = np.broadcast_to(np.asarray(guessed, float), len(scale))[:, None]
        low, high, mean = (
            middle + (near[at] * (1 - part) + far[at] * part) * spread
            for near, far in zip(self.errors, later, strict=True)
        )
        low = np.clip(low, 0, middle)
        known = ~np.isnan(past.values)
        silent = ~known.any(axis=(1, 2))
        idle = ~(np.nan_to_num(past.values[:, -LEAST_HISTORY_DAYS:]) > 0).any(axis=(1, 2))
        unit = np.where(silent, np.nan, np.where(idle, 0.0, scale))[:, None]
        return Quantiles(
            low * unit, middle * unit, np.maximum(high, middle) * unit, np.maximum(mean, 0) * unit
        )


def spreads(past: Past) -> FloatArray:
    """How far the hours of each slot usually lie from one another, shape ``(n, 24)``.

    The mean of the P10-P90 range of the slot in four weeks and those of the hours beside it, with
    a share of the whole series' one, so that a slot that was quiet by chance has a band.
    """
    window = filled(past.values[:, -LEAST_HISTORY_DAYS:])
    low, high = np.quantile(window, (0.1, 0.9), axis=1)
    own = high - low
    beside = (np.roll(own, 1, axis=1) + np.roll(own, -1, axis=1)) / 2
    return np.asarray(0.5 * own + 0.3 * beside + 0.2 * own.mean(axis=1, keepdims=True))


def fit(past: Past) -> Model | None:
    """Fit on the days of ``past``; None where there are fewer than four weeks.

    Parameters
    ----------
    past
        Series of one kind: homes, or groups. Coefficients are common, so a few thousand do.
    """
    days = past.values.shape[1]
    if days < LEAST_HISTORY_DAYS or not len(past.values):
        return None
    targets = range(max(LEAST_DAYS, days - TRAINING_DAYS), days)
    every = max(1, len(past.values) * HOURS * len(targets) // MOST_ROWS)
    thin = Past(past.values[::every], past.first_weekday, past.temperature)
    held = targets[-CALIBRATION_DAYS:]
    seen = {day: _examples(thin, day) for day in targets}
    first = _coefficients([seen[day] for day in targets if day not in held])
    edges, errors = _calibrate(thin, first, {day: seen[day] for day in held})
    ahead = _calibrate_ahead(thin, first, held, edges)
    return Model(_coefficients(list(seen.values())), edges, errors, ahead)


_Examples = tuple[FloatArray, FloatArray, FloatArray]


def _examples(past: Past, day: int) -> _Examples:
    found, scale = features(past.before(day))
    return found, past.values[:, day] / scale[:, None], scale


def _coefficients(examples: list[_Examples]) -> FloatArray:
    found = np.stack([one for one, _, _ in examples])
    came = np.stack([one for _, one, _ in examples])
    scales = np.stack([one for _, _, one in examples])
    # an error of a large consumer is as large; one of a giant must not speak for all
    typical = np.median(scales)
    weight = np.minimum(scales, 5 * typical)[:, :, None] / typical * np.ones(HOURS)
    weight = np.where(np.isnan(came), 0.0, weight)
    came = np.nan_to_num(came)
    width = found.shape[-1]
    flat = found.reshape(-1, width), came.ravel(), weight.ravel()
    common = least_absolute(*flat, np.zeros(width), _RIDGE, rounds=12)
    result = np.empty((HOURS, width))
    for hour in range(HOURS):
        near = np.array([hour - 1, hour, (hour + 1) % HOURS])
        rows = found[:, :, near].reshape(-1, width), came[:, :, near].ravel()
        result[hour] = least_absolute(*rows, weight[:, :, near].ravel(), common, _TO_COMMON, 5)
    return result


def least_absolute(  # noqa: PLR0913, PLR0917 - a regression has as many terms
    found: FloatArray,
    came: FloatArray,
    weight: FloatArray,
    near: FloatArray,
    ridge: float,
    rounds: int,
) -> FloatArray:
    """Coefficients of least weighted absolute error, drawn to ``near`` by a ridge.

    Parameters
    ----------
    found
        Shape ``(m, p)``.
    came, weight
        Shape ``(m,)``.
    near
        Shape ``(p,)``.

    Examples
    --------
    >>> ones, came = np.ones((5, 1)), np.array([1.0, 2.0, 3.0, 4.0, 1000.0])
    >>> float(least_absolute(ones, came, np.ones(5), np.zeros(1), 1e-6, 50)[0].round(1))
    3.0
    """
    total = weight.sum()
    if not total > 0:
        return near
    size = np.sqrt(np.einsum("mp,mp,m->p", found, found, weight) / total)
    size[size == 0] = 1.0
    unit = found / size
    goal = near * size
    now = goal.copy()
    for _ in range(rounds):
        pull = weight / np.maximum(np.abs(came - unit @ now), _KINK)
        rooted = unit * np.sqrt(pull)[:, None]
        left = rooted.T @ rooted  # of one array with itself: half the work
        drawn = ridge * pull.sum()
        left[np.diag_indices_from(left)] += drawn
        now = np.linalg.solve(left, unit.T @ (pull * came) + drawn * goal)
    return np.asarray(now / size)


def _calibrate(
    past: Past, coefficients: FloatArray, held: dict[int, _Examples]
) -> tuple[FloatArray, FloatArray]:
    errors, relative, sizes = [], [], []
    for day, (found, came, scale) in held.items():
        spread = spreads(past.before(day)) / scale[:, None]
        middle = np.maximum(np.einsum("nhp,hp->nh", found, coefficients), 0)
        known = ~np.isnan(came) & (spread > 0)
        errors.append((came - middle)[known] / spread[known])
        relative.append(spread[known])
        sizes.append((np.broadcast_to(scale[:, None], spread.shape) * spread)[known])
    error, spread, size = (np.concatenate(one) for one in (errors, relative, sizes))
    if len(error) < _LEAST_CALIBRATED:
        return np.zeros(0), _told(error, size)[:, None]
    edges = np.quantile(spread, np.arange(1, _CLASSES) / _CLASSES)
    at = np.searchsorted(edges, spread)
    table = np.zeros((3, _CLASSES))
    for number in range(_CLASSES):
        own = at == number
        table[:, number] = _told(error[own], size[own])
    return edges, table


def _calibrate_ahead(
    past: Past, coefficients: FloatArray, held: range, edges: FloatArray
) -> FloatArray | None:
    """Errors of days whose day before was itself forecast, by the same classes."""
    errors, relative, sizes = [], [], []
    plain = Model(coefficients, np.zeros(0), np.zeros((3, 1)))
    for day in held:
        if day - 1 < LEAST_DAYS:
            continue
        before = past.before(day)
        values = before.values.copy()
        values[:, -1] = plain.forecast(past.before(day - 1)).p50
        stood_in = Past(values, before.first_weekday, before.temperature)
        found, scale = features(stood_in)
        spread = spreads(stood_in) / scale[:, None]
        middle = np.maximum(np.einsum("nhp,hp->nh", found, coefficients), 0)
        came = past.values[:, day] / scale[:, None]
        known = ~np.isnan(came) & (spread > 0)
        errors.append((came - middle)[known] / spread[known])
        relative.append(spread[known])
        sizes.append((np.broadcast_to(scale[:, None], spread.shape) * spread)[known])
    if not errors:
        return None
    error, spread, size = (np.concatenate(one) for one in (errors, relative, sizes))
    at = np.searchsorted(edges, spread)
    table = [_told(error[at == number], size[at == number]) for number in range(len(edges) + 1)]
    return np.stack(table, axis=1)


def _told(error: FloatArray, size: FloatArray) -> FloatArray:
    """P10 and P90 of errors in spreads, and their mean by energy: sums must come out right."""
    if not len(error):
        return np.array([-0.5, 0.5, 0.0])
    mean = float((error * size).sum() / size.sum())
    return np.array([*np.quantile(error, (0.1, 0.9)), mean])
