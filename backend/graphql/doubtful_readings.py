"""Readings that a person should look at, wherever they are, in the schema."""

from datetime import timedelta

import strawberry

from analytics.validation import Rule
from backend.graphql.context import Context
from backend.graphql.ids import Kind, number_of
from backend.graphql.lists import After, Connection, First, page, page_length, position
from backend.graphql.metering_points import MeteringPoint
from backend.graphql.outcomes import UserError, attempt
from backend.graphql.validation import ValidationFlag
from backend.services.reading import reviewing
from backend.store import validation
from backend.store.model import metered
from backend.store.validation import Doubt
from domain.identity import SiteId
from tenants.permissions import Permission
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]

RECENT = timedelta(days=14)
"""Rounds look at the last week; what was flagged longer ago stands at its meter."""


@strawberry.type(description="A meter's hours that a person should look at.")
class DoubtfulReading:
    """View of a flag with its point."""

    point: MeteringPoint
    flag: ValidationFlag


@strawberry.type
class DoubtEntrance:
    """Entrance of the viewer."""

    @strawberry.field(
        description="Hours flagged in the last 14 days at and below a site, the newest first; "
        "what was corrected since, or found right, is left out."
    )
    async def doubtful_readings(
        self,
        info: Info,
        under: strawberry.ID | None = None,
        rules: list[Rule] | None = None,
        first: First = 20,
        after: After = None,
    ) -> Connection[DoubtfulReading]:
        """Resolve by service."""
        context = info.context
        context.require(Permission.READINGS_READ)
        context.require(Permission.METERING_READ)
        count, before = page_length(first), position(after)
        site = None if under is None else SiteId(number_of(Kind.SITE, under, "under"))
        names = None if rules is None else [str(rule) for rule in rules]
        asked = Doubt(site, names, context.now - RECENT)
        async with context.db() as session:
            found = await validation.list_doubtful(session, asked, before, count + 1)
            points = await metered.load_points(session, sorted({point for point, _ in found}))
        return page(
            [
                (
                    row.id,
                    DoubtfulReading(
                        point=MeteringPoint.of(points[point]), flag=ValidationFlag.of(row)
                    ),
                )
                for point, row in found
                if point in points
            ],
            count,
        )


@strawberry.input
class ConfirmReadingInput:
    """Hours that were flagged, and are right."""

    flag: strawberry.ID
    note: str | None = None


@strawberry.type
class ConfirmReadingPayload:
    """The flag as it stands, or why nothing was kept."""

    flag: ValidationFlag | None
    errors: list[UserError]


@strawberry.type
class DoubtMutation:
    """What people do with doubtful readings, beside correcting them."""

    @strawberry.mutation(
        description="Say that flagged hours are right: nothing is changed, and the flag is settled "
        "unless it grows."
    )
    async def confirm_reading(
        self, info: Info, input: ConfirmReadingInput
    ) -> ConfirmReadingPayload:
        """Do it by service."""
        context = info.context

        async def act(session: TenantSession) -> ValidationFlag:
            number = number_of(Kind.VALIDATION_FLAG, input.flag, "flag")
            return ValidationFlag.of(
                await reviewing.confirm(session, number, input.note, context.now)
            )

        flag, errors = await attempt(context, Permission.READINGS_CORRECT, act)
        return ConfirmReadingPayload(flag=flag, errors=errors)
