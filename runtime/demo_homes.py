"""Two households of the demo, next door to one another, and rules of theirs that fire."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from backend.models.accounts import HomeMember, Resident
from backend.models.metering_points import MeteringPoint
from backend.models.sites import Premise, Site
from backend.services.alerts import rules
from backend.services.households import members
from backend.services.model import premises
from backend.services.model.premises import MoveIn
from backend.store.alerts.rules import Wish, insert
from domain.alerts import AlertKind, Channel
from domain.identity import MeteringPointId, PremiseId, UserId
from domain.quantities import Commodity, Role
from tenants.permissions import Role as Part
from tenants.session import TenantSession

HOUSE = "Mill Street 2"
HOMES = {"resident@riverside.example": "Flat 4", "neighbour@riverside.example": "Flat 5"}
LIVED_THERE = timedelta(days=60)

LIMITS = (
    (AlertKind.DAY_LIMIT, 2.0),
    (AlertKind.HOUR_LIMIT, 0.6),
    (AlertKind.MONTH_FORECAST, 60.0),
)
"""kWh that most homes of the town exceed, so that something is told on the first day."""


async def settle(session: TenantSession, user: UserId, login: str) -> None:
    """Let a household live in its flat, with rules of its own; once, however often it is asked."""
    if await session.scalar(select(HomeMember.id).where(HomeMember.user_id == user).limit(1)):
        return
    flat = await session.scalar(
        select(Premise.id)
        .join(Site, (Site.tenant_id == Premise.tenant_id) & (Site.id == Premise.site_id))
        .where(Premise.name == HOMES[login], Site.name_path.contains(f"/{HOUSE}/"))
    )
    assert flat is not None
    since = (datetime.now(UTC) - LIVED_THERE).replace(minute=0, second=0, microsecond=0)
    number = f"R-{HOMES[login].removeprefix('Flat ').zfill(3)}"
    moved = await premises.move_in(session, MoveIn(PremiseId(flat), number, HOMES[login], 2, since))
    resident = await session.get(Resident, {"tenant_id": moved.tenant_id, "id": moved.id})
    assert resident is not None
    await members.seat(session, resident, user, Part.RESIDENT, since)
    await session.flush()
    await rules.give_defaults(session, datetime.now(UTC), user)
    point = await session.scalar(
        select(MeteringPoint.id).where(
            MeteringPoint.premise_id == flat,
            MeteringPoint.commodity == Commodity.ELECTRICITY,
            MeteringPoint.role == Role.CONSUMER,
        )
    )
    assert point is not None
    for kind, limit in LIMITS:
        channels = (Channel.PUSH, Channel.EMAIL)
        place = MeteringPointId(point)
        await insert(
            session, user, Wish(kind, True, place, None, None, limit, None, None, channels)
        )
