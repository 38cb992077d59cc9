"""Scalars of the schema: durations, and arrays that travel whole."""

from functools import lru_cache
from typing import NewType

import numpy as np
import orjson
import strawberry
from strawberry.types.scalar import ScalarDefinition

SeriesArray = NewType("SeriesArray", object)
"""Inside a numpy array, float64 with NaN for null, or uint8; JSON encodes it in one go."""

Duration = NewType("Duration", str)

SCALARS: dict[object, ScalarDefinition] = {
    SeriesArray: strawberry.scalar(
        name="SeriesArray",
        description="A JSON array with one entry per bucket, whole; null where unknown.",
        serialize=lambda array: array,
        parse_value=lambda array: array,
    ),
    Duration: strawberry.scalar(
        name="Duration",
        description="An ISO 8601 duration: PT1H, P1D, P1W, P1M or P1Y.",
        serialize=str,
        parse_value=str,
    ),
}

LONGEST_KEPT = 10_000


def packed(array: object) -> object:
    """An array in the form in which JSON takes it with the least work.

    Of a month in which every hour is known on time, coverage and quality are one number each, over
    and over: their text is kept. Everything else is encoded as it is.

    Examples
    --------
    >>> orjson.dumps(packed(np.zeros(3, np.uint8)))
    b'[0,0,0]'
    >>> packed(np.arange(3)).tolist()
    [0, 1, 2]
    """
    if isinstance(array, np.ndarray) and 0 < array.size <= LONGEST_KEPT:
        first = array[0]
        if first == array[-1] and (array == first).all():
            return _repeated(array.dtype.char, first.item(), array.size)
    return array


@lru_cache(maxsize=64)
def _repeated(_kind: str, value: float, size: int) -> orjson.Fragment:
    """Text of an array of equal numbers; an integer and a float are written differently."""
    return orjson.Fragment(orjson.dumps([value] * size))


HOURLY = Duration("PT1H")
