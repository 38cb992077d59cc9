"""Households of the demo: who lives where, who looks on, and one invitation that waits."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import select

from backend.models.accounts import HomeMember, Resident
from backend.models.metering_points import MeteringPoint
from backend.models.sites import Premise, Site
from backend.services.alerts import rules
from backend.services.commands import control
from backend.services.households import inviting, members, own_meters
from backend.services.households.own_meters import ChannelName
from backend.services.model import premises
from backend.settings import Settings
from backend.store.alerts.rules import Wish, insert
from backend.store.network import channel_offers
from domain.alerts import AlertKind, Channel
from domain.errors import NotFoundError
from domain.identity import MeteringPointId, PremiseId, UserId
from domain.quantities import Commodity
from domain.quantities import Role as Place
from runtime.demo import DemoPerson, DemoRecord
from simulator import riverside
from simulator.town import week_code
from tenants.permissions import HOUSEHOLD, Role
from tenants.session import TenantSession

HOUSE = "Mill Street 2"
WAITING = ("Balan", "Flat 9")
"""A household that was invited and has not answered, and its flat."""

_LIVES_SINCE = timedelta(days=365)
"""Before the first hour of the demo's history, so that all of it is theirs."""


@dataclass(frozen=True, slots=True)
class Dweller:
    """Who lives in a flat of the house, or looks on at it."""

    name: str
    login: str
    role: Role
    flat: str
    locale: str = "en"


DWELLERS = (
    Dweller("Maria Ciobanu", "maria@home.example", Role.RESIDENT, "Flat 4", "ro"),
    Dweller("Sofia Ciobanu", "sofia@home.example", Role.RESIDENT_DELEGATE, "Flat 4"),
    Dweller("Andrei Sandu", "andrei@home.example", Role.RESIDENT, "Flat 7", "ru"),
)


LIMITS = (
    (AlertKind.DAY_LIMIT, 2.0),
    (AlertKind.HOUR_LIMIT, 0.6),
    (AlertKind.MONTH_FORECAST, 60.0),
)
"""kWh that most homes of the town exceed, so that something is told on the first day."""


def lives_somewhere(person: DemoPerson) -> bool:
    """Whether somebody of the record is of a household."""
    return person.role in HOUSEHOLD


async def settle(
    session: TenantSession, record: DemoRecord, settings: Settings, users: dict[str, UserId]
) -> None:
    """Let everybody of the record live where they do; what is there stays."""
    for one in DWELLERS:
        premise = await _premise(session, one.flat)
        user = users[one.login]
        known = select(HomeMember.id).where(HomeMember.user_id == user)
        if await session.scalar(known) is not None:
            continue
        household = await _household(session, record, premise, one)
        if one.role is Role.RESIDENT:
            household.user_id = user
        await members.seat(session, household, user, one.role, household.moved_in_at)
        if one.role is Role.RESIDENT:
            point = await _electricity(session, premise)
            await _watch(session, user, point)
            await control.save_actuator(session, point, {})
    if record.invitation is None:
        name, flat = WAITING
        premise = await _premise(session, flat)
        guest = inviting.Guest(name, "ro")
        since = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        made = await inviting.invite_resident(
            session, inviting.Household(guest, premise, moved_in_at=since)
        )
        record.invitation = made.link(settings.public_url)


async def leave_spare(session: TenantSession, record: DemoRecord) -> bool:
    """Leave the town's spare channel to its household, if it was heard and is not taken."""
    name = ChannelName(
        f"J100-{week_code(record.founded_on)}-01", riverside.SPARE.network, riverside.SPARE.address
    )
    free = await channel_offers.free_channel(session, name.concentrator, name.network, name.address)
    if free is None:
        return False
    premise = await _premise(session, f"Flat {riverside.SPARE_FLAT}")
    constant = Decimal(riverside.SPARE_CONSTANT)
    await own_meters.offer(session, name, premise, Commodity.WATER_HOT, constant)
    return True


async def _premise(session: TenantSession, flat: str) -> PremiseId:
    found = await session.scalar(
        select(Premise.id)
        .join(Site, (Site.tenant_id == Premise.tenant_id) & (Site.id == Premise.site_id))
        .where(Premise.name == flat, Site.name_path.contains(f"/{HOUSE}"))
        .order_by(Premise.id)
        .limit(1)
    )
    if found is None:
        raise NotFoundError("premise", f"{HOUSE}/{flat}")
    return PremiseId(found)


async def _household(
    session: TenantSession, record: DemoRecord, premise: PremiseId, one: Dweller
) -> Resident:
    """The household of a flat, moved in before the demo begins."""
    surname = one.name.rpartition(" ")[2]
    known = await session.scalar(select(Resident).where(Resident.name == surname))
    if known is not None:
        return known
    since = datetime.fromisoformat(record.monday).replace(tzinfo=UTC) - _LIVES_SINCE
    number = f"MS2-{one.flat.rpartition(' ')[2].zfill(3)}"
    return await premises.move_in(session, premises.MoveIn(premise, number, surname, 2, since))


async def _electricity(session: TenantSession, premise: PremiseId) -> MeteringPointId:
    point = await session.scalar(
        select(MeteringPoint.id).where(
            MeteringPoint.premise_id == premise,
            MeteringPoint.commodity == Commodity.ELECTRICITY,
            MeteringPoint.role == Place.CONSUMER,
        )
    )
    assert point is not None
    return MeteringPointId(point)


async def _watch(session: TenantSession, user: UserId, point: MeteringPointId) -> None:
    """Give a household rules of its own, besides those that all have."""
    await session.flush()
    await rules.give_defaults(session, datetime.now(UTC), user)
    for kind, limit in LIMITS:
        channels = (Channel.PUSH, Channel.EMAIL)
        wish = Wish(kind, True, point, None, None, limit, None, None, channels)
        await insert(session, user, wish)
