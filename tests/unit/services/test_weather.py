"""Providers of weather: a constant, a file of days or hours, and settings that name none."""

import os
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from backend.clients.weather import weather_of
from domain.errors import InvalidError

DAYS = [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)]


def test_nobody_and_a_constant() -> None:
    assert weather_of("").temperatures(DAYS) is None
    assert weather_of("constant:-4.5").temperatures(DAYS).tolist() == [-4.5] * 3  # type: ignore[union-attr]


def test_a_file_of_days_is_read_again_when_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "weather.csv"
    file.write_text("day,temp_c\n2026-01-01,3.5\n2026-01-03,-1\n")
    weather = weather_of(f"file:{file}")
    found = weather.temperatures(DAYS)
    assert found is not None
    assert found[[0, 2]].tolist() == [3.5, -1.0]
    assert np.isnan(found[1])
    file.write_text("day,temp_c\n2026-01-02,9\n")
    os.utime(file, (1, 1))
    assert weather.temperatures(DAYS)[1] == 9  # type: ignore[index]


def test_hours_are_averaged_and_half_days_are_none(tmp_path: Path) -> None:
    file = tmp_path / "weather.csv"
    lines = [f"2026-01-01 {hour:02}:00:00,{hour}" for hour in range(24)]
    lines += [f"2026-01-02 {hour:02}:00:00,5" for hour in range(11)]
    file.write_text("ts,temp_c\n" + "\n".join(lines) + "\n")
    found = weather_of(f"file:{file}").temperatures(DAYS)
    assert found is not None
    assert found[0] == 11.5
    assert np.isnan(found[1:]).all()


@pytest.mark.parametrize("told", ["constant:warm", "file:", "satellite:1", "file"])
def test_a_setting_that_names_no_provider_is_refused(told: str) -> None:
    with pytest.raises(InvalidError) as refused:
        weather_of(told)
    assert refused.value.code == "BAD_WEATHER"


def test_a_file_that_is_none_is_refused_when_it_is_asked(tmp_path: Path) -> None:
    with pytest.raises(InvalidError):
        weather_of(f"file:{tmp_path / 'none.csv'}").temperatures(DAYS)
    (tmp_path / "other.csv").write_text("day,humidity\n2026-01-01,1\n")
    with pytest.raises(InvalidError):
        weather_of(f"file:{tmp_path / 'other.csv'}").temperatures(DAYS)
