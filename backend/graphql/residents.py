"""Who lives where: residents in the schema, and the mutations of moving."""

from datetime import datetime

import strawberry

from backend.graphql.context import Context
from backend.graphql.ids import Kind, encode, number_of
from backend.graphql.outcomes import UserError, attempt
from backend.models import accounts as models
from backend.services.model import premises
from domain.identity import PremiseId
from tenants.permissions import Permission
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]


@strawberry.type(description="A household on an account, from moving in until moving out.")
class Resident:
    """View of a :class:`models.Resident`."""

    id: strawberry.ID
    name: str
    persons: int | None
    moved_in_at: datetime
    moved_out_at: datetime | None

    @classmethod
    def of(cls, row: models.Resident) -> "Resident":
        """Build the view of a row."""
        return cls(
            id=strawberry.ID(encode(Kind.RESIDENT, row.id)),
            name=row.name,
            persons=row.persons,
            moved_in_at=row.moved_in_at,
            moved_out_at=row.moved_out_at,
        )


@strawberry.input(description="A household that moves in.")
class MoveInInput:
    """The account is made when its number is new."""

    premise: strawberry.ID
    account_number: str
    name: str
    at: datetime
    persons: int | None = None


@strawberry.input(description="A household that moves out.")
class MoveOutInput:
    """The account stays."""

    resident: strawberry.ID
    at: datetime


@strawberry.type
class ResidentPayload:
    """The household."""

    resident: Resident | None
    errors: list[UserError]


@strawberry.type
class ResidentMutation:
    """Mutations of this noun."""

    @strawberry.mutation(description="Let a household move in.")
    async def move_in(self, info: Info, input: MoveInInput) -> ResidentPayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> Resident:
            premise = PremiseId(number_of(Kind.PREMISE, input.premise, "premise"))
            number, name, persons = input.account_number, input.name, input.persons
            move = premises.MoveIn(premise, number, name, persons, input.at)
            return Resident.of(await premises.move_in(session, move))

        resident, errors = await attempt(info.context, Permission.RESIDENTS_WRITE, act)
        return ResidentPayload(resident=resident, errors=errors)

    @strawberry.mutation(description="Let a household move out.")
    async def move_out(self, info: Info, input: MoveOutInput) -> ResidentPayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> Resident:
            number = number_of(Kind.RESIDENT, input.resident, "resident")
            return Resident.of(await premises.move_out(session, number, input.at))

        resident, errors = await attempt(info.context, Permission.RESIDENTS_WRITE, act)
        return ResidentPayload(resident=resident, errors=errors)
