import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.forecasting import linear, month, slots
from analytics.forecasting.history import Past, filled
from domain.errors import ShapeError


def homes(days: int, seed: int = 1, size: int = 40) -> np.ndarray:
    chance = np.random.default_rng(seed)
    shape = 1 + np.sin(np.arange(24) / 24 * 2 * np.pi) ** 2
    level = chance.uniform(200, 3000, size)[:, None, None]
    return level * shape * chance.gamma(4, 0.25, (size, days, 24))


def test_needs_four_weeks() -> None:
    assert linear.fit(Past(homes(27), 0)) is None
    assert linear.fit(Past(homes(28)[:0], 0)) is None


def test_later_hours_are_never_seen() -> None:
    values = homes(36)
    seen = Past(values, 0).before(30)
    spoiled = values.copy()
    spoiled[:, 30:] = 1e9
    model, other = linear.fit(seen), linear.fit(Past(spoiled, 0).before(30))
    assert model is not None
    assert other is not None
    np.testing.assert_array_equal(model.forecast(seen).p50, other.forecast(seen).p50)


def test_band_covers_what_it_says_and_beats_yesterday() -> None:
    values = homes(40, size=80)
    past = Past(values, 0).before(39)
    model = linear.fit(past)
    assert model is not None
    told = model.forecast(past)
    came = values[:, 39]
    assert np.all((told.p10 <= told.p50) & (told.p50 <= told.p90))
    covered = ((came >= told.p10) & (came <= told.p90)).mean()
    assert 0.7 < covered < 0.9
    assert np.abs(came - told.p50).mean() < 0.84 * np.abs(came - values[:, 38]).mean()
    assert abs(told.mean.sum() / came.sum() - 1) < 0.03


def test_unit_does_not_matter() -> None:
    values = homes(30)
    one, other = Past(values, 0), Past(values * 1000, 0)
    first, second = linear.fit(one), linear.fit(other)
    assert first is not None
    assert second is not None
    np.testing.assert_allclose(
        first.forecast(one).p50 * 1000, second.forecast(other).p50, rtol=1e-6, atol=1e-6
    )


def test_bad_input_has_a_defined_answer() -> None:
    values = homes(35)
    values[0] = 0
    values[1] = np.nan
    values[2] *= 1000
    values[3, 10:20] = np.nan
    warm = np.full(36, np.nan)
    past = Past(values, 3, warm)
    model = linear.fit(past)
    assert model is not None
    told = model.forecast(past)
    assert np.all(told.p50[0] == 0)
    assert np.all(np.isnan(told.p50[1]))
    assert np.all(np.isfinite(told.p90[2:]))


def test_temperature_of_every_day_is_needed() -> None:
    with pytest.raises(ShapeError):
        Past(homes(30), 0, np.zeros(30))


def test_unknown_hours_take_their_slot() -> None:
    values = np.tile(np.arange(24.0), (1, 3, 1))
    values[0, 1, 5] = np.nan
    assert filled(values)[0, 1, 5] == 5


def test_state_follows_and_ignores_unknown_hours() -> None:
    state = slots.State.of(np.full((1, 30, 24), 100.0)).after(np.full((1, 24), np.nan))
    assert np.allclose(state.forecast().p50, 100)
    assert np.all(np.isnan(slots.State.empty(1).forecast().p50))
    values = homes(60)
    told = slots.State.of(values[:, :59]).forecast()
    assert np.all((told.p10 <= told.p50) & (told.p50 <= told.p90))
    covered = ((values[:, 59] >= told.p10) & (values[:, 59] <= told.p90)).mean()
    assert 0.6 < covered < 0.95


def test_rest_of_month_of_a_steady_load() -> None:
    told = month.rest(np.full((1, 20), 240.0), 10)
    assert told.p50[0] == pytest.approx(2400)
    assert told.p10[0] < told.p50[0] < told.p90[0]


def test_rest_of_month_needs_a_week_and_ignores_unknown_days() -> None:
    daily = np.full((2, 20), 100.0)
    daily[0, 6:] = np.nan
    daily[1, :10] = np.nan
    told = month.rest(daily, 5)
    assert np.isnan(told.p50[0])
    assert told.p50[1] == pytest.approx(500)


def test_cold_days_to_come_take_more() -> None:
    degrees = np.tile([10.0, 0.0, 5.0, -5.0], 10)
    daily = (100 + 10 * (16 - degrees))[None]
    cold, mild = (
        month.rest(daily, 5, np.append(degrees, np.full(5, ahead))).p50[0] for ahead in (-5.0, 10.0)
    )
    assert cold > mild + 500
    # days without a forecast of the weather are as the days before
    unknown = month.rest(daily, 5, np.append(degrees, np.full(5, np.nan))).p50[0]
    assert unknown == pytest.approx(month.rest(daily, 5).p50[0])


