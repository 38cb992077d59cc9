"""Ways out of a home: a delegate removed, a household that leaves, an account deleted."""

from datetime import UTC, datetime

from sqlalchemy import select, update

from backend.models.accounts import HomeMember, Invitation, Resident
from backend.services.households import inviting, members
from domain.errors import ConflictError, InvalidError, NotFoundError
from domain.identity import PremiseId, Scope, TenantId, UserId
from tenants import audit
from tenants.models import Membership, RefreshToken, Status, UserAccount
from tenants.passwords import Passwords
from tenants.permissions import HOUSEHOLD, Role
from tenants.session import Database, TenantSession

ERASED = "-"
"""Stands where a name was."""


async def remove_delegate(session: TenantSession, member: int) -> HomeMember:
    """Let a delegate of one's own home see it no more, from now on.

    Raises
    ------
    NotFoundError, ForbiddenError
        There is none at a home of the principal's, or HOLDER_NEEDED.
    """
    key = {"tenant_id": session.scope.tenant_id, "id": member}
    found = await session.get(HomeMember, key)
    if found is None or found.role != Role.RESIDENT_DELEGATE:
        raise NotFoundError("delegate", member)
    mine = await inviting.held_by(session, found.premise_id)
    if mine.id != found.resident_id:
        raise NotFoundError("delegate", member)
    await members.end(session, [found], datetime.now(UTC))
    await audit.record(session, "delegate.remove", f"user:{found.user_id}")
    return found


async def leave(session: TenantSession, premise: PremiseId) -> None:
    """See a home no more; whoever holds it takes their delegates along.

    The household stays with the association until it says that it moved out, so another invitation
    can bring it back.

    Raises
    ------
    NotFoundError
        The principal sees no such home.
    """
    inviting.home_in(session, premise)
    user, now = members.person_of(session), datetime.now(UTC)
    mine = [one for one in await members.of_person(session, user) if one.premise_id == premise]
    leaving = list(mine)
    for one in mine:
        if one.role == Role.RESIDENT:
            leaving += [
                other
                for other in await members.of_household(session, one.resident_id)
                if other.role == Role.RESIDENT_DELEGATE
            ]
            await _give_up(session, one.resident_id, now)
    await members.end(session, leaving, now)
    await audit.record(session, "household.leave", f"premise:{premise}")


async def _give_up(session: TenantSession, resident: int, now: datetime) -> None:
    """Leave a household without its login, and without invitations it made."""
    row = await session.get_one(Resident, {"tenant_id": session.scope.tenant_id, "id": resident})
    row.user_id = None
    for invitation in await inviting.open_of(session, resident):
        invitation.revoked_at = now


async def delete_account(
    database: Database, passwords: Passwords, user: UserId, password: str
) -> None:
    """Erase a person: name, login, devices and homes in every tenant; readings stay with homes.

    What was erased in one tenant stays so when a later step fails, and doing it again ends it.

    Raises
    ------
    InvalidError
        WRONG_PASSWORD
    ConflictError
        STAFF_ACCOUNT: they work for a tenant, which removes them first.
    """
    async with database.global_session() as session:
        account = await session.get(UserAccount, user)
    if not await passwords.verify(account.password_hash if account else None, password):
        raise InvalidError("the password is wrong", code="WRONG_PASSWORD", field="password")
    async with database.person_session(user) as session:
        seats = list(await session.scalars(select(Membership).where(Membership.user_id == user)))
    now = datetime.now(UTC)
    if any(one.role not in HOUSEHOLD and _lasts(one, now) for one in seats):
        raise ConflictError(
            "the account works for an organisation; its administrator removes it there first",
            code="STAFF_ACCOUNT",
        )
    for tenant in sorted({one.tenant_id for one in seats}):
        async with database.session(Scope(tenant, f"user:{user}")) as session:
            await erase_in_tenant(session, user)
    async with database.global_session() as session:
        row = await session.get_one(UserAccount, user)
        row.email, row.account_code = f"deleted-{user}@deleted.invalid", None
        row.password_hash, row.name, row.status = None, ERASED, Status.CLOSED
        await audit.record_on_platform(session, f"user:{user}", "user.delete", f"user:{user}")


def _lasts(seat: Membership, now: datetime) -> bool:
    return seat.valid_to is None or seat.valid_to > now


async def erase_in_tenant(session: TenantSession, user: UserId) -> None:
    """Erase what one tenant holds of a person; their readings belong to the home."""
    now = datetime.now(UTC)
    rows = await session.scalars(select(HomeMember).where(HomeMember.user_id == user))
    homes = list(rows)
    held = [one.resident_id for one in homes if one.role == Role.RESIDENT]
    looking_on = await session.scalars(
        select(HomeMember).where(
            HomeMember.resident_id.in_(held), HomeMember.role == str(Role.RESIDENT_DELEGATE)
        )
    )
    await members.end(session, [*homes, *looking_on], now)
    await session.execute(
        update(Resident).where(Resident.user_id == user).values(user_id=None, name=ERASED)
    )
    await session.execute(
        update(Invitation)
        .where(Invitation.resident_id.in_(held) | (Invitation.claimed_by == user))
        .values(name=ERASED, email=None, revoked_at=now)
    )
    await session.execute(
        update(RefreshToken)
        .where(RefreshToken.user_id == user, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    await audit.record(session, "user.erase", f"user:{user}")


async def tenants_of(database: Database, user: UserId) -> list[TenantId]:
    """Tenants in which a person has, or had, a seat."""
    async with database.person_session(user) as session:
        found = await session.scalars(
            select(Membership.tenant_id).where(Membership.user_id == user).distinct()
        )
        return sorted(found)
