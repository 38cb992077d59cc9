"""Partners at work: the tenants they look after, run from the partner's office.

The office is a tenant without meters. Who administers the partner acts in it, and from it in each
tenant of the partner through a session of that tenant, with the permissions of a partner: they see
who administers it, what it uses and its audit trail, and no reading. Another partner's tenants are
not found. Each act stands in the trail of the tenant and in that of the office.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import select

from domain.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from domain.identity import Scope, TenantId
from tenants import audit, limits, members, provisioning
from tenants.members import Appointed, Appointment, Member
from tenants.models.parties import Partner, Status, Tenant
from tenants.particulars import checked_colour, checked_name, checked_web_address
from tenants.passwords import Passwords
from tenants.permissions import Permission, Role, permissions_of
from tenants.session import Database, TenantSession

LONGEST_REASON = 500
HIGHEST_NUMBER = 2**31 - 1
"""Tenants are numbered in 32 bits."""

_SUSPEND = (Status.ACTIVE, Status.SUSPENDED, "tenant.suspend")
_RESUME = (Status.SUSPENDED, Status.ACTIVE, "tenant.resume")


@dataclass(frozen=True, slots=True)
class Office:
    """A partner at work: the session of its office, and the way into its tenants."""

    database: Database
    session: TenantSession
    partner: Partner

    async def tenant(self, number: TenantId) -> Tenant:
        """One of the partner's tenants.

        Raises
        ------
        NotFoundError
            There is none of that number, or it is another partner's.
        """
        mine = select(Tenant).where(Tenant.id == number, Tenant.partner_id == self.partner.id)
        found = await self.session.scalar(mine) if number <= HIGHEST_NUMBER else None
        if found is None:
            raise NotFoundError("tenant", number)
        return found

    @asynccontextmanager
    async def inside(self, number: TenantId) -> AsyncGenerator[TenantSession]:
        """A transaction in one of the partner's tenants.

        Raises
        ------
        NotFoundError
            As of :meth:`tenant`.
        """
        await self.tenant(number)
        words = frozenset(str(word) for word in permissions_of(Role.PARTNER_ADMIN))
        scope = Scope(number, self.session.scope.actor, words)
        async with self.database.session(scope) as session:
            yield session

    async def note(
        self, action: str, number: TenantId, detail: dict[str, audit.Word] | None = None
    ) -> None:
        """Write an act into the trail of the office."""
        await audit.record(self.session, action, f"tenant:{number}", detail)


async def partner_of(session: TenantSession) -> Partner | None:
    """Partner whose office the session is in, and which the principal administers; or None."""
    scope = session.scope
    if Permission.PARTNER_ADMIN not in scope.permissions or scope.sites is not None:
        return None
    return await session.scalar(select(Partner).where(Partner.office_id == scope.tenant_id))


async def open_office(database: Database, session: TenantSession) -> Office:
    """The office that the session is in.

    Raises
    ------
    ForbiddenError
        NOT_A_PARTNER: it is none, or the principal does not administer the partner.
    """
    partner = await partner_of(session)
    if partner is None or partner.status != Status.ACTIVE:
        raise ForbiddenError(
            "tenants are run from the office of their partner", code="NOT_A_PARTNER"
        )
    return Office(database, session, partner)


async def list_tenants(office: Office, before: int, most: int, search: str | None) -> list[Tenant]:
    """Tenants of the partner, the newest first."""
    asked = (
        select(Tenant)
        .where(Tenant.partner_id == office.partner.id)
        .order_by(Tenant.id.desc())
        .limit(most)
    )
    if before:
        asked = asked.where(Tenant.id < min(before, HIGHEST_NUMBER))
    if search:
        asked = asked.where(Tenant.name.icontains(search, autoescape=True))
    return list(await office.session.scalars(asked))


async def find_tenant(office: Office, number: TenantId) -> Tenant | None:
    """One of the partner's tenants; None for another's, as for one that is not there."""
    try:
        return await office.tenant(number)
    except NotFoundError:
        return None


async def create(office: Office, name: str, timezone: str, locale: str, plan: str) -> Tenant:
    """Bring a tenant into being.

    Raises
    ------
    InvalidError
        INVALID_NAME, INVALID_LOCALE, INVALID_TIMEZONE, TIMEZONE_NOT_WHOLE_HOUR or UNKNOWN_PLAN.
    ConflictError
        TENANT_EXISTS: the partner has one of that name.
    """
    limits.checked_plan(plan)
    known = select(Tenant.id).where(
        Tenant.partner_id == office.partner.id, Tenant.name == checked_name(name)
    )
    if await office.session.scalar(known) is not None:
        raise ConflictError(
            f"name = {name!r}: you have a tenant of this name", code="TENANT_EXISTS", field="name"
        )
    made = await provisioning.found_tenant(
        office.database,
        office.partner,
        name=name,
        timezone=timezone,
        locale=locale,
        actor=office.session.scope.actor,
    )
    await office.note("tenant.create", made.id, {"name": made.name})
    return await set_plan(office, made.id, {}, plan) if plan != made.plan else made


async def suspend(office: Office, number: TenantId, reason: str) -> Tenant:
    """Shut everybody out of a tenant; its readings are taken as before.

    Raises
    ------
    InvalidError
        REASON_MISSING: why is not said, or at too great a length.
    ConflictError
        TENANT_STATE: it is not active.
    NotFoundError
        It is none of the partner's.
    """
    clean = " ".join(reason.split())
    if not 1 <= len(clean) <= LONGEST_REASON:
        raise InvalidError(
            f"reason: 1 to {LONGEST_REASON} characters", code="REASON_MISSING", field="reason"
        )
    return await _turn(office, number, _SUSPEND, {"reason": clean})


async def resume(office: Office, number: TenantId) -> Tenant:
    """Let everybody in again.

    Raises
    ------
    ConflictError, NotFoundError
        TENANT_STATE: it is not suspended; or it is none of the partner's.
    """
    return await _turn(office, number, _RESUME, {})


async def _turn(
    office: Office,
    number: TenantId,
    step: tuple[Status, Status, str],
    detail: dict[str, audit.Word],
) -> Tenant:
    before, after, action = step
    async with office.inside(number) as session:
        row = await session.get_one(Tenant, number, with_for_update=True)
        if row.status != before:
            raise ConflictError(f"the tenant is {row.status}", code="TENANT_STATE", field="tenant")
        row.status = after
        await audit.record(session, action, f"tenant:{number}", detail)
    await office.note(action, number, detail)
    return row


async def set_plan(
    office: Office, number: TenantId, changes: dict[str, int | None], plan: str
) -> Tenant:
    """Set the plan of a tenant, and its own figures beside it; None takes one back.

    Raises
    ------
    InvalidError
        BAD_QUOTA or UNKNOWN_PLAN.
    NotFoundError
        It is none of the partner's.
    """
    async with office.inside(number) as session:
        row = await limits.lay(session, changes, plan)
    await office.note("tenant.limits", number, {"plan": plan, **changes})
    return row


@dataclass(frozen=True, slots=True)
class Brand:
    """What the tenant's people see instead of ours; None for ours."""

    name: str | None
    colour: str | None
    colour_dark: str | None
    logo_url: str | None


