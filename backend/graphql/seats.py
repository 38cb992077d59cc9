"""Where else the person who asks may work: the seats that sign-in would offer them."""

import strawberry

from backend.graphql.context import Context
from backend.services.alerts.rules import person_of
from tenants.oauth.accounts import SeatChoice, choices_of
from tenants.permissions import Role

Info = strawberry.Info[Context, None]


@strawberry.type(description="An organisation and roles in it, which sign-in gives a token for.")
class Seat:
    """View of a choice."""

    key: str = strawberry.field(description="What the parameter `seat` of sign-in takes.")
    tenant: strawberry.ID
    tenant_name: str
    roles: list[Role]
    sites_count: int | None = strawberry.field(
        description="Parts of the site tree; null for the whole organisation."
    )

    @classmethod
    def of(cls, choice: SeatChoice) -> "Seat":
        """Build the view of a choice."""
        return cls(
            key=choice.seat.key,
            tenant=strawberry.ID(str(choice.seat.tenant_id)),
            tenant_name=choice.tenant_name,
            roles=list(choice.seat.roles),
            sites_count=choice.sites_count,
        )


@strawberry.type
class SeatEntrance:
    """Entrance of the viewer to their other seats."""

    @strawberry.field(description="Where the person who asks may work; empty for a program.")
    async def seats(self, info: Info) -> list[Seat]:
        """Resolve as sign-in does."""
        context = info.context
        person = person_of(context.scope)
        if person is None:
            return []
        return [Seat.of(one) for one in await choices_of(context.database, person, None)]

    @strawberry.field(description="Where documents can be tried; null where that is not served.")
    def graphiql(self, info: Info) -> str | None:
        """Resolve from what the installation is."""
        context = info.context
        return f"{context.public_url}/graphiql" if context.terms.graphiql else None
