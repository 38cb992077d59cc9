"""Sites, premises and who lives in them: what people enter by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from backend.models.accounts import Account, Resident
from backend.models.sites import Premise, Site
from backend.services.households import members
from backend.services.model import places
from backend.services.model.site_terms import LEVEL, check_degrees, checked_name
from backend.store.model import sites
from domain.addresses import PostalAddress
from domain.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from domain.identity import PremiseId, SiteId
from domain.quantities import Heating, SiteKind
from tenants import audit
from tenants.session import TenantSession

Norm = Decimal | int | None


@dataclass(frozen=True, slots=True)
class NewSite:
    """A site to be made."""

    parent: SiteId | None
    kind: SiteKind
    name: str
    latitude: float | None
    longitude: float | None
    address: PostalAddress | None = None


async def create_site(session: TenantSession, new: NewSite) -> Site:
    """Make a site below another, or at the top.

    Raises
    ------
    NotFoundError
        There is no such parent.
    ForbiddenError
        The caller sees a part of the tree only, and its top is not in it.
    InvalidError
        The name is no name, or the kind is not below the parent's.
    ConflictError
        A site of that name is there already.
    """
    name = checked_name(new.name)
    check_degrees(new.latitude, new.longitude)
    parent = None
    if new.parent is None and session.scope.sites is not None:
        raise ForbiddenError("the top of the tree is not yours to make something at")
    if new.parent is not None:
        parent = (await sites.load(session, [new.parent])).get(new.parent)
        if parent is None:
            raise NotFoundError("site", new.parent)
        if LEVEL[new.kind] <= LEVEL[SiteKind(parent.kind)]:
            raise InvalidError(f"a {new.kind} cannot lie in a {parent.kind}", field="kind")
    path = f"{parent.name_path}/{name}" if parent else name
    if await session.scalar(select(Site.id).where(Site.name_path == path)) is not None:
        raise ConflictError(f"{path} is there already", code="SITE_EXISTS", field="name")
    tenant = await places.tenant_of(session)
    address = new.address or PostalAddress()
    site = Site(
        tenant_id=session.scope.tenant_id,
        parent_id=parent.id if parent else None,
        kind=new.kind,
        name=name,
        name_path=path,
        path="0",
        timezone=parent.timezone if parent else tenant.timezone,
        latitude=new.latitude,
        longitude=new.longitude,
        street_address=address.street,
        postal_code=address.postal_code,
        locality=address.locality,
        country=address.country,
    )
    session.add(site)
    await session.flush()
    site.path = f"{parent.path}.{site.id}" if parent else str(site.id)
    await session.flush()
    await audit.record(session, "site.create", path)
    return site


MOST_RADIATORS = 100


@dataclass(frozen=True, slots=True)
class HeatOfPremise:
    """How a premise is heated; None is not told."""

    heating: Heating | None = None
    radiators: Sequence[tuple[str, int]] | None = None
    """Risers, and how many radiators hang on each."""

    def by_riser(self) -> dict[str, int] | None:
        """Radiators by riser.

        Raises
        ------
        InvalidError
            A riser has no name or stands twice, or a count is none.
        """
        if self.radiators is None:
            return None
        found = {riser.strip(): count for riser, count in self.radiators}
        if len(found) < len(self.radiators) or not all(found):
            raise InvalidError("risers must have different names", field="radiators.riser")
        if any(not 0 < count <= MOST_RADIATORS for count in found.values()):
            message = f"count must be 1 to {MOST_RADIATORS}"
            raise InvalidError(message, field="radiators.count")
        return found


async def save_premise(
    session: TenantSession,
    site_id: SiteId,
    name: str,
    told: Mapping[str, Norm],
    heat: HeatOfPremise | None = None,
) -> Premise:
    """Make a premise, or bring a known one up to date; what is not told stays as it is.

    Raises
    ------
    NotFoundError
        There is no such site.
    InvalidError
        A figure is negative.
    """
    if (await sites.load(session, [site_id])).get(site_id) is None:
        raise NotFoundError("site", site_id)
    name = checked_name(name)
    premise = await session.scalar(
        select(Premise).where(Premise.site_id == site_id, Premise.name == name)
    )
    if premise is None:
        premise = Premise(tenant_id=session.scope.tenant_id, site_id=site_id, name=name)
        session.add(premise)
    for field, value in told.items():
        if value is None:
            continue
        if value < 0:
            raise InvalidError(f"{field} must not be negative", field=field)
        setattr(premise, field, value)
    radiators = None if heat is None else heat.by_riser()
    premise.radiators = premise.radiators if radiators is None else radiators
    if heat is not None and heat.heating is not None:
        premise.heating = str(heat.heating)
    await session.flush()
    await audit.record(session, "premise.save", f"premise {premise.id}")
    return premise


@dataclass(frozen=True, slots=True)
class MoveIn:
    """A household that moves in."""

    premise: PremiseId
    account_number: str
    name: str
    persons: int | None
    at: datetime


async def move_in(session: TenantSession, move: MoveIn) -> Resident:
    """Let a household move into a premise; the account is made when the number is new.

    Raises
    ------
    NotFoundError
        There is no such premise.
    ConflictError
        Somebody lives there at that time, or the account belongs to another premise.
    """
    if (await places.load_premises(session, [move.premise])).get(move.premise) is None:
        raise NotFoundError("premise", move.premise)
    if not move.account_number.strip() or not move.name.strip():
        raise InvalidError("accountNumber and name must not be empty", field="accountNumber")
    account = await session.scalar(select(Account).where(Account.number == move.account_number))
    if account is None:
        account = Account(
            tenant_id=session.scope.tenant_id,
            premise_id=move.premise,
            number=move.account_number,
        )
        session.add(account)
        await session.flush()
    elif account.premise_id != move.premise:
        raise ConflictError(
            "the account belongs to another premise", code="ACCOUNT_TAKEN", field="accountNumber"
        )
    await _check_nobody_lives_there(session, move)
    resident = Resident(
        tenant_id=session.scope.tenant_id,
        account_id=account.id,
        name=move.name,
        persons=move.persons,
        moved_in_at=move.at,
    )
    session.add(resident)
    await session.flush()
    await audit.record(session, "resident.move_in", f"account {account.id}")
    return resident


async def _check_nobody_lives_there(session: TenantSession, move: MoveIn) -> None:
    living = await session.scalar(
        select(Resident.id)
        .join(
            Account,
            (Account.tenant_id == Resident.tenant_id) & (Account.id == Resident.account_id),
        )
        .where(
            Account.premise_id == move.premise,
            Resident.moved_out_at.is_(None) | (Resident.moved_out_at > move.at),
        )
        .limit(1)
    )
    if living is not None:
        raise ConflictError(
            "somebody lives there at that time", code="PREMISE_OCCUPIED", field="at"
        )


async def resident_in_sight(session: TenantSession, resident_id: int) -> Resident:
    """A household of a premise that the principal sees.

    Raises
    ------
    NotFoundError
        There is none.
    """
    key = {"tenant_id": session.scope.tenant_id, "id": resident_id}
    resident = await session.get(Resident, key)
    if resident is not None:
        premise = await members.premise_of(session, resident)
        if premise in await places.load_premises(session, [premise]):
            return resident
    raise NotFoundError("resident", resident_id)


async def move_out(session: TenantSession, resident_id: int, at: datetime) -> Resident:
    """Let a household move out.

    Raises
    ------
    NotFoundError
        There is no such resident.
    ConflictError
        They moved out already.
    InvalidError
        They would leave before they came.
    """
    resident = await resident_in_sight(session, resident_id)
    if resident.moved_out_at is not None:
        raise ConflictError("they moved out already", code="MOVED_OUT", field="resident")
    if at <= resident.moved_in_at:
        raise InvalidError("at must be after moving in", field="at")
    resident.moved_out_at = at
    await session.flush()
    await members.end(session, await members.of_household(session, resident.id), at)
    await audit.record(session, "resident.move_out", f"resident {resident_id}")
    return resident


async def residents_of(
    session: TenantSession, premises: Sequence[PremiseId]
) -> dict[PremiseId, list[Resident]]:
    """Households of each premise, the newest first."""
    rows = await session.execute(
        select(Account.premise_id, Resident)
        .join(
            Account,
            (Account.tenant_id == Resident.tenant_id) & (Account.id == Resident.account_id),
        )
        .where(Account.premise_id.in_(premises))
        .order_by(Resident.moved_in_at.desc(), Resident.id)
    )
    found: dict[PremiseId, list[Resident]] = {}
    for premise, resident in rows:
        found.setdefault(premise, []).append(resident)
    return found
