"""Weather, from whoever provides it: the mean temperature outdoors of local days.

``BALANCE_WEATHER`` says who: nothing, ``constant:DEGREES``, or ``file:PATH``, a CSV file with a
column of days or hours (the first one) and one named ``temp_c``; a forecast of the days to come
stands in the same file. A provider that asks a service is a class with the same method.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
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
    """A file, read again when it changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_at: float | None = None
        self._days = pd.Series(dtype=float)

    def temperatures(self, days: Sequence[date]) -> NDArray[np.float64] | None:
        """As the file says.

        Raises
        ------
        InvalidError
            The file cannot be read, or has no such column.
        """
        self._refresh()
        return np.asarray(self._days.reindex(list(days)), dtype=np.float64)

    def _refresh(self) -> None:
        try:
            changed = self._path.stat().st_mtime
            if changed == self._read_at:
                return
            told = pd.read_csv(self._path)
            values = told[TEMPERATURE].to_numpy(dtype=float)
            moments = pd.to_datetime(told.iloc[:, 0])
        except (OSError, ValueError, KeyError) as error:
            message = f"weather file {self._path} cannot be read: {error!r}"
            raise InvalidError(message, code="BAD_WEATHER", field="weather") from error
        days = pd.Series(values, index=pd.DatetimeIndex(moments).date)
        hourly = days.index.has_duplicates
        grouped = days.groupby(level=0)
        self._days = grouped.mean().where(grouped.count() >= (LEAST_HOURS if hourly else 1))
        self._read_at = changed


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
