"""Inspections move the settings, within limits."""

from hypothesis import given
from hypothesis import strategies as st

from analytics.attribution.thresholds import Thresholds


def test_wrong_alarms_make_it_stricter_and_right_ones_ease_it() -> None:
    usual = Thresholds()
    wrong = usual.after(named=3, confirmed=0, alarms=3, justified=0)
    right = usual.after(named=3, confirmed=3, alarms=3, justified=3)
    assert wrong.alarm > usual.alarm > right.alarm
    assert wrong.accuse > usual.accuse > right.accuse


def test_nothing_inspected_moves_nothing() -> None:
    assert Thresholds().after(named=0, confirmed=0, alarms=0, justified=0) == Thresholds()


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=30))
def test_no_run_of_luck_leaves_the_limits(found: list[tuple[int, int]]) -> None:
    now = Thresholds()
    for named, confirmed in found:
        right = min(named, confirmed)
        now = now.after(named=named, confirmed=right, alarms=named, justified=right)
        assert 5 <= now.alarm <= 9
        assert 4 <= now.accuse <= 20
