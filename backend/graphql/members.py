"""Users and roles, client programs and the audit log, as an administrator runs them."""

from datetime import datetime
from typing import Annotated

import orjson
import strawberry

from backend.graphql import lists
from backend.graphql.actors import person_name
from backend.graphql.context import Context
from backend.graphql.ids import Kind, encode, number_of
from backend.graphql.lists import After, Connection, First
from backend.graphql.outcomes import UserError, attempt
from backend.graphql.sites import Site
from backend.services import administration
from backend.services.alerts import rules
from domain.errors import UnavailableError
from domain.identity import SiteId
from tenants import members
from tenants.members import Appointment
from tenants.models import AuditEntry, OAuthClient
from tenants.permissions import ClientScope, Permission, Role
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]

strawberry.enum(Role, name="MemberRole", description="What somebody may do in the organisation.")
strawberry.enum(ClientScope, description="What a client program may ask for.")


@strawberry.type(description="A role of somebody who works for the organisation.")
class Member:
    """View of a membership."""

    id: strawberry.ID
    name: str
    login: str | None
    role: Role
    since: datetime
    until: datetime | None
    row: strawberry.Private[members.Member]

    @classmethod
    def of(cls, row: members.Member) -> "Member":
        """Build the view of a row."""
        return cls(
            id=strawberry.ID(encode(Kind.MEMBERSHIP, row.id)),
            name=row.name,
            login=row.login,
            role=row.role,
            since=row.since,
            until=row.until,
            row=row,
        )

    @strawberry.field(description="Where it holds; null for all of the organisation.")
    async def site(self, info: Info) -> Site | None:
        """Resolve through the loader."""
        if self.row.site is None:
            return None
        row = await info.context.site(self.row.site)
        return None if row is None else Site.of(row)


@strawberry.type(description="A program that asks for tokens. Its secret is never told again.")
class ApiClient:
    """View of a client."""

    id: strawberry.ID
    name: str
    scopes: list[str]
    redirect_uris: list[str]
    public: bool
    created_at: datetime
    secret_changed_at: datetime
    revoked_at: datetime | None

    @classmethod
    def of(cls, row: OAuthClient) -> "ApiClient":
        """Build the view of a row."""
        return cls(
            id=strawberry.ID(row.id),
            name=row.name,
            scopes=row.scopes,
            redirect_uris=row.redirect_uris,
            public=row.secret_hash is None,
            created_at=row.created_at,
            secret_changed_at=row.secret_changed_at,
            revoked_at=row.revoked_at,
        )


@strawberry.type(description="An act of administration, chained to the one before it by SHA-256.")
class AuditLogEntry:
    """View of an entry of the trail."""

    sequence: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: str = strawberry.field(description="JSON.")
    hash: str

    @classmethod
    def of(cls, row: AuditEntry) -> "AuditLogEntry":
        """Build the view of a row."""
        return cls(
            sequence=row.sequence,
            at=row.at,
            actor=row.actor,
            action=row.action,
            subject=row.subject,
            detail=orjson.dumps(row.detail, option=orjson.OPT_SORT_KEYS).decode(),
            hash=row.hash.hex(),
        )

    @strawberry.field(description="Name of the person who did it; null of a program.")
    async def person(self, info: Info) -> str | None:
        """Resolve through the loader."""
        return await person_name(info.context, self.actor)

    @strawberry.field(description="Name of the person it is about; null where it is about none.")
    async def about(self, info: Info) -> str | None:
        """Resolve through the loader."""
        return await person_name(info.context, self.subject)


@strawberry.type(description="Whether the audit log is whole.")
class AuditCheck:
    """The chain from the first entry on."""

    entries: int
    broken_at: int | None = strawberry.field(
        description="First entry that does not follow the one before it; null when all do."
    )


