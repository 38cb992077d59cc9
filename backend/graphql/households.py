"""Homes as their households see them: who else does, invitations for the family, ways out."""

from datetime import datetime

import strawberry

from backend.graphql.context import Context
from backend.graphql.ids import Kind, encode, number_of
from backend.graphql.invitations import InvitationPayload, IssuedInvitation, issued
from backend.graphql.outcomes import UserError, attempt
from backend.graphql.sites import Premise
from backend.services.households import inviting, leaving, listing, members
from backend.services.model import places
from domain.errors import UnavailableError
from domain.identity import Home as HomeRow
from domain.identity import PremiseId
from tenants.permissions import Permission
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]


@strawberry.type(description="Somebody of the family who sees a home and changes nothing.")
class Delegate:
    """View of a member of a home."""

    id: strawberry.ID
    name: str
    since: datetime


@strawberry.type(description="A home that the caller sees, from moving in on.")
class Home:
    """View of a home."""

    premise_id: strawberry.ID
    since: datetime
    holder: bool = strawberry.field(
        description="Whether the caller lives there, and does not only look on."
    )
    row: strawberry.Private[HomeRow]

    @classmethod
    def of(cls, row: HomeRow) -> "Home":
        """Build the view of a home."""
        return cls(
            premise_id=strawberry.ID(encode(Kind.PREMISE, row.premise)),
            since=row.since,
            holder=row.holder,
            row=row,
        )

    @strawberry.field(description="The flat.")
    async def premise(self, info: Info) -> Premise | None:
        """Resolve through the loader."""
        loader = info.context.loader("premises", places.load_premises)
        row = await loader.load(self.row.premise)
        return None if row is None else Premise.of(row)

    @strawberry.field(description="Who looks on; told to whoever lives there.")
    async def delegates(self, info: Info) -> list[Delegate]:
        """Resolve by service."""
        if not self.holder:
            return []
        async with info.context.db() as session:
            rows = await listing.delegates(session, self.row.premise)
        return [
            Delegate(id=strawberry.ID(encode(Kind.HOME_MEMBER, number)), name=name, since=since)
            for number, name, since in rows
        ]


@strawberry.type
class HomeEntrance:
    """Entrance of the viewer to their homes."""

    @strawberry.field(description="Homes of the caller's household; none for staff.")
    async def homes(self, info: Info) -> list[Home]:
        """Resolve from what the session knows."""
        info.context.require(Permission.METERING_READ)
        async with info.context.db() as session:
            return [Home.of(row) for row in session.scope.homes]


@strawberry.input(description="Somebody of the family.")
class InviteDelegateInput:
    """They see the home, and change nothing."""

    home: strawberry.ID = strawberry.field(description="Id of the premise.")
    name: str
    email: str | None = None
    locale: str = "en"


@strawberry.type
class HomePayload:
    """Whether it was done."""

    done: bool
    errors: list[UserError]


@strawberry.type
class HouseholdMutation:
    """What a household does about its homes and itself."""

    @strawberry.mutation(description="Invite somebody of the family to look at one's home.")
    async def invite_delegate(self, info: Info, input: InviteDelegateInput) -> InvitationPayload:
        """Resolve by service."""
        context = info.context

        async def act(session: TenantSession) -> IssuedInvitation:
            premise = PremiseId(number_of(Kind.PREMISE, input.home, "home"))
            guest = inviting.Guest(input.name, input.locale, input.email)
            made = await inviting.invite_delegate(session, premise, guest)
            return issued(made, context.public_url)

        found, errors = await attempt(context, Permission.METERING_READ, act)
        return InvitationPayload(invitation=found, errors=errors)

    @strawberry.mutation(description="Let a delegate see one's home no more.")
    async def remove_delegate(self, info: Info, delegate: strawberry.ID) -> HomePayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> bool:
            member = number_of(Kind.HOME_MEMBER, delegate, "delegate")
            await leaving.remove_delegate(session, member)
            return True

        done, errors = await attempt(info.context, Permission.METERING_READ, act)
        return HomePayload(done=bool(done), errors=errors)

    @strawberry.mutation(
        description="See a home no more; whoever lives there takes their delegates along."
    )
    async def leave_household(self, info: Info, home: strawberry.ID) -> HomePayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> bool:
            await leaving.leave(session, PremiseId(number_of(Kind.PREMISE, home, "home")))
            return True

        done, errors = await attempt(info.context, Permission.METERING_READ, act)
        return HomePayload(done=bool(done), errors=errors)

    @strawberry.mutation(
        description=(
            "Erase the caller: name, login, devices and homes, in every organisation. Readings stay"
            " with the homes. This cannot be taken back."
        )
    )
    async def delete_my_account(self, info: Info, password: str) -> HomePayload:
        """Resolve by service, in transactions of its own: one person, many tenants."""
        context = info.context
        if context.passwords is None:
            raise UnavailableError("passwords cannot be checked here")
        passwords = context.passwords

        async def act(session: TenantSession) -> bool:
            user = members.person_of(session)
            await leaving.delete_account(context.database, passwords, user, password)
            return True

        done, errors = await attempt(context, Permission.METERING_READ, act)
        return HomePayload(done=bool(done), errors=errors)