def test_the_band_of_tomorrow_is_wider_the_more_of_today_is_guessed() -> None:
    chance = np.random.default_rng(6)
    level = np.exp(np.cumsum(chance.normal(0, 0.25, (40, 48)), axis=1))[:, :, None]
    past = Past(level * chance.gamma(4, 0.25, (40, 48, 24)), 0)
    model = linear.fit(past)
    assert model is not None
    assert model.ahead is not None
    near, middle, far = (model.forecast(past, share) for share in (0.0, 0.5, 1.0))
    widths = [float((one.p90 - one.p10).mean()) for one in (near, middle, far)]
    assert widths[0] < widths[1] < widths[2]
    np.testing.assert_allclose(near.p50, far.p50)
    mixed = model.forecast(past, np.where(np.arange(40) < 20, 0.0, 1.0))
    np.testing.assert_allclose(mixed.p90[:20], near.p90[:20])
    np.testing.assert_allclose(mixed.p90[20:], far.p90[20:])


def test_where_one_heats_the_band_widens_upwards_with_the_days_to_come() -> None:
    chance = np.random.default_rng(4)
    daily = chance.gamma(20, 0.5, (2, 40))
    heated = np.array([False, True])
    one, three_weeks = month.rest(daily, 1, heated=heated), month.rest(daily, 21, heated=heated)
    for told in (one, three_weeks):
        assert (told.p10 < told.p50).all()
        assert (told.p50 < told.p90).all()
    wide = np.stack([told.p90 - told.p50 for told in (one, three_weeks)])
    plain = np.stack(
        [month.rest(daily, days).p90 - told.p50 for days, told in ((1, one), (21, three_weeks))]
    )
    assert wide[0, 1] < plain[0, 1]
    assert wide[1, 1] > plain[1, 1]
    assert wide[:, 0] == pytest.approx(plain[:, 0])


def test_weather_moves_a_level_that_stepped_by_the_cold_of_its_own_days() -> None:
    degrees = np.tile([12.0, 4.0], 20)
    daily = (100 + 5 * np.maximum(0, month.HEATING_BASE_C - degrees))[None, :]
    told = month.rest(daily, 10, np.append(degrees, np.full(10, 0.0)))
    assert 10 * 150 < told.p50[0] < 10 * 185  # 180 a day, by a slope that is drawn towards none


def test_hot_days_to_come_take_more_where_one_cools() -> None:
    degrees = np.tile([20.0, 32.0, 26.0, 24.0], 10)
    daily = (100 + 10 * np.maximum(0, degrees - month.COOLING_BASE_C))[None]
    hot, mild = (
        month.rest(daily, 5, np.append(degrees, np.full(5, ahead))).p50[0] for ahead in (34.0, 18.0)
    )
    assert hot > mild + 200


def test_of_a_day_that_has_begun_only_what_is_left_of_it_is_colder() -> None:
    degrees = np.tile([10.0, 0.0, 5.0, -5.0], 10)
    daily = (100 + 10 * (16 - degrees))[None]
    usual = month.rest(daily, 1.25).p50[0]
    ahead = np.append(degrees, [-20.0, np.nan])
    quarter = month.rest(daily, 1.25, ahead).p50[0] - usual
    whole = month.rest(daily, 2.0, ahead).p50[0] - month.rest(daily, 2.0).p50[0]
    assert quarter == pytest.approx(whole / 4)
    assert quarter > 0


def test_a_series_tells_itself_how_fast_its_level_moves() -> None:
    chance = np.random.default_rng(8)
    noisy = 100 + 40 * chance.standard_normal((30, 50))
    moving = 100 * np.exp(np.linspace(0, 1.5, 50)) + chance.standard_normal((30, 50))
    of_noisy, of_moving = (month.rest(one, 1).p50 for one in (noisy, moving))
    # the newest days tell where the level went, or little
    assert np.abs(of_noisy - 100).mean() < 0.6 * np.abs(noisy[:, -3:].mean(axis=1) - 100).mean()
    assert (of_moving > moving[:, -12:].mean(axis=1)).all()


@given(
    days=st.integers(8, 40),
    this_month=st.integers(0, 40),
    left=st.floats(0, 31),
    seed=st.integers(0, 50),
)
def test_the_level_is_within_the_days_that_it_is_a_mean_of(
    days: int, this_month: int, left: float, seed: int
) -> None:
    chance = np.random.default_rng(seed)
    daily = chance.gamma(2, 50, (3, days))
    daily[chance.random(daily.shape) < 0.1] = np.nan
    told = month.rest(daily, left, this_month=min(this_month, days))
    known = ~np.isnan(told.p50)
    assert known.tolist() == ((~np.isnan(daily)).sum(axis=1) >= month.LEAST_DAYS).tolist()
    low, high = np.nanmin(daily, axis=1), np.nanmax(daily, axis=1)
    assert (told.p50[known] >= (low * left)[known] * (1 - 1e-9)).all()
    assert (told.p50[known] <= (high * left)[known] * (1 + 1e-9)).all()