async def set_brand(office: Office, number: TenantId, brand: Brand) -> Tenant:
    """Set the brand of a tenant as a whole.

    Raises
    ------
    InvalidError
        INVALID_NAME, INVALID_COLOUR or INVALID_ADDRESS.
    NotFoundError
        It is none of the partner's.
    """
    told: dict[str, audit.Word] = {
        "name": checked_name(brand.name) if brand.name and brand.name.strip() else None,
        "colour": checked_colour(brand.colour, "colour"),
        "colour_dark": checked_colour(brand.colour_dark, "colourDark"),
        "logo_url": checked_web_address(brand.logo_url, "logoUrl"),
    }
    async with office.inside(number) as session:
        row = await session.get_one(Tenant, number, with_for_update=True)
        for name, value in told.items():
            setattr(row, f"brand_{name}", value)
        await audit.record(session, "tenant.brand", f"tenant:{number}", told)
    await office.note("tenant.brand", number, told)
    return row


async def appoint(
    office: Office, passwords: Passwords, number: TenantId, wanted: Appointment
) -> Appointed:
    """Make somebody an administrator of a tenant.

    Raises
    ------
    ForbiddenError, InvalidError, ConflictError, NotFoundError
        As of :func:`tenants.members.appoint`.
    """
    async with office.inside(number) as session:
        made = await members.appoint(session, passwords, wanted)
    await office.note("membership.add", number, {"user": int(made.member.user)})
    return made


async def dismiss(office: Office, number: TenantId, membership: int) -> Member:
    """End the role of an administrator of a tenant.

    Raises
    ------
    ForbiddenError, ConflictError, NotFoundError
        As of :func:`tenants.members.dismiss`.
    """
    async with office.inside(number) as session:
        ended = await members.dismiss(session, membership)
    await office.note("membership.end", number, {"user": int(ended.user)})
    return ended
