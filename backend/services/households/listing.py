"""Households and invitations as lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from backend.models.accounts import Account, HomeMember, Invitation, Resident
from backend.models.sites import Premise, Site
from backend.services.model import places
from domain.identity import PremiseId, SiteId
from tenants.models import UserAccount
from tenants.permissions import Role
from tenants.session import TenantSession


@dataclass(frozen=True, slots=True)
class Asked:
    """A page of households, and the filters of the list."""

    before: int
    most: int
    under: SiteId | None
    search: str
    living: bool


@dataclass(frozen=True, slots=True)
class HouseholdRow:
    """A household with where it lives and who sees its home."""

    id: int
    name: str
    account: str
    premise_id: PremiseId
    premise: str
    site_path: str
    persons: int | None
    moved_in_at: datetime
    moved_out_at: datetime | None
    has_login: bool
    delegates: int
    invited_until: datetime | None


_OF_ACCOUNT = and_(Account.tenant_id == Resident.tenant_id, Account.id == Resident.account_id)
_OF_PREMISE = and_(Premise.tenant_id == Account.tenant_id, Premise.id == Account.premise_id)
_OF_SITE = and_(Site.tenant_id == Premise.tenant_id, Site.id == Premise.site_id)


async def households(session: TenantSession, asked: Asked, now: datetime) -> list[HouseholdRow]:
    """Households in sight, the newest first."""
    looking_on = (
        select(func.count())
        .select_from(HomeMember)
        .where(
            HomeMember.resident_id == Resident.id,
            HomeMember.tenant_id == Resident.tenant_id,
            HomeMember.role == str(Role.RESIDENT_DELEGATE),
            HomeMember.until.is_(None) | (HomeMember.until > now),
        )
        .scalar_subquery()
    )
    invited = (
        select(func.max(Invitation.expires_at))
        .where(
            Invitation.resident_id == Resident.id,
            Invitation.tenant_id == Resident.tenant_id,
            Invitation.role == str(Role.RESIDENT),
            _is_open(now),
        )
        .scalar_subquery()
    )
    rows = await session.execute(
        _filtered(session, asked, now)
        .with_only_columns(
            Resident.id,
            Resident.name,
            Account.number,
            Premise.id,
            Premise.name,
            Site.name_path,
            Resident.persons,
            Resident.moved_in_at,
            Resident.moved_out_at,
            Resident.user_id.is_not(None),
            looking_on,
            invited,
        )
        .order_by(Resident.id.desc())
        .limit(asked.most)
    )
    return [HouseholdRow(*tuple(row)) for row in rows]


def _filtered(session: TenantSession, asked: Asked, now: datetime) -> Select[Resident]:
    seen = places.visible_sites(session).with_only_columns(Site.id)
    found = (
        select(Resident)
        .join(Account, _OF_ACCOUNT)
        .join(Premise, _OF_PREMISE)
        .join(Site, _OF_SITE)
        .where(Site.id.in_(seen))
    )
    if asked.before:
        found = found.where(Resident.id < asked.before)
    if asked.living:
        found = found.where(Resident.moved_out_at.is_(None) | (Resident.moved_out_at > now))
    if asked.under is not None:
        top = select(Site.path).where(Site.id == asked.under).scalar_subquery()
        found = found.where(Site.path.op("<@")(top))
    for word in asked.search.split():
        found = found.where(
            or_(
                *(
                    column.icontains(word, autoescape=True)
                    for column in (Resident.name, Account.number, Premise.name, Site.name_path)
                ),
                Site.id.in_(_addressed(word)),
            )
        )
    return found


def _addressed(word: str) -> Select[SiteId]:
    """Sites in whose address, or in that of a site above them, a word stands."""
    told, below = aliased(Site), aliased(Site)
    words = func.concat_ws(" ", told.street_address, told.postal_code, told.locality)
    return (
        select(below.id)
        .join(told, and_(told.tenant_id == below.tenant_id, told.path.op("@>")(below.path)))
        .where(words.icontains(word, autoescape=True))
    )


def _is_open(now: datetime) -> ColumnElement[bool]:
    return and_(
        Invitation.claimed_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > now,
    )


async def invitations(
    session: TenantSession, before: int, most: int, now: datetime, *, only_open: bool
) -> list[tuple[Invitation, str]]:
    """Invitations in sight with the homes they are to, the newest first."""
    seen = places.visible_sites(session).with_only_columns(Site.id)
    asked = (
        select(Invitation, Site.name_path, Premise.name)
        .join(
            Resident,
            and_(Resident.tenant_id == Invitation.tenant_id, Resident.id == Invitation.resident_id),
        )
        .join(Account, _OF_ACCOUNT)
        .join(Premise, _OF_PREMISE)
        .join(Site, _OF_SITE)
        .where(Site.id.in_(seen))
    )
    if before:
        asked = asked.where(Invitation.id < before)
    if only_open:
        asked = asked.where(_is_open(now))
    rows = await session.execute(asked.order_by(Invitation.id.desc()).limit(most))
    return [(row, f"{path}/{flat}") for row, path, flat in rows]


async def delegates(
    session: TenantSession, premise: PremiseId
) -> Sequence[tuple[int, str, datetime]]:
    """Number, name and first day of everybody who looks on at a premise now."""
    now = datetime.now(UTC)
    rows = await session.execute(
        select(HomeMember.id, UserAccount.name, HomeMember.since)
        .join(UserAccount, UserAccount.id == HomeMember.user_id)
        .where(
            HomeMember.premise_id == premise,
            HomeMember.role == str(Role.RESIDENT_DELEGATE),
            HomeMember.until.is_(None) | (HomeMember.until > now),
        )
        .order_by(HomeMember.id)
    )
    return [(number, name, since) for number, name, since in rows]
