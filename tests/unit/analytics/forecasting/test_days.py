"""Local days of 23 to 25 hours in 24 slots, neighbours told apart, and scores."""

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.forecasting.days import by_slot, days_of, slots_of
from analytics.forecasting.features import features
from analytics.forecasting.history import Past, kind_of
from analytics.forecasting.linear import Quantiles
from analytics.forecasting.scores import Score, score
from domain.hours import midnight

ZONES = ("Europe/Chisinau", "America/New_York", "Asia/Tokyo", "Australia/Sydney")


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.sampled_from(ZONES))
def test_every_day_has_its_hours_in_their_slots(day: date, name: str) -> None:
    zone = ZoneInfo(name)
    start, slots = slots_of(day, zone)
    assert len(slots) in {23, 24, 25}
    assert start == midnight(day, zone)
    assert set(slots.tolist()) <= set(range(24))
    assert (np.diff(slots) >= 0).all()
    found = by_slot(slots.astype(float), slots)
    seen = ~np.isnan(found)
    assert seen.sum() == len(set(slots.tolist()))
    assert (found[seen] == np.flatnonzero(seen)).all()


def test_the_hour_lived_twice_is_a_mean_and_the_one_skipped_unknown() -> None:
    zone = ZoneInfo("Europe/Chisinau")
    _, autumn = slots_of(date(2026, 10, 25), zone)
    values = np.ones(25)
    twice = np.flatnonzero(np.bincount(autumn) == 2)[0]
    values[np.flatnonzero(autumn == twice)] = (2, 4)
    assert by_slot(values, autumn)[twice] == 3
    _, spring = slots_of(date(2026, 3, 29), zone)
    assert np.isnan(by_slot(np.ones(23), spring)).sum() == 1


def test_days_outside_what_was_read_are_unknown() -> None:
    zone = ZoneInfo("Europe/Chisinau")
    days = [date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 3)]
    start = midnight(days[1], zone)
    found = days_of(np.arange(24.0)[None], start, days, zone)
    assert np.isnan(found[0, [0, 2]]).all()
    assert found[0, 1].tolist() == list(range(24))


def test_one_series_with_its_kind_told_sees_what_all_together_see() -> None:
    values = np.random.default_rng(5).gamma(1, 1, (30, 35, 24))
    together, scale = features(Past(values, 2))
    kind = kind_of(Past(values, 2))
    alone, own = features(Past(values[7:8], 2, neighbours=kind))
    np.testing.assert_allclose(alone[0], together[7])
    assert own[0] == scale[7]


def quantiles(middle: float) -> Quantiles:
    one = np.full(24, middle)
    return Quantiles(one - 0.5, one, one + 0.5, one)


def test_scores_leave_unknown_hours_out() -> None:
    came, before = np.ones(24), np.full(24, 2.0)
    came[:6] = np.nan
    found = score(quantiles(1.25), came, before)
    assert found == Score(18, 0.25, 1.0, 1.0)
    assert score(quantiles(3.0), came, before).covered == 0
    assert score(quantiles(1.0), np.full(24, np.nan), before) == Score(0, None, None, None)


def test_a_home_that_used_nothing_has_no_relative_error() -> None:
    found = score(quantiles(0.1), np.zeros(24), np.zeros(24))
    assert (found.hours, found.wape, found.wape_lag24) == (24, None, None)
    assert found.covered == pytest.approx(1.0)
