"""Scalars of the schema: durations, and arrays that travel whole."""

from typing import Any, NewType

import strawberry

SeriesArray = strawberry.scalar(
    NewType("SeriesArray", object),
    name="SeriesArray",
    description=(
        "A JSON array with one entry per bucket, sent whole; null where a value is unknown."
    ),
    serialize=lambda array: array,
    parse_value=lambda array: array,
)

Duration = strawberry.scalar(
    NewType("Duration", str),
    name="Duration",
    description="An ISO 8601 duration: PT1H, P1D, P1W, P1M or P1Y.",
    serialize=str,
    parse_value=str,
)

Json = Any
