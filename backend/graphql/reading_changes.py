"""The history of corrections in the schema."""

from datetime import datetime

import strawberry

from backend.graphql.actors import person_name
from backend.graphql.context import Context
from backend.graphql.ids import Kind, encode
from backend.store.hours.edits import ChangeRow, Differences
from domain.hours import instant_of

Info = strawberry.Info[Context, None]


@strawberry.type(description="An hour before and after a correction.")
class Difference:
    """Amounts in the unit of the point; null where unknown."""

    hour: datetime
    before: float | None
    after: float | None


@strawberry.type(description="Who corrected a reading, when, why, and what it changed.")
class ReadingChange:
    """View of an act of correction."""

    id: strawberry.ID
    reason: str
    actor: str
    recorded_at: datetime
    differences: list[Difference]

    @classmethod
    def of(cls, row: ChangeRow) -> "ReadingChange":
        """Build the view of a row."""
        return cls(
            id=strawberry.ID(encode(Kind.READING_CHANGE, row.id)),
            reason=row.reason,
            actor=row.actor,
            recorded_at=row.recorded_at,
            differences=differences_of(row.differences),
        )

    @strawberry.field(description="Name of the person who did it; null of a program.")
    async def person(self, info: Info) -> str | None:
        """Resolve through the loader."""
        return await person_name(info.context, self.actor)


def differences_of(rows: Differences) -> list[Difference]:
    """Hours at the edge, in kWh or m3."""
    return [
        Difference(
            hour=instant_of(hour),
            before=None if before is None else before / 1000,
            after=None if after is None else after / 1000,
        )
        for hour, before, after in rows
    ]
