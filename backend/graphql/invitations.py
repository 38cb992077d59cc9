"""Invitations and households, as the association runs them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import strawberry

from backend.graphql import lists
from backend.graphql.context import Context
from backend.graphql.ids import Kind, decode, encode, number_of
from backend.graphql.lists import After, Connection, First
from backend.graphql.outcomes import UserError, attempt
from backend.models.accounts import Invitation as InvitationRow
from backend.services.households import inviting, listing
from backend.services.households.inviting import Household, Invited
from domain.identity import PremiseId, SiteId
from tenants.permissions import Permission
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]


@strawberry.enum(description="What became of an invitation.")
class InvitationState(StrEnum):
    """Open ones can be taken."""

    OPEN = "open"
    CLAIMED = "claimed"
    REVOKED = "revoked"
    EXPIRED = "expired"


@strawberry.enum(description="What an invitation makes of somebody.")
class HomeRole(StrEnum):
    """Delegates see, and change nothing."""

    RESIDENT = "resident"
    DELEGATE = "resident-delegate"


def state_of(row: InvitationRow, now: datetime) -> InvitationState:
    """What became of an invitation."""
    if row.claimed_at is not None:
        return InvitationState.CLAIMED
    if row.revoked_at is not None:
        return InvitationState.REVOKED
    return InvitationState.OPEN if row.expires_at > now else InvitationState.EXPIRED


@strawberry.type(description="An invitation into a home. Its code is never told again.")
class Invitation:
    """View of an invitation."""

    id: strawberry.ID
    name: str
    email: str | None
    role: HomeRole
    locale: str
    state: InvitationState
    created_by: str
    created_at: datetime
    expires_at: datetime
    claimed_at: datetime | None
    home: str | None = strawberry.field(description="Path of the house and name of the flat.")

    @classmethod
    def of(cls, row: InvitationRow, now: datetime, home: str | None = None) -> "Invitation":
        """Build the view of a row."""
        return cls(
            id=strawberry.ID(encode(Kind.INVITATION, row.id)),
            name=row.name,
            email=row.email,
            role=HomeRole(row.role),
            locale=row.locale,
            state=state_of(row, now),
            created_by=row.created_by,
            created_at=row.created_at,
            expires_at=row.expires_at,
            claimed_at=row.claimed_at,
            home=home,
        )


@strawberry.type(description="An invitation that was just made, with what is shown this once.")
class IssuedInvitation:
    """Code, link and QR code say the same."""

    invitation: Invitation
    code: str
    link: str
    qr: str = strawberry.field(description="QR code of the link, as SVG.")


def issued(made: Invited, public_url: str) -> IssuedInvitation:
    """View of an invitation that was just made."""
    link = made.link(public_url)
    return IssuedInvitation(
        invitation=Invitation.of(made.row, made.row.created_at),
        code=made.code,
        link=link,
        qr=inviting.qr_of(link),
    )


@strawberry.type(description="A household of a premise, as the association keeps it.")
class HouseholdEntry:
    """A row of the list of residents."""

    id: strawberry.ID = strawberry.field(description="Id of the resident.")
    name: str
    account: str
    premise_id: strawberry.ID
    premise: str
    site_path: str
    persons: int | None
    moved_in_at: datetime
    moved_out_at: datetime | None
    has_login: bool
    delegates: int
    invited_until: datetime | None = strawberry.field(
        description="Until when the newest open invitation can be taken."
    )

    @classmethod
    def of(cls, row: listing.HouseholdRow) -> "HouseholdEntry":
        """Build the view of a row."""
        return cls(
            id=strawberry.ID(encode(Kind.RESIDENT, row.id)),
            name=row.name,
            account=row.account,
            premise_id=strawberry.ID(encode(Kind.PREMISE, row.premise_id)),
            premise=row.premise,
            site_path=row.site_path,
            persons=row.persons,
            moved_in_at=row.moved_in_at,
            moved_out_at=row.moved_out_at,
            has_login=row.has_login,
            delegates=row.delegates,
            invited_until=row.invited_until,
        )


@strawberry.type
class ResidentEntrance:
    """Entrances of the viewer to households and invitations."""

    @strawberry.field(description="Households in sight, the newest first, in pages.")
    async def residents(  # noqa: PLR0913, PLR0917 - a page, and the filters of the list
        self,
        info: Info,
        first: First = 50,
        after: After = None,
        under: strawberry.ID | None = None,
        search: Annotated[
            str | None, strawberry.argument(description="In name, account, flat or path.")
        ] = None,
        living: Annotated[  # noqa: FBT002 - an argument of GraphQL
            bool, strawberry.argument(description="Only those who did not move out.")
        ] = True,
    ) -> Connection[HouseholdEntry]:
        """Resolve by service."""
        info.context.require(Permission.RESIDENTS_READ)
        length = lists.page_length(first)
        site = None
        if under is not None:
            found = decode(under)
            if found is None or found[0] is not Kind.SITE:
                return lists.page([], length)
            site = SiteId(found[1])
        asked = listing.Asked(
            lists.position(after), length + 1, site, (search or "")[:100].strip(), living=living
        )
        async with info.context.db() as session:
            rows = await listing.households(session, asked, info.context.now)
        return lists.page([(row.id, HouseholdEntry.of(row)) for row in rows], length)

    @strawberry.field(description="Invitations in sight, the newest first, in pages.")
    async def invitations(
        self,
        info: Info,
        first: First = 50,
        after: After = None,
        only_open: bool = False,  # noqa: FBT001, FBT002 - an argument of GraphQL
    ) -> Connection[Invitation]:
        """Resolve by service."""
        info.context.require(Permission.RESIDENTS_READ)
        length, now = lists.page_length(first), info.context.now
        async with info.context.db() as session:
            rows = await listing.invitations(
                session, lists.position(after), length + 1, now, only_open=only_open
            )
        shown = [(row.id, Invitation.of(row, now, home)) for row, home in rows]
        return lists.page(shown, length)


@strawberry.input(description="A household to invite; named by premise, account or resident.")
class InviteResidentInput:
    """It moves in where it does not live there yet."""

    name: str
    premise: strawberry.ID | None = None
    account: str | None = None
    resident: strawberry.ID | None = None
    email: str | None = None
    locale: str = "en"
    persons: int | None = None
    moved_in_at: datetime | None = None


@strawberry.type
class InvitationPayload:
    """The invitation."""

    invitation: IssuedInvitation | None
    errors: list[UserError]


@strawberry.type
class RevokedInvitationPayload:
    """The invitation as it is now."""

    invitation: Invitation | None
    errors: list[UserError]


def _household(input: InviteResidentInput) -> Household:
    premise, resident = input.premise, input.resident
    return Household(
        guest=inviting.Guest(input.name, input.locale, input.email),
        premise=None if premise is None else PremiseId(number_of(Kind.PREMISE, premise, "premise")),
        account=input.account,
        resident=None if resident is None else number_of(Kind.RESIDENT, resident, "resident"),
        persons=input.persons,
        moved_in_at=input.moved_in_at,
    )


@strawberry.type
class InvitationMutation:
    """Mutations of this noun."""

    @strawberry.mutation(description="Invite a household: a code, a link and a QR code.")
    async def invite_resident(self, info: Info, input: InviteResidentInput) -> InvitationPayload:
        """Resolve by service."""
        context = info.context

        async def act(session: TenantSession) -> IssuedInvitation:
            made = await inviting.invite_resident(session, _household(input))
            return issued(made, context.public_url)

        found, errors = await attempt(context, Permission.RESIDENTS_WRITE, act)
        return InvitationPayload(invitation=found, errors=errors)

    @strawberry.mutation(description="Take an invitation back.")
    async def revoke_invitation(
        self, info: Info, invitation: strawberry.ID
    ) -> RevokedInvitationPayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> Invitation:
            number = number_of(Kind.INVITATION, invitation, "invitation")
            return Invitation.of(await inviting.revoke(session, number), info.context.now)

        found, errors = await attempt(info.context, Permission.RESIDENTS_WRITE, act)
        return RevokedInvitationPayload(invitation=found, errors=errors)