@strawberry.type
class AdministrationEntrance:
    """Entrances of the viewer to administration."""

    @strawberry.field(description="Who works for the organisation, the newest first, in pages.")
    async def members(
        self, info: Info, first: First = 50, after: After = None
    ) -> Connection[Member]:
        """Resolve by service."""
        info.context.require(Permission.MEMBERS_WRITE)
        length = lists.page_length(first)
        async with info.context.db() as session:
            rows = await members.list_members(
                session, lists.position(after), length + 1, now=info.context.now
            )
        return lists.page([(row.id, Member.of(row)) for row in rows], length)

    @strawberry.field(description="Roles that the caller may give.")
    async def grantable_roles(self, info: Info) -> list[Role]:
        """Resolve from the token, and from whose office this is."""
        async with info.context.db() as session:
            return sorted(await members.grantable(session))

    @strawberry.field(description="Client programs of the organisation, the newest first.")
    async def clients(self, info: Info) -> list[ApiClient]:
        """Resolve by service."""
        info.context.require(Permission.CLIENTS_WRITE)
        async with info.context.db() as session:
            return [ApiClient.of(row) for row in await administration.list_clients(session)]

    @strawberry.field(description="Acts of administration, the newest first, in pages.")
    async def audit_log(  # noqa: PLR0913, PLR0917 - a page, and the filters of the list
        self,
        info: Info,
        first: First = 50,
        after: After = None,
        action: Annotated[
            str | None, strawberry.argument(description="How its word begins, as `command.`.")
        ] = None,
        actor: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Connection[AuditLogEntry]:
        """Resolve by service."""
        info.context.require(Permission.AUDIT_READ)
        length = lists.page_length(first)
        asked = administration.AskedTrail(
            lists.position(after), length + 1, action, actor, since, until
        )
        async with info.context.db() as session:
            rows = await administration.list_trail(session, asked)
        return lists.page([(row.sequence, AuditLogEntry.of(row)) for row in rows], length)

    @strawberry.field(description="Verify the audit log from its first entry on.")
    async def audit_check(self, info: Info) -> AuditCheck:
        """Resolve by service."""
        info.context.require(Permission.AUDIT_READ)
        info.context.spend(10_000)
        async with info.context.db() as session:
            entries, broken = await administration.verify_trail(session)
        return AuditCheck(entries=entries, broken_at=broken)


@strawberry.input(description="Somebody to be given a role.")
class AppointMemberInput:
    """On one site and below, or on all of the organisation."""

    name: str
    email: str
    role: Role
    site: strawberry.ID | None = None
    locale: str = "en"


@strawberry.type
class MemberPayload:
    """The member."""

    member: Member | None
    password: str | None = strawberry.field(
        description="Of an account that was made for it; shown this once."
    )
    errors: list[UserError]


@strawberry.input(description="A program to be made.")
class CreateClientInput:
    """With addresses it may ask people to sign in."""

    name: str
    scopes: list[ClientScope]
    redirect_uris: list[str] = strawberry.field(default_factory=list)
    public: bool = False


@strawberry.type
class ClientPayload:
    """The program, and its secret where there is a new one."""

    client: ApiClient | None
    secret: str | None = strawberry.field(description="Shown this once.")
    errors: list[UserError]


@strawberry.type
class AdministrationMutation:
    """Mutations of administration."""

    @strawberry.mutation(description="Give somebody a role; who has no account gets one.")
    async def appoint_member(self, info: Info, input: AppointMemberInput) -> MemberPayload:
        """Resolve by service."""
        context = info.context
        if context.passwords is None:
            raise UnavailableError("passwords cannot be made here")
        passwords = context.passwords

        async def act(session: TenantSession) -> members.Appointed:
            site = input.site
            place = None if site is None else SiteId(number_of(Kind.SITE, site, "site"))
            wanted = Appointment(input.name, input.email, input.role, place, input.locale)
            made = await members.appoint(session, passwords, wanted)
            await rules.give_defaults(session, made.member.since, made.member.user)
            return made

        made, errors = await attempt(context, Permission.MEMBERS_WRITE, act)
        member = None if made is None else Member.of(made.member)
        return MemberPayload(
            member=member, password=None if made is None else made.password, errors=errors
        )

    @strawberry.mutation(description="End a role of somebody.")
    async def dismiss_member(self, info: Info, member: strawberry.ID) -> MemberPayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> Member:
            number = number_of(Kind.MEMBERSHIP, member, "member")
            return Member.of(await members.dismiss(session, number))

        found, errors = await attempt(info.context, Permission.MEMBERS_WRITE, act)
        return MemberPayload(member=found, password=None, errors=errors)

    @strawberry.mutation(description="Make a client program; its secret is shown this once.")
    async def create_client(self, info: Info, input: CreateClientInput) -> ClientPayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> tuple[OAuthClient, str | None]:
            return await administration.create_client(
                session,
                name=input.name,
                scopes=list(input.scopes),
                redirect_uris=input.redirect_uris,
                public=input.public,
            )

        return _client(*await attempt(info.context, Permission.CLIENTS_WRITE, act))

    @strawberry.mutation(description="Give a program a new secret; the old one ends now.")
    async def rotate_client_secret(self, info: Info, client: strawberry.ID) -> ClientPayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> tuple[OAuthClient, str | None]:
            return await administration.rotate_client(session, str(client))

        return _client(*await attempt(info.context, Permission.CLIENTS_WRITE, act))

    @strawberry.mutation(description="End a program and the sessions it opened.")
    async def revoke_client(self, info: Info, client: strawberry.ID) -> ClientPayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> tuple[OAuthClient, str | None]:
            return await administration.revoke_client(session, str(client))

        return _client(*await attempt(info.context, Permission.CLIENTS_WRITE, act))


def _client(made: tuple[OAuthClient, str | None] | None, errors: list[UserError]) -> ClientPayload:
    if made is None:
        return ClientPayload(client=None, secret=None, errors=errors)
    return ClientPayload(client=ApiClient.of(made[0]), secret=made[1], errors=errors)
