"""The partner: the tenants it looks after, their plans, brands, use and administrators."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

import strawberry

from backend.graphql import lists
from backend.graphql.context import Context
from backend.graphql.ids import Kind, decode, encode
from backend.graphql.lists import After, Connection, First
from backend.graphql.members import AuditLogEntry
from backend.graphql.tenant_brands import Brand
from backend.services import administration
from backend.services.partners import usage as use
from backend.services.partners.usage import MOST_DAYS
from domain.errors import InvalidError
from domain.identity import TenantId
from tenants import limits, members, models, partners
from tenants.limits import Plan
from tenants.models.parties import Status
from tenants.partners import Office
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]

MOST_ADMINISTRATORS = 100
MOST_SEARCH = 100

strawberry.enum(Plan, name="TenantPlan", description="What a tenant pays for.")
strawberry.enum(Status, name="TenantStatus", description="Whether a tenant may be used.")


@asynccontextmanager
async def office_of(context: Context) -> AsyncGenerator[Office]:
    """The partner at work whose office the caller is in.

    Raises
    ------
    ForbiddenError
        NOT_A_PARTNER.
    """
    async with context.db() as session:
        yield await partners.open_office(context.database, session)


@asynccontextmanager
async def inside(context: Context, tenant: TenantId) -> AsyncGenerator[TenantSession]:
    """A session of one of the partner's tenants."""
    async with office_of(context) as office, office.inside(tenant) as session:
        yield session


@strawberry.type(description="How much a tenant may use.")
class TenantLimits:
    """Those of the plan, and the tenant's own over them."""

    readings_per_hour: int
    requests_per_minute: int
    cost_per_minute: int
    storage_months: int
    own: list[str] = strawberry.field(
        description="Which are the tenant's own, not those of its plan."
    )


@strawberry.type(description="How many of what a tenant has.")
class TenantUsage:
    """Numbers alone."""

    metering_points: int
    concentrators: int
    radio_modules: int
    houses: int
    users: int = strawberry.field(description="People who work there, without residents.")


@strawberry.type(description="Readings that came for a UTC day.")
class DayOfReadings:
    """An hour of a channel is a reading."""

    day: date
    readings: int


@strawberry.type(description="Somebody who administers a tenant of the partner.")
class TenantAdministrator:
    """View of a membership, as a partner sees it."""

    id: strawberry.ID
    name: str
    login: str | None
    since: datetime

    @classmethod
    def of(cls, row: members.Member) -> "TenantAdministrator":
        """Build the view of a row."""
        number = strawberry.ID(encode(Kind.MEMBERSHIP, row.id))
        return cls(id=number, name=row.name, login=row.login, since=row.since)


@strawberry.type(description="A tenant as its partner sees it: no readings and no residents.")
class PartnerTenant:
    """View of a tenant of the partner."""

    id: strawberry.ID
    name: str
    timezone: str
    locale: str
    status: Status
    plan: Plan
    created_at: datetime
    limits: TenantLimits
    brand: Brand
    number: strawberry.Private[TenantId]

    @classmethod
    def of(cls, row: models.Tenant) -> "PartnerTenant":
        """Build the view of a row."""
        names = {"".join(part.title() for part in one.split("_")) for one in row.quotas}
        own = sorted(name[0].lower() + name[1:] for name in names)
        return cls(
            id=strawberry.ID(encode(Kind.TENANT, row.id)),
            name=row.name,
            timezone=row.timezone,
            locale=row.locale,
            status=Status(row.status),
            plan=Plan(row.plan),
            created_at=row.created_at,
            limits=TenantLimits(**asdict(limits.in_force(row)), own=own),
            brand=Brand.of(row),
            number=row.id,
        )

    @strawberry.field(description="How many of what it has.")
    async def usage(self, info: Info) -> TenantUsage:
        """Resolve by service, inside the tenant."""
        async with inside(info.context, self.number) as session:
            found = await use.of_tenant(session, info.context.now)
        return TenantUsage(**asdict(found))

    @strawberry.field(description="Readings that came for its last UTC days, today's at the end.")
    async def readings_by_day(
        self,
        info: Info,
        days: Annotated[int, strawberry.argument(description=f"1 to {MOST_DAYS}.")] = 7,
    ) -> list[DayOfReadings]:
        """Resolve by service, inside the tenant."""
        if not 1 <= days <= MOST_DAYS:
            raise InvalidError(
                f"days must be 1 to {MOST_DAYS}, not {days}", code="INVALID", field="days"
            )
        info.context.spend(days * 1000)
        async with inside(info.context, self.number) as session:
            found = await use.readings(session, info.context.now, days)
        return [DayOfReadings(day=day, readings=many) for day, many in found]

    @strawberry.field(description="Who administers it, the newest first.")
    async def administrators(self, info: Info) -> list[TenantAdministrator]:
        """Resolve by service, inside the tenant."""
        async with inside(info.context, self.number) as session:
            rows = await members.list_administrators(
                session, MOST_ADMINISTRATORS, now=info.context.now
            )
        return [TenantAdministrator.of(row) for row in rows]

    @strawberry.field(description="Acts of administration in it, the newest first, in pages.")
    async def audit_log(
        self, info: Info, first: First = 50, after: After = None
    ) -> Connection[AuditLogEntry]:
        """Resolve by service, inside the tenant."""
        length = lists.page_length(first)
        asked = administration.AskedTrail(lists.position(after), length + 1)
        async with inside(info.context, self.number) as session:
            rows = await administration.list_trail(session, asked)
        return lists.page([(row.sequence, AuditLogEntry.of(row)) for row in rows], length)


@strawberry.type(description="A reseller, who brings tenants and runs them without readings.")
class Partner:
    """View of a partner, in its office."""

    name: str

    @strawberry.field(description="Its tenants, the newest first, in pages.")
    async def tenants(
        self,
        info: Info,
        first: First = 50,
        after: After = None,
        search: Annotated[
            str | None, strawberry.argument(description="A part of the name.")
        ] = None,
    ) -> Connection[PartnerTenant]:
        """Resolve by service."""
        length = lists.page_length(first)
        wanted = None if search is None else search[:MOST_SEARCH].strip()
        async with office_of(info.context) as office:
            rows = await partners.list_tenants(office, lists.position(after), length + 1, wanted)
        return lists.page([(row.id, PartnerTenant.of(row)) for row in rows], length)

    @strawberry.field(description="One of its tenants; null when it is another's or none.")
    async def tenant(self, info: Info, id: strawberry.ID) -> PartnerTenant | None:
        """Resolve by service."""
        found = decode(id)
        if found is None or found[0] is not Kind.TENANT:
            return None
        async with office_of(info.context) as office:
            row = await partners.find_tenant(office, TenantId(found[1]))
        return None if row is None else PartnerTenant.of(row)


@strawberry.type
class PartnerEntrance:
    """Entrance of the viewer to their partner."""

    @strawberry.field(description="The partner in whose office the caller sits; null elsewhere.")
    async def partner(self, info: Info) -> Partner | None:
        """Resolve by service."""
        async with info.context.db() as session:
            row = await partners.partner_of(session)
        return None if row is None else Partner(name=row.name)
