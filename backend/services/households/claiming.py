"""Taking an invitation: a code, an own password, a consent; and the home is in sight.

Nobody learns here who has an account. A code that is wrong, used, taken back or too old has one
answer; and an e-mail that has an account is told from one that has none only to who holds a good
code, a few times, by the answer that its password does not fit.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from backend.models.accounts import Consent, HomeMember, Invitation, Resident
from backend.models.sites import Premise, Site
from backend.services.alerts import rules
from backend.services.households import consent, members
from domain.errors import ConflictError, InvalidError, NotFoundError
from domain.identity import PremiseId, Scope, TenantId, UserId
from tenants import audit, credentials
from tenants.models import Status, Tenant, UserAccount
from tenants.oauth.accounts import account_for
from tenants.oauth.throttle import Attempt, Throttle
from tenants.particulars import checked_email, checked_locale, checked_name
from tenants.passwords import Passwords, check_length
from tenants.permissions import Role
from tenants.session import Database, TenantSession


class InvitationUnknownError(NotFoundError):
    """The code is good for nothing; why, is not told."""

    code = "INVITATION_UNKNOWN"

    def __init__(self) -> None:
        super().__init__("invitation of this code", "that is open")


@dataclass(frozen=True, slots=True)
class Seen:
    """What an invitation is to, told to whoever holds its code."""

    tenant: str
    home: str
    house: str
    name: str
    email: str | None
    role: str
    locale: str
    moves_in_at: datetime
    expires_at: datetime
    consent_version: str
    consent_text: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What a guest sends."""

    code: str
    email: str
    password: str
    consent: bool
    locale: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of it: how to sign in, and from when there is something to see."""

    user: UserId
    login: str
    premise: PremiseId
    since: datetime


@dataclass(frozen=True, slots=True)
class Doorman:
    """Takes invitations for one installation."""

    database: Database
    passwords: Passwords
    throttle: Throttle

    async def look(self, code: str, locale: str | None, address: str) -> Seen:
        """What an invitation is to.

        Raises
        ------
        InvitationUnknownError, LimitError
            It is good for nothing; there were too many wrong codes from this address.
        """
        tenant, digest = await self._named(code, address)
        async with self.database.session(_guest(tenant)) as session:
            row = await _open(session, digest)
            if row is not None:
                return await _seen(session, row, locale or row.locale)
        await self.throttle.count(_attempts(digest.hex(), address))
        raise InvitationUnknownError

    async def claim(self, claim: Claim, address: str) -> Taken:
        """Take an invitation, with a new account or with one's own.

        Raises
        ------
        InvitationUnknownError, LimitError
            As for :meth:`look`.
        InvalidError
            CONSENT_NEEDED, INVALID_EMAIL, PASSWORD_LENGTH, INVALID_LOCALE or INVALID_NAME.
        ConflictError
            LOGIN_REFUSED: there is an account of this e-mail, with another password.
        """
        if not claim.consent:
            raise InvalidError("the consent is needed", code="CONSENT_NEEDED", field="consent")
        email, locale = checked_email(claim.email) or "", checked_locale(claim.locale)
        check_length(claim.password)
        tenant, digest = await self._named(claim.code, address)
        attempts = _attempts(digest.hex(), address)
        async with self.database.session(_guest(tenant)) as session:
            if await _open(session, digest) is None:
                await self.throttle.count(attempts)
                raise InvitationUnknownError
        # Nothing is held while the password is computed.
        known = await account_for(self.database, self.passwords, email, claim.password)
        made = None if known else await self.passwords.hash(claim.password)
        try:
            async with self.database.session(_guest(tenant)) as session:
                row = await _open(session, digest, lock=True)
                if row is None:
                    raise InvitationUnknownError
                name = checked_name(claim.name or row.name)
                fresh = UserAccount(email=email, password_hash=made, name=name, locale=locale)
                user = known.id if known else await _new_account(session, fresh)
                member = await _seat(session, row, user, locale)
        except ConflictError:
            await self.throttle.count(attempts)
            raise
        return Taken(user, email, member.premise_id, member.since)

    async def _named(self, code: str, address: str) -> tuple[TenantId, bytes]:
        """Tenant and digest of a code, unless there were too many wrong ones."""
        found = credentials.invited_to(code)
        attempts = _attempts("none" if found is None else found[1].hex(), address)
        await self.throttle.check(attempts)
        if found is None:
            await self.throttle.count(attempts)
            raise InvitationUnknownError
        return found


def _attempts(code: str, address: str) -> tuple[Attempt, ...]:
    """Count a failure: few for one code, more from an address behind which a house may live."""
    return (
        Attempt(RateLimitItemPerHour(10), "invitation", f"{code} {address}"),
        Attempt(RateLimitItemPerMinute(30, 15), "invitation address", address),
    )


def _guest(tenant: TenantId) -> Scope:
    return Scope(tenant, "guest")


async def _open(session: TenantSession, digest: bytes, *, lock: bool = False) -> Invitation | None:
    """Invitation that may be taken now, of a tenant that is served."""
    tenant = await session.get(Tenant, session.scope.tenant_id)
    if tenant is None or tenant.status != Status.ACTIVE:
        return None
    asked = select(Invitation).where(
        Invitation.code_hash == digest,
        Invitation.claimed_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > datetime.now(UTC),
    )
    row = await session.scalar(asked.with_for_update() if lock else asked)
    if row is None:
        return None
    resident = await _household(session, row)
    gone = resident.moved_out_at is not None and resident.moved_out_at <= datetime.now(UTC)
    return None if gone else row


async def _household(session: TenantSession, row: Invitation) -> Resident:
    key = {"tenant_id": session.scope.tenant_id, "id": row.resident_id}
    return await session.get_one(Resident, key)


async def _seen(session: TenantSession, row: Invitation, locale: str) -> Seen:
    resident = await _household(session, row)
    premise = await session.get_one(
        Premise,
        {
            "tenant_id": session.scope.tenant_id,
            "id": await members.premise_of(session, resident),
        },
    )
    site = await session.get_one(
        Site, {"tenant_id": session.scope.tenant_id, "id": premise.site_id}
    )
    tenant = await session.get_one(Tenant, session.scope.tenant_id)
    name = tenant.brand_name or tenant.name
    return Seen(
        tenant=name,
        home=premise.name,
        house=site.name_path,
        name=row.name,
        email=row.email,
        role=row.role,
        locale=row.locale,
        moves_in_at=resident.moved_in_at,
        expires_at=row.expires_at,
        consent_version=consent.VERSION,
        consent_text=consent.text_for(locale, name),
    )


async def _new_account(session: TenantSession, account: UserAccount) -> UserId:
    session.add(account)
    try:
        await session.flush()
    except IntegrityError as error:
        raise ConflictError(
            "this e-mail and password do not fit; use your account with its own password",
            code="LOGIN_REFUSED",
            field="email",
        ) from error
    await audit.record_on_platform(session, "guest", "user.create", f"user:{account.id}")
    return account.id


async def _seat(session: TenantSession, row: Invitation, user: UserId, locale: str) -> HomeMember:
    """Close the invitation, keep the consent, and let the person see the home."""
    now = datetime.now(UTC)
    resident = await _household(session, row)
    role = Role(row.role)
    if role is Role.RESIDENT:
        if resident.user_id is not None:
            raise InvitationUnknownError
        resident.user_id = user
    row.claimed_at, row.claimed_by = now, user
    session.add(
        Consent(
            tenant_id=session.scope.tenant_id,
            user_id=user,
            text_version=consent.VERSION,
            locale=locale,
            given_at=now,
        )
    )
    since = resident.moved_in_at if role is Role.RESIDENT else now
    member = await members.seat(session, resident, user, role, since)
    await rules.give_defaults(session, now, user)
    session.scope = Scope(session.scope.tenant_id, f"user:{user}")
    told: dict[str, audit.Word] = {"role": row.role, "consent": consent.VERSION}
    await audit.record(session, "invitation.claim", f"invitation:{row.id}", told)
    return member
