"""Balance groups that somebody draws beside the site tree."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import delete, select

from backend.models.balance_groups import BalanceGroup, GroupMember
from backend.models.metering_points import Installation
from backend.services.model import places
from backend.store import bells
from backend.store.groups import group_hours
from backend.store.model import metered
from backend.store.model.metering import Metering
from domain.errors import ConflictError, InvalidError, NotFoundError
from domain.identity import BalanceGroupId, MeteringPointId
from domain.quantities import ASIDE, Commodity, EnergyKind, Role
from tenants import audit
from tenants.session import TenantSession

MOST_MEMBERS = 10_000

Member = tuple[MeteringPointId, Role]


@dataclass(frozen=True, slots=True)
class NewGroup:
    """A group to be drawn."""

    name: str
    commodity: Commodity
    parent: BalanceGroupId | None
    members: Sequence[Member]


async def draw_group(session: TenantSession, new: NewGroup) -> BalanceGroup:
    """Make a group of chosen metering points; its hours are computed from their history.

    Raises
    ------
    NotFoundError
        A point or the parent does not exist.
    InvalidError
        A member measures another commodity, or the parent belongs to the site tree.
    """
    if not new.name.strip():
        raise InvalidError("name must not be empty", field="name")
    parent = None
    if new.parent is not None:
        parent = await _drawn(session, new.parent)
        if parent.commodity != new.commodity:
            raise InvalidError("the parent is of another commodity", field="parent")
    tenant = await places.tenant_of(session)
    group = BalanceGroup(
        tenant_id=session.scope.tenant_id,
        parent_id=parent.id if parent else None,
        path="0",
        commodity=new.commodity,
        name=new.name.strip(),
        timezone=tenant.timezone,
    )
    session.add(group)
    await session.flush()
    group.path = f"{parent.path}.{group.id}" if parent else str(group.id)
    await session.flush()
    await _set_members(session, group, new.members)
    await audit.record(session, "group.draw", f"group {group.id}", {"members": len(new.members)})
    return group


async def redraw_group(
    session: TenantSession, group_id: BalanceGroupId, members: Sequence[Member]
) -> BalanceGroup:
    """Replace the members of a drawn group.

    Raises
    ------
    NotFoundError, InvalidError, ConflictError
        As of drawing; groups of sites have the members that stand there.
    """
    group = await _drawn(session, group_id)
    await _set_members(session, group, members)
    await audit.record(session, "group.redraw", f"group {group.id}", {"members": len(members)})
    return group


async def _drawn(session: TenantSession, group_id: BalanceGroupId) -> BalanceGroup:
    key = {"tenant_id": session.scope.tenant_id, "id": group_id}
    group = await session.get(BalanceGroup, key)
    if group is None or (session.scope.sites is not None):
        raise NotFoundError("balance group", group_id)
    if group.site_id is not None:
        raise ConflictError(
            "the group belongs to the site tree", code="GROUP_OF_SITE", field="group"
        )
    return group


async def _set_members(
    session: TenantSession, group: BalanceGroup, members: Sequence[Member]
) -> None:
    if len({point for point, _ in members}) != len(members) or len(members) > MOST_MEMBERS:
        raise InvalidError(
            f"members must be different points, at most {MOST_MEMBERS}", field="members"
        )
    points = await metered.load_points(session, [point for point, _ in members])
    for point, _ in members:
        if point not in points:
            raise NotFoundError("metering point", point)
        if points[point].commodity != group.commodity:
            raise InvalidError(f"point {point} measures {points[point].commodity}", field="members")
    await session.execute(delete(GroupMember).where(GroupMember.group_id == group.id))
    session.add_all(
        GroupMember(
            tenant_id=session.scope.tenant_id,
            group_id=group.id,
            point_id=point,
            role=role if points[point].energy_kind is EnergyKind.ACTIVE else ASIDE,
        )
        for point, role in members
    )
    await session.flush()
    await _compute_history(session, [point for point, _ in members])


async def _compute_history(session: TenantSession, points: Sequence[MeteringPointId]) -> None:
    """Have all days rolled up on which these points were read."""
    rows = await session.execute(
        select(
            Installation.point_id,
            Installation.series_id,
            Installation.installed_at,
            Installation.removed_at,
        ).where(Installation.point_id.in_(points))
    )
    now = datetime.now(UTC)
    spans = [(row[0], row[1], row[2], row[3] or now) for row in rows]
    await Metering(session).invalidate(spans)
    await bells.ring(session, group_hours.ROLL_UP, f"draw:{uuid4()}")
