"""When to verify a meter: both rules, and what they say of meters that need nothing."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.verification import Advice, Costs, Drift, advise, grown
from domain.errors import InvalidError

COSTS = Costs(flow_a_year=200.0, verification=10.0, replacement=40.0)
shares = st.floats(0.001, 0.2)


@given(shares)
def test_the_rules_agree_where_the_error_grows_from_nothing(yearly: float) -> None:
    found = advise(Drift(0.0, yearly, 0.0), COSTS)
    assert found.breakeven == pytest.approx(found.optimum)
    assert found.earliest == found.optimum == found.latest


@given(st.floats(0, 0.1), shares)
def test_each_rule_does_what_it_says(now: float, yearly: float) -> None:
    found = advise(Drift(now, yearly, 0.0), COSTS)
    lost = 200 * (now * found.breakeven + yearly * found.breakeven**2 / 2)
    assert lost == pytest.approx(10)
    years = np.linspace(0.05, 3, 60) * found.optimum
    a_year = (10 + 200 * (now * years + yearly * years**2 / 2)) / years
    best = (10 + 200 * (now * found.optimum + yearly * found.optimum**2 / 2)) / found.optimum
    assert (best <= a_year + 1e-9).all()


def test_a_sound_meter_is_kept() -> None:
    found = advise(Drift(0.0, 0.0, 0.0), COSTS)
    assert (found.advice, found.breakeven, found.optimum) == (Advice.KEEP, inf, inf)


def test_a_meter_that_counts_too_much_is_never_due_for_loss() -> None:
    found = advise(Drift(-0.02, 0.0, 0.0), COSTS)
    assert found.advice is Advice.KEEP
    assert found.loss_a_year < 0


def test_what_pays_back_in_a_year_is_replaced_and_what_does_not_is_verified() -> None:
    assert advise(Drift(0.3, 0.01, 0.0), COSTS).advice is Advice.REPLACE
    assert advise(Drift(0.01, 0.01, 0.0), COSTS).advice is Advice.VERIFY
    cheap = Costs(200.0, verification=50.0, replacement=40.0)
    assert advise(Drift(0.01, 0.01, 0.0), cheap).advice is Advice.REPLACE


def test_uncertainty_opens_the_band() -> None:
    found = advise(Drift(0.0, 0.01, 0.01), COSTS)
    assert found.earliest < found.optimum < found.latest == inf
    assert found.advice is Advice.KEEP


def test_an_error_of_now_grew_since_the_meter_was_installed() -> None:
    assert grown(0.05, 0.01, 5.0) == Drift(0.05, 0.01, 0.002, 0.01)
    assert grown(0.05, 0.01, 0.2).yearly == 0.05
    assert advise(grown(0.05, 0.01, 5.0), COSTS).advice is Advice.VERIFY
    assert advise(grown(0.005, 0.01, 5.0), COSTS).advice is Advice.KEEP


@pytest.mark.parametrize(
    ("drift", "costs", "field"),
    [
        (Drift(0, 0.1, 0), Costs(100, 0, 40), "verification"),
        (Drift(0, 0.1, 0), Costs(-1, 10, 40), "flow_a_year"),
        (Drift(0, float("nan"), 0), COSTS, "yearly"),
        (Drift(0, 0.1, -1), COSTS, "yearly_error"),
    ],
)
def test_what_is_no_number_or_no_cost_is_refused(drift: Drift, costs: Costs, field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        advise(drift, costs)
    assert refused.value.field == field
