"""What validation flagged, in the schema."""

from datetime import datetime

import strawberry

from analytics.validation import Rule
from backend.graphql.actors import person_name
from backend.graphql.context import Context
from backend.graphql.ids import Kind, encode
from backend.store.validation import FlagRow

Info = strawberry.Info[Context, None]

strawberry.enum(Rule, name="ValidationRule", description="What a meter can hardly have counted.")


@strawberry.type(description="A figure that a rule was judged by, in Wh, litres, pulses or hours.")
class Evidence:
    """One figure."""

    name: str
    value: float


@strawberry.type(description="Hours that a person should look at; no value was changed.")
class ValidationFlag:
    """View of a :class:`FlagRow`."""

    id: strawberry.ID
    reviewer: strawberry.Private[str | None]
    rule: Rule
    from_: datetime = strawberry.field(name="from")
    to: datetime
    evidence: list[Evidence]
    found_at: datetime
    reviewed_at: datetime | None = strawberry.field(
        description="When somebody looked at it and found the reading right; null before."
    )
    note: str | None = strawberry.field(description="What they wrote to it.")

    @classmethod
    def of(cls, row: FlagRow) -> "ValidationFlag":
        """Build the view of a row."""
        return cls(
            id=strawberry.ID(encode(Kind.VALIDATION_FLAG, row.id)),
            reviewer=row.reviewer,
            rule=Rule(row.rule),
            from_=row.began_at,
            to=row.ended_at,
            evidence=[Evidence(name=name, value=value) for name, value in row.evidence.items()],
            found_at=row.found_at,
            reviewed_at=row.reviewed_at,
            note=row.note,
        )

    @strawberry.field(description="Name of the person who looked at it; null of a program.")
    async def reviewed_by(self, info: Info) -> str | None:
        """Resolve through the loader."""
        return None if self.reviewer is None else await person_name(info.context, self.reviewer)
