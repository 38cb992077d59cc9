"""What the linear model sees of a series at midnight: lags, slot statistics, habits, weather."""

import numpy as np

from analytics.forecasting.history import HOURS, FloatArray, Past, filled

LEAST_DAYS = 14
WINDOW = 28
SHORT = 14
WEEK = 7
HEATING_BASE_C = 16.0
_RIDGE = 30.0
"""Squared degrees: a slope that few cold days support is drawn to zero."""


def features(past: Past) -> tuple[FloatArray, FloatArray]:
    """Features of the day after ``past``, and the scale of each series.

    Parameters
    ----------
    past
        At least :data:`LEAST_DAYS` days of ``n`` series; nothing after them is looked at, but the
        temperature that is forecast for the day itself.

    Returns
    -------
    tuple of FloatArray
        Features in units of the scale, shape ``(n, 24, p)``; the mean of the last four weeks,
        shape ``(n,)``.
    """
    window = filled(past.values[:, -WINDOW:])
    mean = window.mean(axis=(1, 2))
    scale = np.where(mean > 0, mean, 1.0)
    days = window / scale[:, None, None]
    found = {**_lags(days), **_slots(days), **_levels(days)}
    found |= _calendar(days, past) | _contrasts(found) | _weather(days, past, found["median14"])
    found |= _habits(days, found)
    shape = len(days), HOURS
    columns = [np.broadcast_to(column, shape) for column in found.values()]
    return np.stack([*columns, np.ones(shape)], axis=2), scale


def _smooth(slots: FloatArray) -> FloatArray:
    around = np.roll(slots, 1, axis=1) + np.roll(slots, -1, axis=1)
    return np.asarray((around + 2 * slots) / 4)


def _lags(days: FloatArray) -> dict[str, FloatArray]:
    found = {f"lag{back}": days[:, -back] for back in (1, 2, 3, 4, 5, 6, 7, 14)}
    found["lag1_smooth"], found["lag7_smooth"] = _smooth(days[:, -1]), _smooth(days[:, -7])
    found["evening"] = days[:, -1, -1:]
    found["late"] = days[:, -1, -4:].mean(axis=1, keepdims=True)
    return found


def _slots(days: FloatArray) -> dict[str, FloatArray]:
    found: dict[str, FloatArray] = {}
    for length in (5, 7, 14, 28):
        found[f"median{length}"] = np.median(days[:, -length:], axis=1)
        found[f"mean{length}"] = days[:, -length:].mean(axis=1)
    q10, q25, q75, q90 = np.quantile(days[:, -SHORT:], (0.1, 0.25, 0.75, 0.9), axis=1)
    found |= {"q10": q10, "q25": q25, "q75": q75, "q90": q90}
    weights = 0.5 ** (np.arange(days.shape[1])[::-1] / 3)
    found["recent"] = np.einsum("ndh,d->nh", days, weights / weights.sum())
    found["median_smooth"] = _smooth(found["median14"])
    found["mean_smooth"] = _smooth(found["mean14"])
    return found


def _levels(days: FloatArray) -> dict[str, FloatArray]:
    daily = days.mean(axis=2)
    median = np.median(days[:, -SHORT:], axis=1)
    one, three = daily[:, -1:], daily[:, -3:].mean(axis=1, keepdims=True)
    week = daily[:, -WEEK:].mean(axis=1, keepdims=True)
    return {
        "day1": one,
        "day2": daily[:, -2:-1],
        "day7": daily[:, -7:-6],
        "days3": three,
        "days7": week,
        "least": days[:, -WEEK:].min(axis=(1, 2))[:, None],
        "shape_day1": median * one,
        "shape_days3": median * three,
        "shape_days7": median * week,
    }


