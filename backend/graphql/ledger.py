"""The delivery ledger in the schema: series of counts, and periods of missing hours."""

from datetime import datetime
from enum import StrEnum

import numpy as np
import strawberry

from analytics.missing import Period
from backend.graphql.scalars import Duration, SeriesArray
from backend.services.reading.delivery_series import LedgerSeries
from domain.hours import instant_of


@strawberry.enum(description="Why hours are missing.")
class MissingReason(StrEnum):
    """The reasons of :class:`analytics.missing.Reason`."""

    NOT_ARRIVED = "not_arrived"
    AMBIGUOUS_WRAP = "ambiguous_wrap"
    VOIDED = "voided"
    AFTER_LAST_READING = "after_last_reading"
    NOT_INSTALLED = "not_installed"
    CONTRADICTED = "contradicted"
    COUNTER_FELL = "counter_fell"


@strawberry.type(description="The delivery ledger in buckets; arrays of one length.")
class DeliverySeries:
    """View of a :class:`LedgerSeries`."""

    start: datetime
    step: Duration
    timezone: str = strawberry.field(description="IANA zone whose calendar cuts the buckets.")
    expected: SeriesArray = strawberry.field(description="Channel-hours that were due.")
    on_time: SeriesArray
    late: SeriesArray
    backfilled: SeriesArray
    manual: SeriesArray
    missing: SeriesArray
    percent: SeriesArray = strawberry.field(description="Null where nothing was due.")

    @classmethod
    def of(cls, found: LedgerSeries) -> "DeliverySeries":
        """Build the view of a series."""
        return cls(
            start=instant_of(found.start),
            step=Duration(found.step),
            timezone=found.timezone,
            expected=SeriesArray(found.expected),
            on_time=SeriesArray(found.on_time),
            late=SeriesArray(found.late),
            backfilled=SeriesArray(found.backfilled),
            manual=SeriesArray(found.manual),
            missing=SeriesArray(found.missing),
            percent=SeriesArray(np.round(found.percent, 6)),
        )


@strawberry.type(description="Consecutive hours that lack for one reason.")
class MissingPeriod:
    """View of a :class:`Period`."""

    from_: datetime = strawberry.field(name="from")
    to: datetime
    reason: MissingReason
    points: int = strawberry.field(description="Metering points that lack these hours so.")

    @classmethod
    def of(cls, found: Period) -> "MissingPeriod":
        """Build the view of a period."""
        return cls(
            from_=instant_of(found.start),
            to=instant_of(found.end),
            reason=MissingReason[found.reason.name],
            points=found.points,
        )
