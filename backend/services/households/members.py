"""Members of homes, and the seats at sign-in that follow from them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import ARRAY, ColumnElement, Text, cast, delete, select, update

from backend.models.accounts import Account, HomeMember, Resident
from domain.errors import ForbiddenError
from domain.identity import PremiseId, UserId
from tenants.models import Membership, RefreshToken
from tenants.permissions import HOUSEHOLD, Role
from tenants.session import TenantSession

_INSTANT = timedelta(microseconds=1)


def person_of(session: TenantSession) -> UserId:
    """The person of the household that a session acts for.

    Raises
    ------
    ForbiddenError
        It acts for no household.
    """
    if session.scope.household is None:
        raise ForbiddenError("this is for residents and their delegates")
    return session.scope.household


async def premise_of(session: TenantSession, resident: Resident) -> PremiseId:
    """Premise of a household's account."""
    return (
        await session.scalars(select(Account.premise_id).where(Account.id == resident.account_id))
    ).one()


async def seat(
    session: TenantSession, resident: Resident, user: UserId, role: Role, since: datetime
) -> HomeMember:
    """Let somebody see a home from an instant on, as long as its household lives there."""
    member = HomeMember(
        tenant_id=session.scope.tenant_id,
        resident_id=resident.id,
        premise_id=await premise_of(session, resident),
        user_id=user,
        role=str(role),
        since=max(since, resident.moved_in_at),
        until=resident.moved_out_at,
    )
    session.add(member)
    await session.flush()
    await settle(session, user)
    return member


async def end(session: TenantSession, members: Sequence[HomeMember], at: datetime) -> None:
    """Let members of homes see nothing from an instant on; what had not begun never does."""
    for member in members:
        if member.until is None or member.until > at:
            member.until = max(at, member.since)
    await session.flush()
    for user in {member.user_id for member in members}:
        await settle(session, user)


async def of_household(session: TenantSession, resident: int) -> list[HomeMember]:
    """Everybody who sees a household's home, now or later."""
    found = await session.scalars(
        select(HomeMember)
        .where(HomeMember.resident_id == resident, _lasts(datetime.now(UTC)))
        .order_by(HomeMember.id)
    )
    return list(found)


async def of_person(session: TenantSession, user: UserId) -> list[HomeMember]:
    """Homes that somebody sees, now or later."""
    found = await session.scalars(
        select(HomeMember)
        .where(HomeMember.user_id == user, _lasts(datetime.now(UTC)))
        .order_by(HomeMember.id)
    )
    return list(found)


def _lasts(now: datetime) -> ColumnElement[bool]:
    return HomeMember.until.is_(None) | (HomeMember.until > now)


async def settle(session: TenantSession, user: UserId) -> None:
    """Let the person's seats at sign-in be those that follow from the homes they see.

    A seat lasts from the first day of any home to the last of all; what it shows at an instant the
    homes themselves say. Who has none left loses the refresh tokens of that role, too.
    """
    for role in sorted(HOUSEHOLD):
        homes = (
            await session.scalars(
                select(HomeMember).where(HomeMember.user_id == user, HomeMember.role == str(role))
            )
        ).all()
        await session.execute(
            delete(Membership).where(
                Membership.user_id == user,
                Membership.role == str(role),
                Membership.site_id.is_(None),
            )
        )
        if homes:
            await _seat_over(session, homes, role)
    await _end_tokens(session, user)


async def _seat_over(session: TenantSession, homes: Sequence[HomeMember], role: Role) -> None:
    first = min(home.since for home in homes)
    ends = [home.until for home in homes]
    last = None if None in ends else max(one for one in ends if one is not None)
    session.add(
        Membership(
            tenant_id=session.scope.tenant_id,
            user_id=homes[0].user_id,
            role=str(role),
            valid_from=first,
            valid_to=None if last is None else max(last, first + _INSTANT),
        )
    )
    await session.flush()


async def _end_tokens(session: TenantSession, user: UserId) -> None:
    """End the refresh tokens of a person for whom no home is left."""
    if await of_person(session, user):
        return
    await session.execute(
        update(RefreshToken)
        .where(
            RefreshToken.user_id == user,
            RefreshToken.revoked_at.is_(None),
            RefreshToken.roles.op("<@")(cast(sorted(HOUSEHOLD), ARRAY(Text))),
        )
        .values(revoked_at=datetime.now(UTC))
    )
