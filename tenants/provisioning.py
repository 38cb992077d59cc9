"""Bring partners, tenants, people and client programs into being, with an audit row for each."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import ConflictError, InvalidError, NotFoundError
from domain.identity import PartnerId, Scope, SiteId, TenantId, UserId
from tenants import audit, credentials
from tenants.clients import DEFAULT_SCOPES, add_client
from tenants.models.parties import TENANT_IDS, Membership, Partner, Tenant, UserAccount
from tenants.particulars import (
    checked_account_code,
    checked_email,
    checked_locale,
    checked_name,
    checked_zone,
)
from tenants.passwords import Passwords
from tenants.permissions import Permission, role_named
from tenants.session import Database, TenantSession


@dataclass(frozen=True, slots=True)
class CreatedPartner:
    """A new partner, and the tenant that is its office."""

    partner: PartnerId
    office: TenantId


@dataclass(frozen=True, slots=True)
class CreatedTenant:
    """A new tenant and its first client; the secret is shown this once."""

    tenant: TenantId
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Seat:
    """As what somebody may act in a tenant: on one site and below or on all of it, from .. to."""

    tenant: TenantId
    role: str
    site: SiteId | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None

    def membership(self, user: UserId) -> Membership:
        """The row of ``user``.

        Raises
        ------
        InvalidError
            UNKNOWN_ROLE or INVALID_PERIOD.
        """
        start = self.valid_from or datetime.now(UTC)
        _check_period(start, self.valid_to)
        return Membership(
            tenant_id=self.tenant,
            user_id=user,
            role=str(role_named(self.role)),
            site_id=self.site,
            valid_from=start,
            valid_to=self.valid_to,
        )


@dataclass(frozen=True, slots=True)
class CreatedUser:
    """A new account; ``password`` is there when it was generated, and shown this once."""

    user: UserId
    password: str | None = field(repr=False)


async def create_partner(
    database: Database,
    *,
    name: str,
    timezone: str = "Europe/Chisinau",
    locale: str = "en",
    actor: str = "cli",
) -> CreatedPartner:
    """Create a partner and its office, in which its administrators get their seats.

    Raises
    ------
    InvalidError
        INVALID_NAME, INVALID_LOCALE, INVALID_TIMEZONE or TIMEZONE_NOT_WHOLE_HOUR.
    ConflictError
        PARTNER_EXISTS: the name is taken.
    """
    office = _new_tenant(name, timezone, locale)
    partner = Partner(name=office.name)
    try:
        async with _founded(database, office, actor, {"office": True}) as session:
            partner.office_id = office.id
            session.add(partner)
            await session.flush()
            await audit.record_on_platform(
                session, actor, "partner.create", f"partner:{partner.id}", {"name": partner.name}
            )
    except IntegrityError as error:
        raise ConflictError(
            f"name = {name!r}: there is a partner of this name", code="PARTNER_EXISTS", field="name"
        ) from error
    return CreatedPartner(partner.id, office.id)


async def create_tenant(  # noqa: PLR0913 - what a tenant is created from
    database: Database,
    *,
    name: str,
    partner: str | None = None,
    timezone: str = "Europe/Chisinau",
    locale: str = "en",
    actor: str = "cli",
) -> CreatedTenant:
    """Create a tenant and an integrator client that may read, administer metering and control.

    Raises
    ------
    InvalidError
        INVALID_NAME, INVALID_LOCALE, INVALID_TIMEZONE or TIMEZONE_NOT_WHOLE_HOUR.
    NotFoundError
        There is no partner of that name.
    """
    tenant = _new_tenant(name, timezone, locale)
    if partner is not None:
        async with database.global_session() as numbers:
            tenant.partner_id = await _partner_named(numbers, partner)
    async with _founded(database, tenant, actor, {"partner": partner}) as session:
        created = await add_client(session, name="Integrator", scopes=DEFAULT_SCOPES)
    return CreatedTenant(tenant.id, created.client_id, created.client_secret or "")


async def found_tenant(  # noqa: PLR0913 - what a tenant is created from
    database: Database, partner: Partner, *, name: str, timezone: str, locale: str, actor: str
) -> Tenant:
    """Create a tenant of a partner, with nobody and nothing in it.

    Raises
    ------
    InvalidError
        INVALID_NAME, INVALID_LOCALE, INVALID_TIMEZONE or TIMEZONE_NOT_WHOLE_HOUR.
    """
    tenant = _new_tenant(name, timezone, locale)
    tenant.partner_id = partner.id
    async with _founded(database, tenant, actor, {"partner": partner.name}) as session:
        await session.refresh(tenant)
    return tenant


def _new_tenant(name: str, timezone: str, locale: str) -> Tenant:
    return Tenant(
        name=checked_name(name), timezone=checked_zone(timezone), locale=checked_locale(locale)
    )


@asynccontextmanager
async def _founded(
    database: Database, tenant: Tenant, actor: str, told: Mapping[str, audit.Word]
) -> AsyncGenerator[TenantSession]:
    """A session of a tenant that comes to be in it, so that its audit trail does, too."""
    async with database.global_session() as numbers:
        tenant.id = TenantId((await numbers.scalars(select(TENANT_IDS.next_value()))).one())
    async with database.session(_administrator(tenant.id, actor)) as session:
        session.add(tenant)
        await session.flush()
        detail = {"name": tenant.name, "timezone": tenant.timezone, **told}
        await audit.record(session, "tenant.create", f"tenant:{tenant.id}", detail)
        yield session


async def create_user(  # noqa: PLR0913 - what an account is created from
    database: Database,
    *,
    name: str,
    email: str | None = None,
    account_code: str | None = None,
    password: str | None = None,
    locale: str = "en",
    actor: str = "cli",
    passwords: Passwords | None = None,
    seat: Seat | None = None,
) -> CreatedUser:
    """Create the account of a person, known by e-mail, by account code, or by both.

    With a ``seat`` the person gets that too, or nothing is made.

    Raises
    ------
    InvalidError
        INVALID_NAME, INVALID_LOCALE, INVALID_EMAIL, INVALID_ACCOUNT_CODE, PASSWORD_LENGTH, or
        LOGIN_MISSING when neither e-mail nor account code is given.
    ConflictError
        ACCOUNT_EXISTS: the e-mail or the account code is taken.
    """
    if seat is not None:
        seat.membership(UserId(0))  # what is wrong with it is told before anything is made
    generated = credentials.readable_password() if password is None else None
    user = UserAccount(
        name=checked_name(name),
        locale=checked_locale(locale),
        email=checked_email(email),
        account_code=checked_account_code(account_code),
    )
    if user.email is None and user.account_code is None:
        raise InvalidError(
            "email, account_code: one of them is needed", code="LOGIN_MISSING", field="email"
        )
    hasher = passwords or Passwords()
    user.password_hash = await hasher.hash(password or generated or "")
    if seat is None:
        async with database.global_session() as session:
            await _save_account(session, user, actor)
    else:
        async with database.session(_administrator(seat.tenant, actor)) as session:
            await _save_account(session, user, actor)
            await _seat(session, seat, user.id)
    return CreatedUser(user.id, generated)


async def _save_account(session: AsyncSession, user: UserAccount, actor: str) -> None:
    session.add(user)
    try:
        await session.flush()
    except IntegrityError as error:
        raise ConflictError(
            "email, account_code: an account with this login exists",
            code="ACCOUNT_EXISTS",
            field="email",
        ) from error
    # The trail holds the number and no personal data, since it can never be erased.
    await audit.record_on_platform(session, actor, "user.create", f"user:{user.id}")


async def add_membership(  # noqa: PLR0913 - who, where, as what, from when, until when
    database: Database,
    *,
    tenant: TenantId,
    user: UserId,
    role: str,
    site: SiteId | None = None,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    actor: str = "cli",
) -> None:
    """Let ``user`` act as ``role`` in ``tenant``, on one site and below or on all of it.

    Raises
    ------
    InvalidError
        UNKNOWN_ROLE or INVALID_PERIOD.
    NotFoundError, ConflictError
        No such tenant, user or site; MEMBERSHIP_EXISTS.
    """
    seat = Seat(tenant, role, site, valid_from, valid_to)
    seat.membership(user)
    async with database.session(_administrator(tenant, actor)) as session:
        await _seat(session, seat, user)


async def _seat(session: TenantSession, seat: Seat, user: UserId) -> None:
    member = seat.membership(user)
    await _must_exist(session, seat.tenant, user)
    await _must_be_new(session, member)
    session.add(member)
    await _flush_site(session, seat.site)
    detail = {"role": member.role, "site": seat.site}
    await audit.record(session, "membership.add", f"user:{user}", detail)


def _check_period(start: datetime, valid_to: datetime | None) -> None:
    if valid_to is not None and valid_to <= start:
        raise InvalidError(
            f"valid_to = {valid_to}: not after valid_from = {start}",
            code="INVALID_PERIOD",
            field="valid_to",
        )


async def _flush_site(session: AsyncSession, site: SiteId | None) -> None:
    """Write the membership; what it can still lack, its tenant and user being there, is a site."""
    try:
        await session.flush()
    except IntegrityError as error:
        raise NotFoundError("site", site) from error


async def _must_exist(session: AsyncSession, tenant: TenantId, user: UserId) -> None:
    if await session.get(Tenant, tenant) is None:
        raise NotFoundError("tenant", tenant)
    if await session.get(UserAccount, user) is None:
        raise NotFoundError("user", user)


async def _must_be_new(session: AsyncSession, member: Membership) -> None:
    if await session.scalar(_same_and_open(member)):
        raise ConflictError(
            f"role = {member.role!r}: user {member.user_id} has it here already",
            code="MEMBERSHIP_EXISTS",
            field="role",
        )


def _same_and_open(member: Membership) -> Select[int]:
    return (
        select(Membership.id)
        .where(
            Membership.user_id == member.user_id,
            Membership.role == member.role,
            Membership.site_id.is_not_distinct_from(member.site_id),
            or_(Membership.valid_to.is_(None), Membership.valid_to > member.valid_from),
        )
        .limit(1)
    )


def _administrator(tenant: TenantId, actor: str) -> Scope:
    return Scope(tenant, actor, frozenset({str(Permission.TENANT_ADMIN)}))


async def _partner_named(session: AsyncSession, name: str) -> PartnerId:
    found = await session.scalar(select(Partner.id).where(Partner.name == name))
    if found is None:
        raise NotFoundError("partner", name)
    return found
