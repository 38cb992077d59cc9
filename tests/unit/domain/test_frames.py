"""Whatever a concentrator says, it is a frame or a bad frame."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.frame_fields import BadFrameError
from domain.frames import BadBodyError, Frame, parse_frame, sequences_of

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.binary(max_size=4)
    | st.sampled_from(["2026-11-22T09:00:00Z", "2026-11-22T09:12:00Z", "magnet", "0001-01-01"])
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=12,
)
BLOCK = {"network": 1, "hour": "2026-11-22T09:00:00Z", "channels": [101, 102], "counters": [1, 2]}
EVENT = {"network": 1, "channel": 1, "kind": "magnet", "at": "2026-11-22T09:12:00Z", "value": 1}
MODULE = {
    "network": 1,
    "module": "D100-1",
    "parent": "D100-0",
    "level": 2,
    "rssi": -71,
    "relayed": 120,
    "battery_mv": 3550,
    "firmware": "1.4.2",
}
SPOT = {"network": 1, "channel": 101, "at": "2026-11-22T09:12:00Z", "counter": 5, "command": 7}
MADE_AT = "2026-11-22T10:00:41Z"


def nearly(right: dict[str, Any], *more: str) -> st.SearchStrategy[dict[str, Any]]:
    """The right thing with some of its fields replaced or left out."""
    keys = [*right, *more]
    return st.builds(
        lambda wrong, without: {
            key: value for key, value in {**right, **wrong}.items() if key not in without
        },
        st.dictionaries(st.sampled_from(keys), anything, max_size=2),
        st.sets(st.sampled_from(keys), max_size=1),
    )


frames = st.fixed_dictionaries(
    {},
    optional={
        "sequence": st.just(1) | anything,
        "made_at": anything,
        "boot": anything,
        "hours": st.lists(nearly(BLOCK, "status", "temperatures"), max_size=3) | anything,
        "events": st.lists(nearly(EVENT), max_size=3) | anything,
        "topology": st.lists(nearly(MODULE), max_size=2) | anything,
        "spot": st.lists(nearly(SPOT), max_size=2) | anything,
    },
)


@given(frames)
def test_a_frame_is_read_or_refused_as_bad(raw: dict[str, Any]) -> None:
    try:
        frame = parse_frame(raw)
    except BadFrameError as error:
        assert error.field  # noqa: PT017 - not raising is right, too
        assert len(error.message) < 400  # noqa: PT017
        return
    assert isinstance(frame, Frame)
    assert all(1 <= module.level <= 30 for module in frame.topology)
    assert all(0 <= spot.counter < 2**32 for spot in frame.spots)
    assert not frame.topology or frame.made_at is not None
    for block in frame.blocks:
        assert len(block.channels) == len(block.counters)
        assert (block.counters >= 0).all()
        assert (block.counters < 2**32).all()


@given(anything)
def test_a_body_is_split_or_refused(document: Any) -> None:
    try:
        found = sequences_of(document)
    except BadBodyError:
        return
    assert all(type(sequence) is int for sequence, _ in found)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"network": 9}, "hours[0].network"),
        ({"network": True}, "hours[0].network"),
        ({"hour": "2026-11-22T09:30:00Z"}, "hours[0].hour"),
        ({"hour": "2026-11-22T09:00:00"}, "hours[0].hour"),
        ({"hour": "1999-12-31T23:00:00Z"}, "hours[0].hour"),
        ({"channels": [101, 101]}, "hours[0].channels"),
        ({"channels": {"a": 1}}, "hours[0].channels"),
        ({"counters": [1]}, "hours[0].counters"),
        ({"counters": [1, 2**32]}, "hours[0].counters"),
        ({"counters": [1, -1]}, "hours[0].counters"),
        ({"counters": [1, 2.0]}, "hours[0].counters"),
        ({"counters": [1, 2**70]}, "hours[0].counters"),
        ({"status": [0, 32]}, "hours[0].status"),
        ({"temperatures": {"supply": [1, 2]}}, "hours[0].temperatures.return"),
    ],
)
def test_a_bad_frame_names_its_field(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(BadFrameError) as refused:
        parse_frame({"sequence": 1, "hours": [{**BLOCK, **wrong}]})
    assert refused.value.field == field
    assert refused.value.code == "BAD_FRAME"


@pytest.mark.parametrize(
    ("frame", "field"),
    [
        ({"topology": {}}, "topology"),
        ({"topology": [MODULE, MODULE]}, "topology"),
        ({"topology": [{**MODULE, "level": 31}]}, "topology[0].level"),
        ({"topology": [{**MODULE, "level": 0}]}, "topology[0].level"),
        ({"topology": [{**MODULE, "rssi": 5}]}, "topology[0].rssi"),
        ({"topology": [{**MODULE, "module": ""}]}, "topology[0].module"),
        ({"topology": [{**MODULE, "module": "x" * 65}]}, "topology[0].module"),
        ({"topology": [{**MODULE, "parent": "a\x00"}]}, "topology[0].parent"),
        ({"topology": [{**MODULE, "firmware": 3}]}, "topology[0].firmware"),
        ({"topology": [MODULE] * 4_001}, "topology"),
        ({"topology": [MODULE], "made_at": None}, "made_at"),
        ({"spot": [{**SPOT, "counter": -1}]}, "spot[0].counter"),
        ({"spot": [{**SPOT, "at": "1999-12-31T23:59:59Z"}]}, "spot[0].at"),
        ({"spot": [{**SPOT, "command": "7"}]}, "spot[0].command"),
        ({"events": [{**EVENT, "value": float("nan")}]}, "events[0].value"),
        ({"events": [{**EVENT, "value": 10**400}]}, "events[0].value"),
        ({"events": [{**EVENT, "at": "1970-01-01T00:00:00Z"}]}, "events[0].at"),
    ],
)
def test_bad_reports_name_their_field(frame: dict[str, Any], field: str) -> None:
    with pytest.raises(BadFrameError) as refused:
        parse_frame({"sequence": 1, "made_at": MADE_AT, **frame})
    assert refused.value.field == field


def test_topology_and_spot_are_read() -> None:
    frame = parse_frame({"sequence": 1, "made_at": MADE_AT, "topology": [MODULE], "spot": [SPOT]})
    (module,), (spot,) = frame.topology, frame.spots
    assert (module.module, module.parent, module.level) == ("D100-1", "D100-0", 2)
    assert (module.rssi, module.battery_mv, module.firmware) == (-71, 3550, "1.4.2")
    assert (spot.channel, spot.counter, spot.command) == (101, 5, 7)
    bare = {"network": 2, "module": "D100-2", "level": 1}
    (module,) = parse_frame({"sequence": 2, "made_at": MADE_AT, "topology": [bare]}).topology
    assert (module.parent, module.rssi, module.battery_mv, module.firmware) == (None,) * 4