def _calendar(days: FloatArray, past: Past) -> dict[str, FloatArray]:
    """Like days of the series itself, and what its neighbours did yesterday and a week ago."""
    total = past.values.shape[1]
    count = days.shape[1]
    weekday = (past.first_weekday + total - count + np.arange(count + 1)) % WEEK
    like = (weekday[:-1] >= 5) == (weekday[-1] >= 5)
    if not like.any():
        like = np.ones(count, dtype=np.bool_)
    median = np.median(days[:, -SHORT:], axis=1)
    everyone = days[:, -SHORT:].mean(axis=0) if past.neighbours is None else past.neighbours
    usual = np.maximum(everyone.mean(axis=0), 1e-9)
    return {
        "like_median": np.median(days[:, like], axis=1),
        "like_mean": days[:, like].mean(axis=1),
        "weekday": np.median(days[:, -WEEK::-WEEK], axis=1),
        "all_week": median * (everyone[-WEEK] / usual),
        "all_day": median * (everyone[-1].mean() / usual.mean()),
    }


def _contrasts(found: dict[str, FloatArray]) -> dict[str, FloatArray]:
    lag, other = found["lag1"], found["lag2"]
    return {
        "spread": np.minimum(found["q75"] - found["q25"], 3),
        "above": np.maximum(lag - found["q75"], 0),
        "below": np.maximum(found["q25"] - lag, 0),
        "far_above": np.maximum(lag - found["q90"], 0),
        "week_above": np.maximum(found["lag7"] - found["q75"], 0),
        "skew": np.maximum(found["mean14"] - found["median14"], 0),
        "lower": np.minimum(lag, other),
        "median3": np.median([lag, other, found["lag3"]], axis=0),
    }


def _habits(days: FloatArray, found: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """How a series clings to yesterday, to its week and to its slots changes what lags say."""
    recent = days[:, -22:]
    median = np.median(recent, axis=1, keepdims=True)
    apart = np.abs(recent - median).mean(axis=(1, 2))
    by_day = np.abs(np.diff(recent, axis=1)).mean(axis=(1, 2))
    by_week = np.abs(recent[:, WEEK:] - recent[:, :-WEEK]).mean(axis=(1, 2))
    daily = recent.mean(axis=2)
    clings = _log_ratio(by_day, apart)
    weekly = _log_ratio(by_week, apart)
    varies = np.clip(apart, 0, 1)[:, None] - 0.4
    moves = np.clip(daily.std(axis=1) / (daily.mean(axis=1) + 0.01), 0, 1)[:, None] - 0.25
    result: dict[str, FloatArray] = {}
    for name in ("lag1", "median7", "median28", "mean7", "recent", "day1", "q75", "q25"):
        result[f"{name}_clings"], result[f"{name}_varies"] = (
            found[name] * clings,
            found[name] * varies,
        )
    for name in ("lag1", "lag7", "median7", "like_median"):
        result[f"{name}_weekly"] = found[name] * weekly
    for name in ("day1", "shape_day1", "days3", "shape_days3", "median7", "median28"):
        result[f"{name}_moves"] = found[name] * moves
    return result


def _log_ratio(one: FloatArray, other: FloatArray) -> FloatArray:
    ratio = np.clip(np.log((one + 0.01) / (other + 0.01)), -1, 1)
    return np.asarray(ratio[:, None] - 0.3)


def _weather(days: FloatArray, past: Past, median: FloatArray) -> dict[str, FloatArray]:
    """Heating degrees against those of the last two weeks, by the series' own slope."""
    if past.temperature is None:
        return {}
    count = days.shape[1]
    degrees = np.maximum(0, HEATING_BASE_C - past.temperature[-count - 1 :])
    before, now = degrees[:-1], degrees[-1]
    known = ~np.isnan(before)
    zero = np.zeros((len(days), HOURS))
    recent = before[-SHORT:][known[-SHORT:]]
    if np.isnan(now) or not len(recent):
        return dict.fromkeys(("colder", "own_shape", "own", "own_day"), zero)
    apart = before[known] - before[known].mean()
    daily = days.mean(axis=2)[:, known]
    slope = (daily - daily.mean(axis=1, keepdims=True)) @ apart / (apart @ apart + _RIDGE)
    change = float(now - recent.mean())
    step = float(now - before[-1]) if known[-1] else 0.0
    return {
        "colder": median * change / 10,
        "own_shape": median * (slope * change)[:, None],
        "own": zero + (slope * change)[:, None],
        "own_day": median * (slope * step)[:, None],
    }
