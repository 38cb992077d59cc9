"""What came of an event, in the schema."""

from datetime import datetime

import numpy as np
import strawberry

from backend.graphql.balance_groups import BalanceGroup
from backend.graphql.scalars import HOURLY, Duration, SeriesArray
from backend.services.demand_response.estimating import Estimate
from domain.hours import instant_of
from domain.quantities import unit_of


@strawberry.type(
    description=(
        "The days of an event for one group: what was used by hours, beside the forecast of that"
        " day from the days before. An estimate, no settlement."
    )
)
class DrEstimate:
    """Packed arrays of one length; totals are over hours of the event of which both are known."""

    group: BalanceGroup
    start: datetime
    step: Duration
    timezone: str
    unit: str
    used: SeriesArray
    expected: SeriesArray = strawberry.field(description="Mean of the forecast.")
    hours: int = strawberry.field(description="Hours that the event touches.")
    known_hours: int = strawberry.field(description="Of which both are known.")
    total_used: float | None
    total_expected: float | None
    less: float | None = strawberry.field(
        description="What was expected and not used; negative where more was used."
    )

    @classmethod
    def of(cls, found: Estimate) -> "DrEstimate":
        """Build the view."""
        used, expected = found.total(found.used), found.total(found.expected)
        less = None if used is None or expected is None else round((expected - used) / 1000, 3)
        return cls(
            group=BalanceGroup.of(found.group),
            start=instant_of(found.start),
            step=HOURLY,
            timezone=found.group.timezone,
            unit=str(unit_of(found.group.commodity)),
            used=SeriesArray(np.round(found.used / 1000, 3)),
            expected=SeriesArray(np.round(found.expected / 1000, 3)),
            hours=found.after - found.first,
            known_hours=int(found.known.sum()),
            total_used=None if used is None else round(used / 1000, 3),
            total_expected=None if expected is None else round(expected / 1000, 3),
            less=less,
        )
