"""Reasons of missing hours: one for each, and none for what came and is known."""

import numpy as np
import pytest

from analytics.missing import SECONDS, Evidence, Reason, by_point, periods, reasons
from domain.quality import Quality

T = 6


def evidence(**changed: object) -> Evidence:
    all_, none = np.ones((1, T), np.bool_), np.zeros((1, T), np.bool_)
    fields: dict[str, object] = {
        "covered": all_,
        "due": all_,
        "arrived": all_,
        "known": all_,
        "codes": np.zeros((1, T), np.uint8),
        "voided": none,
        "last_s": np.array([T * SECONDS]),
        "closed": np.array([False]),
    }
    return Evidence(**{**fields, **changed})  # type: ignore[arg-type]


def at(*hours: int) -> np.ndarray:
    found = np.zeros((1, T), np.bool_)
    found[0, list(hours)] = True
    return found


def named(**changed: object) -> list[str]:
    return [Reason(one).name for one in reasons(evidence(**changed), 0)[0]]


def test_what_came_and_is_known_lacks_nothing() -> None:
    assert set(named()) == {"NONE"}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"arrived": ~at(3)}, "NOT_ARRIVED"),
        ({"arrived": ~at(3), "known": ~at(3)}, "AMBIGUOUS_WRAP"),
        ({"known": ~at(3)}, "AMBIGUOUS_WRAP"),
        ({"known": ~at(3), "voided": at(3)}, "VOIDED"),
        ({"covered": ~at(3), "due": ~at(3), "arrived": ~at(3), "known": ~at(3)}, "NOT_INSTALLED"),
        (
            {"known": ~at(3), "codes": np.where(at(3), Quality.SUSPECT, 0).astype(np.uint8)},
            "COUNTER_FELL",
        ),
    ],
)
def test_each_cause_is_told_apart(changed: dict[str, object], reason: str) -> None:
    assert named(**changed) == ["NONE"] * 3 + [reason] + ["NONE"] * 2


def test_after_the_last_reading_nothing_is_known_yet() -> None:
    gone = ~at(4, 5)
    assert named(arrived=gone, known=gone, last_s=np.array([4 * SECONDS])) == [
        *["NONE"] * 4,
        *["AFTER_LAST_READING"] * 2,
    ]


def test_the_meter_that_stands_speaks_for_its_point() -> None:
    both = np.array([[7, 7, 6, 6], [6, 6, 6, 5]], np.uint8)
    assert by_point(np.array([0, 0]), 1, both).tolist() == [[7, 7, 6, 5]]
    assert [p.reason for p in periods(by_point(np.array([0, 0]), 1, both), 9)] == [
        Reason.NOT_INSTALLED,
        Reason.NOT_ARRIVED,
    ]


def test_a_final_index_below_the_last_counter_contradicts_it() -> None:
    suspect = np.where(at(5), Quality.SUSPECT, 0).astype(np.uint8)
    last, closed = np.array([5 * SECONDS]), np.array([True])
    found = named(known=~at(5), codes=suspect, last_s=last, closed=closed)
    assert found == ["NONE"] * 5 + ["CONTRADICTED"]
