"""What partners do to their tenants: bring, suspend, plan and brand them, have them run."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import strawberry

from backend.graphql.context import Context
from backend.graphql.ids import Kind, number_of
from backend.graphql.outcomes import UserError, attempt
from backend.graphql.partners import PartnerTenant, TenantAdministrator
from domain.errors import UnavailableError
from domain.identity import TenantId
from tenants import members, models, partners
from tenants.limits import Plan
from tenants.members import Appointment
from tenants.partners import Office
from tenants.permissions import Permission, Role
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]
T = TypeVar("T")


@strawberry.type
class PartnerTenantPayload:
    """The tenant."""

    tenant: PartnerTenant | None
    errors: list[UserError]


@strawberry.type
class TenantAdministratorPayload:
    """Who administers, or did."""

    administrator: TenantAdministrator | None
    password: str | None = strawberry.field(
        description="Of an account that was made for it; shown this once."
    )
    errors: list[UserError]


@strawberry.input(description="A tenant to be brought into being, with nobody in it.")
class CreateTenantInput:
    """Its zone is that of its days and months."""

    name: str
    timezone: str = "Europe/Chisinau"
    locale: str = "en"
    plan: Plan = Plan.STANDARD


@strawberry.input(description="A plan, and figures beside it; one that is null is the plan's.")
class TenantPlanInput:
    """All figures together."""

    tenant: strawberry.ID
    plan: Plan
    readings_per_hour: int | None = None
    requests_per_minute: int | None = None
    cost_per_minute: int | None = None
    storage_months: int | None = None


@strawberry.input(description="A brand as a whole; a part that is null is the product's own.")
class TenantBrandInput:
    """Colours as #RRGGBB, and a logo over HTTPS."""

    tenant: strawberry.ID
    name: str | None = None
    colour: str | None = None
    colour_dark: str | None = None
    logo_url: str | None = None


@strawberry.input(description="Somebody who is to administer a tenant.")
class AppointAdministratorInput:
    """Who has no account gets one."""

    tenant: strawberry.ID
    name: str
    email: str
    locale: str = "en"


def _tenant(id: strawberry.ID) -> TenantId:
    return TenantId(number_of(Kind.TENANT, id, "tenant"))


async def _attempt(
    context: Context, act: Callable[[Office], Awaitable[T]]
) -> tuple[T | None, list[UserError]]:
    async def at_work(session: TenantSession) -> T:
        return await act(await partners.open_office(context.database, session))

    return await attempt(context, Permission.PARTNER_ADMIN, at_work)


async def _changed(
    context: Context, act: Callable[[Office], Awaitable[models.Tenant]]
) -> PartnerTenantPayload:
    row, errors = await _attempt(context, act)
    tenant = None if row is None else PartnerTenant.of(row)
    return PartnerTenantPayload(tenant=tenant, errors=errors)


@strawberry.type
class PartnerMutation:
    """Mutations of partners."""

    @strawberry.mutation(description="Bring a tenant of the partner into being.")
    async def create_tenant(self, info: Info, input: CreateTenantInput) -> PartnerTenantPayload:
        """Resolve by service."""
        return await _changed(
            info.context,
            lambda office: partners.create(
                office, input.name, input.timezone, input.locale, input.plan
            ),
        )

    @strawberry.mutation(description="Shut everybody out of a tenant; its readings still come.")
    async def suspend_tenant(
        self, info: Info, tenant: strawberry.ID, reason: str
    ) -> PartnerTenantPayload:
        """Resolve by service."""

        async def act(office: Office) -> models.Tenant:
            return await partners.suspend(office, _tenant(tenant), reason)

        return await _changed(info.context, act)

    @strawberry.mutation(description="Let everybody into a tenant again.")
    async def resume_tenant(self, info: Info, tenant: strawberry.ID) -> PartnerTenantPayload:
        """Resolve by service."""

        async def act(office: Office) -> models.Tenant:
            return await partners.resume(office, _tenant(tenant))

        return await _changed(info.context, act)

    @strawberry.mutation(description="Set what a tenant may use.")
    async def set_tenant_plan(self, info: Info, input: TenantPlanInput) -> PartnerTenantPayload:
        """Resolve by service."""
        figures = {
            "readings_per_hour": input.readings_per_hour,
            "requests_per_minute": input.requests_per_minute,
            "cost_per_minute": input.cost_per_minute,
            "storage_months": input.storage_months,
        }

        async def act(office: Office) -> models.Tenant:
            return await partners.set_plan(office, _tenant(input.tenant), figures, input.plan)

        return await _changed(info.context, act)

    @strawberry.mutation(description="Set what a tenant's people see instead of the product's own.")
    async def brand_tenant(self, info: Info, input: TenantBrandInput) -> PartnerTenantPayload:
        """Resolve by service."""
        brand = partners.Brand(input.name, input.colour, input.colour_dark, input.logo_url)

        async def act(office: Office) -> models.Tenant:
            return await partners.set_brand(office, _tenant(input.tenant), brand)

        return await _changed(info.context, act)

    @strawberry.mutation(description="Make somebody an administrator of a tenant.")
    async def appoint_tenant_administrator(
        self, info: Info, input: AppointAdministratorInput
    ) -> TenantAdministratorPayload:
        """Resolve by service."""
        passwords = info.context.passwords
        if passwords is None:
            raise UnavailableError("passwords cannot be made here")

        async def act(office: Office) -> members.Appointed:
            wanted = Appointment(input.name, input.email, Role.TENANT_ADMIN, None, input.locale)
            return await partners.appoint(office, passwords, _tenant(input.tenant), wanted)

        made, errors = await _attempt(info.context, act)
        if made is None:
            return TenantAdministratorPayload(administrator=None, password=None, errors=errors)
        return TenantAdministratorPayload(
            administrator=TenantAdministrator.of(made.member), password=made.password, errors=[]
        )

    @strawberry.mutation(description="End the role of an administrator of a tenant.")
    async def dismiss_tenant_administrator(
        self, info: Info, tenant: strawberry.ID, administrator: strawberry.ID
    ) -> TenantAdministratorPayload:
        """Resolve by service."""

        async def act(office: Office) -> TenantAdministrator:
            number = number_of(Kind.MEMBERSHIP, administrator, "administrator")
            ended = await partners.dismiss(office, _tenant(tenant), number)
            return TenantAdministrator.of(ended)

        found, errors = await _attempt(info.context, act)
        return TenantAdministratorPayload(administrator=found, password=None, errors=errors)
