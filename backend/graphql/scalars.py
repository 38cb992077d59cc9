"""Scalars of the schema: durations, and arrays that travel whole."""

from typing import NewType

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

HOURLY = Duration("PT1H")
