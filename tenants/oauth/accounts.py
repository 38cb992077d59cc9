"""People at the door: who a login names, and which seats they may take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select

from domain.identity import TenantId, UserId
from tenants.models.parties import Membership, Status, Tenant, UserAccount
from tenants.oauth.browser import LoginSession, stamp_of
from tenants.oauth.parties import Seat, seats_of
from tenants.passwords import Passwords
from tenants.session import Database


@dataclass(frozen=True, slots=True)
class Brand:
    """What a tenant shows instead of us."""

    name: str
    colour: str | None = None
    colour_dark: str | None = None
    logo_url: str | None = None


@dataclass(frozen=True, slots=True)
class SeatChoice:
    """A seat with the name of its tenant, to choose from."""

    seat: Seat
    tenant_name: str
    sites_count: int | None


def login_key(login: str) -> str:
    """Login in the one form it is kept and counted in: e-mail lower, account code upper case."""
    clean = login.strip()
    return clean.lower() if "@" in clean else clean.upper()


async def account_for(
    database: Database, passwords: Passwords, login: str, password: str
) -> UserAccount | None:
    """Account whose login and password these are; None, after the same work, when there is none."""
    key = login_key(login)
    column = UserAccount.email if "@" in key else UserAccount.account_code
    async with database.global_session() as session:
        account = await session.scalar(select(UserAccount).where(column == key))
    # No connection is held while the password is computed.
    right = await passwords.verify(account.password_hash if account else None, password)
    return account if right and account is not None and account.status == Status.ACTIVE else None


async def account_of(database: Database, session: LoginSession) -> UserAccount | None:
    """Account of a browser's session, unless it was suspended or has another password now."""
    if session.user_id is None:
        return None
    async with database.global_session() as reading:
        account = await reading.get(UserAccount, session.user_id)
    if account is None or account.status != Status.ACTIVE or account.password_hash is None:
        return None
    return account if stamp_of(account.password_hash) == session.stamp else None


async def choices_of(
    database: Database, user_id: UserId, only: TenantId | None
) -> list[SeatChoice]:
    """Seats of a person in active tenants, or in one tenant only."""
    mine = select(Membership).where(Membership.user_id == user_id)
    if only is not None:
        mine = mine.where(Membership.tenant_id == only)
    async with database.person_session(user_id) as session:
        seats = seats_of(await session.scalars(mine), datetime.now(UTC))
        names = await session.execute(
            select(Tenant.id, Tenant.brand_name, Tenant.name).where(
                Tenant.id.in_({seat.tenant_id for seat in seats}), Tenant.status == Status.ACTIVE
            )
        )
        name_of = {tenant: brand or name for tenant, brand, name in names}
    return [
        SeatChoice(seat, name_of[seat.tenant_id], None if seat.sites is None else len(seat.sites))
        for seat in seats
        if seat.tenant_id in name_of
    ]


async def suspended_of(database: Database, user_id: UserId, only: TenantId | None) -> list[str]:
    """Names of the suspended tenants in which a person would have a seat."""
    mine = select(Membership).where(Membership.user_id == user_id)
    if only is not None:
        mine = mine.where(Membership.tenant_id == only)
    async with database.person_session(user_id) as session:
        seats = seats_of(await session.scalars(mine), datetime.now(UTC))
        names = await session.scalars(
            select(func.coalesce(Tenant.brand_name, Tenant.name))
            .where(
                Tenant.id.in_({seat.tenant_id for seat in seats}),
                Tenant.status == Status.SUSPENDED,
            )
            .order_by(Tenant.id)
        )
        return list(names)


async def brand_of(database: Database, tenant_id: TenantId | None) -> Brand | None:
    """Brand of a tenant."""
    if tenant_id is None:
        return None
    async with database.global_session() as session:
        tenant = await session.get(Tenant, tenant_id)
    if tenant is None:
        return None
    return Brand(
        tenant.brand_name or tenant.name,
        tenant.brand_colour,
        tenant.brand_colour_dark,
        tenant.brand_logo_url,
    )


def choice_named(choices: Sequence[SeatChoice], key: str | None) -> SeatChoice | None:
    """Seat of that name among those a person has; their only one needs no name.

    The number of a tenant names their only seat in it.
    """
    if key is None and len(choices) == 1:
        return choices[0]
    if key is not None and key.isdecimal():
        there = [choice for choice in choices if str(choice.seat.tenant_id) == key]
        return there[0] if len(there) == 1 else None
    return next((choice for choice in choices if choice.seat.key == key), None)
