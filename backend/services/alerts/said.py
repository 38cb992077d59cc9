"""What is said of an alert."""

from typing import NamedTuple


class Said(NamedTuple):
    """An alert in words."""

    title: str
    body: str
    advice: str | None
