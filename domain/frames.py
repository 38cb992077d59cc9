"""What a concentrator says: frames of hours and events, checked and laid out in columns.

A frame arrives as plain objects, decoded from JSON or msgpack elsewhere; here it is judged by the
rules of the public contract ("Push") and turned into arrays. One malformed block refuses its whole
frame, never its company in the batch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.errors import InvalidError
from domain.frame_fields import (
    CHANNELS,
    COUNTERS,
    EARLIEST_HOUR,
    NETWORKS,
    BadFrameError,
    column,
    happened,
    instant,
    refuse,
    whole,
)
from domain.hours import whole_hour
from domain.network_reports import ModuleReport, SpotReading, parse_spots, parse_topology

SEQUENCES = range(2**63)
STATUS = range(32)
CENTIDEGREES = range(-(2**15), 2**15)

NO_TEMPERATURE = CENTIDEGREES.start
"""Stands for ``null``: the channel has no sensor."""

FUTURE_SECONDS = 5 * 60
"""How far an hour's end may lie ahead of the server's clock."""

MOST_EVENTS = 50_000
LARGEST_VALUE = 1e15
"""Of an event: far beyond any volt, degree or bar."""


class EventKind(StrEnum):
    """What a radio module or sensor reports besides its counters."""

    LEAK = "leak"
    MAGNET = "magnet"
    OPEN_CIRCUIT = "open_circuit"
    SHORT_CIRCUIT = "short_circuit"
    PHASE_LOSS = "phase_loss"
    NEUTRAL_VOLTAGE = "neutral_voltage"
    PHASE_VOLTAGE = "phase_voltage"
    ARCING = "arcing"
    ZERO_CROSSING = "zero_crossing"
    PRESSURE = "pressure"
    TEMPERATURE = "temperature"
    COVER = "cover"
    LOW_BATTERY = "low_battery"
    POWER_LOST = "power_lost"
    POWER_BACK = "power_back"


class BadBodyError(InvalidError):
    """The body as a whole cannot be read as a batch of numbered frames."""

    code = "BAD_BODY"


@dataclass(frozen=True, slots=True)
class HourBlock:
    """Counters of one logical network at the end of one hour; arrays have shape ``(n,)``."""

    network: int
    hour: int
    channels: NDArray[np.int64]
    counters: NDArray[np.int64]
    status: NDArray[np.int64] | None
    temperatures: tuple[NDArray[np.int64], NDArray[np.int64]] | None
    """Supply and return temperature in 0.01 degC."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened at one channel."""

    network: int
    channel: int
    kind: EventKind
    at: datetime
    value: float | None


@dataclass(frozen=True, slots=True)
class Frame:
    """One numbered message of a concentrator."""

    sequence: int
    made_at: datetime | None
    blocks: tuple[HourBlock, ...]
    events: tuple[Event, ...]
    topology: tuple[ModuleReport, ...] = ()
    spots: tuple[SpotReading, ...] = ()

    @property
    def latest_hour(self) -> int:
        """The newest hour in it, or a very old one when it has none."""
        return max((block.hour for block in self.blocks), default=EARLIEST_HOUR)


def sequences_of(document: object) -> list[tuple[int, Mapping[str, Any]]]:
    """Split a batch into numbered frames, not yet judged.

    Raises
    ------
    BadBodyError
        The document is no object with a list ``frames``, or a frame has no whole number.
    """
    frames = document.get("frames") if isinstance(document, Mapping) else None
    if not isinstance(frames, list):
        raise BadBodyError("the body must be an object with a list 'frames'", field="frames")
    found: list[tuple[int, Mapping[str, Any]]] = []
    for place, frame in enumerate(frames):
        sequence = frame.get("sequence") if isinstance(frame, Mapping) else None
        if type(sequence) is not int:
            where = f"frames[{place}].sequence"
            raise BadBodyError(f"{where} must be a whole number", field=where)
        found.append((sequence, frame))
    return found


