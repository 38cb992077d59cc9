"""Forecast of the last week of a file of homes, at each local midnight, from earlier hours only.

The temperature of the day to be forecast is the one that came: a perfect weather forecast. So the
figures without any weather are printed beside those with it.
"""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from analytics.forecasting import linear, month, slots
from analytics.forecasting.history import HOURS, FloatArray, Past, filled

WEEK = 7
TOMORROW_ASKED = (0, 12, 18)
"""Hours of today at which tomorrow is asked for."""

REST_DAYS = (3, 7, 14, 21)
REST_PAST = 59
"""Days before the rest that are known, as the product reads them: of two months at most."""

TEMPERATURE = "temp_c"


@dataclass(frozen=True, slots=True)
class Homes:
    """A file of homes by days."""

    names: list[str]
    days: pd.DatetimeIndex
    values: FloatArray
    """kWh, shape ``(n, d, 24)``."""

    temperature: FloatArray | None


def load(readings: Path, weather: Path | None) -> Homes:
    """Read whole days; hours that the file lacks are unknown."""
    table = pd.read_parquet(readings)
    if not isinstance(table.index, pd.DatetimeIndex):
        first = next(n for n in table if pd.api.types.is_datetime64_any_dtype(table[n]))
        table = table.set_index(first)
    table = table.select_dtypes("number").groupby(level=0).mean()
    start, end = table.index[0].ceil("D"), (table.index[-1] + pd.Timedelta(hours=1)).floor("D")
    hours = pd.date_range(start, end, freq="h", inclusive="left")
    grid = table.reindex(hours).to_numpy(dtype=float)
    values = np.where(grid < 0, np.nan, grid).T.reshape(grid.shape[1], -1, HOURS)
    warm = None
    if weather is not None:
        told = pd.read_csv(weather)
        at = pd.DatetimeIndex(pd.to_datetime(told.iloc[:, 0]))
        series = pd.Series(told[TEMPERATURE].to_numpy(dtype=float), index=at)
        series = series.groupby(level=0).mean().reindex(hours)
        by_day = series.to_numpy().reshape(-1, HOURS)
        few = np.count_nonzero(~np.isnan(by_day), axis=1) < HOURS // 2
        warm = np.full(len(by_day), np.nan)
        warm[~few] = np.nanmean(by_day[~few], axis=1)
    return Homes([str(n) for n in table.columns], hours[::HOURS], values, warm)


def midnights(homes: Homes, days: int) -> Iterator[tuple[int, Past]]:
    """The days to forecast, and a copy of what was known when each began."""
    total = homes.values.shape[1]
    whole = Past(
        homes.values,
        homes.days[0].weekday(),
        None if homes.temperature is None else np.append(homes.temperature, np.nan),
    )
    for day in range(total - days, total):
        past = whole.before(day)
        yield day, Past(past.values.copy(), past.first_weekday, past.temperature)


@dataclass(slots=True)
class Scores:
    """Absolute errors by forecast, and what the band covered."""

    errors: dict[str, list[FloatArray]] = field(default_factory=dict)
    covered: list[FloatArray] = field(default_factory=list)
    total: list[FloatArray] = field(default_factory=list)
    tomorrow: dict[int, list[FloatArray]] = field(default_factory=dict)
    """What the band of the day after held, by the hour of the day at which it was asked."""

    sums: list[tuple[float, float, float, float]] = field(default_factory=list)

    def add(self, name: str, came: FloatArray, told: FloatArray) -> None:
        """Score one day of one forecast."""
        self.errors.setdefault(name, []).append(np.abs(came - told)[~np.isnan(came)])

    def mae(self, name: str) -> float:
        """Mean absolute error."""
        return float(np.concatenate(self.errors[name]).mean())


def median14(past: Past) -> FloatArray:
    """Median of each slot in 14 days times the level of the last 3 days: the bar to beat."""
    window = filled(past.values[:, -14:])
    usual = np.maximum(window.mean(axis=(1, 2)), 1e-9)
    level = window[:, -3:].mean(axis=(1, 2)) / usual
    return np.asarray(np.median(window, axis=1) * level[:, None])


