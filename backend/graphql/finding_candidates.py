"""Who comes near a loss without a name: whom to look at before others, not whom to accuse."""

from typing import TYPE_CHECKING, Annotated

import strawberry

from backend.graphql.context import Context
from backend.graphql.locales import Locale, locale_of
from backend.services.findings import stories
from backend.services.findings.stories import Closest
from domain.findings import FindingKind
from domain.identity import MeteringPointId

if TYPE_CHECKING:
    from backend.graphql.metering_points import MeteringPoint

Info = strawberry.Info[Context, None]

strawberry.enum(FindingKind, description="What is found; docs/analytics.md tells how.")


@strawberry.type(
    description="A meter whose readings come near a loss that may as well be a load without one."
)
class FindingCandidate:
    """View of a :class:`Closest`."""

    kind: FindingKind = strawberry.field(description="What it would be found to be.")
    likelihood: float = strawberry.field(
        description="Among all explanations tried, 0 to 1; too little to name anybody."
    )
    own: strawberry.Private[Closest]

    @classmethod
    def of(cls, own: Closest) -> "FindingCandidate":
        """Build the view."""
        return cls(kind=FindingKind(own.kind), likelihood=round(own.chance, 4), own=own)

    @strawberry.field(description="Why it comes near, in words.")
    async def why(self, info: Info, locale: Locale = None) -> str:
        """Resolve by the words of findings."""
        return stories.why(self.own, locale or await locale_of(info.context))

    @strawberry.field(description="Where it is; of a whole group below, the group's path.")
    def place(self) -> str:
        """As the finding keeps it."""
        return self.own.place

    @strawberry.field(description="Null for what a whole group below takes.")
    async def point(
        self, info: Info
    ) -> Annotated["MeteringPoint", strawberry.lazy("backend.graphql.metering_points")] | None:
        """Resolve through the loader."""
        from backend.graphql.metering_points import MeteringPoint  # noqa: PLC0415 - the types name each other

        if self.own.point_id is None:
            return None
        row = await info.context.point(MeteringPointId(self.own.point_id))
        return None if row is None else MeteringPoint.of(row)
