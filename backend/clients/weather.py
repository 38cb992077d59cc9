"""Weather, from whoever provides it: the mean temperature outdoors of local days.

``BALANCE_WEATHER`` says who: nothing, ``constant:DEGREES``, or ``file:PATH``, a CSV file with a
column of days or hours (the first one) and one named ``temp_c``; a forecast of the days to come
stands in the same file. A provider that asks a service is a class with the same method.
"""

import csv
import gzip
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from statistics import fmean
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from domain.errors import InvalidError

TEMPERATURE = "temp_c"
LEAST_HOURS = 12
"""A day of which fewer hours are known has no mean."""


class Weather(Protocol):
    """Who knows the weather."""

    def temperatures(self, days: Sequence[date]) -> NDArray[np.float64] | None:
        """Mean of each day in degC, NaN where unknown, shape ``(d,)``; None where nobody knows."""


class NoWeather:
    """Nobody knows."""

    def temperatures(self, days: Sequence[date]) -> NDArray[np.float64] | None:  # noqa: ARG002 - of the protocol
        """None."""
        return None


class ConstantWeather:
    """Every day is alike: where heating does not matter, and for tests."""

    def __init__(self, degrees: float) -> None:
        self._degrees = degrees

    def temperatures(self, days: Sequence[date]) -> NDArray[np.float64] | None:
        """The same for all."""
        return np.full(len(days), self._degrees)


class FileWeather:
    """A file, read again when it changes; it may be compressed by gzip."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_at: float | None = None
        self._days: dict[date, float] = {}

    def temperatures(self, days: Sequence[date]) -> NDArray[np.float64] | None:
        """As the file says.

        Raises
        ------
        InvalidError
            The file cannot be read, or has no such column.
        """
        self._refresh()
        return np.array([self._days.get(day, np.nan) for day in days])

    def _refresh(self) -> None:
        try:
            changed = self._path.stat().st_mtime
            if changed != self._read_at:
                self._days = _means(self._path)
                self._read_at = changed
        except (OSError, ValueError, KeyError) as error:
            message = f"weather file {self._path} cannot be read: {error!r}"
            raise InvalidError(message, code="BAD_WEATHER", field="weather") from error


def _means(path: Path) -> dict[date, float]:
    """Mean of each day; of hours, where a day has enough of them."""
    opened = gzip.open if path.suffix == ".gz" else open
    told: dict[date, list[float]] = {}
    with opened(path, "rt", encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        first = (rows.fieldnames or [""])[0]
        if TEMPERATURE not in (rows.fieldnames or []):
            raise KeyError(TEMPERATURE)
        for row in rows:
            if row[TEMPERATURE]:
                day = datetime.fromisoformat(row[first]).date()
                told.setdefault(day, []).append(float(row[TEMPERATURE]))
    hourly = any(len(values) > 1 for values in told.values())
    least = LEAST_HOURS if hourly else 1
    return {day: fmean(values) for day, values in told.items() if len(values) >= least}


def weather_of(told: str) -> Weather:
    """The provider that a setting names.

    Raises
    ------
    InvalidError
        It names none.

    Examples
    --------
    >>> weather_of("constant:5").temperatures([date(2026, 1, 1)])
    array([5.])
    """
    kind, _, rest = told.partition(":")
    try:
        match kind:
            case "":
                return NoWeather()
            case "constant":
                return ConstantWeather(float(rest))
            case "file" if rest:
                return FileWeather(Path(rest).expanduser())
    except ValueError:
        pass
    raise InvalidError(
        f"weather must be empty, constant:DEGREES or file:PATH, not {told!r}",
        code="BAD_WEATHER",
        field="weather",
    )
