"""Invitations into homes: made by the association for residents, by residents for their family."""

import io
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import segno
from sqlalchemy import select

from backend.models.accounts import Account, Invitation, Resident
from backend.services.households import members
from backend.services.model import places, premises
from domain.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from domain.identity import Home, PremiseId
from tenants import audit, credentials
from tenants.particulars import checked_email, checked_locale, checked_name
from tenants.permissions import Role
from tenants.session import TenantSession

GOOD_FOR = timedelta(days=30)
MOST_DELEGATES = 10


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation; its code is shown this once."""

    row: Invitation
    code: str = field(repr=False)

    def link(self, public_url: str) -> str:
        """Where the app takes it."""
        return f"{public_url}/app/invite/{self.code}"


@dataclass(frozen=True, slots=True)
class Guest:
    """Who is invited."""

    name: str
    locale: str
    email: str | None = None

    def checked(self) -> "Guest":
        """With everything in one form.

        Raises
        ------
        InvalidError
            INVALID_NAME, INVALID_LOCALE or INVALID_EMAIL.
        """
        email = checked_email(self.email)
        return Guest(checked_name(self.name), checked_locale(self.locale), email)


@dataclass(frozen=True, slots=True)
class Household:
    """A household to be invited: one that lives there already, or moves in with it."""

    guest: Guest
    premise: PremiseId | None = None
    account: str | None = None
    resident: int | None = None
    persons: int | None = None
    moved_in_at: datetime | None = None


def qr_of(link: str) -> str:
    """QR code of a link as SVG, dark on light whatever the page."""
    out = io.BytesIO()
    segno.make(link, error="m").save(
        out, kind="svg", scale=4, border=4, light="#fff", dark="#000", xmldecl=False
    )
    return out.getvalue().decode().strip()


async def invite_resident(session: TenantSession, wanted: Household) -> Invited:
    """Invite a household to its home; it moves in where it does not live there yet.

    Raises
    ------
    NotFoundError, InvalidError
        There is no such premise, account or household; something told of it is wrong.
    ConflictError
        PREMISE_OCCUPIED, or HOUSEHOLD_CLAIMED: it has its login already.
    """
    guest = wanted.guest.checked()
    resident = await _household(session, wanted, guest)
    if resident.user_id is not None:
        raise ConflictError(
            "this household has its login already", code="HOUSEHOLD_CLAIMED", field="resident"
        )
    return await _invite(session, resident, guest, Role.RESIDENT)


async def _household(session: TenantSession, wanted: Household, guest: Guest) -> Resident:
    if wanted.resident is not None:
        return await premises.resident_in_sight(session, wanted.resident)
    premise, number = await _place(session, wanted)
    moved_in = wanted.moved_in_at or datetime.now(UTC)
    if moved_in.tzinfo is None:
        raise InvalidError("movedInAt must have an offset", code="BAD_TIME", field="movedInAt")
    known = await session.scalar(
        select(Resident)
        .join(
            Account,
            (Account.tenant_id == Resident.tenant_id) & (Account.id == Resident.account_id),
        )
        .where(
            Account.premise_id == premise,
            Resident.name == guest.name,
            Resident.user_id.is_(None),
            Resident.moved_out_at.is_(None),
        )
    )
    if known is not None:
        return known
    move = premises.MoveIn(premise, number, guest.name, wanted.persons, moved_in)
    return await premises.move_in(session, move)


async def _place(session: TenantSession, wanted: Household) -> tuple[PremiseId, str]:
    """Premise of an invitation, and the number of its account."""
    accounts = select(Account)
    if wanted.account is not None:
        found = await session.scalar(accounts.where(Account.number == wanted.account))
        if found is not None:
            premise = found.premise_id
        elif wanted.premise is not None:
            premise = wanted.premise
        else:
            raise NotFoundError("account", wanted.account)
        number = wanted.account
    elif wanted.premise is not None:
        premise = wanted.premise
        newest = accounts.where(Account.premise_id == premise).order_by(Account.id.desc()).limit(1)
        known = await session.scalar(newest)
        number = known.number if known is not None else f"P{premise}"
    else:
        raise InvalidError("account or premise must be named", field="premise")
    if premise not in await places.load_premises(session, [premise]):
        raise NotFoundError("premise", premise)
    return premise, number


async def invite_delegate(session: TenantSession, premise: PremiseId, guest: Guest) -> Invited:
    """Let somebody of one's family look at one's home.

    Raises
    ------
    ForbiddenError
        HOLDER_NEEDED: the principal does not live there themselves.
    ConflictError
        TOO_MANY_DELEGATES
    """
    resident = await held_by(session, premise)
    looking_on = await members.of_household(session, resident.id)
    if sum(one.role == Role.RESIDENT_DELEGATE for one in looking_on) >= MOST_DELEGATES:
        raise ConflictError(
            f"at most {MOST_DELEGATES} delegates see a home", code="TOO_MANY_DELEGATES"
        )
    return await _invite(session, resident, guest.checked(), Role.RESIDENT_DELEGATE)


def home_in(session: TenantSession, premise: PremiseId) -> Home:
    """The principal's own home in a premise.

    Raises
    ------
    NotFoundError
        They see none there.
    """
    for home in session.scope.homes:
        if home.premise == premise:
            return home
    raise NotFoundError("home", premise)


async def held_by(session: TenantSession, premise: PremiseId) -> Resident:
    """Household of a premise that the principal holds.

    Raises
    ------
    NotFoundError, ForbiddenError
        They see no such home, or HOLDER_NEEDED: they are a delegate there.
    """
    if not home_in(session, premise).holder:
        raise ForbiddenError("only who lives there may do this", code="HOLDER_NEEDED")
    mine = await members.of_person(session, members.person_of(session))
    for member in mine:
        if member.premise_id == premise and member.role == Role.RESIDENT:
            return await session.get_one(
                Resident, {"tenant_id": session.scope.tenant_id, "id": member.resident_id}
            )
    raise NotFoundError("home", premise)


async def _invite(session: TenantSession, resident: Resident, guest: Guest, role: Role) -> Invited:
    """Write an invitation; an open one of the same guest ends, so that one code is good."""
    now = datetime.now(UTC)
    for open_one in await open_of(session, resident.id):
        if open_one.role == role and open_one.name == guest.name:
            open_one.revoked_at = now
    code = credentials.invitation_code(session.scope.tenant_id)
    known = credentials.invited_to(code)
    assert known is not None, "a code that was just made can be read"
    row = Invitation(
        tenant_id=session.scope.tenant_id,
        code_hash=known[1],
        resident_id=resident.id,
        role=str(role),
        name=guest.name,
        email=guest.email,
        locale=guest.locale,
        created_by=session.scope.actor,
        created_at=now,
        expires_at=now + GOOD_FOR,
    )
    session.add(row)
    await session.flush()
    told: dict[str, audit.Word] = {"role": str(role), "resident": resident.id}
    await audit.record(session, "invitation.create", f"invitation:{row.id}", told)
    return Invited(row, code)


async def open_of(session: TenantSession, resident: int) -> list[Invitation]:
    """Invitations of a household that can still be taken."""
    rows = await session.scalars(
        select(Invitation).where(
            Invitation.resident_id == resident,
            Invitation.claimed_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > datetime.now(UTC),
        )
    )
    return list(rows)


async def revoke(session: TenantSession, invitation: int) -> Invitation:
    """Take an invitation back.

    Raises
    ------
    NotFoundError, ConflictError
        There is none in sight; INVITATION_CLOSED: it was taken, or taken back before.
    """
    row = await session.get(
        Invitation, {"tenant_id": session.scope.tenant_id, "id": invitation}, with_for_update=True
    )
    if row is None:
        raise NotFoundError("invitation", invitation)
    await premises.resident_in_sight(session, row.resident_id)
    if row.claimed_at is not None or row.revoked_at is not None:
        raise ConflictError("it is closed already", code="INVITATION_CLOSED", field="invitation")
    row.revoked_at = datetime.now(UTC)
    await audit.record(session, "invitation.revoke", f"invitation:{row.id}")
    return row
