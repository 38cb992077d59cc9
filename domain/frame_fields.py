"""Fields of a frame, judged one by one; a refusal names the field, the rule and the value."""

from collections.abc import Sequence
from datetime import datetime
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from domain.errors import InvalidError
from domain.hours import parse_instant

NETWORKS = range(1, 9)
"""Logical networks of a concentrator."""

CHANNELS = range(65536)
"""Channel addresses that the protocol can carry; a hardware generation allows fewer."""

COUNTERS = range(2**32)

EARLIEST_HOUR = 262_968
"""2000-01-01T00:00Z: no pulse counter of these networks is older."""

LONGEST_NAME = 64
"""Characters of a serial or a version."""


class BadFrameError(InvalidError):
    """A frame breaks a rule of the protocol; ``field`` says where."""

    code = "BAD_FRAME"


def whole(value: object, allowed: range, field: str) -> int:
    """A whole number of a range; ``bool`` is no number here."""
    if type(value) is not int or value not in allowed:
        text = f"must be a whole number from {allowed.start} to {allowed.stop - 1}"
        refuse(field, text, value)
    return value


def optional_whole(value: object, allowed: range, field: str) -> int | None:
    """A whole number of a range, or nothing."""
    return None if value is None else whole(value, allowed, field)


def instant(value: object, field: str) -> datetime:
    """An RFC 3339 instant."""
    if not isinstance(value, str):
        refuse(field, "must be an RFC 3339 instant", value)
    try:
        return parse_instant(value, field)
    except InvalidError as error:
        raise BadFrameError(error.message, field=field) from error


def happened(value: object, field: str) -> datetime:
    """An instant at which one of these networks can have reported something."""
    found = instant(value, field)
    if found.timestamp() < EARLIEST_HOUR * 3600:
        refuse(field, "must not be before the year 2000", value)
    return found


def name(value: object, field: str) -> str:
    """A serial or a version."""
    good = isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and value.isprintable()
    if not good:
        refuse(field, f"must be 1 to {LONGEST_NAME} printable characters", value)
    return str(value)


def entries(value: object, most: int, field: str) -> list[object]:
    """A list of a bounded length; absent is empty."""
    if value is None:
        return []
    if not isinstance(value, list):
        refuse(field, "must be a list", value)
    if len(value) > most:
        refuse(field, f"must have at most {most} entries", f"{len(value)} entries")
    return value


def column(
    values: object, allowed: range, field: str, size: int | None = None
) -> NDArray[np.int64]:
    """Whole numbers of one range as an array; ``bool`` is no number here."""
    if not isinstance(values, Sequence) or isinstance(values, str | bytes):
        refuse(field, "must be a list of whole numbers", values)
    if size is not None and len(values) != size:
        refuse(field, f"must have {size} entries, one per channel", f"{len(values)} entries")
    if set(map(type, values)) - {int}:
        refuse(field, "must be a list of whole numbers", "another type")
    text = f"must lie from {allowed.start} to {allowed.stop - 1}"
    try:
        found = np.array(values, dtype=np.int64)
    except OverflowError:
        refuse(field, text, "a number of more than 64 bits")
    if len(found) and (found.min() < allowed.start or found.max() >= allowed.stop):
        outside = found[(found < allowed.start) | (found >= allowed.stop)]
        refuse(field, text, int(outside[0]))
    return found


def refuse(field: str, rule: str, value: object) -> NoReturn:
    """Refuse the frame.

    Raises
    ------
    BadFrameError
        Always.
    """
    shown = repr(value)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    raise BadFrameError(f"{field} {rule}, not {shown}", field=field)
