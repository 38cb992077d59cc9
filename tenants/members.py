"""Who works for a tenant: appointed, listed and dismissed by its administrators.

Whoever appoints gives no more sight than their own, no role to themselves, and only roles that
their office appoints: a partner the administrators of its tenants and its own, an administrator the
staff. The last administrator of the whole tenant stays.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from domain.errors import ConflictError, ForbiddenError, NotFoundError
from domain.identity import SiteId, UserId
from tenants import audit, credentials
from tenants.models.clients import RefreshToken
from tenants.models.parties import Membership, Partner, Status, UserAccount
from tenants.particulars import checked_email, checked_locale, checked_name
from tenants.passwords import Passwords
from tenants.permissions import HOUSEHOLD, Permission, Role, role_named
from tenants.session import TenantSession

STAFF = frozenset(
    {
        Role.TENANT_ADMIN,
        Role.OPERATOR,
        Role.MANAGER,
        Role.DISPATCHER,
        Role.INSTALLER,
        Role.ACCOUNTANT,
        Role.AUDITOR,
    }
)
_PARTNERS = frozenset({Permission.PARTNER_ADMIN, Permission.PLATFORM_ADMIN})


@dataclass(frozen=True, slots=True)
class Member:
    """A role of a person in the tenant."""

    id: int
    user: UserId
    name: str
    login: str | None
    role: Role
    site: SiteId | None
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Appointment:
    """Who is to be appointed as what, where."""

    name: str
    email: str
    role: str
    site: SiteId | None
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class Appointed:
    """A new member; ``password`` is there for a new account, and shown this once."""

    member: Member
    password: str | None = field(repr=False)


async def grantable(session: TenantSession) -> frozenset[Role]:
    """Roles that the principal may give here."""
    scope = session.scope
    if Permission.MEMBERS_WRITE not in scope.permissions:
        return frozenset()
    if not scope.permissions & _PARTNERS:
        return STAFF
    office = select(Partner.id).where(Partner.office_id == scope.tenant_id)
    at_home = await session.scalar(office) is not None
    return frozenset({Role.PARTNER_ADMIN if at_home else Role.TENANT_ADMIN})


async def list_members(
    session: TenantSession, before: int, most: int, *, now: datetime
) -> list[Member]:
    """Staff of the tenant as of now, the newest first; residents are no staff."""
    asked = (
        select(Membership, UserAccount)
        .join(UserAccount, UserAccount.id == Membership.user_id)
        .where(Membership.role.not_in(sorted(HOUSEHOLD)), _lasts(now))
        .order_by(Membership.id.desc())
        .limit(most)
    )
    if before:
        asked = asked.where(Membership.id < before)
    return [_member(row, account) for row, account in await session.execute(asked)]


async def list_administrators(session: TenantSession, most: int, *, now: datetime) -> list[Member]:
    """Who administers the whole tenant as of now, the newest first."""
    asked = (
        select(Membership, UserAccount)
        .join(UserAccount, UserAccount.id == Membership.user_id)
        .where(Membership.role == str(Role.TENANT_ADMIN), Membership.site_id.is_(None), _lasts(now))
        .order_by(Membership.id.desc())
        .limit(most)
    )
    return [_member(row, account) for row, account in await session.execute(asked)]


async def appoint(session: TenantSession, passwords: Passwords, wanted: Appointment) -> Appointed:
    """Give somebody a role, with a new account where there is none of that e-mail.

    Raises
    ------
    ForbiddenError
        GRANT_TOO_WIDE: the role, or the part of the site tree, is not the principal's to give.
    InvalidError, NotFoundError, ConflictError
        Something is wrong with what was told, there is no such site, or MEMBERSHIP_EXISTS.
    """
    role, email = role_named(wanted.role), checked_email(wanted.email) or ""
    await _must_be_theirs_to_give(session, role, wanted.site)
    account = await session.scalar(select(UserAccount).where(UserAccount.email == email))
    password = None
    if account is None:
        password = credentials.readable_password()
        account = UserAccount(
            email=email,
            name=checked_name(wanted.name),
            locale=checked_locale(wanted.locale),
            password_hash=await passwords.hash(password),
        )
        session.add(account)
        await session.flush()
        actor = session.scope.actor
        await audit.record_on_platform(session, actor, "user.create", f"user:{account.id}")
    elif f"user:{account.id}" == session.scope.actor:
        raise ForbiddenError("nobody gives a role to themselves", code="GRANT_TOO_WIDE")
    now = datetime.now(UTC)
    row = await _seated(session, account.id, role, wanted.site, now)
    told: dict[str, audit.Word] = {"role": str(role), "site": wanted.site}
    await audit.record(session, "membership.add", f"user:{account.id}", told)
    return Appointed(_member(row, account), password)


async def _seated(
    session: TenantSession, user: UserId, role: Role, site: SiteId | None, now: datetime
) -> Membership:
    known = select(Membership.id).where(
        Membership.user_id == user,
        Membership.role == str(role),
        Membership.site_id.is_not_distinct_from(site),
        _lasts(now),
    )
    if await session.scalar(known) is not None:
        raise ConflictError("they have this role here", code="MEMBERSHIP_EXISTS", field="role")
    row = Membership(
        tenant_id=session.scope.tenant_id,
        user_id=user,
        role=str(role),
        site_id=site,
        valid_from=now,
    )
    session.add(row)
    try:
        await session.flush()
    except IntegrityError as error:
        raise NotFoundError("site", site) from error
    return row


async def _must_be_theirs_to_give(session: TenantSession, role: Role, site: SiteId | None) -> None:
    if role not in await grantable(session):
        raise ForbiddenError(f"{role} is not yours to give", code="GRANT_TOO_WIDE", field="role")
    sites = session.scope.sites
    if sites is not None and site not in sites:
        raise ForbiddenError(
            "roles are given where one's own sight is", code="GRANT_TOO_WIDE", field="site"
        )


async def dismiss(session: TenantSession, membership: int) -> Member:
    """End a role of somebody, and the sessions it opened.

    Raises
    ------
    NotFoundError
        There is no such member in force.
    ForbiddenError
        GRANT_TOO_WIDE: who may not give it, may not take it.
    ConflictError
        LAST_ADMIN: nobody would administer the tenant.
    """
    now = datetime.now(UTC)
    # all of them, so that two who dismiss one another at once do not both succeed
    rows = list(await session.scalars(select(Membership).where(_lasts(now)).with_for_update()))
    row = next((one for one in rows if one.id == membership), None)
    if row is None or row.role in HOUSEHOLD:
        raise NotFoundError("member", membership)
    await _must_be_theirs_to_give(session, Role(row.role), row.site_id)
    if (
        _is_whole_admin(row)
        and sum(one.role == row.role for one in rows if _is_whole_admin(one)) == 1
    ):
        raise ConflictError(
            "somebody must administer the tenant", code="LAST_ADMIN", field="member"
        )
    row.valid_to = max(now, row.valid_from + (now - now).resolution)
    await session.execute(
        update(RefreshToken)
        .where(
            RefreshToken.user_id == row.user_id,
            RefreshToken.revoked_at.is_(None),
            RefreshToken.roles.any_() == row.role,
        )
        .values(revoked_at=now)
    )
    await audit.record(session, "membership.end", f"user:{row.user_id}", {"role": row.role})
    account = await session.get_one(UserAccount, row.user_id)
    return _member(row, account)


async def count_active(session: TenantSession, now: datetime) -> int:
    """How many people work for the tenant."""
    asked = select(func.count(func.distinct(Membership.user_id))).where(
        _lasts(now), Membership.role.not_in(sorted(HOUSEHOLD))
    )
    return int(await session.scalar(asked) or 0)


def _is_whole_admin(row: Membership) -> bool:
    return row.role in {Role.TENANT_ADMIN, Role.PARTNER_ADMIN} and row.site_id is None


def _lasts(now: datetime) -> ColumnElement[bool]:
    return or_(Membership.valid_to.is_(None), Membership.valid_to > now)


def _member(row: Membership, account: UserAccount) -> Member:
    login = account.email or account.account_code
    shown = login if account.status == Status.ACTIVE else None
    return Member(
        row.id,
        row.user_id,
        account.name,
        shown,
        Role(row.role),
        row.site_id,
        row.valid_from,
        row.valid_to,
    )
