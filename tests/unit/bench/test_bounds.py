"""The bound of what any rule could find, where it is known."""

import numpy as np

from bench.rig.bounds import FALSE_A_MONTH, SPAN_HOURS, most_found

FALSE_IN_SPAN = FALSE_A_MONTH * SPAN_HOURS / 720


def quiet(days: int) -> np.ndarray:
    """Pulses of a home with a still night, shape ``(24 * days,)``."""
    chance = np.random.default_rng(1)
    hours = np.arange(24 * days) % 24
    return np.where((hours > 6) & (chance.random(len(hours)) < 0.7), 20.0, 0.0)


def test_no_leak_is_found_as_often_as_there_are_false_alarms() -> None:
    assert most_found(quiet(28), 0, np.zeros(SPAN_HOURS), 1) <= 10 * FALSE_IN_SPAN


def test_a_large_leak_is_always_found_and_a_small_one_less_the_smaller_it_is() -> None:
    shares = [
        most_found(quiet(28), 0, np.full(SPAN_HOURS, rate), 1) for rate in (0.01, 0.03, 0.1, 3.0)
    ]
    assert shares == sorted(shares)
    assert shares[0] < 0.3
    assert shares[-1] == 1.0


def test_where_pulses_are_usual_they_tell_less() -> None:
    busy = quiet(28)
    busy[::3] += 1.0
    leak = np.full(SPAN_HOURS, 0.1)
    assert most_found(busy, 0, leak, 1) < most_found(quiet(28), 0, leak, 1)


def test_hours_of_which_nothing_is_known_raise_nothing() -> None:
    assert 0 <= most_found(np.full(240, np.nan), 5, np.full(SPAN_HOURS, 0.2), 1) <= 1