def parse_frame(raw: Mapping[str, Any]) -> Frame:
    """Judge one frame and lay it out in columns.

    Raises
    ------
    BadFrameError
        A field is missing, of another type or out of its range; ``field`` names it.
    """
    sequence = whole(raw.get("sequence"), SEQUENCES, "sequence")
    made_at = raw.get("made_at")
    blocks, events = raw.get("hours", []), raw.get("events", [])
    if not isinstance(blocks, list):
        refuse("hours", "must be a list", blocks)
    if not isinstance(events, list) or len(events) > MOST_EVENTS:
        refuse("events", f"must be a list of at most {MOST_EVENTS}", events)
    topology = parse_topology(raw.get("topology"))
    if topology and made_at is None:
        refuse("made_at", "must say when the topology was seen", None)
    if raw.get("boot") is not None:
        whole(raw["boot"], SEQUENCES, "boot")
    return Frame(
        sequence=sequence,
        made_at=None if made_at is None else instant(made_at, "made_at"),
        blocks=tuple(_block(block, f"hours[{i}]") for i, block in enumerate(blocks)),
        events=tuple(_event(event, f"events[{i}]") for i, event in enumerate(events)),
        topology=topology,
        spots=parse_spots(raw.get("spot")),
    )


def _block(raw: object, where: str) -> HourBlock:
    if not isinstance(raw, Mapping):
        refuse(where, "must be an object", raw)
    network = whole(raw.get("network"), NETWORKS, f"{where}.network")
    try:
        hour = whole_hour(instant(raw.get("hour"), f"{where}.hour"), f"{where}.hour")
    except InvalidError as error:
        raise BadFrameError(error.message, field=f"{where}.hour") from error
    if hour < EARLIEST_HOUR:
        refuse(f"{where}.hour", "must not be before the year 2000", raw.get("hour"))
    channels = column(raw.get("channels"), CHANNELS, f"{where}.channels")
    counters = column(raw.get("counters"), COUNTERS, f"{where}.counters", len(channels))
    if len(set(raw["channels"])) != len(channels):
        refuse(f"{where}.channels", "must not name a channel twice", "a repeated channel")
    status = raw.get("status")
    return HourBlock(
        network=network,
        hour=hour,
        channels=channels,
        counters=counters,
        status=None if status is None else column(status, STATUS, f"{where}.status", len(channels)),
        temperatures=_temperatures(raw.get("temperatures"), len(channels), where),
    )


def _temperatures(
    raw: object, size: int, where: str
) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    if raw is None:
        return None
    field = f"{where}.temperatures"
    if not isinstance(raw, Mapping):
        refuse(field, "must be an object with 'supply' and 'return'", raw)
    return (
        column(_with_gaps(raw.get("supply")), CENTIDEGREES, f"{field}.supply", size),
        column(_with_gaps(raw.get("return")), CENTIDEGREES, f"{field}.return", size),
    )


def _with_gaps(values: object) -> object:
    """Put :data:`NO_TEMPERATURE` where a channel has no sensor."""
    if not isinstance(values, list):
        return values
    return [NO_TEMPERATURE if value is None else value for value in values]


def _event(raw: object, where: str) -> Event:
    if not isinstance(raw, Mapping):
        refuse(where, "must be an object", raw)
    kind, value = raw.get("kind"), raw.get("value")
    if not isinstance(kind, str) or kind not in set(EventKind):
        refuse(f"{where}.kind", f"must be one of {', '.join(EventKind)}", kind)
    if value is not None and not _is_measurable(value):
        refuse(f"{where}.value", "must be a number of a size that can be measured", value)
    return Event(
        network=whole(raw.get("network"), NETWORKS, f"{where}.network"),
        channel=whole(raw.get("channel"), CHANNELS, f"{where}.channel"),
        kind=EventKind(kind),
        at=happened(raw.get("at"), f"{where}.at"),
        value=value,
    )


def _is_measurable(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= LARGEST_VALUE  # false for what is no number


def is_in_future(frame: Frame, now: datetime) -> bool:
    """Whether the newest hour of a frame ends more than five minutes after ``now``."""
    end = (frame.latest_hour + 1) * 3600
    return bool(frame.blocks) and end > now.timestamp() + FUTURE_SECONDS