def tomorrow(  # noqa: PLR0913, PLR0917 - a day, what was known of it and what was told
    scores: Scores, homes: Homes, day: int, model: linear.Model, past: Past, told: FloatArray
) -> None:
    """Score the day after a day, asked at some hours of it with the rest of it as expected.

    The model is that of the day's midnight, and of the day only the hours that are over are seen.
    """
    if day + 1 >= homes.values.shape[1]:
        return
    came = homes.values[:, day + 1]
    known = ~np.isnan(came)
    for hour in TOMORROW_ASKED:
        today = np.where(
            np.arange(HOURS) < hour, filled(homes.values[:, day : day + 1])[:, 0], told
        )
        values = np.concatenate([past.values, today[:, None]], axis=1)
        warm = None if homes.temperature is None else homes.temperature[: day + 2]
        seen = Past(values, past.first_weekday, warm)
        found = model.forecast(seen, (HOURS - hour) / HOURS)
        inside = ((came >= found.p10) & (came <= found.p90))[known]
        scores.tomorrow.setdefault(hour, []).append(inside.astype(float))


def score(homes: Homes) -> tuple[Scores, dict[str, float], list[dict[str, object]]]:
    """Forecast the last week and compare it with what came."""
    scores, rows = Scores(), []
    fit_s, told_s = 0.0, 0.0
    for day, past in midnights(homes, WEEK):
        start = time.perf_counter()
        model = linear.fit(past)
        fitted = time.perf_counter()
        told = model.forecast(past) if model else slots.State.of(past.values).forecast()
        fit_s, told_s = fit_s + fitted - start, told_s + time.perf_counter() - fitted
        rows.append({"day": str(homes.days[day].date()), "p50": told.p50.round(4).tolist()})
        if model:
            tomorrow(scores, homes, day, model, past, told.p50)
        came, before = homes.values[:, day], filled(past.values)  # read only now
        state = slots.State.of(past.values).forecast()
        scores.add("model", came, told.p50)
        scores.add("slots", came, state.p50)
        scores.add("lag24", came, before[:, -1])
        weeks = before[:, -WEEK::-WEEK][:, :4]
        scores.add("week4", came, weeks.mean(axis=1))
        scores.add("median14", came, median14(past))
        known = ~np.isnan(came)
        scores.covered.append(((came >= told.p10) & (came <= told.p90))[known].astype(float))
        scores.total.append(came[known])
        whole = np.nansum(came, axis=0)
        scores.sums.append(
            (
                float(np.abs(whole - np.nansum(told.mean, axis=0)).sum()),
                float(np.abs(whole - np.nansum(told.p50, axis=0)).sum()),
                float(np.abs(whole - before[:, -1].sum(axis=0)).sum()),
                float(whole.sum()),
            )
        )
    size = len(homes.values)
    cost = {"fit_s": fit_s / WEEK, "us_per_meter_day": 1e6 * told_s / WEEK / size}
    return scores, cost, rows


def whole_months(days: pd.DatetimeIndex) -> list[tuple[int, int]]:
    """Whole calendar months of a file with a week before them; else its last four weeks."""
    firsts = np.flatnonzero(days.day == 1).tolist()
    if days[-1].is_month_end:
        firsts.append(len(days))
    return list(pairwise(firsts)) or [(len(days) - 28, len(days))]


def month_ends(homes: Homes, *, heated: bool) -> dict[str, float]:
    """All whole months, forecast after some days of each, against the run-rate.

    Known are the month so far and the one before, as the product reads them.
    """
    found: dict[str, float] = {}
    for asked in (7, 10, 14, 20):
        wrong, by_rate, whole, inside = 0.0, 0.0, 0.0, []
        before = 0
        for start, end in whole_months(homes.days):
            now, low = start + asked, before
            before = start
            days = homes.values[:, low:now]
            known = ~np.isnan(homes.values[:, start:end]).any(axis=(1, 2))
            known &= (~np.isnan(days).any(axis=2)).sum(axis=1) >= month.LEAST_DAYS
            if not known.any():
                continue
            daily = filled(days[known]).sum(axis=2)
            came = homes.values[known, start:end].sum(axis=(1, 2))
            warm = None if homes.temperature is None else homes.temperature[low:end]
            told = month.rest(daily, end - now, warm, heated=heated, this_month=asked)
            so_far = daily[:, start - low :].sum(axis=1)
            wrong += float(np.abs(so_far + told.p50 - came).sum())
            by_rate += float(np.abs(so_far / asked * (end - start) - came).sum())
            whole += float(came.sum())
            inside.append((so_far + told.p10 <= came) & (came <= so_far + told.p90))
        if inside:
            found[f"month_day{asked}_wape"] = wrong / whole
            found[f"month_day{asked}_run_rate_wape"] = by_rate / whole
            found[f"month_day{asked}_coverage_pct"] = 100 * float(np.concatenate(inside).mean())
            found[f"month_day{asked}_cases"] = len(np.concatenate(inside))
    return found


