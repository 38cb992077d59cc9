"""What validation flagged, in the schema."""

from datetime import datetime

import strawberry

from analytics.validation import Rule
from backend.store.validation import FlagRow

strawberry.enum(Rule, name="ValidationRule", description="What a meter can hardly have counted.")


@strawberry.type(description="A figure that a rule was judged by, in Wh, litres, pulses or hours.")
class Evidence:
    """One figure."""

    name: str
    value: float


@strawberry.type(description="Hours that a person should look at; no value was changed.")
class ValidationFlag:
    """View of a :class:`FlagRow`."""

    rule: Rule
    from_: datetime = strawberry.field(name="from")
    to: datetime
    evidence: list[Evidence]
    found_at: datetime

    @classmethod
    def of(cls, row: FlagRow) -> "ValidationFlag":
        """Build the view of a row."""
        return cls(
            rule=Rule(row.rule),
            from_=row.began_at,
            to=row.ended_at,
            evidence=[Evidence(name=name, value=value) for name, value in row.evidence.items()],
            found_at=row.found_at,
        )