def rests(homes: Homes, *, heated: bool) -> dict[str, float]:
    """Share of sums of the next days inside their band, asked at every midnight of the file.

    Windows overlap and a cold week is cold for all: it is one autumn, not so many trials.
    """
    daily = filled(homes.values).sum(axis=2)
    found: dict[str, float] = {}
    for days in REST_DAYS:
        inside = []
        for now in range(month.LEAST_DAYS, daily.shape[1] - days + 1):
            told = month.rest(daily[:, max(now - REST_PAST, 0) : now], days, heated=heated)
            came = daily[:, now : now + days].sum(axis=1)
            inside.append(float(((told.p10 <= came) & (came <= told.p90)).mean()))
        if inside:
            found[f"next{days}_coverage_pct"] = 100 * float(np.mean(inside))
    return found


def figures(
    homes: Homes, *, heated: bool = False
) -> tuple[dict[str, float], list[dict[str, object]]]:
    """All figures of one set of homes."""
    scores, cost, rows = score(homes)
    mae, lag = scores.mae("model"), scores.mae("lag24")
    sums = np.array(scores.sums).sum(axis=0)
    found = {
        "wape_gain_pct": 100 * (1 - mae / lag),
        "wape": mae / float(np.concatenate(scores.total).mean()),
        "mae": mae,
        "mae_lag24": lag,
        "mae_week4": scores.mae("week4"),
        "mae_median14": scores.mae("median14"),
        "mae_slots": scores.mae("slots"),
        "ratio_lag24": mae / lag,
        "ratio_week4": mae / scores.mae("week4"),
        "band_coverage_pct": 100 * float(np.concatenate(scores.covered).mean()),
        **{
            f"tomorrow_asked_{hour}h_coverage_pct": 100 * float(np.concatenate(held).mean())
            for hour, held in scores.tomorrow.items()
        },
        "sum_wape_mean_pct": 100 * sums[0] / sums[3],
        "sum_wape_median_pct": 100 * sums[1] / sums[3],
        "sum_wape_lag24_pct": 100 * sums[2] / sums[3],
    }
    return {
        **found,
        **month_ends(homes, heated=heated),
        **rests(homes, heated=heated),
        **cost,
    }, rows


def main() -> None:
    """Print the figures with and without weather; the last line is one JSON object."""
    here = Path(__file__).parent.parent / "simulator" / "data" / "ch_electricity"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings", type=Path, default=here / "ch_electricity_hourly.parquet")
    parser.add_argument("--weather", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--heated", action="store_true", help="it is heat, or gas for heating")
    asked = parser.parse_args()
    homes = load(asked.readings, asked.weather)
    found, rows = figures(homes, heated=asked.heated)
    if asked.weather is not None:
        without, _ = figures(
            Homes(homes.names, homes.days, homes.values, None), heated=asked.heated
        )
        print("without weather:", json.dumps({k: round(v, 4) for k, v in without.items()}))
        print("with the temperature that came, a perfect weather forecast:")
        found |= {
            f"{key}_no_weather": value
            for key, value in without.items()
            if key in {"mae", "ratio_lag24"} or key.startswith("month_")
        }
    if asked.out is not None:
        asked.out.write_text("".join(json.dumps(row) + "\n" for row in rows))
    print(json.dumps({key: round(value, 4) for key, value in found.items()}))


if __name__ == "__main__":
    main()
